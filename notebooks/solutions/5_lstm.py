# %% [markdown] lang="en"
# # Solutions to lesson 5, the LSTM

# %% [markdown] lang="zh"
# # 第 5 课“长短期记忆网络（LSTM）”的解答

# %%
from keras_rnn_study.runs.quiet import start_tensorflow

start_tensorflow()

import numpy as np

from keras_rnn_study import build_model, fused, trace
from keras_rnn_study.datasets import recall

GAP, UNITS = 20, 16
x, y = recall.make(64, gap=GAP, seed=1)


def train(cell):
    model = build_model(recall.TASK, cell, units=UNITS, init="chrono", gap=GAP, seed=0)
    with fused(model):
        model.fit(
            recall.stream(64, gap=GAP, seed=0),
            steps_per_epoch=100,
            epochs=4,
            shuffle=False,
            verbose=0,
        )
    return model


def accuracy(model):
    return np.mean(model.predict(x, verbose=0).argmax(axis=-1) == y)


# %% [markdown] lang="en"
# **1. Without memory.** A bias of -10 shuts the forget gate: each step erases $c$, and the answers become guesses (1 in 8). The line is needed, too.

# %% [markdown] lang="zh"
# **1. 失去记忆。** 偏置取 -10，遗忘门就关死了，每一步都抹掉 $c$，回答变成瞎猜（1/8）。那条线同样少不了。

# %%
model = train("lstm")
layer = trace(model, x)["lstm"]
cell = model.get_layer("lstm").cell
W, U, b = (weight.numpy() for weight in (cell.kernel, cell.recurrent_kernel, cell.bias))
before = accuracy(model)

shut = b.copy()
shut[UNITS : 2 * UNITS] = -10  # Keras' order: input, forget, candidate, output
cell.bias.assign(shut)
print(f"accuracy {before:.2f} -> {accuracy(model):.2f}")
assert before > 0.95
assert accuracy(model) < 0.4

# %% [markdown] lang="en"
# **2. Exchanged.** The difference is a million times the rounding: had the toolkit mixed up two gates, lesson 5 would have shown it.

# %% [markdown] lang="zh"
# **2. 对调。** 差别达到舍入误差的百万倍：假如工具包把两个门弄混了，第 5 课当时就会发现。

# %%
h = layer.states["h"]
h_before = np.concatenate([np.zeros_like(h[:, :1]), h[:, :-1]], axis=1)
i, f, _, _ = np.split(1 / (1 + np.exp(-(x @ W + h_before @ U + b))), 4, axis=-1)
right = np.abs(i - layer.gates["input"]).max()
wrong = np.abs(f - layer.gates["input"]).max()
print(f"right: {right:.0e}, exchanged: {wrong:.2f}")
assert right < 1e-5
assert wrong > 0.1

# %% [markdown] lang="en"
# **3. The GRU.** One gate does the work of two: what it does not keep, it renews. Keras' $z$ keeps the *old* state where it is near 1.

# %% [markdown] lang="zh"
# **3. GRU。** 一个门做两个门的事：没有保留的那部分，就拿来更新。在 Keras 中，更新门 $z$ 接近 1 表示保留*旧*的隐状态。

# %%
model = train("gru")
layer = trace(model, x)["gru"]
h = layer.states["h"]
h_before = np.concatenate([np.zeros_like(h[:, :1]), h[:, :-1]], axis=1)
z, candidate = layer.gates["update"], layer.gates["candidate"]
difference = np.abs(z * h_before + (1 - z) * candidate - h).max()
print(f"accuracy {accuracy(model):.2f}; the equation holds to {difference:.0e}")
assert accuracy(model) > 0.95
assert difference < 1e-5
