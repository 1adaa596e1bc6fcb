"""Writes docs/performance.md from the results in benchmarks/results/.

python benchmarks/recording.py --output benchmarks/results/recording.json
python benchmarks/page.py
"""

import json
from pathlib import Path

ROOT = Path(__file__).parent.parent
RESULT = ROOT / "benchmarks" / "results" / "recording.json"
PAGE = ROOT / "docs" / "performance.md"
HEAD = """# What recording costs

<!-- Made by benchmarks/page.py from benchmarks/results/recording.json; change that, not this. -->

Measured on {date}: {machine}, no GPU; TensorFlow {tensorflow}, Keras {keras}. Each figure is the
median of up to {pairs} ratios, with the quartiles behind it. The two sides of a ratio ran right
after one another in one process, in turn; the machine was shared, which the spread shows. Figures
on a GPU are still to be measured.

- **Norms of every step**: an epoch of {steps in an epoch} steps with `GradientNorms(log_dir)` over
  one without.
- **All three**: the same with `GradientFlow` and `GateActivations` too, which trace and draw once
  an epoch. Most of it is the drawing, so it weighs on short epochs.
- **A trace** over a training step of the same batch, by `train_on_batch`.

| cell | batch, time, features, units | norms of every step | all three | a trace over a step |
|---|---|---|---|---|
"""
TAIL = """
Measure again with `python benchmarks/recording.py --output benchmarks/results/recording.json`, then
`python benchmarks/page.py`.
"""


def main():
    result = json.loads(RESULT.read_text())
    lines = []
    for name, figures in result["figures"].items():
        cell, _, size = name.partition(" ")
        cells = [f"{median:.2f} ({low:.2f}-{high:.2f})" for low, median, high in figures.values()]
        lines.append(f"| `{cell}` | {size.strip('()')} | " + " | ".join(cells) + " |")
    PAGE.write_text(HEAD.format(**result) + "\n".join(lines) + "\n" + TAIL)


if __name__ == "__main__":
    main()
