"""A study that takes seconds, for the tests of everything that runs studies."""

from keras_rnn_study.study import Study

AXES = {
    "task": "recall",
    "cell": ["simple_rnn", "lstm"],
    "init": ["keras", "chrono"],
    "gap": [1, 3],
    "units": 8,
    "steps": 80,
    "learning_rate": 0.01,
    "seeds": 2,
    "samples": 64,
}
NUM_RUNS = 12  # a simple RNN is never chrono


def small_study(**changed):
    return Study(**AXES | changed)
