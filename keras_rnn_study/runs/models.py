"""Standard Keras models for the tasks: one recurrent layer or more, and an answer.

Nothing here is a class of this project: the models consist of Keras' own layers, initialisers and
optimizer, so a saved model loads wherever Keras is.
"""

import operator

import keras
import numpy as np

from keras_rnn_study.datasets import catalog
from keras_rnn_study.datasets.task import Task
from keras_rnn_study.runs import ranges
from keras_rnn_study.runs.gate_biases import set_bias, set_chrono_biases
from keras_rnn_study.runs.optimizers import build_optimizer
from keras_rnn_study.runs.starts import check_start

_LAYER_CLASSES = {
    "simple_rnn": keras.layers.SimpleRNN,
    "lstm": keras.layers.LSTM,
    "gru": keras.layers.GRU,
}


def build_model(
    task: Task | str,
    cell: str = "simple_rnn",
    *,
    units: int = ranges.UNITS,
    layers: int = ranges.LAYERS,
    init: str = "keras",
    gap: int | None = None,
    forget_bias: float | None = None,
    input_bias: float | None = None,
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
        input_bias: The same for its input gate, which Keras starts at 0. A forget bias of b beside
            an input bias of -b keeps what is there and lets little in, as "chrono" does.
        optimizer: A Keras optimizer, or the name of one; `None`: Adam with a learning rate of 3e-3.
        seed: The same seed gives the same weights; `None` gives other weights each time.

    Returns:
        A compiled `keras.Sequential` model, already built.

    Raises:
        ValueError: An unknown task, cell or init (with the nearest name), an init that the cell
            cannot have, "chrono" without a gap, a bias of a gate for a cell without that gate or
            beside "chrono", an unknown optimizer, or a number that is out of its range.

    Example:
        >>> from keras_rnn_study import build_model
        >>> from keras_rnn_study.datasets import recall
        >>> model = build_model(recall.TASK, "lstm", layers=2, init="chrono", gap=100, seed=0)
        >>> [layer.name for layer in model.layers]
        ['lstm', 'lstm_2', 'answer']

    Reference:
        - Le, Jaitly & Hinton, "A Simple Way to Initialize Recurrent Networks of Rectified Linear
          Units", 2015, arXiv:1504.00941.
        - Tallec & Ollivier, "Can recurrent neural networks warp time?", ICLR 2018,
          arXiv:1804.11188.
    """
    task = _task(task)
    units, layers = ranges.check("units", units), ranges.check("layers", layers)
    biases = {
        "forget_bias": ranges.check("forget_bias", forget_bias),
        "input_bias": ranges.check("input_bias", input_bias),
    }
    check_start(cell, init, **biases)
    gap = _gap(init, gap)
    optimizer = _optimizer(optimizer)
    generator = np.random.default_rng(None if seed is None else ranges.check("seed", seed))

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
        if gap is not None:
            set_chrono_biases(layer, gap, generator)
        for name, value in biases.items():
            if value is not None:
                set_bias(layer, name, value)
    model.add(_answer_layer(task, generator))
    model.compile(
        optimizer=optimizer,
        loss=task.loss,
        metrics=["accuracy" if task.num_classes else "mean_absolute_error"],
    )
    return model


def _task(task: Task | str) -> Task:
    """Find the task that is meant."""
    if isinstance(task, str):
        task = catalog.get(task).TASK
    if not isinstance(task, Task):
        of_module = getattr(task, "TASK", None)  # a task's module is a likely slip
        name = of_module.name if isinstance(of_module, Task) else "recall"
        raise ValueError(
            f"task must be a Task, or the name of one, but {task!r} was given. Pass, for example, "
            f"{name}.TASK, or {name!r}."
        )
    return task


def _optimizer(
    optimizer: keras.optimizers.Optimizer | str | None,
) -> keras.optimizers.Optimizer:
    if optimizer is None:
        return keras.optimizers.Adam(ranges.LEARNING_RATE)
    if isinstance(optimizer, str):
        return build_optimizer(optimizer)
    if not isinstance(optimizer, keras.optimizers.Optimizer):
        raise ValueError(
            "optimizer must be a Keras optimizer, or the name of one, but "
            f"{optimizer!r} was given. Pass, for example, 'adam'."
        )
    return optimizer


def _gap(init: str, gap: int | None) -> int | None:
    """Return the gap if the start depends on it, else `None`."""
    if init != "chrono":
        return None
    if gap is None:
        raise ValueError(
            "init='chrono' spreads the gates over memory times up to the gap's, but gap=None "
            "was given. Pass the task's gap, for example gap=100."
        )
    return operator.index(ranges.check("gap", gap))


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
    """Make a softmax over the classes, or one number."""
    return keras.layers.Dense(
        task.num_classes or 1,
        activation="softmax" if task.num_classes else "linear",
        kernel_initializer=keras.initializers.GlorotUniform(seed=_seed(generator)),
        name="answer",
    )


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
