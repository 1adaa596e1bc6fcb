"""States that are handed on to a sample of another sequence."""

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.rule import Symptom, rule


@rule(
    statistic="Whether a stateful layer is trained by a `fit` that shuffles.",
    threshold="It does: an error, as which sample comes next is then left to chance.",
    why=(
        "A stateful layer hands its last state on to the same place of the next batch. Shuffled, "
        "that is another sequence: the state is noise."
    ),
    remedy="model.fit(x, y, shuffle=False)",
    lesson="7_your_model",
    false_alarm="Data from a generator in the right order: Keras does not shuffle that.",
    needs=("fit",),
    explains=("learns_label_mean", "overfitting"),
)
def stateful_shuffled(examination: Examination) -> Symptom | None:
    """Does a stateful layer get its samples in order?"""
    stateful = [n for n, layer in examination.layers.items() if getattr(layer, "stateful", False)]
    if not stateful or examination.fit is None or not examination.fit.shuffle:
        return None
    title = f"{stateful[0]!r} is stateful, and fit shuffles the samples."
    return Symptom(title, {"stateful_layers": len(stateful)}, layer=stateful[0])
