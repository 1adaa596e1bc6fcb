# %% [markdown] lang="en"
# # 12. The GRU and its relatives
#
# - **Question**: What of a gated module is needed to remember for long?
# - **Minutes**: 60
# - **Needs**: lessons [2](2_vanishing.ipynb), [5](5_lstm.ipynb) and [6](6_memory.ipynb)

# %% [markdown] lang="zh"
# # 12. 门控循环单元（GRU）及其近亲
#
# - **问题**：带门的模块里，哪些部件是长久记忆真正需要的？
# - **时长**：60 分钟
# - **先修**：第 [2](2_vanishing.zh.ipynb)、[5](5_lstm.zh.ipynb)、[6](6_memory.zh.ipynb) 课

# %% [markdown] lang="en"
# The LSTM has four learned layers and two states. The *gated recurrent unit* ([Cho et al., 2014](https://arxiv.org/abs/1406.1078)) has three layers and one state, and later
# cells have less still. This lesson takes parts away, and looks at what remembers.
#
# The task is recall with **gaps of all sizes at once**: the symbol stands anywhere before the question, from 0 to 62 steps back, and each doubling of the gap is about as frequent as the
# next. So one training says how far a network has come: up to which gap it answers.
#
# First a GRU, whose 32 units begin with memory times from 1.5 to 64 steps. Keras writes
#
# $$h_t = z_t \odot h_{t-1} + (1 - z_t) \odot \tilde{h}_t ,$$
#
# so $z = \sigma(b_z)$ keeps for $1/(1-z)$ steps, as the forget gate does in lesson 6. (Many papers write $z$ and $1 - z$ the other way round.)

# %% [markdown] lang="zh"
# LSTM 有四个层、两个状态。*门控循环单元*（gated recurrent unit，GRU；[Cho 等，2014](https://arxiv.org/abs/1406.1078)）只有三个层、一个状态，后来的一些单元还要更简单。
# 这一课把部件一个一个拿掉，看看记忆究竟靠什么。
#
# 任务是 recall，但**各种间隔混在一起**：符号可以在问号之前的任何位置，间隔从 0 到 62 步；间隔每翻一番，出现的机会大致相同。这样，训练一次就能看出网络学到了哪一步，也就是间隔多大以内还答得对。
#
# 先看 GRU。它有 32 个单元，初始的记忆时长从 1.5 步到 64 步，长短不一。Keras 的写法是
#
# $$h_t = z_t \odot h_{t-1} + (1 - z_t) \odot \tilde{h}_t ,$$
#
# 所以更新门 $z = \sigma(b_z)$ 能保持 $1/(1-z)$ 步，与第 6 课的遗忘门一样。（不少论文里，$z$ 与 $1 - z$ 的位置正好相反。）

# %%
# %matplotlib inline
from lesson import curves, show, start

LANGUAGE = "en"
start(LANGUAGE)

import keras
import numpy as np
from keras import ops

from keras_rnn_study import measures, trace
from keras_rnn_study.diagrams import gru_module
from lesson_cells import (
    answering,
    any_gap,
    fit,
    held,
    is_right,
    learned_gap,
    on_one_axis,
    right_by_gap,
)

LONGEST, UNITS = 62, 32
x_train, y_train, _ = any_gap(64 * 150, LONGEST, seed=0)  # 150 updates
x_test, y_test, gaps = any_gap(2048, LONGEST, seed=1)
SHORT = np.full(UNITS, 2.0)  # memory times in steps: as Keras' GRU begins
SPREAD = np.geomspace(1.5, LONGEST + 2, UNITS)


def gru(times):
    """A GRU of Keras whose units begin with these memory times."""
    keras.utils.set_random_seed(0)
    layer = keras.layers.GRU(UNITS, name="layer")
    layer.build((None, None, 17))
    bias = layer.cell.bias.numpy()  # (2, 3 units): z, r, candidate
    bias[0, :UNITS] = np.log(times - 1)
    layer.cell.bias.assign(bias)
    return layer


model = answering(gru(SPREAD))
fit(model, x_train, y_train)
right = is_right(model, x_test, y_test)
layer = trace(model, x_test[:64], y_test[:64])["layer"]
print(f"right answers: {right.mean():.0%}")

# %% tags=["check"]
assert right.mean() > 0.95

