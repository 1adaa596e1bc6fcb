"""Questions that people asked in public about networks that did not learn: what `diagnose` says.

Each is made again with made-up data of the same shape and fault. Run as a program it writes
`studies/results/public_questions.json`, which docs/diagnosis.md shows.
"""

import json
import pathlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

import keras
import numpy as np

from keras_rnn_study import diagnose

RESULTS = pathlib.Path(__file__).parent / "results" / "public_questions.json"


class Question(NamedTuple):
    """One question.

    Attributes:
        source: Where it was asked.
        asked: What was seen.
        causes: Names of findings that would be right; empty: none of the rules' kinds.
        make: Function that returns the names that were found, the first first.
    """

    source: str
    asked: str
    causes: Sequence[str]
    make: Callable[[], list[str]]


def _random() -> np.random.Generator:
    return np.random.default_rng(0)


def _network(layers: Sequence[keras.Layer], optimizer: object, loss: str) -> keras.Model:
    keras.utils.set_random_seed(0)
    model = keras.Sequential(list(layers))
    model.compile(optimizer, loss)
    return model


def _found(model: keras.Model, x: np.ndarray, y: np.ndarray) -> list[str]:
    return diagnose(model, x, y).alarms.names


def one_softmax_unit() -> list[str]:
    """Make the next bit of a sequence from three."""
    bits = _random().integers(0, 2, 300).astype("float32")
    x, y = np.stack([bits[:-3], bits[1:-2], bits[2:-1]], axis=1)[..., None], bits[3:, None]
    dense = keras.layers.Dense(1, activation="softmax")
    layers = [keras.Input((3, 1)), keras.layers.LSTM(1), dense]
    return _found(_network(layers, "adagrad", "binary_crossentropy"), x, y)


def softmax_and_labels_of_minus_one() -> list[str]:
    """Make binary features with classes 1 and -1, one unit of softmax, stateful, shuffled."""
    x = _random().integers(0, 2, (200, 16, 1)).astype("float32")
    y = 2.0 * (x.mean(axis=(1, 2)) > 0.5)[:, None] - 1
    dense = keras.layers.Dense(1, activation="softmax")
    layers = [keras.Input(batch_shape=(50, 16, 1)), keras.layers.LSTM(32, stateful=True), dense]
    return _found(_network(layers, "adam", "binary_crossentropy"), x, y)


def no_sigmoid() -> list[str]:
    """Make a stack of LSTMs with a linear unit under binary cross-entropy."""
    x = _random().normal(size=(200, 10, 12)).astype("float32")
    y = (x[:, -1, :1] > 0).astype("float32")
    stack = [keras.layers.LSTM(10, return_sequences=more) for more in (True, True, False)]
    layers = [keras.Input((10, 12)), *stack, keras.layers.Dense(1)]
    return _found(_network(layers, "adam", "binary_crossentropy"), x, y)


def standardised_constant() -> list[str]:
    """Make inputs that were divided by the standard deviation of a constant column."""
    x = _random().normal(size=(200, 10, 3)).astype("float32")
    x[..., 2] = 1
    with np.errstate(invalid="ignore"):
        x = (x - x.mean(axis=(0, 1))) / x.std(axis=(0, 1))
    layers = [keras.Input((10, 3)), keras.layers.LSTM(8), keras.layers.Dense(1)]
    return _found(_network(layers, "adam", "mse"), x, x[:, -1, :1])


def padded_word_vectors() -> list[str]:
    """Make word vectors that are padded with zeros to the longest text, without a mask."""
    random = _random()
    x = random.normal(size=(150, 60, 20)).astype("float32")
    for sample, length in zip(x, random.integers(5, 50, len(x)), strict=True):
        sample[length:] = 0
    y = np.eye(3)[np.argmax(x[:, :5, :3].sum(axis=1), axis=1)]
    dense = keras.layers.Dense(3, activation="softmax")
    layers = [keras.Input((60, 20)), keras.layers.LSTM(30), dense]
    return _found(_network(layers, "adam", "mse"), x, y)


def stateful_and_shuffled() -> list[str]:
    """Make a stateful LSTM on windows of a series, trained with shuffle=True."""
    series = np.cumsum(_random().normal(size=206)).astype("float32") / 10
    windows = np.lib.stride_tricks.sliding_window_view(series, 6).copy()[:200]
    x, y = windows[:, :5, None], windows[:, 5:]
    layers = [
        keras.Input(batch_shape=(10, 5, 1)),
        keras.layers.LSTM(4, stateful=True),
        keras.layers.Dense(1),
    ]
    model = _network(layers, keras.optimizers.SGD(0.005, clipnorm=0.1), "mse")
    return _found(model, x[:10], y[:10])


def relu_lstm_on_long_texts() -> list[str]:
    """Make an LSTM with ReLU on sentences of up to 1,000 characters."""
    x = _random().normal(size=(64, 1000, 16)).astype("float32")
    y = np.eye(4)[_random().integers(0, 4, 64)]
    dense = keras.layers.Dense(4, activation="softmax")
    layers = [keras.Input((1000, 16)), keras.layers.LSTM(64, activation="relu"), dense]
    return _found(_network(layers, "adam", "categorical_crossentropy"), x, y)


