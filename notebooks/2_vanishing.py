# %% [markdown] lang="en"
# # 2. Vanishing gradients
#
# - **Question**: Why does the error at the end of a sequence not reach its beginning?
# - **Minutes**: 45
# - **Needs**: lesson 1; derivatives and the chain rule

# %% [markdown] lang="zh"
# # 2. 梯度消失
#
# - **问题**：为什么序列末尾的误差到不了开头？
# - **分钟**：45
# - **需要**：第 1 课；导数与链式法则

# %% [markdown] lang="en"
# To learn, a weight must feel the error: the loss's gradient. In a chain, the error at the last step has to
# walk back through every step before it reaches the first one. At each step it passes through a
# tanh (or, in a gate, a sigmoid), which means: it is multiplied by that function's derivative.

# %% [markdown] lang="zh"
# 权重要学习，就必须感受到误差，也就是损失的梯度。在链中，最后一步的误差必须往回走过每一步，才能到达第一步。
# 每走一步都要穿过一个 tanh（在门里则是 sigmoid），也就是要乘以该函数的导数。

# %%
# %matplotlib inline
from keras_rnn_study.runs.quiet import start_tensorflow

start_tensorflow()

import keras
import matplotlib.pyplot as plt
import numpy as np

from keras_rnn_study import build_model, measures, trace
from keras_rnn_study.datasets import recall

z = np.linspace(-6, 6, 241)
sigmoid = 1 / (1 + np.exp(-z))
slopes = {"sigmoid": sigmoid * (1 - sigmoid), "tanh": 1 - np.tanh(z) ** 2}

figure, (left, right) = plt.subplots(1, 2, figsize=(8, 2.8), layout="constrained")
left.plot(z, np.tanh(z), "-", z, sigmoid, "--", color="black")
left.set(title="tanh (solid) and sigmoid (dashed)", xlabel="z")
right.plot(z, slopes["tanh"], "-", z, slopes["sigmoid"], "--", color="black")
right.set(title="their derivatives", xlabel="z")
plt.show()

# %% [markdown] lang="en"
# Two things to see. Both derivatives approach 0 at both ends: there the function is *saturated*. And even at its
# best, in the middle, the sigmoid's derivative is only 0.25; that of the tanh is 1.
#
# Ten sigmoids in a row, each at its best, leave $0.25^{10}$, about a millionth.

# %% [markdown] lang="zh"
# 有两点值得注意。两个导数在两端都趋近 0：函数在那里*饱和*了。而且即使在最好的情形，也就是正中间，sigmoid 的导数
# 也只有 0.25；tanh 的是 1。
#
# 连续十个 sigmoid，即使每个都处于最好的情形，也只剩下 $0.25^{10}$，约百万分之一。

# %%
print(
    {name: (f"{slope[0]:.5f}", f"{slope.max():.2f}") for name, slope in slopes.items()}
)
assert slopes["sigmoid"].max() == 0.25
assert slopes["tanh"].max() == 1
assert max(slope[0] for slope in slopes.values()) < 0.003
assert 0.5e-6 < 0.25**10 < 1.5e-6

# %% [markdown] lang="en"
# ## The way back, in NumPy
#
# From $h_t = \tanh(x_t W + h_{t-1} U + b)$ the chain rule gives the step back,
#
# $$\frac{\partial L}{\partial h_{t-1}} = \left(\frac{\partial L}{\partial h_t} \odot (1 - h_t^2)\right) U^\top,$$
#
# with $1 - h_t^2$ the derivative of the tanh. Our task is recall with a gap of 100: the symbol is
# at step 0, the question mark at step 101, and only there is there a loss.
#
# **Predict**: of what reaches the last step, what part arrives at step 0? A tenth? A thousandth? Less?

# %% [markdown] lang="zh"
# ## 用 NumPy 往回走
#
# 由 $h_t = \tanh(x_t W + h_{t-1} U + b)$，链式法则给出往回走的一步：
#
# $$\frac{\partial L}{\partial h_{t-1}} = \left(\frac{\partial L}{\partial h_t} \odot (1 - h_t^2)\right) U^\top,$$
#
# 其中 $1 - h_t^2$ 是 tanh 的导数。我们的任务是间隔为 100 的 recall：符号在第 0 步，问号在第 101 步，
# 只有在那里才有损失。
#
# **预测**：到达最后一步的梯度，有多少能走到第 0 步？十分之一？千分之一？还是更少？

