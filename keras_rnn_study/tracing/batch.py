"""One batch as `model.evaluate` takes it: converted, checked, and told of in messages."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import keras
import tensorflow as tf


class Batch(NamedTuple):
    """Inputs, labels and weights, each a tensor or such nested in lists and dicts."""

    x: Any
    y: Any
    sample_weight: Any


def to_batch(x: Any, y: Any, sample_weight: Any) -> Batch:
    """Convert what a user passed, floats as `keras.config.floatx()`, as `fit` does.

    Raises:
        ValueError: It cannot be converted, is no single batch, or is empty; or `x`, `y` and
            `sample_weight` do not belong together.
    """
    if x is None:
        raise ValueError("Received x=None. Expected one batch, as `model.predict` takes it.")
    if y is None and sample_weight is not None:
        raise ValueError(
            "Received `sample_weight` without `y`, so that there is no loss to weigh. "
            "Pass both, or neither."
        )
    batch = Batch(_tensors("x", x), _tensors("y", y), _tensors("sample_weight", sample_weight))
    _check_lengths(batch)
    return batch


def shapes(data: Any) -> Any:
    """Return the shapes of tensors, nested as these are."""
    return keras.tree.map_structure(lambda part: part if part is None else tuple(part.shape), data)


def reason(error: Exception) -> str:
    """Return the one sentence of an error of Keras or TensorFlow that says what is wrong."""
    text = str(error)
    emphasized = re.search(r"\x1b\[1m(.*?)\x1b\[0m", text, re.DOTALL)
    at_node = re.search(r"([^\n]+)\n\s*\[\[\{\{node", text)
    text = emphasized[1] if emphasized else at_node[1] if at_node else text
    text = text.partition(" '{{node")[0].partition(" [Op:")[0]
    text = re.sub(r"^\s*\{\{function_node .*?\}\}", "", text)  # where it ran, in an eager error
    return " ".join(text.split()).rstrip(".:") or type(error).__name__


def _tensors(name: str, data: Any) -> Any:
    if data is None:
        return None
    if _is_data_set(data):
        take = "data[0]" if isinstance(data, keras.utils.PyDataset) else "next(iter(data))"
        raise ValueError(
            f"Received a {type(data).__name__} as `{name}`. Expected one batch, as that is what a "
            f"trace looks at. Take one first, such as `x, y = {take}`."
        )
    if isinstance(data, list) and not any(map(_rank, keras.tree.flatten(data))):
        return _tensor(name, data)  # nested numbers, not a list of inputs
    return keras.tree.map_structure(lambda part: _tensor(name, part), data)


def _is_data_set(data: Any) -> bool:
    if isinstance(data, keras.utils.PyDataset):
        return True
    is_array = hasattr(data, "shape") or hasattr(data, "__array__")
    return isinstance(data, Iterable) and not (
        is_array or isinstance(data, list | tuple | Mapping | str | bytes)
    )


def _tensor(name: str, array: Any) -> Any:
    if array is None:  # of an optional input
        return None
    try:
        is_composite = isinstance(array, tf.RaggedTensor | tf.SparseTensor)
        tensor = array if is_composite else tf.convert_to_tensor(array)
    except (ValueError, TypeError, tf.errors.OpError) as error:
        raise ValueError(
            f"Received a {type(array).__name__} as `{name}` that no tensor can be made of: "
            f"{reason(error)}. Expected an array, (batch, time, ...), whose sequences are of one "
            "length; `keras.utils.pad_sequences` pads those that are not."
        ) from error
    return tf.cast(tensor, keras.config.floatx()) if tensor.dtype.is_floating else tensor


def _rank(part: Any) -> int:
    return len(getattr(part, "shape", ()))


def _check_lengths(batch: Batch) -> None:
    given = {name: keras.tree.flatten(data) for name, data in batch._asdict().items()}
    given = {name: [part for part in parts if part is not None] for name, parts in given.items()}
    if not given["x"]:
        raise ValueError("Received `x` without any array in it. Expected a batch of inputs.")
    for name, parts in given.items():
        for part in parts:
            if part.shape.rank == 0:
                raise ValueError(
                    f"Received a single number or string as `{name}`. Expected a batch: an array "
                    "whose first axis counts the samples."
                )
            if 0 in part.shape:
                raise ValueError(
                    f"Received `{name}` of shape {tuple(part.shape)}, with nothing in it. Expected "
                    "at least one sample of at least one time step."
                )
    lengths = {name: {part.shape[0] for part in parts} for name, parts in given.items() if parts}
    if len(set().union(*lengths.values())) != 1:
        raise ValueError(
            "x, y and sample_weight must have the same number of samples. Received: "
            + ", ".join(f"{name}: {sorted(map(str, n))}" for name, n in lengths.items())
            + ". Cut them to the same length."
        )
