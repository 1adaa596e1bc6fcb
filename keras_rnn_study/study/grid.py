"""What a study runs: a grid of all that a run has, and how each run is trained and judged."""

import collections
import dataclasses
import difflib
import itertools
from collections.abc import Mapping

from keras_rnn_study.datasets.checks import check_choice, whole_number
from keras_rnn_study.runs.run import Run
from keras_rnn_study.runs.starts import STARTS, can_start

_FIELDS = {field.name: field.default for field in dataclasses.fields(Run)}
AXES = tuple(name for name in _FIELDS if name not in ("optimizer_options", "seed"))
"""What a grid can vary, besides the seed and the optimizer's own options."""

_NO_AXES = ("name", "optimizer_options", "seed")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Protocol:
    """How each run of a study is trained and judged.

    Attributes:
        check_every: Training steps from one check to the next. At a check held-out samples are
            scored, and the gradient's way back through time is traced.
        samples: Held-out samples of a check; as many others give the final score.
        give_up: A run is hopeless, and ends, if after this share of its steps no check was better
            than guessing by five standard errors. 1: none is given up.
        loop: "fused" trains on `keras_rnn_study.fused` loops, where they cover the layer; "keras"
            on Keras' own. The results are the same to rounding.
        threads: Of TensorFlow, in each run. The same for any number of jobs, as sums in another
            order round differently, and training makes much of little.

    Raises:
        ValueError: A value is out of its range.
    """

    check_every: int = 40
    samples: int = 512
    give_up: float = 0.5
    loop: str = "fused"
    threads: int = 1

    def __post_init__(self):
        for name in ("check_every", "samples", "threads"):
            whole_number(name, getattr(self, name), at_least=1)
        check_choice("loop", self.loop, ("fused", "keras"))
        if not (isinstance(self.give_up, int | float) and 0 < self.give_up <= 1):
            raise ValueError(
                f"give_up must be a share of the steps, above 0 and at most 1, but "
                f"{self.give_up!r} was given. Pass, for example, 0.5; 1 gives up no run."
            )


_PROTOCOL = tuple(field.name for field in dataclasses.fields(Protocol))


class Study:
    """A grid of runs: every combination of the values given, each with several seeds.

    Every axis takes one value or a list of them. Axes are the attributes of
    `keras_rnn_study.runs.Run` (task, cell, init, gap, length, variant, units, layers, forget_bias,
    input_bias, steps, batch_size, optimizer, learning_rate), and any other argument of the
    optimizer, such as `clipnorm` or `momentum`. A combination that no model can have, such as a
    simple RNN with "chrono" gates, is left out.

    Args:
        seeds: How many seeds, from 0 on; or a list of them.
        grids: List of dicts of axes, for studies that are no single grid: each one is combined
            with the axes beside it, and goes before them.
        axes: Axes, as above, and what `Protocol` takes. `steps` is the most that a run trains,
            1000 if it is not given.

    Raises:
        ValueError: An unknown axis (with the nearest name), an axis without values, a value that
            fits no combination, no task, or a run that occurs twice.

    Example:

    >>> from keras_rnn_study.study import Study
    >>> study = Study(
    ...     task="recall", cell=["simple_rnn", "lstm"], init=["keras", "chrono"], gap=[10, 100]
    ... )
    >>> len(study.runs())  # 3 ways to start, 2 gaps, 5 seeds
    30
    """

    def __init__(self, *, seeds=5, grids=None, **axes):
        protocol = {name: axes.pop(name) for name in _PROTOCOL if name in axes}
        self.protocol = Protocol(**protocol)
        self.seeds = _seeds(seeds)
        self.grids = [{"steps": 1000} | axes | dict(grid) for grid in (grids or [{}])]
        self.grids = [{n: _values(n, v) for n, v in grid.items()} for grid in self.grids]
        self._runs = [run for grid in self.grids for run in _expand(grid, self.seeds)]
        twice = [run for run, others in collections.Counter(self._runs).items() if others > 1]
        if twice:
            raise ValueError(
                f"The study has this run twice: {twice[0]}. Name each value once, and let its "
                "grids differ."
            )

    def runs(self):
        """List of `Run`, in the order of the grid; the seeds of one configuration together."""
        return list(self._runs)

    def varied(self):
        """Names of what differs between runs, and of what every comparison is about.

        Example:

        >>> Study(task="recall", gap=[5, 9], units=8, clipnorm=[None, 1.0]).varied()
        ['cell', 'gap', 'init', 'seed', 'clipnorm']
        """
        flat = [settings(run) for run in self._runs]
        names = dict.fromkeys(name for one in flat for name in one)
        always = {"cell", "init", "seed"}
        return [n for n in names if n in always or len({str(one.get(n)) for one in flat}) > 1]

    def as_dict(self):
        """All that defines the study, as JSON and YAML can hold it."""
        return {
            "seeds": list(self.seeds),
            "grids": self.grids,
            **dataclasses.asdict(self.protocol),
        }

    def describe(self):
        """dict of str: each setting and its values, for people."""
        texts = {"seeds": _text(self.seeds)}
        for number, grid in enumerate(self.grids, 1):
            prefix = f"grid {number}: " if len(self.grids) > 1 else ""
            texts |= {prefix + name: _text(values) for name, values in grid.items()}
        return texts | {name: _text([v]) for name, v in dataclasses.asdict(self.protocol).items()}


