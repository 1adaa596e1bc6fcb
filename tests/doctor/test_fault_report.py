"""A report can be pasted where all can read it."""

import getpass
import os
import platform
import sys
import traceback

import command_line
import keras
import pytest

from keras_rnn_study import __version__
from keras_rnn_study.doctor.report import without_names

TRACEBACK = """Traceback (most recent call last):
  File "/mnt/ada/secret project/train.py", line 12, in train_turbine
    model.fit(turbine, callbacks=[flow])
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/mnt/ada/.venv/lib/python3.12/site-packages/keras/src/utils/x.py", line 122, in handler
    raise e.with_traceback(filtered_tb) from None
  File "C:\\Users\\ada\\envs\\Lib\\site-packages\\numpy\\linalg.py", line 3, in norm
    return solve(x)
  File "/usr/lib/python3.12/json/decoder.py", line 9, in decode
    obj, end = self.raw_decode(s)
FileNotFoundError: No such file: '/mnt/ada/data/turbine.npz'
"""


def test_of_a_traceback_the_libraries_frames_stay():
    assert without_names(TRACEBACK) == [
        "Traceback (most recent call last):",
        '  File "your code", line 12',
        '  File "keras/src/utils/x.py", line 122, in handler',
        "    raise e.with_traceback(filtered_tb) from None",
        '  File "numpy\\linalg.py", line 3, in norm',
        "    return solve(x)",
        '  File "json/decoder.py", line 9, in decode',
        "    obj, end = self.raw_decode(s)",
        "FileNotFoundError: No such file: '(path)'",
    ]


def test_a_real_traceback_of_this_file():
    try:
        keras.layers.LSTM(4)([[1.0]])
    except ValueError:
        said = "\n".join(without_names(traceback.format_exc()))
    assert 'File "your code"' in said
    assert 'File "keras/src/' in said
    assert "LSTM(4)" not in said
    assert os.getcwd() not in said
    assert sys.prefix not in said


def test_the_command_tells_machine_and_layers_and_nobodys_names(tmp_path):
    layers = [keras.Input((5, 3)), keras.layers.LSTM(4, name="turbine", activation="relu")]
    keras.Sequential(layers).save(tmp_path / "model.keras")
    (tmp_path / "error.txt").write_text(TRACEBACK)
    words = ["doctor", "model.keras", "--report", "--error", "error.txt"]
    done = command_line.run(*words, cwd=tmp_path, KERAS_HOME="/mnt/ada/keras", TF_ENABLE_X="1")
    assert done.returncode == 0, done.stderr
    for expected in (
        f"keras-rnn-study {__version__}",
        f"keras {keras.__version__}",
        f"Python {platform.python_version()}",
        "1 LSTM: standard loop (no GPU",
        "KERAS_HOME=(set)",
        "TF_ENABLE_X=1",
        'File "keras/src/utils/x.py", line 122, in handler',
    ):
        assert expected in done.stdout
    for private in ("ada", "turbine", str(tmp_path), platform.node(), "model.keras"):
        assert private not in done.stdout
    assert done.stdout.count("```") == 2


@pytest.mark.parametrize("name", [getpass.getuser()])
def test_the_users_name_is_not_told(name, tmp_path):
    assert f"/{name}/" not in command_line.run("doctor", "--report", cwd=tmp_path).stdout
