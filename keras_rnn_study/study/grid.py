"""What a study runs: a grid of all that a run has, each combination with several seeds."""

import collections
import dataclasses
import difflib
import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from keras_rnn_study.arguments import check_choice, shown
from keras_rnn_study.runs.run import Run
from keras_rnn_study.runs.starts import BIASES, STARTS, can_start
from keras_rnn_study.study.protocol import PROTOCOL, Protocol
from keras_rnn_study.study.values import Value, axis_values, seed_list

_FIELDS = {field.name: field.default for field in dataclasses.fields(Run)}
AXES = tuple(name for name in _FIELDS if name not in ("optimizer_options", "seed"))
"""What a grid can vary, besides the seed and the optimizer's own options."""

_OF_ALL_RUNS = ("seeds", "grids", *PROTOCOL)
_NO_AXES = ("name", "optimizer_options", "seed", *_OF_ALL_RUNS)
_MOST_RUNS = 100_000

Grid = dict[str, list[Value]]
Combination = dict[str, Value]


class Study:
    """A grid of runs: every combination of the values given, each with several seeds.

    Every axis takes one value, or a list or array of them. Axes are the attributes of
    `keras_rnn_study.runs.Run` (task, cell, init, gap, length, variant, units, layers, forget_bias,
    input_bias, steps, batch_size, optimizer, learning_rate), and any other argument of the
    optimizer, such as `clipnorm` or `momentum`. A combination that no model can have, such as a
    simple RNN with "chrono" gates, is left out.

    Args:
        seeds: How many seeds, from 0 on; or a list of them.
        grids: List of dicts of axes, for studies that are no single grid: each one is combined
            with the axes beside it, and goes before them.
        axes: Axes, as above, and what `Protocol` takes. `steps` is the most that a run trains,
            1000 if it is not given: a multiple of the protocol's `check_every`.

    Raises:
        ValueError: An unknown axis or option of the optimizer (with the nearest name), an axis
            without values, a value that fits no combination, no task, a run that occurs twice, or
            more than 100,000 runs.

    Example:

    >>> from keras_rnn_study.study import Study
    >>> study = Study(
    ...     task="recall", cell=["simple_rnn", "lstm"], init=["keras", "chrono"], gap=[10, 100]
    ... )
    >>> len(study.runs())  # 3 ways to start, 2 gaps, 5 seeds
    30
    """

    def __init__(
        self,
        /,  # what a study is given may have any name
        *,
        seeds: Any = 5,
        grids: Sequence[Mapping[str, Any]] | None = None,
        **axes: Any,
    ) -> None:
        protocol = {name: axes.pop(name) for name in PROTOCOL if name in axes}
        self.protocol = Protocol(**protocol)
        self.seeds = seed_list(seeds)
        self.grids = [_grid({"steps": 1000} | axes | grid) for grid in _grids(grids)]
        _check_size(self.grids, len(self.seeds))
        self._runs = [run for grid in self.grids for run in _expand(grid, self.seeds)]
        _check_runs(self._runs, self.protocol)

    def runs(self) -> list[Run]:
        """Return the runs in the order of the grid, the seeds of one configuration together."""
        return list(self._runs)

    def varied(self) -> list[str]:
        """Name what differs between runs, and what every comparison is about.

        Example:

        >>> Study(task="recall", gap=[5, 9], units=8, clipnorm=[None, 1.0]).varied()
        ['cell', 'gap', 'init', 'seed', 'clipnorm']
        """
        flat = [settings(run) for run in self._runs]
        names = dict.fromkeys(name for one in flat for name in one)
        always = {"cell", "init", "seed"}
        return [n for n in names if n in always or len({str(one.get(n)) for one in flat}) > 1]

    def as_dict(self) -> dict[str, Any]:
        """Return all that defines the study, as JSON and YAML can hold it."""
        return {
            "seeds": list(self.seeds),
            "grids": [dict(grid) for grid in self.grids],
            **dataclasses.asdict(self.protocol),
        }

    def describe(self) -> dict[str, str]:
        """Return each setting and its values, for people."""
        texts = {"seeds": _text(self.seeds)}
        for number, grid in enumerate(self.grids, 1):
            prefix = f"grid {number}: " if len(self.grids) > 1 else ""
            texts |= {prefix + name: _text(values) for name, values in grid.items()}
        return texts | {name: _text([v]) for name, v in dataclasses.asdict(self.protocol).items()}


