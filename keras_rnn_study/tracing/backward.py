"""Backpropagation through time, walked layer by layer, last call first."""

import tensorflow as tf

from keras_rnn_study.cells.equations import at_unmasked
from keras_rnn_study.cells.loops import fold, input_order, swap_time, work_dtype


def backpropagate(loss, calls, tape):
    """Fills `Loop.gradients` of every loop with "states", "outputs" and "inputs".

    Between two recurrent layers the tape differentiates, inside of one its loops do. As each
    call's outputs are leaves of the tape, its gradient is what the loss and the inputs of all
    later calls send back to it.

    Args:
        loss: Scalar tensor.
        calls: List of `Call` in the order in which they were made.
        tape: The persistent tape that recorded them.
    """
    targets, seeds = [loss], [tf.ones_like(loss)]
    for call in reversed(calls):
        emitted = tape.gradient(
            targets, call.emitted, output_gradients=seeds, unconnected_gradients="zero"
        )
        # A consumer that gathers steps sends back tf.IndexedSlices.
        emitted = [tf.convert_to_tensor(gradient) for gradient in emitted]
        for inputs, gradient in zip(call.inputs, _through(call, emitted), strict=True):
            targets.append(inputs)
            seeds.append(tf.cast(gradient, inputs.dtype))


def _through(call, emitted):
    """From the gradients of what the layer emitted to those of what it was given."""
    dtype = work_dtype(call.emitted[0].dtype)
    last, outputs, *arriving = (tf.cast(gradient, dtype) for gradient in emitted)
    # The last output is that of the last step; with return_sequences all outputs are emitted too.
    time = tf.shape(call.loops[-1].inside.states[0])[0]
    surface = _unmasked(call, tf.pad(last[None], [[time - 1, 0], *[[0, 0]] * len(last.shape)]))
    if call.layer.return_sequences:
        # Emitted in the order in which the loop ran.
        surface += _unmasked(call, swap_time(outputs), call.repeats)

    initial = []
    for loop in reversed(call.loops):
        num_states = len(loop.inside.states)
        arriving, states = arriving[:-num_states], arriving[-num_states:]
        totals, inputs, through = loop.inside.backward(surface, states)
        loop.gradients.update(states=totals, outputs=surface, inputs=inputs)
        initial = [*through, *initial]
        surface = inputs
    return [input_order(call.layer, surface), *initial]


def _unmasked(call, gradients, repeats=True):
    """Gradients of what was shown at each step, to those of the unmasked outputs behind it."""
    if call.mask is None:
        return gradients
    if call.layer.zero_output_for_mask:
        return at_unmasked(gradients, call.mask, 0.0)
    zeroed = at_unmasked(gradients, call.mask, 0.0)
    return tf.where(repeats, fold(gradients, call.mask), zeroed)
