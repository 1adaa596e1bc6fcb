"""Standard Keras models for the tasks: one recurrent layer or more, and an answer.

Nothing here is a class of this project: the models consist of Keras' own layers, initialisers and
optimizer, so a saved model loads wherever Keras is.
"""

import inspect
import numbers

import keras
import numpy as np

from keras_rnn_study.datasets import catalog
from keras_rnn_study.datasets.checks import check_choice, whole_number
from keras_rnn_study.datasets.task import Task
from keras_rnn_study.runs.run import STARTS

_LAYER_CLASSES = {
    "simple_rnn": keras.layers.SimpleRNN,
    "lstm": keras.layers.LSTM,
    "gru": keras.layers.GRU,
}
CELLS = tuple(STARTS)
INITS = ("keras", "glorot", "identity", "chrono")
LEARNING_RATE = 3e-3


def build_model(
    task: Task | str,
    cell: str = "simple_rnn",
    *,
    units: int = 32,
    layers: int = 1,
    init: str = "keras",
    gap: int | None = None,
    forget_bias: float | None = None,
    optimizer: keras.optimizers.Optimizer | str | None = None,
    seed: int | None = None,
) -> keras.Model:
    """Build and compile a standard Keras model for a task.

    Token tasks get an `Embedding` of `units` dimensions first, and sequences of different lengths
    a mask. Then come the recurrent layers, named after their cell ("lstm", "lstm_2", ...), and a
    dense layer: a softmax over the classes, or one number; at the last step, or at every step
    where the task has a target there. The model takes sequences of any length.

    How a recurrent layer starts decides how far back it can learn, so it is a choice:

    - "keras": Keras' defaults. An orthogonal recurrent kernel; an LSTM's forget gate starts at
      sigmoid(1) = 0.73.
    - "glorot": `glorot_uniform` for the recurrent kernel. A simple RNN's eigenvalues then lie all
      over the unit disc, not on its edge as an orthogonal kernel's do, so most of the past fades.
    - "identity": the IRNN of Le et al. (2015): recurrent kernel = identity, ReLU instead of tanh,
      input kernel from N(0, 0.001). Only for "simple_rnn": a gated layer's kernel is not square.
    - "chrono": the gates of Tallec & Ollivier (2018), spread over memory times up to the gap's.
      With T_max = `gap` + 2, an LSTM gets b_forget = log U[1, T_max - 1] and b_input = -b_forget,
      a GRU b_update = log U[1, T_max - 1] (Keras' update gate keeps the old state). Only for
      "lstm" and "gru": a simple RNN has no gates. The biases are set once, here: a saved model
      keeps them, but `keras.models.clone_model` starts from Keras' biases again.

    Args:
        task: A `Task`, such as `recall.TASK` or `adding.TASK.of("bai_2018")`, or a task's name.
        cell: "simple_rnn", "lstm" or "gru".
        units: Size of each recurrent layer's state, and of the embedding.
        layers: Number of recurrent layers.
        init: "keras", "glorot", "identity" or "chrono", as above.
        gap: The gap that "chrono" prepares for (or the length, where that is what the task takes);
            the other choices do not use it.
        forget_bias: What the bias of an LSTM's forget gate starts at; `None`: Keras' 1, or what
            "chrono" says.
        optimizer: A Keras optimizer, or the name of one; `None`: Adam with a learning rate of 3e-3.
        seed: The same seed gives the same weights; `None` gives other weights each time.

    Returns:
        A compiled `keras.Sequential` model, already built.

    Raises:
        ValueError: An unknown task, cell or init (with the nearest name), an init that the cell
            cannot have, "chrono" without a gap, a forget bias for a cell without a forget gate or
            beside "chrono", an unknown optimizer, or a number that is no whole number or too small.

    Example:
        >>> from keras_rnn_study.datasets import recall
        >>> from keras_rnn_study.runs.models import build_model
        >>> model = build_model(recall.TASK, "lstm", layers=2, init="chrono", gap=100, seed=0)
        >>> [layer.name for layer in model.layers]
        ['lstm', 'lstm_2', 'answer']

    Reference:
        - Le, Jaitly & Hinton, "A Simple Way to Initialize Recurrent Networks of Rectified Linear
          Units", 2015, arXiv:1504.00941.
        - Tallec & Ollivier, "Can recurrent neural networks warp time?", ICLR 2018,
          arXiv:1804.11188.
    """
    if isinstance(task, str):
        task = catalog.get(task).TASK
    units = whole_number("units", units, at_least=1)
    layers = whole_number("layers", layers, at_least=1)
    _check_init(cell, init, gap)
    _check_forget_bias(cell, init, forget_bias)
    if isinstance(optimizer, str):
        optimizer = build_optimizer(optimizer)
    if seed is not None:
        seed = whole_number("seed", seed, at_least=0)
    generator = np.random.default_rng(seed)

    model = keras.Sequential(name=f"{task.name}_{cell}")
    model.add(keras.Input(task.input_shape, dtype=task.input_dtype))
    _add_input_layer(model, task, units, generator)
    for number in range(1, layers + 1):
        layer = _LAYER_CLASSES[cell](
            units,
            return_sequences=task.every_step or number < layers,
            name=cell if number == 1 else f"{cell}_{number}",
            **_initializers(init, generator),
        )
        model.add(layer)
        if init == "chrono":
            _set_chrono_biases(layer, gap, generator)
        if forget_bias is not None:
            _set_forget_bias(layer, forget_bias)
    model.add(_answer_layer(task, generator))
    model.compile(
        optimizer=optimizer or keras.optimizers.Adam(LEARNING_RATE),
        loss=task.loss,
        metrics=["accuracy" if task.num_classes else "mean_absolute_error"],
    )
    return model


