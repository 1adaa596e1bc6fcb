"""Keeps TensorFlow's start-up chatter out of the terminal."""

import contextlib
import os
import sys
import tempfile


@contextlib.contextmanager
def quiet_start(verbose=False):
    """Hides what is written to file descriptor 2 in this block, unless it raises.

    TensorFlow writes there before it has read any log level, from C++, so that only the descriptor
    itself can be turned away. Meant for the import of TensorFlow and its first operation.

    Args:
        verbose: If `True`, hides nothing.
    """
    if verbose:
        yield
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # what comes after the start-up
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
