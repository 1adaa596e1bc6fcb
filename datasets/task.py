"""What a model, a training and a report must know about a task."""

import dataclasses
import math
import types
from collections.abc import Callable, Mapping

import numpy as np

from keras_rnn_study.arguments import check_choice, shown, whole_number
from keras_rnn_study.datasets import forms

MOST_STEPS = 100_000
"""The largest gap or length: many more steps than a recurrent layer can be trained on."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Task:
    """The facts about one task that do not depend on the data drawn.

    Inputs are either floats, `(batch, time, features)`, or integer tokens, `(batch, time)`, which
    a model must embed: those tasks have a `vocabulary_size`. Answers are either classes, integers
    from 0 to `num_classes - 1`, or, where `num_classes` is `None`, one real number.

    Attributes:
        name: The module's name.
        variant: Which of the task's definitions this is; `None` where there is only one.
        summary: One line: what the network is asked.
        example: One sample and its answer, as a person would write it.
        source: Where the task comes from.
        input_shape: Shape of one sample; `None` stands for time.
        input_dtype: The data type of `x`.
        vocabulary_size: Tokens are integers from 0 to `vocabulary_size - 1`; `None` for floats.
        num_classes: Number of classes of an answer; `None` if it is a real number.
        every_step: Whether `y` has a target for every step, `(batch, time)`. Else it has one, due
            at the last step: classes `(batch,)`, numbers `(batch, 1)`.
        due: The first and the last step that ask for the evidence; -1 is the sequence's last step.
        padded: Whether sequences have different lengths: after the end of one, `x` is 0
            throughout, as `keras.layers.Masking` and `Embedding(mask_zero=True)` take it. Padding
            is at the right and no sequence is empty, so fused kernels can be used.
        tolerance: An answer is right if every output is off by less than this; `None` where the
            most probable class counts, or, for numbers, the squared error.
        chance: The score of the best guess by someone who has not seen the evidence.
        success: The score on held-out data from which the task counts as learned.
        blind_loss: The smallest expected training loss of someone who has not seen the evidence,
            given the gap (the length, where `size_name` says so); `None` if that is the loss of
            a guess among equally frequent classes. `baseline_loss` is for reading it.
        size_name: The argument that says how long samples are: "gap", or "length" for variants
            whose source puts the evidence at random steps, so that no gap is exact.
        min_size: The smallest gap, or length.
        disjoint_from: The smallest gap from which training and test data share no sequence, by
            construction; `None` if they always may.
        read_input: Names the steps of one sample, `(time, ...)`, as `example` writes them.
        read_answer: Names one answer.
        variants: All definitions of the task by name, the default one first; empty if there is
            only one.
    """

    name: str
    summary: str
    example: str
    source: str
    input_shape: tuple[int | None, ...]
    input_dtype: str
    chance: float
    success: float
    read_input: Callable[[np.ndarray], list[str]]
    read_answer: Callable[[np.ndarray], str] = str
    variant: str | None = None
    vocabulary_size: int | None = None
    num_classes: int | None = None
    every_step: bool = False
    due: tuple[int, int] = (-1, -1)
    padded: bool = False
    tolerance: float | None = None
    blind_loss: Callable[[int], float] | None = None
    size_name: str = "gap"
    min_size: int = 0
    disjoint_from: int | None = 0
    variants: Mapping[str, "Task"] = dataclasses.field(
        default_factory=dict, compare=False, repr=False
    )

    @property
    def label(self) -> str:
        """The name, with the variant's if it is not the default: `"adding (le_2015)"`."""
        default = self.variant is None or self.variant == next(iter(self.variants), None)
        return self.name if default else f"{self.name} ({self.variant})"

    @property
    def loss(self) -> str:
        """The Keras loss that fits the answer."""
        return "sparse_categorical_crossentropy" if self.num_classes else "mean_squared_error"

    @property
    def metric(self) -> str:
        """What `chance` and `success` are values of: "accuracy", or "mean_squared_error"."""
        return "accuracy" if self.num_classes or self.tolerance else "mean_squared_error"

    def of(self, variant: str) -> "Task":
        """Return the variant of that name.

        Raises:
            ValueError: There is none; the message names the nearest one.
        """
        if not self.variants:
            raise ValueError(
                f"{self.name} has no variants, but variant={shown(variant)} was given. "
                "Leave it out."
            )
        check_choice(f"variant of {self.name}", variant, self.variants)
        return self.variants[variant]

    def size(self, *, gap: int | None = None, length: int | None = None) -> int:
        """Return the gap, or the length where the variant takes that.

        Raises:
            ValueError: The one it takes is missing, too small or not a whole number, or the other
                one was given.
        """
        sizes = {"gap": gap, "length": length}
        size = sizes.pop(self.size_name)
        [(other_name, other)] = sizes.items()
        if other is not None:
            reason = (
                "its gap is exact and decides the length"
                if self.size_name == "gap"
                else "the evidence lies at random steps, so no gap is exact"
            )
            raise ValueError(
                f"{self.label} takes {self.size_name}, not {other_name}: {reason}. "
                f"{other_name}={shown(other)} was given; pass, for example, {self.size_name}=100."
            )
        return self._checked(size)

    def baseline_loss(self, size: int) -> float:
        """Return the smallest expected training loss without the evidence.

        Args:
            size: The gap; the length for a variant whose `size_name` says so.

        Raises:
            ValueError: It is too small or not a whole number.
        """
        size = self._checked(size)
        if self.blind_loss is not None:
            return self.blind_loss(size)
        assert self.num_classes is not None, "a number needs a blind_loss"
        return math.log(self.num_classes)

    def _checked(self, size: int | None) -> int:
        return whole_number(self.size_name, size, at_least=self.min_size, at_most=MOST_STEPS)

    def inputs(self, x: np.ndarray) -> np.ndarray:
        """Return `x` as an array, `(batch, time, ...)`, if it has the form of this task's inputs.

        Raises:
            ValueError: It has not, nor that of another variant's.
        """
        shapes = {task.input_shape for task in (self, *self.variants.values())}
        return forms.checked_inputs(x, self.name, shapes, bool(self.vocabulary_size))

    def read(self, x: np.ndarray) -> list[list[str]]:
        """Name the steps of each sample of `x`, as `read_input` does of one."""
        return [self.read_input(sample) for sample in self.inputs(x)]

    def real_steps(self, x: np.ndarray) -> np.ndarray:
        """Find the steps that are not padding: booleans, `(batch, time)`."""
        x = np.asarray(x)
        if not self.padded:
            return np.ones(x.shape[:2], bool)
        return x != 0 if self.vocabulary_size else (x != 0).any(axis=-1)

    def answer_steps(self, x: np.ndarray) -> np.ndarray:
        """Find the steps that ask for the evidence: booleans, `(batch, time)`."""
        lengths = self.real_steps(x).sum(axis=1, keepdims=True)
        before_end = np.arange(np.shape(x)[1]) - lengths  # the last step is -1
        first, last = self.due
        return (before_end >= first) & (before_end <= last)

    def scores(self, x: np.ndarray, y: np.ndarray, prediction: np.ndarray) -> np.ndarray:
        """Score each sample by the steps that ask for the evidence.

        Args:
            x: Inputs, of which only the padding matters here.
            y: Answers, as the task gives them.
            prediction: What a model of `build_model` outputs: `(batch, num_classes)`,
                `(batch, time, num_classes)` or `(batch, 1)`.

        Returns:
            float64, `(batch,)`: the share of right answers, or the squared error; see `metric`.
            NaN where the prediction is.

        Raises:
            ValueError: `prediction` is not of these answers.
        """
        y = np.asarray(y)
        prediction = forms.checked_prediction(prediction, y, self.num_classes)
        diverged = np.isnan(prediction).any(axis=tuple(range(1, prediction.ndim)))
        return np.where(diverged, np.nan, self._scores(x, y, prediction))

    def _scores(self, x: np.ndarray, y: np.ndarray, prediction: np.ndarray) -> np.ndarray:
        if self.num_classes is None:
            error = np.abs(prediction - y).reshape(len(y))
            return error**2 if self.tolerance is None else 1.0 * (error < self.tolerance)
        if self.tolerance is None:
            right = prediction.argmax(axis=-1) == y
        else:
            target = np.eye(self.num_classes)[y]
            right = (np.abs(prediction - target) < self.tolerance).all(axis=-1)
        if not self.every_step:
            return 1.0 * right
        return np.mean(right, axis=1, where=self.answer_steps(x))

    def is_solved(self, score: float) -> bool:
        """Say whether a model with this mean score on held-out data has learned the task."""
        return score >= self.success if self.metric == "accuracy" else score <= self.success


def with_variants(*variants: Task) -> Task:
    """Return the first of a task's variants, which is the default one; all know one another."""
    by_name: dict[str, Task] = {}
    for task in variants:
        known = types.MappingProxyType(by_name)
        by_name[str(task.variant)] = dataclasses.replace(task, variants=known)
    return next(iter(by_name.values()))
