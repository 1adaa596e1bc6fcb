"""Records the trainings that the site's front page shows, and writes the live view as one page.

python docs/live.py [--out docs/_static/live.html]
"""

import argparse
import tempfile
from pathlib import Path

from keras_rnn_study.callbacks import Diagnosis, Probe
from keras_rnn_study.live_view.page import write_page
from keras_rnn_study.live_view.reading import read_recording
from keras_rnn_study.runs import Run, record, start_tensorflow

CELLS = (("simple_rnn", "keras"), ("lstm", "keras"), ("lstm", "chrono"), ("gru", "keras"))
GAPS = (5, 100)
STEPS = 400
# Networks that are ill in one way each, with what the diagnosis says of them before the first step;
# that nothing is let in shows only when nothing was learned.
PATIENTS = {
    "rate-too-high": {"cell": "lstm", "learning_rate": 1.0},
    "rate-too-low": {"cell": "lstm", "learning_rate": 1e-7},
    "clipped-to-nothing": {
        "cell": "gru",
        "optimizer": "sgd",
        "learning_rate": 0.1,
        "optimizer_options": (("clipnorm", 1e-4),),
    },
    "explodes": {
        "cell": "simple_rnn",
        "init": "identity",
        "gap": 30,
        "optimizer": "sgd",
        "learning_rate": 1.0,
    },
    "short-reach": {"cell": "lstm", "gap": 80},
    "forgets-at-once": {"cell": "lstm", "forget_bias": -4.0},
    "lets-nothing-in": {"cell": "lstm", "forget_bias": 6.0, "input_bias": -12.0},
}
PATIENTS_STEPS, PATIENTS_GAP, SHOWN_AT_THE_END = 120, 8, ("ill/lets-nothing-in",)
MOST_BYTES = 1_900_000


def runs() -> dict[str, Run]:
    """Return what is trained, by the name that the page gives it."""
    found = {}
    for gap in GAPS:
        for cell, init in CELLS:
            name = f"{cell}-{init}" if init != "keras" else cell
            run = Run("language", cell, gap=gap, init=init, learning_rate=0.01, steps=STEPS)
            found[f"gap-{gap}/{name}"] = run
    for name, options in PATIENTS.items():
        given = {"gap": PATIENTS_GAP, "steps": PATIENTS_STEPS} | options
        found[f"ill/{name}"] = Run("recall", **given)
    return found


def record_all(folder: Path) -> None:
    """Train each network, recorded below the folder."""
    for name, run in runs().items():
        log_dir, also = str(folder / name), []
        if name.startswith("ill/"):
            probe = Probe(*run.samples(256))
            looks = PATIENTS_STEPS if name in SHOWN_AT_THE_END else 2 * PATIENTS_STEPS
            also.append(Diagnosis(log_dir, probe, update_freq=looks))
        record(run, run.build(), log_dir, also)
        print(name, flush=True)


def main() -> None:
    """Read the arguments."""
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("--out", default="docs/_static/live.html", type=Path)
    out = reader.parse_args().out
    start_tensorflow()
    with tempfile.TemporaryDirectory() as folder:
        record_all(Path(folder))
        out.parent.mkdir(parents=True, exist_ok=True)
        write_page(read_recording(folder), out, title="The live view", most_bytes=MOST_BYTES)
    print(f"{out}: {out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
