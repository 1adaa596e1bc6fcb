"""What the model answers with, and what it is compared by: the last activation and the loss."""

import re
from dataclasses import dataclass
from typing import Any

import keras

_FAMILIES = {
    "sparse_categorical_crossentropy": "sparse",
    "categorical_crossentropy": "categorical",
    "binary_crossentropy": "binary",
    "mean_squared_error": "squared",
    "mean_absolute_error": "absolute",
}


@dataclass(frozen=True)
class LossKind:
    """The compiled loss, as far as it is one of Keras' own.

    Attributes:
        name: What it is called, such as `"mean_squared_error"`; `""`: there is not just one.
        family: `"sparse"`, `"categorical"`, `"binary"`, `"squared"`, `"absolute"`, or `None`.
        from_logits: Whether it was told that the model answers with logits.
        is_keras_own: Whether it is one of Keras' own losses, whose handling of shapes is known.
        ignored: The class that does not count, such as -1 for padding; `None`: all do.
    """

    name: str
    family: str | None
    from_logits: bool
    is_keras_own: bool
    ignored: int | None = None

    @property
    def is_crossentropy(self) -> bool:
        """Whether it compares probabilities."""
        return self.family in ("sparse", "categorical", "binary")


def loss_kind(model: keras.Model) -> LossKind:
    """Return what loss a model was compiled with."""
    loss: Any = model.loss if model.compiled else None
    if isinstance(loss, list | tuple | dict):
        each = list(loss.values()) if isinstance(loss, dict) else list(loss)
        loss = each[0] if len(each) == 1 else None
    if loss is None:
        return LossKind("", None, False, False)
    loss = keras.losses.get(loss)
    is_object = isinstance(loss, keras.losses.Loss)
    called = type(loss).__name__ if is_object else getattr(loss, "__name__", type(loss).__name__)
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", called).lower()
    config = loss.get_config() if is_object else {}
    own = getattr(type(loss) if is_object else loss, "__module__", "").startswith("keras.")
    logits, ignored = bool(config.get("from_logits", False)), config.get("ignore_class")
    return LossKind(name, _FAMILIES.get(name), logits, own, ignored)


def answer_layer(model: keras.Model) -> keras.layers.Layer | None:
    """Return the layer whose output is the model's; `None` where there are several, or no graph."""
    outputs = getattr(model, "outputs", None)
    if not outputs or len(outputs) != 1:
        return None
    if isinstance(model, keras.Sequential):
        layer = model.layers[-1]
    else:
        made = [each for each in model.layers if _makes(each, outputs[0])]
        layer = made[-1] if made else None
    if isinstance(layer, keras.Sequential | keras.Model):
        return answer_layer(layer)
    return layer.layer if isinstance(layer, keras.layers.TimeDistributed) else layer


def activation_name(layer: keras.layers.Layer | None) -> str | None:
    """Return the name of a layer's activation, such as `"softmax"`; `None` if it is not known."""
    if isinstance(layer, keras.layers.Softmax):
        return "softmax"
    activation = getattr(layer, "activation", None)
    return getattr(activation, "__name__", None)


def _makes(layer: keras.layers.Layer, output: Any) -> bool:
    try:
        return layer.output is output
    except (AttributeError, ValueError):  # called several times, or never
        return False
