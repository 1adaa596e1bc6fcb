"""The sequence that goes into each recurrent layer, as a gradient tape knows it."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import keras
import tensorflow as tf

from keras_rnn_study.seams.replaced import replaced


@contextlib.contextmanager
def heard_inputs(
    layers: Mapping[str, keras.layers.RNN], tape: tf.GradientTape
) -> Iterator[dict[str, tf.Tensor]]:
    """Yield the sequence that went into each layer's first call in this block, by its name."""
    heard: dict[str, tf.Tensor] = {}

    def listening(name: str, layer: keras.layers.RNN) -> Any:
        own = layer.inner_loop

        def loop(sequences: Any, *rest: Any, **options: Any) -> Any:
            if tf.is_tensor(sequences) and name not in heard:
                sequences = heard[name] = tf.identity(sequences)
                tape.watch(sequences)
            return own(sequences, *rest, **options)

        return loop

    with contextlib.ExitStack() as stack:
        for name, layer in layers.items():
            stack.enter_context(replaced(layer, "inner_loop", listening(name, layer)))
        yield heard
