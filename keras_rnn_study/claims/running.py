"""Runs the claims' experiments, keeps what was measured, and judges it."""

import json
import pathlib

from keras_rnn_study.claims.catalog import CLAIMS, get
from keras_rnn_study.claims.claim import not_measured

_SWEEP = "gaps"


def run_claims(directory, names=None, *, jobs=2, on_progress=None, on_sweep=None):
    """Measures claims and judges them: about ... minutes for all six on two cores.

    C1, C2, C3 and C6 are measured anew each time. The sweep of C4 and C5, in `directory/gaps`,
    goes on where it stopped. What breaks one experiment does not stop the others.

    Args:
        directory: Where to keep what was measured: `C1.json` and so on. Made if it is not there.
        names: List of names, such as `["C1", "C4"]`; `None`: all.
        jobs: How many runs of the sweep train at a time.
        on_progress: Function of a `Claim` and a `Judgement`, called when an experiment begins (the
            judgement is `None` then) and when it is judged.
        on_sweep: What `sweep` takes as its `on_progress`, for the one of C4 and C5.

    Returns:
        dict of name to `Judgement`.

    Raises:
        ValueError: There is no such claim (with the nearest name), or `directory` cannot be
            written.
    """
    chosen = CLAIMS if names is None else [get(name) for name in dict.fromkeys(names)]
    directory = _made(directory)
    report = on_progress or (lambda claim, judgement: None)
    judgements = {}
    for claim in chosen:
        report(claim, None)
        judgements[claim.name] = _judged(claim, directory, jobs, on_sweep)
        report(claim, judgements[claim.name])
    return judgements


def _judged(claim, directory, jobs, on_sweep):
    path = directory / f"{claim.name}.json"
    path.unlink(missing_ok=True)  # what was measured before is not what is judged now
    try:
        numbers = _measured(claim, directory, jobs, on_sweep)
    except Exception as error:
        return not_measured(f"the experiment broke off: {type(error).__name__}: {error}")
    text = json.dumps(numbers, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
    return claim.judge(json.loads(text))


def _measured(claim, directory, jobs, on_sweep):
    if claim.study is None:
        return claim.measure()
    from keras_rnn_study.study import sweep

    results = sweep(
        claim.study(), directory / _SWEEP, jobs=jobs, retry_failed=True, on_progress=on_sweep
    )
    return claim.measure(results)


def _made(directory):
    directory = pathlib.Path(directory)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        probe = directory / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ValueError(
            f"Cannot write to {str(directory)!r}: {error.strerror}. Choose another directory."
        ) from None
    return directory
