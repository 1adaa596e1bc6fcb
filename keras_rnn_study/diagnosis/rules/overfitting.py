"""Training and validation apart."""

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.rule import Symptom, rule


@rule(
    statistic="Loss of held-out data over that of the training data, and over guessing.",
    threshold=(
        "Twice the training loss, and apart by a fifth of guessing: a warning. An error where "
        "guessing would do as well on held-out data."
    ),
    why="The network knows its training samples by heart, which does not help with others.",
    remedy=(
        "keras.layers.{cell}(units, dropout=0.2)  # fewer units; more data; and\n"
        "keras.callbacks.EarlyStopping(restore_best_weights=True)"
    ),
    lesson="7_your_model",
    false_alarm="Validation data of another kind; dropout makes the training loss no lower here.",
    needs=("loss", "validation_data"),
)
def overfitting(examination: Examination) -> Symptom | None:
    """Does what was learned hold for held-out data?"""
    held_out, loss, guessing = examination.validation, examination.loss, examination.guessing
    if held_out is None or loss is None or not examination.trained_steps:
        return None
    if not held_out.loss > 2 * loss or not held_out.loss - loss > 0.2 * (guessing or 0):
        return None
    title = f"The loss is {loss:.3g} on training data and {held_out.loss:.3g} on held-out data."
    evidence = {"loss": loss, "validation_loss": held_out.loss}
    no_better = guessing is not None and held_out.loss > 0.9 * guessing
    return Symptom(title, evidence, "error" if no_better else "warning")
