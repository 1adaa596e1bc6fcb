"""Optimizers and rates that are unusual and right."""

import functools

import keras
from case import Case, Healthy
from networks import answer, network, number, recurrent
from samples import sines, task


def trained_by(
    optimizer: object, *, cell: str, name: str = "recall", gap: int = 3, units: int = 24
) -> Case:
    """Learn a task with an optimizer, which is made anew each time."""
    last, loss = number(), "mse"
    if name == "sines":
        samples = sines()
    else:
        samples = task(name, gap)
        last, loss = answer(int(samples.y.max()) + 1), "sparse_categorical_crossentropy"
    return samples.case(
        network(samples, recurrent(cell, units), last, loss=loss, optimizer=optimizer())
    )


def warming_up() -> keras.optimizers.Optimizer:
    """Begin with a rate of nearly 0."""
    rate = keras.optimizers.schedules.CosineDecay(1e-6, 400, warmup_target=0.01, warmup_steps=40)
    return keras.optimizers.Adam(rate)


def _by(optimizer: str, rate: float, **settings: object) -> object:
    kind = getattr(keras.optimizers, optimizer)
    return functools.partial(kind, learning_rate=rate, **settings)


HEALTHY = [
    Healthy(
        name="sgd_at_1",
        odd="a learning rate of 1",
        make=functools.partial(trained_by, _by("SGD", 1.0), cell="simple_rnn", gap=2),
    ),
    Healthy(
        name="adam_at_0_05",
        odd="a high learning rate",
        make=functools.partial(trained_by, _by("Adam", 0.05), cell="gru", gap=2, units=12),
    ),
    Healthy(
        name="adam_at_0_0005",
        odd="a low learning rate",
        make=functools.partial(trained_by, _by("Adam", 0.0005), cell="gru", gap=1, units=64),
        updates=448,
    ),
    Healthy(
        name="warming_up",
        odd="a first learning rate of nearly 0",
        make=functools.partial(trained_by, warming_up, cell="lstm"),
    ),
    Healthy(
        name="adam_clipped",
        odd="clipped at each step, which Adam makes up for",
        make=functools.partial(trained_by, _by("Adam", 0.01, global_clipnorm=0.01), cell="lstm"),
    ),
    Healthy(
        name="sgd_clipped_now_and_then",
        odd="clipped now and then",
        make=functools.partial(
            trained_by, _by("SGD", 0.3, momentum=0.9, global_clipnorm=1.0), cell="gru"
        ),
    ),
    Healthy(
        name="rmsprop_forecast",
        odd="another optimizer",
        make=functools.partial(trained_by, _by("RMSprop", 0.01), cell="lstm", name="sines"),
    ),
    Healthy(
        name="weights_decay",
        odd="weights that are drawn to 0",
        make=functools.partial(
            trained_by, _by("AdamW", 0.01, weight_decay=0.01), cell="gru", name="digits", gap=0
        ),
    ),
    Healthy(
        name="nadam_simple_rnn",
        odd="another optimizer",
        make=functools.partial(trained_by, _by("Nadam", 0.005), cell="simple_rnn"),
    ),
    Healthy(
        name="adagrad",
        odd="steps that become smaller",
        make=functools.partial(trained_by, _by("Adagrad", 0.1), cell="lstm", gap=2),
    ),
]
