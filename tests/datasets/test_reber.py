"""The meaning of `reber`: legal strings, as probable as the grammar has them, cut in two parts."""

import collections
import itertools
import math
import re

import numpy as np
import pytest

from keras_rnn_study.datasets import reber

SYMBOLS = "BTPSXVE"

# The grammar as a picture of it shows it: node, symbol, node.
ARROWS = [
    (0, "B", 1),
    (1, "T", 2),
    (1, "P", 3),
    (2, "S", 2),
    (2, "X", 4),
    (3, "T", 3),
    (3, "V", 5),
    (4, "X", 3),
    (4, "S", 6),
    (5, "P", 4),
    (5, "V", 6),
    (6, "E", "end"),
]

# The same language once more, without a graph.
_FROM_P = "T*V(?:PXT*V)*(?:V|PS)"
_INNER = f"B(?:TS*X(?:S|X{_FROM_P})|P{_FROM_P})E"
LEGAL_INNER = re.compile(_INNER)
LEGAL = re.compile(f"B(?:T{_INNER}T|P{_INNER}P)E")


def strings_of_the_graph(longest):
    """Find all inner strings up to a length, with their probabilities."""
    found, unfinished = {}, [("", 0, 1.0)]
    while unfinished:
        string, node, probability = unfinished.pop()
        if node == "end":
            found[string] = probability
        elif len(string) < longest:
            ways = [(symbol, then) for start, symbol, then in ARROWS if start == node]
            unfinished += [(string + s, then, probability / len(ways)) for s, then in ways]
    return found


INNER_STRINGS = strings_of_the_graph(24)


def is_held_out(inner):
    return int("".join(str("BEPSTVX".index(symbol)) for symbol in inner)) % 7 == 0


def expected(inner_lengths, *, part=None):
    """Give the inner strings of these lengths their probabilities, in a part or in both."""
    chosen = {
        string: probability
        for string, probability in INNER_STRINGS.items()
        if len(string) in inner_lengths
        and (part is None or is_held_out(string) == (part == "test"))
    }
    total = sum(chosen.values())
    return {string: probability / total for string, probability in chosen.items()}


def written(x, y):
    """Write each sample as a string: its inputs and its last target."""
    real = x.any(axis=-1)
    lengths = real.sum(axis=1)
    np.testing.assert_array_equal(real, np.arange(x.shape[1]) < lengths[:, None])
    np.testing.assert_array_equal(x.sum(axis=-1), real)  # one-hot, and padded with zeros
    assert not y[~real].any()
    inputs = np.array(list(SYMBOLS))[x.argmax(axis=-1)]
    last = y[np.arange(len(y)), lengths - 1]
    return [
        "".join(symbols[:length]) + SYMBOLS[target]
        for symbols, length, target in zip(inputs, lengths, last, strict=True)
    ]


def assert_drawn_as_expected(inner, probabilities):
    counts = collections.Counter(inner)
    assert set(counts) <= set(probabilities)
    for string, probability in probabilities.items():
        mean = len(inner) * probability
        assert abs(counts[string] - mean) < 5 * math.sqrt(mean) + 1, string


def test_the_checker_agrees_with_the_graph():
    strings = {
        f"B{outer}{inner}{outer}E" for inner in INNER_STRINGS if len(inner) <= 11 for outer in "TP"
    }
    assert len(strings) == 2 * (2 + 3 + 4 + 7 + 11 + 16 + 24)
    for string in strings:
        assert LEGAL.fullmatch(string), string
        for place, symbol in itertools.product(range(len(string)), SYMBOLS):
            corrupted = string[:place] + symbol + string[place + 1 :]
            assert bool(LEGAL.fullmatch(corrupted)) == (corrupted in strings), corrupted
    for inner in ("BTXSE", "BPVVE", "BTSXXTVVE"):
        assert LEGAL_INNER.fullmatch(inner)


def test_the_sample_by_hand():
    x = np.eye(7, dtype="float32")[[SYMBOLS.index(symbol) for symbol in "BPBTXSEP"]][np.newaxis]
    assert reber.TASK.read_input(x[0]) == list("BPBTXSEP")
    np.testing.assert_array_equal(reber.evidence(x).nonzero()[1], [1])
    np.testing.assert_array_equal(reber.TASK.answer_steps(x).nonzero()[1], [6])
    drawn = written(*reber.make(100, gap=4, seed=0))
    assert set(drawn) == {"BTBTXSETE", "BTBPVVETE", "BPBTXSEPE", "BPBPVVEPE"}


