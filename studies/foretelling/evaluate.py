"""Makes the two models with the development runs, and asks them about those that were held out.

    python studies/foretelling/evaluate.py

The models are ridge logistic regressions on the signs of `foretell`. Intervals are from drawing
whole conditions anew, as the seeds of one are no independent evidence about others.
"""

import json
from collections.abc import Iterable

import logistic
import numpy as np
from looks import LOOKS, PARTS
from trials import RESULTS, trials

from keras_rnn_study.diagnosis.foretelling.odds import NAMES, Signs, values

MOMENTS = {"before": 0, "after": 1}
OUT = RESULTS / "foretelling.json"
RIDGE = 1.0
TRIED = ("reach_first", "reads_first", "gain_first", "exponent", "share_input", "agreement")
"""Signs by their names in `candidates`; gates are not among them, as not all cells have any."""


def main() -> None:
    """Write the results, and print what is in them."""
    parts = {part: seen(part) for part in PARTS}
    models = {when: made(parts["development"].values(), at) for when, at in MOMENTS.items()}
    tried = {when: alone(parts["development"].values(), at) for when, at in MOMENTS.items()}
    found = {"models": models, "tried": tried} | {
        part: judged(rows, models) for part, rows in parts.items()
    }
    OUT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    for part in parts:
        print(part, json.dumps(found[part]["areas"], indent=1))


def seen(part: str) -> dict[str, dict]:
    """Return what was seen of each run of a part, with what became of it."""
    looks = json.loads(LOOKS[part].read_text())
    learned = {trial.key: trial.result.learned for trial in trials(part)}
    if missing := sorted(learned.keys() - looks.keys()):
        raise SystemExit(f"{len(missing)} runs are missing; run: looks.py {part}")
    return {key: looks[key] | {"learned": learned[key]} for key in sorted(learned)}


def signs_of(look: dict) -> np.ndarray:
    """Return the model's signs of one look."""
    readable = np.fmin(look["reads_first"], look["reads_last"])  # one of them may not vary
    return values(Signs(10 ** look["reach_first"], readable))


def made(rows: Iterable[dict], at: int) -> dict:
    """Fit a model to the looks at one moment."""
    rows = list(rows)
    x = np.array([signs_of(row["looks"][at]) for row in rows])
    learned = np.array([row["learned"] for row in rows])
    middle, scale = x.mean(axis=0), x.std(axis=0)
    weights, intercept = logistic.fit((x - middle) / scale, learned, RIDGE)
    weights = weights / scale
    return {
        "weights": dict(zip(NAMES, weights.round(4).tolist(), strict=True)),
        "intercept": round(float(intercept - weights @ middle), 4),
        "middle": dict(zip(NAMES, middle.round(4).tolist(), strict=True)),
    }


def alone(rows: Iterable[dict], at: int) -> dict[str, float]:
    """Return how well each sign that was tried orders the runs by itself, whichever way round."""
    rows = list(rows)
    learned = np.array([row["learned"] for row in rows])
    found = {}
    for name in TRIED:
        look = np.array([row["looks"][at][name] for row in rows], float)
        area = logistic.area(np.nan_to_num(look, nan=np.nanmin(look)), learned)
        found[name] = round(max(area, 1 - area), 4)
    progress = [1 - row["looks"][at]["loss"] / row["looks"][at]["guess"] for row in rows]
    return found | {"progress": round(logistic.area(np.array(progress), learned), 4)}


def judged(rows: dict[str, dict], models: dict) -> dict:
    """Ask the models about runs, and the gap and the reach alone."""
    every = list(rows.values())
    learned = np.array([row["learned"] for row in every])
    condition = np.array([row["condition"] for row in every])
    task = np.array([row["task"] for row in every])
    scores = {"gap": -np.array([row["looks"][0]["distance"] for row in every])}
    scores["length"] = -np.array([row["looks"][0]["farthest"] for row in every])
    for when, at in MOMENTS.items():
        x = np.array([signs_of(row["looks"][at]) for row in every])
        model = models[when]
        scores[f"reach {when}"] = x[:, 0]
        odds = x @ np.array([model["weights"][name] for name in NAMES]) + model["intercept"]
        scores[f"foretold {when}"] = logistic.probability(odds)

    def above_the_gap(i: np.ndarray) -> float:
        both = (scores[name][i] for name in ("foretold after", "gap"))
        told, gap = (logistic.area(score, learned[i]) for score in both)
        return told - gap

    return {
        "areas": {name: areas(score, learned, condition, task) for name, score in scores.items()},
        "above the gap": {
            "area": round(above_the_gap(np.arange(len(every))), 4),
            "interval": [round(end, 4) for end in logistic.interval(above_the_gap, condition)],
        },
        "runs": {
            key: {
                "learned": row["learned"],
                "signs": {
                    when: signs_of(row["looks"][at]).round(4).tolist()
                    for when, at in MOMENTS.items()
                },
                **{name: round(float(score[i]), 4) for name, score in scores.items()},
            }
            for i, (key, row) in enumerate(rows.items())
        },
    }


def areas(score: np.ndarray, learned: np.ndarray, condition: np.ndarray, task: np.ndarray) -> dict:
    """Return the area under the curve of all runs, its interval, and that of each task."""
    low, high = logistic.interval(lambda i: logistic.area(score[i], learned[i]), condition)
    return {
        "area": round(logistic.area(score, learned), 4),
        "interval": [round(low, 4), round(high, 4)],
        "by_task": {
            str(one): round(logistic.area(score[task == one], learned[task == one]), 4)
            for one in np.unique(task)
            if 0 < learned[task == one].sum() < (task == one).sum()
        },
        "runs": len(learned),
        "learned": int(learned.sum()),
        "conditions": len(np.unique(condition)),
    }


if __name__ == "__main__":
    main()
