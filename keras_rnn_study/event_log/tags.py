"""The names under which values are written, and what TensorBoard says about each."""

import difflib
import re

# Kind of tag -> what TensorBoard shows in its card (Markdown): what is measured, in which unit, how
# to read it. Every tag is <kind>/<layer>/<part>.
DESCRIPTIONS = {
    "gradient_norm": (
        "**L2 norm of the loss's gradient** with respect to one weight, or to all of them "
        "(`global`), in a real training step, before clipping. Unit: loss per unit of weight. "
        "Falling to 0: that weight no longer learns. Peaks of several powers of ten: the gradient "
        'explodes. Use the logarithmic axis, and switch "Ignore outliers in chart scaling" off: '
        "it cuts the peaks."
    ),
    "gradient_clip_ratio": (
        "**Gradient norm after clipping over the norm before.** No unit, 0 to 1. 1: the step was "
        "not clipped. 0.01: the step would have been a hundred times as long."
    ),
    "gradient_skipped_steps": (
        "**Training steps that dynamic loss scaling skipped so far**, because their gradients were "
        "not finite. A few at the beginning are normal. Growing with every step: nothing is "
        "learned any more."
    ),
    "gradient_flow": (
        "**Where the gradient goes on its way back through time.** log10 of the mean over the "
        "probe's batch of the norm of the *total* gradient, dL/dh_t or dL/dc_t. Time steps across, "
        "training downwards; the loss is usually at the right edge. Dark towards the left: the "
        "gradient vanishes and early inputs cannot be learned."
    ),
    "gradient_horizon": (
        "**How many steps back from the end** the total gradient's norm first falls below 1/1000 "
        "of its largest value. Unit: time steps. Equal to the sequence's length: it reaches the "
        "beginning. 0: there is no gradient at all."
    ),
    "gradient_decay": (
        "**log10 of the total gradient's norm at the first step over the norm at the last.** Unit: "
        "powers of ten. 0: nothing is lost on the way back. -6: a millionth is left. Positive: it "
        "grows."
    ),
    "gate": (
        "**All values of one gate** over the probe's samples, time steps and units. Sigmoid gates: "
        "0 is closed, 1 is open. The candidate: -1 to 1 for tanh. Heaped up at the ends: "
        "saturated, so little gradient passes. Masked steps and infinite values are left out."
    ),
    "gate_mean": (
        "**Mean of one gate's values** over the probe's samples, time steps and units. 0 to 1 for "
        "sigmoid gates. A forget gate of f keeps about f^n of the cell state after n steps: "
        "0.73^100 is 2e-14."
    ),
    "gate_saturation": (
        "**Share of a gate's values that are saturated**, 0 to 1. `_left`: below 0.1 (tanh: below "
        "-0.95). `_right`: above 0.9 (tanh: above 0.95). There the derivative is small and the "
        "gate hardly learns."
    ),
    "gate_map": (
        "**One gate over one sample of the probe**: units downwards, time steps across. Stripes "
        "from top to bottom: the gate reacts to the input at that step. Stripes from left to "
        "right: that unit keeps its gate where it is."
    ),
    "state_norm": (
        "**Mean L2 norm of the state** over the probe's samples and time steps. No unit. h is at "
        "most sqrt(units) with tanh; c may grow with the length of the sequence."
    ),
    "study": (
        "**What one run of a study came to.** `score`: of held-out samples, at each check. `loss`: "
        "mean training loss since the check before. `success`: 1 if the success test held, else 0. "
        "`updates`: training steps done until then, or until the run ended. `horizon`: how many "
        "steps back the gradient reached *before* training."
    ),
}


def tag(kind, *parts):
    """The tag of one measured quantity.

    Args:
        kind: one of `DESCRIPTIONS`.
        *parts: what is measured: the layer's path, then the weight, gate or state. Each part is
            kept as it is, slashes of nested layers too; characters that TensorBoard's paths and
            filters do not take well, such as blanks and colons, become `_`.

    Returns:
        str, `<kind>/<layer>/<part>`.

    Raises:
        ValueError: if `kind` has no description, or nothing or an empty part follows it.

    Example:

    >>> tag("gradient_norm", "encoder/lstm", "recurrent_kernel")
    'gradient_norm/encoder/lstm/recurrent_kernel'
    >>> tag("gradient_norm", "global")
    'gradient_norm/global'
    """
    _check_kind(kind)
    safe = [re.sub(r"[^\w./-]", "_", str(part)).strip("/") for part in parts]
    if not safe or "" in safe:
        raise ValueError(
            f"Received the parts {parts!r} after {kind!r}; expected at least one, and none empty, "
            f"such as tag({kind!r}, 'lstm')."
        )
    return "/".join([kind, *safe])


def description(full_tag):
    """What TensorBoard shows beside a tag.

    Args:
        full_tag: str as `tag` makes it.

    Returns:
        str, Markdown.

    Raises:
        ValueError: if the tag's first part is not one of `DESCRIPTIONS`.

    Example:

    >>> description("gate_mean/lstm/forget")[:33]
    "**Mean of one gate's values** ove"
    """
    kind = full_tag.partition("/")[0]
    _check_kind(kind)
    return DESCRIPTIONS[kind]


def _check_kind(kind):
    if kind not in DESCRIPTIONS:
        nearest = difflib.get_close_matches(str(kind), DESCRIPTIONS, n=1, cutoff=0)[0]
        raise ValueError(
            f"Received the kind of tag {kind!r}; expected one of {', '.join(DESCRIPTIONS)}. "
            f"The nearest is {nearest!r}; a new kind is added to DESCRIPTIONS in tags.py."
        )
