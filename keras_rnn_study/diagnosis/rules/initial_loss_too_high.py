"""A start that is far worse than guessing."""

import numpy as np

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.rule import Symptom, rule

_TIMES = {"sparse": 4.0, "categorical": 4.0, "binary": 4.0, "squared": 25.0, "absolute": 8.0}


@rule(
    statistic="Loss of the untrained model over that of the best constant answer.",
    threshold=(
        "Four times for cross-entropy: an IRNN starts at three. 25 times for the squared "
        "error: a mean of five standard deviations already gives that, as labels in raw units do."
    ),
    why=(
        "Training has to find the labels' level first. For a bias that moves by the learning rate "
        "per step that takes the level over the learning rate steps, or huge gradients."
    ),
    remedy="y = (y - y_train.mean()) / y_train.std()  # and back after predict",
    lesson="7_your_model",
    false_alarm="A model that was trained on other data.",
    needs=("loss",),
    explains=("gradient_sum",),
)
def initial_loss_too_high(examination: Examination) -> Symptom | None:
    """Is the first loss near that of guessing?"""
    loss, guessing = examination.loss, examination.guessing
    family = examination.loss_kind.family
    if loss is None or guessing is None or family is None or examination.trained_steps:
        return None
    if guessing <= 0 or not np.isfinite(loss) or not loss > _TIMES[family] * guessing:
        return None
    if examination.loss_kind.is_crossentropy and loss < guessing + 1:  # one class is rare
        return None
    title = f"The loss starts at {loss:.3g}; always giving one answer would cost {guessing:.3g}."
    return Symptom(title, {"loss": loss, "guessing": guessing}, "warning")