# %% [markdown] lang="en"
# Its module, with this model's own values at the step of the symbol. The signs are those of lesson 5. **One line** runs along the top: it is the memory, and it is the output. And there is no
# separate input gate: what is not kept is renewed, $z$ and $1 - z$ (the circle "1−").

# %% [markdown] lang="zh"
# 下面画的是它的模块，里面填的是这个模型在读入符号那一步的实际数值，画法与第 5 课相同。顶端只有**一条线**：它既是记忆，也是输出。也没有单独的输入门：旧的保留 $z$，其余的 $1 - z$ 就更新（图中的圆圈“1−”）。

# %%
place = LONGEST - int(gaps[0])  # where the symbol stands in sample 0
unit = int(layer.gates["update"].mean(axis=(0, 1)).argmax())  # the one that keeps most
show(gru_module(layer, place, unit=unit))

# %% [markdown] lang="en"
# ## Step by step
#
# **The reset gate** looks at $h_{t-1}$ and $x_t$, and says how much of the old state the candidate sees. (As in lesson 5, $W_r$ is the layer's $U$ on top of its $W$.)
#
# $$r_t = \sigma\left([h_{t-1}, x_t]\,W_r + b_r\right)$$

# %% [markdown] lang="zh"
# ## 一步一步来
#
# **重置门**根据 $h_{t-1}$ 和 $x_t$，决定计算候选隐状态时用上多少旧的隐状态。（与第 5 课一样，$W_r$ 由这一层的 $U$、$W$ 中属于重置门的两块上下摞成。）
#
# $$r_t = \sigma\left([h_{t-1}, x_t]\,W_r + b_r\right)$$

# %%
show(gru_module(layer, place, part="reset", unit=unit))

# %% [markdown] lang="en"
# **The candidate** has a way of its own to the old state, and the reset gate stands on it. In Keras (and in cuDNN) *behind* the matrix $U$: `reset_after=True`. In the paper of 2014 it stands before it. The two
# are different functions: weights of the one do not fit the other.
#
# $$\tilde{h}_t = \tanh\left(x_t W + b + r_t \odot (h_{t-1} U + b_U)\right)$$

# %% [markdown] lang="zh"
# **候选隐状态**另有一条路通向旧的隐状态，重置门就守在这条路上。在 Keras（以及 cuDNN）里，它在矩阵 $U$ *之后*：`reset_after=True`；在 2014 年的论文里，则在 $U$ 之前。
# 这是两个不同的函数，权重不能通用。
#
# $$\tilde{h}_t = \tanh\left(x_t W + b + r_t \odot (h_{t-1} U + b_U)\right)$$

# %%
show(gru_module(layer, place, part="candidate", unit=unit))

# %% [markdown] lang="en"
# **The update**: keep $z_t$ of the old, add $1 - z_t$ of the candidate.
#
# $$z_t = \sigma\left([h_{t-1}, x_t]\,W_z + b_z\right), \qquad h_t = z_t \odot h_{t-1} + (1 - z_t) \odot \tilde{h}_t$$

# %% [markdown] lang="zh"
# **更新**：旧的隐状态乘以 $z_t$，是保留下来的；候选隐状态乘以 $1 - z_t$，是新写入的；两者相加。
#
# $$z_t = \sigma\left([h_{t-1}, x_t]\,W_z + b_z\right), \qquad h_t = z_t \odot h_{t-1} + (1 - z_t) \odot \tilde{h}_t$$

# %%
show(gru_module(layer, place, part="update", unit=unit))

# %% [markdown] lang="en"
# ## Which gate is it?
#
# By hand, in NumPy and 64-bit numbers, to make sure that these are the equations; and then two interventions in the trained model. In one the reset gate is held open, $r = 1$; in the other nothing is kept, $z = 0$.
#
# **Predict**: what becomes of the right answers in each?

# %% [markdown] lang="zh"
# ## 靠的是哪个门？
#
# 先用 NumPy 和 64 位浮点数亲手算一遍，确认公式就是这些。然后对训练好的模型做两次干预：一次让重置门一直开着，$r = 1$；一次什么都不保留，$z = 0$。
#
# **预测**：两种情况下，准确率各会怎样？

