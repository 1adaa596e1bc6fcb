"""C3: the gradient explodes on its way back through time.

Where each step back multiplies it by more than one, it grows exponentially, and so do the training
steps that are made of it; clipping its norm keeps them small.

Experiment, in two parts, with a `SimpleRNN` on recall:

- Growth. Its orthogonal recurrent kernel is scaled to several spectral radii, and the factor by
  which |dL/dh_t| grows a step back is measured: on the task's own inputs, and on inputs so faint
  that every tanh stays in its linear part.
- Training. From the largest radius it is trained by gradient descent, without clipping and with
  `global_clipnorm`. The norms are those of the real training steps.

Rule: the gradient explodes on one kind of inputs if it grows at every radius above 1 and at none
below; in training, if the largest norm of a step is ten times what clipping would let through. The
claim holds if it explodes on both kinds of inputs and in training, with a condition if only in some
of the three.
"""

import math

import numpy as np

from keras_rnn_study.claims.claim import (
    CONDITION,
    Claim,
    Judgement,
    missing,
    not_measured,
    verdict_of,
)

GAP = 50
RADII = (0.9, 1.1, 1.5)
INPUTS = {"ordinary": 1.0, "faint": 1e-12}
CLIPNORM = 1.0
LARGE = 10  # times the clipnorm
STEPS = 100
LEARNING_RATE = 0.1


def spectral_radius(kernel):
    """The largest absolute value of a kernel's eigenvalues.

    Example:

    >>> spectral_radius([[0.0, -2.0], [2.0, 0.0]])
    2.0
    """
    return float(np.abs(np.linalg.eigvals(np.float64(kernel))).max())


def growth(norms):
    """By what the norms grow for each step back, as a geometric mean.

    Args:
        norms: |dL/dh_t|, (time,).

    Example:

    >>> growth([8.0, 4.0, 2.0, 1.0])
    2.0
    """
    from keras_rnn_study import measures

    return 10 ** (measures.decay(norms) / (len(norms) - 1))


def measure():
    """Runs the experiment: some seconds.

    Returns:
        dict: "growth" (dict of "ordinary" and "faint" to a list of `[radius, growth]`, both
        measured), "saturated" (share of saturated units, list of the same order, ordinary inputs),
        "training" (dict of "unclipped" and "clipped" to a dict: "largest_norm" before clipping,
        "largest_applied" after it, "largest_loss", "first_loss" and "last_loss"), "clipnorm".
    """
    grown, saturated = _growth()
    return {
        "growth": grown,
        "saturated": saturated,
        "training": {"unclipped": _training(None), "clipped": _training(CLIPNORM)},
        "clipnorm": CLIPNORM,
    }


def judge(numbers):
    """What the numbers of `measure` say; see the rule above."""
    # A loss that is no number is what an explosion may come to.
    lacking = [name for name in missing(numbers) if not name.endswith("loss")]
    if lacking:
        return not_measured(f"no number for {', '.join(lacking)}.")
    training, clipnorm = numbers["training"], numbers["clipnorm"]
    explodes = {f"on {name} inputs": _explodes(p) for name, p in numbers["growth"].items()}
    explodes["in training"] = training["unclipped"]["largest_norm"] >= LARGE * clipnorm
    verdict = verdict_of(explodes.values())
    evidence = _evidence(numbers)
    if verdict == CONDITION:
        kept = ", ".join(name for name, does in explodes.items() if does)
        tamed = ", ".join(name for name, does in explodes.items() if not does)
        evidence += f"\nCondition: {kept}; not {tamed}."
    return Judgement(verdict, evidence)


CLAIM = Claim(
    name="C3",
    statement="Exploding gradient: where each step back multiplies the gradient by more than one, "
    "it grows exponentially, and training steps with it.",
    rule="It explodes on one kind of inputs if it grows a step back at every spectral radius above "
    f"1 and at none below; in training, if the largest norm of a step is at least {LARGE:g} times "
    "the norm that clipping lets through. Holds if it explodes on ordinary inputs, on faint ones "
    "and in training; with a condition if in some of these; else not.",
    measure=measure,
    judge=judge,
)


def _explodes(pairs):
    return all((grown > 1) == (radius > 1) for radius, grown in pairs)


def _evidence(numbers):
    grown = [
        f"Growth a step back on {name} inputs: "
        + ", ".join(f"{grown:.2f} at radius {radius:.2g}" for radius, grown in pairs)
        for name, pairs in numbers["growth"].items()
    ]
    saturated = ", ".join(f"{100 * share:.0f}" for share in numbers["saturated"])
    unclipped, clipped = numbers["training"]["unclipped"], numbers["training"]["clipped"]
    return "\n".join(
        [
            *grown,
            f"Saturated units on ordinary inputs: {saturated} %",
            f"Training unclipped: largest norm {unclipped['largest_norm']:.3g}; "
            f"{_losses(unclipped)}",
            f"Training clipped to {numbers['clipnorm']:g}: largest norm "
            f"{clipped['largest_norm']:.3g}, applied {clipped['largest_applied']:.3g}; "
            f"{_losses(clipped)}",
        ]
    )


def _losses(training):
    first, largest = training["first_loss"], training["largest_loss"]
    return f"loss first {first:.2f}, at most {largest:.2f}, at last {training['last_loss']:.2f}"


def _growth():
    """Growth a step back by inputs and radius; and the share of saturated units."""
    from keras_rnn_study import measures, trace
    from keras_rnn_study.claims.training import probe

    run, model = _start(1.0)
    x, y = probe(run)
    kernel = model.get_layer("simple_rnn").cell.recurrent_kernel
    orthogonal = np.array(kernel)
    grown, saturated = {name: [] for name in INPUTS}, []
    for radius in RADII:
        kernel.assign(radius * orthogonal)
        for name, scale in INPUTS.items():
            layer = trace(model, np.float32(scale) * x, y)["simple_rnn"]
            norms = measures.step_norms(layer.state_gradients["h"])
            grown[name].append([spectral_radius(kernel), growth(norms)])
            if name == "ordinary":
                saturated.append(sum(measures.saturation(layer.states["h"], "tanh")))
    return grown, saturated


def _training(clipnorm):
    from keras_rnn_study.callbacks import GradientNorms
    from keras_rnn_study.claims.training import train

    run, model = _start(max(RADII), clipnorm)
    recorded = GradientNorms()
    _, losses = train(run, model, STEPS, callbacks=[recorded])
    norms = recorded.history["gradient_norm/global"]
    applied = norms * recorded.history.get("gradient_clip_ratio/global", 1.0)
    return {
        "largest_norm": _largest(norms),
        "largest_applied": _largest(applied),
        "first_loss": losses[0],
        "largest_loss": math.nan if np.isnan(losses).any() else max(losses),
        "last_loss": losses[-1],
    }


def _largest(norms):
    """A gradient that is no number comes of one that was too large for any."""
    return float(np.nan_to_num(norms, nan=np.inf, posinf=np.inf).max())


def _start(radius, clipnorm=None):
    """A run and its model, whose recurrent kernel has this spectral radius."""
    from keras_rnn_study.run import Run

    options = (("global_clipnorm", clipnorm),) if clipnorm else ()
    run = Run(
        "recall",
        "simple_rnn",
        gap=GAP,
        optimizer="sgd",
        learning_rate=LEARNING_RATE,
        optimizer_options=options,
    )
    model = run.build()
    kernel = model.get_layer("simple_rnn").cell.recurrent_kernel
    kernel.assign(radius * np.array(kernel))
    return run, model
