"""Makes the package importable from a checkout that is not installed.

`callbacks/` and `datasets/` stand at the top of the repository, and only an installation puts them
into the package; so does this, with links in a temporary folder.
"""

import contextlib
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MOVED = ("callbacks", "datasets")


@contextlib.contextmanager
def importable():
    """Within the block `keras_rnn_study` is this checkout's, here and in processes started there.

    Yields:
        Path of the folder that is now first in `sys.path` and in PYTHONPATH.
    """
    before = os.environ.get("PYTHONPATH")
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder, "keras_rnn_study")
        package.mkdir()
        moved = [ROOT / name for name in MOVED]
        for source in [*(ROOT / "keras_rnn_study").iterdir(), *moved]:
            (package / source.name).symlink_to(source)
        sys.path.insert(0, folder)
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [folder, before]))
        try:
            yield Path(folder)
        finally:
            sys.path.remove(folder)
            os.environ["PYTHONPATH"] = before or ""
