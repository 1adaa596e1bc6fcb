"""Callbacks that record gradients through time and gates; one a file."""

from keras_rnn_study.lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "GradientNorms": "keras_rnn_study.callbacks.gradient_norms",
        "GradientFlow": "keras_rnn_study.callbacks.gradient_flow",
        "GateActivations": "keras_rnn_study.callbacks.gate_activations",
        "Probe": "keras_rnn_study.callbacks.probe",
    },
)
