"""The names under which values are written: what is measured, as what it is shown, how to read it.

A tag is `<quantity>/<layer>/<part>`. It is made by `tag`, and nobody takes one apart but this
module, for names that come from a file.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple, TypeVar

Kind = Literal["scalar", "histogram", "image", "frame", "text"]
_Column = TypeVar("_Column")


class Quantity(NamedTuple):
    """What all tags of one quantity have in common.

    Attributes:
        kind: How TensorBoard shows it.
        description: What its card says (Markdown): what is measured, in which unit, how to read it.
    """

    kind: Kind
    description: str


QUANTITIES: dict[str, Quantity] = {
    "gradient_norm": Quantity(
        "scalar",
        "**L2 norm of the loss's gradient** with respect to one weight, or to all of them "
        "(`global`), in a real training step, before clipping. Unit: loss per unit of weight. "
        "Falling to 0: that weight no longer learns. Peaks of several powers of ten: the gradient "
        'explodes. Use the logarithmic axis, and switch "Ignore outliers in chart scaling" off: '
        "it cuts the peaks.",
    ),
    "gradient_clip_ratio": Quantity(
        "scalar",
        "**Gradient norm after clipping over the norm before.** No unit, 0 to 1. 1: the step was "
        "not clipped. 0.01: the step would have been a hundred times as long.",
    ),
    "gradient_skipped_steps": Quantity(
        "scalar",
        "**Training steps that dynamic loss scaling skipped so far**, because their gradients were "
        "not finite. A few at the beginning are normal. Growing with every step: nothing is "
        "learned any more.",
    ),
    "gradient_flow": Quantity(
        "image",
        "**Where the gradient goes on its way back through time.** log10 of the mean over the "
        "probe's batch of the norm of the *total* gradient, dL/dh_t or dL/dc_t. Time steps across, "
        "training downwards; the loss is usually at the right edge. Dark towards the left: the "
        "gradient vanishes and early inputs cannot be learned. Hatched: masked, or not a number.",
    ),
    "gradient_horizon": Quantity(
        "scalar",
        "**How many steps back from the end** the total gradient's norm first falls below 1/1000 "
        "of its largest value. Unit: time steps. Equal to the sequence's length: it reaches the "
        "beginning. 0: there is no gradient at all. No point, or NaN: the gradient is not a "
        "number, so it has no horizon.",
    ),
    "gradient_decay": Quantity(
        "scalar",
        "**log10 of the total gradient's norm at the first step over the norm at the last.** Unit: "
        "powers of ten. 0: nothing is lost on the way back. -6: a millionth is left. Positive: it "
        "grows. No point, or NaN: the gradient is not a number, or zero at both ends.",
    ),
    "gate": Quantity(
        "histogram",
        "**All values of one gate** over the probe's samples, time steps and units. Sigmoid gates: "
        "0 is closed, 1 is open. The candidate: -1 to 1 for tanh. Heaped up at the ends: "
        "saturated, so little gradient passes. Masked steps, infinite values and what is not a "
        "number are left out.",
    ),
    "gate_mean": Quantity(
        "scalar",
        "**Mean of one gate's values** over the probe's samples, time steps and units. 0 to 1 for "
        "sigmoid gates. A forget gate of f keeps about f^n of the cell state after n steps: "
        "0.73^100 is 2e-14.",
    ),
    "gate_saturation": Quantity(
        "scalar",
        "**Share of a gate's values that are saturated**, 0 to 1. `_left`: below 0.1 (tanh: below "
        "-0.95). `_right`: above 0.9 (tanh: above 0.95). There the derivative is small and the "
        "gate hardly learns.",
    ),
    "gate_map": Quantity(
        "image",
        "**One gate over one sample of the probe**: units downwards, time steps across. Stripes "
        "from top to bottom: the gate reacts to the input at that step. Stripes from left to "
        "right: that unit keeps its gate where it is.",
    ),
    "state_norm": Quantity(
        "scalar",
        "**Mean L2 norm of the state** over the probe's samples and time steps. No unit. h is at "
        "most sqrt(units) with tanh; c may grow with the length of the sequence.",
    ),
    "lyapunov_exponent": Quantity(
        "scalar",
        "**Largest Lyapunov exponent**, along the probe's own trajectories: natural logarithm of "
        "what a step multiplies a disturbance of the state with, in the long run, and a gradient "
        "on its way back. 0: nothing is lost. -0.1: exp(-0.1 n) is left after n steps. Positive: "
        "gradients explode over many steps.",
    ),
    "jacobian_gain": Quantity(
        "image",
        "**What the product of the Jacobians can do to a gradient**: log10 of its largest singular "
        "value, mean over the probe's first samples. Steps back from the end across, training "
        "downwards. Blue: no gradient in any direction keeps its size that far back. Red: some "
        "direction grows.",
    ),
    "frame": Quantity(
        "frame",
        "**What the tab RNN shows**, for the probe's first sample, by time step: gates and states "
        "(`values`), their gradients (`gradients`), and the batch's mean norms (`flow`).",
    ),
    "diagnosis": Quantity(
        "text",
        "**What keeps the network from learning**, as the callback Diagnosis finds it: the cause "
        "before its symptoms, with the numbers that prove it and the line that cures it.",
    ),
    "findings": Quantity(
        "frame",
        "**What a diagnosis found**, as the tab RNN lists it: JSON, at the training step at which "
        "was looked.",
    ),
    "study": Quantity(
        "scalar",
        "**What one run of a study came to.** `score`: of held-out samples, at each check. `loss`: "
        "mean training loss since the check before. `success`: 1 if the success test held, else 0. "
        "`updates`: training steps done until then, or until the run ended. `horizon`: how many "
        "steps back the gradient reached *before* training; NaN where it was not a number.",
    ),
}


def tag(quantity: str, *parts: str) -> str:
    """Return the tag of one measured quantity.

    Args:
        quantity: One of `QUANTITIES`.
        *parts: What is measured: the layer's path, then the weight, gate or state. Each part is
            kept as it is, slashes of nested layers too; characters that TensorBoard's paths and
            filters do not take well, such as blanks and colons, become `_`.

    Returns:
        `<quantity>/<layer>/<part>`.

    Raises:
        ValueError: The quantity is unknown, or nothing or an empty part follows it.

    Example:

    >>> tag("gradient_norm", "encoder/lstm", "recurrent_kernel")
    'gradient_norm/encoder/lstm/recurrent_kernel'
    >>> tag("gradient_norm", "global")
    'gradient_norm/global'
    """
    _checked(quantity)
    safe = [re.sub(r"[^\w./-]", "_", str(part)).strip("/") for part in parts]
    if not safe or "" in safe:
        raise ValueError(
            f"Received the parts {parts!r} after {quantity!r}; expected at least one, and none "
            f"empty, such as tag({quantity!r}, 'lstm')."
        )
    return "/".join([quantity, *safe])


def quantity_of(full_tag: str) -> Quantity:
    """Return what a tag measures, and how that is shown.

    Args:
        full_tag: A tag as `tag` makes it.

    Raises:
        ValueError: The tag is of none of `QUANTITIES`.

    Example:

    >>> quantity_of("gate_mean/lstm/forget").kind
    'scalar'
    """
    return _checked(_name_of(full_tag))


def columns(history: Mapping[str, _Column], quantities: Iterable[str]) -> dict[str, _Column]:
    """Return what a history has of some quantities, whichever layers and parts there are.

    Args:
        history: dict of tag to values; entries of other names, such as `"step"`, are left out.
        quantities: Some of `QUANTITIES`.

    Raises:
        ValueError: A quantity is unknown.

    Example:

    >>> columns({"step": 0, "gate_mean/gru/reset": 1, "state_norm/gru/h": 2}, ["gate_mean"])
    {'gate_mean/gru/reset': 1}
    """
    wanted = set(quantities)
    for quantity in wanted:
        _checked(quantity)
    return {name: values for name, values in history.items() if _name_of(name) in wanted}


def _name_of(full_tag: str) -> str:
    return full_tag.partition("/")[0]


def _checked(quantity: str) -> Quantity:
    if quantity not in QUANTITIES:
        nearest = difflib.get_close_matches(str(quantity), QUANTITIES, n=1, cutoff=0)[0]
        raise ValueError(
            f"Received the quantity {quantity!r}; expected one of {', '.join(QUANTITIES)}. The "
            f"nearest is {nearest!r}; a new one is added to QUANTITIES in event_log/tags.py."
        )
    return QUANTITIES[quantity]