def relu_lstm_with_recurrent_dropout() -> list[str]:
    """Make stacked LSTMs with ReLU and recurrent dropout on 672 steps."""
    x = _random().normal(size=(32, 672, 16)).astype("float32")
    y = _random().integers(0, 2, (32, 1)).astype("float32")
    first = keras.layers.LSTM(32, activation="relu", recurrent_dropout=0.2, return_sequences=True)
    second = keras.layers.LSTM(32, activation="relu", recurrent_dropout=0.2)
    dense = keras.layers.Dense(1, activation="sigmoid")
    layers = [keras.Input((672, 16)), first, second, dense]
    return _found(_network(layers, "nadam", "binary_crossentropy"), x, y)


def echo_of_the_last_value() -> list[str]:
    """Make a forecast of a random walk, which can do no better than repeat the last value."""
    series = np.cumsum(_random().normal(size=400)).astype("float32")
    series = (series - series.min()) / np.ptp(series)
    windows = np.lib.stride_tricks.sliding_window_view(series, 9).copy()
    x, y = windows[:, :8, None], windows[:, 8:]
    layers = [keras.Input((8, 1)), keras.layers.LSTM(32), keras.layers.Dense(1)]
    model = _network(layers, "adam", "mse")
    model.fit(x, y, epochs=40, batch_size=10, verbose=0)
    return _found(model, x, y)


def sign_of_a_random_return() -> list[str]:
    """Make windows of returns whose next sign nothing tells."""
    series = _random().normal(size=4000).astype("float32")
    x = np.lib.stride_tricks.sliding_window_view(series, 50)[:-10:10, :, None].copy()
    y = (series[50::10][: len(x)] > 0).astype("float32")[:, None]
    dense = keras.layers.Dense(1, activation="sigmoid")
    layers = [keras.Input((50, 1)), keras.layers.LSTM(8), dense]
    model = _network(layers, "adam", "binary_crossentropy")
    model.fit(x, y, epochs=10, batch_size=32, verbose=0, shuffle=False)
    return _found(model, x, y)


def too_fast_a_descent() -> list[str]:
    """Make three LSTMs trained by SGD with momentum and a large learning rate."""
    x = _random().random((100, 20, 5)).astype("float32")
    y = x.mean(axis=(1, 2))[:, None]
    stack = [keras.layers.LSTM(16, return_sequences=more) for more in (True, True, False)]
    layers = [keras.Input((20, 5)), *stack, keras.layers.Dense(20), keras.layers.Dense(1)]
    return _found(_network(layers, keras.optimizers.SGD(1.0, momentum=0.9), "mse"), x, y)


QUESTIONS = [
    Question(
        "https://stackguides.com/questions/46620813/keras-lstm-model-not-learning-binary-sequence",
        "constant accuracy, constant predictions",
        ["labels_do_not_fit_loss"],
        one_softmax_unit,
    ),
    Question(
        "https://stackoverflow.com/questions/47241622",
        "55 % where another model has 97 %",
        ["labels_do_not_fit_loss"],
        softmax_and_labels_of_minus_one,
    ),
    Question(
        "https://github.com/keras-team/keras/issues/14490",
        "loss NaN, classification",
        ["labels_do_not_fit_loss"],
        no_sigmoid,
    ),
    Question(
        "https://github.com/keras-team/keras/issues/2134",
        "loss NaN, regression",
        ["nan_inputs"],
        standardised_constant,
    ),
    Question(
        "https://github.com/keras-team/keras/issues/1360",
        "loss NaN, texts padded with zeros",
        ["padding_not_masked"],
        padded_word_vectors,
    ),
    Question(
        "https://github.com/keras-team/keras/issues/6399",
        "loss NaN with more data, stateful",
        ["stateful_shuffled"],
        stateful_and_shuffled,
    ),
    Question(
        "https://github.com/keras-team/keras/issues/2194",
        "accuracy NaN, ReLU, up to 1,019 steps",
        ["runaway_states", "exploding_gradient"],
        relu_lstm_on_long_texts,
    ),
    Question(
        "https://github.com/keras-team/keras/issues/13221",
        "loss NaN, ReLU, recurrent dropout, 672 steps",
        ["runaway_states", "exploding_gradient", "not_a_number"],
        relu_lstm_with_recurrent_dropout,
    ),
    Question(
        "https://stackguides.com/questions/51432661/time-series-keras-lstm-echoing-instead-of-predicting",
        "repeats the last value",
        [],
        echo_of_the_last_value,
    ),
    Question(
        "https://datascience.stackexchange.com/questions/51264",
        "loss 0.69, accuracy 0.5",
        ["learns_label_mean"],
        sign_of_a_random_return,
    ),
    Question(
        "https://stackguides.com/questions/46224598/python-keras-lstm-learning-converges-too-fast-on-high-loss",
        "stops early at a high loss, SGD with momentum",
        ["learning_rate_too_high"],
        too_fast_a_descent,
    ),
]


def main() -> None:
    """Ask all, and write what was found."""
    rows = []
    for question in QUESTIONS:
        found = question.make()
        right = (
            found[:1] == [] if not question.causes else found[:1] and found[0] in question.causes
        )
        row = {"source": question.source, "asked": question.asked, "found": found}
        rows.append(row | {"expected": list(question.causes), "right": bool(right)})
        print(question.make.__name__, found, "right" if right else "WRONG", flush=True)
    RESULTS.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
