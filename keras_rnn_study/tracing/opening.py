"""The first seam: `RNN.inner_loop`, replaced on the instance for the length of one graph trace.

Every recurrent Keras layer calls `self.inner_loop(sequences, initial_state, mask, training)` for
its loop over time. The opened one computes the same outputs, keeps what is inside, and cuts the
gradient tape there: what the layer emits are new leaves. So the backward pass is walked layer by
layer, last call first, each layer's own recursion done by its replay or its opened cell.
"""

import contextlib
import threading
from dataclasses import dataclass, field

import keras
import tensorflow as tf

from keras_rnn_study.cells import replay
from keras_rnn_study.cells.equations import Replay, at_unmasked
from keras_rnn_study.cells.loops import hold, loop_mask, loop_order, swap_time, work_dtype
from keras_rnn_study.seams.names import cell_names, is_stack
from keras_rnn_study.seams.replaced import replaced
from keras_rnn_study.tracing.cell_loop import drop_dropout_masks, open_cell, run_cell

_OPENABLE = {
    keras.layers.RNN.inner_loop,
    keras.layers.LSTM.inner_loop,
    keras.layers.GRU.inner_loop,
}
_FUSED = (keras.layers.SimpleRNN, keras.layers.LSTM, keras.layers.GRU)


@dataclass
class Loop:
    """One cell's run over time. Tensors are time-major and in the order in which the loop ran."""

    name: str
    cell: object
    inside: Replay
    gradients: dict = field(default_factory=dict)


@dataclass
class Call:
    """One call of a recurrent layer: what went in and came out, and its loops, one a cell."""

    layer: keras.layers.RNN
    inputs: list  # [sequences, *initial states], as the tape knows them
    emitted: list  # [last output, outputs, *final states]: leaves of the tape
    mask: tf.Tensor | None
    repeats: tf.Tensor | None  # whether outputs at masked steps repeat the last unmasked one
    loops: list


@contextlib.contextmanager
def opened(layers, tape):
    """Runs the recurrent `layers` opened, in this block only.

    Args:
        layers: dict of name to `keras.layers.RNN`.
        tape: The persistent `tf.GradientTape` that records the model.

    Yields:
        List of `Call`, to which each call of a layer is appended.

    Raises:
        ValueError: A layer has a loop of its own that cannot be replaced.
    """
    for name, layer in layers.items():
        if type(layer).inner_loop not in _OPENABLE:
            raise ValueError(
                f"Cannot look inside layer {name!r}: {type(layer).__name__} overrides "
                "`inner_loop`. Expected the loop of keras.layers.RNN, LSTM or GRU. "
                "Leave the layer out with `layers=[...]`."
            )
    calls = []
    with contextlib.ExitStack() as stack:
        for name, layer in layers.items():
            # Keras does so after each loop, but not after one that raised.
            stack.callback(drop_dropout_masks, layer.cell)
            loop = _opened_loop(name, layer, layer.inner_loop, tape, calls)
            stack.enter_context(replaced(layer, "inner_loop", loop))
        yield calls


def _opened_loop(name, layer, own_loop, tape, calls):
    graph, thread = tf.compat.v1.get_default_graph(), threading.get_ident()

    def inner_loop(sequences, initial_state, mask, training=False):
        if threading.get_ident() != thread:  # the layer trains in another thread meanwhile
            return own_loop(sequences, initial_state, mask, training=training)
        if tf.compat.v1.get_default_graph() is not graph:
            raise ValueError(
                f"Cannot look inside layer {name!r}: it is called inside of a tf.function, "
                "tf.cond or tf.while_loop of the model's own. Expected it to be called directly. "
                "Remove the decorator from the model's `call`, or leave the layer out with "
                "`layers=[...]`."
            )
        initial_state = initial_state if keras.tree.is_nested(initial_state) else [initial_state]
        called = _call_name(name, layer, calls)
        with tape.stop_recording():
            if type(layer) in _FUSED and replay.supports(layer.cell):
                forward = _run_own_loop(called, layer, own_loop)
            else:
                forward = _run_cells(called, layer)
            ran_mask = loop_mask(layer, mask)
            last, outputs, final, loops = forward(sequences, initial_state, mask, ran_mask)
            repeats = _repeats(outputs, ran_mask)
            # New tensors, so that a state that is also the output is a leaf of its own.
            emitted = [tf.identity(t) for t in (last, outputs, *final)]
        tape.watch(emitted)
        inputs = [sequences, *keras.tree.flatten(initial_state)]
        calls.append(Call(layer, inputs, emitted, ran_mask, repeats, loops))
        last, outputs, *final = emitted
        return last, outputs, keras.tree.pack_sequence_as(initial_state, final)

    return inner_loop


def _run_own_loop(name, layer, own_loop):
    """Forward by the layer's own, possibly fused, loop; the rest is replayed from its h."""

    def forward(sequences, initial_state, mask, loop_mask):
        returns = layer.return_sequences
        layer.return_sequences = True
        try:
            last, outputs, final = own_loop(sequences, initial_state, mask, training=False)
        finally:
            layer.return_sequences = returns
        dtype = work_dtype(outputs.dtype)
        x = tf.cast(loop_order(layer, sequences), dtype)
        initial = [tf.cast(state, dtype) for state in initial_state]
        h = hold(tf.cast(swap_time(outputs), dtype), loop_mask, initial[0])
        inside = replay.replay(layer.cell, x, h, initial, loop_mask)
        if not returns:
            outputs = last[:, None]
        return last, outputs, keras.tree.flatten(final), [Loop(name, layer.cell, inside)]

    return forward


def _run_cells(name, layer):
    """Forward cell by cell: cells feed nothing back to those below, so a stack is a chain."""

    def forward(sequences, initial_state, mask, loop_mask):
        x = loop_order(layer, sequences)
        per_cell = initial_state if is_stack(layer.cell) else [initial_state]
        final, loops = [], []
        for (cell_name, cell), initial in zip(cell_names(name, layer), per_cell, strict=True):
            initial = initial if keras.tree.is_nested(initial) else [initial]
            outputs, states = run_cell(cell, x, initial, loop_mask)
            loops.append(Loop(cell_name, cell, _look_inside(cell, x, states, initial, loop_mask)))
            final += [state[-1] for state in states]
            x = outputs
        shown = _shown(layer, outputs, loop_mask)
        last = shown[-1]
        return last, swap_time(shown) if layer.return_sequences else last[:, None], final, loops

    return forward


def _look_inside(cell, x, states, initial, mask):
    if not replay.supports(cell):
        return open_cell(cell, x, states, initial, mask)
    dtype = work_dtype(x.dtype)
    x, h, *initial = (tf.cast(t, dtype) for t in (x, states[0], *keras.tree.flatten(initial)))
    return replay.replay(cell, x, h, initial, mask)


def _shown(layer, outputs, mask):
    """What Keras shows at masked steps: the last unmasked output (at first zero), or zero."""
    shown = hold(outputs, mask, tf.zeros_like(outputs[0]))
    if mask is None or not layer.zero_output_for_mask:
        return shown
    return at_unmasked(shown, mask, 0.0)


def _repeats(outputs, mask):
    """Keras' loops repeat at masked steps, or show zero if told so; cuDNN always shows zero."""
    if mask is None:
        return None
    shown = swap_time(outputs)
    if shown.shape[0] == 1:  # the last output only
        return tf.constant(True)
    return tf.reduce_all(shown == hold(shown, mask, tf.zeros_like(shown[0])))


def _call_name(name, layer, calls):
    earlier = sum(call.layer is layer for call in calls)
    return f"{name}/call_{earlier + 1}" if earlier else name
