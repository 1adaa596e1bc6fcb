"""Proves that the ill are ill, and that those who look odd are healthy.

    python studies/diagnosis/prove.py [--only WORD] [--jobs 2] [--again]

Each is trained for equally many updates as its twin, and its criterion is applied (`criteria`).
What was proved before is not repeated, unless `--again`. Results: results/diagnosis_proofs.json.
"""

import argparse
import dataclasses
import inspect
import pathlib
import time

import everyone
import numpy as np
from case import Case, Healthy, Patient
from criteria import LEARNED, Outcome
from working_off import Results, work_off

PROOFS = pathlib.Path(__file__).resolve().parents[1] / "results" / "diagnosis_proofs.json"


def outcome(subject: Patient | Healthy) -> Outcome:
    """Train, and say what it came to."""
    case = subject.build()
    try:
        case.fit(subject.updates)
    except (ValueError, RuntimeError, TypeError) as error:  # TensorFlow's are RuntimeErrors, too
        return Outcome(
            test=0.0, error=f"{type(error).__name__}: {str(error).splitlines()[0][:200]}"
        )
    except Exception as error:
        if type(error).__module__.startswith("tensorflow"):
            return Outcome(test=0.0, error=f"{type(error).__name__}")
        raise
    train = None
    if case.validation_data is not None:
        prediction = case.model.predict(case.x, batch_size=32, verbose=0)
        train = case.skill(prediction, case.y)
    return Outcome(test=case.tested(), train=train, padding=_effect_of_padding(case))


def _effect_of_padding(case: Case) -> float | None:
    """Cut off the steps in which all samples are padded, and see how far the answers move."""
    if case.model.input_shape[1] is not None:
        return None
    x, _ = case.test
    end = 1 + np.flatnonzero(x.any(axis=(0, 2))).max()
    whole, cut = (case.model.predict(part, verbose=0) for part in (x, x[:, :end]))
    return float(abs(whole - cut).mean())


def proof(name: str) -> dict[str, object]:
    """Prove one."""
    subject = everyone.find(name)
    begin = time.perf_counter()
    own = outcome(subject)
    result: dict[str, object] = {"updates": subject.updates, "skill": _rounded(own)}
    if isinstance(subject, Patient):
        twin = outcome(subject.twin)
        result |= {
            "cause": subject.cause,
            "twin_skill": _rounded(twin),
            "criterion": subject.shown_by.__name__,
            "says": inspect.getdoc(subject.shown_by),
            "proved": subject.shown_by(own, twin),
        }
    else:
        result["proved"] = own.error is None and own.test >= LEARNED
    return result | {"seconds": round(time.perf_counter() - begin, 1)}


def _rounded(outcome: Outcome) -> dict[str, object]:
    return {
        name: float(f"{value:.3g}") if isinstance(value, float) else value
        for name, value in dataclasses.asdict(outcome).items()
        if value is not None
    }


def main() -> None:
    """Prove all."""
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("--only", default="", help="those with this word in their name or family")
    reader.add_argument("--jobs", type=int, default=2)
    reader.add_argument("--again", action="store_true")
    arguments = reader.parse_args()
    results = Results(PROOFS)
    names = everyone.names(arguments.only)
    if not arguments.again:
        names = [name for name in names if name not in results.kept]
    for name, result in work_off(proof, names, arguments.jobs):
        results.keep(name, result)
        print("proved    " if result["proved"] else "NOT PROVED", name, result, flush=True)


if __name__ == "__main__":
    main()
