"""What `diagnose` is tried on: a case, and those who come with one, ill or healthy.

A patient is made ill by *one* setting of one function. With another value of it the same function
makes the healthy twin, so that the two differ in nothing else.
"""

import dataclasses
import functools
from collections.abc import Callable, Mapping
from typing import Protocol

import keras
import numpy as np
from criteria import Criterion, learns_less
from skills import Skill

CAUSES = (
    "vanishing_gradient",
    "exploding_gradient",
    "runaway_states",
    "not_a_number",
    "clipped_always",
    "no_gradient",
    "short_memory",
    "state_drift",
    "saturated_units",
    "dead_units",
    "identical_units",
    "unscaled_inputs",
    "nan_inputs",
    "constant_features",
    "labels_do_not_fit_loss",
    "swapped_axes",
    "padding_not_masked",
    "mask_ends",
    "padding_side",
    "stateful_shuffled",
    "leaking_windows",
    "one_class",
    "learning_rate_too_high",
    "learning_rate_too_low",
    "initial_loss_too_high",
    "input_ignored",
    "learns_label_mean",
    "overfitting",
)
"""The names of findings, agreed before any rule or patient was written."""

BATCH_SIZE = 32


@dataclasses.dataclass(frozen=True, kw_only=True)
class Case:
    """A compiled model with its data, as an engineer would bring them.

    Attributes:
        model: Compiled and built.
        x: Training inputs, `(samples, time, ...)`.
        y: What the loss gets.
        test: Held-out inputs, and the answers as `skill` reads them: never shown to `diagnose`.
        skill: From predictions and answers to a number: 0 for a blind guess, 1 for all right.
        evidence: The steps that decide the answer, `(samples, time)`, where they are known.
        validation_data: Inputs and labels, in the form of `x` and `y`.
        sample_weight: One weight per sample.
        shuffle: Whether `fit` shuffles.
    """

    model: keras.Model
    x: np.ndarray
    y: np.ndarray
    test: tuple[np.ndarray, np.ndarray]
    skill: Skill
    evidence: np.ndarray | None = None
    validation_data: tuple[np.ndarray, np.ndarray] | None = None
    sample_weight: np.ndarray | None = None
    shuffle: bool = True

    def fit(self, updates: int) -> None:
        """Train for so many updates."""
        batches = -(-len(self.x) // BATCH_SIZE)
        settings = {"batch_size": BATCH_SIZE, "shuffle": self.shuffle, "verbose": 0}
        whole, rest = divmod(updates, batches)
        if whole:
            self.model.fit(
                self.x, self.y, epochs=whole, sample_weight=self.sample_weight, **settings
            )
        if rest:
            some = slice(rest * BATCH_SIZE)
            weight = None if self.sample_weight is None else self.sample_weight[some]
            self.model.fit(self.x[some], self.y[some], sample_weight=weight, **settings)

    def tested(self) -> float:
        """Return the skill on held-out data; 0 where a prediction is no number."""
        x, y = self.test
        return self.skill(self.model.predict(x, batch_size=BATCH_SIZE, verbose=0), y)


class Subject(Protocol):
    """Who comes with a case: a patient, its twin or a healthy one."""

    name: str
    cause: str | None

    def build(self) -> Case:
        """Make the case anew."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Patient:
    """Someone who is ill in one way.

    Attributes:
        name: In words, as a file name has it.
        cause: The finding that is right.
        make: Makes the case from `setting`; the rest is the same for the twin.
        setting: The argument of `make` that makes ill.
        ill: Its value for the patient.
        well: Its value for the twin.
        acceptable: Findings that are right as well, each with the reason.
        shown_by: How the illness is proved.
        updates: Length of the trainings that prove it.
        seed: Of Keras' random numbers.
    """

    name: str
    cause: str
    make: Callable[..., Case]
    setting: str
    ill: object
    well: object
    acceptable: Mapping[str, str] = dataclasses.field(default_factory=dict)
    shown_by: Criterion = learns_less
    updates: int = 224
    seed: int = 0

    def build(self) -> Case:
        """Make the ill case."""
        return _made(functools.partial(self.make, **{self.setting: self.ill}), self.seed)

    @property
    def twin(self) -> "Healthy":
        """The same with the setting as it should be."""
        return Healthy(
            name=f"{self.name}_twin",
            odd=f"{self.setting}={self.well!r} where the patient has {self.ill!r}",
            make=functools.partial(self.make, **{self.setting: self.well}),
            updates=self.updates,
            seed=self.seed,
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Healthy:
    """Someone who looks odd, and learns.

    Attributes:
        name: In words.
        odd: What might be taken for an illness.
        make: Makes the case.
        updates: Length of the training that proves it.
        seed: Of Keras' random numbers.
    """

    name: str
    odd: str
    make: Callable[[], Case]
    updates: int = 224
    seed: int = 0
    cause: None = None

    def build(self) -> Case:
        """Make the case."""
        return _made(self.make, self.seed)


def _made(make: Callable[[], Case], seed: int) -> Case:
    keras.utils.clear_session(free_memory=False)
    keras.utils.set_random_seed(seed)
    return make()
