"""Values that became NaN or infinite."""

import numpy as np

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.rule import Symptom, rule


@rule(
    statistic=(
        "Weights, then what each layer hands on, in the order of the calls, states step by step, "
        "the loss and the gradients, before training and at each of a few updates: the first that "
        "is not finite."
    ),
    threshold="Any, where the inputs are numbers.",
    why="NaN spreads: one update with it makes every weight NaN, and nothing is learned again.",
    remedy=(
        "tf.debugging.enable_check_numerics()  # stops at the operation that makes it\n"
        "# divide by (x + 1e-6), take log(x + 1e-6), clip: global_clipnorm=1.0"
    ),
    lesson="3_exploding",
    false_alarm="Values that a mask takes out again afterwards.",
    explains=(
        "initial_loss_too_high",
        "input_ignored",
        "learns_label_mean",
    ),
)
def not_a_number(examination: Examination) -> Symptom | None:
    """Where does the first value that is not finite come from?"""
    weights = [v for v in examination.model.variables if not np.isfinite(_floats(v)).all()]
    if weights:
        title = f"{len(weights)} weight(s) are not finite already, such as {weights[0].path!r}."
        return Symptom(title, {"weights": len(weights)})
    return (
        _in_layers(examination)
        or _in_states(examination)
        or _in_loss(examination)
        or _in_gradients(examination)
        or _in_updates(examination)
    )


def _in_layers(examination: Examination) -> Symptom | None:
    """Name the first layer whose output is not finite; recurrent ones are looked into below."""
    first = next(
        (n for n, out in examination.outputs.items() if not np.isfinite(out.values).all()), None
    )
    if first is None or _is_recurrent(first, examination):
        return None
    share = float((~np.isfinite(examination.outputs[first].values)).mean())
    title = f"What {first!r} hands on is not a number, though what comes in is."
    return Symptom(title, {"share": share}, layer=first)


def _is_recurrent(name: str, examination: Examination) -> bool:
    return any(known.split("/")[0] == name or known == name for known in examination.layers)


def _in_states(examination: Examination) -> Symptom | None:
    for name, layer in examination.trace.items():
        for state, values in layer.states.items():
            bad = ~np.isfinite(values).reshape(*values.shape[:2], -1).all(axis=-1)
            if bad.any():
                step = _first(bad, backwards=examination.runs_backwards(name))
                title = f"{state} of {name!r} is not a number from time step {step} on."
                share = float(bad.any(axis=1).mean())
                return Symptom(title, {"samples": share}, layer=name, time_step=step)
    return None


def _first(bad: np.ndarray, *, backwards: bool) -> int:
    """Return the first step that is bad in some sample, (batch, time), or coming from the end."""
    steps = np.flatnonzero(bad.any(axis=0))
    return int(steps[-1 if backwards else 0])


def _in_loss(examination: Examination) -> Symptom | None:
    if (
        examination.predictions is not None
        and not np.isfinite(_floats(examination.predictions)).all()
    ):
        return Symptom("The answer is not a number, though all states are.", {})
    if examination.loss is not None and not np.isfinite(examination.loss):
        return Symptom("The loss is not a number, though the answer is one.", {})
    return None


def _in_gradients(examination: Examination) -> Symptom | None:
    for name, layer in reversed(list(examination.trace.items())):
        for state, values in (layer.state_gradients or {}).items():
            bad = ~np.isfinite(values).reshape(*values.shape[:2], -1).all(axis=-1)
            if bad.any():
                step = _first(bad, backwards=not examination.runs_backwards(name))
                title = f"The gradient of {state} in {name!r} is not finite, from step {step} back."
                share = float(bad.any(axis=1).mean())
                return Symptom(title, {"samples": share}, layer=name, time_step=step)
    return None


def _in_updates(examination: Examination) -> Symptom | None:
    rehearsal = examination.rehearsal
    if rehearsal is None or rehearsal.broken is None:
        return None
    update = rehearsal.broken
    sizes = rehearsal.output_sizes
    layer = next((name for name, each in sizes.items() if not np.isfinite(each[update])), None)
    if layer is not None:
        what = f"what {layer!r} hands on"
    elif not np.isfinite(rehearsal.losses[update]):
        what = "the loss, though the answer is one,"
    else:
        what = "the gradient, though the loss is one,"
    before = rehearsal.norms[:update]
    evidence = {"updates": update, "largest_norm_before": float(before.max(initial=0))}
    title = f"After {update} update(s) {what} is not a number."
    return Symptom(title, evidence, layer=layer, training_step=update)


def _floats(values: object) -> np.ndarray:
    array = np.asarray(values)
    return array if array.dtype.kind == "f" else np.zeros(1)
