"""Whether arrays have the form of a task's inputs, or of predictions of its answers."""

from collections.abc import Collection

import numpy as np

from keras_rnn_study.arguments import shown

Shape = tuple[int | None, ...]
"""Of one sample; `None` stands for time."""


def checked_inputs(
    x: np.ndarray, task: str, shapes: Collection[Shape], are_tokens: bool
) -> np.ndarray:
    """Return inputs as an array, `(batch, time, ...)`.

    Args:
        x: What was received.
        task: Name of the task.
        shapes: Of one sample: those that the task's variants have.
        are_tokens: Whether they are whole numbers.

    Raises:
        ValueError: It has not the form of inputs of the task.
    """
    try:
        array = np.asarray(x)
    except Exception:  # whatever an object of another library raises when it is converted
        array = np.empty(0, object)
    kinds = "iu" if are_tokens else "biuf"
    if array.dtype.kind in kinds and any(_fits(array, shape) for shape in shapes):
        return array
    expected = " or ".join(str(("batch", "time", *shape[1:])) for shape in shapes)
    raise ValueError(
        f"x must have the form of inputs of {task}, "
        f"{'whole numbers' if are_tokens else 'numbers'} of the shape "
        f"{expected.replace(chr(39), '')}, but {_form(x, array)} was given. "
        f"Pass an x of {task}.make(...), or part of it, such as x[:1] for one sample."
    )


def checked_prediction(prediction: np.ndarray, y: np.ndarray, classes: int | None) -> np.ndarray:
    """Return predictions as float64, `(*y.shape, classes)`, or `y.shape` of numbers.

    Args:
        prediction: What was received.
        y: The answers.
        classes: How many there are; `None`: an answer is a number.

    Raises:
        ValueError: They are not of these answers.
    """
    shape = y.shape if classes is None else (*y.shape, classes)
    try:
        array = np.asarray(prediction, "float64")
    except (TypeError, ValueError):  # no numbers, or lists of several lengths
        array = np.empty((), "float64")
    if y.shape and array.shape == shape:
        return array
    raise ValueError(
        f"prediction must have the shape {shape} for a y of the shape {y.shape}, but "
        f"{_form(prediction, array) if array.shape else shown(prediction)} was given. "
        "Pass the answers to x, and what model.predict(x) returns."
    )


def _fits(array: np.ndarray, shape: Shape) -> bool:
    return array.ndim == 1 + len(shape) and array.shape[2:] == shape[1:] and array.shape[1] > 0


def _form(received: object, array: np.ndarray) -> str:
    """Describe what was received by its shape, if it has one."""
    if array.dtype.kind in "OUS":
        return shown(received)
    return f"{array.dtype} of the shape {array.shape}"
