"""Each rule on numbers made up: one that is ill, and two that are not."""

import dataclasses
from types import SimpleNamespace

import ill_models
import keras
import numpy as np
import pytest

from keras_rnn_study.diagnosis import RULES
from keras_rnn_study.diagnosis.answer import LossKind
from keras_rnn_study.diagnosis.examination import Examination, Validation
from keras_rnn_study.diagnosis.examining import examine
from keras_rnn_study.diagnosis.layer_outputs import LayerOutput
from keras_rnn_study.tracing.result import LayerTrace, Trace

BATCH, TIME, UNITS = 32, 40, 6
RULE = {rule.name: rule for rule in RULES}
NAME = "lstm"


def normal(*shape):
    return np.random.default_rng(1).normal(size=shape)


@pytest.fixture(scope="module")
def base():
    """A healthy examination; the tests replace what a rule looks at."""
    x, y = ill_models.signs(TIME, BATCH)
    found = examine(ill_models.network(x, units=UNITS), x, y, None, None, None)
    return dataclasses.replace(found, guessing=0.7, loss=0.69)


def change(base, **fields):
    """Replace fields, those of the rehearsal and of the trace by their own names."""
    rehearsal = {n: v for n, v in fields.items() if n in vars(base.rehearsal)}
    known = LayerTrace.__dataclass_fields__.keys() - Examination.__dataclass_fields__.keys()
    traced = {n: v for n, v in fields.items() if n in known}
    own = {n: v for n, v in fields.items() if n not in rehearsal and n not in traced}
    if rehearsal:
        own["rehearsal"] = dataclasses.replace(base.rehearsal, **rehearsal)
    if traced:
        layer = base.trace[NAME]
        own["trace"] = Trace(base.loss, {NAME: dataclasses.replace(layer, **traced)})
    unknown = {n: why for n, why in base.unknown.items() if n not in own}
    return dataclasses.replace(base, unknown=own.pop("unknown", unknown), **own)


def evidence_at(step):
    there = np.zeros((BATCH, TIME), bool)
    there[:, step] = True
    return there


def gradients(per_step, start=-1):
    """A gradient that changes by a factor per step on its way back from the end."""
    size = per_step ** np.arange(TIME)[::-1]
    return {"h": normal(BATCH, TIME, UNITS) * size[:, None] / UNITS}


def gates(**values):
    made = {"input": 0.5, "forget": 0.5, "candidate": 0.1, "output": 0.5} | values
    return {name: np.full((BATCH, TIME, UNITS), value) for name, value in made.items()}


def states(values):
    return {"h": np.asarray(values, float)}


def grows(factor):
    return states(normal(BATCH, TIME, UNITS) * (factor ** np.arange(TIME))[:, None])


def moved(step):
    return {f"{NAME}/kernel": np.full(6, step), "dense/kernel": np.full(6, step)}


def losses(*values):
    return np.interp(np.linspace(0, 1, 6), np.linspace(0, 1, len(values)), values)


def padded(lengths):
    x = normal(BATCH, TIME, 2)
    for sample, length in zip(x, lengths, strict=True):
        sample[length:] = 0
    return (x,)


def spikes(share):
    x = normal(BATCH, TIME, 1)
    return (x * (np.random.default_rng(0).random(x.shape) < share),)


MSE = LossKind("mean_squared_error", "squared", False, True)
BCE = LossKind("binary_crossentropy", "binary", False, True)
OWN = LossKind("mine", None, False, False)
LABELS = (normal(BATCH, 1) > 0).astype(float)
PREDICTED = np.full((BATCH, 1), 0.5) + 0.01 * normal(BATCH, 1)
WAVES = np.sin(0.3 * np.arange(TIME)[None, :, None] + 6 * normal(BATCH, 1, 2))
SERIES = np.lib.stride_tricks.sliding_window_view(normal(BATCH + 9), 10)[:, :, None]
LINE = normal(200)
NEXT, BEFORE = np.roll(LINE, -1), np.roll(LINE, 1)
SLOW = SimpleNamespace(optimizer=SimpleNamespace(learning_rate=1e-6, get_config=dict))
FAR, NEAR = evidence_at(1), evidence_at(-3)
EVEN = {NAME: np.ones((6, TIME))}
NO_LEVEL = {"loss_kind": BCE, "few_labels": LABELS, "labels": LABELS, "predictions": PREDICTED}

