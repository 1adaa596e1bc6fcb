"""Paths that are cut: backwards, and nothing is learned, or forwards, and nothing is seen."""

from functools import partial

import keras
from case import Case, Patient
from networks import answer, embedding, network, recurrent
from samples import task


def frozen_layer(*, trainable: bool, cell: str, gap: int) -> Case:
    """Recall with a recurrent layer that may learn or not."""
    samples = task("recall", gap)
    layer = recurrent(cell)
    layer.trainable = trainable
    return samples.case(network(samples, layer, answer(8)))


def frozen_model(*, trainable: bool) -> Case:
    """Name a digit with a model of which everything is frozen, or nothing."""
    samples = task("digits", 0)
    layers = [recurrent("gru"), answer(10)]
    for layer in layers:
        layer.trainable = trainable
    return samples.case(network(samples, *layers))


@keras.saving.register_keras_serializable("diagnosis")
class Passing(keras.layers.Layer):
    """Hand on what comes in; `how` says what happens to it."""

    def __init__(self, how: str, **settings: object) -> None:
        super().__init__(**settings)
        self.how = how

    def call(self, x: object) -> object:
        """Return the same values, or rounded ones."""
        if self.how == "stopped":
            return keras.ops.stop_gradient(x)
        if self.how == "rounded":
            return keras.ops.round(4 * x) / 4
        if self.how == "last step":
            return x[:, -1:]
        if self.how == "times nothing":
            return 0 * x
        return x

    def get_config(self) -> dict[str, object]:
        """Return what the constructor takes."""
        return super().get_config() | {"how": self.how}


def after_first_layer(*, how: str, cell: str, gap: int) -> Case:
    """Recall with two layers and something between them and the answer."""
    samples = task("recall", gap)
    layers = [recurrent(cell, 16, return_sequences=True), recurrent(cell, 16)]
    return samples.case(network(samples, *layers, Passing(how), answer(8)))


def before_first_layer(*, how: str, cell: str, name: str, gap: int) -> Case:
    """Do something to the inputs first."""
    samples = task(name, gap)
    classes = int(samples.y.max()) + 1
    return samples.case(network(samples, Passing(how), recurrent(cell), answer(classes)))


def limited_kernel(*, limit: float) -> Case:
    """Recall with a norm limit on the input kernel."""
    samples = task("recall", 2)
    layer = recurrent("lstm", kernel_constraint=keras.constraints.MaxNorm(limit))
    model = network(samples, layer, answer(8))
    layer.cell.kernel.assign(layer.cell.kernel_constraint(layer.cell.kernel))
    return samples.case(model)


def embedded(*, scale: float) -> Case:
    """Embed words by vectors that are frozen, as from a file."""
    samples = task("brackets", 4)
    vectors = embedding(
        samples,
        16,
        trainable=False,
        embeddings_initializer=keras.initializers.RandomNormal(stddev=scale),
    )
    return samples.case(network(samples, vectors, recurrent("gru"), answer(3)))


CUT = {"no_gradient": "no gradient reaches weights whose input does not matter"}
BLIND = {
    "input_ignored": "what comes after the cut is the same for all inputs",
    "learns_label_mean": "all that is left to learn is the answer's bias",
}
CONSTANT = {"learns_label_mean": "who ignores the input learns the label's mean"}

frozen = partial(Patient, cause="no_gradient", setting="trainable", ill=False, well=True)
cut_behind = partial(Patient, cause="no_gradient", setting="how", well="as it is")
cut_before = partial(Patient, cause="input_ignored", setting="how", well="as it is")

PATIENTS = [
    frozen(name="frozen_lstm", make=partial(frozen_layer, cell="lstm", gap=12)),
    frozen(name="frozen_gru", make=partial(frozen_layer, cell="gru", gap=12)),
    Patient(
        name="frozen_model",
        cause="no_gradient",
        make=frozen_model,
        setting="trainable",
        ill=False,
        well=True,
    ),
    cut_behind(
        name="stopped_before_the_answer",
        make=partial(after_first_layer, cell="lstm", gap=8),
        ill="stopped",
    ),
    cut_behind(
        name="rounded_states",
        make=partial(after_first_layer, cell="gru", gap=8),
        ill="rounded",
        acceptable=BLIND,
    ),
    cut_before(
        name="only_the_last_step",
        make=partial(before_first_layer, cell="lstm", name="recall", gap=3),
        ill="last step",
        acceptable=CONSTANT,
    ),
    cut_before(
        name="only_the_blank_after_the_image",
        make=partial(before_first_layer, cell="gru", name="digits", gap=1),
        ill="last step",
        acceptable=CONSTANT,
    ),
    cut_before(
        name="inputs_times_nothing",
        make=partial(before_first_layer, cell="simple_rnn", name="recall", gap=2),
        ill="times nothing",
        acceptable=CONSTANT | CUT,
    ),
    Patient(
        name="kernel_limited_to_nothing",
        cause="input_ignored",
        make=limited_kernel,
        setting="limit",
        ill=0.0,
        well=2.0,
        acceptable=CONSTANT | CUT,
    ),
    Patient(
        name="frozen_vectors_of_zeros",
        cause="input_ignored",
        make=embedded,
        setting="scale",
        ill=0.0,
        well=1.0,
        acceptable=CONSTANT | CUT,
    ),
]
