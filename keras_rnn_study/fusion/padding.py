"""The few lengths that sequences of many are padded to, as XLA compiles for each one anew."""

import tensorflow as tf

# Two in each doubling: less than a third of what is padded is padding, on the average a sixth.
_LENGTHS = [base << doubling for doubling in range(26) for base in (16, 24)]


def padded_length(steps: tf.Tensor) -> tf.Tensor:
    """Return the smallest of the lengths that holds a sequence of so many steps, both scalars.

    Example:

    >>> import tensorflow as tf
    >>> [int(padded_length(tf.constant(steps))) for steps in (1, 16, 17, 100, 129)]
    [16, 16, 24, 128, 192]
    """
    lengths = tf.constant(_LENGTHS)
    return lengths[tf.searchsorted(lengths, [steps])[0]]


def pad_time(x: tf.Tensor, length: tf.Tensor) -> tf.Tensor:
    """Return (time, ...) with zeros, or `False`, behind the last step up to `length` steps."""
    missing = length - tf.shape(x)[0]
    return tf.pad(x, [[0, missing], *[[0, 0]] * (len(x.shape) - 1)])
