"""The experiments of C1, C2, C3 and C6 for real, and their arithmetic against other ways."""

import json

import keras
import numpy as np
import pytest
import reference
import tensorflow as tf

from keras_rnn_study import measures, trace
from keras_rnn_study.claims import (
    back_through_time,
    c1_chain,
    c2_vanishing,
    c3_exploding,
    c6_gates,
)
from keras_rnn_study.runs import Run

BATCH, TIME, FEATURES, UNITS = 3, 6, 2, 4


def random_weights(blocks, seed=0):
    rng = np.random.default_rng(seed)
    shapes = {"kernel": (FEATURES, blocks * UNITS), "recurrent_kernel": (UNITS, blocks * UNITS)}
    shapes["bias"] = (blocks * UNITS,)
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def by_the_book(cell, weights, x):
    """States and gates, sample by sample and step by step."""
    initial = {name: np.zeros((BATCH, UNITS)) for name in (["h", "c"] if cell == "lstm" else ["h"])}
    return reference.forward(cell, weights, x, initial, np.ones(x.shape[:2], bool))


@pytest.fixture(scope="module")
def x():
    return np.random.default_rng(1).normal(size=(BATCH, TIME, FEATURES))


@pytest.fixture(scope="module")
def simple_rnn():
    """A small model that is neither orthogonal nor without bias; its batch; its trace."""
    keras.utils.set_random_seed(0)
    layer = keras.layers.SimpleRNN(UNITS, recurrent_initializer="glorot_uniform", name="rnn")
    model = keras.Sequential([keras.Input((TIME, FEATURES)), layer, keras.layers.Dense(2)])
    model.compile(loss="mse")
    rng = np.random.default_rng(2)
    model.set_weights([0.6 * rng.normal(size=w.shape) for w in model.get_weights()])
    x, y = rng.normal(size=(BATCH, TIME, FEATURES)), rng.normal(size=(BATCH, 2))
    return model, x, y, trace(model, x, y)["rnn"]


@pytest.fixture
def small_recall():
    run = Run("recall", "simple_rnn", gap=10)
    return run.build(), *run.held_out(64)


class TestC1:
    def test_chain_is_the_textbooks(self, x):
        weights = random_weights(1)
        states, _, _ = by_the_book("simple_rnn", weights, x)
        ours = c1_chain.chain(x, list(weights.values()))
        np.testing.assert_allclose(ours, states["h"], rtol=1e-12)

    def test_measured(self, monkeypatch):
        monkeypatch.setattr(c1_chain, "STEPS", 20)
        numbers = stored(c1_chain.measure())
        assert c1_chain.judge(numbers).verdict == "holds"
        assert numbers["difference"] < 1e-5
        assert numbers["difference_without_tanh"] > 0.1
        assert numbers["blocks"] == {"simple_rnn": 1, "lstm": 4}
        assert numbers["weights"] == [2 * 32 * 32 + 32] * 2
        assert numbers["steps"][1] - numbers["steps"][0] == 40

    def test_another_activation_is_seen(self, monkeypatch):
        """The experiment can come out the other way."""
        monkeypatch.setattr(c1_chain, "STEPS", 20)
        real = Run.build

        def build(run):
            model = real(run)
            model.get_layer("simple_rnn").cell.activation = keras.activations.softsign
            return model

        monkeypatch.setattr(Run, "build", build)
        judgement = c1_chain.judge(c1_chain.measure())
        assert judgement.verdict == "does not hold"
        assert "activation: softsign" in judgement.evidence


