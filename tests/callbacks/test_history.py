"""The history of a callback: arrays that grow."""

import copy
import pickle

import numpy as np
import pytest

from keras_rnn_study.callbacks.history import History


def test_what_a_record_lacks_is_not_a_number():
    history = History()
    history.add([0, 1], {"a": [1, 2]})
    history.add([2], {"b": np.ones((1, 3), "float32")})
    history.add([3], {"a": [4.0], "b": np.zeros((1, 3), "float32")})
    arrays = history.arrays()
    np.testing.assert_array_equal(arrays["a"], [1.0, 2.0, np.nan, 4.0])
    np.testing.assert_array_equal(arrays["b"][[0, 2, 3], 0], [np.nan, 1.0, 0.0])
    assert arrays["b"].shape == (4, 3)
    assert (arrays["a"].dtype, arrays["b"].dtype) == (np.float64, np.float32)
    assert arrays["step"].tolist() == [0, 1, 2, 3]
    assert arrays["step"].dtype == np.int64
    assert history.last_step() == 3


def test_of_nothing():
    assert list(History().arrays()) == ["step"]
    assert History().last_step() is None
    history = History()
    history.add([], {"a": np.empty(0)})
    assert history.arrays()["a"].shape == (0,)


@pytest.mark.parametrize("sizes", [[1] * 50, [7, 1, 100, 3], [1000]])
def test_whatever_the_size_of_its_parts(sizes):
    history, expected = History(), np.random.default_rng(0).normal(size=(sum(sizes), 2))
    begin = 0
    for size in sizes:
        part = slice(begin, begin + size)
        history.add(range(begin, begin + size), {"a": expected[part]})
        begin += size
    np.testing.assert_array_equal(history.arrays()["a"], expected)


def test_what_was_read_stays_as_it_is():
    history = History()
    history.add([0], {"a": [1.0]})
    before = history.arrays()
    for step in range(1, 10):
        history.add([step], {"a": [2.0]})
    assert before["a"].tolist() == [1.0]
    with pytest.raises(ValueError, match="read-only"):
        before["a"][0] = 3.0


def test_reading_copies_nothing():
    history = History()
    history.add(range(10), {"map": np.zeros((10, 4, 5), "float32")})
    first, second = history.arrays()["map"], history.arrays()["map"]
    assert np.shares_memory(first, second)


def test_it_takes_at_most_half_as_much_again():
    history = History()
    for step in range(1000):
        history.add([step], {"a": np.zeros((1, 20), "float32")})
    held = sum(column._data.nbytes for column in history._columns.values())
    assert held <= 1.5 * 1000 * 20 * 4


def test_another_shape_is_refused_and_nothing_is_added():
    history = History()
    history.add([0], {"a": [1.0], "b": [[1.0, 2.0]]})
    with pytest.raises(ValueError, match=r"b of shape \(2,\).*another model.*new callback"):
        history.add([1], {"a": [1.0], "b": [[1.0, 2.0, 3.0]]})
    assert [len(array) for array in history.arrays().values()] == [1, 1, 1]


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda h: pickle.loads(pickle.dumps(h))])
def test_a_copy_grows_by_itself(copied):
    history = History()
    history.add([0], {"a": [1.0]})
    twin = copied(history)
    twin.add([1], {"a": [2.0]})
    assert history.arrays()["a"].tolist() == [1.0]
    assert twin.arrays()["a"].tolist() == [1.0, 2.0]
