"""Models that are ill in one known way, and healthy ones that look odd: small, made in a moment.

Each function returns what `diagnose` is called with.
"""

import keras
import numpy as np

from keras_rnn_study.datasets import adding, recall

LENGTH = 40
LAYERS = {
    "lstm": keras.layers.LSTM,
    "gru": keras.layers.GRU,
    "simple_rnn": keras.layers.SimpleRNN,
}


def random():
    return np.random.default_rng(0)


def signs(length=LENGTH, samples=96, at=slice(-5, None), features=2):
    """Noise, and a class that shifts the first feature at some steps: x, y."""
    y = random().integers(0, 2, samples)
    x = random().normal(size=(samples, length, features)).astype("float32")
    x[:, at, 0] += 2 * y[:, None] - 1
    return x, y[:, None].astype("float32")


def network(
    x,
    cell="lstm",
    *,
    units=8,
    optimizer=None,
    loss="binary_crossentropy",
    activation="sigmoid",
    outputs=1,
    before=(),
    after=(),
    recurrent=None,
    **options,
):
    """One recurrent layer and an answer, compiled; `recurrent` is the layer's own activation."""
    keras.utils.set_random_seed(0)
    if recurrent is not None:
        options["activation"] = recurrent
    model = keras.Sequential(
        [
            keras.Input(x.shape[1:], dtype=x.dtype.name),
            *before,
            LAYERS[cell](units, name=cell, **options),
            keras.layers.Dense(outputs, activation=activation),
            *after,
        ]
    )
    model.compile(optimizer or keras.optimizers.Adam(3e-3), loss)
    return model


def gate_bias(model, gate, value):
    """Set one gate of the LSTM `lstm`: 0 input, 1 forget."""
    layer = model.get_layer("lstm")
    bias = layer.cell.bias.numpy()
    bias[gate * layer.units : (gate + 1) * layer.units] = value
    layer.cell.bias.assign(bias)
    return model


def case(model, x, y, **more):
    return {"model": model, "x": x, "y": y} | more


def recalled(length=LENGTH, samples=96):
    x, y = recall.make(samples, gap=length - 2, seed=0)
    return x, y, recall.evidence(x)


def scaled(factor):
    def initializer(shape, dtype=None):
        return factor * keras.initializers.Orthogonal(seed=0)(shape, dtype=dtype)

    return initializer


# ill: name of the cause -> cases


def nan_inputs():
    x, y = signs()
    x[3, 4, 1] = np.nan
    return case(network(x), x, y)


def single_softmax():
    x, y = signs()
    return case(network(x, activation="softmax"), x, y)


def missing_sigmoid():
    x, y = signs()
    return case(network(x, activation=None), x, y)


def softmax_twice():
    x, y = signs()
    between = [keras.layers.Reshape((2, 1)), keras.layers.Reshape((2,))]
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model = network(x, outputs=2, activation="softmax", loss=loss, after=between)
    return case(model, x, y[:, 0].astype(int))


def one_hot_for_sparse():
    x, y = signs()
    model = network(x, outputs=2, activation="softmax", loss="sparse_categorical_crossentropy")
    return case(model, x, np.eye(2)[y[:, 0].astype(int)])


def sparse_for_one_hot():
    x, y = signs()
    model = network(x, outputs=2, activation="softmax", loss="categorical_crossentropy")
    return case(model, x, y.astype(int))


def labels_out_of_range():
    x, y = signs()
    model = network(x, outputs=2, activation="softmax", loss="sparse_categorical_crossentropy")
    return case(model, x, y.astype(int) + 1)


def labels_of_minus_one():
    x, y = signs()
    return case(network(x), x, 2 * y - 1)


def flat_labels_of_own_loss():
    x, y = signs()

    def squared(true, predicted):
        return keras.ops.mean((keras.ops.cast(true, "float32") - predicted) ** 2)

    return case(network(x, activation=None, loss=squared), x, y[:, 0])


def labels_beyond_sigmoid():
    x, y = signs()
    return case(network(x, loss="mse"), x, 10 * y - 5)


def one_class():
    x, y = signs()
    return case(network(x), x, np.ones_like(y))


def swapped_one_hot():
    x, y, _ = recalled()
    x = x.transpose(0, 2, 1)
    model = network(x, outputs=8, activation="softmax", loss="sparse_categorical_crossentropy")
    return case(model, x, y)


def swapped_adding():
    x, y = adding.make(96, gap=20, seed=0)
    x = np.ascontiguousarray(x.transpose(0, 2, 1))
    return case(network(x, loss="mse", activation=None), x, y)


