"""How a series is cut and fed: windows that hold the answer, streams that are shuffled."""

from functools import partial

import keras
import numpy as np
from case import BATCH_SIZE, Case, Patient
from criteria import knows_too_much
from networks import adam, answer, network, number, recurrent
from samples import NUM_TRAIN, autoregression, task, windows

BEST = 0.64  # what 0.8 s_{t-1} explains of s_t


def cut(*, ahead: int, cell: str, window: int = 12) -> Case:
    """Forecast the step after the window, or, by an index off by one, the window's last one."""
    samples = autoregression(window, ahead=ahead)
    model = network(samples, recurrent(cell, 16), number(), loss="mse", optimizer=adam(0.01))
    return samples.case(model)


def smoothed(*, centred: bool, cell: str) -> Case:
    """Smooth the series first, over steps before and after each one, or before it only."""
    series = _series()
    kernel = np.ones(3, "float32") / 3
    smooth = np.convolve(series, kernel)[: len(series)]
    if centred:
        smooth = np.append(smooth[1:], smooth[-1])
    inputs = np.stack([series, smooth], axis=1)
    samples = windows(inputs, series, 12)
    return samples.case(network(samples, recurrent(cell, 16), number(), loss="mse"))


def with_column(*, lag: int, cell: str) -> Case:
    """Put a column beside the series that follows it with a lag; without one it is the target."""
    series = _series()
    ahead = np.append(series[1:], 0).astype("float32")
    column = ahead if lag == 0 else series
    noise = np.random.default_rng(8).normal(size=len(series)).astype("float32")
    samples = windows(np.stack([series, noise, 2 * column + 1], axis=1), series, 12)
    return samples.case(network(samples, recurrent(cell, 16), number(), loss="mse"))


def _series() -> np.ndarray:
    samples = autoregression(1)
    return samples.x[:, 0, 0]


def streams(*, shuffle: bool, cell: str) -> Case:
    """Feed a sequence in two batches: its symbol in one, the question in the next.

    Only a state that is carried from batch to batch, sample by sample, can answer.
    """
    samples = task("recall", 4)

    def halves(x: np.ndarray) -> np.ndarray:
        pairs = x.reshape(-1, BATCH_SIZE, 2, 3, x.shape[-1]).swapaxes(1, 2)
        return pairs.reshape(-1, 3, x.shape[-1])

    def twice(y: np.ndarray) -> np.ndarray:
        return np.repeat(y.reshape(-1, 1, BATCH_SIZE), 2, axis=1).ravel()

    start = keras.Input(batch_shape=(BATCH_SIZE, 3, 17))
    layers = [start, recurrent(cell, 24, stateful=True), answer(8)]
    model = keras.Sequential(layers)
    model.compile(adam(), "sparse_categorical_crossentropy")
    asked = np.repeat(np.arange(2 * len(samples.test_y)).reshape(-1, BATCH_SIZE)[1::2], 1).ravel()

    def skill(prediction: np.ndarray, y: np.ndarray) -> float:
        return samples.skill(prediction[asked], y[asked])

    return samples.but(
        x=halves(samples.x),
        y=twice(samples.y),
        test_x=halves(samples.test_x),
        test_y=twice(samples.test_y),
        evidence=None,
        skill=skill,
    ).case(model, shuffle=shuffle)


assert NUM_TRAIN % BATCH_SIZE == 0, "streams need whole batches"

reading_ahead = partial(
    Patient, cause="leaking_windows", setting="ahead", well=1, shown_by=knows_too_much(BEST)
)
shuffled_streams = partial(
    Patient, cause="stateful_shuffled", setting="shuffle", ill=True, well=False, updates=256
)

PATIENTS = [
    reading_ahead(name="window_ends_one_late", make=partial(cut, cell="lstm"), ill=0),
    reading_ahead(
        name="window_ends_three_late", make=partial(cut, cell="gru", window=8), ill=-2, updates=320
    ),
    Patient(
        name="smoothed_with_the_future",
        cause="leaking_windows",
        make=partial(smoothed, cell="lstm"),
        setting="centred",
        ill=True,
        well=False,
        shown_by=knows_too_much(BEST),
    ),
    Patient(
        name="target_among_the_columns",
        cause="leaking_windows",
        make=partial(with_column, cell="gru"),
        setting="lag",
        ill=0,
        well=1,
        shown_by=knows_too_much(BEST),
    ),
    shuffled_streams(name="lstm_streams_shuffled", make=partial(streams, cell="lstm")),
    shuffled_streams(name="gru_streams_shuffled", make=partial(streams, cell="gru")),
]
