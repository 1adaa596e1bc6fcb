"""What the doctor says of a layer is what Keras does with it."""

import contextlib
import io
import itertools
import os
import platform
import re
import subprocess
import sys
import types
import zipfile

import command_line
import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from keras_internals import keras_rnn
from rich.console import Console

from keras_rnn_study import fused
from keras_rnn_study.cli.views import doctor as views
from keras_rnn_study.doctor import (
    cudnn_obstacles,
    examine,
    layer_kernels,
    machine,
    model_file,
    this_machine,
)
from keras_rnn_study.doctor.machine import why_no_gpu
from keras_rnn_study.extras import how_to_install
from keras_rnn_study.fusion import fused_obstacles

X = np.ones((2, 3, 4), "float32")


def set_gpu(monkeypatch, there):
    monkeypatch.setattr(keras_rnn, "_is_gpu_available", lambda: there)
    for module in (layer_kernels, cudnn_obstacles, fused_obstacles):
        monkeypatch.setattr(module, "on_gpu", lambda: there)


@pytest.fixture(params=[True, False], ids=["gpu", "cpu"])
def gpu(request, monkeypatch):
    set_gpu(monkeypatch, request.param)
    return request.param


@pytest.fixture
def taken(monkeypatch):
    """A list of (kernel, mask, dtype), a call each, of what Keras' own `inner_loop` takes."""
    calls = []

    def zeros(num_states, sequences):
        shape = tf.shape(sequences)
        state = tf.zeros((shape[0], 2), sequences.dtype)
        outputs = tf.zeros((shape[0], shape[1], 2), sequences.dtype)
        return state, outputs, [state] * num_states

    def cudnn_lstm(inputs, h, c, kernel, recurrent_kernel, bias, mask, *rest):
        return cudnn(2, inputs, mask, [h, c, kernel, recurrent_kernel, bias])

    def cudnn_gru(inputs, h, kernel, recurrent_kernel, bias, mask, *rest):
        return cudnn(1, inputs, mask, [h, kernel, recurrent_kernel, bias])

    def cudnn(num_states, inputs, mask, others):
        if mask is not None:
            keras_rnn._assert_valid_mask(mask)
        [dtype] = {tensor.dtype.name for tensor in [inputs, *others]}
        calls.append(("cuDNN", mask, dtype))
        return zeros(num_states, inputs)

    def standard(layer, sequences, initial_state, mask, training=False):
        calls.append(("standard loop", mask, sequences.dtype.name))
        return zeros(len(layer.state_size), sequences)

    monkeypatch.setattr(keras_rnn, "_cudnn_lstm", cudnn_lstm)
    monkeypatch.setattr(keras_rnn, "_cudnn_gru", cudnn_gru)
    monkeypatch.setattr(layers.RNN, "inner_loop", standard)
    return calls


def kernel_of(layer, taken, training=False):
    taken.clear()
    try:
        layer(X, training=training)
    except ValueError as error:
        assert "use_cudnn=True was specified" in str(error)  # noqa: PT017
        return "none: error"
    [(kernel, _, _)] = taken
    return kernel


def examined(layer, **options):
    [found] = examine(keras.Sequential([layer]), **options)
    return found


def tanh_of_my_own(x):
    return keras.ops.tanh(x)


class Plain(layers.LSTM):
    pass


class OwnLoop(layers.LSTM):
    def inner_loop(self, sequences, initial_state, mask, training=False):
        return layers.RNN.inner_loop(self, sequences, initial_state, mask, training=training)