class TestC2:
    def test_contributions_add_up_to_the_gradient(self, simple_rnn):
        model, x, y, layer = simple_rnn
        with tf.GradientTape() as tape:
            loss = model.compute_loss(x, y, model(x))
        gradient = tape.gradient(loss, model.get_layer("rnn").cell.recurrent_kernel.value)
        ours = back_through_time.contributions(layer.states["h"], layer.state_gradients["h"])
        assert ours.shape == (TIME, UNITS, UNITS)
        assert ours.dtype == np.float64
        np.testing.assert_allclose(ours.sum(axis=0), gradient, rtol=1e-4, atol=1e-6)

    def test_each_contribution_is_that_of_its_step(self, simple_rnn):
        """With a kernel of its own at each step, the kernels' gradients are the contributions."""
        model, x, y, layer = simple_rnn
        kernel, recurrent_kernel, bias, head, head_bias = map(np.float64, model.get_weights())
        kernels = [tf.Variable(recurrent_kernel) for _ in range(TIME)]
        with tf.GradientTape() as tape:
            h = tf.zeros((BATCH, UNITS), tf.float64)
            for t in range(TIME):
                h = tf.tanh(x[:, t] @ kernel + h @ kernels[t] + bias)
            loss = tf.reduce_mean((h @ head + head_bias - y) ** 2)
        expected = np.stack(
            [np.asarray(g) for g in tape.gradient(loss, kernels, unconnected_gradients="zero")]
        )
        ours = back_through_time.contributions(layer.states["h"], layer.state_gradients["h"])
        np.testing.assert_allclose(ours, expected, rtol=1e-4, atol=1e-6)
        assert np.abs(expected[1:]).max(axis=(1, 2)).min() > 1e-4  # there is something to compare

        depth = 2  # the two last steps, 0 and 1 steps back, are near
        far = np.linalg.norm(expected[: TIME - depth].sum(axis=0))
        near = np.linalg.norm(expected[TIME - depth :].sum(axis=0))
        share = back_through_time.share_beyond(ours, depth)
        assert share == pytest.approx(far / (far + near), rel=1e-4)

    @pytest.mark.parametrize(("depth", "share"), [(0, 1.0), (1, 0.75), (2, 0.5), (3, 0.0)])
    def test_share_beyond_a_depth(self, depth, share):
        ones = np.array([2.0, 1.0, 1.0])
        assert back_through_time.share_beyond(ones, depth) == share

    def test_share_of_parts_that_cancel_is_no_more_than_all(self):
        assert back_through_time.share_beyond(np.array([-1.0, 1.0]), 1) == 0.5
        assert np.isnan(back_through_time.share_beyond(np.zeros(3), 1))

    def test_carried_back_is_the_trace(self, simple_rnn):
        model, _, _, layer = simple_rnn
        gradients, kernel = layer.state_gradients["h"], model.get_layer("rnn").cell.recurrent_kernel
        slopes = 1 - np.float64(layer.states["h"]) ** 2
        ours = back_through_time.carried_back(gradients[:, -1], slopes, kernel)
        np.testing.assert_allclose(ours, gradients, rtol=1e-4, atol=1e-7)

    def test_carried_back_without_slopes_is_the_trace_of_a_linear_layer(self):
        layer = keras.layers.SimpleRNN(
            UNITS, activation="linear", recurrent_initializer="glorot_uniform", name="rnn"
        )
        model = keras.Sequential([keras.Input((TIME, FEATURES)), layer, keras.layers.Dense(2)])
        model.compile(loss="mse")
        traced = trace(model, np.ones((BATCH, TIME, FEATURES)), np.ones((BATCH, 2)))["rnn"]
        gradients = traced.state_gradients["h"]
        ours = back_through_time.carried_back(
            gradients[:, -1], np.ones_like(gradients), layer.cell.recurrent_kernel
        )
        np.testing.assert_allclose(ours, gradients, rtol=1e-4, atol=1e-6)

    def test_saturated_units_are_what_ends_are(self, small_recall):
        """With one half of the units saturated: the ends alone make the gradient vanish."""
        model, x, y = small_recall
        before = c2_vanishing.look(model, x, y)
        assert before["horizon"] == before["horizon_without_ends"] == before["time"] == 12
        assert before["saturated"] == 0
        cell = model.get_layer("simple_rnn").cell
        cell.recurrent_kernel.assign(np.eye(32))
        cell.bias.assign(np.full(32, 3.0))
        after = c2_vanishing.look(model, x, y)
        assert after["saturated"] == 1
        assert after["slope"] < 0.01
        assert after["horizon"] < 3
        assert after["beyond"] < 1e-3
        assert after["horizon_without_ends"] == 12  # all that is left is the identity
        assert after["decay_without_slopes"] == pytest.approx(0, abs=1e-6)

    @pytest.mark.slow
    def test_measured(self, monkeypatch):
        monkeypatch.setattr(c2_vanishing, "SEEDS", (0,))
        monkeypatch.setattr(c2_vanishing, "STEPS", 10)
        numbers = stored(c2_vanishing.measure())
        sigmoid = 1 / (1 + np.exp([10.0, 0.0, -10.0]))
        np.testing.assert_allclose(numbers["slopes"]["sigmoid"], sigmoid * (1 - sigmoid))
        tanh = np.cosh([-10.0, 0.0, 10.0]) ** -2
        np.testing.assert_allclose(numbers["slopes"]["tanh"], tanh, rtol=1e-6)

        situations = numbers["situations"]
        assert len(situations) == 8
        recall = situations["recall, orthogonal, before training"]
        language = situations["language, orthogonal, before training"]
        # Inputs of size 1 keep the slopes well below 1; words with small embeddings do not.
        assert recall["horizon"][0] < 80
        assert recall["beyond"][0] < 0.01
        assert recall["saturated"][0] < 0.01
        assert language["horizon"] == language["time"] == [106]
        assert language["far_half"][0] > 0.1
        # An orthogonal kernel changes no length.
        for situation in (recall, language):
            assert situation["decay_without_slopes"][0] == pytest.approx(0, abs=1e-3)
        judgement = c2_vanishing.judge(numbers)
        assert judgement.verdict == "holds with a condition"
        condition = judgement.evidence.partition("Condition: ")[2]
        assert "language, orthogonal, before training" in condition
        assert "recall" not in condition.partition(" and in ")[0]
        assert "the ends are not the reason" in condition


