"""Text classification: is a review good or bad? What does the network think after each word?

python examples/text_classification.py [--epochs 6] [--log-dir runs/reviews]
"""

import argparse

import keras
import numpy as np
from keras import layers

from keras_rnn_study import trace
from keras_rnn_study.callbacks import GateActivations, GradientFlow, GradientNorms, Probe

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--epochs", type=int, default=6)
parser.add_argument("--log-dir", default="runs/reviews")
arguments = parser.parse_args()

# Made-up reviews: an opinion, turned round by "not", then words that say nothing.
rng = np.random.default_rng(0)
opinions = {"good": 1, "great": 1, "lovely": 1, "bad": 0, "dull": 0, "awful": 0}
fillers = ["the", "film", "was", "on", "at", "our", "cinema", "last", "week", "with", "friends"]
texts, labels = [], []
for _ in range(2000):
    opinion, is_negated = rng.choice([*opinions]), rng.random() < 0.5
    rest = rng.choice(fillers, size=rng.integers(3, 12))
    texts.append(" ".join([*(["not"] if is_negated else []), opinion, *rest]))
    labels.append(opinions[opinion] ^ is_negated)

vectorize = layers.TextVectorization(output_sequence_length=14)
vectorize.adapt(texts)
x, y = np.asarray(vectorize(texts)), np.array(labels)

model = keras.Sequential(
    [
        keras.Input((14,), dtype="int64"),
        layers.Embedding(vectorize.vocabulary_size(), 16, mask_zero=True),
        layers.LSTM(16, name="lstm"),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(keras.optimizers.Adam(0.01), loss="binary_crossentropy", metrics=["accuracy"])

vocabulary = vectorize.get_vocabulary()
words = [[vocabulary[token] for token in row] for row in x[:8]]
probe = Probe(x[:64], y[:64], tokens=words)
callbacks = [
    GradientNorms(arguments.log_dir),
    GradientFlow(arguments.log_dir, probe),
    GateActivations(arguments.log_dir, probe),
]
model.fit(x[64:], y[64:], epochs=arguments.epochs, verbose=2, callbacks=callbacks)

# What the network would say after each word: its last layer, of each step's state.
states = trace(model, x[:1], y[:1])["lstm"].states["h"]  # (1, time, units)
so_far = np.asarray(model.layers[-1](states))[0, :, 0]
for word, good in zip(texts[0].split(), so_far, strict=False):  # the rest is padding
    print(f"{word:8} good so far: {good:.0%}")
print(f"keras-rnn-study view {arguments.log_dir}")
