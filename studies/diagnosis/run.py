"""Runs `diagnose` on everyone: the ill, their healthy twins, and the healthy who look odd.

    python studies/diagnosis/run.py --half develop [--only WORD] [--jobs 2] [--out FILE.json]

Who has no proof (`prove.py`) takes no part. What was run before is not repeated, unless
`--again`, so an interrupted run goes on where it was. Beside the JSON file, tables are written as
Markdown.
"""

import argparse
import pathlib
import time
import zlib
from collections.abc import Sequence

import everyone
import numpy as np
import split
import tables
from case import BATCH_SIZE, Case, Patient
from prove import PROOFS
from working_off import Result, Results, work_off

RESULTS = pathlib.Path(__file__).resolve().parents[1] / "results" / "diagnosis.json"
STEPS = 10


def diagnosed(name: str) -> dict[str, object]:
    """Diagnose one."""
    from keras_rnn_study import diagnose

    subject = everyone.find(name)
    case = subject.build()
    begin = time.process_time()
    try:
        findings = diagnose(
            case.model,
            case.x,
            case.y,
            sample_weight=case.sample_weight,
            evidence=case.evidence,
            validation_data=case.validation_data,
        )
    except Exception as error:  # a diagnosis that breaks off is a result, too
        found, raised = [], f"{type(error).__name__}: {error}".splitlines()[0][:300]
    else:
        found, raised = [[finding.name, finding.severity] for finding in findings], None
    seconds = time.process_time() - begin
    first_step, step = _step_seconds(case) if _is_timed(name) else (None, None)
    return {
        "cause": subject.cause,
        "acceptable": sorted(getattr(subject, "acceptable", ())),
        "found": found,
        "raised": raised,
        "seconds": round(seconds, 3),
        "first_step_seconds": first_step,
        "step_seconds": step,
    }


def _is_timed(name: str) -> bool:
    """Pick a quarter of all for measuring training steps, which takes as long as a diagnosis."""
    return zlib.crc32(name.encode()) % 4 == 0


def _step_seconds(case: Case) -> tuple[float | None, float | None]:
    """Measure the processor time of the first training step and of later ones, the median."""
    batch = slice(BATCH_SIZE)
    taken = []
    for _ in range(STEPS):
        begin = time.process_time()
        try:
            case.model.train_on_batch(case.x[batch], case.y[batch])
        except Exception:  # a patient whose labels cannot be trained on has no training step
            return None, None
        taken.append(time.process_time() - begin)
    return round(taken[0], 3), round(float(np.median(taken[2:])), 5)


def chosen(half: str, word: str) -> list[str]:
    """List whom to run: patients and the healthy first, twins after them."""
    proofs, halves = Results(PROOFS).kept, split.halves()
    names = [
        name
        for name in everyone.names(word)
        if half in ("all", halves[name]) and proofs.get(name, {}).get("proved")
    ]
    # In an order of chance, so that what is there of an unfinished run is a sample of the whole.
    np.random.default_rng(0).shuffle(names)
    twins = [f"{name}_twin" for name in names if isinstance(everyone.find(name), Patient)]
    return names + twins


def main() -> None:
    """Run those who were chosen, and write the tables."""
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("--half", choices=[*split.HALVES, "all"], default="all")
    reader.add_argument("--only", default="", help="those with this word in their name or family")
    reader.add_argument("--jobs", type=int, default=2)
    reader.add_argument("--out", type=pathlib.Path, default=RESULTS)
    reader.add_argument("--again", action="store_true")
    arguments = reader.parse_args()
    names = chosen(arguments.half, arguments.only)
    results = Results(arguments.out)
    left = [name for name in names if arguments.again or name not in results.kept]
    for name, result in work_off(diagnosed, left, arguments.jobs):
        results.keep(name, result)
        print(name, result["cause"], result["found"], result["raised"] or "", flush=True)
        write_tables(results.kept, names, arguments.half, arguments.out)
    write_tables(results.kept, names, arguments.half, arguments.out)


def write_tables(
    kept: dict[str, Result], names: Sequence[str], half: str, out: pathlib.Path
) -> None:
    """Write the tables of those whose results are there."""
    text = tables.text({name: kept[name] for name in names if name in kept}, half)
    out.with_suffix(".md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
