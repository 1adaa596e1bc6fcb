"""Models: standard Keras, compiled for the task, and started as the papers say."""

import subprocess
import sys

import keras
import numpy as np
import pytest
from task_cases import CASES

from keras_rnn_study import trace
from keras_rnn_study.datasets import adding, language, reber, recall, temporal_order
from keras_rnn_study.runs.models import build_model
from keras_rnn_study.runs.starts import CELLS, STARTS

UNITS = 16
VALID = [(cell, init) for cell, inits in STARTS.items() for init in inits]
KERAS_LAYERS = {
    "simple_rnn": keras.layers.SimpleRNN,
    "lstm": keras.layers.LSTM,
    "gru": keras.layers.GRU,
}


def weights(model_or_layer):
    return [variable.numpy() for variable in model_or_layer.weights]


def build(cell="lstm", **arguments):
    return build_model(recall.TASK, cell, **{"units": UNITS, "seed": 0, **arguments})


def train(case, model):
    """Two steps; the loss of the second epoch's step."""
    history = model.fit(
        case.stream(8, 5, seed=0), steps_per_epoch=1, epochs=2, verbose=0, shuffle=False
    )
    return history.history


@pytest.mark.parametrize("module", [recall, language])
@pytest.mark.parametrize(("cell", "init"), VALID)
def test_every_cell_and_init_trains(module, cell, init):
    model = build_model(module.TASK, cell, units=UNITS, init=init, gap=5, seed=0)
    # How a layer starts is not in the graph: one that is compiled is enough for each cell.
    model.run_eagerly = init not in ("keras", "identity")
    data = module.stream(8, gap=5, seed=0)
    model.fit(data, steps_per_epoch=2, verbose=0, shuffle=False)
    x, _ = module.make(3, gap=9, seed=0)  # another length than it was trained on
    probabilities = model.predict(x, verbose=0)
    np.testing.assert_allclose(probabilities.sum(axis=-1), 1, rtol=1e-5)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_model_fits_its_task(case):
    task = case.task
    model = build_model(task, "lstm", units=4, seed=0)
    model.run_eagerly = True  # to compile three functions takes longer; a task is no part of them
    assert set(train(case, model)) == {
        "loss",
        "accuracy" if task.num_classes else "mean_absolute_error",
    }
    x, y = case.make(300, 5, seed=1)
    prediction = model.predict(x, batch_size=300, verbose=0)
    outputs = task.num_classes or 1
    assert prediction.shape == ((300, x.shape[1], outputs) if task.every_step else (300, outputs))
    if task.num_classes:
        np.testing.assert_allclose(prediction.sum(axis=-1), 1, rtol=1e-4)
    scores = task.scores(x, y, prediction)
    assert scores.shape == (300,)
    # It has learned nothing in two steps.
    assert not task.is_solved(scores.mean())
    loss = model.evaluate(x, y, batch_size=300, verbose=0)[0]
    assert loss > 0.8 * task.baseline_loss(case.size(5))


@pytest.mark.parametrize(
    "name", ["adding-exact_gap", "adding-hochreiter_1997", "copy_memory", "reber-hochreiter_1997"]
)
def test_a_trace_sees_through_every_kind_of_task(name):
    """A number as the answer, padding, a target at every step, and both."""
    [case] = [case for case in CASES if str(case) == name]
    model = build_model(case.task, "lstm", units=4, seed=0)
    x, y = case.make(8, 12, seed=1)
    traced = trace(model, x, y)
    assert traced.loss == pytest.approx(model.evaluate(x, y, verbose=0)[0], rel=1e-5)
    gradients = np.linalg.norm(traced["lstm"].state_gradients["h"], axis=-1)
    # Every step up to the last answer has a gradient.
    due = case.task.answer_steps(x)
    until = np.cumsum(due[:, ::-1], axis=1)[:, ::-1] > 0
    assert (gradients[until] > 0).all()
    if case.task.padded:
        assert (traced["lstm"].mask == case.task.real_steps(x)).all()


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("case", [case for case in CASES if case.task.padded], ids=str)
def test_padding_changes_nothing(case, layers):
    """Neither the prediction nor the loss: the same as of each sequence without its padding."""
    task = case.task
    model = build_model(task, "lstm", units=4, layers=layers, seed=0)
    x, y = case.make(6, 10, seed=0)
    lengths = task.real_steps(x).sum(axis=1)
    assert len(set(lengths)) > 1
    prediction = model.predict(x, verbose=0)
    losses, weights = [], []
    for sample, answer, length, predicted in zip(x, y, lengths, prediction, strict=True):
        sample, answer = sample[None, :length], answer[None]
        if task.every_step:
            answer, predicted = answer[:, :length], predicted[:length]
        alone = model(sample)  # and not `predict`, which would be compiled for each length
        np.testing.assert_allclose(alone[0], predicted, atol=1e-6)
        losses.append(float(model.compute_loss(sample, answer, alone)))
        weights.append(length if task.every_step else 1)
    loss = model.evaluate(x, y, verbose=0)[0]
    assert loss == pytest.approx(np.average(losses, weights=weights), rel=1e-5)


