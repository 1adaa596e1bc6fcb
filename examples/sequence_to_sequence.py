"""Sequence to sequence with attention: reads a number, writes it backwards.

python examples/sequence_to_sequence.py [--epochs 5] [--log-dir runs/backwards]
"""

import argparse

import keras
import numpy as np
from keras import layers

from keras_rnn_study import trace
from keras_rnn_study.callbacks import GradientFlow, GradientNorms, Probe

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--epochs", type=int, default=5)
parser.add_argument("--log-dir", default="runs/backwards")
arguments = parser.parse_args()

# Digits are 1 to 10; 0 begins the answer. The decoder is given the answer so far.
rng = np.random.default_rng(0)
number = rng.integers(1, 11, size=(4000, 8))
answer = number[:, ::-1]
so_far = np.concatenate([np.zeros((len(answer), 1), int), answer[:, :-1]], axis=1)

source, target = keras.Input((8,), name="source"), keras.Input((8,), name="target")
embed = layers.Embedding(11, 24)
encoded, *state = layers.LSTM(48, return_sequences=True, return_state=True, name="encoder")(
    embed(source)
)
decoded = layers.LSTM(48, return_sequences=True, name="decoder")(embed(target), initial_state=state)
context, scores = layers.Attention(name="attention")(
    [decoded, encoded], return_attention_scores=True
)
digits = layers.Dense(11, activation="softmax")(layers.concatenate([decoded, context]))
model = keras.Model([source, target], digits)
model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])

probe = Probe([number[:64], so_far[:64]], answer[:64])
callbacks = [GradientNorms(arguments.log_dir), GradientFlow(arguments.log_dir, probe)]
x, y = [number[64:], so_far[64:]], answer[64:]
model.fit(x, y, batch_size=64, epochs=arguments.epochs, verbose=2, callbacks=callbacks)

# The encoder gets its gradient from two sides: through attention, and through its last state.
found = trace(model, [number[:64], so_far[:64]], answer[:64])["encoder"]
total = np.linalg.norm(found.state_gradients["h"], axis=-1).mean(axis=0)
direct = np.linalg.norm(found.output_gradients, axis=-1).mean(axis=0)
for step in range(8):
    print(f"step {step}: |dL/dh| {total[step]:.1e}, through attention alone {direct[step]:.1e}")
looked = keras.Model(model.inputs, scores).predict([number[:1], so_far[:1]], verbose=0)[0]
print(f"attention of {number[0]}, written backwards, is on steps {looked.argmax(-1)}")
