import math

import numpy as np
import pytest

from keras_rnn_study import measures

NAN, INF = math.nan, math.inf


class TestStepNorms:
    def test_is_the_mean_of_each_samples_norm(self):
        values = np.random.default_rng(0).normal(size=(5, 7, 3)).astype(np.float32)
        expected = [np.mean([np.linalg.norm(sample[t]) for sample in values]) for t in range(7)]
        norms = measures.step_norms(values)
        assert norms.shape == (7,)
        assert norms.dtype == np.float64
        np.testing.assert_allclose(norms, expected, rtol=1e-6)

    def test_several_trailing_axes_are_one_vector(self):
        values = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
        flat = measures.step_norms(values.reshape(2, 3, 20))
        np.testing.assert_allclose(measures.step_norms(values), flat, rtol=1e-12)

    @pytest.mark.parametrize("size", [1e-30, 1e-45, 1e30])
    def test_squares_neither_underflow_nor_overflow_in_float32(self, size):
        values = np.full((2, 1, 4), size, np.float32)
        np.testing.assert_allclose(measures.step_norms(values), 2 * np.float64(np.float32(size)))

    def test_samples_without_units(self):
        np.testing.assert_array_equal(measures.step_norms([[1.0, -2.0], [3.0, 4.0]]), [2.0, 3.0])
        assert measures.step_norms(np.zeros((0, 3, 2), np.float32)).shape == (3,)

    def test_masked_samples_are_left_out_whatever_they_hold(self):
        values = np.array([[[1.0], [2.0], [3.0]], [[5.0], [NAN], [INF]]])
        mask = [[True, True, False], [True, False, False]]
        np.testing.assert_array_equal(measures.step_norms(values, mask), [3.0, 2.0, NAN])

    def test_non_finite_values_stay_visible(self):
        values = np.array([[[1.0], [NAN], [-INF]], [[1.0], [1.0], [1.0]]])
        np.testing.assert_array_equal(measures.step_norms(values), [1.0, NAN, INF])

    @pytest.mark.parametrize("values", [1.0, [1.0, 2.0]])
    def test_refuses_values_without_a_time_axis(self, values):
        with pytest.raises(ValueError, match=r"expected \(batch, time, \.\.\.\).*values\[None\]"):
            measures.step_norms(values)

    def test_refuses_a_mask_of_another_shape(self):
        with pytest.raises(ValueError, match=r"mask of shape \(3, 2\).*\(batch, time\) = \(2, 3\)"):
            measures.step_norms(np.zeros((2, 3, 4)), np.ones((3, 2)))


class TestHorizon:
    @pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
    def test_of_a_geometric_decay_is_known(self, rate):
        steps_back = np.arange(200)
        norms = (rate**steps_back)[::-1]
        expected = next((k for k in steps_back if rate**k < 1e-3), 200)
        assert measures.horizon(norms) == expected

    @pytest.mark.parametrize(
        ("norms", "expected"),
        [
            ([1.0, 1.0, 1.0], 3),  # never falls
            ([0.0, 0.0, 1.0], 1),  # one step back there is nothing
            ([1.0, 1e-9, 1.0], 1),  # the first fall counts, even if it rises again
            ([1e-9, 1.0, 1e-9], 2),  # loss at an earlier step: counted from the end nevertheless
            ([1e9, 1e3, 1.0], 3),  # explodes: grows on its way back and never falls
            ([0.0, 0.0, 0.0], 0),  # nothing reaches even the last step
            ([1.0, INF, 1.0], 2),
            ([1e-3, 1.0], 2),  # exactly at the fraction is not below
        ],
    )
    def test_of_special_cases(self, norms, expected):
        result = measures.horizon(norms)
        assert result == expected
        assert type(result) is int

    @pytest.mark.parametrize(
        ("norms", "mask", "expected"),
        [
            ([1e-9, 1.0, NAN, NAN], "++--", 1),  # padded end: counted from the last unmasked step
            ([1e-9, NAN, 1.0], "+-+", 2),  # a gap in between counts
            ([NAN, 1.0, 1.0], "-++", 3),  # padded beginning: never falls
            ([1e-9, 5.0, 1.0], "+-+", 2),  # what is masked counts nothing, whatever it is
        ],
    )
    def test_masked_steps_have_no_norm(self, norms, mask, expected):
        mask = np.array([sign == "+" for sign in mask])
        assert measures.horizon(norms, mask) == expected
        some = np.stack([mask, mask & False])  # (batch, time): a step that one sample has is there
        assert measures.horizon(norms, some) == expected

    @pytest.mark.parametrize(
        ("norms", "mask"),
        [
            ([NAN, NAN, 1.0], None),  # overflowed on its way back: not full reach
            ([1.0, NAN, 1.0], None),
            ([1e-9, 1.0, NAN], None),
            ([NAN, NAN], None),
            ([], None),
            ([NAN, 1.0, NAN], [True, True, False]),
            ([1.0, 1.0], [False, False]),  # nothing is measured
        ],
    )
    def test_what_is_not_a_number_has_no_horizon_and_no_decay(self, norms, mask):
        assert math.isnan(measures.horizon(norms, mask))
        assert math.isnan(measures.decay(norms, mask))

    @pytest.mark.parametrize("fraction", [0, 1, 2.0, -1e-3, NAN])
    def test_refuses_other_fractions(self, fraction):
        with pytest.raises(ValueError, match="between 0 and 1"):
            measures.horizon([1.0], fraction=fraction)

    def test_refuses_negative_norms(self):
        with pytest.raises(ValueError, match=r"norm of -1.0; expected 0 or more"):
            measures.horizon([1.0, -1.0])

    @pytest.mark.parametrize("mask", [[True], [[[True, True]]], [[True], [True]]])
    def test_refuses_other_masks(self, mask):
        for measure in (measures.horizon, measures.decay):
            with pytest.raises(ValueError, match=r"mask of shape .*\(time,\) or \(batch, time\)"):
                measure([1.0, 2.0], mask)

    def test_fraction(self):
        norms = [1e-4, 1e-3, 1e-2, 0.1, 1.0]
        assert measures.horizon(norms, fraction=0.05) == 2

    def test_refuses_two_axes(self):
        with pytest.raises(ValueError, match=r"norms of shape \(1, 2\).*step_norms"):
            measures.horizon([[1.0, 2.0]])


