# %% [markdown] lang="en"
# # 2. Vanishing gradients
#
# - **Question**: Why does the error at the end of a sequence not reach its beginning?
# - **Minutes**: 45
# - **Needs**: [lesson 1](1_chain.ipynb); derivatives and the chain rule

# %% [markdown] lang="zh"
# # 2. 梯度消失
#
# - **问题**：序列末尾的误差，为什么传不回开头？
# - **时长**：45 分钟
# - **先修**：[第 1 课](1_chain.zh.ipynb)；导数与链式法则

# %% [markdown] lang="en"
# A weight learns from the loss's gradient. In a chain, the error at the last step has to
# walk back through every step before it reaches the first one: *backpropagation through time*. At each step it passes through
# the layer's function and through its recurrent kernel $U$: it is multiplied by the function's derivative, then by $U$.
#
# The article looks at the derivative. Its first function is the sigmoid; Keras' `SimpleRNN` has a tanh.

# %% [markdown] lang="zh"
# 权重靠损失的梯度来学习。在一条链上，最后一步的误差要一步一步往回走，才能传到第一步，这叫*通过时间反向传播*（backpropagation through time，BPTT）。
# 每往回走一步，都要穿过这一层的激活函数和循环权重矩阵 $U$：先乘以激活函数的导数，再乘以 $U$（的转置）。
#
# 文章讲的是其中的导数。它先举的是 sigmoid，而 Keras 的 `SimpleRNN` 用的是 tanh。

# %%
# %matplotlib inline
from lesson import Panel, curves, row, start

LANGUAGE = "en"
start(LANGUAGE)

import keras
import numpy as np

from keras_rnn_study import build_model, measures, trace
from keras_rnn_study.claims.back_through_time import contributions, share_beyond
from keras_rnn_study.datasets import recall

z = np.linspace(-6, 6, 241)
sigmoid = 1 / (1 + np.exp(-z))
slopes = {"tanh": 1 - np.tanh(z) ** 2, "sigmoid": sigmoid * (1 - sigmoid)}
for name, slope in slopes.items():
    print(f"slope of {name}: {slope.max():.2f} at most, {slope[0]:.5f} at z = -6")
row(
    Panel({"tanh": (z, np.tanh(z)), "sigmoid": (z, sigmoid)}, title="functions", x="z"),
    Panel({n: (z, s) for n, s in slopes.items()}, title="their derivatives", x="z"),
)

# %% tags=["check"]
assert slopes["sigmoid"].max() == 0.25
assert slopes["tanh"].max() == 1
assert max(slope[0] for slope in slopes.values()) < 0.003
assert 0.5e-6 < 0.25**10 < 1.5e-6

# %% [markdown] lang="en"
# Two things to see. Both derivatives approach 0 at both ends: there the function is *saturated*. And even at its
# best, in the middle, the sigmoid's derivative is only 1/4; that of the tanh is 1.
#
# Ten sigmoids in a row, each at its best, leave $0.25^{10}$, about a millionth, if nothing else makes up for it.
#
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
# 有两点要看清楚。第一，两个导数在两端都趋于 0，函数在那里是*饱和*的。第二，即使在正中间，也就是导数最大的地方，sigmoid 的导数也只有 1/4，tanh 的则是 1。
#
# 误差连续穿过十个 sigmoid，就算每个都取到最大的导数，也只剩 $0.25^{10}$，约百万分之一，除非有别的东西把它补回来。
#
# ## 用 NumPy 往回走一遍
#
# 根据 $h_t = \tanh(x_t W + h_{t-1} U + b)$ 和链式法则，往回走一步就是
#
# $$\frac{\partial L}{\partial h_{t-1}} = \left(\frac{\partial L}{\partial h_t} \odot (1 - h_t^2)\right) U^\top,$$
#
# 其中 $1 - h_t^2$ 是 tanh 的导数。任务是间隔为 100 的 recall：符号在第 0 步，问号在第 101 步，只在问号这一步计算损失。
#
# **预测**：最后一步的梯度，传到第 0 步时还剩几分之几？十分之一？千分之一？还是更少？

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

# %% tags=["check"]
assert difference < 1e-5

# %% [markdown] lang="en"
# Four lines give what `trace` calls `state_gradients["h"]`, the *total* gradient. Its norm at each step:

# %% [markdown] lang="zh"
# 短短四行算出来的，就是 `trace` 给出的 `state_gradients["h"]`，即*总梯度*。它在各步的范数如下：

# %%
norms = measures.step_norms(total)  # |dL/dh_t|, mean over the batch
reach = measures.horizon(norms)
print(f"left at step 0: {norms[0] / norms[-1]:.1e}; reach: {reach} steps")
curves(
    {r"$|\partial L/\partial h_t|$": norms},
    x="time step $t$ (symbol at 0, question at 101)",
    log=True,
    across={"a thousandth": norms.max() / 1000},
    upright={"end of the reach": len(norms) - reach},
)

# %% tags=["check"]
assert norms[0] < 1e-4 * norms[-1]
assert 30 < reach < 90