OBSTACLES = {  # of an LSTM or GRU: its arguments, and what the doctor calls them
    "recurrent_dropout=0.2": {"recurrent_dropout": 0.2},
    "activation='elu'": {"activation": "elu"},
    "activation='linear'": {"activation": None},
    "activation='tanh_of_my_own'": {"activation": tanh_of_my_own},
    "recurrent_activation='hard_sigmoid'": {"recurrent_activation": "hard_sigmoid"},
    "unroll=True": {"unroll": True},
    "use_bias=False": {"use_bias": False},
    "use_cudnn=False": {"use_cudnn": False},
}
HARMLESS = [
    {},
    {"activation": tf.tanh, "recurrent_activation": tf.sigmoid},
    {"activation": keras.ops.tanh, "recurrent_activation": keras.ops.sigmoid},
    {"dropout": 0.3},
    {"implementation": 1},
    {"go_backwards": True, "return_sequences": True, "return_state": True},
    {"use_cudnn": True},
    {"kernel_regularizer": "l2", "recurrent_constraint": "max_norm", "activity_regularizer": "l1"},
]
CELLS = (layers.LSTM, layers.GRU)


# Loops rather than parameters, as the next test starts with a clean session, which takes longer
# than most of these.
def test_each_setting_that_keeps_keras_off_cudnn_is_named(gpu, taken):
    for cell, setting in itertools.product(CELLS, OBSTACLES):
        layer = cell(2, **OBSTACLES[setting])
        assert kernel_of(layer, taken) == "standard loop"
        found = examined(layer)
        assert found.kernel == "standard loop"
        settings = [obstacle.setting for obstacle in found.obstacles]
        assert settings == [*([] if gpu else ["no GPU"]), setting]
        assert setting.split("=")[0] in found.obstacles[-1].remedy


def test_a_gru_that_resets_before_is_off_cudnn(gpu, taken):
    layer = layers.GRU(2, reset_after=False)
    assert kernel_of(layer, taken) == examined(layer).kernel == "standard loop"
    assert examined(layer).obstacles[-1].setting == "reset_after=False"


def test_other_settings_leave_the_layer_on_cudnn(taken, monkeypatch):
    set_gpu(monkeypatch, True)
    for cell, arguments in itertools.product(CELLS, HARMLESS):
        layer = cell(2, **arguments)
        assert kernel_of(layer, taken) == "cuDNN"
        assert kernel_of(layer, taken, training=True) == "cuDNN"
        found = examined(layer)
        assert (found.kernel, found.fused_kernel) == ("cuDNN", "cuDNN")
        assert found.obstacles == found.fused_obstacles == found.notes == ()


@pytest.mark.parametrize("cell", CELLS)
def test_all_settings_together(cell, gpu, taken):
    choices = {
        "activation": ["tanh", "relu"],
        "recurrent_activation": ["sigmoid", "tanh"],
        "recurrent_dropout": [0.0, 0.5],
        "unroll": [False, True],
        "use_bias": [True, False],
        "use_cudnn": ["auto", True, False],
        **({"reset_after": [True, False]} if cell is layers.GRU else {}),
    }
    for values in itertools.product(*choices.values()):
        arguments = dict(zip(choices, values, strict=True))
        layer = cell(2, **arguments)
        assert examined(layer).kernel == kernel_of(layer, taken), arguments


def test_insisting_on_cudnn_where_there_is_none_fails_as_said(taken, monkeypatch):
    set_gpu(monkeypatch, False)
    layer = layers.LSTM(2, use_cudnn=True)
    assert kernel_of(layer, taken) == examined(layer).kernel == "none: error"
    [note] = examined(layer).notes
    assert re.search(r'raise ValueError.*Leave use_cudnn at "auto"', note)
    assert examined(layer).fused_kernel == "fused CPU loop"


WITHOUT_A_PATH = [
    (lambda: layers.SimpleRNN(2), "SimpleRNN", r"fused\(model\) has"),
    (lambda: layers.RNN(layers.LSTMCell(2)), "RNN(LSTMCell)", r"keras\.layers\.LSTM\("),
    (lambda: layers.RNN(layers.GRUCell(2)), "RNN(GRUCell)", r"keras\.layers\.GRU\("),
    (lambda: layers.RNN(layers.SimpleRNNCell(2)), "RNN(SimpleRNNCell)", r"fused\(model\)"),
    (lambda: layers.RNN([layers.LSTMCell(2)] * 1), "RNN(StackedRNNCells)", "layer for each"),
    (lambda: OwnLoop(2), "OwnLoop has its own inner_loop", "Leave the loop"),
]