def build_optimizer(name: str, **options: object) -> keras.optimizers.Optimizer:
    """Make a Keras optimizer by its name.

    Args:
        name: Such as "adam", "sgd" or "rmsprop".
        options: Arguments of its class, such as `learning_rate=1e-3`, `clipnorm=1.0`.

    Raises:
        ValueError: There is no such optimizer (with the nearest name), or it takes no such option,
            or not that value; the learning rate is not above 0.

    Example:
        >>> from keras_rnn_study.runs.models import build_optimizer
        >>> build_optimizer("sgd", learning_rate=0.1, momentum=0.9).momentum
        0.9
    """
    classes = _optimizer_classes()
    check_choice("optimizer", str(name).lower(), classes)
    chosen = classes[name.lower()]
    allowed = [*inspect.signature(chosen).parameters]
    for option in options:
        if option not in allowed or option == "kwargs":
            check_choice(
                f"option of {chosen.__name__}", option, [a for a in allowed if a != "kwargs"]
            )
    rate = options.get("learning_rate")
    if isinstance(rate, int | float) and not 0 < rate < float("inf"):
        raise ValueError(
            f"learning_rate must be a number above 0, but {rate!r} was given. Pass, for example, "
            f"learning_rate={LEARNING_RATE}."
        )
    try:
        return chosen(**options)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{chosen.__name__} does not take {options}: {error}") from None


def _optimizer_classes() -> dict[str, type]:
    base = keras.optimizers.Optimizer
    members = vars(keras.optimizers).items()
    return {
        name.lower(): value
        for name, value in members
        if isinstance(value, type) and issubclass(value, base) and value is not base
    }


def _add_input_layer(
    model: keras.Sequential, task: Task, units: int, generator: np.random.Generator
) -> None:
    """Embed tokens; mask padding."""
    if task.vocabulary_size is not None:
        model.add(
            keras.layers.Embedding(
                task.vocabulary_size,
                units,
                embeddings_initializer=keras.initializers.RandomUniform(seed=_seed(generator)),
                mask_zero=task.padded,
                name="embedding",
            )
        )
    elif task.padded:
        model.add(keras.layers.Masking(name="masking"))


