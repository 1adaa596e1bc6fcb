"""What recording costs: training with callbacks over bare training, and a trace over a step.

    python benchmarks/recording.py --output benchmarks/results/recording.json

Each figure is a median of ratios of things that ran in turn in one process, so that a machine
whose speed drifts, drifts for all. Below 1 means noise.

- *norms of every step*: `fit` of an epoch of 40 steps with `GradientNorms` over one without;
- *all three*: an epoch amid a longer `fit` with all three callbacks, which trace a batch once an
  epoch or every 10 steps, over one without; and what they add once, see `long_training.py`;
- *trace over a step*: `trace` over `train_on_batch`, of the same batch.
"""

import functools
import itertools
import tempfile

import numpy as np
from helpers import long_training
from helpers.models import QUICK_SIZES, SIZES, STEPS, batches, build, fit, samples
from helpers.pairs import quartiles, ratios, rounds
from helpers.result_file import ResultFile, parser

from keras_rnn_study import trace
from keras_rnn_study.callbacks import GateActivations, GradientFlow, GradientNorms, Probe

EPOCHS = 7  # of a longer `fit`
BUILDS = 7  # pairs of models, for the norms of every step


def all_three(batch, update_freq, logs):
    """The callbacks, as the README shows them, with a probe of one batch."""
    probe = Probe(*batch)
    return [
        GradientNorms(logs, update_freq=update_freq),
        GradientFlow(logs, probe, update_freq=update_freq),
        GateActivations(logs, probe, update_freq=update_freq),
    ]


def norms(cell, size, pairs, data):
    """Over several pairs of models: two bare ones alike may differ by 5 % as long as they live."""
    taken = []
    for _ in range(BUILDS):
        model, recorded = build(cell, size), build(cell, size)
        with tempfile.TemporaryDirectory() as logs:
            sides = {
                "recorded": functools.partial(fit, recorded, data, GradientNorms(logs)),
                "bare": functools.partial(fit, model, data),
            }
            times = rounds(sides, max(pairs // BUILDS, 1), at_most=5)
        taken.extend(np.divide(times["recorded"], times["bare"]))
    return quartiles(taken)


def one_trace(cell, size, pairs, batch):
    model = build(cell, size)
    return ratios(lambda: trace(model, *batch), lambda: model.train_on_batch(*batch), pairs)


def measure(cell, size, pairs, epochs=EPOCHS, trainings=5):
    """Yields what and how much, as it is measured."""
    data, batch = batches(size), samples(size)
    yield "norms of every step", norms(cell, size, pairs, data)
    yield "trace over a step", one_trace(cell, size, pairs, batch)
    for name, freq in (("each epoch", "epoch"), ("every 10 steps", 10)):
        kind = {f"all three, {name}": functools.partial(all_three, batch, freq)}
        yield from long_training.compare(
            functools.partial(build, cell, size), data, kind, epochs=epochs, count=trainings
        ).items()


def main():
    arguments = parser(__doc__, pairs=41).parse_args()
    epochs, trainings = (3, 1) if arguments.quick else (EPOCHS, 5)
    facts = {"pairs": arguments.pairs, "steps": STEPS, "epochs": epochs, "trainings": trainings}
    result = ResultFile(arguments, **facts)
    sizes = QUICK_SIZES if arguments.quick else SIZES
    for cell, size in itertools.product(("simple_rnn", "lstm"), sizes):
        if result.wants(name := f"{cell} {size}"):
            result.add(name, dict(measure(cell, size, arguments.pairs, epochs, trainings)))


if __name__ == "__main__":
    main()
