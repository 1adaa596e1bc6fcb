"""The first seam: `RNN.inner_loop`, replaced on the instance for the length of one graph trace.

Every recurrent Keras layer calls `self.inner_loop(sequences, initial_state, mask, training)` for
its loop over time. The opened one computes the same outputs, keeps what is inside, and cuts the
gradient tape there: what the layer emits are new leaves. So the backward pass is walked layer by
layer, last call first, each layer's own recursion done by its replay or its opened cell.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import keras
import tensorflow as tf

from keras_rnn_study.cells import replay
from keras_rnn_study.cells.devices import join
from keras_rnn_study.cells.loops import loop_mask, loop_order, swap_time, work_dtype
from keras_rnn_study.cells.shared_algebra import Replay
from keras_rnn_study.seams.masked_steps import hold, repeats, shown
from keras_rnn_study.seams.names import cell_names, is_stack
from keras_rnn_study.seams.replaced import replaced
from keras_rnn_study.tracing.cell_loop import drop_dropout_masks, open_cell, run_cell

_OPENABLE = {
    keras.layers.RNN.inner_loop,
    keras.layers.LSTM.inner_loop,
    keras.layers.GRU.inner_loop,
}
_FUSED = (keras.layers.SimpleRNN, keras.layers.LSTM, keras.layers.GRU)


class CannotOpenError(ValueError):
    """A layer that cannot be looked into, in our words already."""


@dataclass(eq=False)
class Loop:
    """One cell's run over time. Tensors are time-major and in the order in which the loop ran."""

    name: str
    cell: Any
    x: tf.Tensor
    initial: list[tf.Tensor]
    parts: list[Replay]  # the batch, cut
    # "states": list of each part's list; "final": list; "outputs", "inputs"
    gradients: dict[str, Any] = field(default_factory=dict)


@dataclass(eq=False)
class Call:
    """One call of a recurrent layer: what went in and came out, and its loops, one per cell."""

    layer: keras.layers.RNN
    inputs: list[tf.Tensor]  # [sequences, *initial states], as the tape knows them
    emitted: list[tf.Tensor]  # [last output, outputs, *final states]: leaves of the tape
    mask: tf.Tensor | None
    repeats: tf.Tensor | None  # whether outputs at masked steps repeat the last unmasked one
    loops: list[Loop]


# (sequences, initial_state, mask, the mask in the loop's order) -> (last, outputs, final, loops)
_Forward: TypeAlias = Callable[..., tuple[tf.Tensor, tf.Tensor, list[tf.Tensor], list[Loop]]]


@contextlib.contextmanager
def opened(layers: Mapping[str, keras.layers.RNN], tape: tf.GradientTape) -> Iterator[list[Call]]:
    """Run the recurrent `layers` opened, in this block only.

    Args:
        layers: dict of name to `keras.layers.RNN`.
        tape: The persistent `tf.GradientTape` that records the model.

    Yields:
        List of `Call`, to which each call of a layer is appended.

    Raises:
        CannotOpenError: A layer has a loop of its own that cannot be replaced.
    """
    for name, layer in layers.items():
        if type(layer).inner_loop not in _OPENABLE:
            raise CannotOpenError(
                f"Cannot look inside layer {name!r}: {type(layer).__name__} overrides "
                "`inner_loop`. Expected the loop of keras.layers.RNN, LSTM or GRU. "
                "Leave the layer out with `layers=[...]`."
            )
    calls: list[Call] = []
    with contextlib.ExitStack() as stack:
        for name, layer in layers.items():
            # Keras does so after each loop, but not after one that raised.
            stack.callback(drop_dropout_masks, layer.cell)
            loop = _opened_loop(name, layer, layer.inner_loop, tape, calls)
            stack.enter_context(replaced(layer, "inner_loop", loop))
        yield calls


