"""Time series: forecasts a noisy series with a week and a year in it, from windows of it.

python examples/time_series.py [--epochs 4] [--log-dir runs/series]
"""

import argparse

import keras
import numpy as np
from keras import layers

from keras_rnn_study.callbacks import GradientFlow, GradientNorms, Probe

WINDOW, AHEAD = 28, 1  # days that are seen, and which day after them is asked

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--epochs", type=int, default=4)
parser.add_argument("--log-dir", default="runs/series")
arguments = parser.parse_args()

day = np.arange(6 * 365)
rng = np.random.default_rng(0)
series = np.sin(2 * np.pi * day / 7) + np.sin(2 * np.pi * day / 365)
series = (series + 0.2 * rng.normal(size=len(day))).astype("float32")[:, None]

# Validation data come after training data, with a window between them that is in neither.
split = 5 * 365


def windows(part, **options):
    """Batches of windows, and the day that each is asked for."""
    targets = part[WINDOW + AHEAD - 1 :]
    return keras.utils.timeseries_dataset_from_array(
        part, targets, WINDOW, batch_size=64, **options
    )


held_out = series[split + WINDOW :]
train, validation = windows(series[:split], shuffle=True, seed=0), windows(held_out)

model = keras.Sequential(
    [keras.Input((WINDOW, 1)), layers.GRU(24, name="gru"), layers.Dense(1)], name="forecast"
)
model.compile(keras.optimizers.Adam(0.01), loss="mse")

x, y = (part.numpy() for part in next(iter(validation)))
flow = GradientFlow(arguments.log_dir, Probe(x, y))
callbacks = [GradientNorms(arguments.log_dir), flow]
model.fit(
    train,
    validation_data=validation,
    epochs=arguments.epochs,
    shuffle=False,  # the windows come shuffled
    verbose=2,
    callbacks=callbacks,
)

yesterday = np.mean((held_out[WINDOW:] - held_out[WINDOW - 1 : -1]) ** 2)
print(f"error {model.evaluate(validation, verbose=0):.3f}; of 'as yesterday' {yesterday:.3f}")
for epoch, norms in enumerate(flow.history["gradient_flow/gru/h"]):
    back = norms[::-1] / norms[-1]
    print(f"epoch {epoch}: {back[7]:.0%} of the gradient is left a week back")
