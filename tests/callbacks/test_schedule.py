import numpy as np
import pytest

from keras_rnn_study.callbacks.schedule import Schedule


@pytest.mark.parametrize("group", [1, 3, 4, 5, 20])
@pytest.mark.parametrize("every", [1, 2, 7, 20])
def test_due_when_a_multiple_was_reached(every, group):
    """However many batches Keras runs at once; an epoch has 10."""
    schedule, due, ends = Schedule(np.int64(every)), [], []
    for epoch in range(3):
        schedule.epoch_began(10)
        for last in range(group - 1, 10 + group - 1, group):
            due.append(schedule.batch_ended(last))
            ends.append(10 * epoch + min(last + 1, 10))
    begins = [0, *ends[:-1]]
    expected = [
        any(k % every == 0 for k in range(a + 1, b + 1)) for a, b in zip(begins, ends, strict=True)
    ]
    assert due == expected
    assert schedule.steps == 30


def test_by_epoch_no_batch_is_due():
    schedule = Schedule("epoch")
    schedule.epoch_began()
    assert not any(schedule.batch_ended(batch) for batch in range(5))
    assert (schedule.steps, schedule.calls, schedule.every_epoch) == (5, 5, True)
