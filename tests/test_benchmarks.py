"""The page of measured costs is what the results say, and the script for a GPU runs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BENCHMARKS = ROOT / "benchmarks"


def run(*words, **environment):
    """A finished Python process that started in the benchmarks' folder."""
    return subprocess.run(
        [sys.executable, *map(str, words)],
        cwd=BENCHMARKS,
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )


def printed(code, **environment):
    done = run("-c", code, **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


class TestPage:
    def test_is_what_the_results_say(self):
        text = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
        assert printed("import page; print(page.text(), end='')", PYTHONUTF8="1") == text

    def test_says_what_is_still_to_be_measured(self):
        text = printed("import page, pathlib; print(page.text(pathlib.Path('nowhere')))")
        assert "Figures on a GPU are still to be measured." in text
        assert "## Recording" not in text

    def test_leaves_out_tiny_sizes(self, tmp_path):
        (tmp_path / "memory.json").write_text('{"quick": true}')
        code = f"import page, pathlib; print(page.text(pathlib.Path({str(tmp_path)!r})))"
        assert "## Memory" not in printed(code)

    @pytest.mark.parametrize(
        "result", sorted(BENCHMARKS.glob("results/*.json")), ids=lambda p: p.stem
    )
    def test_results_say_where_they_are_from(self, result):
        content = json.loads(result.read_text())
        assert {"date", "machine", "tensorflow", "keras", "figures"} <= set(content)
        assert not content.get("quick")


def test_a_checkout_is_importable_without_installing():
    code = """
import subprocess, sys
from helpers import checkout
with checkout.importable() as folder:
    import keras_rnn_study.callbacks as here
    code = "import keras_rnn_study.callbacks as there; print(there.__file__)"
    there = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True)
    print(folder, here.__file__, there.stdout.strip(), sep="\\n")
"""
    folder, here, there = printed(code).splitlines()
    assert here == there
    assert Path(here) == Path(folder, "keras_rnn_study", "callbacks", "__init__.py")


class TestPartsInAProcessOfTheirOwn:
    """A part that fails, kills the process or is ended by the limit costs only itself."""

    CODE = """
import json, os, sys, time
from helpers import parts

def fails():
    yield "first", 1
    raise ValueError("no")

def dies():
    yield "first", 2
    print("a kernel failed", file=sys.stderr, flush=True)
    os.abort()

def lasts():
    yield "first", 3
    time.sleep(60)

every = {"fails": fails, "dies": dies, "fine": lambda: [("first", 4)], "lasts": lasts}
every["last"] = fails
if len(sys.argv) > 1:
    parts.work(every, sys.argv[1:])
else:
    taken = {}
    def take(name, figures):
        taken[name] = taken.get(name, {}) | figures if figures else {}
    command = [sys.executable, "script.py"]
    taken["left"] = parts.follow(command, list(every), take, at_most=6)
    print(json.dumps(taken))
"""

    def test_all(self, tmp_path):
        (tmp_path / "script.py").write_text(self.CODE)
        done = subprocess.run(
            [sys.executable, "script.py"],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(BENCHMARKS)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        taken = json.loads(done.stdout)
        assert taken["left"] == ["last"]
        firsts = [taken[name]["first"] for name in ("fails", "dies", "fine", "lasts")]
        assert firsts == [1, 2, 4, 3]
        assert "ValueError: no" in taken["fails"]["error"]
        assert "a kernel failed" in taken["dies"]["error"]
        assert "error" not in taken["fine"]
        assert taken["lasts"]["error"].endswith("the limit was reached")


class TestGoals:
    def test_misses_come_first(self):
        code = """
from helpers.goals import rows
recording = {"figures": {
    "lstm (1, 2, 3, 4)": {"norms of every step": [1, 1.01, 1.1], "trace over a step": [1, 1.5, 2]},
    "gru (1, 2, 3, 4)": {"norms of every step": [1, 1.2, 1.3]},
}}
memory = {"figures": {"lstm (1, 2, 3, 4)": {
    "bare, MiB": [100, 100, 100], "all three, each epoch, MiB": [120, 130, 140]}}}
for row in rows({"recording": recording, "memory": memory}):
    print(row.name.split()[0], row.what, row.is_met, sep=", ")
"""
        assert printed(code).splitlines() == [
            "lstm, trace over a step, False",
            "gru, norms of every step, False",
            "lstm, norms of every step, True",
            "lstm, all three add, MiB, True",
        ]


@pytest.mark.slow
class TestGpuScript:
    def test_dry_run_writes_its_file(self, tmp_path):
        output = tmp_path / "gpu.json"
        done = run("gpu.py", "--cpu", "--output", output)
        assert done.returncode == 0, done.stdout + done.stderr
        result = json.loads(output.read_text())
        assert result["dry run on a CPU"]
        assert result["quick"]  # so that the page leaves it out
        parts = {name.split()[0] for name in result["figures"]}
        assert {"tests", "parity", "cudnn", "fused", "trace", "recording"} <= parts
        assert "no figures of a GPU" in done.stdout.rpartition("\n\n")[2]

        result |= {"device": "A GPU", "cuda": "12.5", "cudnn": "9"}
        result["figures"]["cudnn lstm (1, 1, 1, 1)"] = {"error": "Traceback:\nValueError: no"}
        code = f"from helpers import page_gpu; print(page_gpu.gpu([{result!r}]))"
        section = printed(code)
        assert "- cudnn lstm (1, 1, 1, 1) failed: `ValueError: no`" in section
        assert "| `simple_rnn`, fused and standard |" in section

    def test_parity_holds_on_the_cpu_too(self):
        code = """
from helpers import gpu_parity, models
for differences in gpu_parity.parity(models.QUICK_SIZES[0]).values():
    for name in ("outputs", "gradients"):
        assert differences[name] <= 1e-5 * max(1, differences[f"{name}, largest"])
        assert differences[f"{name}, largest"] > 1e-3
"""
        printed(code)

    def test_without_a_gpu_it_says_so(self):
        done = run("gpu.py", CUDA_VISIBLE_DEVICES="")
        assert done.returncode == 1
        assert "TensorFlow sees no GPU here" in done.stderr