# %%
cell = model.get_layer("layer").cell
W, U, b = (np.float64(w) for w in (cell.kernel, cell.recurrent_kernel, cell.bias))
h = np.float64(layer.states["h"])
before = np.concatenate([np.zeros_like(h[:, :1]), h[:, :-1]], axis=1)
of_x = np.split(x_test[:64] @ W + b[0], 3, axis=-1)  # Keras' order: z, r, candidate
of_h = np.split(before @ U + b[1], 3, axis=-1)
z, r = (1 / (1 + np.exp(-(of_x[n] + of_h[n]))) for n in (0, 1))
new = np.tanh(of_x[2] + r * of_h[2])
worst = np.abs(z * before + (1 - z) * new - h).max()
print(f"h differs by at most {worst:.0e}")


def share(gate, values):
    """Of right answers, when a gate has these values at each step: (units,)."""
    with held(cell, gate, values):
        return is_right(model, x_test, y_test).mean()


mean = {gate: layer.gates[gate].mean(axis=(0, 1)) for gate in ("update", "reset")}
nearly = 1 - 1e-6
outcome = {
    "r = 1": share("reset", np.full(UNITS, nearly)),
    "z = 0": share("update", np.full(UNITS, 1 - nearly)),
    "r at its mean": share("reset", mean["reset"]),
    "z at its mean": share("update", mean["update"]),
}
for name in ("r = 1", "z = 0"):
    print(f"{name}: {outcome[name]:.0%} right")

# %% tags=["check"]
assert worst < 1e-5
assert outcome["r = 1"] < 0.45
assert 0.2 < outcome["z = 0"] < 0.85

# %% [markdown] lang="en"
# Open the reset gate, and most answers are wrong. So it must be a switch that shuts at the right moment? **Do not conclude yet.** There is a second intervention for each gate: hold it at its own *mean*, a constant for each unit. Then it has the right
# level, and cannot react to anything.
#
# **Predict**: which of the two gates has to react?

# %% [markdown] lang="zh"
# 重置门一直开着，多数就答错了。那么，它一定是个会在恰当时刻关上的开关？**先别下结论。**每个门还可以做另一种干预：固定在它自己的*平均值*上，每个单元一个常数。这样它的大小合适，却对什么都没有反应。
#
# **预测**：两个门里，哪一个非得随输入变化不可？

# %%
for name in ("r at its mean", "z at its mean"):
    print(f"{name}: {outcome[name]:.0%} right")

# %% tags=["check"]
assert outcome["z at its mean"] < 0.5
assert outcome["r at its mean"] > outcome["z at its mean"] + 0.2
assert outcome["r at its mean"] > outcome["r = 1"] + 0.2
assert 0.33 < mean["reset"].mean() < 0.55

# %% [markdown] lang="en"
# The update gate: at its mean, most answers are lost. The reset gate at its mean costs much less. What hurt above was mostly its *level*: with $r = 1$ the candidate gets two to three times as much of the old state as the matrix $U$ was trained for. On this task the
# reset gate is above all a scale, and the update gate the switch. (And with $z = 0$, when nothing is kept on the line along the top, more was right than guesses: memory goes through the candidate as well, as in lesson 5.)
#
# ## Taking parts away
#
# Everything that we have seen so far has the form
#
# $$h_t = k_t \odot h_{t-1} + (1 - k_t) \odot \text{new}_t .$$
#
# The cells below differ only in what decides how much is kept, and in what the new may see:
#
# | | $k_t$ depends on | $\text{new}_t$ depends on |
# |---|---|---|
# | GRU | $x_t$ and $h_{t-1}$ | $x_t$ and $h_{t-1}$, through a tanh |
# | **leaky units** ([Jaeger et al., 2007](https://doi.org/10.1016/j.neunet.2007.04.016)) | nothing: a weight for each unit | $x_t$ and $h_{t-1}$, through a tanh |
# | **minGRU** ([Feng et al., 2024](https://arxiv.org/abs/2410.01201)) | $x_t$ | $x_t$ |
# | **linear state space model** (diagonal, as in [Gu et al., 2022](https://arxiv.org/abs/2206.11893)) | nothing: a weight for each unit | $x_t$ |
#
# The last two have no product of $h_{t-1}$ with a matrix. Therefore all steps can be computed at once, by a scan, which is why they came back; here they run step by step, as cells that
# Keras' `RNN` takes. The toolkit opens them like any other.

