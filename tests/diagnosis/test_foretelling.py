"""Foretelling: signs against loops in float64, the model as it was, who is told what."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_rnn_study import build_model
from keras_rnn_study.datasets import recall
from keras_rnn_study.diagnosis import foretell
from keras_rnn_study.diagnosis.foretelling.odds import AFTER, BEFORE, NAMES, Signs, values
from keras_rnn_study.diagnosis.foretelling.signs import signs
from keras_rnn_study.diagnosis.foretelling.updates import taken_back, update
from keras_rnn_study.diagnosis.readout import in_quarters
from keras_rnn_study.tracing.batch import to_batch

GAP, SAMPLES = 5, 128


@pytest.fixture(scope="module")
def batch():
    x, y = recall.make(SAMPLES, gap=GAP, seed=0)
    return x, y, recall.evidence(x)


@pytest.fixture(scope="module")
def model():
    return build_model("recall", "simple_rnn", units=4, seed=0)


def test_signs_are_those_of_a_tape_and_loops(model, batch):
    x, y, evidence = batch
    found = signs(model, x, y, evidence)
    cell, answer = model.layers[0].cell, model.layers[-1]
    with tf.GradientTape() as tape:
        states, h = [], tf.zeros((SAMPLES, 4))
        tape.watch(h)
        for t in range(x.shape[1]):
            h, _ = cell(x[:, t], [h])
            states.append(h)
        loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(y, answer(h)))
    of_states = tape.gradient(loss, states)
    norms = np.array([np.linalg.norm(g, axis=-1) for g in of_states])  # (time, samples)
    assert found.reach == pytest.approx(np.median(norms[0] / norms.max(axis=0)), rel=1e-4)

    assert found.readable == pytest.approx(max(0, in_quarters(states[-1].numpy(), x[:, 0])))


def test_the_evidence_that_is_worst_off_counts(model, batch):
    x, y, evidence = batch
    later = np.zeros_like(evidence)
    later[:, -2] = True
    first, last, both = (signs(model, x, y, where) for where in (evidence, later, evidence | later))
    assert both.reach == min(first.reach, last.reach) < max(first.reach, last.reach)
    assert both.readable == min(first.readable, last.readable)
    later[:, -1] = True  # "?" in all samples, of which there is nothing to read
    assert signs(model, x, y, later).readable == last.readable


def test_what_is_read_is_a_ridge_regression():
    rng = np.random.default_rng(0)
    states, wanted = rng.normal(size=(80, 3)), rng.normal(size=(80, 2))
    wanted[:, 0] += states[:, 1]
    error = total = 0
    for fold in range(4):
        out = np.arange(80) % 4 == fold
        mean, scale, middle = states[~out].mean(0), states[~out].std(0), wanted[~out].mean(0)
        known = np.vstack([(states[~out] - mean) / scale, np.sqrt(60 * 0.01) * np.eye(3)])
        asked = np.vstack([wanted[~out] - middle, np.zeros((3, 2))])
        weights = np.linalg.lstsq(known, asked, rcond=None)[0]
        error += ((wanted[out] - middle - (states[out] - mean) / scale @ weights) ** 2).sum()
        total += ((wanted[out] - middle) ** 2).sum()
    assert in_quarters(states, wanted) == pytest.approx(1 - error / total)


def test_all_that_is_there_can_be_read_and_noise_cannot():
    rng = np.random.default_rng(0)
    states = rng.normal(size=(200, 4))
    assert in_quarters(states, states @ rng.normal(size=(4, 2))) > 0.999
    assert in_quarters(states, rng.normal(size=(200, 2))) < 0.05
    assert np.isnan(in_quarters(states, np.ones((200, 2))))
    assert in_quarters(np.full((200, 4), np.inf), states) == 0


def with_everything():
    """Build a model with dropout, a normalisation, a stateful layer, and an optimizer in use."""
    inputs = keras.Input(batch_shape=(64, GAP + 2, 17))
    hidden = keras.layers.BatchNormalization()(inputs)
    hidden = keras.layers.GRU(4, stateful=True, dropout=0.3, seed=1)(hidden)
    outputs = keras.layers.Dense(8, activation="softmax")(keras.layers.Dropout(0.3, seed=2)(hidden))
    model = keras.Model(inputs, outputs)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def everything_of(model):
    held = [v.numpy() for v in (*model.variables, *model.optimizer.variables)]
    return [*held, *(v.numpy() for metric in model.metrics for v in metric.variables)]


def test_updates_are_taken_back_bit_for_bit(batch):
    x, y, _ = batch
    model = with_everything()
    model.fit(x, y, batch_size=64, verbose=0)
    before, function = everything_of(model), model.train_function
    with taken_back(model):
        update(model, to_batch(x, y, None), updates=3, batch_size=64)
        assert not np.array_equal(model.trainable_variables[0].numpy(), before[0])
    after = everything_of(model)
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    assert model.train_function is function


def test_they_are_taken_back_when_something_breaks(model):
    before = model.get_weights()

    def broken():
        with taken_back(model):
            model.layers[0].set_weights([w + 1 for w in model.layers[0].get_weights()])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_updates_are_those_of_keras(batch):
    x, y, _ = batch
    ours, theirs = (build_model("recall", "gru", units=4, seed=0) for _ in range(2))
    for model in (ours, theirs):  # an optimizer that is under way
        model.train_on_batch(x[:64], y[:64])
    update(ours, to_batch(x[:64], y[:64], None), updates=4, batch_size=64)
    for _ in range(4):
        theirs.train_on_batch(x[:64], y[:64])
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)
    assert ours.optimizer.iterations == 1


@pytest.mark.slow
def test_a_long_memory_is_told_from_a_short_one():
    x, y = recall.make(512, gap=60, seed=1)
    evidence = recall.evidence(x)
    told = {}
    for init in ("keras", "chrono"):
        model = build_model("recall", "lstm", init=init, gap=60, seed=1)
        told[init] = foretell(model, x, y, evidence=evidence)
    assert told["keras"].probability < 0.5  # 0.31 to 0.43 in five seeds
    assert told["chrono"].probability > 0.8
    assert told["keras"].against in NAMES
    assert str(told["chrono"]).startswith("It is likely to learn (probability 0.")


def test_the_whole_leaves_the_model_as_it_was(batch):
    x, y, evidence = batch
    model = build_model("recall", "simple_rnn", units=4, seed=0)
    before = everything_of(model)
    told = foretell(model, x, y, evidence=evidence)
    assert all(np.array_equal(a, b) for a, b in zip(before, everything_of(model), strict=True))
    assert told.updates == 40
    assert told.before == signs(model, x, y, evidence)
    assert told.after != told.before
    assert told.probability == AFTER.probability(told.after)
    at_once = foretell(model, x, y, evidence=evidence, updates=0)
    assert at_once.after is None
    assert at_once.probability == BEFORE.probability(told.before)


@pytest.mark.parametrize("model", [BEFORE, AFTER], ids=["before", "after"])
def test_what_is_no_number_counts_as_the_worst(model):
    nan = float("nan")
    worst, best = Signs(reach=0, readable=0), Signs(reach=1, readable=1)
    assert np.array_equal(values(Signs(nan, nan)), values(worst))
    assert model.probability(worst) < 0.5 < model.probability(best)


def test_bad_input_is_refused_before_anything_is_done(model, batch):
    x, y, evidence = batch
    bare = keras.Sequential([keras.Input((GAP + 2, 17)), keras.layers.GRU(2)])
    none = np.zeros_like(evidence)
    scaling = keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam())
    scaled = build_model("recall", "gru", units=2, optimizer=scaling)
    ragged = [[True]] * 127 + [[True, False]]
    for message, call in {
        "Received 100 samples": lambda: foretell(model, x[:100], y[:100], evidence=evidence[:100]),
        "no labels": lambda: foretell(model, x, None, evidence=evidence),
        "Received evidence": lambda: foretell(model, x, y, evidence=none),
        "for 128 samples": lambda: foretell(model, x, y, evidence=evidence[:9]),
        r"evidence \[\[True\]": lambda: foretell(model, x, y, evidence=ragged),
        "scales the loss.*Pass updates=0": lambda: foretell(scaled, x, y, evidence=evidence),
        "evidence of 4 steps": lambda: foretell(model, x, y, evidence=evidence[:, :4]),
        "updates must be 0 or 40": lambda: foretell(model, x, y, evidence=evidence, updates=20),
        "cannot be trained": lambda: foretell(bare, x, y, evidence=evidence),
    }.items():
        with pytest.raises(ValueError, match=message):
            call()
