"""SciKeras: a recurrent network in scikit-learn's cross-validation, with its gradients.

pip install scikeras; python examples/scikit_learn_with_scikeras.py [--epochs 5]
"""

import argparse

import keras
import numpy as np
from scikeras.wrappers import KerasClassifier
from sklearn.model_selection import cross_validate

from keras_rnn_study.callbacks import GradientNorms

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--epochs", type=int, default=5)
arguments = parser.parse_args()

# Does a walk end above where it began?
rng = np.random.default_rng(0)
x = rng.normal(size=(576, 12, 1)).astype("float32")
y = (x.sum(axis=(1, 2)) > 0).astype("int64")


def build(units, learning_rate):
    """Return a compiled model; scikit-learn varies the arguments."""
    layers = [keras.layers.SimpleRNN(units, name="rnn"), keras.layers.Dense(1, "sigmoid")]
    model = keras.Sequential([keras.Input((12, 1)), *layers])
    model.compile(keras.optimizers.Adam(learning_rate), loss="binary_crossentropy")
    return model


classifier = KerasClassifier(
    build,
    model__units=8,
    model__learning_rate=0.01,
    epochs=arguments.epochs,
    batch_size=32,
    verbose=0,
    callbacks=GradientNorms,  # the class: each fold makes its own
    callbacks__logs="all",
)
folds = cross_validate(classifier, x, y, cv=3, return_estimator=True)
for score, fold in zip(folds["test_score"], folds["estimator"], strict=True):
    norms = fold.history_["gradient_norm/rnn/recurrent_kernel"]
    print(
        f"accuracy {score:.2f}, |dL/dU| {norms[0]:.3f} -> {norms[-1]:.3f} over {len(norms)} epochs"
    )
