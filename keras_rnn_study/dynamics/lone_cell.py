"""One layer's cell by itself, without a batch that runs through the model."""

from typing import Any

import keras
import numpy as np

from keras_rnn_study.backend import needs_tensorflow
from keras_rnn_study.dynamics.state_map import StateMap, state_map
from keras_rnn_study.dynamics.trajectory import chosen, loops_of


def layer_alone(model: keras.Model, layer: str | None) -> StateMap:
    """Return the map of a layer's cell.

    Raises:
        ValueError: The model has no recurrent layer or is not built; `layer` is none of its layers,
            or left out where it has several; or its states are no vectors.
    """
    needs_tensorflow("dynamics")
    loops = loops_of(model)
    if not model.built:
        raise ValueError(
            "Received a model that is not built, so that it has no weights yet. Call it on a "
            "batch, give it an `Input`, or call `model.build(input_shape)` first."
        )
    _, cell = loops[chosen(loops, layer)]
    sizes = keras.tree.flatten(getattr(cell, "state_size", None))
    is_vector = len(getattr(cell, "kernel", np.empty((0, 0))).shape) == 2  # not a convolution
    if not is_vector or not sizes or not all(isinstance(size, int) for size in sizes):
        raise ValueError(
            f"The states of a {type(cell).__name__} are not known to be vectors. Expected a cell "
            "whose `state_size` is a number, or several, and whose kernel is a matrix. Pass `x` to "
            "memory_capacity, or ask backward_gain, which both look at real batches."
        )
    return state_map(cell, [(size,) for size in sizes])


def num_features(cell: Any) -> int:
    """Return how many numbers the cell takes at each step, by its kernel."""
    if not hasattr(cell, "kernel"):
        raise ValueError(
            f"Cannot tell what a {type(cell).__name__} takes, as it has no `kernel`. Pass its "
            "inputs: `inputs` to fixed_points, or `x` to memory_capacity."
        )
    return int(cell.kernel.shape[0])
