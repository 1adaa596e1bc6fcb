"""What the biases of a layer's gates start at, where that is not Keras' own."""

import keras
import numpy as np

_BLOCKS = {"input_bias": 0, "forget_bias": 1}  # of an LSTM: input, forget, candidate, output


def set_bias(layer: keras.layers.LSTM, name: str, value: float) -> None:
    """Start one gate of an LSTM at sigmoid(value), all of its units alike.

    Args:
        layer: A built LSTM.
        name: "input_bias" or "forget_bias".
        value: Of the bias.
    """
    begin = _BLOCKS[name] * layer.units
    bias = np.array(layer.cell.bias)
    bias[begin : begin + layer.units] = value
    layer.cell.bias.assign(bias)


def set_chrono_biases(
    layer: keras.layers.LSTM | keras.layers.GRU, gap: int, generator: np.random.Generator
) -> None:
    """Let each unit forget over a time of its own, up to the time from the evidence to the answer.

    A gate that keeps sigmoid(b) of its memory at each step forgets over 1 + exp(b) steps. That is
    T for b = log(T - 1), so log U[1, T_max - 1] spreads the units' times evenly up to T_max.

    Args:
        layer: A built LSTM or GRU.
        gap: T_max - 2.
        generator: Of the times.
    """
    t_max = gap + 2
    keep = np.log(generator.uniform(1, t_max - 1, size=layer.units))
    bias = np.zeros(layer.cell.bias.shape)
    if isinstance(layer, keras.layers.LSTM):
        bias[: 2 * layer.units] = np.concatenate([-keep, keep])  # input, forget, candidate, output
    else:
        bias[0, : layer.units] = keep  # update, reset, candidate; row 1 acts on the old state
    layer.cell.bias.assign(bias)
