# %% [markdown] lang="en"
# # Solutions to lesson 7, your own model

# %% [markdown] lang="zh"
# # 第 7 课“你自己的模型”的解答

# %%
from keras_rnn_study.runs.quiet import start_tensorflow

start_tensorflow()

import warnings

import keras
import numpy as np

from keras_rnn_study.callbacks import GradientFlow, GradientNorms, Probe

warnings.simplefilter(
    "ignore", RuntimeWarning
)  # gradients that are no numbers, on purpose
rng = np.random.default_rng(0)
y = rng.integers(0, 2, 2048).astype("int32")
x = rng.normal(size=(2048, 100, 2)).astype("float32")
x[:, :10, 0] += 2 * y[:, None] - 1


def build(layer, optimizer, prepare=()):
    keras.utils.set_random_seed(0)
    answer = keras.layers.Dense(1, activation="sigmoid")
    model = keras.Sequential([keras.Input(x.shape[1:]), *prepare, layer, answer])
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"])
    return model


def relu_rnn():
    return keras.layers.SimpleRNN(
        16, activation="relu", recurrent_initializer="identity"
    )


# %% [markdown] lang="en"
# **1. One illness behind the other.** With normalised inputs C's gates are healthy, and C has become patient A: its horizon is
# short. Cure one thing, look again.

# %% [markdown] lang="zh"
# **1. 一病之后还有一病。** 输入归一化之后，C 的门健康了，而 C 变成了病人 A：它的视界很短。治好一样，再看一遍。

# %%
normalise = keras.layers.Normalization()
normalise.adapt(100 * x)
optimizer = keras.optimizers.Adam(3e-3, clipnorm=1.0)
model = build(keras.layers.LSTM(16, name="lstm"), optimizer, [normalise])
flow = GradientFlow(None, Probe(100 * x[:64], y[:64]))
fit = model.fit(100 * x, y, batch_size=64, epochs=4, verbose=0, callbacks=[flow])
horizon = flow.history["gradient_horizon/lstm/h"]
print(f"horizon {horizon[0]} of 100; accuracy {fit.history['accuracy'][-1]:.2f}")
assert horizon[0] < 40
assert fit.history["accuracy"][-1] < 0.7

# %% [markdown] lang="en"
# **2. A larger clip norm.** What is printed says it: the loss stays a number, since a step is at most 10 × 0.1 = 1 long. But that is a very long step:
# it does not learn better than guessing within these epochs. A clip norm is a choice like a learning rate; look at the norms of a healthy run first.

# %% [markdown] lang="zh"
# **2. 更大的裁剪范数。** 输出说明：损失仍然是数，因为一步最长为 10 × 0.1 = 1。但这一步很长：在这几个 epoch 里，它并不比瞎猜学得更好。
# 裁剪范数和学习率一样要选择；先看看健康训练的范数。

# %%
for clip in [10, 0.1]:
    norms = GradientNorms(None)
    model = build(relu_rnn(), keras.optimizers.SGD(0.1, global_clipnorm=clip))
    fit = model.fit(x, y, batch_size=64, epochs=8, verbose=0, callbacks=[norms])
    accuracy, loss = fit.history["accuracy"][-1], fit.history["loss"][-1]
    median = np.median(norms.history["gradient_norm/global"])
    print(
        f"clipped at {clip}: median norm {median:.2g}, "
        f"loss {loss:.2f}, accuracy {accuracy:.2f}"
    )
    assert np.isfinite(loss)
assert accuracy > 0.95  # at 0.1

# %% [markdown] lang="en"
# **3. Who reacts first?** `TerminateOnNaN` looks at the loss after each batch, and stops within the first epoch. `EarlyStopping` looks at the end of an
# epoch: it comes later, but reacts to a norm that is large and still a number.

# %% [markdown] lang="zh"
# **3. 谁先反应？** `TerminateOnNaN` 在每个批次之后看损失，在第一个 epoch 之内就停止。`EarlyStopping` 在 epoch 结束时才看：它来得晚，
# 但对很大而仍然是数的范数也有反应。

# %%
stopped = {}
for name, guard in {
    "TerminateOnNaN": keras.callbacks.TerminateOnNaN(),
    "EarlyStopping": keras.callbacks.EarlyStopping("gradient_norm/global", mode="min"),
}.items():
    norms = GradientNorms(None)
    model = build(relu_rnn(), keras.optimizers.SGD(0.1))
    model.fit(x, y, batch_size=64, epochs=4, verbose=0, callbacks=[norms, guard])
    stopped[name] = int(model.optimizer.iterations)
    print(f"{name}: stopped after {stopped[name]} training steps")
assert stopped["TerminateOnNaN"] < stopped["EarlyStopping"]
