"""Padding: not masked, masked for one layer only, on the side that cuDNN cannot take."""

import functools

import keras
import numpy as np
from case import Case, Patient
from criteria import answers_depend_on_padding, learns_all_the_same
from networks import answer, network, recurrent
from samples import padded_recall


def padded(*, masked: bool, cell: str, length: int, units: int = 24) -> Case:
    """Recall with padding at the right, masked or not."""
    samples = padded_recall(length)
    mask = [keras.layers.Masking()] if masked else []
    return samples.case(network(samples, *mask, recurrent(cell, units), answer(8)))


def padded_tokens(*, masked: bool, cell: str, length: int) -> Case:
    """Recall from tokens, of which 0 is the padding."""
    samples = padded_recall(length).with_inputs(
        lambda x: np.where(x.any(axis=-1), x.argmax(axis=-1) + 1, 0).astype("int32")
    )
    vectors = keras.layers.Embedding(18, 16, mask_zero=masked)
    return samples.case(network(samples, vectors, recurrent(cell), answer(8)))


def two_layers(*, hands_on: bool, cell: str, length: int) -> Case:
    """Mask the padding for the first of two layers; the second needs the mask as well.

    From Keras 3.16 on no recurrent layer hands its mask on. Before that, the same is reached by
    the attribute that decides it.
    """
    samples = padded_recall(length)
    first = recurrent(cell, 16, return_sequences=True)
    first.supports_masking = hands_on
    layers = [keras.layers.Masking(), first, recurrent(cell, 16), answer(8)]
    return samples.case(network(samples, *layers, any_length=True))


def on_side(*, side: str, cell: str) -> Case:
    """Put the padding, which is masked, at the left or at the right."""
    samples = padded_recall(16, side)
    return samples.case(network(samples, keras.layers.Masking(), recurrent(cell), answer(8)))


DISTANCE = {
    "vanishing_gradient": "the padding is what makes the way back too long",
    "short_memory": "the padding is what the memory has to outlast",
}
ENDS = {"padding_not_masked": "for the second layer it is not"} | DISTANCE

PATIENTS = [
    Patient(
        name="lstm_reads_60_blanks",
        cause="padding_not_masked",
        make=functools.partial(padded, cell="lstm", length=60),
        setting="masked",
        ill=False,
        well=True,
        acceptable=DISTANCE,
    ),
    Patient(
        name="gru_reads_80_blanks",
        cause="padding_not_masked",
        make=functools.partial(padded, cell="gru", length=80, units=16),
        setting="masked",
        ill=False,
        well=True,
        acceptable=DISTANCE,
    ),
    Patient(
        name="simple_rnn_reads_150_blanks",
        cause="padding_not_masked",
        make=functools.partial(padded, cell="simple_rnn", length=150),
        setting="masked",
        ill=False,
        well=True,
        acceptable=DISTANCE,
    ),
    Patient(
        name="blank_tokens",
        cause="padding_not_masked",
        make=functools.partial(padded_tokens, cell="lstm", length=60),
        setting="masked",
        ill=False,
        well=True,
        acceptable=DISTANCE,
    ),
    Patient(
        name="blank_tokens_gru",
        cause="padding_not_masked",
        make=functools.partial(padded_tokens, cell="gru", length=80),
        setting="masked",
        ill=False,
        well=True,
        acceptable=DISTANCE,
    ),
    Patient(
        name="mask_ends_at_the_first_lstm",
        cause="mask_ends",
        make=functools.partial(two_layers, cell="lstm", length=60),
        setting="hands_on",
        ill=False,
        well=True,
        acceptable=ENDS,
        shown_by=answers_depend_on_padding,
    ),
    Patient(
        name="mask_ends_at_the_first_gru",
        cause="mask_ends",
        make=functools.partial(two_layers, cell="gru", length=80),
        setting="hands_on",
        ill=False,
        well=True,
        acceptable=ENDS,
        shown_by=answers_depend_on_padding,
    ),
    Patient(
        name="lstm_padded_at_the_left",
        cause="padding_side",
        make=functools.partial(on_side, cell="lstm"),
        setting="side",
        ill="left",
        well="right",
        shown_by=learns_all_the_same,
    ),
    Patient(
        name="gru_padded_at_the_left",
        cause="padding_side",
        make=functools.partial(on_side, cell="gru"),
        setting="side",
        ill="left",
        well="right",
        shown_by=learns_all_the_same,
    ),
]
