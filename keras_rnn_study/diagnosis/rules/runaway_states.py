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
    remedy=('keras.layers.SimpleRNN(units, activation="tanh", recurrent_initializer="orthogonal")'),
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
            norms = np.sqrt((values.astype(np.float64) ** 2).reshape(*values.shape[:2], -1).sum(-1))
            by_step = norms.max(axis=0)
            if getattr(examination.layer_of(name), "go_backwards", False):
                by_step = by_step[::-1]
            broken = ~np.isfinite(by_step)
            # What is no number without having been large came from somewhere else.
            by_step = by_step[: int(np.argmax(broken))] if broken.any() else by_step
            largest = float(by_step.max(initial=0))
            half = float(by_step[len(by_step) // 2]) if len(by_step) else 0.0
            grows = largest > _LARGE and (broken.any() or largest > _GROWTH * half)
            if grows and len(broken) > 2:
                first = int(np.argmax(~(by_step <= _LARGE)))
                title = (
                    f"{state} of {name!r} grows to {largest:.2g}; it passes 1000 at step {first}."
                )
                evidence = {"largest": largest, "half_way": half}
                return Symptom(title, evidence, layer=name, time_step=first)
    return None
