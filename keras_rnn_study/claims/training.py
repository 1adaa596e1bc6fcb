"""Short trainings, for the claims that look into a network that has learned something."""

import keras

from keras_rnn_study.datasets import catalog
from keras_rnn_study.fusion import fused


def train(run, model, steps, callbacks=()):
    """Trains a model at full speed on fresh batches of its task.

    Args:
        run: The `Run`.
        model: What `run.build()` returned; its weights change.
        steps: Training steps.
        callbacks: Keras callbacks.

    Returns:
        tuple: names of the layers that ran on a fused loop; loss of each step, a list of floats.
    """
    data = catalog.get(run.task).stream(run.batch_size, seed=run.seed, **run.data_options)
    keras.utils.set_random_seed(run.seed)
    with fused(model) as swapped:
        # Keras reports the mean over an epoch, so that each step is an epoch.
        history = model.fit(
            data,
            epochs=steps,
            steps_per_epoch=1,
            shuffle=False,
            verbose=0,
            callbacks=list(callbacks),
        )
    return swapped.layers, history.history["loss"]


def probe(run, samples=64):
    """A fixed batch that training never sees: `x, y`."""
    module = catalog.get(run.task)
    _, held_out = module.load_data(num_train=1, num_test=samples, seed=run.seed, **run.data_options)
    return held_out
