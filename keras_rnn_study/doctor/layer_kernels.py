"""The kernel that each recurrent layer of a model takes, and what keeps it off a faster one."""

from collections.abc import Sequence
from dataclasses import dataclass

import keras

from keras_rnn_study.backend import needs_tensorflow
from keras_rnn_study.cells.devices import on_gpu
from keras_rnn_study.doctor import cudnn_obstacles, masks
from keras_rnn_study.fusion import fused_obstacles
from keras_rnn_study.fusion.obstacle import Obstacle
from keras_rnn_study.seams.names import recurrent_layers

CUDNN, STANDARD, FUSED, ERROR = "cuDNN", "standard loop", "fused CPU loop", "none: error"


@dataclass(frozen=True)
class LayerKernel:
    """What one recurrent layer runs on, and why.

    Attributes:
        name: str, the layer's path in the model, as `trace` has it.
        cell: str, its class: `"LSTM"`, `"RNN(LSTMCell)"`.
        kernel: str, what Keras runs it on: `"cuDNN"`, `"standard loop"`, or `"none: error"`
            where Keras raises one.
        obstacles: Tuple of `Obstacle`, what keeps it off Keras' cuDNN kernel.
        fused_kernel: str, the same within `fused(model)`: also `"fused CPU loop"`.
        fused_obstacles: Tuple of `Obstacle`, what keeps it from being fused. Empty on a GPU for
            LSTM and GRU, which `fused` leaves as they are: their `obstacles` say it.
        notes: Tuple of str, what else there is to know: masks, XLA, settings that fail.
    """

    name: str
    cell: str
    kernel: str
    obstacles: tuple[Obstacle, ...]
    fused_kernel: str
    fused_obstacles: tuple[Obstacle, ...]
    notes: tuple[str, ...]


def examine(model: keras.Model, *, assume_gpu: bool = False) -> list[LayerKernel]:
    """Say which kernel each recurrent layer takes, and what keeps it off a faster one.

    Nothing is run, and the model is not changed. It need not be built or compiled.

    Args:
        model: A `keras.Model` with recurrent layers.
        assume_gpu: Whether to answer for a machine with a GPU, whatever this one has.

    Returns:
        List of `LayerKernel`, one per recurrent layer, in the order in which Keras tracks them.

    Raises:
        ValueError: It is no `keras.Model`, it has no recurrent layer, or Keras runs on another
            backend than TensorFlow.

    Example:

    >>> import keras
    >>> from keras_rnn_study.doctor import examine
    >>> model = keras.Sequential(
    ...     [keras.Input((5, 3)), keras.layers.LSTM(4, recurrent_dropout=0.2, name="lstm")]
    ... )
    >>> [lstm] = examine(model, assume_gpu=True)
    >>> lstm.kernel, lstm.obstacles[0].setting
    ('standard loop', 'recurrent_dropout=0.2')
    >>> lstm.obstacles[0].remedy
    'Set recurrent_dropout=0; dropout, of the inputs, is fine.'
    """
    needs_tensorflow("doctor.examine")
    gpu = assume_gpu or on_gpu()
    return [_examined(*item, model, gpu) for item in recurrent_layers(model).items()]


def _examined(name: str, layer: keras.layers.RNN, model: keras.Model, gpu: bool) -> LayerKernel:
    found = tuple(cudnn_obstacles.obstacles(layer, model, gpu=gpu))
    kernel = _kernel(layer, found)
    # What `fused` leaves alone on a GPU, as it is Keras that has cuDNN for it.
    left = gpu and isinstance(layer.cell, keras.layers.LSTMCell | keras.layers.GRUCell)
    fused = () if left else tuple(fused_obstacles.obstacles(layer, gpu=gpu))
    swapped = CUDNN if gpu else FUSED
    return LayerKernel(
        name=name,
        cell=_cell(layer),
        kernel=kernel,
        obstacles=found,
        fused_kernel=kernel if left or fused else swapped,
        fused_obstacles=fused,
        notes=_notes(layer, model, found),
    )


def _kernel(layer: keras.layers.RNN, obstacles: Sequence[Obstacle]) -> str:
    if not obstacles:
        return CUDNN
    return ERROR if cudnn_obstacles.fails(layer, obstacles) else STANDARD


def _notes(
    layer: keras.layers.RNN, model: keras.Model, obstacles: Sequence[Obstacle]
) -> tuple[str, ...]:
    notes = [
        cudnn_obstacles.insisting_note(layer, obstacles),
        cudnn_obstacles.dropout_note(layer),
        cudnn_obstacles.jit_note(layer, model),
        masks.ends_note(layer, model),
    ]
    # To the kernel a mask matters where cuDNN is taken, or would be with a GPU.
    if set(obstacles) <= {cudnn_obstacles.NO_GPU}:
        notes.append(masks.cudnn_note(layer, model))
    return tuple(note for note in notes if note is not None)


def _cell(layer: keras.layers.RNN) -> str:
    if type(layer) is keras.layers.RNN:
        return f"RNN({type(layer.cell).__name__})"
    return type(layer).__name__
