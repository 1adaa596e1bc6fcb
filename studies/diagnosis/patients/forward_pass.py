"""What goes wrong on the way forwards: states that run away, numbers that are none."""

from functools import partial

import keras
import numpy as np
from case import Case, Patient
from networks import adam, answer, network, number, recurrent
from samples import Samples, late_recall, sines, task


def grown(
    *, cell: str = "simple_rnn", gain: float, activation: str = "relu", before: int = 50
) -> Case:
    """Name a symbol that came two steps ago, at the end of a long sequence."""
    samples = late_recall(before, 1)
    start = keras.initializers.Identity(gain) if cell == "simple_rnn" else "orthogonal"
    layer = recurrent(cell, activation=activation, recurrent_initializer=start)
    return samples.case(network(samples, layer, answer(8), optimizer=adam(0.003)))


def unbounded(*, activation: str) -> Case:
    """Recall in a GRU whose candidate is bounded or not, and fed back more than whole."""
    samples = late_recall(60, 2)
    gain = keras.initializers.Orthogonal(2.5)
    layer = recurrent("gru", activation=activation, recurrent_initializer=gain)
    return samples.case(network(samples, layer, answer(8)))


def weight(*, value: float, cell: str) -> Case:
    """Recall with one weight of the recurrent kernel set by hand, as from a broken file."""
    samples = task("recall", 3)
    layer = recurrent(cell)
    model = network(samples, layer, answer(8))
    kernel = layer.cell.recurrent_kernel.numpy()
    kernel[2, 3] = value
    layer.cell.recurrent_kernel.assign(kernel)
    return samples.case(model)


@keras.saving.register_keras_serializable("diagnosis")
class Standardised(keras.layers.Layer):
    """Divide each feature by its deviation over time, which is 0 where a feature rests."""

    def __init__(self, epsilon: float, **settings: object) -> None:
        super().__init__(**settings)
        self.epsilon = epsilon

    def call(self, x: object) -> object:
        """Return inputs with deviation 1."""
        mean = keras.ops.mean(x, axis=1, keepdims=True)
        return (x - mean) / (keras.ops.std(x, axis=1, keepdims=True) + self.epsilon)

    def get_config(self) -> dict[str, object]:
        """Return what the constructor takes."""
        return super().get_config() | {"epsilon": self.epsilon}


def standardised(*, epsilon: float) -> Case:
    """Standardise each sequence in the model."""
    samples = task("recall", 3)
    return samples.case(network(samples, Standardised(epsilon), recurrent("gru"), answer(8)))


@keras.saving.register_keras_serializable("diagnosis")
class LogLikelihood(keras.losses.Loss):
    """Cross-entropy written by hand: the logarithm of 0 is infinite."""

    def __init__(self, epsilon: float, **settings: object) -> None:
        super().__init__(**settings)
        self.epsilon = epsilon

    def call(self, y_true: object, y_pred: object) -> object:
        """Return one loss per sample."""
        wanted = keras.ops.one_hot(keras.ops.cast(y_true, "int32"), y_pred.shape[-1])
        share = y_pred / (keras.ops.sum(y_pred, axis=-1, keepdims=True) + self.epsilon)
        return -keras.ops.sum(wanted * keras.ops.log(share + self.epsilon), axis=-1)

    def get_config(self) -> dict[str, object]:
        """Return what the constructor takes."""
        return super().get_config() | {"epsilon": self.epsilon}


def own_likelihood(*, epsilon: float) -> Case:
    """Classify by positive scores, which are divided by their sum in the loss."""
    samples = task("recall", 3)
    loss = LogLikelihood(epsilon)
    scores = answer(8, activation="relu", bias_initializer=keras.initializers.Constant(0.2))
    return samples.case(network(samples, recurrent("lstm"), scores, loss=loss))


@keras.saving.register_keras_serializable("diagnosis")
class RootError(keras.losses.Loss):
    """Distance between target and output, whose slope is infinite where they are equal."""

    def __init__(self, epsilon: float, **settings: object) -> None:
        super().__init__(**settings)
        self.epsilon = epsilon

    def call(self, y_true: object, y_pred: object) -> object:
        """Return one loss per sample."""
        return keras.ops.sqrt(keras.ops.sum((y_true - y_pred) ** 2, axis=-1) + self.epsilon)

    def get_config(self) -> dict[str, object]:
        """Return what the constructor takes."""
        return super().get_config() | {"epsilon": self.epsilon}


def _quiet_at_first(samples: Samples) -> Samples:
    """Let every eighth series be 0 throughout: an output without bias is exactly right there."""
    rests = np.arange(len(samples.x)) % 8 == 0
    x, y = samples.x.copy(), samples.y.copy()
    x[rests], y[rests] = 0, 0
    return samples.but(x=x, y=y)


def own_distance(*, epsilon: float) -> Case:
    """Forecast with a distance as loss; some series rest at 0."""
    samples = _quiet_at_first(sines())
    return samples.case(
        network(samples, recurrent("simple_rnn"), number(), loss=RootError(epsilon))
    )


GROWS_BOTH_WAYS = {
    "exploding_gradient": "without a bound, what grows on the way forwards grows on the way back",
    "not_a_number": "what runs away long enough overflows",
    "initial_loss_too_high": "states that have run away make the first loss what it is",
}

growing = partial(Patient, cause="runaway_states", setting="gain", acceptable=GROWS_BOTH_WAYS)
broken_weight = partial(Patient, cause="not_a_number", setting="value", well=0.0)

PATIENTS = [
    growing(name="relu_identity_of_1_4", make=grown, ill=1.4, well=1.0),
    growing(
        name="linear_states",
        make=partial(grown, activation="linear", before=70),
        ill=1.25,
        well=0.9,
    ),
    Patient(
        name="gru_with_relu",
        cause="runaway_states",
        make=unbounded,
        setting="activation",
        ill="relu",
        well="tanh",
        acceptable=GROWS_BOTH_WAYS,
    ),
    broken_weight(
        name="nan_in_an_lstm_kernel", make=partial(weight, cell="lstm"), ill=float("nan")
    ),
    broken_weight(
        name="infinity_in_a_gru_kernel",
        make=partial(weight, cell="gru"),
        ill=float("inf"),
        acceptable={"saturated_units": "one gate is held at its end by an infinite weight"},
    ),
    Patient(
        name="deviation_of_a_resting_feature",
        cause="not_a_number",
        make=standardised,
        setting="epsilon",
        ill=0.0,
        well=0.001,
    ),
    Patient(
        name="logarithm_of_nothing",
        cause="not_a_number",
        make=own_likelihood,
        setting="epsilon",
        ill=0.0,
        well=0.001,
    ),
    Patient(
        name="root_of_nothing",
        cause="not_a_number",
        make=own_distance,
        setting="epsilon",
        ill=0.0,
        well=1e-06,
    ),
]
