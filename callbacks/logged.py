"""`logs`: which of its values a callback adds to Keras' `logs` at the end of an epoch."""

from typing import Literal, get_args

from keras_rnn_study.arguments import did_you_mean

Logs = Literal["main", "all", "none"]


def check_logs(logs: Logs) -> Logs:
    """Return `logs` if it is one of the choices.

    Args:
        logs: `"main"`: one number; `"all"`: every scalar; `"none"`: nothing.

    Raises:
        ValueError: It is something else.
    """
    choices = get_args(Logs)
    if not isinstance(logs, str) or logs not in choices:
        raise ValueError(
            f"logs must be 'main' (one number), 'all' (every scalar) or 'none'. "
            f"Received: logs={logs!r}.{did_you_mean(logs, choices)}"
        )
    return logs
