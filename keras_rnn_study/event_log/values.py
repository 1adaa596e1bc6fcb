"""What one value looks like inside an event file: the tensors that TensorBoard's plugins read.

Built directly rather than by `tf.summary.scalar` and its like: those run several operations per
value, which is felt where every training step is recorded, prefix the tag with the active name
scopes, and need the tensorboard package at training time.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from google.protobuf.message import Message

from keras_rnn_study.event_log.quantities import Kind

_TensorProto = type(tf.make_tensor_proto(0.0))


def scalar(value: float) -> Message:
    """Return the tensor of a number: float32, with NaN and infinity kept.

    Example:

    >>> scalar(0.5).float_val
    [0.5]
    """
    with np.errstate(over="ignore"):  # beyond float32 is infinity
        number = float(np.float32(value))
    # `make_tensor_proto` takes many times as long, which is felt with some tags at every step.
    tensor = _TensorProto(dtype=tf.float32.as_datatype_enum, float_val=[number])
    tensor.tensor_shape.SetInParent()  # of no dimension, rather than unknown
    return tensor


def histogram(buckets: np.ndarray) -> Message | None:
    """Return the tensor of rows (left edge, right edge, count): float64.

    Args:
        buckets: Array (buckets, 3), as `measures.histogram` makes it.

    Returns:
        The tensor; `None` where nothing was counted, so that there is nothing to show.

    Example:

    >>> histogram([[0.0, 0.5, 2.0], [0.5, 1.0, 1.0]]).tensor_shape.dim[0].size
    2
    """
    buckets = np.asarray(buckets, np.float64)
    if not buckets[:, 2].any():
        return None
    return tf.make_tensor_proto(buckets, dtype=tf.float64)


def image(rgb: np.ndarray) -> Message:
    """Return the tensor of strings: width, height, PNG.

    Args:
        rgb: uint8 array (height, width, 3).

    Raises:
        ValueError: `rgb` has another dtype or shape.

    Example:

    >>> image(np.zeros((20, 30, 3), np.uint8)).string_val[:2]
    [b'30', b'20']
    """
    rgb = np.asarray(rgb)
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3:
        raise ValueError(
            f"Received a picture of dtype {rgb.dtype} and shape {rgb.shape}; expected uint8 and "
            "(height, width, 3). The functions of keras_rnn_study.pictures.heat_maps return that."
        )
    height, width = rgb.shape[:2]
    with tf.device("cpu:0"):
        png = tf.io.encode_png(rgb).numpy()
    return tf.make_tensor_proto([str(width), str(height), png], dtype=tf.string)


class Packed(NamedTuple):
    """A frame for the live view.

    Attributes:
        data: The frame, as `live_view.packing.pack` makes it.
        facts: What does not change from record to record, as `live_view.frames.facts_of` makes
            it; written with the first frame of a file only.
    """

    data: bytes
    facts: bytes


def frame(packed: Packed) -> Message:
    """Return the tensor of a frame's bytes: uint8.

    Example:

    >>> frame(Packed(b"abc", b"{}")).tensor_content
    b'abc'
    """
    tensor = _TensorProto(dtype=tf.uint8.as_datatype_enum, tensor_content=packed.data)
    tensor.tensor_shape.dim.add(size=len(packed.data))
    return tensor


def text(markdown: str) -> Message:
    """Return the tensor of a text, which TensorBoard shows as Markdown.

    Example:

    >>> text("**one**").string_val
    [b'**one**']
    """
    return tf.make_tensor_proto(markdown, dtype=tf.string)


# Kind of a quantity -> the TensorBoard plugin that shows it, and the tensor that it reads.
PLUGINS: dict[Kind, tuple[str, Callable[[Any], Message | None]]] = {
    "scalar": ("scalars", scalar),
    "histogram": ("histograms", histogram),
    "image": ("images", image),
    "frame": ("rnn", frame),
    "text": ("text", text),
}