# rule -> (ill, healthy, healthy)
MADE = {
    "nan_inputs": (
        {"inputs": (np.array([[[np.nan]]]),)},
        {"inputs": (np.array([[["a"]]]),)},
        {"inputs": (np.array([[[1e30]]]),)},
    ),
    "labels_do_not_fit_loss": (
        NO_LEVEL | {"activation": "softmax"},
        NO_LEVEL | {"activation": "sigmoid", "loss_reads_logits": True},
        NO_LEVEL | {"loss_kind": OWN},
    ),
    "one_class": (
        {"labels": np.ones((BATCH, 1))},
        {"labels": LABELS},
        {"labels": np.eye(3)[[0, 1] * 16], "loss_kind": LossKind("c", "categorical", False, True)},
    ),
    "swapped_axes": (
        {"inputs": (WAVES.transpose(0, 2, 1),)},
        {"inputs": (WAVES,)},
        {"inputs": (normal(BATCH, 12, 60),)},
    ),
    "constant_features": (
        {"inputs": (np.concatenate([0 * WAVES, WAVES], axis=-1),)},
        {"inputs": (WAVES,)},
        {"inputs": (np.eye(9)[np.arange(BATCH * 5).reshape(BATCH, 5) % 4],)},
    ),
    "leaking_windows": (
        {"inputs": (SERIES,), "labels": SERIES[:, 4, 0]},
        {"inputs": (SERIES,), "labels": 3 * normal(BATCH, 1)},
        {"inputs": (WAVES,), "labels": WAVES[:, 0, 0]},  # a task that repeats an input
    ),
    "padding_not_masked": (
        {"inputs": padded(range(4, 4 + BATCH))},
        {"inputs": padded([20] * BATCH)},  # blanks of one length are part of a task
        {"inputs": spikes(0.1)},
    ),
    "unscaled_inputs": (
        {"sequences": {NAME: 100 * normal(BATCH, TIME, 2)}},
        {"sequences": {NAME: normal(BATCH, TIME, 2)}},
        {"sequences": {NAME: 100 * normal(BATCH, TIME, 2)}, "loss": 0.1},  # it has learned
    ),
    "identical_units": (
        {"states": states(np.repeat(normal(BATCH, TIME, 1), UNITS, axis=2))},
        {"states": states(normal(BATCH, TIME, UNITS))},
        {"states": states(np.zeros((BATCH, TIME, UNITS)))},
    ),
    "dead_units": (
        {"states": states(np.zeros((BATCH, TIME, UNITS))), "activations": {"h": "relu"}},
        {"states": states(np.zeros((BATCH, TIME, UNITS))), "activations": {"h": "tanh"}},
        {"states": states(normal(BATCH, TIME, UNITS)), "activations": {"h": "relu"}},
    ),
    "runaway_states": (
        {"states": grows(1.5)},
        {"states": states(normal(BATCH, TIME, UNITS) * 1e4 * np.arange(TIME)[:, None])},  # a sum
        {"states": grows(1.05)},
        {"states": states(np.where(np.arange(TIME)[:, None] > 5, np.nan, normal(2, TIME, 3)))},
    ),
    "saturated_units": (
        {"gates": gates(candidate=0.99)},
        {"gates": gates(forget=0.99, input=0.01)},  # chrono
        {"gates": gates(candidate=0.99), "loss": 0.1},
    ),
    "short_memory": (
        {"gates": gates(forget=0.7), "state_gradients": gradients(0.7), "evidence": FAR},
        {"gates": gates(forget=0.7), "state_gradients": gradients(0.7), "evidence": NEAR},
        {"gates": gates(forget=0.99), "state_gradients": gradients(0.99), "evidence": FAR},
    ),
    "state_drift": (
        {"gates": gates(forget=0.99), "evidence": FAR},
        {"gates": gates(forget=0.99, input=0.05), "evidence": FAR},
        {"gates": gates(forget=0.99), "evidence": np.ones((BATCH, TIME), bool)},  # all steps
    ),
    "exploding_gradient": (
        {"state_gradients": gradients(1.5), "input_norms": EVEN},
        {"state_gradients": gradients(1.1), "input_norms": EVEN},
        {"state_gradients": {"h": 1e6 * normal(BATCH, TIME, UNITS)}, "input_norms": EVEN},  # a sum
    ),
    "learning_rate_too_high": (
        {"losses": losses(0.7, 3.0), "relative_updates": moved(0.1)},
        {"losses": losses(0.7, 0.6), "relative_updates": moved(0.1)},
        {"losses": losses(0.7, 3.0), "relative_updates": moved(0.001)},  # dropout's noise
    ),
    "not_a_number": (
        {"states": states(np.where(np.arange(TIME)[:, None] > 5, np.nan, 0 * normal(2, TIME, 3)))},
        {"states": states(normal(2, TIME, 3))},
        {"states": states(1e30 * normal(2, TIME, 3))},
    ),
    "clipped_always": (
        {"clip_ratios": np.full(6, 1e-3), "relative_updates": moved(1e-6)},
        {"clip_ratios": np.array([1, 1, 1e-3, 1, 1, 1]), "relative_updates": moved(1e-6)},
        {"clip_ratios": np.full(6, 1e-3), "relative_updates": moved(0.01)},  # a rate to suit
    ),
    "learning_rate_too_low": (
        {"relative_updates": moved(1e-7), "model": SLOW},
        {"relative_updates": moved(1e-3), "model": SLOW},
        {"relative_updates": moved(1e-7)},  # a usual rate: the gradient is what is small
        {"relative_updates": moved(1e-7), "model": SLOW, "loss": 0.1},
    ),
    "vanishing_gradient": (
        {"state_gradients": gradients(0.5), "evidence": FAR},
        {"state_gradients": gradients(0.5), "evidence": NEAR},
        {"state_gradients": gradients(0.95), "evidence": FAR},
    ),
    "initial_loss_too_high": (
        {"loss": 100.0, "guessing": 1.0, "loss_kind": MSE},
        {"loss": 7.0, "guessing": 1.0, "loss_kind": MSE},  # adding
        {"loss": 1.9, "guessing": 0.69, "loss_kind": BCE},  # an IRNN
    ),
    "input_ignored": (
        {"predictions": np.full((BATCH, 1), 0.4), "few_labels": LABELS},
        {"predictions": PREDICTED, "few_labels": LABELS},
        {"predictions": np.full((BATCH, 1), 0.4), "few_labels": 0 * LABELS},
    ),
    "learns_label_mean": (
        NO_LEVEL | {"trained_steps": 500},
        NO_LEVEL | {"trained_steps": 10},
        NO_LEVEL | {"trained_steps": 500, "predictions": LABELS},
    ),
    "overfitting": (
        {"validation": Validation((), 2.0), "loss": 0.01, "trained_steps": 9, "unknown": {}},
        {"validation": Validation((), 0.02), "loss": 0.01, "trained_steps": 9, "unknown": {}},
        {"validation": Validation((), 2.0), "loss": 0.7, "trained_steps": 0, "unknown": {}},
    ),
}


