"""Scanned digits in several forms: sparse, partly constant, not centred."""

import functools

import keras
import numpy as np
from case import Case, Healthy
from networks import adam, answer, network, recurrent
from samples import Samples, task


def digits(
    *, cell: str, change: object = None, rate: float = 0.01, gap: int = 0, units: int = 32
) -> Case:
    """Name a digit from its rows."""
    samples = task("digits", gap)
    if change is not None:
        samples = samples.with_inputs(change)
    return samples.case(network(samples, recurrent(cell, units), answer(10), optimizer=adam(rate)))


def images_only() -> Samples:
    """Return the images without the feature that says that there is one."""
    return task("digits", 0).with_inputs(lambda x: x[:, :8, :8])


def by_columns(*, cell: str) -> Case:
    """Read the images column by column: axes that are exchanged on purpose."""
    samples = images_only().with_inputs(lambda x: np.ascontiguousarray(x.transpose(0, 2, 1)))
    samples = samples.but(evidence=None)
    return samples.case(network(samples, recurrent(cell, 32), answer(10)))


def raw() -> Case:
    """Read pixels from 0 to 16, which the model itself brings to 0 to 1."""
    samples = images_only().with_inputs(lambda x: 16 * x).but(evidence=None)
    layers = [keras.layers.Rescaling(1 / 16), recurrent("lstm", 32), answer(10)]
    return samples.case(network(samples, *layers))


def normalised() -> Case:
    """Read pixels from 0 to 255, which a layer standardises that was adapted to them."""
    samples = images_only().with_inputs(lambda x: 255 * x).but(evidence=None)
    layer = keras.layers.Normalization()
    layer.adapt(samples.x)
    return samples.case(network(samples, layer, recurrent("gru", 32), answer(10)))


def two_rows_a_step() -> Case:
    """Read two rows at once: fewer steps than features."""
    samples = images_only().with_inputs(lambda x: x.reshape(-1, 4, 16)).but(evidence=None)
    return samples.case(network(samples, recurrent("lstm", 32), answer(10)))


def pairs_of_pixels() -> Case:
    """Read two pixels at once, in 32 steps."""
    samples = images_only().with_inputs(lambda x: x.reshape(-1, 32, 2)).but(evidence=None)
    layer = recurrent("gru", 48)
    return samples.case(network(samples, layer, answer(10)))


SPARSE = "pixels that are always 0, others that mostly are"

HEALTHY = [
    Healthy(name="digits_lstm", odd=SPARSE, make=functools.partial(digits, cell="lstm")),
    Healthy(name="digits_gru", odd=SPARSE, make=functools.partial(digits, cell="gru")),
    Healthy(
        name="digits_simple_rnn",
        odd=SPARSE,
        make=functools.partial(digits, cell="simple_rnn", rate=0.005),
    ),
    Healthy(
        name="digits_after_a_blank",
        odd=SPARSE,
        make=functools.partial(digits, cell="gru", gap=6),
        updates=320,
    ),
    Healthy(
        name="digits_by_columns",
        odd="time and features exchanged, and as good",
        make=functools.partial(by_columns, cell="gru"),
    ),
    Healthy(name="digits_up_to_16", odd="inputs without scale, scaled in the model", make=raw),
    Healthy(name="digits_normalised", odd="inputs up to 255, scaled in the model", make=normalised),
    Healthy(name="digits_two_rows_a_step", odd="fewer steps than features", make=two_rows_a_step),
    Healthy(
        name="digits_by_pairs",
        odd="many steps of few features",
        make=pairs_of_pixels,
        updates=480,
    ),
]
