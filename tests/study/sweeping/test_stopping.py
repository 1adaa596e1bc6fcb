"""When a run ends, and why: by scores that nobody measured."""

import math
import types

import numpy as np
import pytest

from keras_rnn_study.runs import Run
from keras_rnn_study.runs.checks import Checks
from keras_rnn_study.study import Protocol
from keras_rnn_study.study.sweeping.stopping import Stopping

GUESS, BETTER, SOLVED = 0.125, 0.4, 1.0  # of recall; of 400 samples


def checked(scores, losses=None, steps=400, **protocol):
    """Checks and the reason to stop, after as many as training went through."""
    scores = iter(scores)

    def score():
        right = round(400 * next(scores))
        return np.r_[np.ones(right), np.zeros(400 - right)]

    checks = Checks(Run("recall", "lstm", gap=9, steps=steps), score)
    stopping = Stopping(checks, Protocol(**protocol))
    stopping.set_model(types.SimpleNamespace(stop_training=False))
    checks.on_train_begin()
    for epoch in range(steps // 40):
        checks.on_epoch_begin(epoch)
        for batch in range(40):
            checks.on_train_batch_end(batch)
        logs = {"loss": losses[epoch] if losses else 1.0}
        checks.on_epoch_end(epoch, logs)
        stopping.on_epoch_end(epoch, logs)
        if stopping.model.stop_training:
            break
    return checks, stopping.ended


def test_success_must_hold_twice_in_a_row():
    checks, ended = checked([GUESS, SOLVED, BETTER, SOLVED, SOLVED, GUESS])
    assert (ended, checks.updates, checks.held_since) == ("success held", 160, 120)
    assert checks.scores == [GUESS, SOLVED, BETTER, SOLVED, SOLVED]


def test_luck_before_training_is_no_check_that_counts():
    checks, _ = checked([SOLVED, SOLVED, GUESS, SOLVED, SOLVED])
    assert (checks.updates, checks.held_since) == (160, 120)
    assert checks.scores[0] == SOLVED


def test_what_never_beats_guessing_is_hopeless_at_half_its_steps():
    checks, ended = checked([GUESS] * 20)
    assert (ended, checks.updates) == ("hopeless", 200)
    assert checks.held_since is None


def test_luck_before_training_is_no_hope():
    checks, ended = checked([SOLVED, *[GUESS] * 20])
    assert (ended, checks.updates) == ("hopeless", 200)


def test_one_better_check_is_hope_enough():
    checks, ended = checked([GUESS, BETTER, *[GUESS] * 20])
    assert (ended, checks.updates) == ("updates used up", 400)


def test_five_standard_errors_are_needed_for_hope():
    error = math.sqrt(0.2 * 0.8 / 400)  # 0.02
    assert checked([GUESS, GUESS + 3 * error, *[GUESS] * 20])[1] == "hopeless"
    assert checked([GUESS, GUESS + 6 * error, *[GUESS] * 20])[1] == "updates used up"


@pytest.mark.parametrize(("share", "updates"), [(0.25, 120), (0.3, 120), (0.99, 400), (1, 400)])
def test_the_share_of_steps_is_the_protocols(share, updates):
    checks, ended = checked([GUESS] * 20, give_up=share)
    assert checks.updates == updates
    assert ended == ("hopeless" if updates < 400 else "updates used up")


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_loss_that_is_no_number_ends_the_run(loss):
    checks, ended = checked([BETTER] * 20, losses=[1.0, 1.0, loss])
    assert (ended, checks.updates) == ("not finite", 120)
    assert checks.losses[1:3] == [1.0, 1.0]
