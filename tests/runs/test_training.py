"""`train` is plain `fit` for exactly the run's steps; `record` is that with all callbacks."""

import dataclasses

import keras
import numpy as np
import pytest
from event_files import scalars_in

from keras_rnn_study import fused
from keras_rnn_study.runs import Run, record, train

RUN = Run("recall", "lstm", gap=5, optimizer="sgd", learning_rate=0.5, units=4, steps=3)


@pytest.mark.parametrize("loop", ["fused", "keras"])
def test_losses_and_weights_are_those_of_single_steps(loop):
    model, twin = RUN.build(), RUN.build()
    if loop == "fused":
        with fused(model) as swapped:
            losses = train(RUN, model, steps_per_epoch=1).history["loss"]
        assert swapped.layers == ["lstm"]
    else:
        losses = train(RUN, model, steps_per_epoch=1).history["loss"]
    expected = []
    for x, y in RUN.stream().take(3):
        expected.append(float(twin.evaluate(x, y, verbose=0)[0]))  # of the weights before the step
        twin.train_on_batch(x, y)
    assert losses == pytest.approx(expected, rel=1e-5)
    for ours, theirs in zip(model.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize(("steps", "epochs"), [(1, 1), (7, 3), (6, 2)])
def test_steps_are_exact(steps, epochs):
    run = dataclasses.replace(RUN, steps=steps)
    model = run.build()
    seen = []
    counter = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(1))
    history = train(run, model, [counter], steps_per_epoch=3).history
    assert len(seen) == steps == int(model.optimizer.iterations.numpy())
    assert len(history["loss"]) == epochs


def test_another_epoch_changes_no_weight():
    weights = []
    for steps_per_epoch in (1, 2, 40):
        model = RUN.build()
        keras.utils.set_random_seed(steps_per_epoch)  # whatever was before
        train(RUN, model, steps_per_epoch=steps_per_epoch)
        weights.append(np.concatenate([w.ravel() for w in model.get_weights()]))
    np.testing.assert_array_equal(weights[0], weights[1])
    np.testing.assert_array_equal(weights[0], weights[2])


@pytest.mark.parametrize(
    ("cell", "steps", "checks"), [("lstm", 40, [0, 20, 40]), ("gru", 7, [0, 7])]
)
def test_a_record_says_what_it_came_to(cell, steps, checks, tmp_path):
    run = Run("recall", cell, gap=3, units=4, steps=steps, seed=2)
    model = run.build()
    result = record(run, model, tmp_path)
    assert (result.run, result.updates, result.ended) == (run, steps, "updates used up")
    x, y = run.held_out(1024)
    scores = run.facts.scores(x[512:], y[512:], model.predict(x[512:], verbose=0))
    assert result.score == pytest.approx(scores.mean())
    assert result.standard_error == pytest.approx(np.std(scores) / 512**0.5)
    scalars = scalars_in(tmp_path)
    for name, value in (("horizon", result.horizon), ("decay", result.decay)):
        recorded = scalars[f"gradient_{name}/{cell}/{run.memory}"]
        assert list(recorded) == checks
        assert value == pytest.approx((recorded[0], recorded[steps]))
    gate = {"lstm": "forget", "gru": "update"}[cell]
    means = scalars[f"gate_mean/{cell}/{gate}"]
    assert result.keep_gate == pytest.approx((means[0], means[steps]))
    norms = scalars["gradient_norm/global"]
    assert len(norms) == steps
    assert result.largest_gradient_norm == pytest.approx(max(norms.values()))


def test_a_cell_without_gates_has_none_that_keeps_and_its_directory_is_no_other_runs(tmp_path):
    run = Run("recall", "simple_rnn", gap=3, units=4, steps=1)
    assert record(run, run.build(), tmp_path).keep_gate == (None, None)
    with pytest.raises(ValueError, match=r"holds the events of an earlier run.*Choose another"):
        record(run, run.build(), tmp_path)


@pytest.mark.filterwarnings("ignore:The gradient of training step")
def test_a_training_that_diverges_is_told_as_that(tmp_path):
    run = Run("adding", "lstm", gap=3, units=4, steps=40, optimizer="sgd", learning_rate=1e6)
    result = record(run, run.build(), tmp_path)
    assert result.verdict == "diverged"
    assert not result.learned
    assert np.isnan(result.score)