class TestDecay:
    @pytest.mark.parametrize(
        ("norms", "expected"),
        [
            ([1e-6, 5.0, 1e-2], -4.0),
            ([1e3, 1.0], 3.0),
            ([0.0, 1.0], -INF),
            ([1.0, 0.0], INF),
            ([0.0, 0.0], NAN),
            ([INF, 1.0], INF),
            ([1.0, INF], -INF),
            ([INF, INF], NAN),
            ([NAN, 1e-2, 1.0], NAN),
            ([1.0, NAN, 1.0], NAN),
            ([], NAN),
            ([2.0], 0.0),
        ],
    )
    def test_of_first_and_last_measured_steps(self, norms, expected):
        np.testing.assert_allclose(measures.decay(norms), expected, rtol=1e-12)

    def test_masked_steps_are_left_out(self):
        mask = [False, True, True, False]
        np.testing.assert_allclose(measures.decay([NAN, 1e-2, 1.0, NAN], mask), -2.0)

    def test_ratios_beyond_float64_are_told(self):
        np.testing.assert_allclose(measures.decay([1e-200, 1e200]), -400.0)


class TestSaturation:
    def test_thresholds_are_the_documented_ones_and_exclusive(self):
        assert measures.saturation([0.1, 0.0999, 0.9, 0.9001], "sigmoid") == (0.25, 0.25)
        assert measures.saturation([-0.95, -0.9501, 0.95, 0.9501], "tanh") == (0.25, 0.25)

    def test_masked_steps_are_left_out(self):
        values = np.array([[[0.0], [0.5], [1.0], [1.0]]])
        mask = [[True, True, True, False]]
        np.testing.assert_allclose(measures.saturation(values, "sigmoid", mask), (1 / 3, 1 / 3))

    def test_of_what_is_not_a_number_is_not_a_number(self):
        assert all(map(math.isnan, measures.saturation([NAN, 0.0, 0.5], "sigmoid")))

    def test_nothing_measured_is_nan(self):
        assert all(map(math.isnan, measures.saturation([], "tanh")))

    @pytest.mark.parametrize("activation", ["relu", "linear", "hard_sigmoid"])
    def test_of_other_activations_is_none(self, activation):
        assert measures.saturation([0.0, 1.0], activation) is None

    def test_float32_is_compared_as_float64_would_be(self):
        for activation, thresholds in measures.SATURATION.items():
            near = np.float32(thresholds)
            up, down = np.float32(np.inf), np.float32(-np.inf)
            values = np.concatenate([np.nextafter(near, down), near, np.nextafter(near, up)])
            assert measures.saturation(values, activation) == measures.saturation(
                values.astype(np.float64), activation
            )