def test_there_are_tasks_with_padding():
    padded = {str(case) for case in CASES if case.task.padded}
    assert {"adding-hochreiter_1997", "reber-hochreiter_1997"} <= padded


def test_a_variant_may_have_other_inputs_and_answers():
    for task in (adding.TASK.of("le_2015"), temporal_order.TASK.of("hochreiter_1997_three")):
        model = build_model(task, "gru", units=4)
        assert model.input_shape == (None, *task.input_shape)
        assert model.output_shape == (None, task.num_classes or 1)
    assert build_model(reber.TASK, "gru", units=4).output_shape == (None, None, 7)


def test_a_new_model_scores_about_chance():
    x, y = recall.make(2000, gap=5, seed=0)
    loss, accuracy = build().evaluate(x, y, verbose=0)
    assert abs(accuracy - recall.TASK.chance) < 0.1
    assert abs(loss - np.log(recall.TASK.num_classes)) < 0.2


@pytest.mark.parametrize("cell", CELLS)
def test_layers_are_named_after_their_cell(cell):
    model = build_model("language", cell, layers=3, units=4)
    names = [layer.name for layer in model.layers]
    assert names == ["embedding", cell, f"{cell}_2", f"{cell}_3", "answer"]
    assert [type(layer) for layer in model.layers[1:4]] == [KERAS_LAYERS[cell]] * 3
    assert [layer.return_sequences for layer in model.layers[1:4]] == [True, True, False]


