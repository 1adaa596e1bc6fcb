"""A batch is cut into as many parts as there are cores, and into smaller ones where it is large."""

import pytest

from keras_rnn_study.cells import devices


@pytest.fixture(autouse=True)
def two_cores(monkeypatch):
    monkeypatch.setattr(devices, "on_gpu", lambda: False)
    monkeypatch.setattr(devices, "usable_cores", lambda: 2)


@pytest.mark.parametrize(
    ("batch", "numbers", "sizes"),
    [
        (6, 0, [3, 3]),
        (5, 10**9, [2, 3]),  # halves only
        (1, 10**9, [0, 1]),
        (128, 100, [64, 64]),
        (128, 400 * 64, [16] * 8),
        (128, 10**9, [16] * 8),  # still fewer would be slow
        (96, 10**9, [24] * 4),
        (64, 100 * 128, [32, 32]),
    ],
)
def test_parts_are_the_batch_in_order(batch, numbers, sizes):
    parts = devices.batch_parts(batch, numbers)
    assert [part.stop - part.start for part in parts] == sizes
    assert [i for part in parts for i in range(part.start, part.stop)] == list(range(batch))


def test_a_gpu_has_one(monkeypatch):
    monkeypatch.setattr(devices, "on_gpu", lambda: True)
    assert devices.batch_parts(128, 10**9) == [slice(0, 128)]