class TestHistogram:
    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    @pytest.mark.parametrize("size", [2, 1000, 200_000])
    def test_is_that_of_numpy(self, size, dtype):
        values = np.tanh(np.random.default_rng(0).normal(size=(size, 1, 1))).astype(dtype)
        counts, edges = np.histogram(values.astype(np.float64), bins=30)
        result = measures.histogram(values)
        np.testing.assert_array_equal(result[:, 2], counts)
        np.testing.assert_allclose(result[:, 0], edges[:-1], rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(result[:, 1], edges[1:], rtol=1e-12, atol=1e-15)

    def test_neither_masked_nor_missing_nor_infinite_values_are_counted(self):
        values = np.array([[[0.0], [NAN], [INF], [1.0], [9.0]]])
        result = measures.histogram(values, [[True, True, True, True, False]], buckets=4)
        assert result.tolist() == [[0, 0.25, 1], [0.25, 0.5, 0], [0.5, 0.75, 0], [0.75, 1, 1]]

    @pytest.mark.parametrize("values", [[0.5], [0.5, 0.5, NAN]])
    def test_a_single_value_fills_the_last_bucket_without_width(self, values):
        result = measures.histogram(values)
        assert (result[:, :2] == 0.5).all()
        assert result[:, 2].tolist() == [0] * 29 + [len(values) - values.count(NAN)]

    def test_of_nothing_is_zero(self):
        assert not measures.histogram([NAN, INF]).any()
        assert not measures.histogram(np.ones((1, 2, 3)), np.zeros((1, 2))).any()

    @pytest.mark.parametrize("close", [[1 - 2**-53, 1.0], [0.0, 5e-324]])
    def test_values_that_hardly_differ(self, close):  # `np.histogram` refuses them
        counts = measures.histogram(close)[:, 2]
        assert (counts[0], counts[-1], counts.sum()) == (1, 1, 2)


class TestMeans:
    def test_mean_leaves_masked_values_out_and_keeps_nan(self):
        assert measures.mean([[[1.0], [NAN]]], mask=[[True, False]]) == 1.0
        assert math.isnan(measures.mean([1.0, NAN, 3.0]))

    def test_mean_keeps_infinity(self):
        assert measures.mean([1.0, INF]) == INF
        assert math.isnan(measures.mean([INF, -INF]))
        assert math.isnan(measures.mean([NAN]))

    def test_mean_accumulates_in_float64(self):
        values = np.full(2**25, 0.1, np.float16)
        assert measures.mean(values) == pytest.approx(float(np.float16(0.1)), rel=1e-12)

    def test_state_norm_weights_every_unmasked_step_alike(self):
        values = np.array([[[3.0, 4.0], [0.0, 2.0]], [[0.0, 11.0], [NAN, NAN]]])
        assert measures.state_norm(values, [[True, True], [True, False]]) == 6.0

    def test_state_norm_of_nothing_is_nan(self):
        assert math.isnan(measures.state_norm(np.ones((1, 2, 3)), np.zeros((1, 2))))


class Trace:
    """No array."""

    def __repr__(self):
        return "a trace"  # workers compare the tests' names


@pytest.mark.parametrize(
    "values",
    [None, "0.5", Trace(), {"h": [1.0]}, [[1.0], [1.0, 2.0]], [1j], [None, 1.0], np.array(["a"])],
    ids=str,
)
@pytest.mark.parametrize(
    "measure",
    [
        measures.step_norms,
        measures.state_norm,
        measures.horizon,
        measures.decay,
        lambda values: measures.saturation(values, "tanh"),
        measures.mean,
        measures.histogram,
        measures.spectral_radius,
    ],
)
def test_what_is_no_array_of_numbers_is_refused_in_our_words(measure, values):
    with pytest.raises(ValueError, match=r"expected an array of them, such as a trace's"):
        measure(values)


def test_a_mask_of_another_shape_is_refused():
    for measure in (measures.step_norms, measures.state_norm, measures.mean, measures.histogram):
        with pytest.raises(ValueError, match=r"mask of shape \(2,\) .* shape \(1, 2, 3\)"):
            measure(np.ones((1, 2, 3)), [True, True])
    with pytest.raises(ValueError, match="mask of shape"):
        measures.mean([1.0, 2.0], [True, False])


def test_a_histogram_has_buckets():
    with pytest.raises(ValueError, match="buckets=0; expected a whole number from 1"):
        measures.histogram([1.0], buckets=0)


def test_spectral_radius_of_what_is_not_finite_is_not_a_number():
    for bad in (NAN, INF):
        assert math.isnan(measures.spectral_radius([[bad, 0.0], [0.0, 1.0]]))
    with pytest.raises(ValueError, match="expected \\(units, units\\)"):
        measures.spectral_radius(np.zeros((0, 0)))
