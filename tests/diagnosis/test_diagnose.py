"""`diagnose`: it changes nothing, says what it did not look at, and what is wrong with calls."""

import json
import random

import ill_models
import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_rnn_study import diagnose, measures, trace
from keras_rnn_study.diagnosis import RULES, Finding, Findings
from keras_rnn_study.diagnosis.diagnosing import _ranked
from keras_rnn_study.diagnosis.rehearsal import rehearse
from keras_rnn_study.tracing.batch import to_batch


@pytest.fixture(scope="module")
def ill():
    x, y = ill_models.signs(12, 40)
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input(x.shape[1:]),
            keras.layers.LSTM(4, dropout=0.2, name="lstm"),
            keras.layers.BatchNormalization(),
            keras.layers.Dense(1),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
    model.fit(x, y, batch_size=20, verbose=0)
    return model, x, y


@pytest.fixture(scope="module")
def findings(ill):
    return diagnose(*ill)


def everything(model):
    variables = [*model.variables, *model.optimizer.variables]
    python = random.getstate()
    kept = [v.numpy().tobytes() for v in variables]
    return kept, python, np.random.get_state()[1].tobytes(), model.train_function, dict(vars(model))


def test_nothing_is_changed_bit_for_bit(ill):
    model, *_ = ill
    before = everything(model)
    diagnose(*ill)
    assert everything(model) == before
    assert "inner_loop" not in vars(model.get_layer("lstm"))


def test_updates_are_those_of_training(ill):
    """The copies move as a clone does in `train_on_batch`; without dropout, to compare numbers."""
    _, x, y = ill
    model = ill_models.network(
        x, "gru", units=3, optimizer=keras.optimizers.Adam(0.01, clipnorm=0.1)
    )
    rehearsal = rehearse(model, to_batch(x, y, None), 3)
    norms = measures.step_norms(trace(model, x, y)["gru"].input_gradients)
    np.testing.assert_allclose(rehearsal.input_norms["gru"][0], norms, rtol=1e-4)
    losses, norms = [], []
    for _ in range(3):
        with tf.GradientTape() as tape:
            loss = keras.losses.binary_crossentropy(y, model(x, training=True))
            loss = tf.reduce_mean(loss)
        gradients = tape.gradient(loss, model.trainable_variables)
        norms.append(np.sqrt(sum((g.numpy().astype(float) ** 2).sum() for g in gradients)))
        losses.append(float(loss))
        before = model.get_layer("gru").cell.kernel.numpy()
        model.optimizer.apply(gradients, model.trainable_variables)
    after = model.get_layer("gru").cell.kernel.numpy()
    np.testing.assert_allclose(rehearsal.losses, losses, rtol=1e-5)
    np.testing.assert_allclose(rehearsal.norms, norms, rtol=1e-4)
    moved = np.linalg.norm(after - before) / np.linalg.norm(before)
    np.testing.assert_allclose(rehearsal.relative_updates["gru/kernel"][-1], moved, rtol=1e-3)
    assert (rehearsal.clip_ratios <= 1).all()


def test_the_list(findings):
    assert isinstance(findings, Findings)
    assert isinstance(findings[0], Finding)
    assert findings[0].name == "labels_do_not_fit_loss"
    assert findings.names == [finding.name for finding in findings]
    assert len(findings[:1]) == 1


def test_a_cause_comes_before_its_symptoms_and_an_error_before_a_note():
    found = [
        Finding(name, severity, "", {}, "", "", "")
        for name, severity in [
            ("nan_inputs", "note"),
            ("labels_do_not_fit_loss", "error"),
            ("padding_not_masked", "warning"),
            ("input_ignored", "error"),
            ("overfitting", "error"),
        ]
    ]
    ranked = _ranked(found)
    order = ["labels_do_not_fit_loss", "overfitting", "padding_not_masked", "nan_inputs"]
    assert [finding.name for finding in ranked] == [*order, "input_ignored"]
    assert ranked[-1].because == "labels_do_not_fit_loss"


def test_json(findings):
    known = json.loads(json.dumps(findings.to_dict()))
    assert known["findings"][0]["name"] == findings[0].name
    view = {"name", "severity", "layer", "time_step", "training_step"}
    assert view | {"title", "why", "remedy", "lesson"} <= set(known["findings"][0])


def test_it_prints_in_80_columns(findings):
    shown = repr(findings)
    assert max(map(len, shown.splitlines())) <= 80
    assert "1. error: labels_do_not_fit_loss" in shown