def test_layers_without_a_cudnn_path_are_off_it(taken, monkeypatch):
    set_gpu(monkeypatch, True)
    for make, setting, remedy in WITHOUT_A_PATH:
        layer = make()
        found = examined(layer)
        assert kernel_of(layer, taken) == found.kernel == "standard loop"
        assert [obstacle.setting for obstacle in found.obstacles] == [setting]
        assert re.search(remedy, found.obstacles[0].remedy)


def test_a_subclass_that_leaves_the_loop_alone_takes_cudnn(taken, monkeypatch):
    set_gpu(monkeypatch, True)
    assert kernel_of(Plain(2), taken) == examined(Plain(2)).kernel == "cuDNN"
    [obstacle] = examined(layers.ConvLSTM1D(2, 1)).obstacles
    assert obstacle.setting == "ConvLSTM1D"


DTYPES = ("float16", "bfloat16", "float32", "float64", "mixed_float16", "mixed_bfloat16")


def test_no_data_type_is_an_obstacle_as_the_kernel_takes_them_all(taken, monkeypatch):
    set_gpu(monkeypatch, True)
    with tf.Graph().as_default():
        x, lengths = tf.zeros((1, 1, 1)), tf.ones(1, tf.int32)
        h, *_ = tf.raw_ops.CudnnRNNV3(
            input=x, input_h=x, input_c=x, params=tf.zeros(4), sequence_lengths=lengths
        )
    [types_taken] = [a for a in h.op.op_def.attr if a.name == "T"]
    for cell, dtype in itertools.product(CELLS, DTYPES):
        layer = cell(2, dtype=dtype, recurrent_initializer="ones")
        assert kernel_of(layer, taken) == examined(layer).kernel == "cuDNN"
        [(_, _, kernel_dtype)] = taken
        assert kernel_dtype == dtype.removeprefix("mixed_")
        assert tf.as_dtype(kernel_dtype).as_datatype_enum in types_taken.allowed_values.list.type


DROPOUTS = [
    {"implementation": 1, "dropout": 0.3},
    {"implementation": 2, "dropout": 0.3},
    {"implementation": 1, "dropout": 0.3, "use_cudnn": False},
    {"implementation": 1, "dropout": 0.3, "recurrent_dropout": 0.3},
    {"implementation": 1, "dropout": 0.3, "unroll": True},
]


def test_dropout_that_keras_cannot_train_is_noted():
    for cell, arguments in itertools.product(CELLS, DROPOUTS):
        layer = cell(2, **arguments)
        try:
            layer(X, training=True)
            trains = True
        except tf.errors.InvalidArgumentError:
            trains = False
        noted = any("Keras cannot train it" in note for note in examined(layer).notes)
        assert noted is not trains, arguments


def model_of(*made):
    return keras.Sequential([keras.Input((3, 4)), *made])


XLA_KEPT = [
    ({}, False),
    ({"recurrent_dropout": 0.2}, False),
    ({"use_cudnn": False}, True),
    ({"activation": "elu"}, True),
    ({"unroll": True}, True),
]


def test_it_says_when_keras_gives_up_xla(taken, monkeypatch):
    set_gpu(monkeypatch, True)
    for arguments, kept in XLA_KEPT:
        model = model_of(layers.LSTM(2, **arguments))
        warns = pytest.warns(UserWarning, match="doesn't support `jit_compile=True`")
        with contextlib.nullcontext() if kept else warns:
            model.compile(loss="mse", jit_compile=True)
        assert model.jit_compile is kept
        [found] = examine(model)
        noted = any("jit_compile=True is in vain on a GPU" in note for note in found.notes)
        assert noted is not kept
        assert found.kernel == kernel_of(model.layers[0], taken)


