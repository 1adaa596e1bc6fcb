"""A sweep that is killed again and again, at random moments, loses nothing and repeats nothing."""

import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from small_study import NUM_RUNS, small_study

from keras_rnn_study.study import StudyDirectory, sweep

KILLS = 20
SCRIPT = (
    "import sys\n"
    "from small_study import small_study\n"
    "from keras_rnn_study.study import sweep\n"
    "if __name__ == '__main__':\n"
    "    print('started', flush=True)\n"
    "    sweep(small_study(), sys.argv[1], jobs=2)\n"
    "    print('finished', flush=True)\n"
)


def start(script, path):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [sys.executable, script, path], stdout=subprocess.PIPE, text=True, env=environment
    )


def written(path):
    """What would change if a finished run were written again."""
    return {
        file.parent.name: (file.stat().st_mtime_ns, file.stat().st_ino)
        for file in path.glob("*/run.json")
        if not file.parent.name.startswith(".")
    }


@pytest.mark.slow
def test_twenty_kills(tmp_path):
    script, path = tmp_path / "script.py", tmp_path / "killed"
    script.write_text(SCRIPT)
    moments = random.Random(0)
    seen, counts = {}, []
    for _ in range(KILLS):
        process = start(script, path)
        assert process.stdout.readline() == "started\n"
        # It takes some seconds to start TensorFlow, and then a fraction of one for each run. Once
        # all are there the sweep ends by itself, so the later kills must come early.
        time.sleep(moments.uniform(0, 8 if len(seen) < NUM_RUNS // 2 else 6))
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        now = written(path)
        assert now.items() >= seen.items()  # what was there is there, and was not written again
        seen = now
        counts.append(len(seen))
    process = start(script, path)
    assert "finished" in process.communicate()[0]
    assert written(path).items() >= seen.items()
    print("Runs that were there after each kill:", counts)

    expected = sweep(small_study(), tmp_path / "unharmed", jobs=2)
    found = StudyDirectory(path).results()
    assert len(found) == NUM_RUNS
    np.testing.assert_equal([vars(r) for r in found], [vars(r) for r in expected])
    left = [item.name for item in path.iterdir() if item.name.startswith(".unfinished")]
    assert left == []