def settings(run):
    """dict of all that a run has, the optimizer's options among the others."""
    values = dataclasses.asdict(run)
    return values | dict(values.pop("optimizer_options"))


def from_dict(saved):
    """The `Study` of what `Study.as_dict` gave."""
    return Study(**saved)


def _seeds(seeds):
    given = range(whole_number("seeds", seeds, at_least=1)) if isinstance(seeds, int) else seeds
    seeds = [whole_number("seed", seed, at_least=0) for seed in given]
    if not seeds:
        raise ValueError("A study without seeds has no run. Pass, for example, seeds=5.")
    return seeds


def _values(name, given):
    """An axis' values as a list."""
    values = [given] if isinstance(given, str | Mapping) or not _is_list(given) else list(given)
    if not values:
        raise ValueError(f"{name}=[] has no values, so there is no run. Give one, or leave it out.")
    return values


def _is_list(given):
    return isinstance(given, list | tuple | range)


def _text(values):
    return ", ".join("none" if value is None else f"{value}" for value in values)


def _expand(grid, seeds):
    """The runs of one grid."""
    if "task" not in grid:
        raise ValueError("A study needs a task. Pass, for example, task='recall'.")
    for name in grid:
        check_axis(name)
    grid = {"cell": ["simple_rnn", "lstm"]} | grid
    combinations = [dict(zip(grid, c, strict=True)) for c in itertools.product(*grid.values())]
    possible = [c for c in combinations if _is_possible(c)]
    _check_all_used(grid, possible)
    return [make_run(c, seed) for c in possible for seed in seeds]


def check_axis(name):
    """What is no axis may be an option of the optimizer, unless it looks like a slip."""
    is_slip = difflib.get_close_matches(name, AXES, n=1, cutoff=0.65)
    if name not in AXES and (is_slip or name in _NO_AXES):
        check_choice("axis of a study", name, AXES)


def _is_possible(combination):
    """Whether a cell can start so; what is no cell or start at all is for `Run` to say."""
    biases = {name: combination.get(name) for name in ("forget_bias", "input_bias")}
    return can_start(combination["cell"], combination.get("init", "keras"), **biases)


def _check_all_used(grid, possible):
    for name, values in grid.items():
        for value in values:
            if not any(c[name] is value or c[name] == value for c in possible):  # NaN is not itself
                raise ValueError(
                    f"{name}={value!r} fits none of the study's other values: "
                    + "; ".join(f"{cell} starts as {', '.join(s)}" for cell, s in STARTS.items())
                    + "; a forget or input bias is for an lstm that is not chrono."
                )


def make_run(combination, seed):
    """The `Run` of a value for each axis; what is no axis is an option of the optimizer."""
    axes = {name: value for name, value in combination.items() if name in AXES}
    others = {name: value for name, value in combination.items() if name not in AXES}
    # None stands for "not at all", so that a grid can have runs with and without clipping.
    options = tuple(sorted((n, v) for n, v in others.items() if v is not None))
    return Run(**axes, optimizer_options=options, seed=seed)