@pytest.mark.parametrize("name", MADE)
def test_ill(base, name):
    finding = RULE[name](change(base, **MADE[name][0]))
    assert finding is not None
    assert finding.severity != "note"
    assert finding.title
    assert finding.name == name
    assert "{" not in finding.remedy
    compile(finding.remedy, "remedy", "exec")


HEALTHY = [(name, which) for name, made in MADE.items() for which in range(1, len(made))]


@pytest.mark.parametrize(("name", "which"), HEALTHY)
def test_healthy(base, name, which):
    finding = RULE[name](change(base, **MADE[name][which]))
    assert finding is None or finding.severity == "note"


def test_a_healthy_model_gets_nothing(base):
    assert [rule.name for rule in RULES if rule(base)] == []


def test_a_rule_is_silent_where_what_it_needs_is_unknown(base):
    made = change(base, losses=losses(0.7, 3.0), relative_updates=moved(0.1))
    known = dataclasses.replace(made, unknown={"updates": "no optimizer"})
    assert RULE["learning_rate_too_high"](known) is None


def test_states_that_grow_until_they_are_infinite_run_away(base):
    with np.errstate(over="ignore"):
        overflown = states(grows(1e9)["h"].astype("float32"))
    found = RULE["runaway_states"](change(base, states=overflown))
    assert found is not None
    assert np.isfinite(found.evidence["largest"])