def test_it_says_so_before_there_is_a_gpu(monkeypatch):
    set_gpu(monkeypatch, False)
    for jit_compile in (True, False, "auto"):
        model = model_of(layers.GRU(2))
        model.compile(loss="mse", jit_compile=jit_compile)
        [found] = examine(model, assume_gpu=True)
        assert found.kernel == "cuDNN"
        assert any("in vain" in note for note in found.notes) is (jit_compile is True)


class MadeLate(keras.Model):
    def build(self, shape):
        self.lstm = layers.LSTM(2, name="lstm")
        self.lstm.build(shape)

    def call(self, x):
        return self.lstm(x)


def test_xla_with_cudnn_in_it_fails_as_said(monkeypatch):
    set_gpu(monkeypatch, True)
    model = MadeLate()
    model.compile(loss="mse", jit_compile=True)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"unsupported operations.*CudnnRNNV3"):
        model.fit(X, X[:, 0, :2], verbose=0)
    [found] = examine(model)
    assert found.kernel == "none: error"
    assert "compiled before the layer was made" in found.obstacles[0].setting
    model.compile(loss="mse", jit_compile=True)  # Keras sets nothing where nothing seems new
    assert model.jit_compile
    assert examine(model)[0].kernel == "none: error"
    model.compile(loss="mse", jit_compile=False)  # what the remedy says
    assert examine(model)[0].kernel == "cuDNN"


MASKS = [
    ([[1, 1, 1], [1, 0, 0]], True),
    ([[1, 1, 1], [0, 0, 1]], False),
    ([[1, 0, 1], [1, 1, 1]], False),
    ([[1, 1, 1], [0, 0, 0]], False),
]


def test_masks_fail_on_cudnn_as_the_note_says(taken, monkeypatch):
    set_gpu(monkeypatch, True)
    model = model_of(layers.Masking(), layers.LSTM(2))
    model.compile(loss="mse")
    [found] = examine(model)
    assert "right-padded sequences only, none of them all padding" in found.notes[0]
    for mask, valid in MASKS:
        x = X * np.array(mask, "float32")[:, :, None]
        if valid:
            model.predict(x, verbose=0)
        else:
            with pytest.raises(tf.errors.InvalidArgumentError, match="to right-padded sequences"):
                model.predict(x, verbose=0)


class Subclassed(keras.Model):
    def __init__(self, mask_zero):
        super().__init__()
        self.embedding = layers.Embedding(5, 4, mask_zero=mask_zero)
        self.lstm = layers.LSTM(2)

    def call(self, tokens):
        return self.lstm(self.embedding(tokens))


def with_explicit_mask():
    x, mask = keras.Input((3, 4)), keras.Input((3,), dtype="bool")
    return keras.Model([x, mask], layers.LSTM(2)(x, mask=mask))


MASKED = {
    "masking": lambda: model_of(layers.Masking(), layers.GRU(2)),
    "none": lambda: model_of(layers.LSTM(2)),
    "embedding": lambda: model_of(
        layers.Lambda(lambda x: x[..., 0]), layers.Embedding(5, 4, mask_zero=True), layers.LSTM(2)
    ),
    "embedding_without": lambda: model_of(
        layers.Lambda(lambda x: x[..., 0]), layers.Embedding(5, 4), layers.LSTM(2)
    ),
    "lost_on_the_way": lambda: model_of(
        layers.Masking(), layers.LSTM(2), layers.RepeatVector(3), layers.LSTM(2)
    ),
    "handed_on": lambda: model_of(
        layers.Masking(), layers.LSTM(2, return_sequences=True), layers.LSTM(2)
    ),
    "bidirectional": lambda: model_of(layers.Masking(), layers.Bidirectional(layers.LSTM(2))),
    "nested": lambda: model_of(
        layers.Masking(), keras.Sequential([keras.Input((3, 4)), layers.LSTM(2)])
    ),
    "explicit": with_explicit_mask,
    "subclassed": lambda: Subclassed(True),
    "subclassed_without": lambda: Subclassed(False),
}


