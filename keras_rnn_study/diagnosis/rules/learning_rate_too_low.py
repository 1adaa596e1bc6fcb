"""Steps that are too short."""

import numpy as np

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.rule import Symptom, rule

_SHORT = 3e-5
_GRADIENT = 1e-3
_ROUNDED = 1e-6
"""The rate below which float32 weights hardly move, whatever the gradient."""


@rule(
    statistic=(
        "Length of a step over that of the weights: the median over kernels, once a few updates "
        "are done, as RMSprop begins with longer ones and momentum with shorter ones."
    ),
    threshold=(
        "Below 0.00003: a thousand updates move the weights by less than 3 %. Where a rate of 1 "
        "would move them by less than a thousandth it is the gradient that is small, not the rate."
    ),
    why="The weights stay where they were drawn, so that the loss stays where it was.",
    remedy="keras.optimizers.Adam(1e-3)  # instead of {rate:.2g}",
    lesson="7_your_model",
    false_alarm="Weights that are trained already; a schedule that begins at 0 is left out.",
    needs=("updates",),
    explains=("learns_label_mean",),
)
def learning_rate_too_low(examination: Examination) -> Symptom | None:
    """Do updates move the weights?"""
    rehearsal = examination.rehearsal
    if rehearsal is None or examination.learned or not rehearsal.relative_updates:
        return None
    optimizer = examination.model.optimizer
    accumulated = getattr(optimizer, "gradient_accumulation_steps", None) or 1
    has_schedule = isinstance(optimizer.get_config().get("learning_rate"), dict)
    if has_schedule or accumulated > len(rehearsal.losses) or not rehearsal.norms.any():
        return None
    late = [step[len(step) // 2 :] for step in rehearsal.relative_updates.values()]
    moved = [step.max() for step in late if np.isfinite(step).all()]
    step = float(np.median(moved)) if moved else float("nan")
    rate = float(optimizer.learning_rate)
    if not step < _SHORT or (rate >= _ROUNDED and step / rate < _GRADIENT):
        return None
    title = f"An update moves the weights by {step:.1e} of their length."
    evidence = {"step": step, "learning_rate": rate, "gradient_norm": float(rehearsal.norms[0])}
    return Symptom(title, evidence, remedy=learning_rate_too_low.remedy.format(rate=rate))
