"""States that grow without end on the way forward."""

import numpy as np

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.rule import Symptom, rule

_LARGE = 1e3
_GROWTH = 10.0


@rule(
    statistic="Largest state, and its norm at the last step over that half-way.",
    threshold=(
        "Above 1000, and ten times as large as half-way: growth by multiplication. A state that "
        "adds up doubles from the middle to the end."
    ),
    why=(
        "The recurrent kernel makes the state longer at each step, and the activation has no end "
        "to stop it: the answer depends on the last bits of the first inputs."
    ),
    remedy=('keras.layers.{cell}(units, activation="tanh", recurrent_initializer="orthogonal")'),
    lesson="3_exploding",
    false_alarm="A counter that is to reach such numbers.",
    explains=(
        "exploding_gradient",
        "not_a_number",
        "learning_rate_too_high",
        "initial_loss_too_high",
        "clipped_always",
        "gradient_sum",
        "vanishing_gradient",
    ),
)
def runaway_states(examination: Examination) -> Symptom | None:
    """Do states grow from step to step?"""
    if not examination.is_finite:
        return None
    for name, layer in examination.trace.items():
        for state, values in layer.states.items():
            backwards = examination.runs_backwards(name)
            found = _runaway(values[:, :: -1 if backwards else 1])
            if found is not None:
                largest, half, first = found
                first = values.shape[1] - 1 - first if backwards else first
                title = (
                    f"{state} of {name!r} grows to {largest:.2g}; it passes 1000 at step {first}."
                )
                evidence = {"largest": largest, "half_way": half}
                return Symptom(title, evidence, layer=name, time_step=first)
    return None


def _runaway(states: np.ndarray) -> tuple[float, float, int] | None:
    """Return the largest norm, that half-way, and the first step that is large; `None`: no growth.

    Args:
        states: (batch, time, ...), in the order in which the loop ran.
    """
    norms = np.sqrt((states.astype(np.float64) ** 2).reshape(*states.shape[:2], -1).sum(-1))
    by_step = norms.max(axis=0)
    broken = ~np.isfinite(by_step)
    if len(broken) < 3:
        return None
    # A state that is not finite without having been large before came from somewhere else.
    finite = by_step[: int(np.argmax(broken))] if broken.any() else by_step
    largest = float(finite.max(initial=0))
    half = float(finite[len(finite) // 2]) if len(finite) else 0.0
    if largest <= _LARGE or not (broken.any() or largest > _GROWTH * half):
        return None
    return largest, half, int(np.argmax(~(finite <= _LARGE)))
