"""`foretell`: will this run learn? Asked before it is trained, or of 40 updates that are undone."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from keras_rnn_study.arguments import checked_evidence, whole_number
from keras_rnn_study.backend import needs_tensorflow
from keras_rnn_study.diagnosis.foretelling.odds import (
    AFTER,
    BEFORE,
    SURE,
    UPDATES,
    LogOdds,
    Signs,
)
from keras_rnn_study.diagnosis.foretelling.signs import signs
from keras_rnn_study.diagnosis.foretelling.updates import taken_back, update
from keras_rnn_study.diagnosis.optimizer_copy import CannotCopyError
from keras_rnn_study.diagnosis.samples import chosen, number_of, spread
from keras_rnn_study.seams.names import recurrent_layers
from keras_rnn_study.tracing.batch import Batch, to_batch

_LOOKED_INTO = 384
"""Samples; as many as the models were made with."""
_FEWEST = 128
"""Samples: how states are read is fitted to three quarters of them."""
_BATCH_SIZE = 64


@dataclass(frozen=True)
class Foretelling:
    """How likely it is that a run learns, and what that rests on.

    Attributes:
        probability: From 0 to 1, fitted to recall within 1,000 updates of Adam at 0.003. On other
            tasks it says something below 0.2 and above 0.8; between them either may happen.
        updates: After how many updates the last look was taken: 0 or 40.
        before: `Signs` of the model as it is.
        after: `Signs` after the updates; `None` if there were none.
        against: Name of the sign that speaks most against it, or least for it.
    """

    probability: float
    updates: int
    before: Signs
    after: Signs | None
    against: str

    def __str__(self) -> str:
        seen = self.before if self.after is None else self.after
        when = "before training" if self.after is None else f"after {self.updates} updates"
        verdict = "It may or may not learn"
        if self.probability < SURE:
            verdict = "It will hardly learn"
        elif self.probability > 1 - SURE:
            verdict = "It is likely to learn"
        return (
            f"{verdict} (probability {self.probability:.2f}), by what is seen {when}: "
            f"{seen.reach:.2g} of the largest gradient is left at the evidence, and "
            f"{seen.readable:.2f} of the evidence's variance can be read from the last state. "
            f"What speaks for it least: {self.against}."
        )


def foretell(
    model: keras.Model,
    x: Any,
    y: Any,
    *,
    evidence: npt.ArrayLike,
    updates: int = UPDATES,
) -> Foretelling:
    """Say how likely it is that a run will learn, from how it begins.

    Look at the model, do 40 updates with batches of 64 by a copy of its optimizer, look again and
    undo them: weights, optimizer, states and random seeds are afterwards what they were, bit for
    bit. How right it is on tasks and networks that it was not made with: docs/foretelling.md.

    Args:
        model: A built `keras.Model` with recurrent layers, compiled as for `fit`, not yet trained.
        x: Inputs as `model.evaluate` takes them, of 128 samples or more; of 2,560 none comes twice
            in the updates.
        y: Labels as `model.evaluate` takes them.
        evidence: Booleans (samples, time): the steps that decide the answer, at least one for each
            sample, such as `recall.evidence(x)`.
        updates: 40, or 0 for a look before training alone, which is less sure.

    Returns:
        `Foretelling`; printed, it is a sentence.

    Raises:
        ValueError: As `trace` does; the model has no optimizer or nothing to train, or its
            optimizer scales the loss; there are fewer than 128 samples or no labels; `evidence` is
            not of `x`, or a sample has none; or `updates` is neither 0 nor 40.

    Example:

    >>> from keras_rnn_study import build_model
    >>> from keras_rnn_study.datasets import recall
    >>> from keras_rnn_study.diagnosis import foretell
    >>> x, y = recall.make(256, gap=40, seed=0)
    >>> for start in ("keras", "chrono"):
    ...     model = build_model("recall", "lstm", init=start, gap=40, units=16, seed=0)
    ...     foretold = foretell(model, x, y, evidence=recall.evidence(x))
    ...     print(start, foretold.probability > 0.5)
    keras False
    chrono True
    """
    batch, where = _checked(model, x, y, evidence)
    if whole_number("updates", updates, at_least=0, at_most=UPDATES) not in (0, UPDATES):
        raise ValueError(
            f"updates must be 0 or {UPDATES}, for which there are models, but {updates} was given. "
            f"Pass updates={UPDATES}."
        )
    few = spread(len(where), _LOOKED_INTO)
    some = chosen(batch, few)
    with taken_back(model):
        before = signs(model, some.x, some.y, where[few])
        if not updates:
            return _foretold(BEFORE, before, None)
        try:
            update(model, batch, updates, _BATCH_SIZE)
        except CannotCopyError as error:
            raise ValueError(
                f"Received a model that no updates can be tried on: {error}. Expected one whose "
                "optimizer can be copied. Pass updates=0 for a look before training alone."
            ) from error
        return _foretold(AFTER, before, signs(model, some.x, some.y, where[few]))


def _foretold(odds: LogOdds, before: Signs, after: Signs | None) -> Foretelling:
    seen = before if after is None else after
    updates = 0 if after is None else UPDATES
    return Foretelling(odds.probability(seen), updates, before, after, odds.against(seen))


def _checked(
    model: keras.Model, x: Any, y: Any, evidence: npt.ArrayLike
) -> tuple[Batch, np.ndarray]:
    """Return the samples, and where their evidence is.

    Raises:
        ValueError: See `foretell`.
    """
    needs_tensorflow("foretell")
    recurrent_layers(model)  # or what was received is no model to look into
    batch = to_batch(x, y, None)
    count = number_of(batch)
    if batch.y is None:
        raise ValueError("Received no labels. Pass y, as `model.evaluate` takes it.")
    if count < _FEWEST:
        raise ValueError(
            f"Received {count} samples; expected {_FEWEST} or more. Pass more of the training "
            f"data, {UPDATES * _BATCH_SIZE:,} if there are so many."
        )
    where = checked_evidence(evidence, count)
    if not where.any(axis=1).all():
        raise ValueError(
            "Received evidence without a step for some of the samples. Expected at least one for "
            "each, such as recall.evidence(x)."
        )
    if not model.compiled or model.optimizer is None or not model.trainable_variables:
        raise ValueError(
            "Received a model that cannot be trained: it is not compiled with a loss and an "
            "optimizer, or has nothing to train. Call `model.compile(optimizer, loss)` first."
        )
    return batch, where
