"""What layers run on here: a GPU, or the cores, among which a batch can be shared."""

import itertools
from typing import Any

import loky
import tensorflow as tf

# More were not measured; and of a batch of 64, each of more cores would have but a few rows.
_MOST_PARTS = 4

# A loop has some twenty tensors at work, as long as its part runs. Looking into an LSTM (128
# samples, 400 steps, 64 units) took 421 MiB in parts of 64 samples, 192 MiB in parts of 16, and as
# long; still fewer samples would make poor products.
_MOST_NUMBERS = 2**19  # in a tensor
_FEWEST_ROWS = 16


def on_gpu() -> bool:
    """Return whether layers run on a GPU."""
    return bool(tf.config.list_logical_devices("GPU"))


def batch_parts(batch: int | tf.Tensor, numbers: int = 0) -> list[slice]:
    """Cut a batch into slices, one per core, for functions that XLA runs on one core each.

    Samples do not meet in a recurrent layer, so they need not share a core.

    Args:
        batch: Number of samples, an int or a scalar tensor.
        numbers: How many numbers of one tensor are a sample's, steps times units: where all are
            many, parts are halved to save memory, as only one per core is at work.

    Returns:
        List of `slice`; some are empty where there are fewer samples than cores. On a GPU, one.
    """
    num = 1 if on_gpu() else min(usable_cores(), _MOST_PARTS)
    if isinstance(batch, int) and not on_gpu():
        # Halves only: XLA compiles once for each number of samples.
        while batch % (2 * num) == 0 and (rows := batch // num) * numbers > _MOST_NUMBERS:
            if rows < 2 * _FEWEST_ROWS:
                break
            num *= 2
    edges = [batch * part // num for part in range(num + 1)]
    return [slice(start, end) for start, end in itertools.pairwise(edges)]


def batch_size(x: tf.Tensor) -> int | tf.Tensor:
    """Return the number of samples of a time-major tensor, as an int where it is known."""
    return x.shape[1] or tf.shape(x)[1]


def join(parts: list[Any], axis: int) -> Any:
    """Put what was computed for each slice together again; the parts are nested alike."""
    if len(parts) == 1:
        return parts[0]
    return tf.nest.map_structure(lambda *tensors: tf.concat(tensors, axis), *parts)


def usable_cores() -> int:
    """Return the number of cores that this process may use, and TensorFlow does."""
    cores: int = loky.cpu_count()  # heeds a container's limit and `taskset`
    threads: int = tf.config.threading.get_intra_op_parallelism_threads()  # 0: not set
    return min(cores, threads or cores)