# %% [markdown] lang="zh"
# 是更新门：固定在平均值上，多数就答错了。重置门固定在平均值上，影响要小得多。刚才出问题，主要是因为它的*大小*不对：$r = 1$ 时，进到候选隐状态里的旧状态，是训练时的两三倍。在这个任务上，
# 重置门主要用来调节大小，更新门才是开关。（而 $z = 0$，也就是顶端那条线上什么都不保留时，答对的仍比瞎猜多：与第 5 课一样，记忆也走候选隐状态这条路。）
#
# ## 把部件逐个拿掉
#
# 到目前为止看到的，都是同一种形式：
#
# $$h_t = k_t \odot h_{t-1} + (1 - k_t) \odot \text{new}_t .$$
#
# 下面几种单元，区别只有两点：保留多少由什么决定，新内容看得到什么。
#
# | | $k_t$ 取决于 | $\text{new}_t$ 取决于 |
# |---|---|---|
# | GRU | $x_t$ 和 $h_{t-1}$ | $x_t$ 和 $h_{t-1}$，经过 tanh |
# | **泄漏单元**（leaky units；[Jaeger 等，2007](https://doi.org/10.1016/j.neunet.2007.04.016)） | 什么也不看：每个单元一个权重 | $x_t$ 和 $h_{t-1}$，经过 tanh |
# | **minGRU**（[Feng 等，2024](https://arxiv.org/abs/2410.01201)） | $x_t$ | $x_t$ |
# | **线性状态空间模型**（对角形式，参见 [Gu 等，2022](https://arxiv.org/abs/2206.11893)） | 什么也不看：每个单元一个权重 | $x_t$ |
#
# 后两种没有 $h_{t-1}$ 与矩阵的乘积，所以可以用扫描（scan）把所有时间步一次算完，它们近年重新受到重视，原因就在这里；这里则把它们写成 Keras `RNN` 的单元，逐步运行。工具包照样能看到它们的内部。


# %%
class Keeping(keras.layers.Layer):
    """A cell: h_t = keep * h_{t-1} + (1 - keep) * new."""

    def __init__(self, kind, times):
        super().__init__()
        self.kind, self.times = kind, times
        self.state_size = len(times)

    def build(self, shape):
        units = len(self.times)
        self.new = keras.layers.Dense(units)
        self.new.build(shape)
        self.bias = self.add_weight(shape=(units,), name="bias")
        self.bias.assign(np.log(self.times - 1))  # keep = 1 - 1 / times
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
    return (
        gru(times)
        if kind == "GRU"
        else keras.layers.RNN(Keeping(kind, times), name="layer")
    )


# %% [markdown] lang="en"
# The two with a gate begin with a memory time of 2 steps for all units; the two without begin so, or with times spread from 1.5 to 64. As in lesson 6 the *reach* before training says how far the gradient gets.
#
# **Predict**: who learns which gaps? Does the start decide, or the gate?

# %% [markdown] lang="zh"
# 带门的两种，所有单元的记忆时长都从 2 步起步；不带门的两种，各用两种初值：都是 2 步，或者从 1.5 步到 64 步长短不一。与第 6 课一样，训练之前的*梯度可达步数*说明梯度能传多远。
#
# **预测**：谁能学会多大的间隔？起决定作用的是初值，还是门？


# %%
def measure(kind, times, *between):
    """What a layer begins with, how far it has come after training, and how."""
    model = answering(recurrent(kind, times), *between)
    far = gaps == LONGEST
    traced = trace(model, x_test[far], y_test[far])["layer"]
    (gradients,) = traced.state_gradients.values()
    fit(model, x_train, y_train)
    right = is_right(model, x_test, y_test)
    numbers = {
        "memory time": times.max(),
        "reach": measures.horizon(measures.step_norms(gradients)),
        "learned gap": learned_gap(right, gaps),
    }
    return numbers, right


found = {
    "GRU, 2 steps": measure("GRU", SHORT),
    "minGRU, 2 steps": measure("minGRU", SHORT),
    "leaky, 2 steps": measure("leaky", SHORT),
    "leaky, spread": measure("leaky", SPREAD),
    "linear, 2 steps": measure("linear", SHORT),
    "linear, spread": measure("linear", SPREAD),
}
for name, (numbers, right) in found.items():
    learned = numbers["learned gap"]
    print(f"{name}: learned up to a gap of {learned}, {right.mean():.0%} right")
