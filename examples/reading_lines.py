"""CTC: reads a line of made-up handwriting, column by column; no letter's place is known.

python examples/reading_lines.py [--epochs 12] [--log-dir runs/lines]
"""

import argparse

import keras
import numpy as np
from keras import layers

from keras_rnn_study.callbacks import GradientFlow, GradientNorms, Probe

LETTERS, HEIGHT, COLUMNS, MOST = 5, 6, 24, 5

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--epochs", type=int, default=12)
parser.add_argument("--log-dir", default="runs/lines")
arguments = parser.parse_args()

# Each letter is a picture of two columns; a line has 3 to 5 of them, with gaps, and noise on it.
rng = np.random.default_rng(0)
shapes = rng.integers(0, 2, size=(LETTERS, 2, HEIGHT))
x = rng.normal(scale=0.2, size=(2000, COLUMNS, HEIGHT)).astype("float32")
y = np.zeros((len(x), MOST), "int32")  # letters from 1 on: 0 is CTC's blank, and pads
for line, text in zip(x, y, strict=True):
    column = rng.integers(0, 3)
    for place in range(rng.integers(3, MOST + 1)):
        letter = rng.integers(LETTERS)
        line[column : column + 2] += shapes[letter]
        text[place] = letter + 1
        column += 2 + rng.integers(1, 3)

model = keras.Sequential(
    [
        keras.Input((COLUMNS, HEIGHT)),
        layers.Bidirectional(layers.LSTM(24, return_sequences=True), name="reader"),
        layers.Dense(LETTERS + 1),  # logits of the blank and of each letter
    ]
)
model.compile(keras.optimizers.Adam(0.01), loss=keras.losses.CTC())

flow = GradientFlow(arguments.log_dir, Probe(x[:64], y[:64]))
model.fit(
    x[64:],
    y[64:],
    batch_size=64,
    epochs=arguments.epochs,
    verbose=2,
    callbacks=[GradientNorms(arguments.log_dir), flow],
)

for text, columns in zip(y[:3], model.predict(x[:3], verbose=0).argmax(-1), strict=True):
    changes = columns[np.flatnonzero(np.diff(columns, prepend=0))]
    print(f"written {text[text > 0]}, read {changes[changes > 0]}")
# CTC gives every column a gradient, so none is far away: compare with a loss at the end only.
horizon = flow.history["gradient_horizon/reader/forward_lstm/c"][-1]
print(f"the gradient reaches {horizon:.0f} of {COLUMNS} columns back")
