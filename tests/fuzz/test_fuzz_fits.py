"""Fits that callbacks watch in odd situations: the model ends as it does when nobody watches."""

import keras
import numpy as np
import pytest
from random_models import labels, random_batch, random_model

from keras_rnn_study.callbacks import GateActivations, GradientFlow, GradientNorms, Probe

pytestmark = [pytest.mark.fuzz, pytest.mark.slow]


class Stops(keras.callbacks.Callback):
    """Ends a training in the middle of an epoch, or breaks it off."""

    def __init__(self, batch, error):
        super().__init__()
        self.batch, self.error = batch, error

    def on_train_batch_end(self, batch, logs=None):
        if batch >= self.batch:
            self.model.stop_training = True
            if self.error:
                raise KeyboardInterrupt


class Evaluates(keras.callbacks.Callback):
    def __init__(self, x, y):
        super().__init__()
        self.x, self.y = x, y

    def on_epoch_end(self, epoch, logs=None):
        self.model.evaluate(self.x, self.y, verbose=0)
        self.model.predict(self.x[:1], verbose=0)


def test_random_fits(search, tmp_path):
    search(lambda rng: check_one(rng, tmp_path))


def check_one(rng, folder):
    seed = int(rng.integers(2**31))
    x = random_batch(rng, int(rng.integers(2, 7)))
    situation = draw_situation(rng)
    watchers = draw_watchers(rng, x, folder / str(seed))
    plain = train(seed, x, situation, None)
    watched = train(seed, x, situation, watchers)
    for name in plain:
        for index, (a, b) in enumerate(zip(plain[name], watched[name], strict=True)):
            np.testing.assert_array_equal(a, b, err_msg=f"{name} {index} with {situation}")


def draw_situation(rng):
    return {
        "optimizer": str(rng.choice(["sgd", "adam", "rmsprop"])),
        "clipnorm": float(rng.choice([0, 0.1])) or None,
        "steps_per_execution": int(rng.choice([1, 1, 2, 3])),
        "batch_size": int(rng.integers(1, 4)),
        "epochs": int(rng.integers(1, 3)),
        "run_eagerly": bool(rng.random() < 0.15),
        "fits": int(rng.integers(1, 3)),
        "recompiles": bool(rng.random() < 0.3),
        "stops": str(rng.choice(["", "", "", "softly", "at once"])),
        "evaluates": bool(rng.random() < 0.3),
        "validates": bool(rng.random() < 0.3),
        "train_on_batch": bool(rng.random() < 0.3),
        "first": bool(rng.random() < 0.5),
    }


def draw_watchers(rng, x, log_dir):
    """A function of x and y that makes callbacks, in any order and number."""
    kinds = [str(kind) for kind in rng.choice(["norms", "flow", "gates"], size=rng.integers(1, 4))]
    freqs = [["epoch", "batch", 2, 3][index] for index in rng.integers(4, size=len(kinds))]
    logs = [str(log_dir) if there else None for there in rng.random(len(kinds)) < 0.5]
    share = rng.random() < 0.5

    def make(x, y):
        common = Probe(x, y)
        made = []
        for kind, freq, log in zip(kinds, freqs, logs, strict=True):
            probe = common if share else Probe(x[:1], y[:1])
            if kind == "norms":
                made.append(GradientNorms(log, update_freq=freq))
            else:
                callback = GradientFlow if kind == "flow" else GateActivations
                made.append(callback(log, probe, update_freq=freq))
        return made

    return make


def train(seed, x, situation, watchers):
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    model, _ = random_model(rng, x)
    y = labels(model, x, rng)
    x, y = np.tile(x, (4, *[1] * (x.ndim - 1))), np.tile(y, (4, *[1] * (y.ndim - 1)))
    compile_(model, situation)
    watching = watchers(x, y) if watchers else []
    losses = []
    for number in range(situation["fits"]):
        if number and situation["recompiles"]:
            compile_(model, situation)
        if situation["train_on_batch"]:
            model.train_on_batch(x, y)
        others = [Evaluates(x, y)] if situation["evaluates"] else []
        if situation["stops"]:
            others.append(Stops(2, situation["stops"] == "at once"))
        callbacks = watching + others if situation["first"] else others + watching
        try:
            history = model.fit(
                x,
                y,
                batch_size=situation["batch_size"],
                epochs=situation["epochs"],
                validation_data=(x, y) if situation["validates"] else None,
                callbacks=callbacks,
                verbose=0,
            )
            losses.append(history.history["loss"])
        except KeyboardInterrupt:
            losses.append([])
    optimizer = [np.array(variable) for variable in model.optimizer.variables]
    return {"weight": model.get_weights(), "optimizer variable": optimizer, "loss": losses}


def compile_(model, situation):
    optimizer = keras.optimizers.get(situation["optimizer"])
    optimizer.clipnorm = situation["clipnorm"]
    model.compile(
        optimizer,
        loss="mse",
        steps_per_execution=situation["steps_per_execution"],
        run_eagerly=situation["run_eagerly"],
    )
