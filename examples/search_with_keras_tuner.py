"""KerasTuner: looks for units and a forget gate's bias that bring the gradient back unchanged.

pip install keras-tuner; python examples/search_with_keras_tuner.py [--trials 3] [--steps 60]
"""

import argparse

import keras
import keras_tuner

from keras_rnn_study.callbacks import GradientFlow, GradientNorms, Probe
from keras_rnn_study.datasets import recall

GAP = 20

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--trials", type=int, default=3)
parser.add_argument("--steps", type=int, default=60)
parser.add_argument("--log-dir", default="runs/tuner")
arguments = parser.parse_args()

(x, y), (x_test, y_test) = recall.load_data(gap=GAP, num_train=64 * arguments.steps, num_test=256)


class Memory(keras_tuner.HyperModel):
    """An LSTM whose forget gate begins more or less open; each trial has its own callbacks."""

    def build(self, hp):
        """Return a compiled model."""
        units = hp.Int("units", 8, 32, step=8)
        bias = hp.Float("forget_bias", 0.0, 4.0, step=1.0)
        lstm = keras.layers.LSTM(units, unit_forget_bias=False, name="lstm")
        model = keras.Sequential([keras.Input(recall.TASK.input_shape), lstm])
        model.add(keras.layers.Dense(recall.TASK.num_classes, activation="softmax"))
        kernel, recurrent, biases = lstm.get_weights()
        biases[units : 2 * units] = bias  # Keras' order: input, forget, candidate, output
        lstm.set_weights([kernel, recurrent, biases])
        model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
        return model

    def fit(self, hp, model, *args, callbacks=(), **options):
        """Train, and return by how many powers of ten the gradient changes on its way back."""
        name = f"{arguments.log_dir}/units-{hp.get('units')}_bias-{hp.get('forget_bias'):.0f}"
        flow = GradientFlow(name, Probe(x_test[:64], y_test[:64]))
        model.fit(*args, callbacks=[*callbacks, GradientNorms(name), flow], **options)
        return {"gradient_change": abs(flow.history["gradient_decay/lstm/c"][-1])}


tuner = keras_tuner.RandomSearch(
    Memory(),
    keras_tuner.Objective("gradient_change", "min"),
    max_trials=arguments.trials,
    seed=1,  # KerasTuner takes 0 for none
    directory=arguments.log_dir,
    project_name="trials",
    overwrite=True,  # else a second search finds the first one done
)
tuner.search(x, y, batch_size=64, epochs=1, verbose=0)
for trial in tuner.oracle.get_best_trials(arguments.trials):
    print(f"{trial.hyperparameters.values}: |dL/dc| changes {trial.score:.1f} powers of ten")