def test_html_is_escaped():
    finding = Finding("a", "error", "<b>", {"x": 1.0}, "why <script>", "x < y", "1_chain")
    shown = Findings([finding], {"<i>": ["b"]})._repr_html_()
    assert "<b>" not in shown
    assert "<script>" not in shown
    assert "&lt;b&gt;" in shown
    assert "&lt;i&gt;" in shown


def test_what_was_not_looked_at_is_said(findings):
    assert findings.not_looked_at["no validation data"] == ("overfitting",)
    assert "Not looked at (no validation data): overfitting." in repr(findings)


def test_a_model_without_loss_is_looked_at_as_far_as_that_goes(ill):
    _, x, _ = ill
    model = keras.Sequential([keras.Input(x.shape[1:]), keras.layers.GRU(3)])
    found = diagnose(model, x)
    assert "the model is not compiled" in found.not_looked_at


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"evidence": np.ones((3, 4))}, "evidence of shape"),
        ({"evidence": np.ones((40, 5), bool)}, "evidence of 5 steps, but the sequences .* have 12"),
        ({"evidence": [[True]] * 39 + [[True, False]]}, r"evidence \[\[True\].* for 40 samples"),
        ({"evidence": np.full((40, 12), "yes")}, "Expected booleans"),
        ({"validation_data": 3}, "validation_data"),
        ({"x": np.ones((40, 12, 5))}, "takes"),
        ({"y": np.ones((3, 1))}, "same number of samples"),
    ],
)
def test_bad_calls(ill, more, message):
    model, x, y = ill
    with pytest.raises(ValueError, match=message):
        diagnose(**({"model": model, "x": x, "y": y} | more))


WORDS = np.array(["yes", "no"] * 20)


def test_labels_that_are_words_are_a_finding(ill):
    model, x, _ = ill
    assert diagnose(model, x, WORDS).names[0] == "labels_do_not_fit_loss"


def test_held_out_labels_that_are_words_are_not_looked_at(ill):
    model, x, y = ill
    found = diagnose(model, x, y, validation_data=(x, WORDS))
    assert "the loss of the validation data cannot be computed" in found.not_looked_at


def test_a_frozen_layer_that_broke_explains_nothing(ill):
    _, x, y = ill
    model = ill_models.network(x, "gru", units=3)
    layer = next(layer for layer in model.layers if isinstance(layer, keras.layers.GRU))
    layer.trainable = False
    layer.cell.kernel.assign(np.full(layer.cell.kernel.shape, np.nan))
    model.compile("adam", model.loss)
    frozen = next(f for f in diagnose(model, x, y) if f.name == "no_gradient")
    assert "readable" not in frozen.evidence
    assert "nan" not in frozen.title


def test_rules_are_documented_and_only_explain_what_comes_after():
    names = [rule.name for rule in RULES]
    for place, rule in enumerate(RULES):
        texts = (rule.question, rule.statistic, rule.threshold, rule.why, rule.remedy)
        assert all(texts)
        assert rule.false_alarm
        assert rule.question.endswith("?")
        assert set(rule.explains) <= set(names[place + 1 :]), rule.name


class OwnStep(keras.Sequential):
    """A model that trains by a loss that `compile` is not told."""

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = keras.ops.mean((self(x, training=True) - y) ** 2)
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables))
        return {"loss": loss}


@pytest.mark.parametrize("has_labels", [True, False])
def test_a_loss_that_nobody_knows_is_not_looked_at(ill, has_labels):
    _, x, y = ill
    model = OwnStep([keras.Input(x.shape[1:]), keras.layers.GRU(3), keras.layers.Dense(1)])
    model.compile("adam")
    found = diagnose(model, x, y if has_labels else None)
    assert "labels_do_not_fit_loss" not in found.names
    assert "vanishing_gradient" in found.not_looked_at["there is no loss"]


def test_a_loss_of_one_number_per_sample_is_a_finding(ill):
    _, x, y = ill
    loss = keras.losses.MeanSquaredError(reduction="none")
    found = diagnose(ill_models.network(x, units=3, loss=loss), x, y)
    assert found.names[0] == "labels_do_not_fit_loss"
    assert "leave reduction='none' out" in found[0].title


def test_a_class_that_does_not_count_may_be_any_number(ill):
    _, x, _ = ill
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=-1)
    layers = [keras.layers.GRU(3, return_sequences=True), keras.layers.Dense(4)]
    model = keras.Sequential([keras.Input(x.shape[1:]), *layers])
    model.compile("adam", loss)
    classes = np.random.default_rng(0).integers(-1, 4, x.shape[:2])
    assert "labels_do_not_fit_loss" not in diagnose(model, x, classes).names
    assert "labels_do_not_fit_loss" in diagnose(model, x, classes - 1).names
