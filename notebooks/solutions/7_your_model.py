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

from keras_rnn_study.callbacks import GateActivations, GradientNorms, Probe

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
    model = keras.Sequential([keras.Input(x.shape[1:]), *prepare, layer(), answer])
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"])
    return model


def lstm():
    return keras.layers.LSTM(16, name="lstm")


def relu_rnn():
    return keras.layers.SimpleRNN(
        16, activation="relu", recurrent_initializer="identity"
    )


# %% [markdown] lang="en"
# **1. The other half.** The forget bias cannot help: readings of the size of 100 drive the gates to their ends whatever the bias is, so they stay saturated.

# %% [markdown] lang="zh"
# **1. 只治另一半。** 遗忘偏置帮不上忙：读数大小在 100 左右，不管偏置取多少，门都会被推到两端，所以依旧饱和。

# %%
optimizer = keras.optimizers.Adam(3e-3, global_clipnorm=1.0)
model = build(lstm, optimizer)
cell = model.get_layer("lstm").cell
bias = cell.bias.numpy()
bias[16:32] = np.log(99)  # i, f, c, o
cell.bias.assign(bias)
gates = GateActivations(None, Probe(100 * x[:64], y[:64]))
options = {"batch_size": 64, "epochs": 4, "verbose": 0, "callbacks": [gates]}
fit = model.fit(100 * x, y, **options)
tag = "gate_saturation/lstm/forget_"
ends = [gates.history[tag + end][0] for end in ("left", "right")]
accuracy = fit.history["accuracy"][-1]
print(f"forget gate saturated: {sum(ends):.0%}; accuracy {accuracy:.2f}")
assert sum(ends) > 0.8
assert accuracy < 0.9

# %% [markdown] lang="en"
# **2. A larger clip norm.** What is printed says it: the loss stays a number, since a step is at most 10 × 0.1 = 1 long. But that is a very long step:
# it does not learn better than guessing within these epochs. A clip norm is a choice like a learning rate; look at the norms of a healthy run first.

# %% [markdown] lang="zh"
# **2. 更大的裁剪阈值。** 从输出可以看到，损失仍是有限的数，因为一步至多走 10 × 0.1 = 1 那么远。但这一步太大了：在这几轮里，它学得并不比瞎猜好。
# 裁剪阈值和学习率一样，是要选的；不妨先看看健康的训练中范数有多大。

# %%
for clip in [10, 0.1]:
    norms = GradientNorms(None)
    model = build(relu_rnn, keras.optimizers.SGD(0.1, global_clipnorm=clip))
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
# **3. 哪个先反应？** `TerminateOnNaN` 在每个小批量之后检查损失，第一轮之内就停下了。`EarlyStopping` 到一轮结束才检查，所以晚一些；
# 不过，范数很大但仍是有限的数时，它也会反应。

# %%
stopped = {}
for name, guard in {
    "TerminateOnNaN": keras.callbacks.TerminateOnNaN(),
    "EarlyStopping": keras.callbacks.EarlyStopping("gradient_norm/global", mode="min"),
}.items():
    norms = GradientNorms(None)
    model = build(relu_rnn, keras.optimizers.SGD(0.1))
    model.fit(x, y, batch_size=64, epochs=4, verbose=0, callbacks=[norms, guard])
    stopped[name] = int(model.optimizer.iterations)
    print(f"{name}: stopped after {stopped[name]} training steps")
assert stopped["TerminateOnNaN"] < stopped["EarlyStopping"]
