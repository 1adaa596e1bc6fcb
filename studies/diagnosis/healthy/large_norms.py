"""Large gradients and losses that are sums over many, not explosions."""

import functools

import keras
import numpy as np
from case import Case, Healthy
from networks import adam, answer, network, number, recurrent, sgd
from samples import late_recall, sines, task


def summed(*, cell: str, name: str, gap: int) -> Case:
    """Sum the loss over the batch."""
    samples = task(name, gap)
    loss = keras.losses.SparseCategoricalCrossentropy(reduction="sum")
    classes = int(samples.y.max()) + 1
    return samples.case(network(samples, recurrent(cell), answer(classes), loss=loss))


def every_step(*, cell: str, name: str, gap: int) -> Case:
    """Answer at each step of a long sequence, and sum over the steps."""
    samples = task(name, gap)
    loss = keras.losses.SparseCategoricalCrossentropy(reduction="sum")
    layer = recurrent(cell, return_sequences=True)
    classes = int(samples.y.max()) + 1
    return samples.case(network(samples, layer, answer(classes), loss=loss))


def large_numbers(*, cell: str) -> Case:
    """Forecast numbers with a deviation of 30 by squared error."""
    samples = sines()
    samples = samples.but(y=30 * samples.y, test_y=30 * samples.test_y)
    scale = keras.layers.Rescaling(30.0)
    return samples.case(network(samples, recurrent(cell, 16), number(), scale, loss="mse"))


def weighted() -> Case:
    """Give each sample a weight of 50."""
    samples = task("recall", 3)
    model = network(samples, recurrent("lstm"), answer(8))
    return samples.case(model, sample_weight=np.full(len(samples.x), 50.0, "float32"))


def scaled_loss() -> Case:
    """Clip the sum of a long sequence's gradients by their norm, as is usual."""
    samples = late_recall(30, 1)
    loss = keras.losses.SparseCategoricalCrossentropy(reduction="sum")
    clipped = sgd(0.05, global_clipnorm=5.0)
    return samples.case(network(samples, recurrent("gru"), answer(8), loss=loss, optimizer=clipped))


def pooled() -> Case:
    """Add up the outputs of all steps."""
    samples = task("latch", 20)
    total = keras.layers.Lambda(
        lambda h: keras.ops.sum(h, axis=1), output_shape=lambda shape: (shape[0], shape[2])
    )
    layer = recurrent("lstm", 12, return_sequences=True)
    return samples.case(network(samples, layer, total, answer(2), optimizer=adam(0.003)))


ODD = "the gradient's norm is large because it is a sum"

HEALTHY = [
    Healthy(
        name="sum_over_the_batch",
        odd=ODD,
        make=functools.partial(summed, cell="lstm", name="recall", gap=3),
    ),
    Healthy(
        name="sum_over_the_digits",
        odd=ODD,
        make=functools.partial(summed, cell="gru", name="digits", gap=0),
    ),
    Healthy(
        name="sum_over_reber",
        odd=ODD,
        make=functools.partial(every_step, cell="lstm", name="reber", gap=6),
    ),
    Healthy(
        name="sum_over_reber_gru",
        odd=ODD,
        make=functools.partial(every_step, cell="gru", name="reber", gap=12),
    ),
    Healthy(name="targets_of_hundreds", odd=ODD, make=functools.partial(large_numbers, cell="gru")),
    Healthy(name="weights_of_50", odd=ODD, make=weighted),
    Healthy(name="sum_clipped_at_5", odd="clipped at first", make=scaled_loss),
    Healthy(name="sum_of_all_outputs", odd=ODD, make=pooled),
]
