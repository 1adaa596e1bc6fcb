"""Units that all do the same."""

from collections.abc import Iterator

import keras
import numpy as np

from keras_rnn_study.diagnosis.answer import answer_layer
from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.rule import Symptom, rule

_FEWEST = 4


@rule(
    statistic=(
        "Share of a layer's units whose states, or outputs of a hidden dense layer, are those of "
        "another unit, at all steps; where nothing moves, whether each kernel has one value only."
    ),
    threshold=(
        "Half of them, to six digits: an error. Random weights are never so alike. A last layer of "
        "zeros is no fault: its units get different gradients."
    ),
    why=(
        "Units with equal weights get equal gradients, so that they stay equal: the layer has one "
        "unit's worth of memory, however many it has."
    ),
    remedy=(
        "# Keras' own start: glorot_uniform and orthogonal kernels\nkeras.layers.{cell}(units)"
    ),
    lesson="1_chain",
    false_alarm="A layer whose kernels were set so by hand, as an identity of blocks.",
    explains=(
        "no_gradient",
        "vanishing_gradient",
        "exploding_gradient",
        "saturated_units",
        "input_ignored",
        "learning_rate_too_low",
        "learns_label_mean",
    ),
)
def identical_units(examination: Examination) -> Symptom | None:
    """Do units differ from each other?"""
    if not examination.is_finite:
        return None
    for name, units in _units(examination):
        moving = units[units.std(axis=1) > 0]
        if len(moving) < 2:
            continue
        rounded = {_digits(unit) for unit in moving[:, :256]}
        share = 1 - (len(rounded) - 1) / max(len(moving) - 1, 1)
        if share >= 0.5:
            title = f"{len(moving)} units of {name!r} have only {len(rounded)} different state(s)."
            evidence = {"units": len(moving), "different": len(rounded)}
            return Symptom(title, evidence, layer=name)
    return _constant_kernels(examination)


def _units(examination: Examination) -> Iterator[tuple[str, np.ndarray]]:
    """Yield (layer, (units, values)) of recurrent layers, and of dense ones but the last."""
    for name, layer in examination.trace.items():
        states = layer.states["h"]
        if states.ndim == 3 and states.shape[-1] >= _FEWEST and np.isfinite(states).all():
            yield name, states.reshape(-1, states.shape[-1]).T.astype(np.float64)
    last = answer_layer(examination.model)
    for name, output in examination.outputs.items():
        is_hidden = isinstance(output.layer, keras.layers.Dense) and output.layer is not last
        if is_hidden and output.values.shape[-1] >= _FEWEST and np.isfinite(output.values).all():
            yield name, output.units


def _digits(unit: np.ndarray) -> tuple[float, ...]:
    """Return six digits of each value, and of the largest: what is large must not hide others."""
    largest = float(np.abs(unit).max())
    digits = unit if largest == 0 else np.round(unit / largest, 6)
    return float(f"{largest:.5e}"), *digits.tolist()


def _constant_kernels(examination: Examination) -> Symptom | None:
    """Say where all weights of a recurrent layer are one number, as of states that never move."""
    for name, layer in examination.layers.items():
        cell = getattr(layer, "cell", None)
        kernels = [getattr(cell, part, None) for part in ("kernel", "recurrent_kernel")]
        if cell is None or any(kernel is None or kernel.shape[0] < 2 for kernel in kernels):
            continue
        values = [np.unique(np.asarray(kernel)) for kernel in kernels]
        if getattr(cell, "units", 0) >= _FEWEST and all(len(value) == 1 for value in values):
            title = (
                f"Each kernel of {name!r} has one value only: {values[0][0]:g}, {values[1][0]:g}."
            )
            return Symptom(title, {"units": int(cell.units), "different": 1}, layer=name)
    return None
