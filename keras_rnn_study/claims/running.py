"""Run the claims' experiments, keep what was measured, and judge it."""

import json
import os
import pathlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from keras_rnn_study.claims.catalog import CLAIMS, get
from keras_rnn_study.claims.claim import Claim, Judgement, Numbers, not_measured
from keras_rnn_study.runs.log_dirs import make_writable
from keras_rnn_study.study.durable import write_file
from keras_rnn_study.study.plain_json import to_json

if TYPE_CHECKING:
    from keras_rnn_study.study.sweeping.sweep import Progress

OnSweep: TypeAlias = "Callable[[Progress], object] | None"

_SWEEP = "gaps"


def run_claims(
    directory: str | os.PathLike[str],
    names: Sequence[str] | None = None,
    *,
    jobs: int = 2,
    on_progress: "Callable[[Claim, Judgement | None], object] | None" = None,
    on_sweep: OnSweep = None,
) -> dict[str, Judgement]:
    """Run the experiments of claims and judge each by its rule.

    C1, C2, C3 and C6 take a quarter of a minute each at most, and are measured anew each time. The
    sweep of C4 and C5, in `directory/gaps`, takes some minutes on two cores, and goes on where it
    stopped. What breaks one experiment does not stop the others.

    Args:
        directory: Where to keep what was measured: `C1.json` and so on. Made if it is not there.
        names: List of names, such as `["C1", "C4"]`; `None`: all.
        jobs: How many runs of the sweep train at a time.
        on_progress: Function of a `Claim` and a `Judgement`, called when an experiment begins (the
            judgement is `None` then) and when it is judged.
        on_sweep: What `sweep` takes as its `on_progress`, for the one of C4 and C5.

    Returns:
        The judgement of each claim, by its name.

    Raises:
        ValueError: There is no such claim (with the nearest name), or `directory` cannot be
            written.
    """
    chosen = CLAIMS if names is None else [get(name) for name in dict.fromkeys(names)]
    path = make_writable(directory)
    report = on_progress or (lambda claim, judgement: None)
    judgements = {}
    for claim in chosen:
        report(claim, None)
        judgements[claim.name] = _judged(claim, path, jobs, on_sweep)
        report(claim, judgements[claim.name])
    return judgements


def read_numbers(directory: str | os.PathLike[str], name: str) -> Numbers | None:
    """Return what `run_claims` measured for a claim and kept there; `None` if there is nothing."""
    path = pathlib.Path(directory) / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def _judged(claim: Claim, directory: pathlib.Path, jobs: int, on_sweep: OnSweep) -> Judgement:
    path = directory / f"{claim.name}.json"
    path.unlink(missing_ok=True)  # what was measured before is not what is judged now
    try:
        numbers = _measured(claim, directory, jobs, on_sweep)
    except Exception as error:
        return not_measured(f"the experiment broke off: {type(error).__name__}: {error}")
    write_file(path, to_json(numbers))
    return claim.judge(json.loads(json.dumps(numbers)))  # lists and words, as who reads them has


def _measured(claim: Claim, directory: pathlib.Path, jobs: int, on_sweep: OnSweep) -> Numbers:
    if claim.study is None:
        return claim.measure()
    from keras_rnn_study.study import sweep

    results = sweep(
        claim.study(), directory / _SWEEP, jobs=jobs, retry_failed=True, on_progress=on_sweep
    )
    return claim.measure(results)
