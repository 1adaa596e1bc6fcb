"""Padding at the beginning, which cuDNN cannot take."""

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.rule import Symptom, rule


@rule(
    statistic="Whether a masked step stands before one that is not masked.",
    threshold="It does, in an LSTM or GRU: a note, as only the speed on a GPU depends on it.",
    why=(
        "Keras' cuDNN path takes masks of right-padded sequences only; for others it raises an "
        "error, or the slow loop runs."
    ),
    remedy='x = keras.utils.pad_sequences(sequences, padding="post")',
    lesson="7_your_model",
    false_alarm="No GPU is used.",
)
def padding_side(examination: Examination) -> Symptom | None:
    """Is padding where cuDNN takes it?"""
    for name, layer in examination.trace.items():
        mask = layer.mask
        if mask is None or not layer.gates:
            continue
        left = float((~mask[:, :-1] & mask[:, 1:]).any(axis=1).mean())
        if left > 0:
            title = f"{left:.0%} of samples are padded before or within the sequence."
            return Symptom(title, {"samples": left}, "note", layer=name)
    return None
