"""Data for cases: the project's tasks, and made-up series with a known best forecast."""

import dataclasses
import functools
from collections.abc import Callable

import keras
import numpy as np
import skills
from case import Case

from keras_rnn_study.datasets import catalog

NUM_TRAIN, NUM_TEST = 1024, 256
"""Multiples of the batch size, so that all updates see equally many samples."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Samples:
    """Training and test data, not yet with a model."""

    x: np.ndarray  # (samples, time, features) or (samples, time)
    y: np.ndarray
    test_x: np.ndarray
    test_y: np.ndarray
    skill: skills.Skill
    evidence: np.ndarray | None = None  # (samples, time)

    def case(self, model: keras.Model, **changes: object) -> Case:
        """Join them with a model."""
        case = Case(
            model=model,
            x=self.x,
            y=self.y,
            test=(self.test_x, self.test_y),
            skill=self.skill,
            evidence=self.evidence,
        )
        return dataclasses.replace(case, **changes)

    def but(self, **changes: object) -> "Samples":
        """Change some."""
        return dataclasses.replace(self, **changes)

    def with_inputs(self, change: Callable[[np.ndarray], np.ndarray]) -> "Samples":
        """Change all inputs in the same way."""
        return self.but(x=change(self.x), test_x=change(self.test_x))


@functools.cache
def task(name: str, gap: int | None, num_train: int = NUM_TRAIN, **settings: object) -> Samples:
    """Load a task of the project."""
    module = catalog.get(name)
    (x, y), (test_x, test_y) = module.load_data(
        gap=gap, num_train=num_train, num_test=NUM_TEST, seed=0, **settings
    )
    return Samples(
        x=x,
        y=y,
        test_x=test_x,
        test_y=test_y,
        skill=skills.classes if module.TASK.num_classes else skills.numbers,
        evidence=module.evidence(x),
    )


@functools.cache
def late_recall(before: int, gap: int) -> Samples:
    """Recall whose symbol comes after `before` distractors: long sequences with near evidence."""
    samples = task("recall", gap)
    generator = np.random.default_rng(1)

    def led_in(x: np.ndarray) -> np.ndarray:
        noise = np.eye(17, dtype="float32")[generator.integers(8, 16, (len(x), before))]
        return np.concatenate([noise, x], axis=1)

    evidence = np.pad(samples.evidence, ((0, 0), (before, 0)))
    return samples.with_inputs(led_in).but(evidence=evidence)


@functools.cache
def padded_recall(length: int, side: str = "right") -> Samples:
    """Recall with gaps from 2 to 5, padded with zeros up to `length` steps."""
    parts = [task("recall", gap, num_train=NUM_TRAIN // 4) for gap in range(2, 6)]
    order = np.random.default_rng(2).permutation(NUM_TRAIN)

    def padded(array: np.ndarray) -> np.ndarray:
        missing = length - array.shape[1]
        steps = (missing, 0) if side == "left" else (0, missing)
        return np.pad(array, [(0, 0), steps, *[(0, 0)] * (array.ndim - 2)])

    return Samples(
        x=np.concatenate([padded(part.x) for part in parts])[order],
        y=np.concatenate([part.y for part in parts])[order],
        test_x=np.concatenate([padded(part.test_x) for part in parts]),
        test_y=np.concatenate([part.test_y for part in parts]),
        skill=skills.classes,
        evidence=np.concatenate([padded(part.evidence) for part in parts])[order],
    )


@functools.cache
def sines(window: int = 16, noise: float = 0.1) -> Samples:
    """Forecast the next value of two added sines with noise."""
    time = np.arange(NUM_TRAIN + NUM_TEST + window + 1)
    generator = np.random.default_rng(3)
    series = np.sin(2 * np.pi * time / 13) + 0.5 * np.sin(2 * np.pi * time / 29)
    series = (series + noise * generator.normal(size=len(time))).astype("float32")
    return windows(series[:, None], series, window)


@functools.cache
def autoregression(window: int = 12, past: float = 0.8, ahead: int = 1) -> Samples:
    """Forecast s_t = `past` s_{t-1} + noise: nobody explains more than `past` squared of it."""
    generator = np.random.default_rng(4)
    series = np.zeros(2 * NUM_TRAIN + NUM_TEST + window + 1, "float32")
    for step in range(1, len(series)):
        series[step] = past * series[step - 1] + generator.normal()
    return windows(series[:, None], series, window, ahead)


def windows(inputs: np.ndarray, target: np.ndarray, window: int, ahead: int = 1) -> Samples:
    """Cut a series into windows; the target lies `ahead` steps after a window's last one."""
    count = len(inputs) - window - max(ahead, 0) + 1
    x = np.stack([inputs[start : start + window] for start in range(count)])
    y = target[window + ahead - 1 :][:count, None]
    train = count - NUM_TEST - window  # no window of the training reaches into the test's
    train -= train % 32
    return Samples(
        x=x[:train],
        y=y[:train],
        test_x=x[-NUM_TEST:],
        test_y=y[-NUM_TEST:],
        skill=skills.numbers,
    )


@functools.cache
def weather() -> Samples:
    """Forecast tomorrow's temperature from 12 days of temperature, pressure and humidity.

    Columns are standardised: `UNITS` has what brings them back to kelvin, pascal and per cent.
    """
    days = np.arange(NUM_TRAIN + NUM_TEST + 13)
    generator = np.random.default_rng(5)
    warmth = np.sin(2 * np.pi * days / 40) + 0.2 * generator.normal(size=len(days))
    pressure = np.cos(2 * np.pi * days / 40) + 0.2 * generator.normal(size=len(days))
    damp = -warmth + 0.5 * generator.normal(size=len(days))
    table = np.stack([warmth, pressure, damp], axis=1)
    table = ((table - table.mean(axis=0)) / table.std(axis=0)).astype("float32")
    return windows(table, table[:, 0], 12)


UNITS = {"mean": (285.0, 101300.0, 60.0), "deviation": (8.0, 900.0, 20.0)}