def reservoir(told):
    """A layer that is frozen at its random start, and whose last state tells the label or not."""
    frozen = keras.layers.LSTM(UNITS, trainable=False)
    frozen.build((None, TIME, 2))
    labels = 3 * told[:, -1, :1] + 1
    return {"layers": {NAME: frozen}, "few_labels": labels, "loss_kind": MSE, "rehearsal": None}


def test_a_frozen_layer_that_tells_the_label_is_a_reservoir(base):
    kept = {"states": states(normal(BATCH, TIME, UNITS))}
    rule = RULE["no_gradient"]
    found = rule(change(base, **kept, **reservoir(kept["states"]["h"])))
    assert found.severity == "note"
    assert found.evidence["readable"] > 0.99
    other = np.random.default_rng(5).normal(size=(BATCH, TIME, 1))
    assert rule(change(base, **kept, **reservoir(other))).severity == "error"


def test_a_hidden_layer_of_dead_units_is_named(base):
    relu = keras.layers.Dense(UNITS, activation="relu")
    some = np.maximum(normal(BATCH, UNITS), 0)
    rule = RULE["dead_units"]
    dead = rule(change(base, outputs={"hidden": LayerOutput(relu, 0 * some)}))
    assert (dead.layer, dead.severity) == ("hidden", "error")
    assert rule(change(base, outputs={"hidden": LayerOutput(relu, some)})) is None
    masked = LayerOutput(keras.layers.Masking(), 0 * some)  # which hands on what it gets
    assert rule(change(base, outputs={"masking": masked})) is None


def test_hidden_units_that_are_one_unit_are_told_from_a_last_layer_that_is(base):
    alike = np.repeat(normal(BATCH, 1), UNITS, axis=1)
    rule = RULE["identical_units"]
    hidden = {"hidden": LayerOutput(keras.layers.Dense(UNITS), alike)}
    assert rule(change(base, outputs=hidden)).layer == "hidden"
    last = {"dense": LayerOutput(base.model.layers[-1], alike)}
    assert rule(change(base, outputs=last)) is None


def test_kernels_of_one_value_are_found_where_no_state_moves(base):
    rule = RULE["identical_units"]
    still = {"states": states(np.zeros((BATCH, TIME, UNITS)))}
    for start, name in (("zeros", "identical_units"), ("glorot_uniform", None)):
        layer = keras.layers.LSTM(UNITS, kernel_initializer=start, recurrent_initializer=start)
        layer.build((None, TIME, 2))
        found = rule(change(base, **still, layers={NAME: layer}))
        assert (found and found.name) == name


def test_windows_that_hold_what_comes_after_them(base):
    rule = RULE["leaking_windows"]
    for column, name in ((BEFORE + LINE + NEXT, "leaking_windows"), (BEFORE + LINE, None)):
        cuts = np.lib.stride_tricks.sliding_window_view(np.stack([LINE, column]), 8, axis=1)
        array = np.ascontiguousarray(cuts.transpose(1, 2, 0)[1:-1])
        found = rule(change(base, inputs=(array,), labels=NEXT[8:-1]))
        assert (found and found.name) == name


def test_labels_in_another_order_than_their_windows(base):
    rule = RULE["learns_label_mean"]
    cuts = np.lib.stride_tricks.sliding_window_view(LINE, 8)[:-1, :, None]
    inputs, after = (np.ascontiguousarray(cuts),), LINE[8:]
    shuffled = np.random.default_rng(0).permutation(after)
    assert rule(change(base, inputs=inputs, labels=after)) is None
    assert rule(change(base, inputs=inputs, labels=shuffled)).severity == "error"


def test_a_loss_that_breaks_on_usual_answers_is_told_from_steps_that_are_too_long(base):
    broken = losses(0.7, 3.0)
    broken[3:] = np.nan
    made = {"losses": broken, "relative_updates": moved(0.1)}
    usual = {"output_sizes": {"dense": np.ones(6)}}
    grown = {"output_sizes": {"dense": np.array([1, 1e2, 1e4, 1e6, 1e8, 1e9])}}
    too_high, none = RULE["learning_rate_too_high"], RULE["not_a_number"]
    assert too_high(change(base, **made, **usual)) is None
    assert too_high(change(base, **made, **grown)) is not None
    found = none(change(base, **made, **usual))
    assert (found.training_step, found.layer) == (3, None)
    assert "the loss, though the answer is one" in found.title
    lost = {"output_sizes": {"dense": np.array([1, 1, 1, np.inf, np.inf, np.inf])}}
    assert none(change(base, **made, **lost)).layer == "dense"


