"""A mask that ends before it is used up."""

import keras
import numpy as np

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.rule import Symptom, rule


@rule(
    statistic="Whether a recurrent layer gets a mask, and a later one on its output gets none.",
    threshold="It does: an error. From Keras 3.16 on recurrent layers hand no mask on.",
    why=(
        "Behind the layer where the mask ends padding is data: the next layer reads it, and the "
        "last output is that of the padding."
    ),
    remedy='model.get_layer("lstm").supports_masking = True  # before training',
    lesson="7_your_model",
    false_alarm="The layer behind works on something else than these sequences.",
    explains=("padding_side", "vanishing_gradient", "short_memory", "learns_label_mean"),
)
def mask_ends(examination: Examination) -> Symptom | None:
    """Does the mask reach all layers that read the padded steps?"""
    masked: tuple[str, np.ndarray] | None = None  # the last layer that hands on a mask, and that
    for name, layer in examination.trace.items():
        if layer.mask is None and masked is not None:
            before, mask = masked
            time = next(iter(layer.states.values())).shape[1]
            if mask.shape[1] == time and not mask.all():
                title = f"{before!r} gets a mask, and {name!r} behind it gets none."
                evidence = {"masked_steps": float(1 - mask.mean())}
                remedy = mask_ends.remedy.replace('"lstm"', repr(before.split("/")[0]))
                return Symptom(title, evidence, layer=name, remedy=remedy)
        if layer.mask is not None and _hands_on(examination.layer_of(name)):
            masked = name, layer.mask
    return None


def _hands_on(layer: keras.layers.RNN | None) -> bool:
    return bool(getattr(layer, "return_sequences", False))
