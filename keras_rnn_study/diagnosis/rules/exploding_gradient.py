"""A gradient that grows on its way back through time."""

import numpy as np

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.rule import Symptom, rule

_GROWTH = 1e3
_JUMP = 1e3


@rule(
    statistic=(
        "Largest norm of the gradient at a time step over that near the loss, before training and "
        "at each of a few updates, the worst of them; and the whole gradient's norm from update to "
        "update."
    ),
    threshold=(
        "A thousand, and ten times the number of steps: a *sum* of the losses of all steps grows "
        "at most by their number, which is no explosion. A jump of the whole norm by a thousand "
        "within one update: a cliff. A warning where the optimizer clips."
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
    false_alarm="Direct losses at early steps that weigh a thousand times as much.",
    needs=("loss",),
    explains=("not_a_number", "clipped_always", "learning_rate_too_high", "gradient_sum"),
)
def exploding_gradient(examination: Examination) -> Symptom | None:
    """Does the gradient grow on its way back?"""
    if not examination.is_finite:
        return None
    worst = max(_growths(examination), key=lambda found: found[0], default=None)
    severity = "warning" if _is_clipped(examination) else "error"
    if worst is not None:
        growth, name, update, time = worst
        if growth > max(_GROWTH, 10 * time):
            title = f"The gradient grows {growth:.2g}-fold over {time} steps back through {name!r}."
            evidence = {"growth": growth, "time_steps": time, "update": update}
            severity = "error" if growth > 1e6 * time else severity
            return Symptom(title, evidence, severity, layer=name, training_step=update)  # type: ignore[arg-type]
    return _cliff(examination)


def _growths(examination: Examination) -> list[tuple[float, str, int, int]]:
    """Return (growth, layer, update, time) of what was traced and of each update."""
    found = []
    for name in examination.trace:
        for norms in examination.gradient_norms(name).values():
            found.append((_growth(norms), name, 0, len(norms)))
    if examination.rehearsal is not None:
        for name, by_update in examination.rehearsal.input_norms.items():
            backwards = getattr(examination.layer_of(name), "go_backwards", False)
            for update, norms in enumerate(by_update):
                ordered = norms if backwards else norms[::-1]
                found.append((_growth(ordered), name, update, len(norms)))
    return found


def _growth(norms: np.ndarray) -> float:
    """Return the largest norm over that of the steps next to the loss; 0 where unknown."""
    known = norms[np.isfinite(norms) & (norms > 0)]
    if len(known) < 4 or not np.isfinite(norms[~np.isnan(norms)]).all():
        return 0.0
    return float(known.max() / known[:2].max())


def _cliff(examination: Examination) -> Symptom | None:
    """Say where one update made the gradient a thousand times as long, or the loss infinite."""
    if examination.rehearsal is None:
        return None
    norms, losses = examination.rehearsal.norms, examination.rehearsal.losses
    for update in range(1, len(norms)):
        before, after = norms[update - 1], norms[update]
        if not np.isfinite(before) or before <= 1e-6:
            continue
        if not np.isfinite(after) or after > _JUMP * before:
            title = f"One update takes the gradient's norm from {before:.2g} to {after:.2g}"
            evidence = {"before": float(before), "after": float(after)}
            if not np.isfinite(losses[update]):
                title += ", and the loss with it: no factor but one per time step is so large"
            return Symptom(f"{title}.", evidence, training_step=update)
    return None


def _is_clipped(examination: Examination) -> bool:
    rehearsal = examination.rehearsal
    return rehearsal is not None and rehearsal.clip_ratios is not None
