"""What a cell's module has: the functions that `trace` needs, and those that `fused` needs too.

To add a cell, such as a peephole LSTM or minGRU: nothing, if it is enough that `trace` shows its
states and gradients, as the opened loop runs any cell. With a module of the two functions of
`TracedCell`, and an entry in `registry.EQUATIONS`, a trace shows its gates too, and is faster. With
the five more of `FusedCell`, a trace on a CPU runs its loop too, and, with a place in
`fusion/fused_obstacles.py`, `fused` trains it on that loop. Cells are modules, not classes: they
keep nothing, and each reads as its equations do on paper. What a cell has as `activation` (behind
a gate called "candidate") and `recurrent_activation` (behind all others) is named.

All tensors are time-major, in the order in which the loop runs, and computed in float32 at least:

    x           (time, batch, features)
    h, surface  (time, batch, units); `surface` is dL/dy_t, what the loss sends back to step t
    z, dz       (time, batch, gates * units): what the activations are taken of, and its gradient
    initial     a list of states before the first step, (batch, units) each, h first
    arriving    a list of their gradients, in the same order: on the way in those of the states
                after the last step, on the way out those of `initial`
    mask        booleans (time, batch), `False` at masked steps, where states stay; or `None`
    weights     the cell's weights by name: "kernel" (features, gates * units), "recurrent_kernel"
                (units, gates * units), and "bias" if it has one
    factors     a list of (time, batch, ...): what the backward recursion multiplies with at each
                step; only the module itself knows what they are
"""

from typing import Protocol, TypeAlias

import keras
import tensorflow as tf

Tensors: TypeAlias = list[tf.Tensor]
Named: TypeAlias = dict[str, tf.Tensor]


class TracedCell(Protocol):
    """Gates and total gradients of all steps, from the h sequence of any loop."""

    def inside(
        self,
        cell: keras.layers.Layer,
        weights: Named,
        x: tf.Tensor,
        h: tf.Tensor,
        initial: Tensors,
        mask: tf.Tensor | None,
    ) -> tuple[Named, Tensors, Tensors]:
        """Look inside a loop that ran.

        As h of every step is known, nothing here waits for the step before, but for states that
        are no output, such as an LSTM's c.

        Args:
            cell: The cell, for its settings.
            weights: See the module.
            x: Inputs, (time, batch, features).
            h: States after each step, (time, batch, units), repeated at masked steps.
            initial: See the module.
            mask: See the module.

        Returns:
            Tuple `(gates, states, factors)`: each gate's name to (time, batch, units), of any value
            at masked steps; all states after each step, (time, batch, units) each, h first; and
            what `backward` multiplies with.
        """
        ...

    def backward(
        self,
        cell: keras.layers.Layer,
        weights: Named,
        factors: Tensors,
        surface: tf.Tensor,
        arriving: Tensors,
        steps: tf.Tensor | None = None,
    ) -> tuple[Tensors, tf.Tensor, Tensors]:
        """Run the recursion from the last step to the first.

        Args:
            cell: The cell, for its settings.
            weights: See the module.
            factors: What `inside` or `factors` returned.
            surface: Direct gradients, (time, batch, units); zero at masked steps.
            arriving: See the module.
            steps: What `forward` was given.

        Returns:
            Tuple `(totals, dz, arriving)`: the total gradient of each state, (time, batch, units)
            each; that of the input projection x_t K, (time, batch, gates * units); and those of
            `initial`.
        """
        ...


class FusedCell(TracedCell, Protocol):
    """The loop itself, such that XLA compiles it well, and the gradients of its weights."""

    def project(
        self, cell: keras.layers.Layer, weights: Named, x: tf.Tensor
    ) -> tuple[tf.Tensor, Named]:
        """Do before the loop what no step has to wait for.

        Args:
            cell: The cell, for its settings.
            weights: See the module.
            x: Inputs, (time, batch, features).

        Returns:
            Tuple `(z, recurrent)`: the projected inputs, (time, batch, gates * units), and the
            tensors that the loop multiplies with, which are the `weights` of all functions below.
        """
        ...

    def forward(
        self,
        cell: keras.layers.Layer,
        weights: Named,
        z: tf.Tensor,
        initial: Tensors,
        mask: tf.Tensor | None,
        steps: tf.Tensor | None = None,
    ) -> tuple[tf.Tensor, Tensors, Tensors]:
        """Run the loop.

        Args:
            cell: The cell, for its settings.
            weights: What `project` returned as `recurrent`.
            z: Projected inputs, (time, batch, gates * units).
            initial: See the module.
            mask: See the module.
            steps: How many steps to run where z is padded behind them, a scalar; default: all. h
                and what is kept are 0 behind the last one.

        Returns:
            Tuple `(h, final, kept)`: h after each step, (time, batch, units), repeated at masked
            ones; the states after the last step; and what `factors` needs of each step.
        """
        ...

    def gates_and_states(self, h: tf.Tensor, kept: Tensors) -> tuple[Named, Tensors]:
        """Name what `forward` kept.

        Args:
            h: What `forward` returned.
            kept: What `forward` returned.

        Returns:
            Tuple `(gates, states)`, as `inside` returns them.
        """
        ...

    def factors(
        self,
        cell: keras.layers.Layer,
        h: tf.Tensor,
        kept: Tensors,
        initial: Tensors,
        mask: tf.Tensor | None,
    ) -> Tensors:
        """Compute what `backward` multiplies with, all steps at once.

        Args:
            cell: The cell; its activations' derivatives follow from their values.
            h: What `forward` returned.
            kept: What `forward` returned.
            initial: See the module.
            mask: See the module.

        Returns:
            The factors.
        """
        ...

    def recurrent_gradients(
        self,
        cell: keras.layers.Layer,
        weights: Named,
        dz: tf.Tensor,
        before: tf.Tensor,
        kept: Tensors,
    ) -> Named:
        """Sum the gradients of the loop's weights over steps and samples, in one product.

        Args:
            cell: The cell, for its settings.
            weights: What `project` returned as `recurrent`.
            dz: What `backward` returned.
            before: h before each step, (time, batch, units).
            kept: What `forward` returned.

        Returns:
            The gradient of each of `weights`, by its name.
        """
        ...
