"""Where the recurrent layers of a model are, and what they and their weights are called."""

import difflib
import re

import keras

from keras_rnn_study.seams.keras_internals import sublayers


def recurrent_layers(model):
    """Every recurrent layer of `model`, however deeply nested, with its name.

    A name is the path of layer names from the model down: `"lstm"`, `"encoder/lstm"`,
    `"bidirectional/forward_lstm"`. Two layers on the same path get `_1`, `_2`, ... appended.

    Args:
        model: A `keras.Model`.

    Returns:
        dict: name (str) to `keras.layers.RNN` instance, in the order in which Keras tracks them.

    Example:

    >>> import keras
    >>> from keras_rnn_study.seams.names import recurrent_layers
    >>> model = keras.Sequential([keras.Input((5, 3)), keras.layers.LSTM(4, name="lstm")])
    >>> list(recurrent_layers(model))
    ['lstm']
    """
    return {path: layer for path, layer in _walk(model) if isinstance(layer, keras.layers.RNN)}


def cell_names(name, layer):
    """Names of the loops of one recurrent layer: its own, or one a cell for `RNN([cells])`.

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


def is_stack(cell):
    """Whether `cell` is Keras' own stack: a subclass may do anything, so it counts as one cell."""
    return type(cell) is keras.layers.StackedRNNCells


def weight_names(model):
    """What each weight of `model` is called in the tags: `"<layer>/<weight>"`.

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


def select(names, wanted):
    """The names in `wanted`, checked against what there is.

    Raises:
        ValueError: A wanted name does not exist; the message has the nearest one and all.
    """
    if isinstance(wanted, str):
        raise ValueError(
            f"`layers` must be a list of layer names. Received: layers={wanted!r}. "
            f"Write layers=[{wanted!r}]."
        )
    for name in wanted:
        if name not in names:
            near = difflib.get_close_matches(str(name), names, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise ValueError(
                f"The model has no recurrent layer {name!r}.{hint} "
                f"Its recurrent layers are: {', '.join(map(repr, names))}."
            )
    return [name for name in names if name in set(wanted)]


def _walk(model, cells=False):
    """Yields (path, layer) for all layers below `model`, depth first, each layer once."""
    seen = {id(model)}

    def visit(parent, prefix):
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


def _cell_name(cell):
    # A cell need not be a Keras layer, so it may have no name.
    return (
        getattr(cell, "name", None) or re.sub(r"(?<!^)(?=[A-Z])", "_", type(cell).__name__).lower()
    )


def _unique(names):
    """Appends `_1`, `_2`, ... to names that came before."""
    taken, result = set(), []
    for name in names:
        unique, count = name, 0
        while unique in taken:
            count += 1
            unique = f"{name}_{count}"
        taken.add(unique)
        result.append(unique)
    return result
