"""C4: with a small gap an RNN learns, with a large gap it no longer connects the information.

"The clouds are in the *sky*" against "I grew up in France ... I speak fluent *French*".

Experiment: `SimpleRNN` on recall at three gaps, from two starts (Keras' orthogonal recurrent kernel
and glorot_uniform), several seeds each, and the same number of training steps for all. A run has
learned if the task's success test says so on samples that training never sees.

Rule: a start shows the claim if the smallest gap is learned more often than the largest: the 95 %
Wilson interval of the one lies wholly above that of the other. The claim holds if every start shows
it, with a condition if some do. With so few runs that even all against none would overlap, nothing
was measured.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from keras_rnn_study.claims.claim import (
    CONDITION,
    Claim,
    Judgement,
    Numbers,
    missing,
    not_measured,
    verdict_of,
)
from keras_rnn_study.claims.gap_study import can_differ, gap_study, is_above, tally, told

if TYPE_CHECKING:
    from keras_rnn_study.runs import Result

STARTS = {"keras": "orthogonal", "glorot": "glorot"}


def measure(results: Sequence["Result"]) -> Numbers:
    """Count the runs of the sweep that are of a SimpleRNN.

    Args:
        results: List of `Result` of `gap_study.gap_study`.

    Returns:
        dict: "task", "steps" (of training) and "rows", as `gap_study.tally` gives them.
    """
    own = [result for result in results if result.run.cell == "simple_rnn"]
    return {
        "task": own[0].run.task if own else None,
        "steps": own[0].run.steps if own else None,
        "rows": tally(own),
    }


def judge(numbers: Numbers) -> Judgement:
    """Judge the claim by what `measure` returned; see the rule above."""
    if lacking := missing(numbers):
        return not_measured(f"no number for {', '.join(lacking)}.")
    starts: dict[str, list[Numbers]] = {}
    for row in sorted(numbers["rows"], key=lambda row: row["gap"]):
        starts.setdefault(STARTS.get(row["init"], row["init"]), []).append(row)
    lines = [f"Learned {numbers['task']} within {numbers['steps']} steps:"]
    lines += [
        f"{start} start: " + ", ".join(f"gap {row['gap']} {told(row)}" for row in rows)
        for start, rows in starts.items()
    ]
    evidence = "\n".join(lines)
    unknown = [s for s, rows in starts.items() if not can_differ(rows[0], rows[-1])]
    unknown += [s for s, rows in starts.items() if rows[0]["gap"] == rows[-1]["gap"]]
    if unknown:
        return not_measured(
            f"too few runs or gaps to tell small from large with the {' and '.join(unknown)} start."
            f"\n{evidence}"
        )
    shows = {start: is_above(rows[0], rows[-1]) for start, rows in starts.items()}
    verdict = verdict_of(shows.values())
    if verdict == CONDITION:
        named = " and ".join(start for start, does in shows.items() if does)
        evidence += f"\nCondition: with the {named} start."
    return Judgement(verdict, evidence)


CLAIM = Claim(
    name="C4",
    statement="With a small gap between the information and the place where it is needed an RNN "
    "learns to use it; as the gap grows, it no longer connects the two.",
    rule="A start shows it if the 95 % Wilson interval of the success rate at the smallest gap "
    "lies wholly above that at the largest. Holds if every start shows it; with a condition if "
    "some do; else not.",
    measure=measure,
    judge=judge,
    study=gap_study,
)
