"""What "learned" means, by scores that nobody measured."""

import numpy as np
import pytest

from keras_rnn_study.runs import Run
from keras_rnn_study.runs.checks import Checks, conclude

RUN = Run("recall", "lstm", gap=9, steps=400)
GUESS, BETTER, SOLVED = 0.125, 0.4, 1.0  # of 400 samples


def samples(score):
    right = round(400 * score)
    return np.r_[np.ones(right), np.zeros(400 - right)]


def checked(scores, losses=None):
    """Checks with these scores, 40 steps apart; the first is before training."""
    left = iter(scores)
    checks = Checks(RUN, lambda: samples(next(left)))
    checks.on_train_begin()
    for epoch in range(len(scores) - 1):
        checks.on_epoch_begin(epoch)
        for batch in range(40):
            checks.on_train_batch_end(batch)
        checks.on_epoch_end(epoch, {"loss": losses[epoch] if losses else 1.0})
    return checks


@pytest.mark.parametrize(
    ("scores", "verdict", "since"),
    [
        ([GUESS, SOLVED, SOLVED], "learned", 40),
        ([GUESS, GUESS, SOLVED, SOLVED, SOLVED], "learned", 80),  # as `fit`, which goes on
        ([GUESS, SOLVED], "in part", None),  # once may be luck
        ([SOLVED, SOLVED], "in part", None),  # and luck of the weights does not count
        ([SOLVED, SOLVED, SOLVED], "learned", 40),
        ([GUESS, SOLVED, SOLVED, BETTER], "in part", None),  # it did not last
        ([GUESS, BETTER, GUESS], "in part", None),
    ],
)
def test_learned_is_held_at_the_last_two_checks(scores, verdict, since):
    checks = checked(scores)
    assert checks.held_since == since
    final = SOLVED if SOLVED in scores else BETTER
    assert checks.verdict(samples(final)) == verdict


def test_what_was_not_learned_goes_by_the_last_score():
    checks = checked([GUESS, GUESS])
    assert checks.verdict(samples(GUESS)) == "at chance"
    assert checks.verdict(samples(BETTER)) == "in part"


@pytest.mark.parametrize("loss", [np.nan, np.inf])
def test_a_loss_that_is_no_number_is_diverged_whatever_the_score(loss):
    checks = checked([GUESS, SOLVED, SOLVED], losses=[1.0, loss])
    assert checks.verdict(samples(SOLVED)) == "diverged"
    assert checks.held_since is None


def test_steps_scores_and_losses_are_kept():
    checks = checked([GUESS, BETTER, SOLVED], losses=[3.0, 2.0])
    assert checks.steps == [0, 40, 80]
    assert checks.scores == [GUESS, BETTER, SOLVED]
    assert np.isnan(checks.losses[0])
    assert checks.losses[1:] == [3.0, 2.0]


def history(horizon):
    return {
        "gradient_flow/lstm/c": np.ones((2, 11)),
        "gradient_horizon/lstm/c": np.array(horizon),
        "gradient_decay/lstm/c": np.array([-1.5, np.nan]),
    }


def test_a_result_takes_the_first_and_the_last_record():
    result = conclude(
        checked([GUESS, GUESS]), samples(GUESS), history([4.0, 11.0]), np.array([3, 9])
    )
    assert (result.time, result.horizon, result.largest_gradient_norm) == (11, (4, 11), 9.0)
    assert result.decay[0] == -1.5
    assert result.keep_gate == (None, None)  # nobody recorded gates
    assert all(type(steps) is int for steps in result.horizon)


def test_a_gradient_that_is_no_number_has_no_horizon():
    result = conclude(
        checked([GUESS, GUESS]), samples(GUESS), history([4.0, np.nan]), np.array([np.nan])
    )
    assert result.horizon[0] == 4
    assert np.isnan(result.horizon[1])
    assert np.isnan(result.largest_gradient_norm)
