"""Hear a piece of two vowels and, after a blank gap, say which of nine men spoke.

One sample by hand, with gap 3. A frame of speech is 12 numbers, drawn in shades from -2.5 to 2.5 as
`TASK.read_input` draws them; the last feature says "here is speech":

    step   frame            last feature   evidence
       0   "*.#+:#*-:+*="          1            *
       1   "* #+:%+-:=#="          1            *
       2   "* #+:%+::+%="          1            *
       3   "* #+:%=::+%-"          1            *
       4   "+ #*:#=:-+%-"          1            *
       5   "+ #*-#=:-*%-"          1            *
       6   "+ %*-%=:-*#:"          1            *
       7   all 0                 0            gap 1
       8   all 0                 0            gap 2
       9   all 0                 0            gap 3
      10   all 0                 0            answer: speaker 6 -> y = 5

All 7 frames are evidence. The last feature is 1 during these and 0 after them, the same in all
samples, so it says nothing about the speaker. The answer is due at the last step, which is as blank
as the gap. Speakers are drawn uniformly, then one of the speaker's utterances, then 7 frames of it
in a row. Without the frames nothing beats guessing: 1 in 9.

**The data.** Nine male speakers said the Japanese vowels /ae/, 640 times in all. Each frame has 12
LPC cepstrum coefficients, of 25.6 ms of sound, and begins 6.4 ms after the one before. Here each
coefficient is standardised: less its mean over all frames of the training part, divided by its
standard deviation there.

**Why 7 frames.** An utterance has 7 to 29 frames. Their number alone tells the speaker 24 times in
100, twice the chance level, without listening: that is a classifier of lengths, fitted on the
training part and tried on the held-out one. So all samples have as many frames as the shortest
utterance. Stretching whole utterances to one length would give some of that back: the smoothness of
16 interpolated frames explains 42 % of the variance of the length, that of 7 frames in a row 25 %,
and these are left as they were recorded. Where in the utterance they begin is drawn uniformly.

Learned if 90 % of held-out samples are right, which is ours: a linear classifier that sees all 7
frames at once has 97 %, and an LSTM of 32 units 95 % where the gap is 0. The data's authors
classify whole utterances, without a gap.

**Train and test.** The data's own split: 270 utterances to train, 30 of each speaker, and 370 to
test, recorded on other occasions. No utterance, and no single frame, is in both. Samples are drawn
with replacement.

**Size.** 52 bytes a step: the 4,096 training samples take 1.7 MB + 0.21 MB for each step of the
gap.

**Licence.** M. Kudo, J. Toyama & M. Shimbo, Japanese Vowels, UCI Machine Learning Repository,
doi:10.24432/C5NS47, CC BY 4.0. The data comes with sktime (the extra `speech`).
"""

import dataclasses
import functools

import numpy as np

from keras_rnn_study import extras
from keras_rnn_study.datasets import reading, sampling
from keras_rnn_study.datasets.contract import documented
from keras_rnn_study.datasets.task import Task

__all__ = ["TASK", "evidence", "load_data", "make", "stream", "tokens"]

_NUM_SPEAKERS = 9
_NUM_COEFFICIENTS = 12
_NUM_FRAMES = 7

TASK = Task(
    name="speech",
    summary="Name the speaker of a piece of two vowels, `gap` blank steps after it was heard.",
    example='"*.#+:#*-:+*=" ... "+ %*-%=:-*#:" _ _ _ _ -> speaker 6',
    source='After Kudo, Toyama & Shimbo, "Multidimensional Curve Classification Using '
    'Passing-Through Regions", Pattern Recognition Letters 20(11-13), 1999.',
    input_shape=(None, _NUM_COEFFICIENTS + 1),
    input_dtype="float32",
    num_classes=_NUM_SPEAKERS,
    chance=1 / _NUM_SPEAKERS,
    success=0.9,
    read_input=reading.shades(-2.5, 2.5),
    read_answer=lambda answer: f"speaker {int(answer) + 1}",
)


@documented
def load_data(
    gap: int, *, num_train: int = 4096, num_test: int = 1024, seed: int = 0
) -> tuple[sampling.Samples, sampling.Samples]:
    """Load a training set and a test set that share no utterance.

    Example:
        >>> from keras_rnn_study.datasets import speech
        >>> (x_train, y_train), (x_test, y_test) = speech.load_data(gap=50)
        >>> x_train.shape, y_train.shape, x_test.shape, y_test.shape
        ((4096, 58, 13), (4096,), (1024, 58, 13), (1024,))
    """
    return sampling.load_data(_drawing(gap), num_train, num_test, seed)


