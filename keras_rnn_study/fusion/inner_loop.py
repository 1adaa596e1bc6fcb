"""What a fused layer calls instead of its own `inner_loop`: the same features, another loop."""

from collections.abc import Callable, Sequence
from typing import Protocol

import keras
import tensorflow as tf

from keras_rnn_study.cells.loops import loop_mask, loop_order, swap_time
from keras_rnn_study.fusion.obstacle import Obstacle
from keras_rnn_study.seams.masked_steps import shown


class Run(Protocol):
    """One cell's run over time, whatever computes it."""

    def __call__(
        self, x: tf.Tensor, initial: list[tf.Tensor], mask: tf.Tensor | None
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Run.

        Args:
            x: Inputs, (time, batch, features), in the order in which the loop runs.
            initial: List of initial states, (batch, units) each.
            mask: Booleans (time, batch), or `None`.

        Returns:
            Tuple `(h, final)`: h after each step, (time, batch, units), repeated at masked ones;
            and a list of the final states.
        """


class FusedInnerLoop:
    """A stand-in for `layer.inner_loop`, with the arguments and results of Keras' own.

    Args:
        layer: The recurrent layer.
        run: Its cell's run, such as `cpu_loop` returns.
        obstacles: Function of a layer: what keeps it from being fused. Asked at each call, as
            settings can be changed in place.
    """

    def __init__(
        self,
        layer: keras.layers.RNN,
        run: Run,
        obstacles: Callable[[keras.layers.RNN], Sequence[Obstacle]],
    ) -> None:
        self._layer, self._run, self._obstacles = layer, run, obstacles

    def __call__(
        self,
        sequences: tf.Tensor,
        initial_state: list[tf.Tensor],
        mask: tf.Tensor | None,
        training: bool | None = False,
    ) -> tuple[tf.Tensor, tf.Tensor, list[tf.Tensor]]:
        """Run; see `keras.layers.RNN.inner_loop`. Sequences are (batch, time, features)."""
        layer = self._layer
        self._check_settings()
        x = loop_order(layer, _dropped_out(layer.cell, sequences) if training else sequences)
        mask = loop_mask(layer, mask)
        h, final = self._run(x, keras.tree.flatten(initial_state), mask)
        emitted = shown(layer, h, mask)
        outputs = swap_time(emitted) if layer.return_sequences else emitted[-1][:, None]
        return emitted[-1], outputs, final

    def _check_settings(self) -> None:
        if found := self._obstacles(self._layer):
            raise ValueError(
                f"Layer {self._layer.name!r} was changed after fused(model): {found[0].setting}, "
                f"which no fused loop has. {found[0].remedy} Or call undo() on what fused(model) "
                "returned, and then fused(model) again."
            )


def _dropped_out(cell: keras.layers.Layer, sequences: tf.Tensor) -> tf.Tensor:
    """Return the inputs after dropout: Keras draws one mask for all steps, from the same seed."""
    if not cell.dropout:
        return sequences
    return sequences * cell.get_dropout_mask(sequences[:, 0, :])[:, None]
