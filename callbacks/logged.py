"""`logs`: which of its values a callback adds to Keras' `logs` at the end of an epoch."""

import difflib
from typing import Literal, get_args

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
        near = difflib.get_close_matches(logs, choices, n=1) if isinstance(logs, str) else []
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(
            f"logs must be 'main' (one number), 'all' (every scalar) or 'none'. "
            f"Received: logs={logs!r}.{hint}"
        )
    return logs
