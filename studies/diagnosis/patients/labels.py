"""Labels: a loss that cannot take them, one class only, labels that belong to other inputs."""

from functools import partial

import keras
import numpy as np
import skills
from case import Case, Patient
from networks import answer, network, number, recurrent
from samples import Samples, sines, task, weather


def one_output(*, activation: str, cell: str = "lstm") -> Case:
    """Answer yes or no by one unit."""
    samples = _yes_or_no()
    last = answer(1, activation=activation)
    return samples.case(network(samples, recurrent(cell, 12), last, loss="binary_crossentropy"))


def _yes_or_no() -> Samples:
    samples = task("latch", 4)
    return samples.but(
        y=samples.y[:, None].astype("float32"),
        test_y=samples.test_y[:, None],
        skill=skills.yes_or_no,
    )


def logits(*, from_logits: bool, cell: str, name: str, gap: int) -> Case:
    """Output logits, without a softmax."""
    samples = task(name, gap)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=from_logits)
    classes = int(samples.y.max()) + 1
    last = answer(classes, activation="linear")
    return samples.case(network(samples, recurrent(cell), last, loss=loss))


def shaped(*, from_logits: bool) -> Case:
    """Give a softmax another shape, so that Keras does not find the logits behind it."""
    samples = task("recall", 8)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=from_logits)
    layers = [recurrent("lstm"), answer(8), keras.layers.Reshape((8,))]
    return samples.case(network(samples, *layers, loss=loss))


def numbered(*, loss: str, cell: str) -> Case:
    """Give whole-numbered classes to one loss or another."""
    samples = task("recall", 3)
    return samples.case(network(samples, recurrent(cell), answer(8), loss=loss))


def counted_from(*, first: int) -> Case:
    """Count the classes from 0 or from 1, with as many outputs as classes."""
    samples = task("recall", 3)
    samples = samples.but(y=samples.y + first)
    return samples.case(network(samples, recurrent("gru"), answer(8)))


def bounded(*, activation: str, level: float, cell: str) -> Case:
    """Forecast a number that the last activation can reach, or not."""
    samples = sines()
    samples = samples.but(y=samples.y + level, test_y=samples.test_y + level)
    last = number(activation=activation)
    return samples.case(network(samples, recurrent(cell, 16), last, loss="mse"))


@keras.saving.register_keras_serializable("diagnosis")
class SquaredError(keras.losses.Loss):
    """Squared error written by hand: (n,) minus (n, 1) is (n, n)."""

    def call(self, y_true: object, y_pred: object) -> object:
        """Return the squared differences."""
        return keras.ops.square(y_true - y_pred)


def broadcast(*, column: bool, cell: str) -> Case:
    """Give targets as a column, or as a row that is broadcast against the outputs."""
    samples = sines() if cell == "gru" else weather()
    samples = samples.but(y=samples.y if column else samples.y[:, 0])
    model = network(samples, recurrent(cell, 16), number(), loss=SquaredError())
    return samples.case(model)


def classes(*, kept: str, name: str, gap: int, cell: str) -> Case:
    """Keep all labels, or put one in the place of all."""
    samples = task(name, gap)
    if kept == "one":
        samples = samples.but(y=np.full_like(samples.y, samples.y[0]))
    outputs = int(samples.test_y.max()) + 1
    return samples.case(network(samples, recurrent(cell), answer(outputs)))


def paired(*, order: str, name: str, cell: str, before: int = 96) -> Case:
    """Leave labels beside their inputs, or shuffle them apart; some updates are done already."""
    samples = {"sines": sines, "recall": lambda: task("recall", 2)}.get(
        name, lambda: task("digits", 0)
    )()
    if order == "shuffled":
        samples = samples.but(y=np.random.default_rng(7).permutation(samples.y))
    if name == "sines":
        model = network(samples, recurrent(cell, 16), number(), loss="mse")
    else:
        model = network(samples, recurrent(cell), answer(int(samples.test_y.max()) + 1))
    case = samples.case(model)
    case.fit(before)
    return case


