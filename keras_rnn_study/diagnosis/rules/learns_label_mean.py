"""A trained model that always gives the mean answer."""

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.rule import Symptom, rule

_STEPS = 100


@rule(
    statistic=(
        "After at least 100 updates: loss over that of the best constant answer, and spread of the "
        "predictions over that of the labels."
    ),
    threshold=(
        "A loss within 10 % of guessing and a spread below 15 % of the labels': a warning, as it "
        "says what was learned and not why."
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
    """Did training go beyond the mean answer?"""
    loss, guessing = examination.loss, examination.guessing
    output, labels = examination.predictions, examination.few_labels
    if loss is None or not guessing or output is None or labels is None:
        return None
    if examination.trained_steps < _STEPS or not abs(loss / guessing - 1) < 0.1:
        return None
    spread = float(output.std(axis=0).mean())
    ours = float(labels.std(axis=0).mean())
    if examination.loss_kind.is_crossentropy:
        ours = 0.5  # of a probability that is 0 or 1
    if not spread < 0.15 * ours:
        return None
    title = (
        f"After {examination.trained_steps} updates the loss is {loss:.3g}, and one answer for all "
        f"would cost {guessing:.3g}."
    )
    evidence = {"loss": loss, "guessing": guessing, "spread": spread}
    return Symptom(title, evidence, "warning")