# %% [markdown] lang="en"
# On a logarithmic axis it is nearly a straight line: an exponential. Less than a ten-thousandth arrives at
# the symbol. The *horizon*, or reach, is the number of steps until a thousandth of the largest norm is left;
# it ends before the symbol is reached.
#
# ## Is saturation the reason?
#
# The usual explanation is: units saturate, so derivatives are near 0. Let us count instead of believing. And let us try to compute the
# result: $U$ is orthogonal here (Keras' default), so it turns a vector and keeps its length. Only the slopes shorten it.
#
# **Predict**: which mean of the slopes says by how much, the ordinary one or the root mean square?

# %% [markdown] lang="zh"
# 纵轴取对数，它就几乎是一条直线，也就是说，梯度按指数衰减；传到符号那里的不足万分之一。
# 从末尾往回走，走到梯度范数首次低于最大值的千分之一为止，所走的步数叫*梯度可达步数*（horizon）。这里还没走到符号，梯度就已经不足千分之一了。
#
# ## 是饱和造成的吗？
#
# 通常的解释是：单元饱和了，导数就接近 0。先别急着相信，数一数再说。我们还可以试着把结果算出来：这里的 $U$ 是正交矩阵（Keras 的默认初始化），
# 只改变向量的方向，不改变长度；能让梯度变短的，就只有各个单元的斜率，也就是激活函数在那里的导数。
#
# **预测**：要算出梯度缩短了多少，该用斜率的算术平均，还是均方根？

# %%
saturated = sum(measures.saturation(layer.states["h"], "tanh"))
slope = 1 - h[:, 1:] ** 2  # the 101 slopes between the last step and the first
mean, rms = slope.mean(), np.sqrt(np.mean(slope**2))
print(f"saturated units: {saturated:.1%}")
print(f"left at step 0, measured: {norms[0] / norms[-1]:.1e}")
print(f"mean slope {mean:.3f}; {mean:.3f}^101 = {mean**101:.1e}")
print(f"root mean square {rms:.3f}; {rms:.3f}^101 = {rms**101:.1e}")

# %% tags=["check"]
assert saturated < 0.01
assert 0.85 < mean < 0.89
assert 0.5 < rms**101 / (norms[0] / norms[-1]) < 1.5
assert mean**101 / (norms[0] / norms[-1]) < 0.4

# %% [markdown] lang="en"
# Less than one unit in a hundred is saturated! No single step does harm, but a hundred such factors leave a few
# millionths. The root mean square predicts it, as lengths are made of squares: $|g \odot s|^2$ is a sum of $g^2 s^2$. The ordinary mean is too small by a factor of 5.
#
# So **vanishing needs no saturation; it needs a product of slopes and kernel that shrinks at each step.** (Where units do saturate, it is worse. And a kernel
# that stretches can make up for the slopes: lesson 3.)
#
# ## What does training feel?
#
# $U$ has one gradient, and it is a *sum* over the steps: $\partial L / \partial U = \sum_t h_{t-1}^\top \left(\partial L / \partial h_t \odot (1 - h_t^2)\right)$.
#
# **Predict**: what part of it comes from the first half of the sequence? And what does a layer do whose function is the sigmoid?

# %% [markdown] lang="zh"
# 饱和的单元不到百分之一！单看哪一步，缩短得都不多，可是一百多个这样的因子连乘下来，就只剩百万分之几了。算得准的是均方根，因为长度是由平方和算出来的：$|g \odot s|^2$ 就是各项 $g^2 s^2$ 之和。
# 用算术平均去算，只得到实测值的五分之一左右。
#
# 所以，**梯度消失不需要饱和：只要斜率和 $U$ 合起来，每一步都让梯度缩短一点，就够了。**（要是真有单元饱和，情况更糟；反过来，如果 $U$ 能把向量拉长，
# 就能抵消斜率的作用，见第 3 课。）
#
# ## 训练用到的是哪些步？
#
# $U$ 的梯度只有一个，它是各步贡献之*和*：$\partial L / \partial U = \sum_t h_{t-1}^\top \left(\partial L / \partial h_t \odot (1 - h_t^2)\right)$。
#
# **预测**：其中有多少来自序列的前一半？如果把激活函数换成 sigmoid，又会怎样？

# %%
parts = contributions(h, total)  # what each step adds: (time, units, units)
early, ten = share_beyond(parts, 51), 1 - share_beyond(parts, 10)
print(f"share of dL/dU: first half {early:.2%}, last ten steps {ten:.0%}")

# %%
with_sigmoid = keras.Sequential(
    [
        keras.Input((None, 17)),
        keras.layers.SimpleRNN(32, activation="sigmoid", seed=0, name="simple_rnn"),
        keras.layers.Dense(8, activation="softmax"),
    ]
)
with_sigmoid.compile("adam", "sparse_categorical_crossentropy")
sigmoid_norms = measures.step_norms(
    trace(with_sigmoid, x, y)["simple_rnn"].state_gradients["h"]
)
print("reach:", {"tanh": reach, "sigmoid": measures.horizon(sigmoid_norms)}, "steps")
shown = np.where(sigmoid_norms > 1e-12, sigmoid_norms, np.nan)
curves(
    {"tanh": norms, "sigmoid": shown},
    x="time step $t$ (symbol at 0, question at 101)",
    y="norm",
    log=True,
)

