"""One sample of a task, with all that a person wants to see in it: what `tasks NAME` shows."""

import dataclasses

import numpy as np

from keras_rnn_study.datasets import catalog, reading
from keras_rnn_study.datasets.contract import Option
from keras_rnn_study.datasets.task import Task

DEFAULT_SIZE = {"gap": 20, "length": 40}
"""Long enough to be a gap, short enough to be read: what is shown if no size is asked for."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sample:
    """One sample, its steps named, its evidence and its answer found.

    Everything but `x` leaves the padding out: these have `len(names)` entries, one a step.

    Attributes:
        task: The task, or the variant of it, that the sample is of.
        size: The gap, or the length where `task.size_name` says so.
        seed: The seed that gives this sample.
        x: Inputs, `(time, ...)`, padding included.
        y: The answer as the task gives it: `()`, `(1,)` or `(time,)`.
        names: What each step is called.
        evidence: Booleans: the steps that decide the answer.
        due: Booleans: the steps that ask for it.
        targets: What each step's target is called; "" where a step has none.
    """

    task: Task
    size: int
    seed: int
    x: np.ndarray
    y: np.ndarray
    names: tuple[str, ...]
    evidence: np.ndarray
    due: np.ndarray
    targets: tuple[str, ...]

    @property
    def gap(self) -> range:
        """The steps strictly between the last evidence and the first step that asks for it."""
        answer_step = int(np.flatnonzero(self.due)[0])
        evidence_steps = np.flatnonzero(self.evidence)
        return range(int(evidence_steps[-1]) + 1 if len(evidence_steps) else 0, answer_step)

    @property
    def answer(self) -> str:
        """The targets of the steps that ask for the evidence, one after the other."""
        return " ".join(self.targets[step] for step in np.flatnonzero(self.due))

    @property
    def padding(self) -> int:
        """Number of steps after the sample's end."""
        return len(self.x) - len(self.names)


def draw(
    name: str,
    *,
    variant: str | None = None,
    gap: int | None = None,
    length: int | None = None,
    seed: int = 0,
) -> Sample:
    """Draw one sample of a task.

    Args:
        name: One of `catalog.TASK_NAMES`.
        variant: One of the task's variants; `None` for the default one.
        gap: Number of steps between the evidence and the answer; 20 if no size is given.
        length: Instead of the gap, for variants that take a length; 40 if no size is given.
        seed: The same seed gives the same sample.

    Raises:
        ValueError: Task or variant is unknown (the message names the nearest one), or the size is
            none that the task takes.
        ModuleNotFoundError: The task needs a package that is not installed.

    Example:
        >>> sample = draw("recall", gap=3)
        >>> sample.names, sample.answer, sample.gap
        (('G', 'h', 'a', 'h', '?'), 'G', range(1, 4))
    """
    module = catalog.get(name)
    task = module.TASK if variant is None else module.TASK.of(variant)
    if gap is None and length is None:
        size = max(DEFAULT_SIZE[task.size_name], task.min_size)
    else:
        size = task.size(gap=gap, length=length)
    options: dict[str, Option] = {task.size_name: size}
    if task.variant is not None:
        options["variant"] = task.variant
    x, y = module.make(1, seed=seed, **options)
    return _sample(task, size, seed, x, y, module.evidence(x)[0])


def _sample(
    task: Task, size: int, seed: int, x: np.ndarray, y: np.ndarray, evidence: np.ndarray
) -> Sample:
    real = task.real_steps(x)[0]
    visible = reading.visible if task.vocabulary_size else str
    due = task.answer_steps(x)[0][real]
    if task.every_step:
        targets = [task.read_answer(target) for target in y[0][real]]
    else:
        targets = [task.read_answer(y[0]) if step else "" for step in due]
    return Sample(
        task=task,
        size=size,
        seed=seed,
        x=x[0],
        y=np.asarray(y[0]),
        names=tuple(map(visible, task.read_input(x[0])[: real.sum()])),
        evidence=evidence[real],
        due=due,
        targets=tuple(map(visible, targets)),
    )
