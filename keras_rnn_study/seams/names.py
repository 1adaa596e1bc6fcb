"""Where the recurrent layers of a model are, and what they and their weights are called."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import keras

from keras_rnn_study.arguments import did_you_mean
from keras_rnn_study.seams.keras_internals import sublayers


class UnknownNameError(KeyError):
    """A name that is not there; the message, which names those that are, is shown unquoted."""

    def __str__(self) -> str:
        return str(self.args[0])


def recurrent_layers(model: keras.Model) -> dict[str, keras.layers.RNN]:
    """Return every recurrent layer of `model`, however deeply nested, by its name.

    A name is the path of layer names from the model down: `"lstm"`, `"encoder/lstm"`,
    `"bidirectional/forward_lstm"`. Two layers on the same path get `_1`, `_2`, ... appended.

    Args:
        model: A `keras.Model`.

    Returns:
        dict: name (str) to `keras.layers.RNN` instance, in the order in which Keras tracks them.

    Raises:
        ValueError: It is no model, or has no recurrent layer.

    Example:

    >>> import keras
    >>> from keras_rnn_study.seams.names import recurrent_layers
    >>> model = keras.Sequential([keras.Input((5, 3)), keras.layers.LSTM(4, name="lstm")])
    >>> list(recurrent_layers(model))
    ['lstm']
    """
    if not isinstance(model, keras.Model):
        raise ValueError(
            f"Received a {type(model).__name__}. Expected a keras.Model: put layers into "
            "keras.Sequential."
        )
    found = {path: layer for path, layer in _walk(model) if isinstance(layer, keras.layers.RNN)}
    if not found:
        raise ValueError(
            f"Model {model.name!r} has no recurrent layer. Expected at least one "
            "keras.layers.SimpleRNN, LSTM, GRU or RNN, also within other layers."
        )
    return found


def cell_names(name: str, layer: keras.layers.RNN) -> list[tuple[str, Any]]:
    """Name the loops of one recurrent layer: its own, or one per cell for `RNN([cells])`.

    Args:
        name: Name of the layer, as `recurrent_layers` gives it.
        layer: A `keras.layers.RNN`.

    Returns:
        list of (str, cell): `[("lstm", cell)]`, or `[("rnn/lstm_cell", cell), ...]`.
    """
    if not is_stack(layer.cell):
        return [(name, layer.cell)]
    names = _unique(f"{name}/{_cell_name(cell)}" for cell in layer.cell.cells)
    return list(zip(names, layer.cell.cells, strict=True))


def is_stack(cell: Any) -> bool:
    """Return whether `cell` is Keras' own stack; a subclass may do anything, so it is one cell."""
    return type(cell) is keras.layers.StackedRNNCells


def weight_names(model: keras.Model) -> dict[int, str]:
    """Name each weight of `model` as the tags do: `"<layer>/<weight>"`.

    The cell that Keras puts into a layer of its own is left out, so that an LSTM's weights are
    `"lstm/kernel"`, `"lstm/recurrent_kernel"` and `"lstm/bias"`.

    Args:
        model: A built `keras.Model`.

    Returns:
        dict: `id` of the `keras.Variable` to its name (str). Names are unique.
    """
    owners = [(model, model.name), *((layer, path) for path, layer in _walk(model, cells=True))]
    found = {}
    for layer, path in owners:
        for variable in layer.trainable_variables:  # those of the layers below it too, at first
            found[id(variable)] = f"{path}/{variable.name}"
    return dict(zip(found, _unique(found.values()), strict=True))


def select(names: Sequence[str], wanted: Iterable[str]) -> list[str]:
    """Return the names in `wanted`, checked against what there is, in the order of `names`.

    Raises:
        ValueError: `wanted` is no list of names, or empty, or a name in it does not exist; the
            message has the nearest one and all.
    """
    is_list = isinstance(wanted, Iterable) and getattr(wanted, "ndim", 1) == 1
    if isinstance(wanted, str) or not is_list:
        raise ValueError(
            f"`layers` must be a list of layer names. Received: layers={wanted!r}. "
            f"Write layers=[{wanted if isinstance(wanted, str) else names[0]!r}]."
        )
    wanted = list(wanted)
    if not wanted:
        raise ValueError(
            "Received layers=[], which leaves nothing to look into. Leave `layers` out for all "
            f"recurrent layers, or choose of {_listed(names)}."
        )
    for name in wanted:
        if not isinstance(name, str) or name not in names:
            raise ValueError(
                f"The model has no recurrent layer {_called(name)!r}.{nearest(name, names)} "
                f"Its recurrent layers are: {_listed(names)}."
            )
    return [name for name in names if name in wanted]


def nearest(name: Any, names: Iterable[str]) -> str:
    """Return " Did you mean ...?" for the name most like a layer's or its name, or nothing."""
    return did_you_mean(_called(name), names)


def _called(name: Any) -> Any:
    """Return what a layer that was passed for its name is called."""
    return name.name if isinstance(name, keras.layers.Layer) else name


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names))


def _walk(model: keras.Model, cells: bool = False) -> Iterator[tuple[str, keras.layers.Layer]]:
    """Yield (path, layer) for all layers below `model`, depth first, each layer once."""
    seen = {id(model)}

    def visit(parent: keras.layers.Layer, prefix: str) -> Iterator[tuple[str, keras.layers.Layer]]:
        children = [layer for layer in sublayers(parent) if id(layer) not in seen]
        seen.update(map(id, children))
        names = _unique(f"{prefix}{child.name}" for child in children)
        for path, child in zip(names, children, strict=True):
            yield path, child
            if not isinstance(child, keras.layers.RNN):
                yield from visit(child, f"{path}/")
            elif cells:
                for name, cell in cell_names(path, child):
                    if isinstance(cell, keras.layers.Layer):
                        yield name, cell
                        yield from visit(cell, f"{name}/")

    yield from visit(model, "")


def _cell_name(cell: Any) -> str:
    # A cell need not be a Keras layer, so it may have no name.
    name = getattr(cell, "name", None)
    return name or re.sub(r"(?<!^)(?=[A-Z])", "_", type(cell).__name__).lower()


def _unique(names: Iterable[str]) -> list[str]:
    """Append `_1`, `_2`, ... to names that came before."""
    taken: set[str] = set()
    result = []
    for name in names:
        unique, count = name, 0
        while unique in taken:
            count += 1
            unique = f"{name}_{count}"
        taken.add(unique)
        result.append(unique)
    return result
