"""C5: the LSTM avoids the long-term dependency problem by design; to remember is its default.

Experiment: the sweep of C4, at its largest gap: the LSTM as Keras starts it, the LSTM with
chrono-initialised gate biases, and the SimpleRNN. Beside it what the default forget gate leaves of
a memory after that many steps: Keras starts its bias at 1, and sigmoid(1)^100 is 2e-14.

Rule: an LSTM avoids the problem if its 95 % Wilson interval lies wholly above that of every
SimpleRNN: it learns where they fail. The claim holds if the LSTM as Keras starts
it does that ("by default"); it holds with a condition if only the LSTM whose gates start at the
gap's memory times does; else it does not hold. Where a SimpleRNN learns more than half of the time
there is no problem to avoid, and nothing was measured.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

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
from keras_rnn_study.claims.gap_study import can_differ, gap_study, is_above, tally, told

if TYPE_CHECKING:
    from keras_rnn_study.runs import Result

DEFAULT, CHRONO = "keras", "chrono"
LABELS = {
    ("simple_rnn", "keras"): "SimpleRNN, orthogonal",
    ("simple_rnn", "glorot"): "SimpleRNN, glorot",
    ("lstm", "keras"): "LSTM as Keras starts it",
    ("lstm", "chrono"): "LSTM, chrono",
}


def measure(results: Sequence["Result"]) -> Numbers:
    """Count the runs of the sweep with the largest gap.

    Args:
        results: List of `Result` of `gap_study.gap_study`.

    Returns:
        dict: "task", "steps", "gap", "rows" as `gap_study.tally` gives them; "forget_gate" (what
        Keras' default starts at) and "kept" (its power of the gap); "decay" (dict of an LSTM's
        start to the median over its runs of log10 of what is left of dL/dc at the first step,
        before training).
    """
    gap = max((result.run.size for result in results), default=None)
    own = [result for result in results if result.run.size == gap]
    gate = _default_forget_gate()
    return {
        "task": own[0].run.task if own else None,
        "steps": own[0].run.steps if own else None,
        "gap": gap,
        "rows": tally(own),
        "forget_gate": gate,
        "kept": None if gap is None else gate**gap,
        "decay": _decays(own),
    }


def judge(numbers: Numbers) -> Judgement:
    """Judge the claim by what `measure` returned; see the rule above."""
    needed = {name: numbers.get(name) for name in ("task", "steps", "gap", "rows", "kept")}
    if lacking := missing(needed):
        return not_measured(f"no number for {', '.join(lacking)}.")
    rows = {(row["cell"], row["init"]): row for row in numbers["rows"]}
    plain = [row for (cell, _), row in rows.items() if cell == "simple_rnn"]
    lstms = [rows[key] for key in (("lstm", DEFAULT), ("lstm", CHRONO)) if key in rows]
    evidence = _evidence(numbers, rows)
    if not plain or len(lstms) < 2:
        return not_measured(f"runs of SimpleRNN and of both LSTMs are needed.\n{evidence}")
    if not all(can_differ(lstm, rnn) for lstm in lstms for rnn in plain):
        return not_measured(f"too few runs to tell one cell from another.\n{evidence}")
    if any(2 * row["learned"] > row["trials"] for row in plain):
        return not_measured(f"a SimpleRNN learned this gap too; take a larger one.\n{evidence}")
    by_default, by_chrono = (all(is_above(lstm, rnn) for rnn in plain) for lstm in lstms)
    if by_default:
        return Judgement(HOLDS, evidence)
    if by_chrono:
        condition = "Condition: its gates have to start at the memory times that the gap asks for."
        return Judgement(CONDITION, f"{evidence}\n{condition}")
    return Judgement(FAILS, evidence)


CLAIM = Claim(
    name="C5",
    statement="LSTMs are designed to avoid the long-term dependency problem; remembering for long "
    "is their default behaviour.",
    rule="An LSTM avoids it if the 95 % Wilson interval of its success rate at the largest gap "
    "lies wholly above that of every SimpleRNN, of which none learns more than half of its runs. "
    "Holds if the LSTM as Keras starts it does; with a condition if only with chrono-initialised "
    "gates; else not.",
    measure=measure,
    judge=judge,
    study=gap_study,
)


def _evidence(numbers: Numbers, rows: dict[tuple[str, str], Numbers]) -> str:
    learned = [f"{LABELS.get(key, ' '.join(key))}: {told(row)}" for key, row in rows.items()]
    decays = ", ".join(
        f"{LABELS.get(('lstm', init), init)} 10^{decay:.1f}"
        for init, decay in numbers["decay"].items()
        if decay is not None
    )
    gate, gap = numbers["forget_gate"], numbers["gap"]
    return "\n".join(
        [
            f"Learned {numbers['task']} at gap {gap} within {numbers['steps']} steps:",
            *learned,
            f"Keras' forget gate starts at {gate:.2f}, and {gate:.2f}^{gap} is "
            f"{numbers['kept']:.0e}.",
            f"Left of dL/dc at the first step, before training: {decays or 'unknown'}.",
        ]
    )


def _default_forget_gate() -> float:
    """Return what Keras' LSTM starts its forget gate at, where x and h are zero."""
    import keras

    layer = keras.layers.LSTM(1)
    layer.build((None, 1, 1))
    return 1 / (1 + math.exp(-float(layer.cell.bias[1])))  # input, forget, candidate, output


def _decays(results: Sequence["Result"]) -> dict[str, float]:
    """Return the median decay before training of each start of an LSTM that has one."""
    decays: dict[str, list[float]] = {}
    for result in results:
        before, _ = result.decay
        if result.run.cell == "lstm" and before is not None and not math.isnan(before):
            decays.setdefault(result.run.init, []).append(before)
    return {init: sorted(values)[len(values) // 2] for init, values in decays.items()}
