"""Writes docs/performance.md from the results in benchmarks/results/.

python benchmarks/page.py
"""

import json
from pathlib import Path

from helpers.page_fused import lengths, limits, overhead, seeds, start
from helpers.page_goals import goals
from helpers.page_gpu import gpu
from helpers.page_sections import generation, growth, memory, peers, recording, scaling
from helpers.page_view import frames, view

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
PAGE = ROOT / "docs" / "performance.md"
WITH_GOALS = ("recording", "memory", "peers", "start", "lengths")
HEAD = """# What it costs

<!-- Made by benchmarks/page.py from benchmarks/results/; change those, not this. -->

Where nothing else is said, a figure is the median of ratios, with the quartiles behind it. The
sides of a ratio ran in turn in one process, so that a machine whose speed drifts, drifts for all;
machines were shared, which the spread shows. A size is batch, time, features, units: one recurrent
layer, `Dense(1)` behind it, mean squared error, Adam, float32. tf.data's tuner is off: an epoch
waits for it at its end until it wakes up, up to once more its own time, whichever side runs.
"""


def text(results=RESULTS):
    """The page, with a section for each result that there is."""
    sections = [HEAD, goals({name: read(results / f"{name}.json") for name in WITH_GOALS})]
    for section in (recording, memory, growth, peers, limits, start, lengths, overhead):
        if result := read(results / f"{section.__name__}.json"):
            sections.append(section(result))
    sections.append(gpu([r for r in map(read, sorted(results.glob("gpu-*.json"))) if r]))
    for section in (generation, scaling, seeds, frames, view):
        if result := read(results / f"{section.__name__}.json"):
            sections.append(section(result))
    return "".join(sections) + "\nThis page: `python benchmarks/page.py`\n"


def read(path):
    """A result, or `None` where there is none or only one of tiny sizes."""
    result = json.loads(path.read_text()) if path.exists() else {"quick": True}
    return None if result.get("quick") else result


def main():
    PAGE.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
