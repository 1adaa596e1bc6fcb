"""See inside standard Keras recurrent layers while they train."""

from keras_rnn_study.lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "trace": "keras_rnn_study.tracing",
        "Trace": "keras_rnn_study.result",
        "LayerTrace": "keras_rnn_study.result",
        "build_model": "keras_rnn_study.models",
        "fused": "keras_rnn_study.fusion",
    },
)