@pytest.mark.filterwarnings("ignore:Layer.*does not support masking")
def test_masks_are_noted_where_one_arrives(taken, monkeypatch):
    set_gpu(monkeypatch, True)
    for name, make in MASKED.items():
        model = make()
        noted = ["A mask reaches it" in " ".join(found.notes) for found in examine(model)]
        taken.clear()
        inputs = {"explicit": [X, X[..., 0] > 0], "subclassed": X[..., 0]}
        model(inputs.get(name.split("_")[0], X))
        arrived = [mask is not None for _, mask, _ in taken][-len(noted) :]  # the first ones build
        assert noted == arrived, name


HANDED_ON = {  # what to build, and which of its recurrent layers hand a mask on
    "last step": (lambda: model_of(layers.Masking(), layers.LSTM(2)), []),
    "sequence": (
        lambda: model_of(layers.Masking(), layers.LSTM(2, return_sequences=True, name="first")),
        ["first"],
    ),
    "no mask": (lambda: model_of(layers.LSTM(2, return_sequences=True)), []),
    "two layers": (
        lambda: model_of(
            layers.Masking(), layers.GRU(2, return_sequences=True, name="first"), layers.GRU(2)
        ),
        ["first"],
    ),
    "both ways": (
        lambda: model_of(
            layers.Masking(),
            layers.Bidirectional(layers.LSTM(2, return_sequences=True, name="lstm"), name="both"),
        ),
        ["both/forward_lstm", "both/backward_lstm"],
    ),
}


@pytest.mark.filterwarnings("ignore:Layer.*does not support masking")
@pytest.mark.parametrize("newer", [False, True])
def test_masks_that_newer_keras_ends_are_noted(newer, monkeypatch):
    """Also as it is from Keras 3.16 on, where layers over time hand no mask on by themselves."""
    for base in (layers.RNN, layers.Bidirectional):
        made = base.__init__

        def init(self, *args, made=made, **kwargs):
            made(self, *args, **kwargs)
            self.supports_masking = not newer

        monkeypatch.setattr(base, "__init__", init)
    for name, (make, expected) in HANDED_ON.items():
        model = make()
        notes = {each.name: " ".join(each.notes) for each in examine(model, assume_gpu=True)}
        noted = [layer for layer, note in notes.items() if ".supports_masking = True" in note]
        assert noted == expected, name
        said = "and ends here" if newer else "hands it on. From 3.16 on it ends here"
        assert all(said in notes[layer] for layer in noted)


@pytest.mark.filterwarnings("ignore:Layer.*does not support masking")
def test_what_the_note_on_masks_says_keeps_the_mask():
    """Without it the next layer sees padding as data; with it, each sequence ends where it ends."""
    x = np.random.default_rng(0).normal(size=(2, 5, 4)).astype("float32")
    x[0, 2:] = 0
    first = layers.LSTM(2, return_sequences=True, name="first")
    first.supports_masking = False  # as it is from Keras 3.16 on
    model = keras.Sequential([keras.Input((None, 4)), layers.Masking(), first, layers.LSTM(3)])
    whole, cut = model(x).numpy(), model(x[:1, :2]).numpy()
    assert abs(whole[0] - cut[0]).max() > 1e-3
    model.get_layer("first").supports_masking = True
    whole = model(x).numpy()
    np.testing.assert_allclose(whole[0], cut[0], atol=1e-6)
    np.testing.assert_allclose(whole[1], model(x[1:]).numpy()[0], atol=1e-6)


def test_a_mask_note_names_its_source_and_what_to_do(monkeypatch):
    set_gpu(monkeypatch, False)
    model = model_of(layers.Masking(name="hides_zeros"), layers.LSTM(2))
    [note] = examine(model)[0].notes
    assert re.search(r"from 'hides_zeros'.*padding=\"post\".*use_cudnn=False", note)
    # What it says of saved models.
    assert "use_cudnn" not in layers.LSTM(2, use_cudnn=False).get_config()
    # Where cuDNN is out of the question, masks do not matter.
    assert examine(model_of(layers.Masking(), layers.LSTM(2, unroll=True)))[0].notes == ()


