"""The general path: a loop over time that keeps every state, and its backward pass, for any cell.

It knows nothing of the cell but `cell(x_t, states) -> (y_t, new_states)`: each step backwards
runs the cell once more and asks a `GradientTape` for its vector-Jacobian product. Slower than
the replay, and the reference that the replay is tested against.
"""

import contextlib
import inspect
from collections.abc import Iterator
from typing import Any

import keras
import tensorflow as tf

from keras_rnn_study.cells.loops import expand, scan
from keras_rnn_study.cells.shared_algebra import Replay, previous


def run_cell(
    cell: Any, x: tf.Tensor, initial: Any, mask: tf.Tensor | None
) -> tuple[tf.Tensor, list[tf.Tensor]]:
    """Run the cell over time.

    Args:
        cell: Any recurrent cell.
        x: Inputs, (time, batch, ...), in the order in which the loop runs.
        initial: Initial states, nested as the cell takes them.
        mask: Booleans (time, batch), or `None`.

    Returns:
        Tuple `(outputs, states)`: what the cell returned at each step (time, batch, ...), and a
        flat list of the states after each step, repeated at masked ones.
    """

    def step(
        carry: list[tf.Tensor], slices: list[tf.Tensor]
    ) -> tuple[list[tf.Tensor], list[tf.Tensor]]:
        y, new = call_cell(cell, slices[0], carry, initial)
        if mask is not None:
            new = [
                tf.where(expand(slices[1], s), s, old) for s, old in zip(new, carry, strict=True)
            ]
        return new, [y, *new]

    sequences = [x] if mask is None else [x, mask]
    _, (outputs, *states) = scan(step, keras.tree.flatten(initial), sequences)
    return outputs, states


def open_cell(
    cell: Any, x: tf.Tensor, states: list[tf.Tensor], initial: Any, mask: tf.Tensor | None
) -> Replay:
    """Look inside as `keras_rnn_study.cells.replay.replay` does, for any cell; gates are unknown.

    The total gradient of a state is taken at the very tensor that the cell returned. So it
    includes what the cell derives from it within the same step: an LSTM's h from its c, or an
    output computed from a state.

    Args:
        cell: Any recurrent cell.
        x: Inputs, (time, batch, ...).
        states: List of states after each step, as `run_cell` gives them.
        initial: Initial states, nested as the cell takes them.
        mask: Booleans (time, batch), or `None`.

    Returns:
        `Replay`.
    """
    before = [previous(s, s0) for s, s0 in zip(states, keras.tree.flatten(initial), strict=True)]
    masked = [] if mask is None else [mask]

    def backward(
        surface: tf.Tensor, arriving: list[tf.Tensor]
    ) -> tuple[list[tf.Tensor], tf.Tensor, list[tf.Tensor]]:
        def step(
            arriving: list[tf.Tensor], slices: list[tf.Tensor]
        ) -> tuple[list[tf.Tensor], list[tf.Tensor]]:
            surface, x, *rest = slices
            before, valid = rest[: len(states)], rest[len(states) :]
            totals, dx, through = _step_gradients(cell, x, before, initial, surface, arriving)
            if valid:  # a masked step hands everything on and reads nothing
                totals = _where(valid[0], totals, arriving)
                through = _where(valid[0], through, arriving)
                (dx,) = _where(valid[0], [dx], [tf.zeros_like(dx)])
            return through, [dx, *totals]

        with dropout_masks(cell, x[0], before):
            arriving, (dx, *totals) = scan(
                step, arriving, [surface, x, *before, *masked], reverse=True
            )
        return totals, dx, arriving

    return Replay(rows=slice(None), gates={}, states=states, backward=backward)


def _step_gradients(
    cell: Any,
    x: tf.Tensor,
    before: list[tf.Tensor],
    initial: Any,
    surface: tf.Tensor,
    arriving: list[tf.Tensor],
) -> tuple[list[tf.Tensor], tf.Tensor, list[tf.Tensor]]:
    """Go one step back: gradients of the new states (total), the input, and the old states."""
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch([x, *before])
        y, new = call_cell(cell, x, before, initial)
    seeds = [tf.cast(g, s.dtype) for g, s in zip([surface, *arriving], [y, *new], strict=True)]
    gradients = tape.gradient(
        [y, *new], [*new, x, *before], output_gradients=seeds, unconnected_gradients="zero"
    )
    gradients = [tf.cast(g, surface.dtype) for g in gradients]
    return gradients[: len(new)], gradients[len(new)], gradients[len(new) + 1 :]


def call_cell(
    cell: Any, x: tf.Tensor, states: list[tf.Tensor], structure: Any
) -> tuple[tf.Tensor, list[tf.Tensor]]:
    """Call the cell in inference mode with flat states; return its output and flat states."""
    function = cell if callable(cell) else cell.call
    signature = inspect.signature(getattr(cell, "call", function))
    keywords = {"training": False} if "training" in signature.parameters else {}
    y, new = function(x, keras.tree.pack_sequence_as(structure, states), **keywords)
    return y, keras.tree.flatten(new)


def _where(mask: tf.Tensor, values: list[tf.Tensor], otherwise: list[tf.Tensor]) -> list[tf.Tensor]:
    return [tf.where(expand(mask, a), a, b) for a, b in zip(values, otherwise, strict=True)]


@contextlib.contextmanager
def dropout_masks(cell: Any, x: tf.Tensor, before: list[tf.Tensor]) -> Iterator[None]:
    """Draw the masks that Keras' cells draw on first use, also where inference ignores them.

    Drawn inside of a loop they would outlive it, so they are drawn before and dropped after.
    """
    if hasattr(cell, "get_dropout_mask"):
        cell.get_dropout_mask(x)
        cell.get_recurrent_dropout_mask(before[0][0])
    try:
        yield
    finally:
        drop_dropout_masks(cell)


def drop_dropout_masks(cell: Any) -> None:
    """Let a cell, or each cell of a stack, draw its dropout masks anew."""
    for one in getattr(cell, "cells", [cell]):
        if hasattr(one, "reset_dropout_mask"):
            one.reset_dropout_mask()
            one.reset_recurrent_dropout_mask()
