"""Frames: what comes out is what went in, to half a quantum; what is cut or broken ends them."""

import json

import numpy as np
import pytest

from keras_rnn_study.live_view.packing import half_quantum, pack, unpack_all


def unpacked(name, array, limits=None):
    [frame] = unpack_all(pack(7, {name: array}, {} if limits is None else {name: limits}))
    return frame.arrays[name], half_quantum(frame.quanta[name]), frame


@pytest.mark.parametrize(("name", "levels"), [("gate/forget", 252), ("state/c", 65532)])
@pytest.mark.parametrize("limits", [None, (-4.0, 4.0)])
def test_a_linear_code_errs_by_half_a_level_at_most(limits, name, levels):
    values = np.random.default_rng(0).normal(size=(2, 9, 5)).clip(-4, 4)
    read, half, frame = unpacked(name, values, limits)
    low, high = limits or (values.min(), values.max())
    assert frame.step == 7
    assert half == pytest.approx((high - low) / levels / 2)
    assert np.abs(read - values).max() <= half + 1e-6
    assert np.abs(read - values).max() > half / 2  # the bound is no idle one


def test_a_logarithmic_code_keeps_sign_zero_and_decades():
    generator = np.random.default_rng(1)
    values = 10 ** generator.uniform(-25, 2, (1, 40, 8)) * generator.choice([-1, 1], (1, 40, 8))
    values[0, 0, 0] = 0.0
    read, half, _ = unpacked("gradient/h", values)
    known = values != 0
    assert read[0, 0, 0] == 0
    assert (np.sign(read) == np.sign(values)).all()
    error = np.abs(np.log10(np.abs(read[known])) - np.log10(np.abs(values[known])))
    assert half == pytest.approx(np.ptp(np.log10(np.abs(values[known]))) / 125 / 2)
    assert error.max() <= half + 1e-4


def test_what_is_far_below_the_largest_is_zero():
    read, _, _ = unpacked("gradient/c", np.array([[[1.0, 1e-29, 1e-60]]]))
    assert read[0, 0, 1] > 0
    assert read[0, 0, 2] == 0


@pytest.mark.parametrize("name", ["gate/forget", "state/h", "gradient/h"])
def test_what_is_not_finite_stays_so(name):
    read, _, _ = unpacked(name, np.array([[[0.5, np.nan, np.inf, -np.inf]]]))
    assert np.array_equal(read[0, 0, 1:], [np.nan, np.inf, -np.inf], equal_nan=True)
    assert read[0, 0, 0] == pytest.approx(0.5, rel=1e-5)


@pytest.mark.parametrize("name", ["state/c", "gradient/h"])
@pytest.mark.parametrize("array", [np.zeros((1, 3, 2)), np.full((1, 2, 2), np.nan)])
def test_nothing_but_one_value(name, array):
    read, _, _ = unpacked(name, array)
    assert np.array_equal(read, array, equal_nan=True)


@pytest.mark.parametrize("shape", [(6,), (2, 6)])
def test_small_arrays_are_exact(shape):
    values = np.random.default_rng(2).normal(size=shape).astype(np.float32) * 1e-30
    read, half, _ = unpacked("flow/h", values)
    assert half == 0
    assert np.array_equal(read, values)


def test_frames_lie_one_behind_another_and_a_broken_one_ends_them():
    frames = [pack(step, {"flow/h": np.arange(4.0)}, {}) for step in (0, 40, 80)]
    whole = b"".join(frames)
    assert [frame.step for frame in unpack_all(whole)] == [0, 40, 80]
    for cut in range(1, len(frames[2])):
        assert [frame.step for frame in unpack_all(whole[:-cut])] == [0, 40]
    broken = frames[0] + frames[1].replace(b'"step"', b'"stop"') + frames[2]
    assert [frame.step for frame in unpack_all(broken)] == [0]
    assert not list(unpack_all(b""))
    assert not list(unpack_all(b"\xff" * 64))


def test_a_hundred_steps_of_32_lstm_units_are_less_than_40_kilobytes():
    by_unit = np.random.default_rng(3).uniform(0, 1, (1, 100, 32))
    gates = ("input", "forget", "candidate", "output")
    values = {f"gate/{gate}": by_unit for gate in gates} | {"state/h": by_unit, "state/c": by_unit}
    gradients = {"gradient/h": by_unit, "gradient/c": by_unit, "input_gradient": by_unit[:, :, 0]}
    flow = {"flow/h": by_unit[0, :, 0], "flow/c": by_unit[0, :, 0], "flow/direct": by_unit[0, :, 0]}
    assert sum(len(pack(40, part, {})) for part in (values, gradients, flow)) < 40_000


def test_the_header_is_json_that_says_how_to_read():
    frame = pack(40, {"gate/forget": np.full((1, 2, 3), 0.73)}, {"gate/forget": (0.0, 1.0)})
    length = int.from_bytes(frame[4:8], "little")
    header = json.loads(frame[8 : 8 + length])
    assert header == {
        "step": 40,
        "quantities": {
            "gate/forget": {"code": "linear", "low": 0.0, "high": 1.0, "shape": [1, 2, 3], "at": 0}
        },
    }