def swapped_waves():
    phase = random().uniform(0, 6, (96, 1, 3))
    x = np.sin(0.2 * np.arange(LENGTH)[None, :, None] + phase).astype("float32")
    y = x[:, -1, :1].copy()
    x = np.ascontiguousarray(x[:, :-1].transpose(0, 2, 1))
    return case(network(x, loss="mse", activation=None), x, y)


def constant_features():
    x, y = signs()
    x[..., 0] = 0.3
    return case(network(x), x, y)


def leaking_windows():
    series = random().normal(size=300).cumsum().astype("float32")
    x = np.lib.stride_tricks.sliding_window_view(series, 20)[..., None].copy()
    return case(network(x, loss="mse", activation=None), x, x[:, -1, 0])


def noise(length=12, count=300):
    """Cut windows of noise: x, what comes after each, and the series."""
    series = random().normal(size=count + length).astype("float32")
    x = np.lib.stride_tricks.sliding_window_view(series, length)[:-1, :, None]
    return x.copy(), series[length:, None].copy(), series


def target_among_columns():
    x, y, series = noise()
    ahead = 3 * np.append(series[1:], 0) + 2
    column = np.lib.stride_tricks.sliding_window_view(ahead.astype("float32"), 12)[:-1, :, None]
    x = np.concatenate([x, column], axis=2)
    return case(network(x, loss="mse", activation=None), x, y)


def centred_mean():
    x, y, series = noise()
    mean = np.convolve(series, np.ones(3) / 3, "same").astype("float32")
    column = np.lib.stride_tricks.sliding_window_view(mean, 12)[:-1, :, None]
    x = np.concatenate([x, column], axis=2)
    return case(network(x, loss="mse", activation=None), x, y)


def windows_out_of_order():
    x, y, _ = noise()
    return case(network(x, loss="mse", activation=None), x, random().permutation(y))


def padding_not_masked():
    x, y = signs(at=slice(0, 5))
    for sample, length in zip(x, random().integers(8, LENGTH, len(x)), strict=True):
        sample[length:] = 0
    return case(network(x), x, y)


def padded_tokens():
    x = random().integers(1, 30, (96, LENGTH))
    y = (x[:, :1] > 15).astype("float32")
    for sample, length in zip(x, random().integers(8, LENGTH, len(x)), strict=True):
        sample[length:] = 0
    return case(network(x, before=[keras.layers.Embedding(30, 8)]), x, y)


def mask_ends():
    x, y = signs(at=slice(0, 5))
    for sample, length in zip(x, random().integers(8, LENGTH, len(x)), strict=True):
        sample[length:] = 0

    class Ending(keras.layers.LSTM):
        def compute_mask(self, inputs, mask):
            return None

    first = Ending(8, return_sequences=True, name="first")
    return case(network(x, before=[keras.layers.Masking(), first]), x, y)


def raw_units():
    x, y = signs()
    return case(network(100 * x), 100 * x, y)


def identical_units():
    x, y = signs()
    model = network(x, kernel_initializer="ones", recurrent_initializer="ones")
    return case(model, x, y)


def zero_kernels():
    x, y = signs()
    return case(network(x, kernel_initializer="zeros", recurrent_initializer="zeros"), x, y)


def one_hidden_unit_many_times():
    x, y = signs()
    hidden = keras.layers.Dense(12, "tanh", kernel_initializer="ones")
    return case(with_hidden(x, hidden), x, y)


def with_hidden(x, hidden):
    """A network with a layer between the recurrent one and the answer."""
    model = keras.Sequential(
        [keras.Input(x.shape[1:]), keras.layers.GRU(8), hidden, keras.layers.Dense(1, "sigmoid")]
    )
    model.compile("adam", "binary_crossentropy")
    return model


def dead_hidden_layer():
    x, y = signs()
    hidden = keras.layers.Dense(12, "relu", bias_initializer=keras.initializers.Constant(-9))
    return case(with_hidden(x, hidden), x, y)


def dead_units():
    x, y = signs()
    model = network(
        x, "simple_rnn", recurrent="relu", bias_initializer=keras.initializers.Constant(-20)
    )
    return case(model, x, y)


def runaway_states():
    x, y = signs()
    model = network(x, "simple_rnn", recurrent="relu", recurrent_initializer=scaled(2.0))
    return case(model, x, y)


def runaway_linear():
    x, y = signs()
    model = network(x, "simple_rnn", recurrent="linear", recurrent_initializer=scaled(1.6))
    return case(model, x, y)