# %%
x, y = recall.make(64, gap=100, seed=1)
model = build_model(recall.TASK, "simple_rnn", seed=0)
layer = trace(model, x, y)["simple_rnn"]

U = np.float64(model.get_layer("simple_rnn").cell.recurrent_kernel)
h = np.float64(layer.states["h"])  # (batch, time, units)
gradient = np.zeros_like(h)
gradient[:, -1] = layer.output_gradients[:, -1]  # where the loss comes in
for t in range(h.shape[1] - 1, 0, -1):
    gradient[:, t - 1] = (gradient[:, t] * (1 - h[:, t] ** 2)) @ U.T

total = layer.state_gradients["h"]  # what the toolkit measures
difference = np.abs(gradient - total).max() / np.abs(total).max()
print(f"largest difference: {difference:.1e} of the largest gradient")
assert difference < 1e-5

# %% [markdown] lang="en"
# Six lines give what `trace` calls `state_gradients["h"]`, the *total* gradient. Its norm at each step:

# %% [markdown] lang="zh"
# 这六行得到的正是 `trace` 所说的 `state_gradients["h"]`，即*总*梯度。它在每一步的范数：

# %%
norms = measures.step_norms(total)  # |dL/dh_t|, mean over the batch
horizon = measures.horizon(norms)

plt.figure(figsize=(7, 3), layout="constrained")
plt.semilogy(norms, color="black")
plt.axhline(norms.max() / 1000, color="gray", linestyle=":")
plt.axvline(len(norms) - horizon, color="gray", linestyle="--")
plt.text(
    len(norms) - horizon - 1, norms[-1], "horizon", ha="right", va="top", color="gray"
)
plt.xlabel("time step $t$ (the symbol is at 0, the answer due at 101)")
plt.ylabel(r"$|\partial L/\partial h_t|$")
plt.show()

print(f"left at step 0: {norms[0] / norms[-1]:.1e}; horizon: {horizon} steps")
assert norms[0] < 1e-4 * norms[-1]
assert 30 < horizon < 90

# %% [markdown] lang="en"
# On a logarithmic axis it is nearly a straight line: an exponential. Less than a ten-thousandth arrives at
# the symbol. The *horizon* is the number of steps until a thousandth of the largest norm is left (dotted);
# it ends before the symbol is reached, so for the training step the symbol hardly exists.
#
# ## Is saturation the reason?
#
# The usual explanation is: units saturate, so derivatives are near 0. Let us count instead of believing.

# %% [markdown] lang="zh"
# 在对数轴上几乎是一条直线：指数衰减。到达符号处的不足万分之一。*视界*（horizon）是梯度剩下最大值的千分之一（点线）之前
# 能往回走的步数；它在到达符号之前就结束了，所以对训练步骤来说，这个符号几乎不存在。
#
# ## 原因是饱和吗？
#
# 通常的解释是：单元饱和，导数接近 0。我们不要轻信，数一数。

# %%
saturated = sum(measures.saturation(layer.states["h"], "tanh"))
slope = np.mean(1 - h**2)
print(f"saturated units: {saturated:.1%}")
print(f"mean derivative: {slope:.2f}; its 100th power: {slope**100:.0e}")
assert saturated < 0.01
assert 0.85 < slope < 0.89
assert 1e-7 < slope**100 < 1e-5

# %% [markdown] lang="en"
# Less than one unit in a hundred is saturated! The derivatives are about 0.87 on average: no single step does
# harm. But a hundred such factors leave a millionth. **Vanishing needs no saturation; it needs only a product of many
# numbers a little below one.** (Where units do saturate, it is worse.) The verdict on the
# article's claim is therefore "holds, with a condition".
#
# ## Direct and total gradient
#
# There are two things that may be called "the gradient at step $t$":
#
# - the **total** one, $\partial L/\partial h_t$, through everything that comes later, the chain included;
# - the **direct** one, $\partial L/\partial y_t$, through what the layer *puts out* at step $t$ only.
#
# Tools that differentiate the loss by the layer's stacked output show the second. **Predict** what it looks
# like when only the last step has a loss, and when every step has one.

