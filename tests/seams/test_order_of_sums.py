"""A norm is the same number however threads take turns."""

import pytest
import tensorflow as tf

from keras_rnn_study.seams import gradient_tap

# Added from the left all but the first are lost one by one; added together first, they are not.
SQUARES = [2.0**54] + [1.5] * 8


@pytest.mark.parametrize("free", [0, 1, len(SQUARES) - 1])
def test_the_sum_does_not_depend_on_which_value_nobody_else_needs(free):
    """`tf.add_n` begins with the first whose memory it can write into, which is up to threads."""

    @tf.function
    def norm(*squares):
        squares = list(squares)
        squares[free] += tf.random.uniform((), 0, 1e-9, tf.float64)  # lost, but made here
        return gradient_tap._root(squares)

    squares = [tf.constant(square, tf.float64) for square in SQUARES]
    assert norm(*squares).numpy() == gradient_tap._root(squares).numpy()