def saturated_units():
    x, y = signs()
    kernel = keras.initializers.RandomNormal(stddev=30, seed=0)
    return case(network(x, "simple_rnn", kernel_initializer=kernel), x, y)


def frozen():
    """Whose states, drawn at random, do not tell the label."""
    x, y = signs()
    y = random().permutation(y)
    model = network(x)
    model.get_layer("lstm").trainable = False
    model.compile("adam", "binary_crossentropy")
    return case(model, x, y)


def cut():
    x, y = signs()
    import tensorflow as tf

    inputs = keras.Input(x.shape[1:])
    hidden = keras.layers.LSTM(8, name="lstm")(inputs)
    hidden = keras.layers.Lambda(tf.stop_gradient)(hidden)
    model = keras.Model(inputs, keras.layers.Dense(1, activation="sigmoid")(hidden))
    model.compile("adam", "binary_crossentropy")
    return case(model, x, y)


def short_memory():
    x, y, evidence = recalled()
    model = network(x, outputs=8, activation="softmax", loss="sparse_categorical_crossentropy")
    return case(model, x, y, evidence=evidence)


def short_memory_measured():
    x, y = signs(at=slice(0, 5))
    return case(network(x, "gru"), x, y)


def state_drift():
    x, y, evidence = recalled(60)
    model = network(x, outputs=8, activation="softmax", loss="sparse_categorical_crossentropy")
    return case(gate_bias(model, 1, 5.0), x, y, evidence=evidence)


def exploding_gradient():
    x, y = signs()
    kernel = keras.initializers.RandomNormal(stddev=0.4, seed=0)  # radius about 3: chaos
    return case(network(x, "simple_rnn", units=64, recurrent_initializer=kernel), x, y)


def learning_rate_too_high():
    x, y = signs()
    return case(network(x, optimizer=keras.optimizers.Adam(1.0)), x, y)


def sgd_too_fast():
    x, y = signs()
    return case(network(x, "gru", optimizer=keras.optimizers.SGD(50.0)), x, y)


def learning_rate_too_low():
    x, y = signs()
    return case(network(x, optimizer=keras.optimizers.Adam(1e-7)), x, y)


def root_of_zero():
    x, y = signs()
    model = network(x, activation=lambda z: keras.ops.sqrt(z - 5), loss="mse")
    return case(model, x, y)


def logarithm_of_nothing():
    """A loss of one's own whose logarithm meets a zero after a few usual updates."""
    x, y = signs()

    def likelihood(true, predicted):
        true = keras.ops.cast(true, "float32")
        right = true * predicted + (1 - true) * (1 - predicted)
        return -keras.ops.mean(keras.ops.log(keras.ops.relu(right - 0.45)))

    optimizer = keras.optimizers.Adam(0.03)
    return case(network(x, "gru", loss=likelihood, optimizer=optimizer), x, y)


def nan_within():
    """Divide by a deviation that is 0 for a sample that rests."""
    x, y = signs()
    x[3, :, 1] = 0.5  # whose mean is exact
    layer = keras.layers.Lambda(
        lambda z: (z - keras.ops.mean(z, 1, keepdims=True)) / keras.ops.std(z, 1, keepdims=True),
        name="standardised",
    )
    return case(network(x, before=[layer]), x, y)


def clipped_always():
    x, y = signs()
    optimizer = keras.optimizers.SGD(0.01, global_clipnorm=1e-4)
    return case(network(x, optimizer=optimizer), x, y)


def vanishing_gradient():
    x, y, evidence = recalled()
    model = network(
        x,
        "simple_rnn",
        outputs=8,
        activation="softmax",
        loss="sparse_categorical_crossentropy",
        recurrent_initializer=scaled(0.5),
    )
    return case(model, x, y, evidence=evidence)


def initial_loss_too_high():
    x, y = signs()
    return case(network(x, activation=None, loss="mse"), x, y + 1000)


def input_ignored():
    x, y = signs()
    return case(network(x, before=[keras.layers.Rescaling(0.0)]), x, y)


def trained(made, x, y, steps=120):
    made["model"].fit(x, y, batch_size=64, epochs=steps, steps_per_epoch=1, verbose=0)
    return made


def learns_label_mean():
    x, _ = signs()
    y = random().integers(0, 2, (96, 1)).astype("float32")
    model = network(0 * x + random().normal(size=x.shape), optimizer=keras.optimizers.Adam(1e-3))
    model.optimizer.iterations.assign(5000)
    return case(model, x, y)


