"""States that are handed on to a sample of another sequence."""

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.rule import Symptom, rule


@rule(
    statistic="Whether a layer is stateful.",
    threshold=(
        "It is: a note, as neither model nor data tell whether `fit` shuffles, which it does "
        "unless told otherwise, and no callback is told either."
    ),
    why=(
        "A stateful layer hands its last state on to the same place of the next batch. Shuffled, "
        "that is another sequence: the state is noise."
    ),
    remedy="model.fit(x, y, shuffle=False)",
    lesson="7_your_model",
    false_alarm="None: it is no alarm.",
)
def stateful_shuffled(examination: Examination) -> Symptom | None:
    """Does a stateful layer get its samples in order?"""
    stateful = [n for n, layer in examination.layers.items() if getattr(layer, "stateful", False)]
    if not stateful:
        return None
    title = (
        f"{stateful[0]!r} is stateful: its samples have to come in order, which was not looked at."
    )
    return Symptom(title, {"stateful_layers": len(stateful)}, "note", layer=stateful[0])
