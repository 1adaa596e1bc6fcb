"""Keep TensorFlow's start-up chatter out of the terminal."""

import contextlib
import logging
import os
import sys
import tempfile
from collections.abc import Iterator


def start_tensorflow(verbose: bool = False) -> None:
    """Import TensorFlow and run its first operation, quietly.

    Args:
        verbose: Show what TensorFlow says.
    """
    with contextlib.nullcontext() if verbose else _hidden_errors():
        import keras

        keras.ops.zeros(())
    if not verbose:
        # TensorFlow warns of retracing, which comparing many models cannot but cause.
        logging.getLogger("tensorflow").setLevel(logging.ERROR)


def import_tensorflow() -> None:
    """Import TensorFlow quietly; it has not started, so its threads and GPUs can still be set."""
    with _hidden_errors():
        import keras  # noqa: F401


@contextlib.contextmanager
def _hidden_errors() -> Iterator[None]:
    """Hide what is written to file descriptor 2 in this block, unless it raises.

    TensorFlow writes there before it has read any log level, from C++, so that only the descriptor
    itself can be turned away.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # for what comes after the start
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as hidden:
        os.dup2(hidden.fileno(), 2)
        try:
            yield
        except BaseException:
            # What TensorFlow said last may be the reason.
            hidden.seek(0)
            os.write(kept, hidden.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)
