"""Records the trainings that the site's front page shows, and writes the live view as one page.

python docs/live.py [--out docs/_static/live.html]
"""

import argparse
import tempfile
from pathlib import Path

from keras_rnn_study.live_view.page import write_page
from keras_rnn_study.live_view.reading import read_recording
from keras_rnn_study.runs import Run, record, start_tensorflow

CELLS = (("simple_rnn", "keras"), ("lstm", "keras"), ("lstm", "chrono"), ("gru", "keras"))
GAPS = (5, 100)
STEPS = 400
MOST_BYTES = 1_900_000


def record_all(folder):
    """Train each network at each gap, recorded below the folder."""
    for gap in GAPS:
        for cell, init in CELLS:
            run = Run("language", cell, gap=gap, init=init, learning_rate=0.01, steps=STEPS)
            name = f"{cell}-{init}" if init != "keras" else cell
            record(run, run.build(), str(folder / f"gap-{gap}" / name))


def main():
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
