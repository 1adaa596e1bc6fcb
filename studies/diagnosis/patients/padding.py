"""Padding: not masked, masked for one layer only, on the side that cuDNN cannot take."""

from functools import partial

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

unmasked = partial(
    Patient, cause="padding_not_masked", setting="masked", ill=False, well=True, acceptable=DISTANCE
)
ending_mask = partial(
    Patient,
    cause="mask_ends",
    setting="hands_on",
    ill=False,
    well=True,
    acceptable=ENDS,
    shown_by=answers_depend_on_padding,
)
padded_left = partial(
    Patient,
    cause="padding_side",
    setting="side",
    ill="left",
    well="right",
    shown_by=learns_all_the_same,
)

PATIENTS = [
    unmasked(name="lstm_reads_60_blanks", make=partial(padded, cell="lstm", length=60)),
    unmasked(name="gru_reads_80_blanks", make=partial(padded, cell="gru", length=80, units=16)),
    unmasked(
        name="simple_rnn_reads_150_blanks", make=partial(padded, cell="simple_rnn", length=150)
    ),
    unmasked(name="blank_tokens", make=partial(padded_tokens, cell="lstm", length=60)),
    unmasked(name="blank_tokens_gru", make=partial(padded_tokens, cell="gru", length=80)),
    ending_mask(
        name="mask_ends_at_the_first_lstm", make=partial(two_layers, cell="lstm", length=60)
    ),
    ending_mask(name="mask_ends_at_the_first_gru", make=partial(two_layers, cell="gru", length=80)),
    padded_left(name="lstm_padded_at_the_left", make=partial(on_side, cell="lstm")),
    padded_left(name="gru_padded_at_the_left", make=partial(on_side, cell="gru")),
]
