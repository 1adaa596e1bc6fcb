"""Long sequences and short memories, where what decides the answer is near."""

import functools

import keras
from case import Case, Healthy
from networks import answer, network, number, recurrent, set_gate, stack
from samples import late_recall, padded_recall, sines


def late(*, cell: str, before: int = 50, gap: int = 1, **settings: object) -> Case:
    """Recall over a short gap at the end of a long sequence."""
    samples = late_recall(before, gap)
    return samples.case(network(samples, recurrent(cell, **settings), answer(8)))


def late_contracting() -> Case:
    """Recall at the end with a recurrent kernel in which everything fades soon."""
    samples = late_recall(50, 0)
    return samples.case(network(samples, _contracting(24), answer(8)))


def _contracting(units: int) -> keras.Layer:
    small = keras.initializers.RandomNormal(stddev=0.1)
    return recurrent("simple_rnn", units, recurrent_initializer=small)


def late_lstm(*, forget: float) -> Case:
    """Recall at the end with an LSTM that forgets soon."""
    samples = late_recall(50, 0)
    layer = recurrent("lstm")
    model = network(samples, layer, answer(8))
    set_gate(layer, 1, forget)
    return samples.case(model)


def late_gru(*, keep: float) -> Case:
    """Recall at the end with a GRU that renews its state at each step."""
    samples = late_recall(50, 0)
    layer = recurrent("gru")
    model = network(samples, layer, answer(8))
    set_gate(layer, 0, keep)
    return samples.case(model)


def forecast(*, window: int) -> Case:
    """Forecast from a window of which the last few steps would do."""
    samples = sines(window)
    return samples.case(network(samples, recurrent("gru", 16), number(), loss="mse"))


def forecast_contracting() -> Case:
    """Forecast from a long window, of which a short memory sees enough."""
    samples = sines(60)
    return samples.case(network(samples, _contracting(16), number(), loss="mse"))


def late_stack() -> Case:
    """Two layers for near evidence."""
    samples = late_recall(40, 1)
    return samples.case(network(samples, *stack("gru", 2, 16), answer(8)))


def left_padded() -> Case:
    """Pad at the left without a mask: the evidence is near all the same."""
    samples = padded_recall(40, "left")
    return samples.case(network(samples, recurrent("lstm"), answer(8)))


ODD = "the gradient is gone long before the beginning, but the evidence is near the end"

HEALTHY = [
    Healthy(name="near_simple_rnn", odd=ODD, make=functools.partial(late, cell="simple_rnn")),
    Healthy(name="near_contracting_rnn", odd=ODD, make=late_contracting),
    Healthy(name="near_lstm", odd=ODD, make=functools.partial(late, cell="lstm", before=80)),
    Healthy(name="near_gru", odd=ODD, make=functools.partial(late, cell="gru", before=80)),
    Healthy(
        name="near_sigmoid_rnn",
        odd=ODD,
        make=functools.partial(late, cell="simple_rnn", gap=0, activation="sigmoid"),
        updates=320,
    ),
    Healthy(
        name="near_lstm_that_forgets",
        odd="forget gates near 0",
        make=functools.partial(late_lstm, forget=-1.0),
    ),
    Healthy(
        name="near_gru_that_renews",
        odd="update gates near 0",
        make=functools.partial(late_gru, keep=-3.0),
    ),
    Healthy(name="near_stack", odd=ODD, make=late_stack),
    Healthy(name="left_padding_unmasked", odd="most steps are blank", make=left_padded),
    Healthy(name="window_of_60", odd=ODD, make=forecast_contracting),
    Healthy(name="gru_window_of_80", odd=ODD, make=functools.partial(forecast, window=80)),
]
