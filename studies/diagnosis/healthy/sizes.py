"""Very small and rather large networks, very short and rather long sequences."""

import functools

from case import Case, Healthy
from networks import adam, answer, network, number, recurrent, stack
from samples import sines, task


def sized(
    *,
    cell: str,
    units: int,
    name: str,
    gap: int,
    layers: int = 1,
    rate: float = 0.01,
    num: int = 1024,
) -> Case:
    """Learn a task with layers of a size."""
    samples = task(name, gap, num_train=num)
    last = answer(int(samples.y.max()) + 1)
    model = network(samples, *stack(cell, layers, units), last, optimizer=adam(rate))
    return samples.case(model)


def one_unit_forecast(*, window: int) -> Case:
    """Forecast by two units."""
    samples = sines(window)
    return samples.case(
        network(samples, recurrent("gru", 2), number(), loss="mse", optimizer=adam(0.03))
    )


HEALTHY = [
    Healthy(
        name="one_lstm_unit",
        odd="a single unit",
        make=functools.partial(sized, cell="lstm", units=1, name="latch", gap=3, rate=0.03),
    ),
    Healthy(
        name="two_simple_units",
        odd="two units",
        make=functools.partial(sized, cell="simple_rnn", units=2, name="latch", gap=6, rate=0.03),
    ),
    Healthy(
        name="two_gru_units", odd="two units", make=functools.partial(one_unit_forecast, window=16)
    ),
    Healthy(
        name="256_lstm_units",
        odd="many units, each with a small gradient",
        make=functools.partial(sized, cell="lstm", units=256, name="recall", gap=3, rate=0.003),
        updates=128,
    ),
    Healthy(
        name="200_gru_units",
        odd="many units",
        make=functools.partial(sized, cell="gru", units=200, name="digits", gap=0, rate=0.003),
        updates=128,
    ),
    Healthy(
        name="300_simple_units",
        odd="many units",
        make=functools.partial(
            sized, cell="simple_rnn", units=300, name="recall", gap=4, rate=0.001
        ),
        updates=128,
    ),
    Healthy(
        name="four_layers",
        odd="many layers",
        make=functools.partial(sized, cell="gru", units=16, name="recall", gap=2, layers=4),
    ),
    Healthy(
        name="two_steps",
        odd="hardly a sequence",
        make=functools.partial(sized, cell="lstm", units=16, name="recall", gap=0),
    ),
    Healthy(
        name="latch_over_20",
        odd="a long sequence",
        make=functools.partial(sized, cell="gru", units=16, name="latch", gap=20, rate=0.005),
    ),
    Healthy(
        name="simple_rnn_over_30",
        odd="a plain RNN over a long gap",
        make=functools.partial(
            sized, cell="simple_rnn", units=32, name="recall", gap=30, rate=0.003
        ),
        updates=320,
    ),
]