def test_a_gradient_that_is_no_number_gives_no_share():
    contributed = np.full((4, 2, 2), np.nan)
    assert np.isnan(back_through_time.share_beyond(contributed, float("nan")))
    assert np.isnan(back_through_time.share_beyond(np.ones((4, 2, 2)), float("nan")))


class TestC3:
    def test_spectral_radius_is_of_eigenvalues_not_of_singular_values(self):
        assert measures.spectral_radius([[0.5, 100.0], [0.0, -0.7]]) == pytest.approx(0.7)

    def test_growth_is_for_one_step_back(self):
        assert c3_exploding.growth([0.25, 7.0, 1.0]) == pytest.approx(0.5)

    @pytest.mark.slow
    def test_measured(self, monkeypatch):
        monkeypatch.setattr(c3_exploding, "STEPS", 15)
        monkeypatch.setattr(c3_exploding, "SEEDS", (0,))
        monkeypatch.setattr(c3_exploding, "GAP", 50)
        numbers = stored(c3_exploding.measure())
        cases = {(c["inputs"], round(c["radius"], 3)): c["growth"][0] for c in numbers["growth"]}
        assert cases.keys() == {(i, r) for i in ("ordinary", "faint") for r in (0.9, 1.1, 1.5)}
        for (inputs, radius), grown in cases.items():
            if inputs == "faint":
                # Where tanh is linear and the kernel a scaled orthogonal one.
                assert grown == pytest.approx(radius, rel=1e-3)
            else:
                assert grown < 0.95 * radius
        norms = numbers["norms"]
        assert norms["unclipped"]["largest"] == norms["unclipped"]["applied"]
        assert norms["unclipped"]["largest"][0] > 10 * norms["radius 1"]["largest"][0]
        assert norms["clipped"]["applied"][0] == pytest.approx(1.0, rel=1e-5)
        assert norms["clipped"]["largest"][0] > 10
        judgement = c3_exploding.judge(numbers)
        assert judgement.verdict == "holds with a condition"
        assert "not on ordinary inputs at radius 1.1." in judgement.evidence

    def test_a_norm_that_is_no_number_was_too_large_for_any(self):
        assert c3_exploding._largest(np.array([1.0, np.nan])) == np.inf


class TestC6:
    def test_diagram_is_the_textbooks(self, x):
        weights = random_weights(4)
        states, gates, _ = by_the_book("lstm", weights, x)
        ours = c6_gates.diagram(x, list(weights.values()))
        assert ours.keys() == {*states, *gates}
        for name, values in {**states, **gates}.items():
            np.testing.assert_allclose(ours[name], values, rtol=1e-12, err_msg=name)

    @pytest.mark.parametrize("name", ["input", "forget", "candidate", "output", "h", "c"])
    def test_a_wrong_value_is_seen(self, x, name):
        weights = random_weights(4)
        states, gates, _ = by_the_book("lstm", weights, x)
        right = c6_gates.compare(x, list(weights.values()), gates, states)
        assert max(*right["differences"].values(), *right["pointwise"].values()) < 1e-12
        wrong = {n: dict(d) for n, d in (("gates", gates), ("states", states))}
        kind = "states" if name in states else "gates"
        wrong[kind][name] = wrong[kind][name] + 0.1 * (np.arange(TIME) == 3)[:, None]
        seen = c6_gates.compare(x, list(weights.values()), **wrong)
        assert seen["differences"][name] == pytest.approx(0.1)
        assert max(seen["pointwise"].values()) > 1e-3

    def test_measured(self, monkeypatch):
        monkeypatch.setattr(c6_gates, "STEPS", 20)
        numbers = stored(c6_gates.measure())
        assert c6_gates.judge(numbers).verdict == "holds"
        assert numbers["loop"] == "fused"
        assert numbers["blocks"] == 4
        assert max(numbers["differences"].values()) < 1e-5
        assert max(numbers["pointwise"].values()) < 1e-5
        assert numbers["exchanged"] > 0.1


def stored(numbers):
    """As they come back from the file."""
    return json.loads(json.dumps(numbers))
