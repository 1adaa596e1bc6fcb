"""C6: an LSTM module has four interacting layers instead of one.

The article draws the module: lines carry vectors, boxes are learned layers, circles are pointwise
operations. Lines that join concatenate (so that each box sees h_{t-1} and x_t), lines that fork
copy (so that all four see the same).

Experiment: an LSTM learns recall at full speed, on a fused loop, where no cell is ever called.
From a trace come its gates, c and h. Beside it the diagram is computed in float64 NumPy: `boxes`
are four layers, each with a block of the weights, on the concatenation [h_{t-1}, x_t]; `circles`
are the pointwise operations on what the boxes gave.

Rule: it holds if every gate, c and h agrees to float32 rounding, there are four blocks of weights
(three with a sigmoid, one with a tanh), and the layer was trained on a fused loop. Exchanging two
boxes must make a difference, else the experiment could not tell one box from another.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from keras_rnn_study.claims.agreement import COARSE, FLOAT32, RULE, agreement, largest_difference
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

Weights = Sequence[np.ndarray]
Arrays = Mapping[str, np.ndarray]

GAP = 10
STEPS = 120
SAMPLES = 64

# Keras' order of blocks, and what the article puts behind each.
BOXES = {"input": "sigmoid", "forget": "sigmoid", "candidate": "tanh", "output": "sigmoid"}
RANGES = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}


def boxes(x: np.ndarray, h_before: np.ndarray, weights: Weights) -> dict[str, np.ndarray]:
    """Run the four learned layers on the concatenation [h_{t-1}, x_t].

    Args:
        x: (batch, time, features).
        h_before: (batch, time, units), h_{t-1} at each step t.
        weights: `kernel, recurrent_kernel, bias` as Keras has them, four blocks side by side.

    Returns:
        dict of the name of a box to (batch, time, units).
    """
    kernel, recurrent_kernel, bias = weights
    joined = np.concatenate([h_before, x], axis=-1)  # where lines join
    stacked = np.concatenate([recurrent_kernel, kernel])
    blocks = zip(np.split(stacked, 4, axis=1), np.split(bias, 4), strict=True)
    functions: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
        "tanh": np.tanh,
    }
    return {
        name: functions[activation](joined @ block + b)
        for (name, activation), (block, b) in zip(BOXES.items(), blocks, strict=True)
    }


def circles(gates: Arrays, c_before: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Do the pointwise operations, which give `c, h` of each step, from the gates and c_{t-1}.

    Example:

    >>> gates = {"input": 1.0, "forget": 0.5, "candidate": 0.25, "output": 0.0}
    >>> c, h = circles(gates, 2.0)
    >>> float(c), float(h)
    (1.25, 0.0)
    """
    c = gates["forget"] * c_before + gates["input"] * gates["candidate"]
    return c, gates["output"] * np.tanh(c)


def diagram(x: np.ndarray, weights: Weights) -> dict[str, np.ndarray]:
    """Run the whole module at every step, from states of zero.

    Args:
        x: (batch, time, features).
        weights: As `boxes` takes them.

    Returns:
        dict of arrays (batch, time, units): the four boxes, "c" and "h".
    """
    h = c = np.zeros((len(x), 1, len(weights[1])))
    steps = []
    for t in range(x.shape[1]):
        gates = boxes(x[:, t : t + 1], h, weights)
        c, h = circles(gates, c)
        steps.append(gates | {"c": c, "h": h})
    return {name: np.concatenate([step[name] for step in steps], axis=1) for name in steps[0]}


def measure() -> Numbers:
    """Run the experiment: some seconds.

    Returns:
        dict: "steps", "blocks" (of the kernel), "activations" (dict of gate to name), "ranges"
        (dict of gate to its lowest and highest value), "differences" (dict of gate, "c" and "h" to
        the largest difference from `diagram`), "pointwise" (the same for c and h from the traced
        gates), "exchanged" (the difference if input and forget gate change places), "loop" ("fused"
        or "keras").
    """
    from keras_rnn_study import fused, trace
    from keras_rnn_study.runs import Run, train

    run = Run("recall", "lstm", gap=GAP, steps=STEPS)
    model = run.build()
    with fused(model) as swapped:
        train(run, model)
    x, _ = run.held_out(SAMPLES)
    cell = model.get_layer("lstm").cell
    weights = [np.float64(w) for w in (cell.kernel, cell.recurrent_kernel, cell.bias)]
    layer = trace(model, x)["lstm"]
    return {
        "loop": "fused" if "lstm" in swapped.layers else "keras",
        "blocks": cell.kernel.shape[-1] // cell.units,
        "activations": layer.activations,
    } | compare(np.float64(x), weights, layer.gates, layer.states)