def overfitting():
    x, y = signs(12, 32)
    y = random().permutation(y)
    model = network(x, units=32, optimizer=keras.optimizers.Adam(0.01))
    model.fit(x, y, batch_size=32, epochs=250, verbose=0)
    x_new, y_new = random().normal(size=x.shape).astype("float32"), random().permutation(y)
    return case(model, x, y, validation_data=(x_new, y_new))


ILL = {
    "nan_inputs": [nan_inputs],
    "labels_do_not_fit_loss": [
        single_softmax,
        missing_sigmoid,
        softmax_twice,
        one_hot_for_sparse,
        sparse_for_one_hot,
        labels_out_of_range,
        labels_of_minus_one,
        flat_labels_of_own_loss,
        labels_beyond_sigmoid,
    ],
    "one_class": [one_class],
    "swapped_axes": [swapped_one_hot, swapped_adding, swapped_waves],
    "constant_features": [constant_features],
    "leaking_windows": [leaking_windows, target_among_columns, centred_mean],
    "padding_not_masked": [padding_not_masked, padded_tokens],
    "mask_ends": [mask_ends],
    "unscaled_inputs": [raw_units],
    "identical_units": [identical_units, zero_kernels, one_hidden_unit_many_times],
    "dead_units": [dead_units, dead_hidden_layer],
    "runaway_states": [runaway_states, runaway_linear],
    "saturated_units": [saturated_units],
    "no_gradient": [frozen, cut],
    "short_memory": [short_memory, short_memory_measured],
    "state_drift": [state_drift],
    "exploding_gradient": [exploding_gradient],
    "learning_rate_too_high": [learning_rate_too_high, sgd_too_fast],
    "learning_rate_too_low": [learning_rate_too_low],
    "not_a_number": [root_of_zero, nan_within, logarithm_of_nothing],
    "clipped_always": [clipped_always],
    "vanishing_gradient": [vanishing_gradient],
    "initial_loss_too_high": [initial_loss_too_high],
    "input_ignored": [input_ignored],
    "learns_label_mean": [learns_label_mean, windows_out_of_order],
    "overfitting": [overfitting],
}


# healthy, though they look odd


def near_evidence():
    """A short horizon: what decides the answer is near the end."""
    x, y = signs(120)
    evidence = np.zeros(x.shape[:2], bool)
    evidence[:, -5:] = True
    return case(network(x), x, y, evidence=evidence)


def near_evidence_unsaid():
    x, y = signs(120)
    return case(network(x, "gru"), x, y)


def irnn_on_adding():
    """A norm of a hundred, which is a sum; half of the units dead by chance."""
    x, y = adding.make(96, gap=40, seed=0)
    kernel = keras.initializers.RandomNormal(stddev=0.001, seed=0)
    model = network(
        x,
        "simple_rnn",
        units=32,
        loss="mse",
        activation=None,
        recurrent="relu",
        kernel_initializer=kernel,
        recurrent_initializer="identity",
    )
    return case(model, x, y, evidence=adding.evidence(x))


def chrono():
    """Gates that are saturated, rightly."""
    from keras_rnn_study import build_model

    x, y, evidence = recalled(60)
    model = build_model(recall.TASK, "lstm", units=16, init="chrono", gap=58, seed=0)
    return case(model, x, y, evidence=evidence)


def orthogonal():
    from keras_rnn_study import build_model

    x, y, evidence = recalled()
    return case(build_model(recall.TASK, units=32, seed=0), x, y, evidence=evidence)


def learned():
    x, y = signs(20)
    made = case(network(x, units=16, optimizer=keras.optimizers.Adam(0.01)), x, y)
    return trained(made, x, y)


def masked():
    x, y = signs(at=slice(0, 5))
    for sample, length in zip(x, random().integers(8, 16, len(x)), strict=True):
        sample[length:] = 0
    return case(network(x, before=[keras.layers.Masking()]), x, y)


def normalised():
    x, y = signs()
    layer = keras.layers.Normalization()
    layer.adapt(100 * x)
    return case(network(100 * x, before=[layer]), 100 * x, y)


def harmless_logits():
    """Keras finds the logits behind a final softmax."""
    x, y = signs(20)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model = network(x, outputs=2, activation="softmax", loss=loss)
    return case(model, x, y.astype(int))


def tiny():
    x, y = signs(10)
    return case(network(x, units=1), x, y)


def wide():
    x, y = signs(10)
    return case(network(x, units=128), x, y)


def rare_impulses():
    """Zeros at most steps, at the end too: a quiet signal, no padding."""
    x, y = signs(at=slice(-2, None), features=1)
    x *= random().random(x.shape) < 0.1
    return case(network(x), x, y)