# %% [markdown] lang="zh"
# 饱和的单元不到百分之一！导数平均约为 0.87：没有哪一步单独造成伤害。但一百个这样的因子只剩下百万分之一。
# **梯度消失并不需要饱和，只需要许多略小于一的数相乘。**（单元真的饱和时会更糟。）因此对文章这一说法的结论是
# “有条件地成立”。
#
# ## 直接梯度与总梯度
#
# 有两样东西都可能被称作“第 $t$ 步的梯度”：
#
# - **总**梯度 $\partial L/\partial h_t$：经过之后的一切，包括链本身；
# - **直接**梯度 $\partial L/\partial y_t$：只经过该层在第 $t$ 步的*输出*。
#
# 对层的全部输出求导的工具显示的是后者。**预测**一下：只有最后一步有损失时它是什么样子？每一步都有损失时呢？

# %%
every_step = keras.Sequential(
    [
        keras.Input((None, 17)),
        keras.layers.SimpleRNN(32, return_sequences=True, name="simple_rnn"),
        keras.layers.Dense(8, activation="softmax"),
    ]
)
every_step.compile("adam", "sparse_categorical_crossentropy")
every_step.set_weights(model.get_weights())  # the same network, asked at every step
every_layer = trace(every_step, x, np.repeat(y[:, None], x.shape[1], axis=1))[
    "simple_rnn"
]

figure, axes = plt.subplots(1, 2, figsize=(9, 3), sharey=True, layout="constrained")
titles = ["loss at the last step only", "loss at every step"]
for ax, title, traced in zip(axes, titles, [layer, every_layer], strict=True):
    direct = measures.step_norms(traced.output_gradients)
    ax.semilogy(
        measures.step_norms(traced.state_gradients["h"]), color="black", label="total"
    )
    ax.semilogy(
        np.where(direct > 0, direct, np.nan), "x", color="darkorange", label="direct"
    )
    ax.set(title=title, xlabel="time step $t$")
axes[0].set_ylabel("norm")
axes[0].legend()
plt.show()

direct = [
    measures.step_norms(traced.output_gradients) for traced in (layer, every_layer)
]
assert np.count_nonzero(direct[0]) == 1
assert direct[1].max() < 3 * direct[1].min()

# %% [markdown] lang="en"
# The same weights in both pictures, and neither row of crosses says how far the gradient travels. On the
# left the direct gradient is one lonely cross: zero everywhere but at the last step, in *any* network, also in one
# that remembers perfectly. On the right it is flat and looks healthy (largest and smallest within a factor of
# 3), although the way from the end to the beginning is as dead as before: each step only has an error of its own.
# The total on the right is flat for the same reason. To see how far back *one* error reaches, put the loss at one step, and look at
# the total.
#
# ## Exercises
#
# 1. `glorot_uniform` in place of the orthogonal recurrent kernel (`init="glorot"`): compare the decay over five seeds.
# 2. Replace the tanh by ReLU with an identity kernel (`init="identity"`). What becomes of the gradient before training?
# 3. Train for 200 steps with a learning rate of 0.003 (`build_model`'s default). Is the horizon longer or shorter? What became of saturation?
#
# Solutions: `solutions/2_vanishing.ipynb`.

# %% [markdown] lang="zh"
# 两幅图用的是同样的权重，而两排叉号都没有说明梯度能走多远。左图中直接梯度只是一个孤零零的叉：除最后一步外处处为零，
# *任何*网络都是如此，哪怕它记得十分完美。右图中它是平的，看上去很健康（最大与最小相差不到 3 倍），可是从末尾到开头的路
# 和之前一样不通：每一步只是有了自己的误差。右图的总梯度是平的，也是同样的原因。要看*一个*误差能往回走多远，就只在一个步上放损失，
# 然后看总梯度。
#
# ## 练习
#
# 1. 用 `glorot_uniform` 代替正交的循环核（`init="glorot"`）：比较五个种子的衰减。
# 2. 用 ReLU 加单位矩阵核代替 tanh（`init="identity"`）。训练之前的梯度会怎样？
# 3. 以 0.003 的学习率（`build_model` 的默认值）训练 200 步。视界变长了还是变短了？饱和又怎样了？
#
# 解答：`solutions/2_vanishing.zh.ipynb`。
