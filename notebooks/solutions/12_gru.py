# %% [markdown] lang="en"
# # Solutions to lesson 12, the GRU and its relatives

# %% [markdown] lang="zh"
# # 第 12 课“门控循环单元（GRU）及其近亲”的解答

# %%
from keras_rnn_study.runs.quiet import start_tensorflow

start_tensorflow()

import keras
import numpy as np
from keras import ops

from keras_rnn_study import fused, trace
from keras_rnn_study.datasets import recall
from lesson_cells import any_gap

LONGEST, UNITS = 62, 32
x_test, y_test, gaps = any_gap(2048, LONGEST, seed=1)
SHORT, SPREAD = np.full(UNITS, 2.0), np.geomspace(1.5, LONGEST + 2, UNITS)


class Keeping(keras.layers.Layer):
    """The lesson's cell: h_t = keep * h_{t-1} + (1 - keep) * new."""

    def __init__(self, kind, times):
        super().__init__()
        self.kind, self.times = kind, times
        self.state_size = len(times)

    def build(self, shape):
        units = len(self.times)
        self.new = keras.layers.Dense(units)
        self.new.build(shape)
        self.bias = self.add_weight(shape=(units,), name="bias")
        self.bias.assign(np.log(self.times - 1))
        if self.kind == "minGRU":
            self.gate = keras.layers.Dense(units, use_bias=False)
            self.gate.build(shape)
        if self.kind == "leaky":
            self.U = self.add_weight(shape=(units, units), initializer="orthogonal")

    def call(self, x, states):
        (h,) = states
        new, decides = self.new(x), self.bias
        if self.kind == "minGRU":
            decides = decides + self.gate(x)
        if self.kind == "leaky":
            new = ops.tanh(new + h @ self.U)
        keep = ops.sigmoid(decides)
        h = keep * h + (1 - keep) * new
        return h, [h]


def recurrent(kind, times):
    keras.utils.set_random_seed(0)
    if kind != "GRU":
        return keras.layers.RNN(Keeping(kind, times), name="layer")
    layer = keras.layers.GRU(UNITS, name="layer")
    layer.build((None, None, 17))
    bias = layer.cell.bias.numpy()
    bias[0, :UNITS] = np.log(times - 1)
    layer.cell.bias.assign(bias)
    return layer


def accuracy(x, y, layer, *between):
    """Of the largest gaps, above 31, after 150 updates."""
    answer = keras.layers.Dense(8, activation="softmax")
    model = keras.Sequential([keras.Input((None, 17)), layer, *between, answer])
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    with fused(model):
        model.fit(x, y, batch_size=64, shuffle=False, verbose=0)
    far = gaps > 31
    said = model.predict(x_test[far], batch_size=512, verbose=0).argmax(axis=-1)
    return np.mean(said == y_test[far])


# %% [markdown] lang="en"
# **1. Only the largest gap.** From 2 steps neither learns it: with no short gap to lead the way, the reach before training decides after all. From spread times minGRU learns it, and every smaller gap with it, in the same 150 updates; the GRU, whose gates also see $h$, is only a little above guessing (1 in 8) by then.

# %% [markdown] lang="zh"
# **1. 只有最大的间隔。** 从 2 步起步，两种都学不会：没有短间隔带路，训练之前的梯度可达步数终究说了算。从长短不一的记忆时长起步，minGRU 同样训练 150 步就学会了，更小的间隔也一并学会；GRU 的门还要看 $h$，到这时只比瞎猜（1/8）略好。

# %%
x, y = recall.make(64 * 150, gap=LONGEST, seed=0)
alone = {}
for kind in ("GRU", "minGRU"):
    for name, times in (("2 steps", SHORT), ("spread", SPREAD)):
        alone[kind, name] = accuracy(x, y, recurrent(kind, times))
        print(f"{kind}, {name}: {alone[kind, name]:.0%} right")
assert alone["GRU", "2 steps"] < 0.25 > alone["minGRU", "2 steps"]
assert alone["minGRU", "spread"] > 0.95
assert alone["GRU", "spread"] < 0.5

# %% [markdown] lang="en"
# **2. LayerNorm behind fast units.** Nothing: of a symbol of 32 steps ago $2^{-32}$ is left in a linear unit that halves its state at each step, and all the distractors since are larger. A normalisation brings back the size of the *state*; what has been drowned in it stays drowned.

# %% [markdown] lang="zh"
# **2. 快单元后面的层归一化。** 没有好处。线性单元每步把状态减半，32 步之前的符号只剩 $2^{-32}$，后来的干扰符号个个都比它大。归一化恢复的是整个*状态*的大小；已经淹没在里面的，还是淹没着。

# %%
x, y, _ = any_gap(64 * 150, LONGEST, seed=0)
fast = {}
for kind in ("leaky", "linear"):
    norm = keras.layers.LayerNormalization()
    fast[kind] = accuracy(x, y, recurrent(kind, SHORT), norm)
    print(f"{kind}, 2 steps, LayerNorm: {fast[kind]:.0%} right above a gap of 31")
assert max(fast.values()) < 0.4

# %% [markdown] lang="en"
# **3. Before the matrix.** With random weights the two differ in the second decimal, a hundred thousand times the rounding: weights that were trained with the one (a PyTorch or cuDNN GRU: behind) do not fit the other (`reset_after=False`).

# %% [markdown] lang="zh"
# **3. 移到矩阵之前。** 权重随机时，两种算法在小数点后第二位就不同了，是舍入误差的十万倍：用其中一种训练出来的权重（PyTorch 和 cuDNN 的 GRU 都是在矩阵之后），给另一种（`reset_after=False`）用不了。

# %%
answer = keras.layers.Dense(8, activation="softmax")
model = keras.Sequential([keras.Input((None, 17)), recurrent("GRU", SHORT), answer])
model.compile("adam", "sparse_categorical_crossentropy")
layer = trace(model, x_test[:64], y_test[:64])["layer"]
cell = model.get_layer("layer").cell
W, U, b = (np.float64(w) for w in (cell.kernel, cell.recurrent_kernel, cell.bias))
h = np.float64(layer.states["h"])
before = np.concatenate([np.zeros_like(h[:, :1]), h[:, :-1]], axis=1)
of_x = np.split(x_test[:64] @ W + b[0], 3, axis=-1)
z, r = (np.float64(layer.gates[gate]) for gate in ("update", "reset"))
U_h, b_h = U[:, 2 * UNITS :], b[1, 2 * UNITS :]
differences = {}
for name, recalled in {
    "behind": r * (before @ U_h + b_h),
    "before": (r * before) @ U_h,
}.items():
    ours = z * before + (1 - z) * np.tanh(of_x[2] + recalled)
    differences[name] = np.abs(ours - h).max()
    print(f"{name} the matrix: h differs by {differences[name]:.0e}")
assert differences["behind"] < 1e-5
assert differences["before"] > 1e-3
