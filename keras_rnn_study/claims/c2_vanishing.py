"""C2: the gradient vanishes on its way back through time.

The article's chain of reasons: the derivatives of sigmoid and tanh approach 0 at both ends; so the
gradient shrinks with each step back; so steps beyond some depth contribute nothing.

Experiment, link by link, with a `SimpleRNN` on two tasks (recall, whose inputs are one-hot, and
language, whose words have small embeddings), from two starts (Keras' orthogonal recurrent kernel,
and glorot_uniform), before and after a short training, with two seeds:

- The derivatives themselves, at -10, 0 and 10.
- The total gradient dL/dh_t at each step, and its horizon: how many steps back until a thousandth
  of its largest norm is left.
- What the steps beyond the horizon contribute to what is learned. The gradient of the recurrent
  kernel is a sum over the steps, dL/dR = sum_t h_{t-1}^T (dL/dh_t * tanh'_t), so it is split there:
  the norm of the far part over the sum of the norms of both.
- Whether the ends are the reason. The gradient is carried back once more with a derivative of 1
  for all units that are saturated: does it vanish still? And with 1 for all: what does the kernel
  do by itself?

Rule: in a situation (task, start, before or after training) the gradient vanishes if, for every
seed, it has a horizon within the sequence and the steps beyond contribute less than a hundredth.
The claim holds if the derivatives go to 0, the gradient vanishes in every situation, and the ends
are the reason wherever it does. It does not hold if it vanishes nowhere. In between there is a
condition: where it does not vanish, or that there is another reason.
"""

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from keras_rnn_study import measures
from keras_rnn_study.claims.back_through_time import (
    carried_back,
    contributions,
    saturated,
    share_beyond,
)
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

GAP = 100
STEPS = 100
SAMPLES = 64
SEEDS = (0, 1)
TASKS = ("recall", "language")
STARTS = {"orthogonal": "keras", "glorot": "glorot"}
ENDS = (-10.0, 0.0, 10.0)
SMALL_SLOPE = 1e-3  # of the derivative in the middle
NOTHING = 0.01  # of the gradient


def measure() -> Numbers:
    """Run the experiment: a quarter of a minute.

    Returns:
        dict: "slopes" (dict of activation to its derivatives at -10, 0 and 10), and "situations":
        dict of, for example, "recall, orthogonal, before training" to a dict of lists, one number
        for each seed: "time" (steps), "horizon", "decay", "horizon_without_ends" (with a
        derivative of 1 where a unit is saturated), "decay_without_slopes" (with 1 everywhere),
        "slope" (their mean), "saturated" (share of units), "beyond" (share that steps beyond the
        horizon contribute) and "far_half" (that of the first half of the sequence).
    """
    seen: dict[str, dict[str, list[float]]] = {}
    for task, start, seed in itertools.product(TASKS, STARTS, SEEDS):
        for when, numbers in _before_and_after(task, STARTS[start], seed).items():
            lists = seen.setdefault(f"{task}, {start}, {when} training", {})
            for name, number in numbers.items():
                lists.setdefault(name, []).append(number)
    return {"slopes": _slopes(), "situations": seen}


def judge(numbers: Numbers) -> Judgement:
    """Judge the claim by what `measure` returned; see the rule above."""
    if lacking := missing(numbers):
        return not_measured(f"no number for {', '.join(lacking)}.")
    slopes, situations = numbers["slopes"], numbers["situations"]
    is_flat = all(
        max(abs(left), abs(right)) < SMALL_SLOPE * middle for left, middle, right in slopes.values()
    )
    gone = [name for name, situation in situations.items() if vanishes(situation)]
    other_reason = [name for name in gone if not _by_the_ends(situations[name])]
    if is_flat and gone:
        verdict = HOLDS if len(gone) == len(situations) and not other_reason else CONDITION
    else:
        verdict = FAILS
    lines = [f"Derivatives at -10, 0 and 10: {_told_slopes(slopes)}."]
    lines += [f"{name}: {_told(situation)}." for name, situation in situations.items()]
    if verdict == CONDITION:
        lines.append(f"Condition: {_condition(situations, gone, other_reason)}.")
    return Judgement(verdict, "\n".join(lines))


CLAIM = Claim(
    name="C2",
    statement="Vanishing gradient: the derivatives of sigmoid and tanh approach 0 at both ends, so "
    "going back in time the gradient shrinks until steps beyond some depth contribute nothing.",
    rule="The gradient vanishes if it falls below a thousandth within the sequence, and the steps "
    f"before that give less than {NOTHING:g} of the recurrent kernel's gradient, for every seed. "
    "The ends are the reason if it does not vanish with a derivative of 1 for the saturated units. "
    f"Holds if both derivatives end below {SMALL_SLOPE:g} of their middle, and in every situation "
    "it vanishes for that reason; with a condition if it vanishes in some, or for another reason; "
    "else not.",
    measure=measure,
    judge=judge,
)