def settings(run: Run) -> dict[str, Any]:
    """Return all that a run has, the optimizer's options among the others."""
    values = dataclasses.asdict(run)
    return values | dict(values.pop("optimizer_options"))


def check_axis(name: str) -> None:
    """Refuse what is no axis, unless it may be an option of the optimizer, and no slip."""
    is_slip = difflib.get_close_matches(name, AXES, n=1, cutoff=0.65)
    if name not in AXES and (is_slip or name in _NO_AXES):
        check_choice("axis of a study", name, AXES)


def make_run(combination: Mapping[str, Any], seed: int) -> Run:
    """Return the `Run` of a value for each axis; what is no axis is an option of the optimizer."""
    axes = {name: value for name, value in combination.items() if name in AXES}
    # None stands for "not at all", so that a grid can have runs with and without clipping.
    options = tuple((name, v) for name, v in combination.items() if name not in AXES)
    return Run(**axes, optimizer_options=options, seed=seed)


def _grids(given: Any) -> list[dict[str, Any]]:
    grids = [{}] if given is None else given
    is_list = isinstance(grids, Sequence) and not isinstance(grids, str)
    if not (is_list and grids and all(isinstance(grid, Mapping) for grid in grids)):
        raise ValueError(
            f"grids must be a list of dicts of axes, but {shown(given)} was given. Pass, "
            "for example, grids=[{'cell': 'lstm'}], or leave it out."
        )
    return [dict(grid) for grid in grids]


def _grid(axes: dict[Any, Any]) -> Grid:
    """Return the values of each axis, checked."""
    if "task" not in axes:
        raise ValueError("A study needs a task. Pass, for example, task='recall'.")
    for name in axes:
        if not isinstance(name, str):
            raise ValueError(f"An axis must have a name, but {shown(name)} was given.")
        if name in _OF_ALL_RUNS:
            raise ValueError(
                f"{name} is one for all runs. Pass it beside grids, not in one of them."
            )
        check_axis(name)
    return {name: axis_values(name, values) for name, values in axes.items()}


def _check_size(grids: list[Grid], seeds: int) -> None:
    number = seeds * sum(math.prod(map(len, _with_cells(grid).values())) for grid in grids)
    if number > _MOST_RUNS:
        raise ValueError(
            f"The study has {number:,} runs; expected at most {_MOST_RUNS:,}. Pass fewer seeds or "
            "values, or make several studies of it."
        )


def _check_runs(runs: list[Run], protocol: Protocol) -> None:
    twice = [run for run, others in collections.Counter(runs).items() if others > 1]
    if twice:
        raise ValueError(
            f"The study has this run twice: {twice[0]}. Name each value once, and let its grids "
            "differ."
        )
    every = protocol.check_every
    for steps in dict.fromkeys(run.steps for run in runs):
        if steps % every:
            raise ValueError(
                f"steps={steps} is no multiple of check_every={every}, so the last check would "
                f"come after the last step. Pass steps={-(-steps // every) * every}, or another "
                "check_every."
            )


def _with_cells(grid: Grid) -> Grid:
    return {"cell": ["simple_rnn", "lstm"], **grid}


def _expand(grid: Grid, seeds: list[int]) -> list[Run]:
    """Return the runs of one grid."""
    grid = _with_cells(grid)
    combinations = [dict(zip(grid, c, strict=True)) for c in itertools.product(*grid.values())]
    possible = [c for c in combinations if _is_possible(c)]
    _check_all_used(grid, possible)
    return [make_run(c, seed) for c in possible for seed in seeds]


def _is_possible(combination: Combination) -> bool:
    """Tell whether a cell can start so; of what is no cell or start at all, `Run` says so."""
    biases: dict[str, Any] = {name: combination.get(name) for name in BIASES["lstm"]}
    return can_start(str(combination["cell"]), str(combination.get("init", "keras")), **biases)


def _check_all_used(grid: Grid, possible: list[Combination]) -> None:
    for name, values in grid.items():
        used = {combination[name] for combination in possible}
        for value in values:
            if value not in used:
                raise ValueError(
                    f"{name}={value!r} fits none of the study's other values: "
                    + "; ".join(f"{cell} starts as {', '.join(s)}" for cell, s in STARTS.items())
                    + "; a forget or input bias is for an lstm that is not chrono."
                )


def _text(values: Iterable[object]) -> str:
    return ", ".join("none" if value is None else f"{value}" for value in values)