def _answer_layer(task: Task, generator: np.random.Generator) -> keras.layers.Layer:
    """A softmax over the classes, or one number."""
    return keras.layers.Dense(
        task.num_classes or 1,
        activation="softmax" if task.num_classes else "linear",
        kernel_initializer=keras.initializers.GlorotUniform(seed=_seed(generator)),
        name="answer",
    )


def _check_forget_bias(cell: str, init: str, forget_bias: float | None) -> None:
    if forget_bias is None:
        return
    if isinstance(forget_bias, bool) or not isinstance(forget_bias, numbers.Real):
        raise ValueError(
            f"forget_bias must be a number, but {forget_bias!r} was given. Pass, for example, 1.0, "
            "Keras' own."
        )
    if cell != "lstm":
        raise ValueError(
            f"forget_bias={forget_bias!r} is for an LSTM's forget gate, but cell={cell!r} has "
            "none. Leave it out, or use cell='lstm'."
        )
    if init == "chrono":
        raise ValueError(
            f"init='chrono' sets the forget gate's biases, and forget_bias={forget_bias!r} would "
            "undo it. Leave one of them out."
        )


def _check_init(cell: str, init: str, gap: int | None) -> None:
    check_choice("cell", cell, CELLS)
    check_choice("init", init, INITS)
    if init == "identity" and cell != "simple_rnn":
        raise ValueError(
            f"init='identity' needs a square recurrent kernel, but {cell!r} has gates, whose "
            "kernels lie side by side. Use cell='simple_rnn', or init='chrono' for a long memory."
        )
    if init == "chrono":
        if cell == "simple_rnn":
            raise ValueError(
                "init='chrono' sets the biases of gates, but cell='simple_rnn' has none. Use "
                "cell='lstm' or 'gru', or init='identity' for a long memory."
            )
        if gap is None:
            raise ValueError(
                "init='chrono' spreads the gates over memory times up to the gap's, but gap=None "
                "was given. Pass the task's gap, for example gap=100."
            )
        whole_number("gap", gap, at_least=0)


def _seed(generator: np.random.Generator) -> int:
    return int(generator.integers(2**31))


def _initializers(init: str, generator: np.random.Generator) -> dict[str, object]:
    """Choose a recurrent layer's arguments for a way to start."""
    kernel, recurrent = _seed(generator), _seed(generator)
    if init == "identity":
        return {
            "activation": "relu",
            "kernel_initializer": keras.initializers.RandomNormal(stddev=0.001, seed=kernel),
            "recurrent_initializer": keras.initializers.Identity(),
        }
    orthogonal_or_glorot = (
        keras.initializers.GlorotUniform if init == "glorot" else keras.initializers.Orthogonal
    )
    return {
        "kernel_initializer": keras.initializers.GlorotUniform(seed=kernel),
        "recurrent_initializer": orthogonal_or_glorot(seed=recurrent),
    }


def _set_forget_bias(layer: keras.layers.Layer, value: float) -> None:
    bias = np.array(layer.cell.bias)
    bias[layer.units : 2 * layer.units] = value  # input, forget, candidate, output
    layer.cell.bias.assign(bias)


def _set_chrono_biases(layer: keras.layers.Layer, gap: int, generator: np.random.Generator) -> None:
    """Let each unit forget over a time of its own, up to the time from the evidence to the answer.

    A gate that keeps sigmoid(b) of its memory at each step forgets over 1 + exp(b) steps. That is
    T for b = log(T - 1), so log U[1, T_max - 1] spreads the units' times evenly up to T_max.
    """
    t_max = gap + 2
    keep = np.log(generator.uniform(1, t_max - 1, size=layer.units))
    bias = np.zeros(layer.cell.bias.shape)
    if isinstance(layer, keras.layers.LSTM):
        bias[: 2 * layer.units] = np.concatenate([-keep, keep])  # input, forget, candidate, output
    else:
        bias[0, : layer.units] = keep  # update, reset, candidate; row 1 acts on the old state
    layer.cell.bias.assign(bias)
