"""All that is private in Keras and TensorFlow is in one module; what goes without each is told."""

import ast
import re
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from keras_rnn_study.seams import keras_internals

ROOT = Path(__file__).parents[2]
INTERNALS = ROOT / "keras_rnn_study" / "seams" / "keras_internals.py"

# Private name -> the feature that goes without it, should a release take the name away.
FEATURES = {
    "_flatten_layers": "names of layers below the first level; without it nothing is found",
    "_losses": "a trace leaves `model.losses` as they were",
    "_loss_ids": "a trace leaves `model.losses` as they were",
    "_inbound_nodes": "the doctor says whether a mask reaches a layer",
    "_keras_mask": "the doctor says whether a mask reaches a layer",
    "_trainable_variables": "norms per weight where a step calls `apply(gradients)` alone",
    "_clip_gradients": "`gradient_clip_ratio`",
    "_keras_logits": "a diagnosis knows that `from_logits=True` behind a softmax is harmless",
    "_jit_compile": "`fused` on a GPU is undone to the letter",
    "_get_control_flow_context": "a small LSTM on `fused` loops trains under `jit_compile=True`",
}
PUBLIC = {"_asdict", "_replace", "_fields", "_exit"}  # of NamedTuple and `os`
BY_NAME = {"getattr", "hasattr", "setattr", "delattr", "get", "pop", "setdefault"}
BY_NAME |= {"replaced", "Replacement"}
PRIVATE = re.compile(r"_[a-z]\w*")


def sources():
    for folder in ("keras_rnn_study", "callbacks", "datasets"):
        yield from sorted((ROOT / folder).rglob("*.py"))


def trees():
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sources()}


def private_names_used(tree):
    """Private names read from any object, by attribute, by a string, or by import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and PRIVATE.fullmatch(node.attr):
            yield node.attr
        elif isinstance(node, ast.ImportFrom | ast.Import):
            module = getattr(node, "module", None) or ""
            for name in (module, *(alias.name for alias in node.names)):
                if name.startswith(("keras.src", "tensorflow.python")):
                    yield name
        for string in strings_that_may_name(node):
            if isinstance(string, ast.Constant) and PRIVATE.fullmatch(str(string.value)):
                yield string.value


def strings_that_may_name(node):
    """What stands where Python takes an attribute's name; other strings may end in `_bias`."""
    if isinstance(node, ast.Call):
        called = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
        yield from node.args if called in BY_NAME else ()
    elif isinstance(node, ast.Subscript):
        yield node.slice
    elif isinstance(node, ast.Assign):
        yield node.value


def private_names_made(tree):
    """Private names that a module of ours defines: functions, classes, variables, attributes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(getattr(node, "ctx", None), ast.Store):
            if isinstance(node, ast.Name):
                yield node.id
            elif isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "self":
                yield node.attr


def foreign(parsed):
    """Path -> private names in it that nothing of ours defines."""
    ours = {name for tree in parsed.values() for name in private_names_made(tree)} | PUBLIC
    return {path: set(private_names_used(tree)) - ours for path, tree in parsed.items()}


def test_no_other_module_names_anything_private():
    found = {path.name: names for path, names in foreign(trees()).items() if names}
    found.pop(INTERNALS.name)
    assert found == {}


def test_the_table_has_each_name():
    assert foreign(trees())[INTERNALS] == set(FEATURES)


@pytest.mark.parametrize(
    "code",
    [
        "layer._flatten_layers()",
        "vars(model)['_jit_compile'] = None",
        "getattr(layer, '_losses')",
        "vars(model).pop('_jit_compile', None)",
        "NAME = '_jit_compile'",
        "from keras.src.layers import rnn",
        "import tensorflow.python.ops",
    ],
)
def test_the_search_finds(code):
    path = Path("other.py")
    assert foreign({path: ast.parse(code)})[path]


def test_each_function_says_what_goes_without_it():
    tree = ast.parse(INTERNALS.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            assert re.search(r"Without it|see `sublayers`", ast.get_docstring(node), re.IGNORECASE)


def model_of(*stack):
    model = keras.Sequential([keras.Input((5, 2)), *stack])
    model.compile("adam", loss="mse")
    return model


def test_layers_below_a_layer():
    outer = layers.Bidirectional(layers.LSTM(2))
    names = [layer.name for layer in keras_internals.sublayers(outer)]
    assert names == ["forward_lstm", "backward_lstm"]
    everything = keras_internals.all_layers(model_of(outer))
    assert len(everything) >= 6  # the model, the wrapper, two layers and their cells
    assert len({id(layer) for layer in everything}) == len(everything)


def test_losses_that_layers_added_are_kept():
    layer = layers.Dense(2, activity_regularizer="l2")
    model = model_of(layer)
    model(np.ones((1, 5, 2)))
    before = [float(loss) for loss in model.losses]
    with keras_internals.kept_losses(model):
        model(np.full((1, 5, 2), 3.0))
        assert [float(loss) for loss in model.losses] != before
    assert [float(loss) for loss in model.losses] == before
    assert len(before) == 1


def test_masks_that_a_layer_receives():
    x, mask, state = keras.Input((5, 2)), keras.Input((5,), dtype="bool"), keras.Input((2,))
    masked = layers.Masking()(x)
    for arguments, received in [
        ({}, True),
        ({"mask": mask}, True),
        ({"mask": mask, "initial_state": [state, state]}, True),
        ({"initial_state": [state, state]}, False),  # Keras forgets the mask then
    ]:
        layer = layers.LSTM(2)
        layer(masked, **arguments)
        assert [m is not None for m in keras_internals.masks_received(layer)] == [received]
        layer(x)
        assert keras_internals.masks_received(layer)[1:] == [None]
    assert keras_internals.masks_received(layers.LSTM(2)) == []


def test_what_an_optimizer_was_built_on():
    model = model_of(layers.LSTM(2))
    model.optimizer.build(model.trainable_variables)
    variables = keras_internals.trainable_variables(model.optimizer)
    assert [id(v) for v in variables] == [id(v) for v in model.trainable_variables]


def test_gradients_are_clipped_as_keras_clips():
    gradients = [tf.constant([3.0, 4.0]), tf.constant([12.0])]
    clipped = keras_internals.clipped(keras.optimizers.SGD(global_clipnorm=1.3), gradients)
    np.testing.assert_allclose(np.concatenate(clipped), np.array([3, 4, 12]) / 10, rtol=1e-6)


def test_where_a_model_keeps_jit_compile():
    model = model_of(layers.LSTM(2))
    vars(model)[keras_internals.JIT_COMPILE] = True
    assert model.jit_compile is True


def test_code_within_xla_is_told():
    seen = []

    def look(x):
        seen.append(keras_internals.is_within_xla())
        return x

    tf.function(look, jit_compile=True)(1.0)
    tf.function(look)(1.0)
    look(1.0)
    assert seen == [True, False, False]


def test_logits_behind_a_softmax_are_seen():
    """Keras' loss reads them: with either setting it is that of the logits."""
    logits = tf.constant([[2.0, -1.0]])
    softmax = keras.activations.softmax(logits)
    assert keras_internals.hides_logits(softmax)
    assert not keras_internals.hides_logits(tf.identity(softmax))
    loss = keras.losses.sparse_categorical_crossentropy(tf.constant([0]), softmax)
    np.testing.assert_allclose(loss, [np.log(1 + np.exp(-3.0))], rtol=1e-5)
