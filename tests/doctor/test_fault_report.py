"""A report can be pasted where all can read it."""

import os
import platform
import sys
import traceback

import command_line
import keras
import pytest

from keras_rnn_study import __version__
from keras_rnn_study.doctor.report import without_names

TRACEBACK = """2026-11-27 07:00:01.5 W tensorflow/core/x.cc:42] ada-laptop: no space in /mnt/ada
Traceback (most recent call last):
  File "/mnt/ada/secret project/train.py", line 12, in train_turbine
    model.fit(turbine, callbacks=[flow])
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/mnt/ada/.venv/lib/python3.12/site-packages/keras/src/utils/x.py", line 122, in handler
    raise e.with_traceback(filtered_tb) from None
  File "C:\\Users\\ada\\envs\\Lib\\site-packages\\numpy\\linalg.py", line 3, in norm
    return solve(x)
  File "/mnt/ada/.venv/lib/python3.12/site-packages/turbine/blades.py", line 7, in turn
    turbine(blade)
  File "/usr/lib/python3.12/json/decoder.py", line 9, in decode
    obj, end = self.raw_decode(s)
FileNotFoundError: No such file: '/mnt/ada/my data/turbine.npz'
"""
OF_PACKAGES = 'File "/mnt/ada/.venv/lib/python3.12/site-packages/keras/src/x.py", line 1, in call'


def said(message):
    """What is left of what Keras said."""
    lines = without_names(f"Traceback (most recent call last):\n  {OF_PACKAGES}\n{message}")
    return "\n".join(lines[2:])


def test_of_a_traceback_the_libraries_frames_stay():
    assert without_names(TRACEBACK) == [
        "Traceback (most recent call last):",
        '  File "your code", line 12',
        '  File "keras/src/utils/x.py", line 122, in handler',
        "    raise e.with_traceback(filtered_tb) from None",
        '  File "numpy\\linalg.py", line 3, in norm',
        "    return solve(x)",
        '  File "your code", line 7',
        '  File "json/decoder.py", line 9, in decode',
        "    obj, end = self.raw_decode(s)",
        "FileNotFoundError: No such file: '...'",
    ]


def test_of_a_notebooks_traceback_too():
    notebook = (
        "---------------------------------------------------------------------------\n"
        "ValueError                                Traceback (most recent call last)\n"
        "\x1b[36mCell\x1b[39m\x1b[36m \x1b[39m\x1b[32mIn[3]\x1b[39m, line 1\n"
        "----> 1 turbine.fit(blades)\n"
        "File ~/turbine/train.py:12, in train(turbine)\n"
        "     11 secret = 1\n"
        "---> 12 model.fit(secret)\n"
        "File /mnt/ada/lib/python3.12/site-packages/keras/src/x.py:122, in handler(*args)\n"
        "--> 122     raise e\n"
        'ValueError: Layer "turbine" expects 1 input(s)\n'
    )
    assert without_names(notebook) == [
        'File "your code", line 1',
        'File "your code", line 12',
        'File "keras/src/x.py", line 122, in handler',
        "--> 122     raise e",
        'ValueError: Layer "..." expects 1 input(s)',
    ]


def test_what_their_code_raised_is_theirs():
    theirs = 'Traceback (most recent call last):\n  File "a.py", line 3, in f\n    f(x)\n'
    assert without_names(f"{theirs}ValueError: blade 7 broke\nat ada")[2:] == ["ValueError: ..."]
    assert without_names(f"{theirs}turbine.BladeError: 7")[2:] == ["an error of your own: ..."]


@pytest.mark.parametrize(
    ("message", "left"),
    [
        ("ValueError: shape (None, 5) and dtype 'float32'", None),
        ("TypeError: LSTM.call() got an unexpected keyword", None),
        ("TypeError: train_turbine() missing 1 argument", "TypeError: (name)() missing 1 argument"),
        ("OSError: /mnt/ada lovelace/x", "OSError: (path) (path)"),
        ("OSError: C:\\Users\\ada\\x.npz", "OSError: (path)"),
        ("OSError: cannot read turbine.npz", "OSError: cannot read (file)"),
        ("OSError: https://ada:key@example.org/x", "OSError: (address)"),
        ("OSError: ask ada@example.org", "OSError: ask (address)"),
        ("OSError: no answer of ada-laptop:8786", "OSError: no answer of (address)"),
        ("OSError: no answer of 10.1.2.3", "OSError: no answer of (address)"),
        ("Error: at\n  • inputs=tf.Tensor(shape=(3,))", None),
        ("KeyError: at\n  • turbine=1", "KeyError: at\n  • (name)=1"),
        (f"OSError: {platform.node()} is down", "OSError: (name) is down"),
        ("OSError: can't do what isn't there", None),
    ],
)
def test_what_a_library_said_stays_but_for_what_it_was_given(message, left):
    kind = "an error of your own" if message.startswith("Error") else message.partition(":")[0]
    expected = message if left is None else left
    assert said(message) == kind + expected[expected.index(":") :]


def test_a_real_traceback_of_this_file():
    try:
        keras.layers.LSTM(4)([[1.0]])
    except ValueError:
        left = "\n".join(without_names(traceback.format_exc()))
    assert 'File "your code"' in left
    assert 'File "keras/src/' in left
    assert "LSTM(4)" not in left
    assert os.getcwd() not in left
    assert sys.prefix not in left


@keras.saving.register_keras_serializable("own")
class TurbineCell(keras.layers.LSTMCell):
    """A person's own."""


def test_the_command_tells_machine_and_layers_and_nobodys_names(tmp_path):
    layers = [keras.Input((5, 3)), keras.layers.LSTM(4, name="turbine", activation="relu")]
    layers[1].return_sequences = True
    keras.Sequential([*layers, keras.layers.RNN(TurbineCell(2))]).save(tmp_path / "model.keras")
    (tmp_path / "error.txt").write_text(TRACEBACK)
    words = ["doctor", "model.keras", "--report", "--error", "error.txt"]
    variables = {
        "KERAS_HOME": "/mnt/ada/keras",
        "TF_ENABLE_ONEDNN_OPTS": "1",
        "XLA_FLAGS": "--xla_gpu_autotune_level=0",
        "TF_XLA_FLAGS": "--xla_dump_to=/mnt/ada",
        "NVIDIA_API_KEY": "nvapi-ada",
        "TF_ADA": "1",
    }
    done = command_line.run(*words, cwd=tmp_path, **variables)
    assert done.returncode == 0, done.stderr
    for expected in (
        f"keras-rnn-study {__version__}",
        f"keras {keras.__version__}",
        f"Python {platform.python_version()}",
        "1 LSTM: standard loop (no GPU",
        "2 RNN((your class)): standard loop (no GPU",
        "KERAS_HOME=(set)",
        "TF_ENABLE_ONEDNN_OPTS=1",
        "XLA_FLAGS=--xla_gpu_autotune_level=0",
        "TF_XLA_FLAGS=(set)",
        'File "keras/src/utils/x.py", line 122, in handler',
    ):
        assert expected in done.stdout
    for private in ("ada", "urbine", str(tmp_path), platform.node(), "model.keras"):
        assert private not in done.stdout.lower()
    assert done.stdout.count("```") == 2


def test_the_users_name_is_not_told(tmp_path):
    """Whatever a library says of it."""
    name = os.path.basename(os.path.expanduser("~"))
    assert said(f"OSError: {name} may not") == "OSError: (name) may not"
    assert f"/{name}/" not in command_line.run("doctor", "--report", cwd=tmp_path).stdout
