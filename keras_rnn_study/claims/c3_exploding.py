"""C3: the gradient explodes on its way back through time.

Where each step back multiplies it by more than one, it grows exponentially, and so do the training
steps that are made of it; clipping its norm keeps them small.

Experiment, in two parts, with a `SimpleRNN` on recall and two seeds:

- Growth. Its orthogonal recurrent kernel is scaled to several spectral radii, and the factor by
  which |dL/dh_t| grows a step back is measured: on the task's own inputs, and on inputs so faint
  that every tanh stays in its linear part.
- Training, by plain gradient descent: from a radius of 1, from the largest one, and from that with
  `global_clipnorm`. The norms are those of the real training steps.

Rule: the gradient should grow where the radius is above 1 and shrink where it is below, on both
kinds of inputs; and the largest norm in training should be ten times that from a radius of 1. The
claim holds if all of that is so, for every seed. It does not hold if the gradient grows at no
radius above 1 and not in training either. In between the exceptions are the condition: tanh, where
it saturates, tames what the kernel would do.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from keras_rnn_study import measures
from keras_rnn_study.claims.back_through_time import saturated
from keras_rnn_study.claims.c1_chain import chain
from keras_rnn_study.claims.claim import (
    CONDITION,
    FAILS,
    HOLDS,
    Claim,
    Judgement,
    Numbers,
    missing,
    not_measured,
)
from keras_rnn_study.claims.wording import span

if TYPE_CHECKING:
    import keras

    from keras_rnn_study.runs import Run

GAP = 100
RADII = (0.9, 1.1, 1.5)
INPUTS = {"ordinary": 1.0, "faint": 1e-20}
SEEDS = (0, 1)
SAMPLES = 64
CLIPNORM = 1.0
STEPS = 100
LEARNING_RATE = 0.1
LARGE = 10  # times the largest norm from a radius of 1


def growth(norms: npt.ArrayLike) -> float:
    """Return the factor by which norms grow for each step back, as a geometric mean.

    Args:
        norms: |dL/dh_t|, (time,).

    Example:

    >>> growth([8.0, 4.0, 2.0, 1.0])
    2.0
    """
    return float(10 ** (measures.decay(norms) / (np.size(norms) - 1)))


def measure() -> Numbers:
    """Run the experiment: a quarter of a minute.

    Returns:
        dict: "growth" (list of dicts: "inputs", "radius" as measured, "growth" and "saturated",
        lists of one number for each seed), "norms" (dict of "radius 1", "unclipped" and "clipped"
        to a dict of lists, one number for each seed: "largest" before clipping, "applied", the
        largest after it), "after" (the same: "loss", the mean of the last tenth of the steps, and
        "saturated", the share of units; NaN where weights are not finite any more) and "clipnorm".
    """
    largest = max(RADII)
    trainings = {
        "radius 1": _training(1.0),
        "unclipped": _training(largest),
        "clipped": _training(largest, CLIPNORM),
    }
    return {
        "growth": _growth(),
        "norms": {name: norms for name, (norms, _) in trainings.items()},
        "after": {name: after for name, (_, after) in trainings.items()},
        "clipnorm": CLIPNORM,
    }


def judge(numbers: Numbers) -> Judgement:
    """Judge the claim by what `measure` returned; see the rule above."""
    # What comes after an explosion may be no number.
    if lacking := missing({name: value for name, value in numbers.items() if name != "after"}):
        return not_measured(f"no number for {', '.join(lacking)}.")
    as_expected = {
        f"on {case['inputs']} inputs at radius {case['radius']:.2g}": all(
            (grown > 1) == (case["radius"] > 1) for grown in case["growth"]
        )
        for case in numbers["growth"]
    }
    as_expected["in training"] = explodes = _explodes_in_training(numbers["norms"])
    grows = any(
        grown > 1 for case in numbers["growth"] if case["radius"] > 1 for grown in case["growth"]
    )
    verdict = CONDITION if grows or explodes else FAILS
    if all(as_expected.values()):
        verdict = HOLDS
    evidence = _evidence(numbers)
    if verdict == CONDITION:
        exceptions = ", ".join(name for name, is_so in as_expected.items() if not is_so)
        evidence += f"\nCondition: not {exceptions}."
    return Judgement(verdict, evidence)


CLAIM = Claim(
    name="C3",
    statement="Exploding gradient: where each step back multiplies the gradient by more than one, "
    "it grows exponentially, and training steps with it.",
    rule="Holds if, for every seed, the gradient grows a step back at spectral radii above 1 and "
    "shrinks below, on ordinary inputs and on faint ones, and the largest norm of a training step "
    f"is at least {LARGE} times that from a radius of 1; with a condition if only some of that is "
    "so; not if it grows at no radius above 1, nor in training.",
    measure=measure,
    judge=judge,
)


def _explodes_in_training(norms: Numbers) -> bool:
    return bool(min(norms["unclipped"]["largest"]) >= LARGE * max(norms["radius 1"]["largest"]))


def _evidence(numbers: Numbers) -> str:
    lines = [
        f"{case['inputs'].capitalize()} inputs, radius {case['radius']:.2g}: times "
        f"{span(case['growth'], '.2f')} a step back, "
        f"{span([100 * share for share in case['saturated']], '.0f')} % saturated."
        for case in numbers["growth"]
    ]
    for name, norms in numbers["norms"].items():
        how = f"clipped to {numbers['clipnorm']:g}" if name == "clipped" else name
        after = numbers["after"][name]
        lines.append(
            f"Training, {how}: largest norm {span(norms['largest'], '.2g')}, applied "
            f"{span(norms['applied'], '.2g')}; then loss {span(after['loss'], '.2f')}, "
            f"{span([100 * share for share in after['saturated']], '.0f')} % saturated."
        )
    return "\n".join(lines)


def _growth() -> list[Numbers]:
    """Measure a case for each kind of inputs and radius."""
    cases: dict[tuple[str, float], Numbers] = {}
    for seed in SEEDS:
        for inputs, radius, grown, share in _grown(seed):
            case = cases.setdefault(
                (inputs, round(radius, 3)),
                {"inputs": inputs, "radius": radius, "growth": [], "saturated": []},
            )
            case["growth"].append(grown)
            case["saturated"].append(share)
    return [cases[key] for key in sorted(cases, reverse=True)]


def _grown(seed: int) -> Iterator[tuple[str, float, float, float]]:
    """Yield inputs, radius, growth and saturated share, of one network that is not trained."""
    from keras_rnn_study import trace

    run, model = _start(1.0, seed=seed)
    x, y = run.held_out(SAMPLES)
    kernel = model.get_layer("simple_rnn").cell.recurrent_kernel
    orthogonal = kernel.numpy()
    for radius in RADII:
        kernel.assign(radius * orthogonal)
        for name, scale in INPUTS.items():
            layer = trace(model, np.float32(scale) * x, y)["simple_rnn"]
            assert layer.state_gradients is not None  # there are labels
            norms = measures.step_norms(layer.state_gradients["h"])
            share = saturated(layer.states["h"])
            yield name, measures.spectral_radius(kernel), growth(norms), share


def _training(radius: float, clipnorm: float | None = None) -> tuple[Numbers, Numbers]:
    """Train in one way: its norms, and what came of it; lists of one number for each seed."""
    from keras_rnn_study import fused
    from keras_rnn_study.callbacks import GradientNorms
    from keras_rnn_study.runs import train

    seen: Numbers = {"largest": [], "applied": []}
    after: Numbers = {"loss": [], "saturated": []}
    for seed in SEEDS:
        run, model = _start(radius, clipnorm, seed)
        recorded = GradientNorms()
        with fused(model):
            # Keras reports the mean loss of an epoch, so that each step is an epoch.
            losses = train(run, model, [recorded], steps_per_epoch=1).history["loss"]
        norms = recorded.history["gradient_norm/global"]
        ratio = recorded.history.get("gradient_clip_ratio/global", 1.0)
        seen["largest"].append(_largest(norms))
        seen["applied"].append(_largest(norms * ratio))
        after["loss"].append(float(np.mean(losses[-max(1, STEPS // 10) :])))
        after["saturated"].append(_saturated(run, model))
    return seen, after


def _saturated(run: "Run", model: "keras.Model") -> float:
    """Return the share of saturated units on held-out samples, by `chain` in float64."""
    cell = model.get_layer("simple_rnn").cell
    weights = [np.float64(w) for w in (cell.kernel, cell.recurrent_kernel, cell.bias)]
    x, _ = run.held_out(SAMPLES)
    return saturated(chain(np.float64(x), weights))


def _largest(norms: np.ndarray) -> float:
    """Return the largest norm; one that is not finite was too large for any number."""
    return float(np.nan_to_num(norms, nan=np.inf, posinf=np.inf).max())


def _start(
    radius: float, clipnorm: float | None = None, seed: int = 0
) -> tuple["Run", "keras.Model"]:
    """Make a run and its model, whose recurrent kernel has this spectral radius."""
    from keras_rnn_study.runs import Run

    run = Run(
        "recall",
        "simple_rnn",
        gap=GAP,
        steps=STEPS,
        optimizer="sgd",
        learning_rate=LEARNING_RATE,
        optimizer_options=(("global_clipnorm", clipnorm),) if clipnorm else (),
        seed=seed,
    )
    model = run.build()
    kernel = model.get_layer("simple_rnn").cell.recurrent_kernel
    kernel.assign(radius * kernel.numpy())
    return run, model