def compare(x: np.ndarray, weights: Weights, gates: Arrays, states: Arrays) -> Numbers:
    """Compare what was traced with the diagram: part of `measure`'s dict.

    Args:
        x: (batch, time, features).
        weights: As `boxes` takes them.
        gates: dict of traced gates, (batch, time, units).
        states: dict of the traced "h" and "c".
    """
    traced = {**gates, **states}
    expected = diagram(x, weights)
    c, h = circles(gates, _before(states["c"]))
    exchanged = [largest_difference(gates["input"], expected["forget"])]
    exchanged.append(largest_difference(gates["forget"], expected["input"]))
    return {
        "steps": x.shape[1],
        "ranges": {name: [float(np.min(g)), float(np.max(g))] for name, g in gates.items()},
        "differences": {
            name: largest_difference(values, expected[name]) for name, values in traced.items()
        },
        "pointwise": {
            "c": largest_difference(states["c"], c),
            "h": largest_difference(states["h"], h),
        },
        "exchanged": min(exchanged),
    }


def judge(numbers: Numbers) -> Judgement:
    """Judge the claim by what `measure` returned; see the rule above."""
    if lacking := missing(numbers):
        return not_measured(f"no number for {', '.join(lacking)}.")
    if numbers["exchanged"] <= COARSE:
        return not_measured(
            f"input and forget gate differ by {numbers['exchanged']:.1g} only: they could be "
            "exchanged, and nobody would see."
        )
    differences, pointwise = numbers["differences"], numbers["pointwise"]
    largest = max(*differences.values(), *pointwise.values())
    verdict = agreement(largest)
    if numbers["blocks"] != 4 or numbers["activations"] != BOXES or not _in_range(numbers):
        verdict = FAILS
    conditions = []
    if verdict == CONDITION:
        conditions.append(f"only to the coarser rounding of this machine, not to {FLOAT32:g}")
    if verdict in (HOLDS, CONDITION) and numbers["loop"] != "fused":
        verdict = CONDITION
        conditions.append("seen on Keras' own loop, not at full speed")
    return Judgement(verdict, _evidence(numbers, largest, conditions))


def _evidence(numbers: Numbers, largest: float, conditions: Sequence[str]) -> str:
    ranges = ", ".join(
        f"{name} {low:.2f} to {high:.2f}" for name, (low, high) in numbers["ranges"].items()
    )
    worst = max(numbers["differences"], key=numbers["differences"].get)
    evidence = (
        f"After training on the {numbers['loop']} loop, {numbers['blocks']} learned layers on "
        f"[h, x] give every gate, c and h of {numbers['steps']} steps to within {largest:.1g} "
        f"(worst: {worst}). With input and forget gate exchanged: {numbers['exchanged']:.1g}.\n"
        f"c = f*c + i*g and h = o*tanh(c) from the traced gates: to within "
        f"{max(numbers['pointwise'].values()):.1g}.\nValues: {ranges}."
    )
    return evidence + (f"\nCondition: {'; '.join(conditions)}." if conditions else "")


CLAIM = Claim(
    name="C6",
    statement="An LSTM module has four interacting layers instead of one: three sigmoid gates and "
    "a tanh; lines carry vectors, circles are pointwise operations, boxes are learned layers.",
    rule="Holds if the diagram, computed in NumPy, gives every gate, c and h of a layer trained at "
    f"full speed, with four blocks of weights and gates in their ranges: {RULE}, or not at full "
    "speed.",
    measure=measure,
    judge=judge,
)


def _before(states: np.ndarray) -> np.ndarray:
    """Return the state before each step, from zero: (batch, time, units)."""
    return np.concatenate([np.zeros_like(states[:, :1]), states[:, :-1]], axis=1)


def _in_range(numbers: Numbers) -> bool:
    """Whether sigmoids lie within 0 and 1, and the tanh within -1 and 1."""
    limits = {name: RANGES[activation] for name, activation in BOXES.items()}
    return all(
        name in limits and limits[name][0] <= low and high <= limits[name][1]
        for name, (low, high) in numbers["ranges"].items()
    )