def test_a_task_may_be_given_by_its_name():
    by_name, by_task = (build_model(given, "gru", seed=3) for given in ("recall", recall.TASK))
    for first, second in zip(weights(by_name), weights(by_task), strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("cell", CELLS)
def test_keras_init_is_what_keras_does_by_default(cell):
    layer = build(cell).get_layer(cell)
    default = KERAS_LAYERS[cell](UNITS)
    ours, theirs = layer.get_config(), default.get_config()
    for name in ("kernel_initializer", "recurrent_initializer"):
        for config in (ours[name], theirs[name]):
            config["config"].pop("seed")
    for name in ("name", "dtype", "build_config"):
        ours.pop(name, None), theirs.pop(name, None)
    assert ours == theirs


@pytest.mark.parametrize("cell", CELLS)
def test_keras_init_has_an_orthogonal_and_glorot_a_random_recurrent_kernel(cell):
    def gram(init):
        kernel = weights(build(cell, init=init).get_layer(cell))[1]  # (units, gates x units)
        return kernel @ kernel.T

    np.testing.assert_allclose(gram("keras"), np.eye(UNITS), atol=1e-5)
    assert np.abs(gram("glorot") - np.eye(UNITS)).max() > 0.1


def test_glorot_keeps_the_recurrent_kernel_in_glorots_limits():
    kernel = weights(build("simple_rnn", init="glorot").get_layer("simple_rnn"))[1]
    limit = np.sqrt(6 / (2 * UNITS))
    assert 0.9 * limit < np.abs(kernel).max() <= limit


def test_identity_starts_as_an_irnn():
    layer = build("simple_rnn", init="identity").get_layer("simple_rnn")
    kernel, recurrent, bias = weights(layer)
    np.testing.assert_array_equal(recurrent, np.eye(UNITS))
    np.testing.assert_array_equal(bias, 0)
    assert layer.activation is keras.activations.relu
    assert kernel.std() == pytest.approx(0.001, rel=0.2)


@pytest.mark.parametrize("gap", [0, 1, 10, 1000])
def test_chrono_spreads_the_lstms_forget_gates_up_to_the_gap(gap):
    bias = weights(build("lstm", init="chrono", gap=gap, units=400).get_layer("lstm"))[2]
    in_gate, forget, candidate, output = np.split(bias, 4)
    np.testing.assert_array_equal(in_gate, -forget)
    np.testing.assert_array_equal(candidate, 0)
    np.testing.assert_array_equal(output, 0)
    check_memory_times(np.exp(forget), gap)


@pytest.mark.parametrize("gap", [0, 1, 10, 1000])
def test_chrono_spreads_the_grus_update_gates_up_to_the_gap(gap):
    bias = weights(build("gru", init="chrono", gap=gap, units=400).get_layer("gru"))[2]
    update, reset, candidate = np.split(bias.sum(axis=0), 3)
    np.testing.assert_array_equal(reset, 0)
    np.testing.assert_array_equal(candidate, 0)
    check_memory_times(np.exp(update), gap)


def check_memory_times(times, gap):
    """T_max - 1 = gap + 1: the steps from the evidence to the answer."""
    assert times.min() >= 1 - 1e-5
    assert times.max() <= gap + 1 + 1e-3 * (gap + 1)
    assert times.mean() == pytest.approx(1 + gap / 2, rel=0.1)


def test_chrono_lets_the_state_live_as_long_as_the_gap():
    # Without kernels the forget gate is its bias alone, and nothing but it wears the state down.
    gap = 100
    left = {}
    for init in ("keras", "chrono"):
        layer = build("lstm", init=init, gap=gap).get_layer("lstm")
        for variable in layer.weights[:2]:
            variable.assign(variable * 0)
        start = [np.zeros((1, UNITS), "float32"), np.ones((1, UNITS), "float32")]
        _, _, c = keras.layers.RNN(layer.cell, return_state=True)(
            np.zeros((1, gap, 17), "float32"), initial_state=start
        )
        left[init] = float(keras.ops.mean(c))
    assert left["keras"] < 1e-10
    assert left["chrono"] > 0.1


@pytest.mark.parametrize("biases", [{"forget_bias": 4.5}, {"input_bias": -4.5}, {}])
def test_a_gates_bias_is_set_and_no_other(biases):
    model = build("lstm", layers=2, **biases)
    for name in ("lstm", "lstm_2"):
        gates = np.split(weights(model.get_layer(name))[2], 4)  # input, forget, candidate, output
        expected = (biases.get("input_bias", 0), biases.get("forget_bias", 1), 0, 0)
        for gate, value in zip(gates, expected, strict=True):
            np.testing.assert_array_equal(gate, np.float32(value))


def test_an_open_forget_gate_with_a_closed_input_gate_keeps_the_state_as_chrono_does():
    x, _ = recall.make(16, gap=100, seed=0)
    kept = {}
    for input_bias in (0.0, -4.6):
        model = build("lstm", forget_bias=4.6, input_bias=input_bias)
        states = trace(model, x)["lstm"].states["c"]
        kept[input_bias] = float(np.linalg.norm(states[:, -1] - states[:, 0], axis=-1).mean())
    assert kept[-4.6] < 0.2 * kept[0.0]  # what comes in after the evidence is the drift


def test_every_layer_gets_chrono_biases_of_its_own():
    model = build("lstm", init="chrono", gap=50, layers=2)
    first, second = (weights(model.get_layer(name))[2] for name in ("lstm", "lstm_2"))
    assert first[UNITS : 2 * UNITS].max() > 2
    assert not np.array_equal(first, second)


@pytest.mark.parametrize(("cell", "init"), VALID)
def test_the_same_seed_gives_the_same_weights_and_another_seed_others(cell, init):
    first, again, other = (
        weights(build_model("language", cell, init=init, gap=9, units=8, seed=seed))
        for seed in (1, 1, 2)
    )
    for one, two in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, two)
    assert not np.array_equal(first[0], other[0])


