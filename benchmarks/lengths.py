"""Sequences of many lengths, as texts have them: a fused loop over Keras' own.

    python benchmarks/lengths.py --output benchmarks/results/lengths.json

Made-up texts, whose lengths are spread as those of film reviews are (log-normal, median 60, at
most 400), of which an embedding masks the padding. *padded*: each batch to its longest text;
*bucketed*: texts of about the same length together, in one of six lengths. A first epoch has the
compiling in it, later ones do not.
"""

import keras
import numpy as np
import tensorflow as tf
from helpers.models import LAYERS, fit, untuned
from helpers.pairs import over, quartiles, rounds, seconds
from helpers.result_file import ResultFile, parser

from keras_rnn_study import fused

BATCH, UNITS, WORDS, LONGEST = 64, 64, 1000, 400
BUCKETS = [25, 50, 100, 200, 300]
TEXTS, QUICK_TEXTS = 2048, 128


def texts(count):
    """Lists of token ids, and a label for each."""
    rng = np.random.default_rng(0)
    lengths = np.clip(rng.lognormal(np.log(60), 0.7, count), 5, LONGEST).astype(int)
    return [rng.integers(1, WORDS, length) for length in lengths], rng.integers(0, 2, count)


def padded(count):
    """Batches, each as long as its longest text."""
    return _ragged(count).padded_batch(BATCH, padded_shapes=([None], []))


def bucketed(count):
    """Batches of texts of about one length."""
    return _ragged(count).bucket_by_sequence_length(
        lambda tokens, label: tf.shape(tokens)[0],
        BUCKETS,
        [BATCH] * (len(BUCKETS) + 1),
        padded_shapes=([None], []),
    )


def _ragged(count):
    tokens, labels = texts(count)
    signature = (tf.TensorSpec([None], tf.int32), tf.TensorSpec([], tf.int32))
    pairs = list(zip(tokens, labels, strict=True))
    return tf.data.Dataset.from_generator(lambda: iter(pairs), output_signature=signature)


def build(cell):
    layers = [
        keras.layers.Embedding(WORDS, 32, mask_zero=True),
        LAYERS[cell](UNITS),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
    model = keras.Sequential([keras.Input((None,), dtype="int32"), *layers])
    model.compile("adam", loss="binary_crossentropy")
    return model


def measure(cell, data, pairs):
    standard, swapped = build(cell), build(cell)
    fused(swapped)
    sides = {"fused": lambda: fit(swapped, data), "keras": lambda: fit(standard, data)}
    first = {name: seconds(side) for name, side in sides.items()}
    taken = rounds(sides, pairs, at_most=20)
    return {
        "many lengths, fused over keras": over(taken["fused"], taken["keras"]),
        "first epoch, more, s": quartiles([first["fused"] - first["keras"]]),
        "later epoch, less, s": quartiles(np.subtract(taken["keras"], taken["fused"])),
    }


def main():
    arguments = parser(__doc__, pairs=7).parse_args()
    count = QUICK_TEXTS if arguments.quick else TEXTS
    result = ResultFile(arguments, texts=count, batch=BATCH, units=UNITS, longest=LONGEST)
    for kind, make in (("padded", padded), ("bucketed", bucketed)):
        data = untuned(make(count).cache())
        for cell in LAYERS:
            if result.wants(name := f"{cell} {kind}"):
                result.add(name, measure(cell, data, arguments.pairs))


if __name__ == "__main__":
    main()
