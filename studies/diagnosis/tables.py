"""What the results come to: recall by cause, rank of the cause, false alarms, time."""

import statistics
from collections.abc import Mapping, Sequence

from working_off import Result

Results = Mapping[str, Result]
ALARMS = ("error", "warning")


def text(results: Results, half: str) -> str:
    """Return all tables as Markdown."""
    ill = {name: result for name, result in results.items() if result["cause"]}
    twins = {name: result for name, result in results.items() if name.endswith("_twin")}
    odd = {n: result for n, result in results.items() if n not in ill and n not in twins}
    parts = [f"# Diagnosis, {half}", _overall(ill, odd, twins), "## By cause", _by_cause(ill)]
    parts += ["## The ill", _each(ill), "## False alarms", _alarms(odd | twins)]
    return "\n\n".join(parts) + "\n"


def rank(result: Result, *, strictly: bool = False) -> int | None:
    """Return the place of the first right finding, counted from 1; `None`: not among them."""
    right = {result["cause"]} | (set() if strictly else set(result["acceptable"]))
    names = [name for name, _ in result["found"]]
    return next((place for place, name in enumerate(names, 1) if name in right), None)


def is_alarm(result: Result) -> bool:
    """Tell whether there is an error or a warning."""
    return any(severity in ALARMS for _, severity in result["found"])


def _overall(ill: Results, odd: Results, twins: Results) -> str:
    strict = [rank(result, strictly=True) for result in ill.values()]
    right = [rank(result) for result in ill.values()]
    rows = [
        ["true cause first", _share([place == 1 for place in strict])],
        ["of these by a note only, which is no alarm", str(_by_note(ill))],
        ["true cause, or one as right, first", _share([place == 1 for place in right])],
        ["true cause anywhere", _share([place is not None for place in strict])],
        ["true cause, or one as right, anywhere", _share([place is not None for place in right])],
        ["mean rank of the true cause where it is found", _mean([p for p in strict if p])],
        ["healthy that look odd: any alarm", _share([is_alarm(r) for r in odd.values()])],
        ["healthy twins: any alarm", _share([is_alarm(r) for r in twins.values()])],
        ["diagnoses that raised", str(sum(r["raised"] is not None for r in _all(ill, odd, twins)))],
        *_times(_all(ill, odd, twins)),
    ]
    return _table(["", "value"], rows)


def _by_note(ill: Results) -> int:
    """Count those whose true cause comes first, but as a note."""
    firsts = [r["found"][0] for r in ill.values() if rank(r, strictly=True) == 1]
    return sum(severity not in ALARMS for _, severity in firsts)


def _times(results: Sequence[Result]) -> list[list[str]]:
    seconds = [result["seconds"] for result in results]
    timed = [result for result in results if result["step_seconds"]]
    steps = [result["seconds"] / result["step_seconds"] for result in timed]
    firsts = [r["seconds"] / r["first_step_seconds"] for r in timed if r["first_step_seconds"]]
    return [
        ["processor seconds, median", _median(seconds)],
        ["in training steps once compiled, median", _median(steps)],
        ["in first training steps, which compile, median", _median(firsts)],
    ]


def _by_cause(ill: Results) -> str:
    causes = sorted({result["cause"] for result in ill.values()})
    rows = []
    for cause in causes:
        own = [result for result in ill.values() if result["cause"] == cause]
        strict = [rank(result, strictly=True) for result in own]
        right = [rank(result) for result in own]
        counts = [
            sum(place == 1 for place in strict),
            sum(place == 1 for place in right),
            sum(place is not None for place in strict),
        ]
        rows.append([cause, str(len(own)), *map(str, counts)])
    head = ["cause", "patients", "first", "first, or one as right", "anywhere"]
    return _table(head, rows)


def _each(ill: Results) -> str:
    rows = [
        [name, result["cause"], str(rank(result, strictly=True) or "-"), _found(result)]
        for name, result in sorted(ill.items(), key=lambda item: (item[1]["cause"], item[0]))
    ]
    return _table(["patient", "cause", "rank", "found"], rows)


def _alarms(healthy: Results) -> str:
    rows = [
        [name, _found(result)]
        for name, result in sorted(healthy.items())
        if is_alarm(result) or result["raised"]
    ]
    return _table(["healthy", "found"], rows) if rows else "None."


def _found(result: Result) -> str:
    if result["raised"]:
        return f"raised {result['raised']}".replace("|", "/")
    return ", ".join(f"{name} ({severity})" for name, severity in result["found"]) or "nothing"


def _all(*groups: Results) -> list[Result]:
    return [result for group in groups for result in group.values()]


def _share(hits: Sequence[bool]) -> str:
    return f"{sum(hits)} of {len(hits)} ({sum(hits) / len(hits):.2f})" if hits else "none"


def _mean(values: Sequence[float]) -> str:
    return f"{statistics.mean(values):.2f}" if values else "none"


def _median(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.2f}" if values else "none"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