def test_without_a_seed_weights_differ():
    first, second = (weights(build(seed=None))[0] for _ in range(2))
    assert not np.array_equal(first, second)


def test_the_matrices_of_one_model_are_drawn_independently():
    model = build("simple_rnn", init="glorot", layers=2)
    recurrent = [weights(layer)[1] for layer in model.layers[:2]]
    assert not np.array_equal(*recurrent)


# Keras converts its variables while saving in a way that NumPy 2 deprecates.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_saved_models_load_without_this_project(tmp_path):
    x, _ = language.make(4, gap=9, seed=0)
    np.save(tmp_path / "x.npy", x)
    expected = {}
    for cell, init in VALID:
        model = build_model(language.TASK, cell, units=8, init=init, gap=9, seed=0)
        model.save(tmp_path / f"{cell}_{init}.keras")
        expected[f"{cell}_{init}"] = model.predict(x, verbose=0)
    program = (
        "import pathlib, sys, keras, numpy\n"
        "x = numpy.load('x.npy')\n"
        "for path in pathlib.Path().glob('*.keras'):\n"
        "    numpy.save(path.stem, keras.models.load_model(path).predict(x, verbose=0))\n"
        "assert not any(name.startswith('keras_rnn_study') for name in sys.modules)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    for name, probabilities in expected.items():
        np.testing.assert_allclose(np.load(tmp_path / f"{name}.npy"), probabilities, rtol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"task": "langage"}, "Unknown task 'langage': .*Did you mean 'language'"),
        ({"cell": "ltsm"}, "Unknown cell 'ltsm': .*Did you mean 'lstm'"),
        ({"cell": "SimpleRNN"}, "Unknown cell 'SimpleRNN': expected one of 'simple_rnn', 'lstm'"),
        ({"init": "crono"}, "Unknown init 'crono': .*Did you mean 'chrono'"),
        ({"cell": "lstm", "init": "identity"}, "square recurrent kernel, but 'lstm' has gates"),
        ({"cell": "gru", "init": "identity"}, "square recurrent kernel, but 'gru' has gates"),
        ({"cell": "simple_rnn", "init": "chrono", "gap": 5}, "'simple_rnn' has none"),
        ({"cell": "lstm", "init": "chrono"}, "gap=None was given. Pass the task's gap"),
        ({"cell": "lstm", "init": "chrono", "gap": -2}, "gap must be a whole number"),
        ({"units": 0}, "units must be a whole number, 1 or more, but 0 was given"),
        ({"layers": 1.5}, "layers must be a whole number, 1 or more, but 1.5 was given"),
        ({"seed": -1}, "seed must be a whole number, 0 or more, but -1 was given"),
        ({"seed": 2**32}, "seed must be a whole number, 4,294,967,295 or less"),
        ({"units": 10**9}, "units must be a whole number, 10,000 or less"),
        (
            {"task": recall},
            r"but <module .* was given. Pass, for example, recall.TASK, or 'recall'",
        ),
        ({"task": 3}, "task must be a Task, or the name of one, but 3 was given"),
        ({"optimizer": "adm"}, "Unknown optimizer 'adm': .*Did you mean 'adam'"),
        ({"optimizer": 3}, "optimizer must be a Keras optimizer, or the name of one, but 3"),
        ({"cell": "gru", "input_bias": 1}, "input_bias=1 is for an LSTM's input gate, but .*'gru'"),
        (
            {"cell": "lstm", "input_bias": "a"},
            "input_bias must be a number, -1,000 or more, but 'a'",
        ),
        (
            {"cell": "lstm", "init": "chrono", "gap": 5, "input_bias": 0.0},
            "init='chrono' sets the input gate's biases, and input_bias=0.0 would undo it",
        ),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        build_model(arguments.pop("task", "recall"), **arguments)