def _before_and_after(task: str, init: str, seed: int) -> dict[str, dict[str, float]]:
    """Look at one network before and after its training."""
    from keras_rnn_study import fused
    from keras_rnn_study.runs import Run, train

    run = Run(task, "simple_rnn", gap=GAP, init=init, seed=seed, steps=STEPS)
    model = run.build()
    x, y = run.held_out(SAMPLES)
    before = look(model, x, y)
    with fused(model):
        train(run, model)
    return {"before": before, "after": look(model, x, y)}


def look(model: "keras.Model", x: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """Measure one situation, for one seed.

    Args:
        model: With a `SimpleRNN` called "simple_rnn", and a loss at its last step.
        x: Inputs, (batch, time, features), or tokens, (batch, time).
        y: Labels, (batch,).
    """
    from keras_rnn_study import trace

    layer = trace(model, x, y)["simple_rnn"]
    assert layer.state_gradients is not None  # there are labels
    h, gradients = np.float64(layer.states["h"]), layer.state_gradients["h"]
    norms = measures.step_norms(gradients)
    horizon = measures.horizon(norms)
    contributed = contributions(h, gradients)

    kernel = model.get_layer("simple_rnn").cell.recurrent_kernel
    slopes, last = 1 - h**2, gradients[:, -1]
    low, high = measures.SATURATION["tanh"]
    without_ends = carried_back(last, np.where((h < low) | (h > high), 1.0, slopes), kernel)
    without_slopes = carried_back(last, np.ones_like(slopes), kernel)
    return {
        "time": len(norms),
        "horizon": horizon,
        "decay": measures.decay(norms),
        "horizon_without_ends": measures.horizon(measures.step_norms(without_ends)),
        "decay_without_slopes": measures.decay(measures.step_norms(without_slopes)),
        "slope": measures.mean(slopes),
        "saturated": saturated(h),
        "beyond": share_beyond(contributed, horizon),
        "far_half": share_beyond(contributed, len(norms) // 2),
    }


def _slopes() -> dict[str, list[float]]:
    """Take derivatives of Keras' activations, by automatic differentiation."""
    import keras
    import tensorflow as tf

    slopes = {}
    for name in ("sigmoid", "tanh"):
        z = tf.constant(ENDS, tf.float64)
        with tf.GradientTape() as tape:
            tape.watch(z)
            a = keras.activations.get(name)(z)
        slopes[name] = tape.gradient(a, z).numpy().tolist()
    return slopes


def vanishes(situation: Numbers) -> bool:
    """Say whether the gradient vanishes in a situation, for every seed; see the rule above."""
    return all(
        horizon < time and beyond < NOTHING
        for horizon, time, beyond in zip(
            situation["horizon"], situation["time"], situation["beyond"], strict=True
        )
    )


def _by_the_ends(situation: Numbers) -> bool:
    return all(
        horizon >= time
        for horizon, time in zip(situation["horizon_without_ends"], situation["time"], strict=True)
    )


def _condition(situations: Numbers, gone: Sequence[str], other_reason: Sequence[str]) -> str:
    kept = [name for name in situations if name not in gone]
    parts = [f"not in {'; '.join(kept)}"] if kept else []
    if other_reason:
        slopes = span([s for name in other_reason for s in situations[name]["slope"]], ".2f")
        parts.append(
            f"in {len(other_reason)} of the {len(gone)} situations where it vanishes the ends are "
            f"not the reason: slopes of {slopes} on average, and the kernel, are enough"
        )
    return "; and ".join(parts)


def _told_slopes(slopes: dict[str, list[float]]) -> str:
    return "; ".join(
        f"{name} {left:.0e}, {middle:.2g}, {right:.0e}"
        for name, (left, middle, right) in slopes.items()
    )


def _told(situation: Numbers) -> str:
    """Put one situation into words; of several seeds the range."""
    if vanishes(situation):
        depth, beyond = span(situation["horizon"], "d"), max(situation["beyond"])
        reach = f"gone {depth} steps back, all beyond gives {100 * beyond:.1g} %"
    else:
        far_half = span([100 * share for share in situation["far_half"]], ".0f")
        reach = f"not gone, the first half gives {far_half} %"
    decay, kernel, slope = (
        span(situation[name], form)
        for name, form in (("decay", ".1f"), ("decay_without_slopes", ".1f"), ("slope", ".2f"))
    )
    saturated = span([100 * share for share in situation["saturated"]], ".0f")
    return (
        f"{reach}; decay 10^{decay} (kernel alone 10^{kernel}), slope {slope}, {saturated} % "
        "saturated"
    )
