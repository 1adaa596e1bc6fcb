"""Results that nobody trained, for the tests of what is made of results."""

from keras_rnn_study.runs.run import Run
from keras_rnn_study.study import Result

MOST = 1000


def made(cell="lstm", init="keras", gap=10, seed=0, learned=True, updates=None, **changed):
    """One result; `changed` is of the result, or of the run where that has the name."""
    of_run = {name: changed.pop(name) for name in list(changed) if name in Run.__annotations__}
    run = Run("recall", cell, gap=gap, init=init, seed=seed, steps=MOST, **of_run)
    updates = updates or 40 * (seed + 1)
    values = {
        "verdict": "learned" if learned else "at chance",
        "ended": "success held" if learned else "updates used up",
        "updates": updates + 40 if learned else MOST,
        "updates_to_success": updates if learned else None,
        "score": 1.0 if learned else 0.125,
        "standard_error": 0.0,
        "time": gap + 2,
        "horizon": (gap + 2 if learned else 4, 5),
        "decay": (-1.0 if learned else -gap / 4, 0.5),
        "largest_gradient_norm": 3.25,
    }
    return Result(run, **values | changed)


def curve(cell="lstm", init="keras", limit=50, gaps=(10, 50, 200), seeds=5):
    """A network that learns gaps below a limit always, at it sometimes, and above it never."""
    return [
        made(cell, init, gap, seed, learned=gap < limit or (gap == limit and seed < 2))
        for gap in gaps
        for seed in range(seeds)
    ]


def two_curves():
    return curve("simple_rnn") + curve("lstm", "chrono", limit=1000)
