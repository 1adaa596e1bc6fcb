"""What is measured: as what it is shown, and how to read it.

TensorBoard orders tags by name, opens the first two groups of a page and leaves the others shut. So
a quantity's name is also its place: what one compares across runs comes first (`back_in_time`,
`fit`), and in *Images* the gradient's way back (`gradient_flow`) comes before maps of single units
(`unit_map`).
"""

from typing import Literal, NamedTuple

Kind = Literal["scalar", "histogram", "image", "frame", "text"]


class Quantity(NamedTuple):
    """What all tags of one quantity have in common.

    Attributes:
        kind: How TensorBoard shows it.
        description: What its card says (Markdown): what is measured, in which unit, how to read it.
    """

    kind: Kind
    description: str


QUANTITIES: dict[str, Quantity] = {
    "back_in_time": Quantity(
        "scalar",
        "**How far back in time the network can be taught**, under one name for all networks, so "
        "that they share a chart. It is `gradient_horizon` or `gradient_decay` of the recurrent "
        "layer nearest to the input, and there of the state that carries the past: c of an LSTM, "
        "else h. Whatever an early input does, it does through that state, so a layer above that "
        "reaches further helps nothing. `gradient_horizon`: how many steps back the gradient goes "
        "before a thousandth is left. `gradient_decay`: powers of ten that are lost on the whole "
        "way; 0 is nothing.",
    ),
    "fit": Quantity(
        "scalar",
        "**What `fit` itself reports**: loss and metrics, over the training data or, with `val_`, "
        "over the validation data, by training step. At the end of an epoch: its mean. Within one: "
        "the mean since it began, as in Keras' progress bar.",
    ),
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
        "gradient vanishes and early inputs cannot be learned. The colours are the same in all "
        "pictures, whatever the run: ten powers of ten, from 1e-10 (below: black) to 1 (above: "
        "white). Hatched: masked, or not a number.",
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
        "**All values** over the probe's samples, time steps and units. Heaped up at the ends: "
        "saturated, so little gradient passes. Masked steps, infinite values and what is not a "
        "number are left out.",
    ),
    "gate_mean": Quantity(
        "scalar",
        "**Mean of all values** over the probe's samples, time steps and units.",
    ),
    "gate_saturation": Quantity(
        "scalar",
        "**Share of the values that are saturated**, 0 to 1. `_left`: below 0.1 (tanh: below "
        "-0.95). `_right`: above 0.9 (tanh: above 0.95). There the derivative is small, so little "
        "is learned.",
    ),
    "unit_map": Quantity(
        "image",
        "**All values over one sample of the probe**: units downwards, time steps across. Stripes "
        "from top to bottom: what the input does at that step. Stripes from left to right: units "
        "that stay where they are.",
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
        "**What one run of a study came to**, as its report says it. `success`: 1 if the success "
        "test held, else 0. `updates`: training steps until it held; no point: it never did. "
        "`score`: at the end, of samples that no check has seen. `horizon`: how many steps back "
        "the gradient reached *before* training; NaN where it was not a number.",
    ),
}

PARTS: dict[str, str] = {
    "input": "The input gate, 0 to 1: how much of the candidate enters the cell state.",
    "forget": "The forget gate, 0 to 1: how much of the cell state is kept. A mean of f keeps "
    "about f^n of it after n steps: 0.73^100 is 2e-14.",
    "output": "The output gate, 0 to 1: how much of the cell state is shown.",
    "update": "The update gate, 0 to 1: how much of the old state is kept. A mean of z keeps about "
    "z^n of it after n steps.",
    "reset": "The reset gate, 0 to 1: how much of the old state the candidate sees.",
    "candidate": "The candidate is no gate: what may be written into the state, -1 to 1 for tanh.",
    "h": "The state h, which is also the output; -1 to 1 for tanh.",
    "c": "The cell state c of an LSTM.",
}
"""What the last part of a tag is, whatever is measured of it."""
