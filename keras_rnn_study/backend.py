"""What needs Keras' TensorFlow backend says so at its call."""

import keras


def needs_tensorflow(who: str) -> None:
    """Refuse to go on where Keras runs on another backend than TensorFlow.

    Args:
        who: What the user called, as they wrote it.

    Raises:
        ValueError: It does; the message says how to choose another.
    """
    backend = keras.config.backend()
    if backend != "tensorflow":
        raise ValueError(
            f"{who} looks into graphs of TensorFlow, but Keras runs on {backend!r}. Set "
            "KERAS_BACKEND=tensorflow before Keras is imported; the model's code stays the same. "
            "GradientNorms and the datasets work on any backend."
        )
