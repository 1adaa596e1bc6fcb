"""Diagrams of a recurrent layer's module, with the values of a trained model in them."""

from keras_rnn_study.lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "chain": "keras_rnn_study.diagrams.unrolled",
        "lstm_module": "keras_rnn_study.diagrams.lstm",
    },
)
