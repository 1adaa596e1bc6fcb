"""The meaning of `temporal_order`: signals among distractors, and their order."""

import numpy as np
import pytest

from keras_rnn_study.datasets import temporal_order

TASK = temporal_order.TASK
ORDERS = {
    2: ["XX", "XY", "YX", "YY"],
    3: ["XXX", "XXY", "XYX", "XYY", "YXX", "YXY", "YYX", "YYY"],
}
SMALLEST = {  # the smallest size of each variant
    "exact_gap": {"gap": 0},
    "exact_gap_three": {"gap": 0},
    "hochreiter_1997": {"length": 10},
    "hochreiter_1997_three": {"length": 10},
    "pascanu_2013": {"length": 10},
}
each_variant = pytest.mark.parametrize("variant", SMALLEST)


def texts(x):
    """Write each sample as a string, padding as spaces."""
    names = "EBabcdXY"[-x.shape[2] :]
    return ["".join(names[step.argmax()] if step.any() else " " for step in row) for row in x]


def order(text):
    return "".join(name for name in text if name in "XY")


def places(text):
    return [step for step, name in enumerate(text) if name in "XY"]


def distractor_sum(text):
    return sum("abcd".index(name) for name in text if name in "abcd")


def test_the_variants_and_the_default():
    assert list(TASK.variants) == list(SMALLEST)
    assert TASK.variant == "exact_gap"
    assert TASK.label == "temporal_order"


@each_variant
def test_the_sample_of_the_docstring(variant):
    task = TASK.of(variant)
    sample, _, answer = task.example.partition(" -> ")
    text = sample.replace(" ", "")
    assert order(text) == answer
    assert answer in {task.read_answer(number) for number in range(task.num_classes)}
    names = "EBabcdXY"[-task.input_shape[1] :]
    x = np.array([[np.arange(len(names)) == names.index(name) for name in text]])
    assert task.read_input(x[0]) == list(text)
    assert temporal_order.evidence(x).nonzero()[1].tolist() == places(text)


@pytest.mark.parametrize("gap", [0, 1, 30])
def test_exact_gap(gap):
    x, y = temporal_order.make(400, gap=gap, seed=0)
    assert x.shape == (400, gap + 13, 8)
    np.testing.assert_array_equal(x.sum(axis=-1), 1)  # one-hot
    assert set(np.unique(x)) == {0, 1}
    for text, answer in zip(texts(x), y, strict=True):
        assert text[0] == "E"
        assert len(order(text[1:11])) == 1
        assert text[11] in "XY"
        assert set(text[12:-1]) <= set("abcd")
        assert len(text[12:-1]) == gap
        assert text[-1] == "B"
        assert text.count("E") == text.count("B") == 1
        assert order(text) == ORDERS[2][answer] == TASK.read_answer(answer)


@pytest.mark.parametrize("gap", [0, 1, 30])
def test_exact_gap_three(gap):
    x, y = temporal_order.make(400, gap=gap, seed=0, variant="exact_gap_three")
    assert x.shape == (400, gap + 23, 8)
    np.testing.assert_array_equal(x.sum(axis=-1), 1)
    for text, answer in zip(texts(x), y, strict=True):
        assert text[0] == "E"
        assert [len(order(text[1:11])), len(order(text[11:21]))] == [1, 1]
        assert text[21] in "XY"
        assert set(text[22:-1]) <= set("abcd")
        assert len(text[22:-1]) == gap
        assert text[-1] == "B"
        assert text.count("E") == text.count("B") == 1
        assert order(text) == ORDERS[3][answer]


@pytest.mark.parametrize(
    ("variant", "windows"),
    [
        ("hochreiter_1997", [(10, 20), (50, 60)]),
        ("hochreiter_1997_three", [(10, 20), (33, 43), (66, 76)]),
    ],
)
def test_hochreiter_1997_at_the_length_of_the_paper(variant, windows):
    x, y = temporal_order.make(1000, length=100, seed=0, variant=variant)
    assert x.shape == (1000, 110, 8)
    lengths = set()
    for text, answer in zip(texts(x), y, strict=True):
        real = text.rstrip()
        lengths.add(len(real))
        assert real[0] == "E"
        assert real[-1] == "B"
        assert set(real[1:-1]) <= set("abcdXY")
        assert order(real) == ORDERS[len(windows)][answer]
    assert lengths == set(range(100, 111))
    steps = np.array([places(text) for text in texts(x)])
    for (first, last), at in zip(windows, steps.T, strict=True):
        assert set(at) == set(range(first, last + 1))