def test_a_layer_that_makes_nan_of_numbers_is_named(base):
    layers = {
        "scaled": LayerOutput(keras.layers.Rescaling(2.0), normal(BATCH, TIME, 2)),
        "divided": LayerOutput(keras.layers.Rescaling(2.0), np.full((BATCH, TIME, 2), np.nan)),
    }
    assert RULE["not_a_number"](change(base, outputs=layers)).layer == "divided"


def test_the_first_layer_that_hands_on_the_same_is_named(base):
    ignored = {"predictions": np.full((BATCH, 1), 0.4), "few_labels": LABELS}
    layers = {
        "lstm": LayerOutput(keras.layers.LSTM(3), normal(BATCH, 3)),
        "nothing": LayerOutput(keras.layers.Rescaling(0.0), np.zeros((BATCH, 3))),
    }
    assert RULE["input_ignored"](change(base, **ignored, outputs=layers)).layer == "nothing"


def test_a_gradient_may_grow_by_the_number_of_steps_at_which_a_loss_enters(base):
    """A hundredfold is an explosion where the loss looks at the end, and none where it is a sum."""
    grown = {"state_gradients": gradients(1.14), "input_norms": EVEN}  # 166-fold
    rule, everywhere = RULE["exploding_gradient"], normal(BATCH, TIME, UNITS)
    at_the_end = everywhere * (np.arange(TIME) == TIME - 1)[:, None]
    assert rule(change(base, **grown, output_gradients=at_the_end)) is not None
    assert rule(change(base, **grown, output_gradients=everywhere)) is None


def test_a_stateful_layer_is_noted_and_no_alarm(base):
    kept = {NAME: keras.layers.LSTM(3, stateful=True)}
    assert RULE["stateful_shuffled"](change(base, layers=kept)).severity == "note"
    assert RULE["stateful_shuffled"](base) is None


def test_the_worst_update_counts_and_not_the_last(base):
    """A network that exploded once looks ordinary again at the next update."""
    norms = np.ones((6, TIME))
    norms[2] = 1.3 ** np.arange(TIME)[::-1]
    found = RULE["exploding_gradient"](change(base, input_norms={NAME: norms}))
    assert found.training_step == 2
    assert found.evidence["growth"] == pytest.approx(1.3 ** (TIME - 1) / 1.3, rel=0.5)


def mirrored(fields):
    """What a layer that goes backwards has where one that goes forwards has `fields`."""
    turned = {name: dict(named) for name, named in fields.items()}
    for named in turned.values():
        for name, values in named.items():
            named[name] = values[:, ::-1]
    return turned


@pytest.mark.parametrize(
    ("rule", "fields"),
    [
        ("runaway_states", {"states": grows(1.5)}),
        ("not_a_number", MADE["not_a_number"][0]),
        ("not_a_number", {"state_gradients": {"h": np.where(FAR[..., None], np.nan, 1.0)}}),
        ("exploding_gradient", {"state_gradients": gradients(1.5), "input_norms": EVEN}),
    ],
)
def test_a_layer_that_goes_backwards_has_the_same_ills_at_mirrored_steps(base, rule, fields):
    there = RULE[rule](change(base, **fields))
    layers = {NAME: SimpleNamespace(go_backwards=True)}
    found = RULE[rule](change(base, layers=layers, **mirrored(fields)))
    assert found.evidence == there.evidence
    if there.time_step is None:
        assert found.time_step is None
    else:
        assert found.time_step == TIME - 1 - there.time_step


def test_clipped_nearly_always(base):
    ratios = np.full(6, 1e-3)
    ratios[0] = 1
    made = {"clip_ratios": ratios, "relative_updates": moved(1e-6)}
    assert "5 of 6 updates" in RULE["clipped_always"](change(base, **made)).title


def test_padding_that_cudnn_cannot_take_is_noted(base):
    real = np.arange(TIME) >= 10
    left, right = np.tile(real, (BATCH, 1)), np.tile(real[::-1], (BATCH, 1))
    rule = RULE["padding_side"]
    assert rule(change(base, mask=left)).severity == "note"
    assert rule(change(base, mask=right)) is None
    assert rule(base) is None


