"""`diagnose`: what keeps a network from learning, before or after it was trained."""

import warnings
from collections.abc import Sequence
from typing import Any

import keras
import numpy.typing as npt

from keras_rnn_study.backend import needs_tensorflow
from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.examining import examine
from keras_rnn_study.diagnosis.finding import SEVERITIES, Finding
from keras_rnn_study.diagnosis.findings import Findings
from keras_rnn_study.diagnosis.registry import RULES


def diagnose(
    model: keras.Model,
    x: Any,
    y: Any = None,
    *,
    sample_weight: Any = None,
    evidence: npt.ArrayLike | None = None,
    validation_data: tuple[Any, ...] | None = None,
) -> Findings:
    """Say why a recurrent network does not learn: a sentence, a number that proves it, the cure.

    Look at the data, the graph, one trace and a few updates on copies of the weights. The model,
    its optimizer, its states and all random seeds are afterwards what they were, bit for bit.

    Args:
        model: A built `keras.Model` with recurrent layers, compiled as for `fit`; new or trained.
        x: Inputs as `model.evaluate` takes them: a few hundred samples of the training data say
            more about the data than one batch does.
        y: Labels as `model.evaluate` takes them.
        sample_weight: Weights as `model.evaluate` takes them.
        evidence: Booleans (samples, time): the steps that decide the answer, such as
            `recall.evidence(x)`. Default: unknown; then steps that tell of the label by themselves
            count, if there are any.
        validation_data: Tuple `(x, y)` or `(x, y, sample_weight)` of held-out samples.

    Returns:
        `Findings`: what is to be mended first comes first; and what was not looked at.

    Raises:
        ValueError: The model is not built or has no recurrent layer, does not take `x`, or `x`,
            `y`, `sample_weight` and `evidence` do not belong together. Labels that do not fit the
            loss are a finding.

    Example:

    >>> import keras, numpy as np
    >>> from keras_rnn_study import diagnose
    >>> model = keras.Sequential(
    ...     [keras.Input((9, 3)), keras.layers.GRU(4), keras.layers.Dense(1, activation="softmax")]
    ... )
    >>> model.compile("adam", "binary_crossentropy")
    >>> random = np.random.default_rng(0)
    >>> findings = diagnose(model, random.normal(size=(32, 9, 3)), random.integers(0, 2, (32, 1)))
    >>> findings[0].name, findings[0].severity
    ('labels_do_not_fit_loss', 'error')
    """
    if validation_data is not None and (
        not isinstance(validation_data, tuple | list) or not 2 <= len(validation_data) <= 3
    ):
        raise ValueError(
            f"Received validation_data of type {type(validation_data).__name__}. Expected a tuple "
            "(x, y) or (x, y, sample_weight), as `model.fit` takes it."
        )
    needs_tensorflow("diagnose")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of Keras, about what findings say
        examination = examine(model, x, y, sample_weight, evidence, validation_data)
    return judged(examination)


def judged(examination: Examination) -> Findings:
    """Return what the rules find, causes before their symptoms, and what they could not look at."""
    found = [finding for rule in RULES if (finding := rule(examination)) is not None]
    not_looked_at: dict[str, list[str]] = {}
    for rule in RULES:
        for need in rule.needs:
            if need in examination.unknown:
                not_looked_at.setdefault(examination.unknown[need], []).append(rule.name)
                break
    return Findings(_ranked(found), not_looked_at)


def _ranked(found: Sequence[Finding]) -> list[Finding]:
    """Mark symptoms of other findings; put them last, and errors before warnings before notes."""
    explains = {rule.name: rule.explains for rule in RULES}
    marked = []
    for place, finding in enumerate(found):
        causes = [
            other.name
            for other in found[:place]
            if finding.name in explains[other.name] and other.severity != "note"
        ]
        marked.append(finding.explained_by(causes[0]) if causes else finding)
    return sorted(marked, key=lambda f: (f.because is not None, SEVERITIES.index(f.severity)))
