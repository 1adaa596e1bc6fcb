"""The callbacks in a model that has nothing to do with this project: a bidirectional tagger.

python examples/callbacks_in_your_own_model.py [--epochs 5] [--log-dir runs/tagger]
"""

import argparse

import keras
import numpy as np

from keras_rnn_study.callbacks import GateActivations, GradientFlow, GradientNorms, Probe

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--epochs", type=int, default=5)
parser.add_argument("--log-dir", default="runs/tagger")
arguments = parser.parse_args()

# Sequences of digits, padded with 0; a step's label says whether its digit came before.
rng = np.random.default_rng(0)
x = rng.integers(1, 10, size=(1024, 12))
y = np.array([[digit in row[:step] for step, digit in enumerate(row)] for row in x]).astype("int32")
lengths = rng.integers(4, 13, size=len(x))
x[np.arange(12) >= lengths[:, None]] = 0


class Tagger(keras.Model):
    """Two recurrent layers that see the sequence in both directions, and a label a step."""

    def __init__(self):
        super().__init__()
        self.embed = keras.layers.Embedding(10, 16, mask_zero=True)
        self.first = keras.layers.Bidirectional(
            keras.layers.LSTM(16, return_sequences=True), name="first"
        )
        self.second = keras.layers.GRU(16, return_sequences=True, name="second")
        self.out = keras.layers.Dense(2, activation="softmax")

    def call(self, tokens):
        """Token ids (batch, time) to probabilities (batch, time, 2)."""
        return self.out(self.second(self.first(self.embed(tokens))))


model = Tagger()
model.compile(
    keras.optimizers.Adam(0.01), loss="sparse_categorical_crossentropy", metrics=["accuracy"]
)

# This is all that is added: a fixed batch to look at, and three callbacks.
probe = Probe(x[:64], y[:64])
callbacks = [
    GradientNorms(arguments.log_dir),
    GradientFlow(arguments.log_dir, probe),
    GateActivations(arguments.log_dir, probe),
]
history = model.fit(
    x[64:], y[64:], batch_size=32, epochs=arguments.epochs, verbose=0, callbacks=callbacks
)

for name, values in history.history.items():
    print(f"{name:45} {values[0]:8.3f} -> {values[-1]:8.3f}")
print(f"keras-rnn-study view {arguments.log_dir}")
