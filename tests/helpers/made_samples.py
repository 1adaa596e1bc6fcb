"""Samples made by hand, for tests of how samples are shown."""

import numpy as np

from keras_rnn_study.datasets import reading
from keras_rnn_study.datasets.task import Task
from keras_rnn_study.task_views.sample import Sample

SYMBOLS = "ABab?"


def task(**changes):
    facts = {
        "name": "made",
        "summary": "Name the symbol of `gap` steps ago.",
        "example": "A b b ? -> A",
        "source": "Made for a test.",
        "input_shape": (None, len(SYMBOLS)),
        "input_dtype": "float32",
        "num_classes": 2,
        "chance": 0.5,
        "success": 0.95,
        "read_input": reading.one_hot(SYMBOLS),
        "read_answer": reading.classes("AB"),
    }
    return Task(**facts | changes)


def sample(names, evidence, due, targets, *, x=None, padding=0, **changes):
    """A sample with evidence and answer at these steps; symbols, unless there is an `x`."""
    time = len(names)
    if x is None:
        x = np.eye(len(SYMBOLS), dtype="float32")[[SYMBOLS.index(name) for name in names]]
    x = np.concatenate([x, np.zeros((padding, *x.shape[1:]), x.dtype)])
    facts = task(**changes)
    return Sample(
        task=facts,
        size=3,
        seed=0,
        x=x,
        y=np.array(0),
        names=tuple(names),
        evidence=np.isin(np.arange(time), evidence),
        due=np.isin(np.arange(time), due),
        targets=tuple(targets.get(step, "") for step in range(time)),
    )


def symbols(time, evidence, **options):
    """A at the evidence, b elsewhere, and a query at the end."""
    names = ["A" if step in evidence else "b" for step in range(time - 1)] + ["?"]
    return sample(names, list(evidence), [time - 1], {time - 1: "A"}, **options)


def words(text, evidence, answer):
    """A text of which one word decides the answer, which is due at the last one."""
    names = text.split()
    return sample(
        names,
        [names.index(evidence)],
        [len(names) - 1],
        {len(names) - 1: answer},
        x=np.arange(1, len(names) + 1, dtype="int32"),
        input_shape=(None,),
        input_dtype="int32",
        vocabulary_size=1000,
    )


def numbers(values, marked, answer):
    """Numbers and markers, as in `adding`."""
    x = np.zeros((len(values), 2), "float32")
    x[:, 0] = values
    x[marked, 1] = 1
    names = [f"{value:.2f}" + "*" * (step in marked) for step, value in enumerate(values)]
    last = len(values) - 1
    return sample(names, marked, [last], {last: answer}, x=x, input_shape=(None, 2))


def rows(values, names, evidence, answer):
    """Feature vectors with long names, as in `digits`."""
    x = np.asarray(values, "float32")
    last = len(x) - 1
    return sample(names, evidence, [last], {last: answer}, x=x, input_shape=(None, x.shape[1]))
