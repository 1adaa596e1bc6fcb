"""Every task in every variant, as the tests of the contract go through them."""

import dataclasses
import functools
import importlib
import types

import numpy as np

from keras_rnn_study.datasets import catalog
from keras_rnn_study.datasets.task import Task

# Their images come over the network: tests/datasets/test_digits.py has them with other images.
DOWNLOADED = {"mnist_rows", "mnist_pixels", "permuted_mnist"}


@dataclasses.dataclass(frozen=True)
class Case:
    """One definition of a task: a module, and a variant where it has some."""

    module: types.ModuleType
    task: Task

    def __str__(self):
        name = self.module.TASK.name
        return name if self.task.variant is None else f"{name}-{self.task.variant}"

    @property
    def has_gap(self):
        return self.task.size_name == "gap"

    @functools.cached_property
    def slow_answer(self):
        """The slow reference of tests/helpers/slow_references: every task must have one."""
        return importlib.import_module(f"slow_references.{self.module.TASK.name}").answer

    def size(self, gap):
        """The gap, or a length about as long where the variant takes that."""
        return gap if self.has_gap else self.task.min_size + gap

    def options(self, gap):
        variant = {} if self.task.variant is None else {"variant": self.task.variant}
        return {self.task.size_name: self.size(gap), **variant}

    def make(self, num_samples, gap, seed):
        return self.module.make(num_samples, seed=seed, **self.options(gap))

    def load_data(self, gap, **arguments):
        return self.module.load_data(**self.options(gap), **arguments)

    def stream(self, batch_size, gap, **arguments):
        return self.module.stream(batch_size, **self.options(gap), **arguments)

    def answers(self, x, y):
        """What is asked for at the steps that need the evidence: `(batch, answers)`."""
        if not self.task.every_step:
            return y.reshape(len(y), 1)
        return y[self.task.answer_steps(x)].reshape(len(y), -1)

    def slow_answers(self, x):
        """The same by the slow reference."""
        y = [self.slow_answer(sample, self.task.variant) for sample in x]
        return self.answers(x, np.array(y))

    def hidden_steps(self, x):
        """The steps that may be seen before the answer and are no evidence."""
        due = self.task.answer_steps(x)
        not_later = np.cumsum(due[:, ::-1], axis=1)[:, ::-1] > 0
        return not_later & ~self.module.evidence(x)


MODULES = [catalog.get(name) for name in catalog.TASK_NAMES]
CASES = [
    Case(module, task)
    for module in MODULES
    for task in (module.TASK.variants.values() or [module.TASK])
    if task.variant not in DOWNLOADED
]
