"""Writes docs/performance.md from the results in benchmarks/results/.

python benchmarks/recording.py --output benchmarks/results/recording.json
python benchmarks/generation.py --output benchmarks/results/generation.json
python benchmarks/page.py
"""

import json
from pathlib import Path

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results"
PAGE = ROOT / "docs" / "performance.md"
RECORDING = """# What it costs

<!-- Made by benchmarks/page.py from benchmarks/results/; change those, not this. -->

Each figure is the median of ratios, with the quartiles behind it. The two sides of a ratio ran
right after one another in one process, in turn; the machine was shared, which the spread shows.
Figures on a GPU are still to be measured.

## Recording

Measured on {date}: {machine}, no GPU; TensorFlow {tensorflow}, Keras {keras}; up to {pairs} ratios.

- **Norms of every step**: an epoch of {steps in an epoch} steps with `GradientNorms(log_dir)` over
  one without.
- **All three**: the same with `GradientFlow` and `GateActivations` too, which trace and draw once
  an epoch. Most of it is the drawing, so it weighs on short epochs.
- **A trace** over a training step of the same batch, by `train_on_batch`.

| cell | batch, time, features, units | norms of every step | all three | a trace over a step |
|---|---|---|---|---|
"""
GENERATION = """
## Fresh data

Measured on {date}: {machine}, no GPU; TensorFlow {tensorflow}, Keras {keras}, NumPy {numpy}; up to
{pairs} ratios. Batches of 64 at a gap of 50; the model is the smallest, a SimpleRNN of 32 units.

- **A batch over a step**: `make` of {steps} batches over training {steps} steps on a batch that
  lies ready. Beyond this, `stream` draws while the model trains.
- **A batch over a plain loop**: the same samples made one by one in plain Python
  (`benchmarks/plain_loops.py`).
- **Training on `stream`** over training on arrays of {steps} batches that were made before.

| task | a batch over a step | a batch over a plain loop | training on `stream` |
|---|---|---|---|
"""
TAIL = """
Measure again with `python benchmarks/recording.py --output benchmarks/results/recording.json` and
`python benchmarks/generation.py --output benchmarks/results/generation.json`, then
`python benchmarks/page.py`.
"""


def table(figures, digits, first_cells):
    lines = []
    for name, quartiles_of in figures.items():
        cells = [
            f"{median:.{n}f} ({low:.{n}f}-{high:.{n}f})"
            for n, (low, median, high) in zip(digits, quartiles_of.values(), strict=True)
        ]
        lines.append(f"| {' | '.join([*first_cells(name), *cells])} |\n")
    return "".join(lines)


def cell_and_size(name):
    cell, _, size = name.partition(" ")
    return f"`{cell}`", size.strip("()")


def main():
    recording, generation = (
        json.loads((RESULTS / f"{name}.json").read_text()) for name in ("recording", "generation")
    )
    PAGE.write_text(
        RECORDING.format(**recording)
        + table(recording["figures"], (2, 2, 2), cell_and_size)
        + GENERATION.format(**generation)
        + table(generation["figures"], (3, 3, 2), lambda name: [f"`{name}`"])
        + TAIL
    )


if __name__ == "__main__":
    main()