on_one_axis({name: numbers for name, (numbers, _) in found.items()}, LONGEST + 2)

# %% tags=["check"]
numbers = {name: one for name, (one, _) in found.items()}
assert numbers["GRU, 2 steps"]["reach"] < 20 > numbers["minGRU, 2 steps"]["reach"]
assert numbers["GRU, 2 steps"]["learned gap"] == LONGEST
assert numbers["minGRU, 2 steps"]["learned gap"] == LONGEST
assert numbers["leaky, 2 steps"]["reach"] == numbers["leaky, spread"]["reach"] == 64
assert numbers["linear, spread"]["reach"] == 64
for name in ("leaky, 2 steps", "leaky, spread", "linear, 2 steps", "linear, spread"):
    assert numbers[name]["learned gap"] <= 15, name

# %% [markdown] lang="en"
# Here memory time and reach at the start foretell little. The two cells with a gate begin with 2 steps and a reach of less than 20, and learn **every** gap. The two without a gate stop at 15 steps or before, though with spread times the gradient reaches everything. (The leaky units' reach is the
# whole sequence with either start, as the gradient has a second way, through the orthogonal $U$: they are half a simple RNN.)
#
# A gate that sees no more than $x_t$ is enough: minGRU has learned to let the symbol in and to leave the state alone at each distractor. And why does a reach of 14 not stop the GRU? Because the **short gaps lead the way**: what is learned there, "keep at distractors", holds for any gap. Exercise 1 takes them away.
#
# ## What the others lack
#
# The spread units without a gate do have slow ones: the symbol must be in the state at any gap. But a slow unit takes in little: with a memory time of 64 steps, $1 - k = 1/64$ of each input. What is left of the symbol may be there, and be too *small* for the softmax to read in so short a training. **LayerNorm** ([Ba, Kiros & Hinton, 2016](https://arxiv.org/abs/1607.06450)) divides
# a vector by its own size (after taking off its mean), so that only its direction remains; state space models have it in each block. Put `LayerNormalization` between the layer and the softmax. And for the leaky units, as a control, just a constant factor of 8.
#
# **Predict**: who gains, and is it the normalisation or just the size?

# %% [markdown] lang="zh"
# 在这里，训练之前的记忆时长和梯度可达步数说明不了多少。带门的两种从 2 步起步，梯度可达步数不到 20，却学会了**所有**间隔。不带门的两种，学到 15 步甚至更短就上不去了，尽管记忆时长长短不一时，梯度能传遍整个序列。
# （泄漏单元无论取哪种初值，梯度都能传遍整个序列，因为梯度还有另一条路，经过正交矩阵 $U$：它有一半就是普通循环神经网络。）
#
# 门只看得到 $x_t$，也够用了：minGRU 学会了让符号进来，读到干扰符号时就不动状态。那么，梯度可达步数只有 14，为什么没有难住 GRU？因为有**短间隔带路**：在短间隔上学到的“读到干扰符号就保持”，对任何间隔都管用。练习 1 把短间隔拿掉。
#
# ## 另外两种缺什么
#
# 记忆时长长短不一时，不带门的单元里也有慢的，所以间隔再大，符号也应当还在状态里。只是慢的单元收进来的也少：记忆时长为 64 步的，每次只收进输入的 $1 - k = 1/64$。符号的痕迹也许还在，却*太小*，训练这么短，softmax 还读不出来。**层归一化**（layer normalization，LayerNorm；[Ba、Kiros 与 Hinton，2016](https://arxiv.org/abs/1607.06450)）
# 把一个向量减去平均值，再除以它自己的大小，只留下方向；状态空间模型的每个模块里都有它。我们在循环层与 softmax 之间加一个 `LayerNormalization`。作为对照，另给泄漏单元只乘一个常数 8。
#
# **预测**：谁会变好？靠的是归一化，还是仅仅靠大小？

