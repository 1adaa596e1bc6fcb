"""Who is recorded when: the training function's place in a model, without a real training."""

import contextlib

import pytest

from keras_rnn_study.seams.tapped_training import TappedTraining, fresh_train_function


class Model:
    """What Keras' model is for a training function."""

    optimizer = "sgd"

    def __init__(self):
        self.made = 0
        self.history = object()
        self.train_function = None
        self.make_train_function()

    def make_train_function(self, force=False):
        if self.train_function is None or force:
            self.made += 1
            number = self.made
            self.train_function = lambda iterator: (number, next(iterator))

    def train_step(self, data):
        pass

    def train_on_batch(self, x):
        return self.train_function(iter(x))


class Recorder:
    """A recorder whose tap notes when it is in the optimizer."""

    def __init__(self):
        self.tap, self.entered, self.followed, self.flushed = None, [], [], 0

    def tap_for(self, model):
        self.tap = self.tap or self
        return self.tap

    @contextlib.contextmanager
    def on(self, optimizer):
        self.entered.append(optimizer)
        yield

    def follow(self, optimizer):
        self.followed.append(optimizer)

    def flush(self):
        self.flushed += 1


@pytest.fixture
def model():
    return Model()


@pytest.fixture
def recorder():
    return Recorder()


def test_an_armed_step_runs_a_function_of_its_own_and_others_the_plain_one(model, recorder):
    training = TappedTraining.of(model)
    training.arm(recorder)
    assert model.train_function(iter("a")) == (2, "a")
    training.arm(recorder)
    assert model.train_function(iter("b")) == (2, "b")  # traced once
    assert recorder.entered == ["sgd", "sgd"]
    assert recorder.followed == ["sgd"]  # before the step, when there is a tap
    assert model.train_function(iter("c")) == (1, "c")
    assert model.train_function is not training
    assert recorder.entered == ["sgd", "sgd"]


def test_there_is_one_in_a_model(model, recorder):
    training = TappedTraining.of(model)
    training.install()
    assert TappedTraining.of(model) is training
    assert TappedTraining.of(model, TappedTraining(model)) is training
    training.remove()
    assert TappedTraining.of(model, training) is training
    assert TappedTraining.of(Model(), training) is not training


def test_a_step_that_was_asked_for_in_an_earlier_training_is_not_recorded(model, recorder):
    TappedTraining.of(model).arm(recorder)
    model.history = object()  # the next `fit`
    assert model.train_function(iter("a")) == (1, "a")
    assert not recorder.entered
    assert not isinstance(model.train_function, TappedTraining)


def test_train_on_batch_is_a_step_of_somebody_else(model, recorder):
    training = TappedTraining.of(model)
    training.arm(recorder)
    assert model.train_on_batch("a") == (1, "a")
    assert not recorder.entered
    assert model.train_function(iter("b")) == (2, "b")
    assert recorder.entered == ["sgd"]
    assert "train_on_batch" not in vars(model)


@pytest.mark.parametrize("how", ["remove", "another training"])
def test_train_on_batch_is_the_models_own_when_the_step_does_not_come(model, recorder, how):
    training = TappedTraining.of(model)
    training.arm(recorder)
    assert "train_on_batch" in vars(model)
    if how == "remove":
        training.remove()
    else:
        model.history = object()
        model.train_function(iter("a"))
    assert "train_on_batch" not in vars(model)
    assert model.train_on_batch("b") == (1, "b")


def test_a_function_that_was_made_anew_is_traced_anew(model, recorder):
    training = TappedTraining.of(model)
    training.arm(recorder)
    model.train_function(iter("a"))
    model.make_train_function(force=True)
    training.arm(recorder)
    assert model.train_function(iter("b")) == (4, "b")
    training.remove()
    assert model.train_function(iter("c")) == (3, "c")


def test_a_model_that_was_compiled_meanwhile(model, recorder):
    training = TappedTraining.of(model)
    training.arm(recorder)
    model.train_function = None
    training.arm(recorder)
    assert model.train_function(iter("a")) == (3, "a")  # not what was made before it was compiled
    training.remove()
    assert model.train_function is None


@pytest.mark.parametrize(("error", "flushed"), [(KeyboardInterrupt, 1), (StopIteration, 0)])
def test_a_step_that_raises(model, recorder, error, flushed):
    def raising():
        raise error

    training = TappedTraining.of(model)
    training.arm(recorder)
    with pytest.raises(error):
        model.train_function(iter(raising, None))
    assert recorder.flushed == flushed
    assert (model.train_function is training) == (not flushed)


def test_a_fresh_function_for_a_block_only(model):
    plain = model.train_function
    with fresh_train_function(model):
        assert [model.train_function(iter(letter)) for letter in "ab"] == [(2, "a"), (2, "b")]
    assert model.train_function is plain
    with fresh_train_function(model):
        model.make_train_function(force=True)
    assert model.train_function is None  # what was made within has the tap in it
    with fresh_train_function(object()):
        pass
