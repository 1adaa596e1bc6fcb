"""A model that can only learn, or has only learned, the mean answer."""

import numpy as np

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.rule import Symptom, rule
from keras_rnn_study.diagnosis.series import placement

_WAY = 1.0
_NEAR, _SPREAD = 0.15, 0.3
_FOUND, _AGREED = 0.9, 0.1


@rule(
    statistic=(
        "After updates that could have moved the weights by their own length (updates done, times "
        "the length of one over that of the weights): loss over that of the best constant answer, "
        "and spread of the predictions over that of the labels. Of windows of a series: how far "
        "from its window each label lies in that series."
    ),
    threshold=(
        "A loss within 15 % of guessing and a spread below 30 % of the labels': a warning, as it "
        "says what was learned and not why. Labels that are values of the series, nine of ten, "
        "with less than one of ten at one distance from its window: an error, as the labels are "
        "in another order than the windows."
    ),
    why=(
        "The best constant is what a network learns first. It stays there if the input does not "
        "tell the label, or if nothing of what tells it arrives."
    ),
    remedy=(
        "model.fit(x[:32], y[:32], epochs=300)  # can it learn 32 samples by heart? If not, it is\n"
        "# the network; if so, look at the data: are x and y in the same order?"
    ),
    lesson="7_your_model",
    false_alarm="A slow start: some tasks stay at chance for thousands of updates, then fall.",
    needs=("loss",),
)
def learns_label_mean(examination: Examination) -> Symptom | None:
    """Is there more to learn than the mean answer, and did training learn it?"""
    return _out_of_order(examination) or _stayed_at_the_mean(examination)


def _out_of_order(examination: Examination) -> Symptom | None:
    """Say where labels are the right numbers in the wrong order."""
    array, labels = examination.windows, examination.labels
    if array is None or labels is None or labels.size != len(labels):
        return None
    place = placement(array, labels.reshape(-1))
    if place is None or place.found < _FOUND or place.agreed > _AGREED:
        return None
    title = (
        f"{place.found:.0%} of the labels are values of the series, but only {place.agreed:.0%} of "
        "them lie at one distance from their window: x and y are not in the same order."
    )
    evidence = {"found": place.found, "agreed": place.agreed}
    return Symptom(title, evidence, remedy=_REMEDY)


_REMEDY = (
    "order = np.random.permutation(len(x))\nx, y = x[order], y[order]  # both by one permutation"
)


def _stayed_at_the_mean(examination: Examination) -> Symptom | None:
    loss, guessing = examination.loss, examination.guessing
    output, labels = examination.predictions, examination.few_labels
    if loss is None or not guessing or output is None or labels is None:
        return None
    if _way(examination) < _WAY or not abs(loss / guessing - 1) < _NEAR:
        return None
    spread = float(output.std(axis=0).mean())
    ours = float(labels.std(axis=0).mean())
    if examination.loss_kind.is_crossentropy:
        ours = 0.5  # of a probability that is 0 or 1
    if not spread < _SPREAD * ours:
        return None
    title = (
        f"After {examination.trained_steps} updates the loss is {loss:.3g}, and one answer for all "
        f"would cost {guessing:.3g}."
    )
    evidence = {"loss": loss, "guessing": guessing, "spread": spread}
    return Symptom(title, evidence, "warning")


def _way(examination: Examination) -> float:
    """Return how often the updates done so far could have gone through the weights' length."""
    rehearsal = examination.rehearsal
    if rehearsal is None:
        return float(examination.trained_steps >= 100)
    steps = [np.median(each) for each in rehearsal.relative_updates.values()]
    known = [float(step) for step in steps if np.isfinite(step)]
    return examination.trained_steps * float(np.median(known)) if known else 0.0
