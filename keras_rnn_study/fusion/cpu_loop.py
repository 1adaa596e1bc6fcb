"""The loop on a CPU: the faster of two for each case, and a part of the batch for each core."""

from keras_rnn_study.cells.devices import batch_parts, batch_size, join
from keras_rnn_study.cells.equations import read_weights
from keras_rnn_study.fusion.block_loop import BlockLoop, takes_block
from keras_rnn_study.fusion.xla_loop import XlaLoop


class CpuLoop:
    """One cell's run over time on all cores, as samples do not meet in a recurrent layer.

    Args:
        cell: `SimpleRNNCell`, `LSTMCell` or `GRUCell` whose activations `has_slope_at` accepts.
    """

    def __init__(self, cell):
        self._cell = cell
        self._block, self._xla = BlockLoop(cell), XlaLoop(cell)

    def __call__(self, x, initial, mask):
        """Runs.

        Args:
            x: Inputs, (time, batch, features), in the order in which the loop runs.
            initial: List of initial states, (batch, units) each.
            mask: Booleans (time, batch), or `None`.

        Returns:
            Tuple `(h, final)`: h after each step, (time, batch, units), repeated at masked ones;
            and a list of the final states.
        """
        run = self._block if takes_block(self._cell, x, mask) else self._xla
        weights = read_weights(self._cell, x.dtype)
        parts = []
        for rows in batch_parts(batch_size(x)):
            part_mask = None if mask is None else mask[:, rows]
            parts.append(run(weights, x[:, rows], [s[rows] for s in initial], part_mask))
        return join([h for h, _ in parts], axis=1), join([final for _, final in parts], axis=0)