# %% tags=["check"]
assert early < 0.01
assert 0.6 < ten < 0.95
assert measures.horizon(sigmoid_norms) < 8
assert sigmoid_norms[0] == 0

# %% [markdown] lang="en"
# The first half of the sequence adds less than a hundredth; the last ten steps are most of it. The gradient of the *weights* does not vanish: it consists of the end. This is
# what training feels, and why it learns something else than to remember.
#
# With the sigmoid, whose slope is at most 1/4, the gradient is gone within a handful of steps, and no number of 32 bits can hold what arrives at
# the symbol: it is 0. The article's reason is right for its function, and not needed for the tanh. Verdict: "holds, with a condition".
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
# 序列前一半的贡献不到百分之一，最后十步就占了大头。*权重*的梯度并没有消失，只是几乎全部来自末尾。训练能依靠的就只有这样的梯度，
# 难怪网络学到的是别的东西，而不是怎样记忆。
#
# 换成 sigmoid，斜率至多 1/4，梯度没走几步就没了；传到符号那里的值太小，32 位浮点数已经表示不了，成了 0。可见文章给出的理由，对它所举的函数是对的；
# 而对 tanh 来说，没有饱和，梯度照样消失。结论：“有条件地成立”。
#
# ## 直接梯度与总梯度
#
# “第 $t$ 步的梯度”可以指两样不同的东西：
#
# - **总梯度** $\partial L/\partial h_t$：经由此后的一切路径，这条链也包括在内；
# - **直接梯度** $\partial L/\partial y_t$：只经由这一层在第 $t$ 步的*输出*。
#
# 有些工具用损失对这一层的全部输出求导，显示的其实是后一种。**预测**：只有最后一步有损失时，它是什么样子？每一步都有损失时呢？

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
labels = np.repeat(y[:, None], x.shape[1], axis=1)
traced = {
    "loss at the last step only": layer,
    "loss at every step": trace(every_step, x, labels)["simple_rnn"],
}

# %%
panels, direct = [], []
for title, one in traced.items():
    norm = measures.step_norms(one.output_gradients)
    direct.append(norm)
    lines = {
        "total": measures.step_norms(one.state_gradients["h"]),
        "direct": np.where(norm > 0, norm, np.nan),
    }
    panels.append(Panel(lines, title=title, x="time step $t$", log=True, dots=True))
row(*panels, share_y=True)

# %% tags=["check"]
assert np.count_nonzero(direct[0]) == 1
assert direct[1].max() < 3 * direct[1].min()

# %% [markdown] lang="en"
# The same weights in both pictures, and neither row of direct gradients says how far the gradient travels. On the
# left the direct gradient is one lonely square: zero everywhere but at the last step, in *any* network, also in one
# that remembers perfectly. On the right it is flat and looks healthy (largest and smallest within a factor of
# 3), although the way from the end to the beginning is as dead as before: each step only has an error of its own.
# The total on the right is flat for the same reason. To see how far back *one* error reaches, put the loss at one step, and look at
# the total.
#
# ## Exercises
#
# 1. `glorot_uniform` in place of the orthogonal recurrent kernel (`init="glorot"`): compare the decay over five seeds.
# 2. Replace the tanh by ReLU with an identity kernel (`init="identity"`). What becomes of the gradient before training?
# 3. Train for 200 steps with a learning rate of 0.003 (`build_model`'s default). Is the reach longer or shorter? What became of saturation?
#
# Solutions: `solutions/2_vanishing.ipynb`. Words: [glossary](glossary.md). Next: [gradients that grow](3_exploding.ipynb).

# %% [markdown] lang="zh"
# 两幅图用的是同一组权重，可是无论哪一幅，都无法从直接梯度看出梯度能往回传多远。左图里，直接梯度只剩孤零零的一个方块，除最后一步外处处为零：*任何*网络都是这样，哪怕它记得再牢。右图里，直接梯度从头平到尾（最大值与最小值相差不到 3 倍），看上去很健康，可是从末尾通往开头的路和先前一样走不通：
# 只不过每一步都有自己的误差罢了。右图的总梯度也很平坦，原因相同。想知道*一个*误差能往回传多远，就只在一步上计算损失，再看总梯度。
#
# ## 练习
#
# 1. 把正交的循环权重矩阵换成 `glorot_uniform`（`init="glorot"`），用五个随机种子比较梯度的衰减。
# 2. 把 tanh 换成 ReLU，循环权重矩阵换成单位矩阵（`init="identity"`）。训练之前，梯度会怎样？
# 3. 用 0.003 的学习率（`build_model` 的默认值）训练 200 步。梯度可达步数变大了还是变小了？饱和的单元呢？
#
# 解答：`solutions/2_vanishing.zh.ipynb`。术语见[术语表](glossary.md)。下一课：[梯度爆炸](3_exploding.zh.ipynb)。
