"""Samples made one by one in plain Python, as a first version of each task would be written.

They are what `generation.py` compares the vectorised tasks with: same inputs, same answers, no
split into training and test data. Each function takes a `random.Random` and the gap and returns one
sample, `(x, y)`.
"""

import functools
import random

import numpy as np
from sklearn import datasets
from sktime.datasets import load_japanese_vowels

from keras_rnn_study.datasets import catalog
from keras_rnn_study.datasets.sources import bracket_pieces, corpus, prose, python_source
from keras_rnn_study.datasets.sources.country_languages import COUNTRIES_PER_LANGUAGE, NUM_LANGUAGES


def batch(task, num_samples, gap, seed):
    """Samples of a task, as arrays."""
    source = random.Random(seed)
    samples = [globals()[task](source, gap) for _ in range(num_samples)]
    facts = catalog.get(task).TASK
    x, y = zip(*samples, strict=True)
    return np.array(x, facts.input_dtype), np.array(y, "int32" if facts.num_classes else "float32")


def one_hot(tokens, size):
    return [[1.0 if feature == token else 0.0 for feature in range(size)] for token in tokens]


def recall(source, gap):
    symbol = source.randrange(8)
    distractors = [8 + source.randrange(8) for _ in range(gap)]
    return one_hot([symbol, *distractors, 16], 17), symbol


def marked_numbers(source, gap):
    time = gap + 12
    marks = {source.randrange(10), 10}
    steps = [[source.random(), 1.0 if step in marks else 0.0] for step in range(time)]
    return steps, [steps[step][0] for step in marks]


def adding(source, gap):
    x, (first, second) = marked_numbers(source, gap)
    return x, [first + second]


def multiplication(source, gap):
    x, (first, second) = marked_numbers(source, gap)
    return x, [first * second]


def copy_memory(source, gap):
    symbols = [source.randrange(8) for _ in range(10)]
    between = [8] * (gap - 1) + [9] if gap else []
    return one_hot([*symbols, *between, *[8] * 10], 10), [8] * (gap + 10) + symbols


def language(source, gap):
    text = corpus.load("en")
    frame = text.frame(gap)
    language = source.randrange(NUM_LANGUAGES)
    before = sum(COUNTRIES_PER_LANGUAGE[:language])
    country = corpus.FIRST_COUNTRY + before + source.randrange(COUNTRIES_PER_LANGUAGE[language])
    words = []
    while len(words) != frame.num_filler:
        words = [] if len(words) > frame.num_filler else words
        words = [*words, *source.choice(sentences())]
    return [*frame.before, country, *frame.after, *words, *frame.ending], language


@functools.cache
def sentences():
    """The filler of `language` as tokens."""
    tokens = corpus.load("en").tokens
    return [
        [tokens.get(word, tokens["<unk>"]) for word in sentence]
        for sentence in prose.sentences(prose.read("en", None), "en")
    ]


def temporal_order(source, gap):
    first, second = source.randrange(2), source.randrange(2)
    tokens = [0, *[2 + source.randrange(4) for _ in range(11 + gap)], 1]  # E, distractors, B
    tokens[1 + source.randrange(10)] = 6 + first
    tokens[11] = 6 + second
    return one_hot(tokens, 8), 2 * first + second


def latch(source, gap):
    label = source.randrange(2)
    noise = [source.gauss(0, 0.2**0.5) for _ in range(gap + 1)]
    return [[value] for value in [2.0 * label - 1] * 3 + noise], label


def noise_free_lag(source, gap):
    label = source.randrange(2)
    return [1 + label, *[3 + step % 1024 for step in range(gap + 1)]], label


def digits(source, gap):
    images = scikit_learn_digits()
    label = source.randrange(10)
    image = source.choice([image for image, digit in images if digit == label])
    rows = [[pixel / 16 for pixel in row] + [1.0] for row in image]
    return rows + [[0.0] * 9 for _ in range(gap + 1)], label


def speech(source, gap):
    label = source.randrange(9)
    utterance = source.choice([frames for frames, speaker in utterances() if speaker == label])
    begin = source.randrange(len(utterance) - 6)
    frames = [[*frame, 1.0] for frame in utterance[begin : begin + 7]]
    return frames + [[0.0] * 13 for _ in range(gap + 1)], label


@functools.cache
def scikit_learn_digits():
    data = datasets.load_digits()
    return list(zip(data.images.tolist(), data.target.tolist(), strict=True))


@functools.cache
def utterances():
    frames, speakers = load_japanese_vowels(split="train", return_type="df-list")
    return [(f.to_numpy().tolist(), int(s) - 1) for f, s in zip(frames, speakers, strict=True)]


REBER = {  # node: its edges, a symbol of BTPSXVE and where it leads
    0: ((1, 1), (2, 2)),
    1: ((3, 1), (4, 3)),
    2: ((1, 2), (5, 4)),
    3: ((4, 2), (3, 5)),
    4: ((2, 3), (5, 5)),
    5: ((6, None),),
}


@functools.cache
def ways(node, length):
    """How many strings of that length lead from a node to the end."""
    if node is None or length == 0:
        return int(node is None and length == 0)
    return sum(ways(following, length - 1) for _, following in REBER[node])


def reber(source, gap):
    outer, node, inner = source.choice((1, 2)), 0, [0]
    for left in range(gap, 0, -1):
        edges = REBER[node]
        weights = [ways(following, left - 1) for _, following in edges]
        symbol, node = source.choices(edges, weights)[0]
        inner.append(symbol)
    string = [0, outer, *inner, outer, 6]
    return one_hot(string[:-1], 7), string[1:]


def agreement(source, gap):
    nouns = [3 + 2 * source.randrange(48) + source.randrange(2) for _ in range((gap + 2) // 4 + 1)]
    optional = [(phrase, place) for phrase in range(len(nouns) - 1) for place in range(3)]
    said = set(source.sample(optional, gap - 3 * (len(nouns) - 1)))
    words = [1, nouns[0]]
    for phrase, noun in enumerate(nouns[1:]):
        participle, preposition, size, state = (
            first + source.randrange(8) for first in (99, 107, 115, 123)
        )
        words += [participle] * ((phrase, 0) in said) + [preposition, 1]
        words += [size] * ((phrase, 1) in said) + [state] * ((phrase, 2) in said) + [noun]
    return [*words, 2], (nouns[0] - 3) % 2


def brackets(source, gap):
    text, starts = pieces(gap)
    kind = source.randrange(3)
    start = source.choice(starts)
    return [opening_tokens()[kind], *text[start : start + gap], python_source.QUERY], kind


@functools.cache
def pieces(gap):
    training, _ = bracket_pieces.load(gap)
    windows = training.windows
    text = [*windows[:, 0].tolist(), *windows[-1, 1:].tolist()]
    return text, training.starts.tolist()


@functools.cache
def opening_tokens():
    x, y = catalog.get("brackets").make(100, gap=0, seed=0)
    return [int(x[y == kind][0, 0]) for kind in range(3)]
