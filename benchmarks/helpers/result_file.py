"""What all benchmarks share on the command line and in their result files."""

import argparse
import json
from pathlib import Path

from helpers import machine
from keras_rnn_study.study.durable import write_file


def parser(doc, pairs=None):
    """Reads `--pairs`, `--output`, `--only` and `--quick`; a benchmark may add to it."""
    made = argparse.ArgumentParser(description=doc.splitlines()[0])
    if pairs:
        made.add_argument("--pairs", type=int, default=pairs, help="how many ratios, at most")
    made.add_argument("--output", type=Path, help="JSON file for the result")
    made.add_argument(
        "--only",
        nargs="+",
        default=[],
        metavar="TEXT",
        help="measure again what has one of these in its name",
    )
    made.add_argument("--quick", action="store_true", help="tiny sizes: to see that it runs")
    return made


class ResultFile:
    """Figures and where they were measured, written after each, so that a broken run keeps some.

    Args:
        arguments: What `parser` read.
        facts: What else the figures rest on.
    """

    def __init__(self, arguments, **facts):
        self._output, self._only = arguments.output, arguments.only
        self.content = machine.facts() | facts | {"figures": {}}
        if arguments.quick:
            self.content["quick"] = True
        if self._only and self._output and self._output.exists():
            before = json.loads(self._output.read_text())
            self.content["figures"] = before["figures"]
            if "pairs" in facts:  # at most so many
                self.content["pairs"] = max(before["pairs"], facts["pairs"])

    def wants(self, name):
        """Whether `--only` leaves this one in."""
        return not self._only or any(text in name for text in self._only)

    def add(self, name, figures):
        """Prints the figures under this name and writes the file."""
        self.content["figures"][name] = {}
        self.extend(name, figures)

    def extend(self, name, figures):
        """Adds to the figures under this name."""
        self.content["figures"].setdefault(name, {}).update(figures)
        for what, value in figures.items():
            print(f"{name:32}{what:36}{value}", flush=True)
        self.save()

    def save(self):
        """Writes the file, if one was asked for."""
        if self._output:
            write_file(self._output, json.dumps(self.content, indent=1) + "\n")