def make(num_samples: int, *, gap: int, seed: int) -> sampling.Samples:
    """Make samples: a pure function of its arguments.

    Args:
        num_samples: Number of samples.
        gap: Number of blank steps between the last frame and the answer.
        seed: The same seed gives the same bytes.

    Returns:
        `x`: float32, `(num_samples, gap + 8, 13)`: 12 standardised coefficients, then 1 at the
        steps that have a frame; all 0 in the gap and at the last step. `y`: int32,
        `(num_samples,)`, from 0 to 8.

    Raises:
        ValueError: `gap` or `seed` is negative, a number of samples is below 1, or one of them is
            not a whole number.
        ModuleNotFoundError: sktime is not installed.

    Example:
        >>> from keras_rnn_study.datasets import speech
        >>> x, y = speech.make(64, gap=3, seed=1)
        >>> x.shape, x.dtype, y.shape, y.dtype
        ((64, 11, 13), dtype('float32'), (64,), dtype('int32'))
    """
    return sampling.make(_drawing(gap), num_samples, seed)


@documented
def evidence(x: np.ndarray) -> np.ndarray:
    """Find the steps that decide the answer: those that have a frame of speech.

    Example:
        >>> from keras_rnn_study.datasets import speech
        >>> x, y = speech.make(1, gap=3, seed=1)
        >>> speech.evidence(x).nonzero()[1]
        array([0, 1, 2, 3, 4, 5, 6])
    """
    return TASK.inputs(x)[..., -1] == 1


@documented
def stream(batch_size: int, *, gap: int, seed: int, start: int = 0) -> sampling.Stream:
    """Stream fresh batches without end, from the part of the task that training may see."""
    return sampling.stream(_drawing(gap), batch_size, seed, start)


@documented
def tokens(x: np.ndarray) -> list[list[str]]:
    """Say what stands at each step, for people: which frame of the utterance.

    Example:
        >>> from keras_rnn_study.datasets import speech
        >>> x, y = speech.make(1, gap=3, seed=1)
        >>> speech.tokens(x)[0][5:]
        ['frame 5', 'frame 6', '_', '_', '_', '_']
    """
    return [reading.numbered("frame", sample) for sample in TASK.inputs(x)]


@dataclasses.dataclass(frozen=True)
class _Utterances:
    """The utterances of one part, one after the other, those of one speaker together.

    Attributes:
        frames: float32, `(frames of all utterances, coefficients)`, standardised.
        start: At which frame each utterance begins, `(utterances,)`.
        num_offsets: At how many of its frames a sample may begin, `(utterances,)`.
        first, count: Which is a speaker's first utterance and how many there are, `(9,)`.
    """

    frames: np.ndarray
    start: np.ndarray
    num_offsets: np.ndarray
    first: np.ndarray
    count: np.ndarray


def _drawing(gap: int) -> sampling.Draw:
    gap = TASK.size(gap=gap)
    return functools.partial(_draw, _parts(), gap)


def _draw(
    parts: tuple[_Utterances, _Utterances],
    gap: int,
    generator: np.random.Generator,
    num_samples: int,
    held_out: bool,
) -> sampling.Samples:
    part = parts[held_out]
    speakers = generator.integers(_NUM_SPEAKERS, size=num_samples)
    utterances = part.first[speakers] + generator.integers(part.count[speakers])
    begin = part.start[utterances] + generator.integers(part.num_offsets[utterances])

    x = np.zeros((num_samples, _NUM_FRAMES + gap + 1, _NUM_COEFFICIENTS + 1), "float32")
    x[:, :_NUM_FRAMES, :-1] = part.frames[begin[:, None] + np.arange(_NUM_FRAMES)]
    x[:, :_NUM_FRAMES, -1] = 1
    return x, speakers.astype("int32")


@functools.cache
def _parts() -> tuple[_Utterances, _Utterances]:
    """Load the training and the test part, standardised by the training part."""
    datasets = extras.load("sktime.datasets", package="sktime", extra="speech")
    (train, train_speakers), (test, test_speakers) = (
        datasets.load_japanese_vowels(split=split, return_type="df-list")
        for split in ("train", "test")
    )
    frames = np.concatenate(train)
    mean, deviation = frames.mean(axis=0), frames.std(axis=0)
    training, held_out = (
        _utterances([(np.asarray(frames) - mean) / deviation for frames in part], speakers)
        for part, speakers in ((train, train_speakers), (test, test_speakers))
    )
    return training, held_out


def _utterances(utterances: list[np.ndarray], names: np.ndarray) -> _Utterances:
    speakers = names.astype(int) - 1  # "1" to "9"
    utterances = [utterances[index] for index in speakers.argsort(kind="stable")]
    lengths = np.array([len(frames) for frames in utterances])
    count = np.bincount(speakers, minlength=_NUM_SPEAKERS)
    return _Utterances(
        frames=np.concatenate(utterances).astype("float32"),
        start=lengths.cumsum() - lengths,
        num_offsets=lengths - _NUM_FRAMES + 1,
        first=count.cumsum() - count,
        count=count,
    )
