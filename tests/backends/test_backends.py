"""`GradientNorms` on each backend of Keras, and the datasets without any."""

import importlib.util
import os
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).parent


def python(*arguments, **environment):
    """Run another Python, which chooses its own backend; its output, if it went well."""
    done = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        cwd=HERE.parents[1],
        env=os.environ | environment,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_on_each_backend(backend):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed; `pip install {backend}` and run this test again")
    options = "-q", "--noconftest", "-p", "no:cacheprovider"
    tests = str(HERE / "any_backend.py")
    said = python("-m", "pytest", *options, tests, KERAS_BACKEND=backend)
    assert " passed" in said


WITHOUT_TENSORFLOW = """
import sys

class Refused:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("tensorflow", "keras"):
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Refused())
sys.path.insert(0, "tests/helpers")
from task_cases import CASES

for case in CASES:
    x, y = case.make(2, gap=6, seed=0)
    case.load_data(gap=6, num_train=2, num_test=2)
    case.module.evidence(x), case.module.tokens(x)
    print(case)
assert "tensorflow" not in sys.modules
"""


def test_datasets_need_neither_tensorflow_nor_keras():
    assert "recall" in python("-c", WITHOUT_TENSORFLOW).split()