def test_what_is_said_of_fused_is_what_it_does():
    if fused_obstacles.on_gpu():
        pytest.skip("on a GPU, fused leaves LSTM and GRU to Keras")
    arguments = [{}, *OBSTACLES.values(), {"dropout": 0.2, "implementation": 1}]
    made = [
        cell(2, return_sequences=True, **kwargs)
        for cell in (layers.SimpleRNN, *CELLS)
        for kwargs in arguments
        if cell is not layers.SimpleRNN
        or not kwargs.keys() & {"use_cudnn", "recurrent_activation", "implementation"}
    ]
    others = [Plain(2, return_sequences=True), layers.RNN(layers.LSTMCell(2))]
    model = keras.Sequential([*made, layers.Bidirectional(layers.GRU(2, return_sequences=True))])
    for layer in others:
        model.add(layer)
    found = examine(model)
    with fused(model) as swapped:
        pass
    for each in found:
        assert (each.fused_kernel == "fused CPU loop") is (each.name in swapped.layers), each
        assert bool(each.fused_obstacles) is (each.name not in swapped.layers), each
    assert swapped.layers


def test_on_a_gpu_fused_gives_cudnn_to_simple_rnn_and_leaves_the_others_to_keras():
    model = keras.Sequential(
        [
            layers.SimpleRNN(2, return_sequences=True),
            layers.SimpleRNN(2, activation="elu", return_sequences=True),
            layers.LSTM(2, return_sequences=True),
            layers.LSTM(2, unroll=True, return_sequences=True),
            layers.RNN(layers.GRUCell(2)),
        ]
    )
    found = examine(model, assume_gpu=True)
    assert [each.kernel for each in found] == ["standard loop"] * 2 + ["cuDNN"] + [
        "standard loop"
    ] * 2
    assert [each.fused_kernel for each in found] == ["cuDNN", "standard loop"] * 2 + [
        "standard loop"
    ]
    assert [len(each.fused_obstacles) for each in found] == [0, 1, 0, 0, 0]


def test_the_model_is_as_it_was():
    model = model_of(layers.Masking(), layers.LSTM(2))
    before = dict(vars(model)), [dict(vars(layer)) for layer in model.layers]
    names = [found.name for found in examine(model, assume_gpu=True)]
    assert names == [model.layers[-1].name]
    assert (dict(vars(model)), [dict(vars(layer)) for layer in model.layers]) == before


def test_layers_are_called_by_their_path():
    inner = keras.Sequential([layers.Bidirectional(layers.LSTM(2), name="both")], name="inner")
    found = examine(keras.Sequential([inner]))
    assert {each.name for each in found} == {"inner/both/forward_lstm", "inner/both/backward_lstm"}
    assert {each.cell for each in found} == {"LSTM"}


def test_what_cannot_be_diagnosed():
    with pytest.raises(ValueError, match=r"has no recurrent layer. Expected at least one"):
        examine(model_of(layers.Dense(2)))
    with pytest.raises(ValueError, match=r"Received a LSTM. Expected a keras.Model: put layers"):
        examine(layers.LSTM(2))


def test_another_backend_is_told(monkeypatch):
    monkeypatch.setattr(keras.config, "backend", lambda: "jax")
    assert this_machine().backend == "jax"
    with pytest.raises(ValueError, match=r"runs on 'jax'. Set KERAS_BACKEND=tensorflow"):
        examine(model_of(layers.LSTM(2)))


def test_the_machine(monkeypatch):
    facts = this_machine()
    assert (facts.python, facts.numpy) == (platform.python_version(), np.__version__)
    assert (facts.tensorflow, facts.keras) == (tf.__version__, keras.__version__)
    assert 1 <= facts.cores <= os.cpu_count()
    assert (facts.no_gpu is None) is bool(tf.config.list_physical_devices("GPU"))

    device = types.SimpleNamespace(name="/physical_device:GPU:0")
    details = {"device_name": "NVIDIA L4", "compute_capability": (8, 9)}
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [device] * 2)
    monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda gpu: details)
    assert this_machine().gpus == ("NVIDIA L4, compute capability 8.9",) * 2
    assert this_machine().no_gpu is None
    details.clear()  # some devices tell nothing
    assert this_machine().gpus == ("/physical_device:GPU:0",) * 2


