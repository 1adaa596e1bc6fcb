"""What any model's trace should be, from one eager `GradientTape`, with nothing of the toolkit.

Keras' loops run step by step in eager mode, so a tape sees every state that a cell returns as a
tensor, and its gradient is the total one by definition.
"""

import contextlib

import keras
import numpy as np
import tensorflow as tf


def taped(model, cells, x, y, sample_weight=None):
    """Runs the model eagerly.

    Args:
        model: Compiled model whose layers are unstateful.
        cells: dict of name to (layer, cell).
        x, y, sample_weight: One batch.

    Returns:
        Tuple `(loss, results)`; results: dict of name to a dict of "states", "state_gradients"
        (lists of (batch, time, units), one a state, at the input's time steps) and
        "input_gradients".
    """
    calls = {name: [] for name in cells}
    tape = tf.GradientTape(persistent=True)
    with contextlib.ExitStack() as stack:
        for name, (_, cell) in cells.items():
            stack.enter_context(_recorded(cell, calls[name], tape))
        with tape:
            prediction = model(x, training=False)
            loss = model.compute_loss(x, y, prediction, sample_weight, training=False)
    results = {}
    for name, (layer, _) in cells.items():
        # The first call only tells Keras the shape of the output (unrolled loops have none), and
        # a stack of cells is called once more before, for its dropout masks.
        is_stack = isinstance(layer.cell, keras.layers.StackedRNNCells)
        steps = calls[name][(not layer.unroll) + is_stack :]
        steps = steps[::-1] if layer.go_backwards else steps
        states = list(zip(*[states for _, states in steps], strict=True))  # [state][step]
        gradients = [tape.gradient(loss, list(s), unconnected_gradients="zero") for s in states]
        inputs = tape.gradient(loss, [x for x, _ in steps], unconnected_gradients="zero")
        results[name] = {
            "states": [_stack(s) for s in states],
            "state_gradients": [_stack(g) for g in gradients],
            "input_gradients": _stack(inputs),
        }
    return float(loss), results


@contextlib.contextmanager
def _recorded(cell, calls, tape):
    own = cell.call

    def call(inputs, states, **keywords):
        inputs = tf.identity(inputs)
        tape.watch(inputs)
        output, new_states = own(inputs, states, **keywords)
        calls.append((inputs, keras.tree.flatten(new_states)))
        return output, new_states

    vars(cell)["call"] = call
    try:
        yield
    finally:
        del vars(cell)["call"]


def _stack(steps):
    return np.stack([np.asarray(tf.cast(step, tf.float32)) for step in steps], axis=1)