def test_labels_of_one_axis_are_stretched_by_a_loss_of_ones_own_only(base):
    """(n,) against (n, 1) is (n, n), unless Keras' own loss drops the last axis."""
    answers = {"few_labels": LABELS[:, 0], "labels": LABELS[:, 0], "predictions": PREDICTED}
    rule = RULE["labels_do_not_fit_loss"]
    assert "(32, 32)" in rule(change(base, **answers, loss_kind=OWN, activation="linear")).title
    assert rule(change(base, **answers, loss_kind=MSE, activation="linear")) is None


def test_a_mask_that_ends_is_told_from_one_that_goes_on(base):
    real = np.tile(np.arange(TIME) < 30, (BATCH, 1))
    reads = {"first": keras.layers.LSTM(3, return_sequences=True), "second": keras.layers.LSTM(3)}

    def two(mask):
        layer = base.trace[NAME]
        traced = {"first": dataclasses.replace(layer, mask=real)}
        traced["second"] = dataclasses.replace(layer, mask=mask)
        return dataclasses.replace(base, trace=Trace(0.0, traced), layers=reads)

    assert RULE["mask_ends"](two(None)).layer == "second"
    assert RULE["mask_ends"](two(real)) is None


def test_a_gradient_that_is_lost_between_the_answer_and_the_layer(base):
    """Six sigmoids leave less than a thousandth of it, whatever time does then."""
    rule, ones = RULE["vanishing_gradient"], np.ones(6)

    def arriving(share):
        norms = {f"{NAME}/kernel": share * ones, "hidden/kernel": 0.1 * ones}
        return change(base, gradient_norms=norms | {"dense/kernel": ones}, evidence=NEAR)

    found = rule(arriving(1e-4))
    assert (found.layer, found.severity) == (NAME, "error")
    assert "'dense'" in found.title
    assert rule(arriving(0.2)) is None
    assert rule(arriving(0.0)) is None  # which no_gradient says


def test_a_long_first_step_of_rmsprop_is_not_its_rate(base):
    rule = RULE["learning_rate_too_high"]
    steps = np.array([0.3, 0.2, 0.15, 0.12, 0.1, 0.1])
    falls = {"losses": losses(0.7, 0.5)}
    assert rule(change(base, **falls, relative_updates={f"{NAME}/kernel": steps})) is None
    assert rule(change(base, **falls, relative_updates={f"{NAME}/kernel": 3 * steps})) is not None


def test_units_that_run_away_do_not_make_others_look_alike(base):
    """One unit of 1e30 is no reason to call all the rest zero."""
    apart = normal(BATCH, TIME, UNITS)
    apart[..., 0] *= 1e30
    assert RULE["identical_units"](change(base, states=states(apart))) is None


def test_a_difference_that_is_taken_forwards_leaks_though_a_walk_hardly_moves(base):
    walk = LINE.cumsum()
    after = np.append(walk[1:], 0)
    for column, name in ((after - walk, "leaking_windows"), (walk - np.roll(walk, 1), None)):
        cuts = np.lib.stride_tricks.sliding_window_view(np.stack([walk, column]), 8, axis=1)
        array = np.ascontiguousarray(cuts.transpose(1, 2, 0)[1:-1])
        found = RULE["leaking_windows"](change(base, inputs=(array,), labels=after[8:-1]))
        assert (found and found.name) == name


@pytest.mark.parametrize(
    ("per_step", "severity"), [(0.7, "error"), (0.77, "warning"), (0.85, None)]
)
def test_what_some_runs_learned_all_the_same_is_a_warning(base, per_step, severity):
    """After 38 steps 1e-6, 5e-5 and 2e-3 of the gradient are left."""
    made = {"state_gradients": gradients(per_step), "evidence": FAR}
    for rule, gate in (("vanishing_gradient", 0.5), ("short_memory", 0.7)):
        found = RULE[rule](change(base, gates=gates(forget=gate), **made))
        assert (found and found.severity) == severity


def test_a_rate_that_float32_rounds_away_is_too_low(base):
    """Weights that do not move at all tell nothing of the gradient then."""
    rate = SimpleNamespace(learning_rate=1e-9, get_config=dict)
    still = change(base, relative_updates=moved(0.0), model=SimpleNamespace(optimizer=rate))
    assert RULE["learning_rate_too_low"](still) is not None
