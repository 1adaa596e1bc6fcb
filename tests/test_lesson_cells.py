"""What lessons 12 to 15 compute with beside the toolkit, and what their pictures show."""

import importlib
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from keras_rnn_study.datasets import recall

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"


@pytest.fixture(scope="module")
def cells():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(NOTEBOOKS))
        yield importlib.import_module("lesson_cells")
    for name in ("lesson_cells", "lesson", "lesson_words"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize("evenly", [True, False])
def test_the_symbol_stands_before_the_question_by_its_gap(cells, evenly):
    x, y, gaps = cells.any_gap(500, 20, seed=3, evenly=evenly)
    assert set(gaps) == set(range(21))
    symbols = x[..., :8].sum(axis=-1)  # (samples, time): 1 where a symbol stands
    np.testing.assert_array_equal(symbols.sum(axis=1), 1)
    np.testing.assert_array_equal(x.shape[1] - 1 - symbols.argmax(axis=1) - 1, gaps)
    np.testing.assert_array_equal(x[..., :8].sum(axis=1).argmax(axis=-1), y)
    assert np.all(x.sum(axis=-1) == 1)  # one thing at each step
    assert np.all(x[:, -1, -1] == 1)  # the question
    plain, answers = recall.make(500, gap=20, seed=3)
    np.testing.assert_array_equal(answers, y)
    np.testing.assert_array_equal(plain[gaps == 20], x[gaps == 20])


def test_each_doubling_of_the_gap_is_about_as_frequent(cells):
    _, _, gaps = cells.any_gap(20_000, 62, seed=0)
    counts = [np.sum((gaps + 1 >= low) & (gaps + 1 < 2 * low)) for low in (1, 2, 4, 8, 16, 32)]
    assert max(counts) < 1.5 * min(counts)


def test_a_gap_is_learned_up_to_the_first_group_that_fails(cells):
    gaps = np.arange(64)
    assert cells.learned_gap(np.ones(64, bool), gaps) == 63
    assert cells.learned_gap(gaps < 10, gaps) == 7  # 8 to 15 are not
    assert cells.learned_gap((gaps < 4) | (gaps > 7), gaps) == 3  # though larger ones are right
    assert cells.learned_gap(np.zeros(64, bool), gaps) == 0
    middles, shares = cells.right_by_gap(gaps < 10, gaps)
    np.testing.assert_allclose(middles, [0, 1, 2.5, 5.5, 11.5, 23.5, 47.5])
    np.testing.assert_allclose(shares, [1, 1, 1, 1, 0.25, 0, 0])


def test_a_held_gate_is_constant_and_comes_back(cells):
    from keras_rnn_study import trace

    layer = keras.layers.GRU(4, name="gru")
    model = cells.answering(layer)
    x, y = recall.make(2, gap=3, seed=0)
    values = np.array([0.2, 0.4, 0.6, 0.8])
    weights = model.get_weights()
    for gate, other in (("update", "reset"), ("reset", "update")):
        free = trace(model, x, y)["gru"].gates
        with cells.held(layer.cell, gate, values):
            held = trace(model, x, y)["gru"].gates
        np.testing.assert_allclose(held[gate], np.broadcast_to(values, (2, 5, 4)), atol=1e-6)
        np.testing.assert_allclose(held[other][:, 0], free[other][:, 0], atol=1e-6)
    for before, after in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


def test_pictures_show_every_row_and_word(cells):
    rows = {"a": {"reach": 3, "learned gap": 0}, "b": {"reach": 60, "learned gap": 40}}
    (axes,) = cells.on_one_axis(rows, 64).axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b"]
    assert list(axes.lines[0].get_xdata()) == [3, 60]
    words = [f"w{n}" for n in range(20)]
    figure = cells.words_in_colour([("title", words, np.arange(20) / 190)])
    said = [text.get_text() for text in figure.axes[0].texts]
    assert [text for text in said if text.startswith("w")] == words