@pytest.mark.parametrize("gap", [4, 5, 21, 22, 40, 1000])
def test_every_string_is_legal_and_asks_for_its_outer_symbol_after_the_gap(gap):
    num_samples = 8 if gap >= 1000 else 300
    for x, y in reber.load_data(gap, num_train=num_samples, num_test=num_samples, seed=0):
        assert x.shape == (num_samples, gap + 4, 7)
        for string, targets in zip(written(x, y), y, strict=True):
            assert LEGAL.fullmatch(string)
            assert len(string) == gap + 5
            assert [SYMBOLS[target] for target in targets] == list(string[1:])
        evidence_step, due_step = 1, x.shape[1] - 2
        assert due_step - evidence_step - 1 == gap
        np.testing.assert_array_equal(reber.TASK.answer_steps(x).nonzero()[1], due_step)
        np.testing.assert_array_equal(y[:, due_step], x[:, evidence_step].argmax(axis=-1))


def test_the_longest_strings_are_as_various_at_their_beginning_as_at_their_end():
    # By 3,000 symbols the probability of any one string is far below the smallest float.
    strings = written(*reber.make(30, gap=3000, seed=0))
    for part in (slice(2, 42), slice(-42, -2)):
        assert len({string[part] for string in strings}) == 30


@pytest.mark.parametrize(
    ("gap", "ends"), [(0, "E"), (1, "SE VE"), (2, "XSE VVE"), (3, "TXSE PVVE")]
)
def test_the_shortest_gaps_have_the_end_of_the_shortest_strings(gap, ends):
    for x, y in reber.load_data(gap, num_train=2000, num_test=2000, seed=0):
        strings = written(x, y)
        assert all(string[:2] + string[-2:] in ("BTTE", "BPPE") for string in strings)
        uniform = {end: 1 / len(ends.split()) for end in ends.split()}
        assert_drawn_as_expected([string[2:-2] for string in strings], uniform)


@pytest.mark.parametrize("gap", [4, 7, 11])
def test_strings_of_one_length_are_equally_likely_and_the_few_are_in_both_parts(gap):
    probabilities = expected({gap + 1})
    assert max(probabilities.values()) == min(probabilities.values())
    for x, y in reber.load_data(gap, num_train=4000, num_test=4000, seed=0):
        assert_drawn_as_expected([string[2:-2] for string in written(x, y)], probabilities)


@pytest.mark.parametrize("gap", [22, 23])
def test_multiples_of_seven_are_held_out_and_each_part_is_uniform(gap):
    parts = reber.load_data(gap, num_train=30_000, num_test=6000, seed=0)
    for part, (x, y) in zip(("train", "test"), parts, strict=True):
        inner = [string[2:-2] for string in written(x, y)]
        probabilities = expected({gap + 1}, part=part)
        assert set(inner) == set(probabilities)
        assert_drawn_as_expected(inner, probabilities)


def test_every_gap_has_strings_in_both_parts_from_where_they_are_split():
    for gap in range(reber.TASK.disjoint_from, 100):
        _, (x, y) = reber.load_data(gap, num_train=1, num_test=20, seed=0)
        assert all(is_held_out(string[2:-2]) for string in written(x, y))


def test_the_outer_symbol_is_independent_of_the_inner_string_and_of_the_part():
    for gap in (6, 12):
        for x, y in reber.load_data(gap, num_train=10_000, num_test=10_000, seed=0):
            strings = written(x, y)
            by_inner = collections.Counter(string[2:-2] for string in strings)
            with_t = collections.Counter(string[2:-2] for string in strings if string[1] == "T")
            for inner, count in by_inner.items():
                assert abs(with_t[inner] - count / 2) < 5 * math.sqrt(count / 4) + 1
            assert abs(with_t.total() - 5000) < 5 * math.sqrt(2500)


@pytest.mark.parametrize("length", [9, 12, 16, 20])
def test_1997_strings_are_as_probable_as_the_graph_has_them(length):
    probabilities = expected(range(5, length - 3))
    parts = reber.load_data(
        variant="hochreiter_1997", length=length, num_train=5000, num_test=5000, seed=0
    )
    for x, y in parts:
        assert x.shape == (5000, length - 1, 7)
        strings = written(x, y)
        assert all(LEGAL.fullmatch(string) and len(string) <= length for string in strings)
        assert_drawn_as_expected([string[2:-2] for string in strings], probabilities)


def test_1997_answers_are_due_where_the_inner_string_ends():
    x, y = reber.make(500, variant="hochreiter_1997", length=40, seed=0)
    task = reber.TASK.of("hochreiter_1997")
    lengths = task.real_steps(x).sum(axis=1)
    assert len(set(lengths)) > 8
    due = task.answer_steps(x)
    np.testing.assert_array_equal(due.nonzero()[1], lengths - 2)
    np.testing.assert_array_equal(y[due], x[reber.evidence(x)].argmax(axis=-1))