def _opened_loop(
    name: str,
    layer: keras.layers.RNN,
    own_loop: Callable[..., Any],
    tape: tf.GradientTape,
    calls: list[Call],
) -> Callable[..., Any]:
    graph, thread = tf.compat.v1.get_default_graph(), threading.get_ident()

    def inner_loop(
        sequences: tf.Tensor, initial_state: Any, mask: Any, training: bool = False
    ) -> Any:
        if threading.get_ident() != thread:  # the layer trains in another thread meanwhile
            return own_loop(sequences, initial_state, mask, training=training)
        if tf.compat.v1.get_default_graph() is not graph:
            raise CannotOpenError(
                f"Cannot look inside layer {name!r}: it is called inside of a tf.function, "
                "tf.cond or tf.while_loop of the model's own. Expected it to be called directly. "
                "Remove the decorator from the model's `call`, or leave the layer out with "
                "`layers=[...]`."
            )
        initial_state = initial_state if keras.tree.is_nested(initial_state) else [initial_state]
        called = _call_name(name, layer, calls)
        with tape.stop_recording():
            if type(layer) in _FUSED and _is_replayed(layer.cell):
                forward = _run_own_loop(called, layer, own_loop)
            else:
                forward = _run_cells(called, layer)
            ran_mask = loop_mask(layer, mask)
            last, outputs, final, loops = forward(sequences, initial_state, mask, ran_mask)
            repeated = repeats(swap_time(outputs), ran_mask) if layer.return_sequences else None
            # New tensors, so that a state that is also the output is a leaf of its own.
            emitted = [tf.identity(t) for t in (last, outputs, *final)]
        tape.watch(emitted)
        inputs = [sequences, *keras.tree.flatten(initial_state)]
        calls.append(Call(layer, inputs, emitted, ran_mask, repeated, loops))
        last, outputs, *final = emitted
        return last, outputs, keras.tree.pack_sequence_as(initial_state, final)

    return inner_loop


def _run_own_loop(name: str, layer: keras.layers.RNN, own_loop: Callable[..., Any]) -> _Forward:
    """Run the layer's own, possibly fused, loop; the rest is replayed from its h."""

    def forward(
        sequences: tf.Tensor, initial_state: Any, mask: Any, loop_mask: tf.Tensor | None
    ) -> tuple[tf.Tensor, tf.Tensor, list[tf.Tensor], list[Loop]]:
        with replaced(layer, "return_sequences", True):
            last, outputs, final = own_loop(sequences, initial_state, mask, training=False)
        dtype = work_dtype(outputs.dtype)
        x = tf.cast(loop_order(layer, sequences), dtype)
        initial = [tf.cast(state, dtype) for state in initial_state]
        h = hold(tf.cast(swap_time(outputs), dtype), loop_mask, initial[0])
        parts = replay.replay(layer.cell, x, h, initial, loop_mask)
        if not layer.return_sequences:
            outputs = last[:, None]
        return (
            last,
            outputs,
            keras.tree.flatten(final),
            [Loop(name, layer.cell, x, initial, parts)],
        )

    return forward


def _run_cells(name: str, layer: keras.layers.RNN) -> _Forward:
    """Run cell by cell: cells feed nothing back to those below, so a stack is a chain."""

    def forward(
        sequences: tf.Tensor, initial_state: Any, mask: Any, loop_mask: tf.Tensor | None
    ) -> tuple[tf.Tensor, tf.Tensor, list[tf.Tensor], list[Loop]]:
        x = loop_order(layer, sequences)
        per_cell = initial_state if is_stack(layer.cell) else [initial_state]
        final: list[tf.Tensor] = []
        loops: list[Loop] = []
        for (cell_name, cell), initial in zip(cell_names(name, layer), per_cell, strict=True):
            initial = initial if keras.tree.is_nested(initial) else [initial]
            outputs, parts = _look_inside(cell, x, initial, loop_mask)
            loops.append(Loop(cell_name, cell, x, keras.tree.flatten(initial), parts))
            final += join([[state[-1] for state in part.states] for part in parts], axis=0)
            x = outputs
        emitted = shown(layer, hold(x, loop_mask, tf.zeros_like(x[0])), loop_mask)
        last = emitted[-1]
        return last, swap_time(emitted) if layer.return_sequences else last[:, None], final, loops

    return forward


def _is_replayed(cell: Any) -> bool:
    """Return whether the layer's own loop runs, and the rest follows from its h."""
    return replay.supports(cell) and not replay.runs(cell)


def _look_inside(
    cell: Any, x: tf.Tensor, initial: Any, mask: tf.Tensor | None
) -> tuple[tf.Tensor, list[Replay]]:
    """Run one cell over time; return its outputs (time, batch, ...) and what is inside."""
    if not replay.supports(cell):
        outputs, states = run_cell(cell, x, initial, mask)
        return outputs, [open_cell(cell, x, states, initial, mask)]
    flat = keras.tree.flatten(initial)
    if replay.runs(cell):
        x, *flat = (tf.cast(tensor, cell.compute_dtype) for tensor in (x, *flat))
        parts = replay.run(cell, x, flat, mask)
        return join([part.states[0] for part in parts], axis=1), parts
    outputs, states = run_cell(cell, x, initial, mask)
    dtype = work_dtype(x.dtype)
    x, h, *flat = (tf.cast(tensor, dtype) for tensor in (x, states[0], *flat))
    return outputs, replay.replay(cell, x, h, flat, mask)


def _call_name(name: str, layer: keras.layers.RNN, calls: list[Call]) -> str:
    earlier = sum(call.layer is layer for call in calls)
    return f"{name}/call_{earlier + 1}" if earlier else name
