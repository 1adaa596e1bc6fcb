"""Networks of other forms: two directions, attention, frozen parts, noise, states that are kept."""

import functools

import keras
from case import BATCH_SIZE, Case, Healthy
from networks import adam, answer, network, number, recurrent
from samples import sines, task


def recall_by(*layers: object, gap: int = 4) -> Case:
    """Recall by layers, which are made anew each time."""
    samples = task("recall", gap)
    return samples.case(network(samples, *[layer() for layer in layers], answer(8)))


def two_ways() -> keras.Layer:
    """Read in both directions."""
    return keras.layers.Bidirectional(recurrent("lstm", 12))


def backwards() -> keras.Layer:
    """Read from the end."""
    return recurrent("simple_rnn", go_backwards=True)


def dropped() -> keras.Layer:
    """Drop a third of the inputs and of the states."""
    return recurrent("gru", 48, dropout=0.2, recurrent_dropout=0.2)


def attention() -> Case:
    """Average the states with weights that are learned."""
    samples = task("recall", 15)
    inputs = keras.Input(samples.x.shape[1:])
    states = keras.layers.GRU(24, return_sequences=True)(inputs)
    weights = keras.layers.Softmax(axis=1)(keras.layers.Dense(1)(states))
    context = keras.layers.Dot(axes=1)([weights, states])
    outputs = answer(8)(keras.layers.Flatten()(context))
    model = keras.Model(inputs, outputs)
    model.compile(adam(), "sparse_categorical_crossentropy")
    return samples.case(model)


def around() -> Case:
    """Hand the inputs around the recurrent layer as well."""
    samples = sines()
    inputs = keras.Input(samples.x.shape[1:])
    states = keras.layers.LSTM(16)(inputs)
    both = keras.layers.Concatenate()([states, inputs[:, -1]])
    model = keras.Model(inputs, number()(both))
    model.compile(adam(), "mse")
    return samples.case(model)


def reservoir() -> Case:
    """Learn only the read-out of a fixed network, as echo state networks do."""
    samples = sines()
    layer = recurrent("simple_rnn", 100, recurrent_initializer=keras.initializers.Orthogonal(0.9))
    layer.trainable = False
    return samples.case(network(samples, layer, number(), loss="mse"))


def fixed_vectors() -> Case:
    """Look up one-hot vectors that are not trained."""
    samples = task("brackets", 4)
    count = int(samples.x.max()) + 1
    table = keras.layers.Embedding(count, count, embeddings_initializer="identity", trainable=False)
    return samples.case(network(samples, table, recurrent("gru"), answer(3)))


def kept_states() -> Case:
    """Keep states from batch to batch, with windows in order."""
    samples = sines()
    layer = recurrent("gru", 16, stateful=True)
    model = keras.Sequential([keras.Input(batch_shape=(BATCH_SIZE, 16, 1)), layer, number()])
    model.compile(adam(), "mse")
    return samples.case(model, shuffle=False)


def every_step() -> Case:
    """Answer at each step."""
    samples = task("reber", 2)
    layer = recurrent("lstm", 24, return_sequences=True)
    return samples.case(network(samples, layer, answer(int(samples.y.max()) + 1)))


def own_cell() -> Case:
    """Use a cell in an RNN layer, with another one on top of it."""
    samples = task("recall", 3)
    cells = [keras.layers.GRUCell(16), keras.layers.LSTMCell(16)]
    return samples.case(network(samples, keras.layers.RNN(cells), answer(8)))


CONVOLUTION = functools.partial(keras.layers.Conv1D, 24, 2, activation="relu")
MEAN = keras.layers.GlobalAveragePooling1D
ALL_STEPS = functools.partial(recurrent, "gru", return_sequences=True)

HEALTHY = [
    Healthy(
        name="two_directions",
        odd="two layers in one",
        make=functools.partial(recall_by, two_ways, gap=20),
    ),
    Healthy(
        name="from_the_end",
        odd="time runs backwards",
        make=functools.partial(recall_by, backwards, gap=40),
    ),
    Healthy(
        name="dropout_of_states",
        odd="training differs from prediction",
        make=functools.partial(recall_by, dropped, gap=2),
        updates=320,
    ),
    Healthy(
        name="half_dropped",
        odd="training differs from prediction",
        make=functools.partial(
            recall_by,
            functools.partial(recurrent, "lstm", 48),
            functools.partial(keras.layers.Dropout, 0.5),
            gap=3,
        ),
    ),
    Healthy(
        name="convolved_first",
        odd="the recurrent layer is not the first one",
        make=functools.partial(recall_by, CONVOLUTION, functools.partial(recurrent, "lstm")),
    ),
    Healthy(
        name="mean_over_time",
        odd="each step has a small part in the answer",
        make=functools.partial(recall_by, ALL_STEPS, MEAN, gap=20),
    ),
    Healthy(
        name="normalised_states",
        odd="a layer between states and answer",
        make=functools.partial(
            recall_by, functools.partial(recurrent, "gru"), keras.layers.LayerNormalization
        ),
    ),
    Healthy(
        name="attention", odd="a short way to the evidence beside the long one", make=attention
    ),
    Healthy(name="inputs_handed_around", odd="a way around the recurrent layer", make=around),
    Healthy(name="echo_state_network", odd="a frozen recurrent layer", make=reservoir),
    Healthy(name="fixed_one_hot_vectors", odd="a frozen embedding", make=fixed_vectors),
    Healthy(name="states_kept_in_order", odd="stateful, and not shuffled", make=kept_states),
    Healthy(name="reber_each_step", odd="targets at each step", make=every_step),
    Healthy(name="cells_in_an_rnn_layer", odd="cells of two kinds in one layer", make=own_cell),
]
