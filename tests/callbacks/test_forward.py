"""`Forward` hands on each record once, in the order of steps, whatever comes behind it."""

import numpy as np
import pytest
from small_training import BATCHES, Y, fit, quick

from keras_rnn_study.callbacks import Diagnosis, Forward, GradientNorms, Probe


class Measured:
    """A callback that keeps numbers, as far as `Forward` is concerned."""

    def __init__(self, steps, **columns):
        self.history = {"step": np.array(steps), **columns}


def handed_on(callbacks, **options):
    rows = []
    return Forward(callbacks, lambda step, values: rows.append((step, values)), **options), rows


def test_every_step_of_a_training_once():
    norms = GradientNorms()
    forward, rows = handed_on([norms])
    model = quick()
    for _ in range(2):
        fit(model, norms, forward)
    assert [step for step, _ in rows] == [*range(4 * BATCHES)]
    # As JSON has them: not every tracker takes NumPy's.
    assert {type(number) for step, values in rows for number in (step, *values.values())} == {
        int,
        float,
    }
    for tag in "gradient_norm/global", "gradient_norm/head/kernel":
        np.testing.assert_array_equal([v[tag] for _, v in rows], norms.history[tag])


@pytest.mark.parametrize(
    ("update_freq", "moments"),
    [("batch", [1, 2, 3, 4, 5, 6, 7, 8]), (3, [3, 4, 6, 8]), ("epoch", [4, 8])],
    ids=str,
)
def test_when_it_is_due(update_freq, moments):
    norms, seen = GradientNorms(), []
    log = lambda step, values: seen.append(len(norms.history["step"]))  # noqa: E731
    fit(quick(), norms, Forward([norms], log, update_freq=update_freq), epochs=2)
    assert len(seen) == 2 * BATCHES
    assert sorted(set(seen)) == moments


def test_each_training_counts_its_batches_anew():
    measured, due = Measured([], a=np.zeros(0)), []
    forward, rows = handed_on([measured], update_freq=3)
    for training in range(2):
        forward.on_train_begin()
        forward.on_epoch_begin(0)
        for batch in range(4):
            steps = len(measured.history["step"]) + 1
            measured.history = {"step": np.arange(steps), "a": np.zeros(steps)}
            before = len(rows)
            forward.on_train_batch_end(batch)
            due += [(training, batch)] if len(rows) > before else []
    assert due == [(0, 2), (1, 2)]


def test_in_front_of_what_it_reads_it_lags_and_loses_nothing():
    norms = GradientNorms()
    forward, rows = handed_on([norms])
    fit(quick(), forward, norms)
    assert [step for step, _ in rows] == [*range(2 * BATCHES)]


def test_several_callbacks_at_one_step_come_together_and_steps_never_go_back():
    often = Measured([], a=np.zeros(0))
    seldom = Measured([], b=np.zeros(0), map=np.zeros((0, 3)))
    forward, rows = handed_on([often, seldom])
    often.history = {"step": np.array([0, 1, 2, 5]), "a": np.arange(4.0)}
    seldom.history = {
        "step": np.array([0, 4]),
        "b": np.array([7.0, np.nan]),
        "map": np.ones((2, 3)),
    }
    forward.on_train_end()
    assert [step for step, _ in rows] == [0, 1, 2, 4, 5]
    assert rows[0][1] == {"a": 0.0, "b": 7.0}
    assert np.isnan(rows[3][1]["b"])  # as it is
    assert rows[4][1] == {"a": 3.0}
    forward.on_train_end()
    assert len(rows) == 5


def test_what_was_there_before_is_not_handed_on():
    forward, rows = handed_on([Measured([0, 1], a=np.zeros(2))])
    forward.on_train_end()
    assert not rows


@pytest.mark.parametrize("burst", [1, 2, 5])
def test_every_so_manieth_record_however_they_come(burst):
    measured = Measured([], a=np.zeros(0))
    forward, rows = handed_on([measured], every=3)
    for end in range(0, 11, burst):
        measured.history = {"step": np.arange(end), "a": np.zeros(end)}
        forward.on_train_end()
    measured.history = {"step": np.arange(10), "a": np.zeros(10)}
    forward.on_train_end()
    assert [step for step, _ in rows] == [0, 3, 6, 9]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (lambda: ([], print), "expected those that measure, in a list"),
        (lambda: (GradientNorms(), print), "expected those that measure, in a list"),
        (lambda: ([Diagnosis(None, Probe(Y, Y))], print), "a Diagnosis, which keeps no numbers"),
        (lambda: ([GradientNorms()], None), "log=None; expected a function"),
    ],
    ids=["none", "no list", "no numbers", "no function"],
)
def test_what_it_cannot_use(arguments, said):
    with pytest.raises(ValueError, match=said):
        Forward(*arguments())


def test_every_so_manieth_is_a_whole_number():
    with pytest.raises(ValueError, match="every must be a whole number"):
        Forward([GradientNorms()], print, every=0)
