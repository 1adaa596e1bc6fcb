"""Labels, weights and inputs in forms that are unusual and allowed."""

import functools

import keras
import numpy as np
import skills
from case import Case, Healthy
from networks import answer, embedding, network, number, recurrent
from samples import padded_recall, sines, task, weather


def found_logits() -> Case:
    """Say from_logits=True of a softmax: Keras finds the logits behind it."""
    samples = task("recall", 3)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return samples.case(network(samples, recurrent("lstm"), answer(8), loss=loss))


def logits() -> Case:
    """Output logits, and say so."""
    samples = task("recall", 3)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return samples.case(
        network(samples, recurrent("gru"), answer(8, activation="linear"), loss=loss)
    )


def column_of_classes() -> Case:
    """Give classes as a column."""
    samples = task("recall", 3)
    samples = samples.but(y=samples.y[:, None])
    return samples.case(network(samples, recurrent("gru"), answer(8)))


def one_hot() -> Case:
    """Give classes as one-hot vectors."""
    samples = task("recall", 3)
    samples = samples.but(y=np.eye(8, dtype="float32")[samples.y])
    return samples.case(
        network(samples, recurrent("lstm"), answer(8), loss="categorical_crossentropy")
    )


def row_of_numbers() -> Case:
    """Give numbers as a row: Keras' own losses bring it to the outputs' shape."""
    samples = sines()
    samples = samples.but(y=samples.y[:, 0])
    return samples.case(network(samples, recurrent("lstm", 16), number(), loss="mse"))


def squared_probabilities() -> Case:
    """Compare probabilities with one-hot vectors by squared error."""
    samples = task("recall", 2)
    samples = samples.but(y=np.eye(8, dtype="float32")[samples.y])
    return samples.case(network(samples, recurrent("gru"), answer(8), loss="mse"))


def yes_or_no(*, from_logits: bool) -> Case:
    """Answer by one unit, a probability or a logit."""
    samples = task("latch", 4)
    samples = samples.but(
        y=samples.y[:, None].astype("float32"),
        test_y=samples.test_y[:, None],
        skill=skills.sign if from_logits else skills.yes_or_no,
    )
    last = answer(1, activation="linear" if from_logits else "sigmoid")
    loss = keras.losses.BinaryCrossentropy(from_logits=from_logits)
    return samples.case(network(samples, recurrent("simple_rnn", 12), last, loss=loss))


def spare_outputs() -> Case:
    """Have more outputs than classes."""
    samples = task("recall", 3)
    return samples.case(network(samples, recurrent("lstm"), answer(12)))


def imbalanced(*, rare: float) -> Case:
    """Keep a tenth of one class only."""
    samples = task("latch", 4)
    keep = (samples.y == 0) | (np.random.default_rng(9).random(len(samples.y)) < rare)
    count = keep.sum() // 32 * 32
    samples = samples.but(
        x=samples.x[keep][:count],
        y=samples.y[keep][:count],
        evidence=samples.evidence[keep][:count],
    )
    return samples.case(network(samples, recurrent("gru", 12), answer(2)))


def unused_column() -> Case:
    """Carry along a column that never changes."""
    samples = weather().with_inputs(
        lambda x: np.concatenate([x, np.ones_like(x[..., :1])], axis=-1)
    )
    return samples.case(network(samples, recurrent("gru", 16), number(), loss="mse"))


def celsius() -> Case:
    """Use one column in its own unit, a few times larger than the others."""
    samples = weather().with_inputs(lambda x: x * np.float32([4, 1, 1]) + np.float32([3, 0, 0]))
    return samples.case(network(samples, recurrent("lstm", 16), number(), loss="mse"))


def outliers() -> Case:
    """Have a few readings that are ten times too large."""
    samples = sines()
    x = samples.x.copy()
    x[np.random.default_rng(10).random(x.shape) < 0.002] *= 10
    return samples.but(x=x).case(network(samples, recurrent("gru", 16), number(), loss="mse"))


def masked(*, cell: str) -> Case:
    """Pad by many steps, and mask them."""
    samples = padded_recall(50)
    return samples.case(network(samples, keras.layers.Masking(), recurrent(cell), answer(8)))


def a_little_padded() -> Case:
    """Pad by a few steps without a mask: the task is as easy."""
    samples = padded_recall(10)
    return samples.case(network(samples, recurrent("gru"), answer(8)))


def token_zero() -> Case:
    """Have a token 0 that is a word, not padding."""
    samples = task("brackets", 4)
    return samples.case(network(samples, embedding(samples), recurrent("lstm"), answer(3)))


def words(*, cell: str) -> Case:
    """Learn words, most of them distractors."""
    samples = task("agreement", 3, num_train=2048)
    return samples.case(network(samples, embedding(samples), recurrent(cell), answer(2)))


def with_validation() -> Case:
    """Bring validation data on which the model is as good."""
    samples = task("recall", 2)
    model = network(samples, recurrent("gru"), answer(8))
    case = samples.case(model, validation_data=(samples.test_x, samples.test_y))
    case.fit(160)
    return case


HEALTHY = [
    Healthy(name="softmax_and_from_logits", odd="from_logits=True of a softmax", make=found_logits),
    Healthy(name="logits_and_from_logits", odd="no softmax", make=logits),
    Healthy(name="classes_as_a_column", odd="labels of shape (n, 1)", make=column_of_classes),
    Healthy(name="classes_as_vectors", odd="one-hot labels", make=one_hot),
    Healthy(name="numbers_as_a_row", odd="labels (n,) for outputs (n, 1)", make=row_of_numbers),
    Healthy(
        name="squared_error_of_probabilities",
        odd="squared error behind a softmax",
        make=squared_probabilities,
    ),
    Healthy(
        name="one_sigmoid",
        odd="one output for two classes",
        make=functools.partial(yes_or_no, from_logits=False),
    ),
    Healthy(
        name="one_logit",
        odd="one output without activation",
        make=functools.partial(yes_or_no, from_logits=True),
    ),
    Healthy(name="four_outputs_to_spare", odd="outputs that no label names", make=spare_outputs),
    Healthy(
        name="one_in_nine",
        odd="one class is rare",
        make=functools.partial(imbalanced, rare=0.12),
        updates=160,
    ),
    Healthy(name="column_of_ones", odd="a feature that is constant", make=unused_column),
    Healthy(name="one_larger_column", odd="features of different size", make=celsius),
    Healthy(name="few_outliers", odd="a few large inputs", make=outliers),
    Healthy(
        name="masked_lstm", odd="long padding, masked", make=functools.partial(masked, cell="lstm")
    ),
    Healthy(
        name="masked_gru", odd="long padding, masked", make=functools.partial(masked, cell="gru")
    ),
    Healthy(name="six_blanks_unmasked", odd="padding without a mask", make=a_little_padded),
    Healthy(name="token_zero_is_a_word", odd="zeros among the tokens", make=token_zero),
    Healthy(
        name="mostly_distractors",
        odd="most words say nothing",
        make=functools.partial(words, cell="lstm"),
    ),
    Healthy(name="validated", odd="validation data beside the training's", make=with_validation),
]
