"""All callbacks count the same steps, also when the model is compiled anew on the way."""

import keras
import pytest
from keras import layers
from small_training import BATCHES, FEATURES, TIME, At, X, build, fit

from keras_rnn_study.callbacks import GateActivations, GradientNorms, Probe


def compile_anew(model):
    model.compile(keras.optimizers.SGD(0.05), loss="mse")


@pytest.mark.parametrize("moment", ["between", "within"])
def test_compiled_anew(moment):
    stack = [keras.Input((TIME, FEATURES)), layers.SimpleRNN(2), layers.Dense(1)]
    model = build(model=keras.Sequential(stack))
    norms, gates = GradientNorms(), GateActivations(None, Probe(X[:4]), update_freq="batch")
    others = [At("on_train_batch_end", 1, compile_anew)] if moment == "within" else []
    fit(model, norms, gates, *others, epochs=1)
    if moment == "between":
        compile_anew(model)
    fit(model, norms, gates, epochs=1)
    assert list(norms.history["step"]) == list(range(2 * BATCHES))
    assert list(gates.history["step"]) == list(range(2 * BATCHES + 1))