@pytest.mark.parametrize("length", [10, 50, 200])
def test_pascanu_2013(length):
    x, y = temporal_order.make(1000, length=length, seed=0, variant="pascanu_2013")
    assert x.shape == (1000, length, 6)
    np.testing.assert_array_equal(x.sum(axis=-1), 1)
    assert [order(text) for text in texts(x)] == [ORDERS[2][answer] for answer in y]
    first, second = np.array([places(text) for text in texts(x)]).T
    assert set(first) == set(range(length // 10, 2 * length // 10))
    assert set(second) == set(range(5 * length // 10, 6 * length // 10))


@each_variant
def test_the_smallest_size_has_all_its_signals(variant):
    x, y = temporal_order.make(500, seed=0, variant=variant, **SMALLEST[variant])
    signals = 3 if variant.endswith("three") else 2
    assert [order(text) for text in texts(x)] == [ORDERS[signals][answer] for answer in y]
    assert set(y) == set(range(2**signals))


def test_signals_are_uniform_over_their_windows_and_their_places_tell_nothing():
    x, y = temporal_order.make(20_000, gap=0, seed=0, variant="exact_gap_three")
    steps = np.array([places(text) for text in texts(x)])
    table = np.zeros((8, 10, 10))
    np.add.at(table, (y, steps[:, 0] - 1, steps[:, 1] - 11), 1 / len(y))
    assert np.abs(table.sum(axis=0) - 1 / 100).max() < 5 * np.sqrt(1 / 100 / len(y))
    assert np.abs(table - 1 / 800).max() < 6 * np.sqrt(1 / 800 / len(y))


def test_lengths_are_uniform_and_tell_nothing():
    x, y = temporal_order.make(20_000, length=30, seed=0, variant="hochreiter_1997")
    lengths = x.any(axis=-1).sum(axis=1) - 30
    table = np.zeros((4, 4))
    np.add.at(table, (y, lengths), 1 / len(y))
    assert np.abs(table - 1 / 16).max() < 5 * np.sqrt(1 / 16 / len(y))


@each_variant
def test_the_part_is_told_by_the_sum_of_the_distractors(variant):
    size = SMALLEST[variant]
    train, test = temporal_order.load_data(
        num_train=1500, num_test=1500, seed=0, variant=variant, **size
    )
    more, _ = temporal_order.make(1500, seed=1, variant=variant, **size)
    assert {distractor_sum(text) % 4 for text in texts(train[0])} == {1, 2, 3}
    assert {distractor_sum(text) % 4 for text in texts(more)} == {1, 2, 3}
    assert {distractor_sum(text) % 4 for text in texts(test[0])} == {0}


@each_variant
def test_every_distractor_is_equally_frequent_at_every_step_in_both_parts(variant):
    parts = temporal_order.load_data(
        num_train=8000, num_test=8000, seed=0, variant=variant, **SMALLEST[variant]
    )
    for x, _ in parts:
        distractors = x[..., -6:-2].sum(axis=0)  # (time, distractors)
        present = distractors.sum(axis=1)
        assert (present > 400).sum() >= 5
        for count, number in zip(distractors, present, strict=True):
            if number > 400:
                assert np.abs(count / number - 1 / 4).max() < 5 * np.sqrt(3 / 16 / number)


@each_variant
def test_distractors_tell_nothing_about_the_answer(variant):
    x, y = temporal_order.make(20_000, seed=0, variant=variant, **SMALLEST[variant])
    remainder = np.array([distractor_sum(text) % 4 for text in texts(x)])
    classes = TASK.of(variant).num_classes
    table = np.zeros((classes, 4))
    np.add.at(table, (y, remainder), 1 / len(y))
    expected = 1 / classes / 3
    assert np.abs(table[:, 1:] - expected).max() < 5 * np.sqrt(expected / len(y))
    bags = x[..., -6:-2].sum(axis=1)  # (batch, distractors)
    for answer in range(classes):
        of_class = bags[y == answer]
        error = bags.std(axis=0) / np.sqrt(len(of_class))
        assert (np.abs(of_class.mean(axis=0) - bags.mean(axis=0)) < 5 * error).all()


def test_hochreiter_1997_wants_every_output_within_its_tolerance():
    x, y = temporal_order.make(3, length=20, seed=0, variant="hochreiter_1997")
    task = TASK.of("hochreiter_1997")
    prediction = np.zeros((3, 4))
    prediction[range(3), y] = [0.71, 0.69, 1.0]
    prediction[range(3), (y + 1) % 4] = [0.29, 0.29, 0.31]
    np.testing.assert_array_equal(task.scores(x, y, prediction), [1, 0, 0])
    np.testing.assert_array_equal(TASK.scores(x, y, prediction), [1, 1, 1])


def test_what_the_sources_call_solved():
    assert [task.tolerance for task in TASK.variants.values()] == [None, None, 0.3, 0.3, None]
    assert [task.success for task in TASK.variants.values()] == [0.95, 0.95, 0.99, 0.99, 0.99]
    assert [task.chance for task in TASK.variants.values()] == [0.25, 0.125, 0.25, 0.125, 0.25]
    assert [task.padded for task in TASK.variants.values()] == [False, False, True, True, False]


@pytest.mark.parametrize("variant", ["hochreiter_1997", "hochreiter_1997_three", "pascanu_2013"])
def test_random_steps_want_a_length(variant):
    with pytest.raises(ValueError, match=r"takes length, not gap.*gap=5 was given"):
        temporal_order.make(2, gap=5, seed=0, variant=variant)
    with pytest.raises(ValueError, match="length must be a whole number, 10 or more, but 9 was"):
        temporal_order.make(2, length=9, seed=0, variant=variant)


def test_exact_gaps_want_a_gap():
    with pytest.raises(ValueError, match=r"takes gap, not length.*length=50 was given"):
        temporal_order.load_data(length=50)
    with pytest.raises(ValueError, match="gap must be a whole number, 0 or more, but None was"):
        temporal_order.stream(2, seed=0, variant="exact_gap_three")


def test_an_unknown_variant_is_told_the_nearest_name():
    with pytest.raises(ValueError, match=r"'pascanu_2012': .* Did you mean 'pascanu_2013'"):
        temporal_order.make(2, length=50, seed=0, variant="pascanu_2012")
