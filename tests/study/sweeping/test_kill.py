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

KILLS, SEEDS = 10, 7
SCRIPT = (
    "import sys\n"
    f"SEEDS = {SEEDS}\n"
    "from small_study import small_study\n"
    "from keras_rnn_study.study import sweep\n"
    "if __name__ == '__main__':\n"
    "    print('started', flush=True)\n"
    "    sweep(small_study(seeds=SEEDS), sys.argv[1], jobs=1)\n"
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


def wait_for_another(path, seen):
    for _ in range(60_000):
        if len(written(path)) > len(seen):
            return
        time.sleep(0.01)
    pytest.fail("no further run was finished within ten minutes")


@pytest.mark.slow
def test_ten_kills(tmp_path):
    script, path = tmp_path / "script.py", tmp_path / "killed"
    script.write_text(SCRIPT)
    moments = random.Random(0)
    seen, counts = {}, []
    for _ in range(KILLS):
        process = start(script, path)
        assert process.stdout.readline() == "started\n"
        # Some kills hit the start, which takes seconds; most a run, or the writing of one, of which
        # there are several a second.
        if moments.random() < 0.3:
            time.sleep(moments.uniform(0, 4))
        else:
            wait_for_another(path, seen)
            time.sleep(moments.uniform(0, 0.6))
        assert process.poll() is None  # it was at work
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
    assert len(set(counts)) > KILLS // 3  # most kills came amid the runs

    expected = sweep(small_study(seeds=SEEDS), tmp_path / "unharmed", jobs=2)
    found = StudyDirectory(path).results()
    assert len(found) == NUM_RUNS // 2 * SEEDS
    np.testing.assert_equal([vars(r) for r in found], [vars(r) for r in expected])
    left = [item.name for item in path.iterdir() if item.name.startswith(".unfinished")]
    assert left == []
