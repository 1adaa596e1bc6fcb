"""Clipping that decides nearly every step."""

import numpy as np

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.finding import Severity
from keras_rnn_study.diagnosis.rule import Symptom, rule

_HARD, _SHORT = 0.05, 1e-4
_NEARLY = 0.8


@rule(
    statistic="Norm after clipping over norm before, at each of a few updates.",
    threshold=(
        "Clipped at four of five updates, to less than 5 %, so that updates move the weights by "
        "less than 0.01 %: a warning, below 0.001 % an error. Otherwise a note: with Adam, or "
        "with a learning rate that was chosen for it, the clip norm only sets the step's length."
    ),
    why=(
        "The clip norm, not the gradient, then says how long a step is: learning rate times clip "
        "norm, whatever the loss looks like."
    ),
    remedy=(
        "# the median norm of the first updates is {norm:.2g}\n"
        "keras.optimizers.Adam(learning_rate, global_clipnorm={norm:.2g})"
    ),
    lesson="3_exploding",
    false_alarm="Learning rate and clip norm that were chosen together.",
    needs=("updates",),
    explains=("learning_rate_too_low", "learns_label_mean"),
)
def clipped_always(examination: Examination) -> Symptom | None:
    """Is nearly every step clipped?"""
    rehearsal = examination.rehearsal
    if rehearsal is None or rehearsal.clip_ratios is None or examination.learned:
        return None
    ratios = rehearsal.clip_ratios
    clipped = ratios < 1 - 1e-6
    if not np.isfinite(ratios).all() or clipped.mean() < _NEARLY:
        return None
    ratio, norm = float(np.median(ratios)), float(np.median(rehearsal.norms))
    moved = [step.max() for step in rehearsal.relative_updates.values() if np.isfinite(step).all()]
    step = float(np.median(moved)) if moved else float("nan")
    severity: Severity = "note"
    if ratio < _HARD and step < _SHORT:
        severity = "error" if step < 1e-5 else "warning"
    which = "Every update is" if clipped.all() else f"{clipped.sum()} of {len(clipped)} updates are"
    title = f"{which} clipped, to {ratio:.2g} of its length, and moves the weights by"
    evidence = {
        "share": float(clipped.mean()),
        "clip_ratio": ratio,
        "gradient_norm": norm,
        "step": step,
    }
    remedy = clipped_always.remedy.format(norm=norm)
    return Symptom(f"{title} {step:.1e}.", evidence, severity, remedy=remedy)
