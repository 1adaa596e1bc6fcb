"""What lessons 12 to 15 share beside `lesson`: samples of many gaps, small models, and pictures."""

import contextlib
import itertools
from collections.abc import Iterator, Mapping, Sequence

import keras
import matplotlib
import numpy as np
from matplotlib.figure import Figure

from keras_rnn_study import fused
from keras_rnn_study.datasets import recall
from keras_rnn_study.study.report.style import marks
from lesson import word

EDGES = (0, 1, 2, 4, 8, 16, 32, 64, 128)  # of the groups of gaps
_RIGHT = 0.9  # of the answers of a group, to count as learned


def any_gap(
    num_samples: int, longest: int, seed: int, evenly: bool = False
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Make samples of recall whose symbol stands anywhere, so that gaps are of all sizes.

    Args:
        num_samples: How many.
        longest: The largest gap, from the first step to the question.
        seed: The same seed gives the same samples.
        evenly: Whether each place is as likely as the next; else each doubling of the gap is.

    Returns:
        x: float32, (num_samples, longest + 2, 17). y: int32, (num_samples,): the symbols. The gaps,
        (num_samples,), from 0 to `longest`.
    """
    x, y = recall.make(num_samples, gap=longest, seed=seed)
    rng = np.random.default_rng(seed)
    gaps = np.exp(rng.uniform(0, np.log(longest + 2), num_samples)).astype(int) - 1
    if evenly:
        gaps = rng.integers(0, longest + 1, num_samples)
    samples, places = np.arange(num_samples), longest - gaps
    x[samples, 0], x[samples, places] = x[samples, places], x[samples, 0].copy()
    # The gap of `longest` exchanges nothing; all others have a distractor at step 0 now.
    return x, y, gaps


def answering(layer: keras.Layer, *between: keras.Layer) -> keras.Model:
    """Make a model of recall: one recurrent layer, what stands between, and a softmax."""
    keras.utils.set_random_seed(0)
    answer = keras.layers.Dense(8, activation="softmax")
    model = keras.Sequential([keras.Input((None, 17)), layer, *between, answer])
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    return model


def fit(model: keras.Model, x: np.ndarray, y: np.ndarray) -> None:
    """Train on each sample once, in batches of 64, on fused loops where there are some."""
    with fused(model):
        model.fit(x, y, batch_size=64, shuffle=False, verbose=0)


def is_right(model: keras.Model, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return which answers are right: booleans, one per sample."""
    return model.predict(x, batch_size=512, verbose=0).argmax(axis=-1) == y


@contextlib.contextmanager
def held(cell: keras.layers.GRUCell, gate: str, values: np.ndarray) -> Iterator[None]:
    """Hold a GRU's gate at constant values, (units,), and give it its weights back."""
    begin = {"update": 0, "reset": cell.units}[gate]
    trained = cell.get_weights()
    changed = [weight.copy() for weight in trained]
    for weight in changed:
        weight[..., begin : begin + cell.units] = 0
    changed[2][0, begin : begin + cell.units] = np.log(values / (1 - values))
    cell.set_weights(changed)
    try:
        yield
    finally:
        cell.set_weights(trained)


def right_by_gap(right: np.ndarray, gaps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the middle of each group of gaps, and its share of right answers."""
    groups = [(gaps >= low) & (gaps < high) for low, high in itertools.pairwise(EDGES)]
    groups = [group for group in groups if group.any()]
    return (
        np.array([gaps[group].mean() for group in groups]),
        np.array([right[group].mean() for group in groups]),
    )


def learned_gap(right: np.ndarray, gaps: np.ndarray) -> int:
    """Return the largest gap of the groups before the first with less than nine right in ten."""
    learned = 0
    for low, high in itertools.pairwise(EDGES):
        group = (gaps >= low) & (gaps < high)
        if not group.any() or right[group].mean() < _RIGHT:
            break
        learned = int(gaps[group].max())
    return learned


def on_one_axis(rows: Mapping[str, Mapping[str, float]], end: float) -> Figure:
    """Draw several numbers of steps for each layer on one logarithmic axis.

    Args:
        rows: Name of each layer to its numbers, by what they are.
        end: The number of steps that there are, drawn as a dotted line.
    """
    figure = Figure((9.5, 0.42 * len(rows) + 1.1), layout="constrained")
    axes = figure.add_subplot()
    kinds = list(next(iter(rows.values())))
    levels = np.arange(len(rows))[::-1]
    for number, kind in enumerate(kinds):
        look = marks(number) | {"linestyle": "none", "markersize": 9}
        steps = [max(row[kind], 0.7) for row in rows.values()]
        axes.plot(steps, levels + 0.16 * (1 - number), **look, label=word(kind))
    axes.axvline(end, color="0.4", linestyle=":")
    axes.set_yticks(levels, [word(name) for name in rows])
    axes.set_xscale("log")
    axes.set(xlabel=word("steps"), xlim=(0.6, 2 * end))
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.2), ncols=3, fontsize=9)
    return figure


def words_in_colour(
    rows: Sequence[tuple[str, Sequence[str], np.ndarray]], across: int = 14
) -> Figure:
    """Draw texts whose words are the darker, the more of something they have.

    Args:
        rows: Title, words and share of each word; a row with more words than `across` goes on below.
        across: Words in a line.
    """
    lines = [
        (title if not begin else "", words[begin : begin + across], shares[begin:])
        for title, words, shares in rows
        for begin in range(0, len(words), across)
    ]
    figure = Figure((9.5, 0.48 * len(lines) + 0.3), layout="constrained")
    axes = figure.add_subplot()
    colours = matplotlib.colormaps["Oranges"]
    strongest = max(float(np.max(shares)) for _, _, shares in rows)
    for level, (title, words, shares) in enumerate(lines):
        axes.text(-0.1, -level + 0.38, word(title), fontsize=9)
        for place, (said, share) in enumerate(zip(words, shares, strict=False)):
            face = colours(0.9 * float(share) / strongest)
            box = {"facecolor": face, "edgecolor": "none", "boxstyle": "round,pad=0.2"}
            colour = "white" if share > 0.6 * strongest else "black"
            axes.text(
                place + 0.4,
                -level,
                said,
                ha="center",
                fontsize=8,
                color=colour,
                bbox=box,
            )
    axes.set(xlim=(-0.2, across), ylim=(-len(lines) + 0.5, 0.8))
    axes.axis("off")
    return figure
