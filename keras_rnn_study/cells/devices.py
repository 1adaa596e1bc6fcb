"""What layers run on here: a GPU, or the cores, among which a batch can be shared."""

import itertools
import os

import tensorflow as tf

# More were not measured; and of a batch of 64, each of more cores would have but a few rows.
_MOST_PARTS = 4


def on_gpu():
    """Whether layers run on a GPU."""
    return bool(tf.config.list_logical_devices("GPU"))


def batch_parts(batch):
    """Slices of a batch, one a core, for functions that XLA runs on one core each.

    Samples do not meet in a recurrent layer, so they need not share a core.

    Args:
        batch: Number of samples, an int or a scalar tensor.

    Returns:
        List of `slice`; some are empty where there are fewer samples than cores. On a GPU, one.
    """
    num = 1 if on_gpu() else min(usable_cores(), _MOST_PARTS)
    edges = [batch * part // num for part in range(num + 1)]
    return [slice(start, end) for start, end in itertools.pairwise(edges)]


def batch_size(x):
    """The number of samples of a time-major tensor, as an int where it is known."""
    return x.shape[1] or tf.shape(x)[1]


def join(parts, axis):
    """Puts what was computed for each slice together again; the parts are nested alike."""
    if len(parts) == 1:
        return parts[0]
    return tf.nest.map_structure(lambda *tensors: tf.concat(tensors, axis), *parts)


def usable_cores():
    """The number of cores that this process may use, and TensorFlow does."""
    # Where the system tells: a container may have fewer than there are.
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count()
    threads = tf.config.threading.get_intra_op_parallelism_threads()  # 0: not set
    return min(cores, threads or cores)
