"""Where labels lie in the series that their windows were cut from, and what tells them."""

import numpy as np
import pytest

from keras_rnn_study.diagnosis.readout import leaving_one_out
from keras_rnn_study.diagnosis.series import overlap, placement, residuals

LENGTH, COUNT = 8, 120
RANDOM = np.random.default_rng(0)
SERIES = RANDOM.normal(size=COUNT + 2 * LENGTH).astype("float32")


def windows(*columns):
    stacked = np.stack(columns, axis=1)
    return np.stack([stacked[i : i + LENGTH] for i in range(COUNT)])


def label(ahead):
    return SERIES[LENGTH - 1 + ahead :][:COUNT]


@pytest.mark.parametrize("ahead", [-3, 1, 4])
def test_labels_are_found_at_their_distance_whatever_the_order(ahead):
    order = RANDOM.permutation(COUNT)
    found = placement(windows(SERIES)[order], label(ahead)[order])
    assert found.ahead == ahead
    assert found.agreed == 1
    # Those before the first window's last step and after the last one's are in no window's end.
    assert found.found == pytest.approx(1 - abs(ahead) / COUNT)


def test_labels_in_another_order_are_found_at_no_one_distance():
    found = placement(windows(SERIES), RANDOM.permutation(label(1)))
    assert found.found > 0.9
    assert found.agreed < 0.1


def test_the_column_that_has_the_labels_is_found_among_others():
    found = placement(windows(SERIES[::-1], SERIES), label(2))
    assert (found.ahead, found.agreed) == (2, 1)


@pytest.mark.parametrize(
    "array",
    [
        RANDOM.normal(size=(COUNT, LENGTH, 1)),  # no cuts of one series
        windows(SERIES)[RANDOM.permutation(COUNT)[: COUNT // 2]],  # nobody knows their order
        windows(np.round(SERIES)),  # values that repeat have no place of their own
        windows(SERIES)[:20],
    ],
)
def test_where_nothing_can_be_said_nothing_is(array):
    assert placement(array, label(1)[: len(array)]) is None


def test_a_centred_mean_tells_the_next_value_and_a_trailing_one_does_not():
    centred = np.convolve(SERIES, np.ones(3) / 3, "same")
    trailing = np.convolve(SERIES, np.ones(3) / 3)[: len(SERIES)]
    with_last, without = residuals(windows(SERIES, centred), label(1))
    assert with_last < 1e-5
    assert without > 0.5
    assert min(residuals(windows(SERIES, trailing), label(1))) > 0.5


def test_residuals_are_those_of_a_fit_by_the_normal_equations():
    steps = COUNT // 4  # as many steps as a quarter of the samples can fit
    array = windows(SERIES)[:, -min(steps, LENGTH) :, 0].astype(float)
    inputs = np.column_stack([array, np.ones(COUNT)])
    weights = np.linalg.solve(inputs.T @ inputs, inputs.T @ label(1))
    expected = (label(1) - inputs @ weights).std() / label(1).std()
    assert residuals(windows(SERIES), label(1))[0] == pytest.approx(expected, rel=1e-5)


def test_a_sine_is_told_with_the_last_step_and_without():
    sine = np.sin(0.37 * np.arange(len(SERIES)))
    assert max(residuals(windows(sine), sine[LENGTH:][:COUNT])) < 1e-6


def test_overlap():
    assert overlap(windows(SERIES))
    assert not overlap(RANDOM.normal(size=(COUNT, LENGTH, 1)))
    assert not overlap(np.ones((COUNT, LENGTH, 1)))


def test_each_sample_is_left_out():
    """Against fits that are made again without it."""
    states, targets = RANDOM.normal(size=(20, 4)), RANDOM.normal(size=(20, 1))
    targets += 2 * states[:, :1]
    x = (states - states.mean(axis=0)) / states.std(axis=0)
    y = targets - targets.mean()
    found = []
    for penalty in (1e-4, 1e-2, 1.0):
        strength = penalty * np.linalg.eigvalsh(x @ x.T).max() / 20
        inputs = np.column_stack([x, np.ones(20)])
        shrink = np.diag([strength] * 4 + [0])
        errors = []
        for left in range(20):
            kept = np.arange(20) != left
            a, b = inputs[kept], y[kept]
            weights = np.linalg.solve(a.T @ a + shrink, a.T @ b)
            errors.append(float(np.squeeze(y[left] - inputs[left] @ weights)))
        found.append(1 - np.sum(np.square(errors)) / (y**2).sum())
    assert leaving_one_out(states, targets) == pytest.approx(max(found), rel=1e-6)


def test_noise_cannot_be_read():
    assert leaving_one_out(RANDOM.normal(size=(64, 100)), RANDOM.normal(size=(64, 1))) < 0.3
    assert leaving_one_out(np.ones((64, 3)), RANDOM.normal(size=(64, 1))) < 0
    assert leaving_one_out(RANDOM.normal(size=(64, 3)), np.ones((64, 1))) == 0