ALL_THERE = {"built_with_cuda": True, "driver": True, "libraries": True, "visible": None}
REASONS = [
    ({"driver": False, "libraries": False}, "no NVIDIA driver", "install its driver"),
    ({"built_with_cuda": False}, "built without CUDA", re.escape(how_to_install("gpu"))),
    ({"libraries": False}, "CUDA's libraries are not", re.escape(how_to_install("gpu"))),
    ({"visible": ""}, "CUDA_VISIBLE_DEVICES='' hides", "Unset"),
    ({"visible": "-1"}, "CUDA_VISIBLE_DEVICES='-1' hides", "Unset"),
    ({"visible": "0"}, "could not use them", "doctor --verbose"),
    ({}, "could not use them", "nvidia-smi"),
    ({"system": "Windows"}, "not on Windows", "WSL2"),
    ({"system": "Darwin"}, "not on Darwin", "Linux"),
]


def test_why_there_is_no_gpu():
    for facts, reason, remedy in REASONS:
        found = why_no_gpu(**(ALL_THERE | facts))
        assert reason in found.setting
        assert re.search(remedy, found.remedy)


def test_signs_of_a_driver(monkeypatch):
    for proc, smi in itertools.product([True, False], repeat=2):
        monkeypatch.setattr(machine.os.path, "exists", lambda path, proc=proc: proc)
        monkeypatch.setattr(machine.shutil, "which", lambda name, smi=smi: smi or None)
        assert machine._has_driver() is (proc or smi)


def test_default_layers():
    found = examine(model_file.default_model(), assume_gpu=True)
    assert [(each.name, each.kernel) for each in found] == [
        ("simple_rnn", "standard loop"),
        ("lstm", "cuDNN"),
        ("gru", "cuDNN"),
    ]
    assert [each.name for each in examine(model_file.default_model(["gru", "gru"]))] == ["gru"]
    with pytest.raises(ValueError, match=r"Unknown cell 'lst'.*mean 'lstm'"):
        model_file.default_model(["lst"])


@keras.saving.register_keras_serializable("tests")
def my_loss(y_true, y_pred):
    return keras.ops.mean(y_true - y_pred)


def test_load_takes_what_keras_saved(tmp_path, monkeypatch):
    model = model_of(layers.LSTM(2, unroll=True))
    model.compile(loss=my_loss)
    model.fit(X, X[:, 0, :2], verbose=0)
    model.save(tmp_path / "model.keras")
    # A loss that is not defined where the model is loaded changes nothing about its layers.
    monkeypatch.setattr(keras.saving, "get_custom_objects", dict)
    keras.saving.get_registered_object.__globals__["GLOBAL_CUSTOM_OBJECTS"].pop("tests>my_loss")
    [found] = examine(model_file.load(str(tmp_path / "model.keras")), assume_gpu=True)
    assert found.obstacles[0].setting == "unroll=True"


def write_text(path):
    path.write_text("hello")


