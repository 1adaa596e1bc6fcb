"""A gradient that grows on its way back through time."""

import numpy as np

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.finding import Severity
from keras_rnn_study.diagnosis.rule import Symptom, rule

_GROWTH = 100.0
_BOUNDED = ("tanh", "sigmoid")
_LONG = 0.25


@rule(
    statistic=(
        "Largest norm of the gradient at a time step over that near the loss, before training and "
        "at each of a few updates, the worst of them, as far as these leave something of the "
        "weights; and whether one update makes the gradient infinite."
    ),
    threshold=(
        "A hundred, and ten times the number of steps at which a loss enters: a *sum* of the "
        "losses of all steps grows at most by their number, which is no explosion. What learns "
        "stays far below: 5 at its start, 33 once it was trained. Infinite after one update, where "
        "no tanh bounds the state. A warning where the optimizer clips."
    ),
    why=(
        "Each step back multiplies the gradient by the recurrent Jacobian. Where that makes it "
        "longer, the first steps decide the whole update, and one step of it throws the weights "
        "far away."
    ),
    remedy=(
        "# begin at the median of the first norms, and go down\n"
        "keras.optimizers.Adam(learning_rate, global_clipnorm=1.0)"
    ),
    lesson="3_exploding",
    false_alarm="Direct losses at early steps that weigh a hundred times as much.",
    needs=("loss",),
    explains=("not_a_number", "clipped_always", "learning_rate_too_high", "gradient_sum"),
)
def exploding_gradient(examination: Examination) -> Symptom | None:
    """Does the gradient grow on its way back?"""
    if not examination.is_finite:
        return None
    worst = max(_growths(examination), key=lambda found: found[0], default=None)
    severity: Severity = "warning" if _is_clipped(examination) else "error"
    if worst is not None:
        growth, name, update, time = worst
        if growth > max(_GROWTH, 10 * _entries(examination, name, time)):
            title = f"The gradient grows {growth:.2g}-fold over {time} steps back through {name!r}."
            evidence = {"growth": growth, "time_steps": time, "update": update}
            severity = "error" if growth > 1e6 * time else severity
            return Symptom(title, evidence, severity, layer=name, training_step=update)
    return _cliff(examination)


def _growths(examination: Examination) -> list[tuple[float, str, int, int]]:
    """Return (growth, layer, update, time) of what was traced and of each update."""
    found = []
    for name in examination.trace:
        for norms in examination.gradient_norms(name).values():
            found.append((_growth(norms), name, 0, len(norms)))
    if examination.rehearsal is not None:
        updates = len(examination.rehearsal.norms) if _steps_are_short(examination) else 1
        for name, by_update in examination.rehearsal.input_norms.items():
            for update, norms in enumerate(by_update[:updates]):
                ordered = norms if examination.runs_backwards(name) else norms[::-1]
                found.append((_growth(ordered), name, update, len(norms)))
    return found


def _entries(examination: Examination, name: str, time: int) -> int:
    """Return at how many steps the loss enters a layer, not by way of its own later steps."""
    layer = examination.trace.get(name)
    if layer is None or layer.output_gradients is None:
        return time
    gradients = layer.output_gradients
    return int((gradients != 0).reshape(*gradients.shape[:2], -1).any(axis=(0, 2)).sum())


def _steps_are_short(examination: Examination) -> bool:
    """Return whether updates leave something of the weights: else they are what is to blame."""
    assert examination.rehearsal is not None
    first = [moved[0] for moved in examination.rehearsal.relative_updates.values()]
    known = [step for step in first if np.isfinite(step)]
    return not known or float(np.median(known)) <= _LONG


def _growth(norms: np.ndarray) -> float:
    """Return the largest norm over that of the steps next to the loss; 0 where unknown."""
    known = norms[np.isfinite(norms) & (norms > 0)]
    if len(known) < 4 or not np.isfinite(norms[~np.isnan(norms)]).all():
        return 0.0
    return float(known.max() / known[:2].max())


def _cliff(examination: Examination) -> Symptom | None:
    """Say where one update makes the gradient infinite in a layer that nothing bounds.

    No factor but one per time step is so large; where tanh bounds the state, it is the step's.
    """
    kinds = [layer.activations for layer in examination.trace.values()]
    bounded = all(kind.get("h", kind.get("candidate")) in _BOUNDED for kind in kinds)
    if examination.rehearsal is None or bounded or examination.rehearsal.is_broken_by_the_loss:
        return None
    norms = examination.rehearsal.norms
    for update in range(1, len(norms)):
        before = float(norms[update - 1])
        if np.isfinite(before) and not np.isfinite(norms[update]):
            title = f"One update takes the gradient's norm from {before:.2g} to infinity."
            return Symptom(title, {"before": before}, training_step=update)
    return None


def _is_clipped(examination: Examination) -> bool:
    rehearsal = examination.rehearsal
    return rehearsal is not None and rehearsal.clip_ratios is not None
