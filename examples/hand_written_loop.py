"""A training loop written by hand: every step's norms, and a look inside now and then.

python examples/hand_written_loop.py [--steps 200] [--log-dir runs/by-hand]
"""

import argparse

import keras
import tensorflow as tf
from keras import layers

from keras_rnn_study import measures, trace
from keras_rnn_study.callbacks import GradientNorms
from keras_rnn_study.datasets import temporal_order

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--steps", type=int, default=200)
parser.add_argument("--log-dir", default="runs/by-hand")
arguments = parser.parse_args()

task = temporal_order.TASK
model = keras.Sequential(
    [
        keras.Input(task.input_shape),
        layers.LSTM(24, name="lstm"),
        layers.Dense(task.num_classes, activation="softmax"),
    ]
)
optimizer = keras.optimizers.Adam(0.01, clipnorm=1.0)
loss_of = keras.losses.SparseCategoricalCrossentropy()


@tf.function
def train_step(x, y):
    """One step; nothing of it knows that it is recorded."""
    with tf.GradientTape() as tape:
        loss = loss_of(y, model(x, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply(gradients, model.trainable_variables)
    return loss


batches = temporal_order.stream(64, gap=10, seed=0)
x_look, y_look = temporal_order.make(64, gap=10, seed=1)
with GradientNorms(arguments.log_dir).recording(model, optimizer) as norms:
    for step, (x, y) in enumerate(batches.take(arguments.steps)):
        loss = train_step(x, y)
        norms.update()
        if step % 50 == 0:
            layer = trace(model, x_look, y_look, loss=loss_of)["lstm"]
            change = measures.decay(measures.step_norms(layer.state_gradients["c"]))
            print(f"step {step:3}: loss {loss:.3f}, |dL/dc| changes by 10^{change:.1f} going back")

ratio = norms.history["gradient_clip_ratio/global"]
print(f"{(ratio < 1).mean():.0%} of {len(ratio)} steps were clipped")