def write_zip(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", "b")


def write_lambda(path):
    model_of(layers.Lambda(lambda x: x), layers.LSTM(2)).save(path)


def write_unknown(path):
    model_of(Plain(2)).save(path)


UNLOADABLE = [
    (lambda path: None, r"There is no model file '.*\.keras'. Expected what model\.save"),
    (lambda path: path.mkdir(), r"There is no model file"),
    (write_text, r"it is not a Keras model\. Expected what model\.save wrote"),
    (write_zip, r"it is not a Keras model\. Expected what model\.save wrote"),
    (write_lambda, r"Python lambda.*safe_mode=False.*doctor\.examine\(model\)"),
    (write_unknown, r"it needs Plain, which Keras does not know.*doctor\.examine\(model\)"),
]


def test_what_cannot_be_loaded(tmp_path):
    for number, (write, message) in enumerate(UNLOADABLE):
        path = tmp_path / f"{number}.keras"
        write(path)
        with pytest.raises(ValueError, match=message) as caught:
            model_file.load(str(path))
        assert "\n" not in str(caught.value)


def shown(view, width=80):
    console = Console(file=io.StringIO(), width=width)
    console.print(view)
    return console.file.getvalue()


def test_the_view_has_all_of_it_in_80_columns():
    model = keras.Sequential(
        [
            keras.Input((20,)),
            layers.Embedding(9, 4, mask_zero=True, name="embedding"),
            layers.LSTM(2, return_sequences=True, name="plain"),
            layers.GRU(2, unroll=True, use_bias=False, return_sequences=True, name="gru"),
            layers.SimpleRNN(2, unroll=True, name="simple"),
        ]
    )
    text = shown(views.layers_view("model.keras", examine(model, assume_gpu=True)))
    assert max(map(len, text.splitlines())) <= 80
    for row in (
        r"^plain +LSTM +cuDNN +cuDNN *$",
        r"^gru +GRU +standard loop +standard loop *$",
        r"^unroll=True +gru +Leave unroll out\.",
        r"^use_bias=False +gru +Leave use_bias out",
        r"^SimpleRNN +simple +Keras has no cuDNN path",
        r"^not fused because of .*\n─+\nunroll=True +simple +Leave unroll out\.",
        r"^plain: A mask reaches it \(from 'embedding'\)",
    ):
        assert re.search(row, text, re.MULTILINE), text
    assert "fused(model).unfused names it" in " ".join(text.split())


def test_what_all_layers_have_in_common_is_said_once(monkeypatch):
    set_gpu(monkeypatch, False)
    text = shown(views.layers_view("defaults", examine(model_file.default_model())))
    assert re.search(r"^no GPU +all ", text, re.MULTILINE)
    assert text.count("no GPU") == 1
    assert "not fused because of" not in text


@pytest.mark.parametrize("width", [80, 50])
def test_the_machine_fits_the_terminal(width):
    text = shown(views.machine_view(this_machine()), width)
    assert max(map(len, text.splitlines())) <= width
    assert re.search(rf"^TensorFlow +{re.escape(tf.__version__)} *$", text, re.MULTILINE)
    assert re.search(r"^GPU +\S", text, re.MULTILINE)


def run(*arguments):
    return command_line.run("doctor", *arguments)


def test_on_the_command_line(tmp_path):
    model = model_of(layers.LSTM(2, recurrent_dropout=0.2, name="lstm"))
    model.compile(loss="mse", jit_compile=True)
    model.save(tmp_path / "m.keras")
    done = run(str(tmp_path / "m.keras"), "--as-if-gpu")
    assert (done.returncode, done.stderr) == (0, "")
    assert "as if there were a GPU" in " ".join(done.stdout.split())
    assert re.search(r"^lstm +LSTM +standard loop +standard loop *$", done.stdout, re.MULTILINE)
    assert re.search(r"^recurrent_dropout=0\.2 +lstm +Set", done.stdout, re.MULTILINE)
    assert "lstm: jit_compile=True is in vain" in done.stdout
    assert "\x1b" not in done.stdout


def test_a_mistake_is_told_in_a_line_and_nothing_is_shown():
    done = run("m.keras", "--cell", "gru")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert re.search(r"Received a model, 'm\.keras', and --cell\. Expected one", done.stderr)


def test_help_needs_no_tensorflow():
    script = (
        "import sys, atexit\n"
        "atexit.register(lambda: print('tensorflow' in sys.modules, 'keras' in sys.modules))\n"
        "sys.argv = ['keras-rnn-study', 'doctor', '--help']\n"
        "from keras_rnn_study.cli import main\nmain()"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "False False"
