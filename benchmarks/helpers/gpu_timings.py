"""What is timed on a GPU. Each function returns figures like those of the other benchmarks.

A side of a ratio ends when its result is on the host: `fit` and `trace` fetch theirs, and PyTorch's
training reads its loss.
"""

import functools

from helpers.models import batches, build, fit, samples
from helpers.pairs import over, quartiles, rounds, seconds
from keras_rnn_study import fused, trace


def cost_of_recording(cell, size, pairs, epochs, trainings):
    """cuDNN's LSTM, or Keras' SimpleRNN, with recording over without."""
    import recording  # needs more than the others: what draws the pictures

    return recording.measure(cell, size, pairs, epochs, trainings)


def cudnn_over_own_loop(cell, size, pairs):
    """The layer as Keras sets it up, which takes cuDNN, over `use_cudnn=False`."""
    return compare_models(
        {"cudnn": build(cell, size), "own loop": build(cell, size, use_cudnn=False)}, size, pairs
    )


def fused_over_standard(cell, size, pairs):
    """`fused(model)` over Keras' own loop."""
    swapped = build(cell, size)
    fused(swapped)
    return compare_models({"fused": swapped, "standard": build(cell, size)}, size, pairs)


def compare_models(models, size, pairs):
    """An epoch of the first over one of the second, and what a step of each takes."""
    steps = max(2, min(20, 4000 // size[1]))
    data = batches(size, steps)
    taken = rounds({n: functools.partial(fit, m, data) for n, m in models.items()}, pairs)
    first, second = models
    return {
        f"{first} over {second}": over(taken[first], taken[second]),
        **{f"{n}, ms": quartiles([1e3 * s / steps for s in taken[n]]) for n in models},
        **{f"{n}, jit_compile": str(model.jit_compile) for n, model in models.items()},
    }


def over_torch(cell, size, pairs):
    """Keras, standard and fused, over PyTorch's layer, both with cuDNN where they have it."""
    import peers

    return peers.bare_training(cell, size, pairs, steps=20)


def trace_time(cell, size, pairs):
    """Milliseconds of a trace: of the first, which builds its graph, and of later ones."""
    model, batch = build(cell, size), samples(size)
    first = seconds(lambda: trace(model, *batch))
    later = [seconds(lambda: trace(model, *batch)) for _ in range(pairs)]
    return {
        "first trace, ms": round(1e3 * first, 1),
        "trace, ms": quartiles([1e3 * s for s in later]),
    }