CONSTANT = {
    "input_ignored": "a single softmax unit is 1 whatever comes in",
    "learns_label_mean": "constant outputs are at best the mean",
}
RANGE = {
    "saturated_units": "the last unit is held at the end of its range",
    "initial_loss_too_high": "out of reach from the first loss on",
}
MEAN = {"learns_label_mean": "one class only is a mean that is right"}
BLIND = {"input_ignored": "a constant output is what both mean"}
AVERAGED = {
    "learns_label_mean": "against all targets at once the mean is best",
    "input_ignored": "the mean is the same for all inputs",
}

softmax_of_one = partial(
    Patient,
    cause="labels_do_not_fit_loss",
    setting="activation",
    ill="softmax",
    well="sigmoid",
    acceptable=CONSTANT,
)
unmarked_logits = partial(
    Patient, cause="labels_do_not_fit_loss", setting="from_logits", ill=False, well=True
)
numbered_classes = partial(
    Patient, cause="labels_do_not_fit_loss", setting="loss", well="sparse_categorical_crossentropy"
)
out_of_range = partial(Patient, cause="labels_do_not_fit_loss", setting="activation")
row_of_targets = partial(
    Patient,
    cause="labels_do_not_fit_loss",
    setting="column",
    ill=False,
    well=True,
    acceptable=AVERAGED,
)
of_one_class = partial(
    Patient, cause="one_class", setting="kept", ill="one", well="all", acceptable=MEAN
)
shuffled_apart = partial(
    Patient,
    cause="learns_label_mean",
    setting="order",
    ill="shuffled",
    well="as it was",
    acceptable=BLIND,
)

PATIENTS = [
    softmax_of_one(name="one_softmax_unit", make=one_output),
    softmax_of_one(name="one_softmax_unit_simple_rnn", make=partial(one_output, cell="simple_rnn")),
    unmarked_logits(
        name="logits_taken_for_probabilities",
        make=partial(logits, cell="lstm", name="recall", gap=3),
    ),
    unmarked_logits(
        name="digit_logits_taken_for_probabilities",
        make=partial(logits, cell="gru", name="digits", gap=0),
    ),
    Patient(
        name="softmax_twice",
        cause="labels_do_not_fit_loss",
        make=shaped,
        setting="from_logits",
        ill=True,
        well=False,
        updates=32,
    ),
    numbered_classes(
        name="whole_numbers_for_one_hot",
        make=partial(numbered, cell="lstm"),
        ill="categorical_crossentropy",
    ),
    numbered_classes(
        name="squared_error_of_class_numbers",
        make=partial(numbered, cell="gru"),
        ill="mean_squared_error",
    ),
    Patient(
        name="classes_from_1",
        cause="labels_do_not_fit_loss",
        make=counted_from,
        setting="first",
        ill=1,
        well=0,
        acceptable={"not_a_number": "the loss of a class without an output is no number"},
    ),
    out_of_range(
        name="sigmoid_for_values_around_5",
        make=partial(bounded, level=5.0, cell="lstm"),
        ill="sigmoid",
        well="softplus",
        acceptable=RANGE,
    ),
    out_of_range(
        name="relu_for_negative_values",
        make=partial(bounded, level=-3.0, cell="gru"),
        ill="relu",
        well="linear",
        acceptable={"dead_units": "the output unit is dead after the first updates"},
    ),
    row_of_targets(name="row_minus_column", make=partial(broadcast, cell="gru")),
    row_of_targets(name="row_minus_column_weather", make=partial(broadcast, cell="lstm")),
    of_one_class(name="only_one_symbol", make=partial(classes, name="recall", gap=3, cell="lstm")),
    of_one_class(name="only_one_digit", make=partial(classes, name="digits", gap=0, cell="gru")),
    of_one_class(
        name="only_one_side", make=partial(classes, name="latch", gap=4, cell="simple_rnn")
    ),
    shuffled_apart(name="symbols_shuffled_apart", make=partial(paired, name="recall", cell="lstm")),
    shuffled_apart(name="digits_shuffled_apart", make=partial(paired, name="digits", cell="gru")),
    shuffled_apart(
        name="sines_shuffled_apart", make=partial(paired, name="sines", cell="simple_rnn")
    ),
]
