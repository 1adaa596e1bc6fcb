"""Every message says what was received, what was expected, and how to mend it."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_rnn_study import trace

X, Y = np.ones((4, 6, 3)), np.ones((4, 1))


def model_of(*stack, compile=True):
    model = keras.Sequential([keras.Input((6, 3)), *stack, layers.Dense(1)])
    if compile:
        model.compile(loss="mse")
    return model


def functional():
    x = keras.Input((6, 3))
    model = keras.Model(x, layers.Dense(1)(layers.LSTM(3)(x)))
    model.compile(loss="mse")
    return model


def test_unbuilt_model():
    with pytest.raises(ValueError, match=r"not built.*`model.build\(input_shape\)` first"):
        trace(keras.Sequential([layers.LSTM(3)]), X)


def test_no_recurrent_layer():
    with pytest.raises(ValueError, match=r"no recurrent layer.*Expected at least one"):
        trace(model_of(layers.Flatten()), X)


def test_labels_without_a_loss():
    with pytest.raises(ValueError, match=r"not compiled.*Call `model.compile\(loss=...\)` first"):
        trace(model_of(layers.LSTM(3), compile=False), X, Y)


@pytest.mark.parametrize("x", [np.ones((4, 9, 3)), np.ones((4, 6, 2)), np.ones((6, 3))])
def test_another_shape_than_the_model_takes(x):
    with pytest.raises(ValueError, match=r"shape .*takes \(None, 6, 3\)"):
        trace(functional(), x, np.ones((len(x), 1)))


def test_different_numbers_of_samples():
    with pytest.raises(ValueError, match=r"Received: x: \['4'\], y: \['3'\]. Cut them"):
        trace(model_of(layers.LSTM(3)), X, Y[:3])


def test_unknown_layer_names_the_nearest():
    with pytest.raises(ValueError, match=r"no recurrent layer 'lst'. Did you mean 'lstm'\?"):
        trace(model_of(layers.LSTM(3)), X, Y, layers=["lst"])


def test_a_name_is_not_a_list_of_names():
    with pytest.raises(ValueError, match=r"must be a list.*Write layers=\['lstm'\]"):
        trace(model_of(layers.LSTM(3)), X, Y, layers="lstm")


def test_a_layer_with_a_loop_of_its_own():
    class Own(layers.LSTM):
        def inner_loop(self, sequences, initial_state, mask, training=False):
            return super().inner_loop(sequences, initial_state, mask, training)

    with pytest.raises(ValueError, match=r"Own overrides `inner_loop`.*Leave the layer out"):
        trace(model_of(Own(3, name="own")), X, Y)


def test_a_layer_called_inside_of_a_function_of_the_models_own():
    import tensorflow as tf

    class Wrapped(keras.Model):
        def __init__(self):
            super().__init__()
            self.lstm, self.head = layers.LSTM(3), layers.Dense(1)

        def call(self, x):
            return self.head(tf.function(self.lstm)(x))

    model = Wrapped()
    model(X)
    model.compile(loss="mse")
    with pytest.raises(ValueError, match=r"tf.function.*Remove the decorator"):
        trace(model, X, Y)


def test_a_function_of_the_models_own_that_was_traced_before():
    import tensorflow as tf

    class Wrapped(keras.Model):
        def __init__(self):
            super().__init__()
            self.lstm, self.head = layers.LSTM(3), layers.Dense(1)
            self.encode = tf.function(lambda x: self.lstm(x))

        def call(self, x, training=False):
            return self.head(self.encode(x))

    model = Wrapped()
    model(X.astype("float32"))
    model.compile(loss="mse")
    with pytest.raises(ValueError, match=r"did not call the loop of 'lstm'.*Remove the decorator"):
        trace(model, X, Y)


def test_a_trace_that_fails_leaves_the_model_as_it_was():
    model = model_of(layers.SimpleRNN(3, dropout=0.5, recurrent_dropout=0.5))
    with pytest.raises((ValueError, TypeError)):
        trace(model, X, [Y, Y, Y])
    model.fit(X, Y, verbose=0)


class TestWhatIsNoBatch:
    @pytest.fixture(scope="class")
    def model(self):
        return model_of(layers.LSTM(3, name="lstm"))

    @pytest.mark.parametrize(
        ("make", "message"),
        [
            (lambda tf: None, r"x=None. Expected one batch"),
            (
                lambda tf: tf.data.Dataset.from_tensors((X, Y)),
                r"Received a \w+Dataset as `x`. Expected one batch.*next\(iter\(data\)\)",
            ),
            (lambda tf: iter([(X, Y)]), r"as `x`. Expected one batch.*next\(iter\(data\)\)"),
            (lambda tf: (X for _ in "a"), r"Received a generator as `x`. Expected one batch"),
            (lambda tf: {1, 2}, r"Received a set as `x`"),
            (lambda tf: 3.0, r"single number or string as `x`"),
            (lambda tf: "text", r"single number or string as `x`"),
            (lambda tf: X[:0], r"`x` of shape \(0, 6, 3\), with nothing in it"),
            (lambda tf: X[:, :0], r"`x` of shape \(4, 0, 3\), with nothing in it"),
            (lambda tf: [[1, 2], [3]], r"list as `x` that no tensor.*pad_sequences"),
            (lambda tf: np.array([[1], [2, 3]], object), r"ndarray as `x` that no tensor.*pad_seq"),
            (lambda tf: object(), r"object as `x` that no tensor can be made of"),
            (lambda tf: (X, Y), r"a tuple of 2 as `x`.*1 input\(s\).*trace\(model, x, y\)"),
            (lambda tf: np.array(["a"] * 4), r"shape \(4,\), but model .*takes \(None, 6, 3\)"),
            (
                lambda tf: tf.RaggedTensor.from_row_lengths(np.ones((9, 3)), [2, 3, 4]),
                r"take no RaggedTensor: pad it with `x.to_tensor\(\)`",
            ),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_is_told(self, model, make, message):
        import tensorflow as tf

        with pytest.raises(ValueError, match=message):
            trace(model, make(tf))

    def test_a_sequence_of_batches(self, model):
        class Batches(keras.utils.PyDataset):
            def __len__(self):
                return 1

            def __getitem__(self, index):
                return X, Y

        with pytest.raises(ValueError, match=r"a Batches as `x`.*`x, y = data\[0\]`"):
            trace(model, Batches())
        trace(model, *Batches()[0])

    def test_a_batch_of_a_data_set_is_taken(self, model):
        import tensorflow as tf

        assert trace(model, *next(iter(tf.data.Dataset.from_tensors((X, Y))))).loss is not None

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"y": "labels"}, r"single number or string as `y`"),
            ({"y": ["a", "b", "c", "d"]}, r"cannot be run on this batch: .*not supported"),
            ({"y": Y, "sample_weight": "w"}, r"single number or string as `sample_weight`"),
            (
                {"y": Y, "sample_weight": np.ones((4, 3))},
                r"cannot be computed from labels of shape",
            ),
            ({"sample_weight": np.ones(4)}, r"`sample_weight` without `y`"),
            ({"y": Y, "gradients": "no"}, r"gradients='no'. Expected True or False"),
            ({"y": Y, "layers": []}, r"layers=\[\], which leaves nothing to look into"),
            ({"y": Y, "layers": 3}, r"must be a list of layer names"),
        ],
        ids=str,
    )
    def test_other_arguments(self, model, arguments, message):
        with pytest.raises(ValueError, match=message):
            trace(model, X, **arguments)


@pytest.mark.parametrize("made", [lambda: None, lambda: "m", lambda: layers.LSTM(3), lambda: X])
def test_what_is_no_model(made):
    with pytest.raises(ValueError, match=r"Received a \w+. Expected a keras.Model"):
        trace(made(), X)


def test_tokens_that_the_embedding_does_not_have():
    model = keras.Sequential([keras.Input((3,)), layers.Embedding(5, 2), layers.LSTM(2)])
    with pytest.raises(
        ValueError, match=r"on this batch: indices\[\d, \d\] = 9 is not in \[0, 5\)"
    ):
        trace(model, np.full((2, 3), 9))