# %%
normalised = {
    "leaky, spread, times 8": measure("leaky", SPREAD, keras.layers.Rescaling(8.0)),
    "leaky, spread, LayerNorm": measure(
        "leaky", SPREAD, keras.layers.LayerNormalization()
    ),
    "linear, spread, LayerNorm": measure(
        "linear", SPREAD, keras.layers.LayerNormalization()
    ),
}
for name, (numbers, right) in normalised.items():
    learned = numbers["learned gap"]
    print(f"{name}: learned up to a gap of {learned}, {right.mean():.0%} right")
lines = (found | normalised).items()
curves(
    {name: right_by_gap(right, gaps) for name, (_, right) in lines if "spread" in name},
    x="gap (steps)",
    y="right answers",
    dots=True,
    top=1.05,
)

# %% tags=["check"]
gained = {name: (one["learned gap"], right.mean()) for name, (one, right) in lines}
assert gained["leaky, spread, LayerNorm"][0] == LONGEST, gained
assert gained["leaky, spread, times 8"][1] > gained["leaky, spread"][1] + 0.05
assert gained["linear, spread, LayerNorm"][0] > gained["linear, spread"][0], gained
assert gained["linear, spread, LayerNorm"][1] > 0.85, gained

# %% [markdown] lang="en"
# With LayerNorm the leaky units learn every gap, without any gate; and the linear model, a matrix product and 32 fixed rates of forgetting, gets much further than before. The constant factor helps the leaky units, too: so what they lacked was not memory, but **size**. One can choose such a factor by hand if one knows it (it depends on the start: with other random weights 8 was too little);
# LayerNorm finds it by itself, for each sample.
#
# What is needed, then, on this task? Something that keeps for as long as the gap: a gate that learns to, or memory times that are there from the start (with 2 steps, LayerNorm has nothing to bring back: exercise 2). And something that lets the answer be read: the gate, which keeps the symbol large, or the
# normalisation. A reset gate that reacts, a second state, a gate that sees $h$: not here. One seed and 150 updates; the point is which *parts* matter, not which cell is best. Where the task asks to count, to compare or to overwrite, the parts that were spare here may be the ones that are needed.
#
# ## Exercises
#
# 1. Train the GRU and the minGRU that begin with 2 steps on the gap of 62 *only*. Do they still learn it? And when they begin with spread times?
# 2. LayerNorm behind leaky and linear units that begin with 2 steps: what does it gain?
# 3. In the NumPy code, put the reset gate before the matrix, $(r \odot h) U$. How far is $h$ from that of the trace?
#
# Solutions: `solutions/12_gru.ipynb`. Words: [glossary](glossary.md). Back: [the history of the cell](11_history.ipynb). Next: [a path of length one](13_skip.ipynb).

# %% [markdown] lang="zh"
# 加上层归一化，泄漏单元一个门也没有，却学会了所有间隔；线性模型不过是一次矩阵乘法加 32 个固定的遗忘速率，也比先前走得远多了。只乘一个常数，泄漏单元也变好了：可见它们缺的不是记忆，而是**大小**。知道该乘多少的话，手工选一个也行（这要看初值：换一组随机权重，8 就不够了）；
# 层归一化则对每个样本自动调好。
#
# 那么，这个任务到底需要什么？第一，要有东西能保持到间隔那么久：或者是学会保持的门，或者是一开始就有的记忆时长（要是都只有 2 步，层归一化也无从恢复：见练习 2）。第二，要让答案读得出来：或者靠门，它让符号一直保持得大；或者靠归一化。
# 会变化的重置门、第二个状态、看得到 $h$ 的门，在这里都用不着。这只是一个种子、150 个训练步的结果；要看的是哪些*部件*起作用，而不是哪种单元最好。换成需要计数、比较或改写的任务，这里多余的部件，也许恰恰不可缺少。
#
# ## 练习
#
# 1. 让从 2 步起步的 GRU 和 minGRU *只*在间隔 62 上训练，还学得会吗？从长短不一的记忆时长起步呢？
# 2. 泄漏单元和线性单元从 2 步起步，后面加上层归一化，有什么好处？
# 3. 在 NumPy 代码里，把重置门移到矩阵之前，即 $(r \odot h) U$。算出的 $h$ 与 `trace` 给出的相差多少？
#
# 解答：`solutions/12_gru.zh.ipynb`。术语见[术语表](glossary.md)。上一课：[LSTM 的历史](11_history.zh.ipynb)。下一课：[长度为一的通路](13_skip.zh.ipynb)。