def test_1997_strings_have_12_symbols_in_the_mean():
    x, _ = reber.make(20_000, variant="hochreiter_1997", length=60, seed=0)
    lengths = x.any(axis=-1).sum(axis=1) + 1
    assert abs(lengths.mean() - 12) < 0.25


class KnowsAllButTheOuterSymbol:
    """Predicts from the beginning of a string, its outer symbol hidden, by counting strings."""

    def __init__(self, inner_probabilities):
        self.inner_probabilities = inner_probabilities
        self.followed_by = collections.defaultdict(collections.Counter)
        for inner, probability in inner_probabilities.items():
            for outer in "TP":
                for seen, following in self.steps(outer, inner):
                    self.followed_by[seen][following] += probability / 2

    def steps(self, outer, inner):
        """What is seen, and what follows, at each step."""
        seen = ["B" + ("?" + inner + "?")[:end] for end in range(len(inner) + 3)]
        return list(zip(seen, outer + inner + outer + "E", strict=True))

    def loss(self, outer, inner):
        return sum(
            -math.log(self.followed_by[seen][following] / self.followed_by[seen].total())
            for seen, following in self.steps(outer, inner)
        )

    def expected_loss(self):
        """Divide the expected loss of a string by its expected number of steps."""
        chances = self.inner_probabilities.items()
        losses = sum(chance * self.loss("T", inner) for inner, chance in chances)
        return losses / sum(chance * (len(inner) + 3) for inner, chance in chances)


def inner_probabilities(variant, size):
    if variant == "hochreiter_1997":
        return expected(range(5, size - 3), part=None)
    if size >= 4:
        return expected({size + 1}, part="train" if size >= 22 else None)
    ends = {string[-size - 1 :] for string in ("BTXSE", "BPVVE")}
    return {end: 1 / len(ends) for end in ends}


SIZES = [
    *(("exact_gap", gap) for gap in (0, 1, 2, 3, 4, 5, 8, 12, 21, 22)),
    *(("hochreiter_1997", length) for length in (9, 10, 16, 17, 21)),
]


@pytest.mark.parametrize(("variant", "size"), SIZES)
def test_the_blind_loss_is_that_of_counting_all_strings(variant, size):
    blind = KnowsAllButTheOuterSymbol(inner_probabilities(variant, size))
    assert reber.TASK.of(variant).blind_loss(size) == pytest.approx(blind.expected_loss(), abs=1e-9)


@pytest.mark.parametrize(("variant", "size"), [("exact_gap", 22), ("hochreiter_1997", 19)])
def test_the_blind_loss_is_what_someone_blind_has_on_large_batches(variant, size):
    task = reber.TASK.of(variant)
    x, y = reber.make(6000, variant=variant, seed=0, **{task.size_name: size})
    blind = KnowsAllButTheOuterSymbol(inner_probabilities(variant, size))
    strings = written(x, y)
    losses = np.array([blind.loss(string[1], string[2:-2]) for string in strings])
    steps = np.array([len(string) - 1 for string in strings])
    deviation = np.std(losses - task.blind_loss(size) * steps) / steps.mean() / math.sqrt(6000)
    assert abs(losses.sum() / steps.sum() - task.blind_loss(size)) < 5 * deviation + 1e-9
    assert task.baseline_loss(size) == task.blind_loss(size)


def test_the_blind_loss_of_long_strings_is_the_entropy_of_a_uniform_choice():
    # The number of strings grows by the root of r^3 = r^2 + 1 with each symbol.
    short, long = (reber.TASK.blind_loss(gap) * (gap + 4) for gap in (800, 1200))
    assert math.exp((long - short) / 400) == pytest.approx(1.465571, abs=1e-6)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"length": 30}, r"takes gap, not length: .* length=30 was given"),
        ({"variant": "hochreiter_1997", "gap": 5}, r"reber \(hochreiter_1997\) takes length, not"),
        (
            {"variant": "hochreiter_1997", "length": 8},
            "length must be a whole number, 9 or more, but 8 was given",
        ),
        ({"variant": "hochreiter_97", "gap": 5}, "Did you mean 'hochreiter_1997'"),
        ({}, "gap must be a whole number, 0 or more, but None was given"),
    ],
)
def test_errors_say_what_to_do(arguments, message):
    with pytest.raises(ValueError, match=message):
        reber.make(4, seed=0, **arguments)
