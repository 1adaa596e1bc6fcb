"""The Jacobian of each step, along the real trajectory of real samples."""

from typing import Any

import keras
import numpy as np

from keras_rnn_study.arguments import positive
from keras_rnn_study.dynamics.trajectory import follow

_GIB = 2**30


def jacobians(
    model: keras.Model, x: Any, *, layer: str | None = None, max_gib: float = 1.0
) -> np.ndarray:
    """Return d(h_t, c_t) / d(h_{t-1}, c_{t-1}): what one step multiplies a gradient with.

    The gradient with respect to the state before a step, by way of the state after it, is
    dL/ds_{t-1} = dL/ds_t J_t. So a product of these is what carries it back through time, and what
    makes it vanish or explode. `backward_gain` says what such products come to, and holds but a few
    Jacobians at once: one sample of 784 steps through an LSTM of 128 units has 411 MB of them.

    Args:
        model: A built `keras.Model` with a recurrent layer, in any topology that `trace` takes.
        x: One batch of inputs as `model.predict` takes them.
        layer: Name of the recurrent layer, as a trace has it. Default: the only one.
        max_gib: The largest answer that is computed, in GiB.

    Returns:
        float64 array (batch, time, states, states). Row i, column j: how the i-th state after the
        step changes with the j-th before it. A SimpleRNN's and a GRU's state is h; an LSTM's is h,
        then c. Indexed by the input's time step, also where the layer goes backwards; the identity
        at masked steps. Keras' own cells are computed in float64, others in their own precision.

    Raises:
        ValueError: As `trace` does; `layer` is none of the model's, or left out where it has
            several; or the answer would be larger than `max_gib`.

    Example:

    >>> import keras, numpy as np
    >>> from keras_rnn_study import dynamics
    >>> model = keras.Sequential([keras.Input((20, 3)), keras.layers.LSTM(4, name="lstm")])
    >>> dynamics.jacobians(model, np.ones((8, 20, 3))).shape
    (8, 20, 8, 8)
    """
    max_gib = positive("max_gib", max_gib, 4.0)
    path = follow(model, x, layer=layer)
    batch, time, states = path.shape
    gib = batch * time * states**2 * 8 / _GIB
    if gib > max_gib:
        raise ValueError(
            f"The Jacobians of {batch} samples, {time} steps and {states} states take {gib:.1f} "
            f"GiB, and max_gib={max_gib} is allowed. Pass fewer samples, x[:{batch // 4 or 1}], or "
            "a larger max_gib; or ask backward_gain or lyapunov_exponents, which do not keep them."
        )
    return path.loop_order(path.jacobians(0, time))
