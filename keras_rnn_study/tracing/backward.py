"""Backpropagation through time, walked layer by layer, last call first."""

import tensorflow as tf

from keras_rnn_study.cells.devices import join
from keras_rnn_study.cells.loops import input_order, swap_time, work_dtype
from keras_rnn_study.seams.masked_steps import to_outputs
from keras_rnn_study.tracing.opening import Call


def backpropagate(loss: tf.Tensor, calls: list[Call], tape: tf.GradientTape) -> None:
    """Fill `Loop.gradients` of every loop; "states" are left in the parts of the batch.

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


def _through(call: Call, emitted: list[tf.Tensor]) -> list[tf.Tensor]:
    """Backpropagate through one call: gradients of its outputs to those of inputs and states."""
    dtype = work_dtype(call.emitted[0].dtype)
    last, outputs, *arriving = (tf.cast(gradient, dtype) for gradient in emitted)
    # The last output is that of the last step; with return_sequences all outputs are emitted too.
    time = tf.shape(call.loops[-1].parts[0].states[0])[0]
    at_last = tf.pad(last[None], [[time - 1, 0], *[[0, 0]] * len(last.shape)])
    surface = to_outputs(call.layer, at_last, call.mask)
    if call.layer.return_sequences:
        # Emitted in the order in which the loop ran.
        surface += to_outputs(call.layer, swap_time(outputs), call.mask, call.repeats)

    initial: list[tf.Tensor] = []
    for loop in reversed(call.loops):
        num_states = len(loop.parts[0].states)
        arriving, states = arriving[:-num_states], arriving[-num_states:]
        parts = [
            part.backward(surface[:, part.rows], [state[part.rows] for state in states])
            for part in loop.parts
        ]
        totals = [each for each, _, _ in parts]  # not joined, as that would copy them
        inputs = join([each for _, each, _ in parts], axis=1)
        loop.gradients = {"states": totals, "final": states, "outputs": surface, "inputs": inputs}
        initial = [*join([each for _, _, each in parts], axis=0), *initial]
        surface = inputs
    return [input_order(call.layer, surface), *initial]
