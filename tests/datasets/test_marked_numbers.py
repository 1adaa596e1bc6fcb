"""The meaning of `adding` and `multiplication`: numbers, marks, and each source's definition."""

import numpy as np
import pytest

from keras_rnn_study.datasets import adding, multiplication

both = pytest.mark.parametrize("module", [adding, multiplication])
NUMBERS, MARKERS = 0, 1


def make(module, variant, size, num_samples=4000):
    name = module.TASK.of(variant).size_name
    x, y = module.make(num_samples, seed=0, variant=variant, **{name: size})
    return x[..., NUMBERS], x[..., MARKERS], y[:, 0]


def marked_steps(markers):
    assert (np.sum(markers == 1, axis=1) == 2).all()
    return np.argwhere(markers == 1)[:, 1].reshape(-1, 2)


def assert_uniform(counts):
    expected = counts.sum() / len(counts)
    assert np.abs(counts - expected).max() < 5 * np.sqrt(expected)


@both
@pytest.mark.parametrize("gap", [0, 1, 30])
def test_with_an_exact_gap_the_first_mark_is_anywhere_in_ten_steps(module, gap):
    numbers, markers, _ = make(module, "exact_gap", gap)
    assert numbers.shape == (4000, gap + 12)
    assert set(np.unique(markers)) == {0, 1}
    steps = marked_steps(markers)
    assert (steps[:, 1] == 10).all()
    assert_uniform(np.bincount(steps[:, 0], minlength=10))


def test_the_samples_of_the_docstrings():
    x = np.zeros((15, 2))
    x[:, 0] = [0.31, 0.80, 0.12, 0.65, 0.44, 0.97, 0.23, 0.58, 0.09, 0.71, 0.25, 0.52, 0.9, 0.17, 0]
    x[[2, 10], 1] = 1
    assert adding.evidence(x[None]).nonzero()[1].tolist() == [2, 10]
    numbers, markers, total = make(adding, "exact_gap", 3)
    np.testing.assert_allclose((numbers * (markers == 1)).sum(axis=1), total, rtol=1e-6)
    _, _, product = make(multiplication, "exact_gap", 3)
    expected = numbers[markers == 1].reshape(-1, 2).prod(axis=1)
    np.testing.assert_allclose(product, expected, rtol=1e-6)


@both
@pytest.mark.parametrize("gap", [0, 40])
def test_numbers_are_uniform_at_every_step_in_both_parts(module, gap):
    for x, _ in module.load_data(gap, num_train=8000, num_test=8000):
        numbers = x[..., NUMBERS]
        assert 0 < numbers.min() < 0.001
        assert 0.999 < numbers.max() < 1
        assert np.abs(numbers.mean(axis=0) - 0.5).max() < 5 * np.sqrt(1 / 12 / 8000)
        assert np.abs((numbers**2).mean(axis=0) - 1 / 3).max() < 5 * np.sqrt(4 / 45 / 8000)


@both
def test_the_part_is_told_by_the_first_number(module):
    (x_train, _), (x_test, _) = module.load_data(3, num_train=500, num_test=500)
    points = [(x[:, 0, NUMBERS].astype("float64") * 2**24 - 1) / 2 % 2 for x in (x_train, x_test)]
    assert set(points[0]) == {0}
    assert set(points[1]) == {1}


@both
@pytest.mark.parametrize("length", [20, 100, 109])
def test_hochreiter_1997(module, length):
    task = module.TASK.of("hochreiter_1997")
    x, y = module.make(20_000, length=length, variant="hochreiter_1997", seed=0)
    numbers, markers = x[..., NUMBERS], x[..., MARKERS]
    longest = length + length // 10
    assert x.shape == (20_000, longest, 2)
    low = -1 if module is adding else 0
    real = numbers[numbers != 0]
    assert low < real.min() < low + 0.001
    assert 0.999 < real.max() < 1

    lengths = task.real_steps(x).sum(axis=1)
    assert_uniform(np.bincount(lengths, minlength=longest + 1)[length:])
    assert (np.arange(longest) < lengths[:, None]).tolist() == (numbers != 0).tolist()

    assert (markers[:, 0] == -1).all()
    assert (markers[np.arange(20_000), lengths - 1] == -1).all()
    assert (np.sum(markers == -1, axis=1) == 2).all()
    assert set(np.unique(markers)) == {-1, 0, 1}

    # A mark on the first pair is not seen. The others: one in ten steps, one in the first half.
    seen = np.sum(markers == 1, axis=1)
    share_hidden = 0.1 + 0.9 / (length // 2 - 1)
    assert set(seen) == {1, 2}
    error = np.sqrt(share_hidden * (1 - share_hidden) / 20_000)
    assert abs((seen == 1).mean() - share_hidden) < 5 * error
    steps = marked_steps(markers[seen == 2])
    assert steps.min() == 1
    assert steps[:, 0].max() < 10
    assert steps[:, 1].max() == length // 2 - 1

    factors = np.where(markers == 1, numbers.astype("float64"), 1)
    if module is adding:
        expected = 0.5 + np.where(markers == 1, numbers, 0).sum(axis=1) / 4
        assert 0 < y.min() < 0.1
        assert 0.9 < y.max() < 1
    else:
        expected = factors.prod(axis=1)
    np.testing.assert_allclose(y[:, 0], expected, rtol=1e-5, atol=1e-7)


@both
def test_hochreiters_baseline_is_the_variance_of_the_targets(module):
    task = module.TASK.of("hochreiter_1997")
    for length in (20, 200):
        _, y = module.make(100_000, length=length, variant="hochreiter_1997", seed=1)
        squares = (y - y.mean()) ** 2
        assert abs(squares.mean() - task.baseline_loss(length)) < 5 * squares.std() / 100_000**0.5


@pytest.mark.parametrize("variant", ["le_2015", "bai_2018"])
def test_any_two_steps_may_be_marked(variant):
    _, markers, _ = make(adding, variant, 6, num_samples=30_000)
    pairs = marked_steps(markers) @ [6, 1]
    counts = np.bincount(pairs, minlength=36)
    assert (counts > 0).sum() == 15
    assert_uniform(counts[counts > 0])


@pytest.mark.parametrize("length", [7, 40])
def test_arjovsky_2016_marks_one_step_in_each_half(length):
    _, markers, _ = make(adding, "arjovsky_2016", length, num_samples=20_000)
    first, second = marked_steps(markers).T
    assert_uniform(np.bincount(first, minlength=length // 2))
    assert_uniform(np.bincount(second - length // 2, minlength=length - length // 2))
    assert first.max() < length // 2 <= second.min()


@pytest.mark.parametrize("variant", ["le_2015", "arjovsky_2016", "bai_2018"])
def test_the_others_add_numbers_from_0_to_1(variant):
    numbers, markers, y = make(adding, variant, 30)
    assert numbers.shape == (4000, 30)
    assert 0 < numbers.min() < 0.001
    np.testing.assert_allclose(y, np.where(markers == 1, numbers, 0).sum(axis=1), rtol=1e-6)
    task = adding.TASK.of(variant)
    assert (task.metric, task.chance) == ("mean_squared_error", 1 / 6)
