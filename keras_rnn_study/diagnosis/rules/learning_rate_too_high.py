"""Steps that are too long."""

import numpy as np

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.finding import Severity
from keras_rnn_study.diagnosis.rule import Symptom, rule

_LONG, _LONGER, _RISE = 0.2, 0.25, 1.5


@rule(
    statistic=(
        "Length of the first step over that of the weights, the median over kernels, and what a "
        "few updates on one batch make of its loss. Where they lower it, the median of all steps, "
        "as RMSprop begins with longer ones."
    ),
    threshold=(
        "The loss ends 1.5 times as high as it began, or is not finite, with steps above 3 %; or "
        "steps above 20 % that do not lower the loss by a tenth; or steps above 25 %: "
        "a warning, as after four of them little is left of the weights. Usual are 0.1 to 3 %."
    ),
    why=(
        "A step along the gradient lowers the loss only as far as the slope stays what it is. "
        "Longer ones jump over the valley, and each lands higher than the one before."
    ),
    remedy="keras.optimizers.Adam(1e-3)  # or a tenth of {rate:.2g}, and again",
    lesson="3_exploding",
    false_alarm="A warm-up that is over, or a batch that is much smaller than those of `fit`.",
    needs=("updates",),
    explains=(
        "not_a_number",
        "clipped_always",
        "learns_label_mean",
        "vanishing_gradient",
        "input_ignored",
    ),
)
def learning_rate_too_high(examination: Examination) -> Symptom | None:
    """Do updates lower the loss of their own batch?"""
    rehearsal = examination.rehearsal
    if rehearsal is None or not examination.is_finite or not np.isfinite(rehearsal.losses[0]):
        return None
    if not rehearsal.relative_updates or not np.isfinite(rehearsal.norms[0]):
        return None
    known = [m[0] for m in rehearsal.relative_updates.values() if np.isfinite(m[0])]
    if not known or rehearsal.is_broken_by_the_loss:
        return None
    first = float(np.median(known))
    losses = rehearsal.losses
    before, after = float(losses[0]), float(losses[-1])
    floor = 0.1 * (examination.guessing or before)
    rises = not np.isfinite(losses).all() or after > max(_RISE * before, before + floor)
    stays = after > 0.9 * before and not examination.learned
    usual = np.median(list(rehearsal.relative_updates.values()))
    # Four such steps, and nothing is left.
    is_new = min(first, usual) > _LONGER and not examination.learned
    if not (is_new or (rises and first > 0.03) or (first > _LONG and stays)):
        return None
    rate = float(examination.model.optimizer.learning_rate)
    title = (
        f"An update is {first:.0%} of the weights' length, and {len(losses) - 1} of them take the "
        f"loss of their own batch from {before:.3g} to {after:.3g}."
    )
    evidence = {"step": first, "loss_before": before, "loss_after": after, "learning_rate": rate}
    remedy = learning_rate_too_high.remedy.format(rate=rate)
    severity: Severity = "error" if rises or stays or first > 1 else "warning"
    return Symptom(title, evidence, severity, remedy=remedy)
