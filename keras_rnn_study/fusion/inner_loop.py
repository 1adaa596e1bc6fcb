"""What a fused layer calls instead of its own `inner_loop`: the same features, another loop."""

import keras

from keras_rnn_study.cells.loops import loop_mask, loop_order, swap_time
from keras_rnn_study.seams.inner_loop import shown


def fused_inner_loop(layer, own_loop, run):
    """A stand-in for `layer.inner_loop`.

    Args:
        layer: The recurrent layer.
        own_loop: Its own `inner_loop`, for calls that the fused loop does not take.
        run: `run(x, initial, mask) -> (h, final)`, such as `CpuLoop`.

    Returns:
        Function with the signature and the results of `keras.layers.RNN.inner_loop`.
    """

    def inner_loop(sequences, initial_state, mask, training=False):
        if sequences.shape[1] is None:  # each length would be compiled anew
            return own_loop(sequences, initial_state, mask, training=training)
        x = loop_order(layer, _dropped_out(layer.cell, sequences) if training else sequences)
        mask = loop_mask(layer, mask)
        h, final = run(x, keras.tree.flatten(initial_state), mask)
        emitted = shown(layer, h, mask)
        outputs = swap_time(emitted) if layer.return_sequences else emitted[-1][:, None]
        return emitted[-1], outputs, final

    return inner_loop


def _dropped_out(cell, sequences):
    """Keras draws one dropout mask for all steps, from the same seed wherever the loop runs."""
    if not cell.dropout:
        return sequences
    return sequences * cell.get_dropout_mask(sequences[:, 0, :])[:, None]