def every_step():
    x, _ = signs(20)
    inputs = keras.Input(x.shape[1:])
    hidden = keras.layers.LSTM(8, return_sequences=True)(inputs)
    model = keras.Model(inputs, keras.layers.Dense(1)(hidden))
    model.compile("adam", "mse")
    return case(model, x, np.cumsum(x, axis=1)[..., :1] / 5)


def forecast():
    series = np.sin(0.3 * np.arange(300)) + 0.1 * random().normal(size=300)
    windows = np.lib.stride_tricks.sliding_window_view(series.astype("float32"), 21).copy()
    x, y = windows[:, :-1, None], windows[:, -1:]
    return case(network(x, loss="mse", activation=None), x, y)


def reservoir():
    """A recurrent layer that is frozen at random, and tells the label all the same."""
    made = forecast()
    x = made["x"]
    keras.utils.set_random_seed(0)
    fixed = keras.layers.SimpleRNN(40, recurrent_initializer=scaled(0.9), trainable=False)
    model = keras.Sequential([keras.Input(x.shape[1:]), fixed, keras.layers.Dense(1)])
    model.compile("adam", "mse")
    return made | {"model": model}


def ahead_by_five():
    """Windows of a series with labels five steps later, both in one random order."""
    series = np.sin(0.3 * np.arange(300)) + 0.1 * random().normal(size=300)
    windows = np.lib.stride_tricks.sliding_window_view(series.astype("float32"), 20)
    order = random().permutation(len(windows) - 5)
    x, y = windows[order, :, None].copy(), series[order + 24, None].astype("float32")
    return case(network(x, loss="mse", activation=None), x, y)


def trailing_mean():
    """A column that is smoothed with steps before it only."""
    x, y, series = noise()
    mean = np.convolve(series, np.ones(3) / 3)[: len(series)].astype("float32")
    column = np.lib.stride_tricks.sliding_window_view(mean, 12)[:-1, :, None]
    x = np.concatenate([x, column], axis=2)
    return case(network(x, loss="mse", activation=None), x, y)


def sine_without_noise():
    """A series that its own past tells exactly, with the last step and without."""
    windows = np.lib.stride_tricks.sliding_window_view(np.sin(0.37 * np.arange(300)), 21)
    windows = windows.astype("float32")
    return case(
        network(windows[:, :-1, None], loss="mse", activation=None),
        windows[:, :-1, None],
        windows[:, -1:],
    )


def zero_answer():
    """A last layer of zeros: its units get different gradients."""
    x, y = signs(20)
    model = network(x)
    answer = model.layers[-1]
    answer.kernel.assign(keras.ops.zeros_like(answer.kernel))
    return case(model, x, y)


def relu_hidden():
    x, y = signs(20)
    return case(network(x, before=[keras.layers.Conv1D(16, 3, activation="relu")]), x, y)


def stateful():
    x, y = signs(20, 64)
    keras.utils.set_random_seed(0)
    layer = keras.layers.GRU(8, stateful=True)
    model = keras.Sequential(
        [keras.Input(batch_shape=(64, 20, 2)), layer, keras.layers.Dense(1, "sigmoid")]
    )
    model.compile(keras.optimizers.Adam(3e-3), "binary_crossentropy")
    return case(model, x, y)


def bidirectional_stack():
    x, y = signs(20)
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input(x.shape[1:]),
            keras.layers.Bidirectional(keras.layers.GRU(8, return_sequences=True)),
            keras.layers.Dropout(0.2),
            keras.layers.LSTM(8),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy")
    return case(model, x, y)


def frozen_embedding():
    x = random().integers(1, 30, (96, 12))
    y = (x[:, -1:] > 15).astype("float32")
    embedding = keras.layers.Embedding(30, 8, trainable=False)
    return case(network(x, before=[embedding]), x, y)


def clipped():
    x, y = signs(20)
    return case(network(x, optimizer=keras.optimizers.Adam(3e-3, clipnorm=1.0)), x, y)


HEALTHY = [
    near_evidence,
    near_evidence_unsaid,
    irnn_on_adding,
    chrono,
    orthogonal,
    learned,
    masked,
    normalised,
    harmless_logits,
    tiny,
    wide,
    rare_impulses,
    every_step,
    forecast,
    reservoir,
    ahead_by_five,
    trailing_mean,
    sine_without_noise,
    zero_answer,
    relu_hidden,
    stateful,
    bidirectional_stack,
    frozen_embedding,
    clipped,
]
