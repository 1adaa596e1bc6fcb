"""See inside standard Keras recurrent layers while they train."""

import importlib

# TensorFlow takes seconds to import, so each name brings its module only when it is used.
_HOMES = {
    "trace": "keras_rnn_study.tracing",
    "Trace": "keras_rnn_study.result",
    "LayerTrace": "keras_rnn_study.result",
    "build_model": "keras_rnn_study.models",
}

__all__ = list(_HOMES)


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__():
    return sorted([*globals(), *_HOMES])
