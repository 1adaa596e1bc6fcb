"""What a mask means to a recurrent layer: to cuDNN, and to what comes after the layer."""

import keras

from keras_rnn_study.seams.keras_internals import all_layers, masks_received


def cudnn_note(layer: keras.layers.RNN, model: keras.Model) -> str | None:
    """Say what a mask means to a layer that Keras runs on cuDNN; `None` where none reaches it."""
    if not _arrives(layer, model):
        return None
    return (
        f"A mask reaches it{_origin(model)}. Keras' cuDNN takes masks of right-padded sequences "
        "only, none of them all padding; for others fit, evaluate and predict raise "
        'InvalidArgumentError. Pad on the right, pad_sequences(..., padding="post"), or pass '
        "use_cudnn=False to the layer (a saved model forgets that)."
    )


def ends_note(layer: keras.layers.RNN, model: keras.Model) -> str | None:
    """Say where the model depends on a mask that newer Keras ends; `None` where it does not.

    Keras up to 3.15 hands the mask of a layer that returns sequences on to the next layer and to
    the loss. From 3.16 on RNN, Bidirectional and TimeDistributed hand nothing on.
    """
    if not layer.return_sequences or not _arrives(layer, model):
        return None
    outermost = next((each for each in _around(layer, model) if _is_wrapper(each)), layer)
    kept = outermost.supports_masking
    return (
        f"A mask reaches it{_origin(model)}, and "
        + ("Keras up to 3.15 hands it on. From 3.16 on it ends here" if kept else "ends here")
        + ": the layers behind it and the loss take padding for data, so that results "
        + ("change" if kept else "are not those of Keras up to 3.15")
        + f". To have the mask handed on, set model.get_layer({outermost.name!r}).supports_masking "
        "= True before training, and again on a model that was loaded from a file. Where the "
        "loss must leave padding out, a sample_weight of 0 says so to every Keras."
    )


def _origin(model: keras.Model) -> str:
    sources = [repr(other.name) for other in all_layers(model) if _makes_mask(other)]
    return f" (from {', '.join(sources)})" if sources else ""


def _arrives(layer: keras.layers.RNN, model: keras.Model) -> bool:
    """Return whether a mask reaches the layer, as far as the model's graph tells."""
    masks = [mask for each in [layer, *_around(layer, model)] for mask in masks_received(each)]
    if not masks:  # a subclassed model has no graph
        return any(map(_makes_mask, all_layers(model)))
    return any(mask is not None for mask in masks)


def _around(layer: keras.layers.RNN, model: keras.Model) -> list[keras.layers.Layer]:
    """Return the layers of the model that the layer is within."""
    return [other for other in all_layers(model) if any(p is layer for p in all_layers(other)[1:])]


def _is_wrapper(layer: keras.layers.Layer) -> bool:
    return isinstance(layer, keras.layers.Bidirectional | keras.layers.TimeDistributed)


def _makes_mask(layer: keras.layers.Layer) -> bool:
    if isinstance(layer, keras.layers.Embedding):
        return bool(layer.mask_zero)
    return isinstance(layer, keras.layers.Masking)
