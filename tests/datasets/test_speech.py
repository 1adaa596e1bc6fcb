"""The meaning of `speech`: frames of an utterance, blank steps, and who spoke."""

import re
import sys

import numpy as np
import pytest
import slow_references.speech

from keras_rnn_study.datasets import speech

FRAMES, COEFFICIENTS = 7, 12


@pytest.fixture(scope="module")
def utterances():
    """What the data's files have, standardised: `(frames, speaker)` of each utterance, by part."""
    known = [(np.array(frames), s) for frames, s in slow_references.speech.standardised()]
    return known[:270], known[270:]


def windows(part):
    """All pieces of 7 frames: `(pieces, 84)`, and the utterance of each and its speaker."""
    pieces = [
        (frames[begin : begin + FRAMES].ravel(), number, speaker)
        for number, (frames, speaker) in enumerate(part)
        for begin in range(len(frames) - FRAMES + 1)
    ]
    return tuple(np.array(column) for column in zip(*pieces, strict=True))


def matches(x, part):
    """Which piece of a part each sample has; -1 if it has none."""
    pieces, *_ = windows(part)
    ordered = np.argsort(pieces[:, 0])
    heard = x[:, :FRAMES, :-1].reshape(len(x), -1)
    first = np.searchsorted(pieces[ordered, 0], heard[:, 0] - 1e-5)
    found = np.full(len(x), -1)
    for shift in range(8):  # coefficients have 6 decimals, so some pieces begin alike
        candidate = ordered[np.minimum(first + shift, len(pieces) - 1)]
        same = (np.abs(pieces[candidate] - heard) < 1e-5).all(axis=1)
        found[same] = candidate[same]
    return found


def test_the_sample_of_the_docstring(utterances):
    drawn = re.findall(r'\d   "(.{12})" +1 +\*', speech.__doc__)
    assert len(drawn) == FRAMES
    [speaker, answer] = re.search(r"answer: speaker (\d) -> y = (\d)", speech.__doc__).groups()
    task = speech.TASK
    assert task.read_answer(np.int32(answer)) == f"speaker {speaker}"
    assert task.example == f'"{drawn[0]}" ... "{drawn[-1]}" _ _ _ _ -> speaker {speaker}'
    pieces, _, speakers = windows(utterances[0])
    for piece in pieces[speakers == int(answer)]:
        sample = np.zeros((11, COEFFICIENTS + 1))
        sample[:FRAMES, :-1] = piece.reshape(FRAMES, COEFFICIENTS)
        sample[:FRAMES, -1] = 1
        if task.read_input(sample) == [*drawn, "_", "_", "_", "_"]:
            break
    else:
        pytest.fail("the speaker never said this in training")
    np.testing.assert_array_equal(speech.evidence(sample[None])[0], [True] * 7 + [False] * 4)


def test_shades_grow_with_the_number_and_have_an_end():
    sample = np.zeros((2, COEFFICIENTS + 1))
    sample[0] = [-99, -2.5, -2, -1.5, -1, -0.3, 0.1, 0.8, 1.4, 2, 2.5, 99, 1]
    assert speech.TASK.read_input(sample) == ["  .:-=+*#%@@", "_"]


@pytest.mark.parametrize("gap", [0, 1, 30, 1000])
def test_a_sample_is_seven_frames_then_blank_steps(gap):
    x, _ = speech.make(50, gap=gap, seed=0)
    assert x.shape == (50, FRAMES + gap + 1, COEFFICIENTS + 1)
    assert x[:, :FRAMES, :-1].all()  # no coefficient is blank
    np.testing.assert_array_equal(x[:, :FRAMES, -1], 1)
    np.testing.assert_array_equal(x[:, FRAMES:], 0)
    expected = np.broadcast_to(np.arange(FRAMES + gap + 1) < FRAMES, x.shape[:2])
    np.testing.assert_array_equal(speech.evidence(x), expected)


def test_frames_are_consecutive_ones_of_the_speaker_in_the_right_part(utterances):
    samples = speech.load_data(2, num_train=2000, num_test=2000)
    for (x, y), part, other_part in zip(samples, utterances, utterances[::-1], strict=True):
        found = matches(x, part)
        assert (found >= 0).all()
        *_, speakers = windows(part)
        np.testing.assert_array_equal(speakers[found], y)
        assert (matches(x, other_part) == -1).all()


def test_no_frame_is_in_both_parts(utterances):
    train, test = (
        {tuple(frame) for frames, _ in part for frame in frames.tolist()} for part in utterances
    )
    assert (len(train), len(test)) == (4274, 5687)
    assert train.isdisjoint(test)


def test_numbers_are_standardised_by_the_training_part(utterances):
    frames = np.concatenate([frames for frames, _ in utterances[0]])
    np.testing.assert_allclose(frames.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(frames.std(axis=0), 1, atol=1e-9)


@pytest.mark.parametrize("part", [0, 1])
def test_speakers_then_utterances_then_places_are_equally_frequent(part, utterances):
    samples = speech.load_data(0, num_train=60_000, num_test=60_000)
    x, y = samples[part]
    _, utterance_of, speaker_of = windows(utterances[part])
    pieces = np.bincount(matches(x, utterances[part]), minlength=len(utterance_of))

    per_utterance = np.bincount(speaker_of[np.unique(utterance_of, return_index=True)[1]])
    per_piece = np.bincount(utterance_of)
    expected = len(y) / 9 / per_utterance[speaker_of] / per_piece[utterance_of]
    chi_square = ((pieces - expected) ** 2 / expected).sum()
    freedom = len(pieces) - 1
    assert abs(chi_square - freedom) < 5 * np.sqrt(2 * freedom)
    share = np.bincount(y) / len(y)
    assert np.abs(share - 1 / 9).max() < 5 * np.sqrt(8 / 81 / len(y))


def test_utterances_of_all_lengths_become_samples_of_one(utterances):
    """Else their lengths would tell the speaker twice as often as chance."""
    train, test = ([len(frames) for frames, _ in part] for part in utterances)
    assert (min(train), max(train), min(test), max(test)) == (7, 26, 7, 29)
    assert [part[0].shape[1] for part in speech.load_data(5)] == [13, 13]

    fitted = np.zeros((9, 30))
    for frames, speaker in utterances[0]:
        fitted[speaker] += np.exp(-((np.arange(30) - len(frames)) ** 2) / 2)
    guess = fitted.argmax(axis=0)
    right = [
        np.mean([guess[len(f)] == s for f, s in utterances[1] if s == who]) for who in range(9)
    ]
    assert np.mean(right) == pytest.approx(0.24, abs=0.01)


def test_without_sktime_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sktime.datasets", None)
    speech._parts.cache_clear()
    expected = r"needs sktime, .* pip install .*\[speech\]"
    with pytest.raises(ModuleNotFoundError, match=expected):
        speech.make(4, gap=3, seed=0)
    with pytest.raises(ValueError, match="gap must be"):  # what was asked for is checked first
        speech.make(4, gap=-3, seed=0)
