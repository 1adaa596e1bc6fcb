"""GAN: a generator makes waves, a discriminator tells them from real ones; both are recorded.

python examples/gan.py [--epochs 5] [--log-dir runs/gan]
"""

import argparse

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from keras_rnn_study.callbacks import GateActivations, GradientNorms, Probe

TIME, NOISE = 16, 4

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--epochs", type=int, default=5)
parser.add_argument("--log-dir", default="runs/gan")
arguments = parser.parse_args()


class WaveGan(keras.Model):
    """Two networks and two optimizers, as `train_step` of one model."""

    def __init__(self):
        super().__init__(name="gan")
        self.generator = keras.Sequential(
            [keras.Input((TIME, NOISE)), layers.LSTM(24, return_sequences=True), layers.Dense(1)]
        )
        self.critic = keras.Sequential(
            [keras.Input((TIME, 1)), layers.GRU(24, name="reader"), layers.Dense(1)]
        )
        self.seed = keras.random.SeedGenerator(0)

    def train_step(self, real):
        """One step of each, on the same batch."""
        noise = keras.random.normal((ops.shape(real)[0], TIME, NOISE), seed=self.seed)
        with tf.GradientTape(persistent=True) as tape:
            fake = self.generator(noise, training=True)
            on_fake, on_real = self.critic(fake), self.critic(real)
            told = ops.mean(ops.softplus(on_fake)) + ops.mean(ops.softplus(-on_real))
            fooled = ops.mean(ops.softplus(-on_fake))
        for network, loss, optimizer in (
            (self.critic, told, self.optimizer),
            (self.generator, fooled, self.generator_optimizer),
        ):
            weights = network.trainable_variables
            optimizer.apply(tape.gradient(loss, weights), weights)
        return {"critic": told, "generator": fooled}


rng = np.random.default_rng(0)
phase, speed = rng.uniform(0, 2 * np.pi, (1024, 1, 1)), rng.uniform(0.4, 0.8, (1024, 1, 1))
waves = np.sin(phase + speed * np.arange(TIME)[:, None]).astype("float32")

gan = WaveGan()
gan.generator_optimizer = keras.optimizers.Adam(3e-3)
gan.compile(keras.optimizers.Adam(3e-3))

noise = rng.normal(size=(32, TIME, NOISE)).astype("float32")
critic_norms = GradientNorms(f"{arguments.log_dir}/critic")  # the optimizer of `compile`
gates = GateActivations(f"{arguments.log_dir}/generator", Probe(noise, model=gan.generator))
generator_norms = GradientNorms(f"{arguments.log_dir}/generator")
update = keras.callbacks.LambdaCallback(
    on_train_batch_end=lambda batch, logs: generator_norms.update()
)
with generator_norms.recording(gan.generator, gan.generator_optimizer):
    callbacks = [critic_norms, gates, update]
    gan.fit(waves, batch_size=64, epochs=arguments.epochs, verbose=2, callbacks=callbacks)

for name, norms in ("critic", critic_norms), ("generator", generator_norms):
    history = norms.history["gradient_norm/global"]
    print(f"{name:10} gradient norm {history[:8].mean():.2g} -> {history[-8:].mean():.2g}")
