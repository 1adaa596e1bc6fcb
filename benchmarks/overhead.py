"""What `fit` itself costs a step, with `GradientNorms` too, and with many steps in a call.

    python benchmarks/overhead.py --output benchmarks/results/overhead.json

A model without a loop, the last step into `Dense(1)`, so that what is left is Keras': a bare
`train_step` in a graph, `fit`, `fit` with `GradientNorms`, and `fit` with `steps_per_execution`.
And the same of `fit` with a fused layer, where it is a share of the step.
"""

import keras
import numpy as np
from helpers.models import STEPS, bare_steps, batches, build, fit
from helpers.pairs import over, quartiles, rounds
from helpers.result_file import ResultFile, parser

from keras_rnn_study import fused
from keras_rnn_study.callbacks import GradientNorms

SIZE, TOGETHER = (64, 50, 2, 32), 20


def empty():
    """A model that reads the last step only."""
    _, time, features, _ = SIZE
    inputs = keras.Input((time, features))
    model = keras.Model(inputs, keras.layers.Dense(1)(inputs[:, -1]))
    model.compile("adam", loss="mse")
    return model


def with_layer(cell):
    """The smallest network of most studies, fused."""
    model = build(cell, SIZE)
    fused(model)
    return model


def together(model):
    """Keras then runs so many steps in one call."""
    model.steps_per_execution = TOGETHER
    return model


def measure(make, pairs):
    data, norms = batches(SIZE), GradientNorms()
    models = [make() for _ in range(3)]
    many = together(make())
    sides = {
        "train_step": bare_steps(models[0], data),
        "fit": lambda: fit(models[1], data),
        "fit with norms": lambda: fit(models[2], data, norms),
        "fit, steps together": lambda: fit(many, data),
    }
    taken = rounds(sides, pairs)
    figures = {f"{n}, ms a step": quartiles(np.divide(t, STEPS / 1e3)) for n, t in taken.items()}
    figures["steps together over fit"] = over(taken["fit, steps together"], taken["fit"])
    return figures


def main():
    arguments = parser(__doc__, pairs=21).parse_args()
    result = ResultFile(arguments, pairs=arguments.pairs, steps=STEPS, together=TOGETHER)
    kinds = {"no recurrent layer": empty}
    for cell in ("simple_rnn", "lstm"):
        kinds[f"{cell} {SIZE}"] = lambda cell=cell: with_layer(cell)
    for name, make in kinds.items():
        if result.wants(name):
            result.add(name, measure(make, arguments.pairs))


if __name__ == "__main__":
    main()
