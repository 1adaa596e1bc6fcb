"""The table of optimizers and their options, held against Keras' own signatures."""

import inspect

import keras
import pytest

from keras_rnn_study.runs import Run, build_optimizer
from keras_rnn_study.runs.optimizers import _OPTIONS, OPTIMIZERS, check_optimizer


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_options_are_those_that_keras_takes(kind):
    theirs = inspect.signature(getattr(keras.optimizers, kind)).parameters.keys()
    assert set(OPTIMIZERS[kind]) == theirs - {"learning_rate", "name", "kwargs"}


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_keras_takes_an_example_of_each(kind):
    clips = {"clipvalue", "global_clipnorm"}
    alone = {"use_ema": True}  # without which Keras does not look at the options about it
    for option in OPTIMIZERS[kind]:
        value = _OPTIONS[option].example if option in _OPTIONS else True
        made = build_optimizer(kind.lower(), learning_rate=0.5, **(alone | {option: value}))
        assert type(made).__name__ == kind
        assert float(made.learning_rate) == 0.5
        if option in ("clipnorm", *clips, "momentum", "rho", "beta_1", "weight_decay"):
            assert getattr(made, option) == value


def test_what_is_not_given_is_as_keras_has_it():
    assert float(build_optimizer("sgd").learning_rate) == float(
        keras.optimizers.SGD().learning_rate
    )
    assert build_optimizer("Adam", clipnorm=None).clipnorm is None


def test_a_schedule_may_stand_for_the_rate():
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    assert build_optimizer("sgd", learning_rate=schedule).get_config()["learning_rate"]


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("sdg", {}, r"Unknown optimizer 'sdg'.*Did you mean 'sgd'\?"),
        (3, {}, r"Unknown optimizer 3: expected one of 'adadelta'"),
        ("adam", {"clipnorn": 1}, r"Unknown option of Adam 'clipnorn'.*mean 'clipnorm'\?"),
        ("adam", {"momentum": 0.9}, r"Unknown option of Adam 'momentum'"),
        ("adam", {"learning_rate": 0.9}, r"Unknown option of Adam 'learning_rate'"),
        ("sgd", {"momentum": 1.5}, r"momentum must be a number, 1 or less, but 1.5 was given"),
        ("sgd", {"nesterov": "yes"}, r"nesterov must be True or False, but 'yes' was given"),
        ("adam", {"clipnorm": -1}, r"clipnorm must be a number, above 0, but -1 was given"),
        ("adam", {"clipnorm": "x" * 400}, r"clipnorm must be a number, above 0, but 'xxx"),
        ("adam", {"clipnorm": float("nan")}, r"clipnorm must be a number, above 0, but nan"),
        ("adam", {"gradient_accumulation_steps": 1}, r"must be a whole number, 2 or more, but 1"),
        ("adam", {"clipnorm": 1, "clipvalue": 1}, r"clipnorm and clipvalue were given, but grad"),
    ],
)
def test_a_mistake_is_told_by_the_optimizer_and_by_a_run(name, options, message):
    with pytest.raises(ValueError, match=message) as error:
        check_optimizer(name, options)
    assert len(str(error.value)) < 700
    with pytest.raises(ValueError, match=message):
        Run("recall", "lstm", gap=3, optimizer=name, optimizer_options=tuple(options.items()))


@pytest.mark.parametrize("rate", [0, -1.0, float("nan"), float("inf"), "fast", True])
def test_a_rate_that_cannot_be(rate):
    with pytest.raises(ValueError, match=r"learning_rate must be a number"):
        build_optimizer("adam", learning_rate=rate)


def test_a_runs_options_are_kept_in_one_order_and_without_those_that_are_none():
    options = (("momentum", 0.9), ("clipnorm", None), ("clipvalue", 1))
    run = Run("recall", "lstm", gap=3, optimizer="sgd", optimizer_options=options)
    assert run.optimizer_options == (("clipvalue", 1), ("momentum", 0.9))
    with pytest.raises(ValueError, match=r"optimizer_options must be pairs of name and value"):
        Run("recall", "lstm", gap=3, optimizer_options=3)
