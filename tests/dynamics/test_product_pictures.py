"""Pictures of products: size, what is beyond the scale, what is no number, wrong shapes."""

import numpy as np
import pytest

from keras_rnn_study.pictures import product

SHAPE = (400, 700, 3)
GAINS = np.array([[-0.1, -0.2, -0.3], [0.5, 1.0, 2.0]])


def colours(pixels, place):
    """The picture's colour at a share of the axes' width and height, roughly."""
    return pixels[int(400 * (0.12 + 0.66 * place[1])), int(700 * (0.16 + 0.6 * place[0]))]


def test_growth_is_red_and_shrinking_blue():
    pixels = product.jacobian_gain(GAINS * 5, [0, 64], layer="lstm")
    assert pixels.shape == SHAPE
    assert pixels.dtype == np.uint8
    red, _, blue = colours(pixels, (0.9, 0.75)).astype(int)
    assert red > blue + 50
    shrinking = product.jacobian_gain(-GAINS * 5, [0, 64])
    red, _, blue = colours(shrinking, (0.9, 0.75)).astype(int)
    assert blue > red + 50


def test_what_is_zero_or_no_number_is_drawn_all_the_same():
    zero = np.array([[-1.0, -np.inf, np.nan]])
    assert product.jacobian_gain(zero, [0]).shape == SHAPE
    assert product.fan(zero.T, gradient=zero[0], exponent=-np.inf).shape == SHAPE
    assert product.exponents_over_training({"lstm": [np.nan, -np.inf]}, [0, 1]).shape == SHAPE


def test_values_far_below_the_lines_are_left_out_and_counted():
    """With them the picture would be another: the lines that are compared lie on each other."""
    values = np.arange(1, 21)[:, None] * [-0.1, -0.2, -5.0]
    without = product.fan(values[:, :2])
    assert (product.fan(values) != without).any()
    few = product.fan(values, exponent=-0.2)
    lines = np.any(few.astype(int).max(axis=2) - few.min(axis=2) > 60, axis=1)  # coloured rows
    assert np.flatnonzero(lines)[-1] - np.flatnonzero(lines)[0] > 40  # not one flat line


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: product.jacobian_gain(GAINS, [0]), r"gains of shape \(2, 3\)"),
        (lambda: product.jacobian_gain([1.0], [0]), r"One record is gains\[None\]"),
        (lambda: product.fan([1.0]), r"expected \(steps, states\)"),
        (lambda: product.exponents_over_training({"a": [1.0]}, [0, 1]), "exponents 'a'"),
    ],
)
def test_wrong_shapes_are_told(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
