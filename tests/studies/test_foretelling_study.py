"""Foretelling's figures: the area by pairs, the models by SciPy, the page as it was found."""

import json
import pathlib
import sys
import types

import numpy as np
import pytest
from scipy.optimize import minimize

from keras_rnn_study import build_model
from keras_rnn_study.datasets import recall
from keras_rnn_study.diagnosis.foretelling.odds import AFTER, BEFORE, NAMES
from keras_rnn_study.diagnosis.foretelling.signs import signs

ROOT = pathlib.Path(__file__).parents[2]
sys.path += [str(ROOT / "studies" / "foretelling"), str(ROOT / "docs")]

import candidates  # noqa: E402
import foretelling  # noqa: E402
import logistic  # noqa: E402
import trials  # noqa: E402

FOUND = json.loads((ROOT / "studies" / "results" / "foretelling.json").read_text())
MODELS = {"before": BEFORE, "after": AFTER}


def test_the_area_is_the_share_of_pairs_in_order():
    rng = np.random.default_rng(0)
    scores, learned = rng.integers(0, 5, 40).astype(float), rng.random(40) < 0.4
    pairs = [
        (good > bad) + 0.5 * (good == bad) for good in scores[learned] for bad in scores[~learned]
    ]
    assert logistic.area(scores, learned) == pytest.approx(np.mean(pairs))
    assert np.isnan(logistic.area(scores, np.ones(40, bool)))


def test_conditions_are_drawn_whole():
    seen = []

    def statistic(drawn):
        seen.append(drawn)
        return float(len(drawn))

    conditions = np.array(["a", "a", "a", "b"])
    low, high = logistic.interval(statistic, conditions, draws=200)
    assert all(np.sum(drawn == 0) == np.sum(drawn == 2) for drawn in seen)
    assert (low, high) == (2, 6)  # b twice, a twice


@pytest.mark.parametrize("when", MODELS)
def test_the_models_are_those_that_the_runs_give(when):
    runs = FOUND["development"]["runs"].values()
    signs = np.array([run["signs"][when] for run in runs])
    learned = np.array([run["learned"] for run in runs])
    middle, scale = signs.mean(axis=0), signs.std(axis=0)
    rows = (signs - middle) / scale

    def loss(p):
        odds = rows @ p[:-1] + p[-1]
        return np.sum(np.logaddexp(0, odds) - learned * odds) + 0.5 * p[:-1] @ p[:-1]

    best = minimize(loss, np.zeros(len(NAMES) + 1), tol=1e-12).x
    model, weights = MODELS[when], best[:-1] / scale
    np.testing.assert_allclose(model.weights, weights, atol=0.02)
    assert model.intercept == pytest.approx(best[-1] - weights @ middle, abs=0.05)
    written = FOUND["models"][when]
    assert tuple(written["weights"].values()) == model.weights
    assert (written["intercept"], *written["middle"].values()) == (model.intercept, *model.middle)


def test_the_study_sees_what_foretell_sees():
    x, y = recall.make(128, gap=5, seed=0)
    where, model = recall.evidence(x), build_model("recall", "lstm", units=4, seed=0)
    look = candidates.look(model, x, y, where, np.ones_like(where))
    seen = signs(model, x, y, where)
    assert 10 ** look["reach_first"] == pytest.approx(seen.reach)
    assert max(0, look["reads_first"]) == pytest.approx(seen.readable)
    assert look["guess"] == pytest.approx(recall.TASK.baseline_loss(5), abs=0.1)
    assert candidates.agreement(layer_that_agrees(1.0), np.ones((128, 1), bool)) > 0.6
    assert abs(candidates.agreement(layer_that_agrees(0.0), np.ones((128, 1), bool))) < 0.2


def layer_that_agrees(how_much):
    """Make the inputs and gradients of a layer of one step, which are alike or have no relation."""
    rng = np.random.default_rng(0)
    inputs, noise = rng.normal(size=(2, 128, 1, 20))
    gradients = how_much * inputs + (1 - how_much) * noise
    return types.SimpleNamespace(inputs=inputs, input_gradients=gradients)


def test_nobody_is_on_both_sides():
    sides = [set(FOUND[part]["runs"]) for part in ("development", "held_out")]
    conditions = [{key.rpartition(", seed")[0] for key in side} for side in sides]
    assert not conditions[0] & conditions[1]
    for part, side in zip(("development", "held_out"), sides, strict=True):
        known = {trial.key: trial.result.learned for trial in trials.trials(part)}
        assert all(known[key] == FOUND[part]["runs"][key]["learned"] for key in side)


def test_the_page_says_what_was_found():
    page = (ROOT / "docs" / "foretelling.md").read_text(encoding="utf-8")
    assert page == foretelling.page(FOUND), "run: python docs/foretelling.py"
