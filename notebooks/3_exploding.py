# %% [markdown] lang="en"
# # 3. Exploding gradients
#
# - **Question**: When does the gradient grow on its way back, and what does clipping do about it?
# - **Minutes**: 45
# - **Needs**: [lesson 2](2_vanishing.ipynb); eigenvalues; gradient descent

# %% [markdown] lang="zh"
# # 3. 梯度爆炸
#
# - **问题**：梯度在什么情况下会越往回传越大？梯度裁剪又能起什么作用？
# - **时长**：45 分钟
# - **先修**：[第 2 课](2_vanishing.zh.ipynb)；特征值；梯度下降

# %% [markdown] lang="en"
# A step back multiplies the gradient by the tanh's derivative *and* by the recurrent kernel $U$. The derivative is
# at most 1, so if something makes the gradient grow, it is $U$. How much is usually read off its **spectral radius**, the
# largest absolute value of its eigenvalues, $\rho(U)$:
#
# $$\left|\frac{\partial L}{\partial h_{T-k}}\right| \approx \rho^k \left|\frac{\partial L}{\partial h_T}\right|
# \qquad\text{as long as the derivatives are near 1.}$$
#
# Keras starts with an orthogonal $U$, which has $\rho = 1$. We scale it.
#
# **Predict**: over 51 steps, by what factor does the gradient change for $\rho = 0.9$, for 1.0 and for 1.1?

# %% [markdown] lang="zh"
# 往回走一步，梯度既要乘以 tanh 的导数，*也*要乘以循环权重矩阵 $U$。导数至多是 1，所以能让梯度变大的只有 $U$。
# 至于变大多少，一般看它的**谱半径** $\rho(U)$，也就是特征值的绝对值（模）中最大的那个：
#
# $$\left|\frac{\partial L}{\partial h_{T-k}}\right| \approx \rho^k \left|\frac{\partial L}{\partial h_T}\right|
# \qquad\text{（只要导数接近 1）}$$
#
# Keras 把 $U$ 初始化为正交矩阵，$\rho = 1$。下面把它缩小、放大，看看会怎样。
#
# **预测**：$\rho$ 为 0.9、1.0、1.1 时，往回走 51 步，梯度各变为原来的多少倍？

# %%
# %matplotlib inline
from lesson import Panel, row, start

LANGUAGE = "en"
start(LANGUAGE)

import keras
import numpy as np
import tensorflow as tf

from keras_rnn_study import build_model, fused, measures, trace
from keras_rnn_study.callbacks import GradientNorms
from keras_rnn_study.datasets import adding, recall

RADII = (0.9, 1.0, 1.1)
x, y = recall.make(64, gap=50, seed=1)
inputs = {"faint inputs": x * 1e-6, "ordinary inputs": x}


def flow(model, x, y):
    """|dL/dh_t| at each step."""
    return measures.step_norms(trace(model, x, y)["simple_rnn"].state_gradients["h"])


def scale(model, factor):
    kernel = model.get_layer("simple_rnn").cell.recurrent_kernel
    kernel.assign(factor * kernel)
    return measures.spectral_radius(kernel)


grown, panels = {}, []
for name, values in inputs.items():
    lines = {}
    for radius in RADII:
        model = build_model(recall.TASK, "simple_rnn", seed=0)
        name_of_line = rf"$\rho = {scale(model, radius):.1f}$"
        lines[name_of_line] = norms = flow(model, values, y)
        grown[name, radius] = factor = norms[0] / norms[-1]
        print(f"{name}, rho {radius}: times {factor:.3g}; rho^51 = {radius**51:.3g}")
    panels.append(Panel(lines, title=name, x="time step $t$", log=True))
row(*panels, share_y=True)

# %% tags=["check"]
for radius in RADII:
    assert abs(grown["faint inputs", radius] / radius**51 - 1) < 1e-3
    assert grown["ordinary inputs", radius] < grown["faint inputs", radius]
assert grown["ordinary inputs", 1.1] < 1

# %% [markdown] lang="en"
# On the left inputs are so faint that every tanh works where its derivative is 1. There the rule is exact: $0.9^{51}$, 1
# and $1.1^{51}$, to a thousandth.
#
# On the right are the task's own inputs. All three lines lie lower, and even the kernel with $\rho = 1.1$ has a gradient that
# *shrinks*: the derivatives of the tanh, somewhat below 1, take away more than $U$ adds. A radius above 1
# is not sufficient for an explosion.
#
# ## Nor is it necessary
#
# The rule holds for kernels that are *normal*, as a scaled rotation is: their eigenvectors stand at right angles. Here is one that is not: upper
# triangular, 0.9 on the diagonal, 0.5 above it. Its eigenvalues are all 0.9.
#
# **Predict**: a vector is multiplied by it again and again. What becomes of its length?

# %% [markdown] lang="zh"
# 左图的输入极其微弱，每个 tanh 都工作在导数为 1 的地方，上面的规律精确成立：$0.9^{51}$、1 和 $1.1^{51}$，误差不到千分之一。
#
# 右图换成任务本来的输入。三条线都比左图低，连 $\rho = 1.1$ 时梯度都在*缩小*：tanh 的导数略小于 1，由此造成的缩小盖过了 $U$ 造成的放大。
# 可见，谱半径大于 1 并不足以引起爆炸。
#
# ## 谱半径大于 1 也不是必要条件
#
# 上面的规律只对*正规矩阵*成立，也就是特征向量两两正交的矩阵，例如旋转矩阵的倍数。下面这个矩阵就不正规：它是上三角矩阵，对角线上是 0.9，
# 对角线上方全是 0.5，特征值全部等于 0.9。
#
# **预测**：让一个向量反复乘以这个矩阵，向量的长度会怎样变化？

# %%
triangle = 0.9 * np.eye(8) + np.triu(np.full((8, 8), 0.5), 1)
rotation = np.linalg.qr(np.random.default_rng(0).normal(size=(8, 8)))[0]
kernels = {"rotation × 0.9": 0.9 * rotation, "upper triangle, radius 0.9": triangle}
lengths = {}
for name, kernel in kernels.items():
    vector, lengths[name] = np.ones(8), []
    for _ in range(200):
        lengths[name].append(np.linalg.norm(vector))
        vector = vector @ kernel.T  # as the gradient goes back
    singular = np.linalg.svd(kernel, compute_uv=False)[0]
    print(
        f"{name}: radius {measures.spectral_radius(kernel):.2f}, "
        f"largest singular value {singular:.2f}, "
        f"largest growth {max(lengths[name]) / lengths[name][0]:,.0f}"
    )
row(
    Panel(lengths, title="length of a vector, carried on", x="steps", log=True), width=7
)

# %% tags=["check"]
one, other = (np.array(values) / values[0] for values in lengths.values())
assert np.allclose(one, 0.9 ** np.arange(200))
assert other.max() > 1e4
assert 40 < other.argmax() < 80
assert other[-1] < other.max() / 100

# %% [markdown] lang="en"
# The triangle makes a vector more than ten thousand times as long before its radius has its way: the radius says what happens *in the end*, the largest **singular** value what can happen in
# *one* step (0.9 for the rotation, 3 for the triangle). A sequence of 50 steps may not live to see the end.
#
# ## A gradient that grows through time
#
# Take away what tames: the *IRNN* of [Le, Jaitly & Hinton, 2015](https://arxiv.org/abs/1504.00941) has ReLU in place of tanh, and starts with $U = I$. Its task is to add two
# numbers that are marked in a sequence; who always answers 1 has a loss of 1/6. The derivative of an active ReLU is 1, so nothing stands in the way of $U$.
#
# **Predict** the gradient along time for $U = 0.9\,I$, $I$ and $1.1\,I$.

# %% [markdown] lang="zh"
# 上三角矩阵先把向量拉长到一万多倍，然后谱半径才显出作用。谱半径决定的是*最终*的走势；*一步*之内最多能拉长多少，要看最大的**奇异值**（旋转矩阵乘以 0.9 后是 0.9，上三角矩阵是 3）。
# 序列要是只有 50 步，可能根本等不到“最终”。
#
# ## 沿时间增大的梯度
#
# 现在把起抑制作用的 tanh 拿掉。[Le、Jaitly 与 Hinton（2015）](https://arxiv.org/abs/1504.00941)的 *IRNN* 用 ReLU 代替 tanh，$U$ 的初值取单位矩阵 $I$。
# 任务是把序列中做了标记的两个数相加；要是总是回答 1，损失就是 1/6。ReLU 只要处于激活状态，导数就是 1，再没有什么来抵消 $U$ 的作用。
#
# **预测**：$U$ 为 $0.9\,I$、$I$、$1.1\,I$ 时，梯度沿时间各是什么样子？

# %%
x, y = (
    np.array(part) for part in next(iter(adding.stream(64, gap=50, seed=0).take(1)))
)
lines = {}
for radius in RADII:
    model = build_model(adding.TASK, "simple_rnn", init="identity", seed=0)
    scale(model, radius)
    lines[rf"$U = {radius}\,I$"] = norms = flow(model, x, y)
    print(f"U = {radius} I: from last step to first times {norms[0] / norms[-1]:.3g}")
row(
    Panel(lines, title="gradient through time, ReLU", x="time step $t$", log=True),
    width=7,
)

# %% tags=["check"]
ratios = [norms[0] / norms[-1] for norms in lines.values()]
assert ratios[0] < 0.01
assert 0.4 < ratios[1] < 1.1
assert ratios[2] > 100

# %% [markdown] lang="en"
# There it is: with $1.1\,I$ the gradient at the first step is more than a hundred times that at the last. With $U = I$ it neither grows nor shrinks much.
#
# ## And in training?
#
# Now train the one with $U = I$ by plain gradient descent, learning rate 0.01: the one whose gradient does *not* grow.
#
# **Predict**: what do norm and loss do in the first three steps?

# %% [markdown] lang="zh"
# 这才是爆炸：$U = 1.1\,I$ 时，梯度传到第一个时间步，已是最后一个时间步的一百倍以上。$U = I$ 时，梯度既没怎么增大，也没怎么缩小。
#
# ## 训练起来又如何？
#
# 现在用最普通的梯度下降（学习率 0.01）训练 $U = I$ 的那个网络，也就是梯度*不*随时间增大的那个。
#
# **预测**：最初三个训练步里，梯度范数和损失会怎样变化？

# %%
sgd = keras.optimizers.SGD(0.01)
model = build_model(adding.TASK, "simple_rnn", init="identity", optimizer=sgd, seed=0)
first_steps = []
for step in range(3):
    layer = trace(model, x, y)["simple_rnn"]
    h, g = layer.states["h"], layer.state_gradients["h"]
    norms = measures.step_norms(g)
    parts = (g * (h > 0)).sum(axis=0)  # of the bias' gradient: (time, units)
    size = measures.step_norms(h)
    first_steps.append((norms[0] / norms[-1], parts, size))
    print(
        f"after {step} steps: |dL/dh_0| / |dL/dh_T| = {first_steps[-1][0]:.2g}, "
        f"|dL/db| = {np.linalg.norm(parts.sum(0)):.3g}, "
        f"|h| from {size[0]:.2g} to {size[-1]:.2g}"
    )
    loss = model.train_on_batch(x, y)[0]
    print(f"   loss {loss:.3g}")

# %% tags=["check"]
ratio, parts, size = first_steps[0]
each = np.linalg.norm(parts, axis=1)
assert each.max() < 2 * each.min()
assert np.linalg.norm(parts.sum(0)) > 100
assert np.linalg.norm(parts.sum(0)) > 0.8 * each.sum()
assert first_steps[1][2][-1] > 100 * first_steps[1][2][0]
assert first_steps[1][0] < 100
assert first_steps[2][2][-1] < 1e-3
assert not first_steps[2][1].any()

# %% [markdown] lang="en"
# The first gradient is above 100 although nothing grows on its way back. It is a **sum**: the loss is felt at all 62 steps about equally (largest and smallest within a factor of 2), each adds to the same
# weights, and they all point the same way.
#
# One step of 0.01 times that moves the biases by more than 1, and now it is the network *forwards* that runs away: the state grows more than a hundredfold within a sequence, the
# loss from 1 to tens of thousands. The next step kills all ReLUs: the state is 0, the gradient of every recurrent weight is 0, and stays so.
#
# So a large norm alone does not say that something grows through time. Look at the gradient by step.
#
# ## Clipping
#
# Keras has three clippings. `clipvalue` cuts each entry by itself, `clipnorm` shortens the gradient of each *weight* by itself, `global_clipnorm` all of them by one factor, as
# [Pascanu, Mikolov & Bengio, 2013](https://arxiv.org/abs/1211.5063) do.
#
# **Predict**: which of them keep the direction of the whole gradient?

# %% [markdown] lang="zh"
# 梯度往回传时并没有增大，可第一个训练步的梯度范数就超过了 100。这是因为它是一个**和**：62 个时间步的贡献大小相近（最大与最小相差不到 2 倍），
# 都加到同一组权重上，而且方向一致。
#
# 学习率 0.01 乘上这个和，偏置一下子就移动了 1 以上。接下来失控的是*前向*计算：隐状态在一个序列之内增大到一百倍以上，损失从 1 跳到几万。
# 再走一个训练步，ReLU 全部“死亡”：隐状态为 0，循环层所有权重的梯度也为 0，从此不再变化。
#
# 所以，单凭范数大，还不能断定有什么东西在沿时间增大；要看的是各个时间步上的梯度。
#
# ## 梯度裁剪
#
# Keras 有三种裁剪方式：`clipvalue` 逐个分量截断；`clipnorm` 把每个*权重*（$W$、$U$、$b$ 等）的梯度各自缩短；`global_clipnorm` 用同一个系数缩短全部梯度，
# 也就是 [Pascanu、Mikolov 与 Bengio（2013）](https://arxiv.org/abs/1211.5063)的做法。
#
# **预测**：哪几种能保持整个梯度的方向？

# %%
model = build_model(adding.TASK, "simple_rnn", init="identity", seed=0)
with tf.GradientTape() as tape:
    loss = model.compute_loss(x, y, model(x, training=True))
gradients = tape.gradient(loss, model.trainable_variables)
clippings = {
    "clipvalue=0.01": [tf.clip_by_value(g, -0.01, 0.01) for g in gradients],
    "clipnorm=0.1": [tf.clip_by_norm(g, 0.1) for g in gradients],
    "global_clipnorm=0.1": tf.clip_by_global_norm(gradients, 0.1)[0],
}


def flat(parts):
    return np.concatenate([np.ravel(part) for part in parts])


whole, angles = flat(gradients), {}
for name, clipped in clippings.items():
    cosine = (
        flat(clipped) @ whole / np.linalg.norm(flat(clipped)) / np.linalg.norm(whole)
    )
    angles[name] = np.degrees(np.arccos(min(cosine, 1)))
    print(f"{name}: {angles[name]:.0f} degrees from the gradient")

# %% tags=["check"]
assert angles["clipvalue=0.01"] > 50
assert angles["clipnorm=0.1"] > 30
assert angles["global_clipnorm=0.1"] < 1

# %% [markdown] lang="en"
# Only `global_clipnorm` keeps it; the other two take another way. That need not be worse (Adam does not follow the gradient either), but it is not what the papers write:
#
# $$g \leftarrow g \cdot \min\left(1, \frac{0.1}{|g|}\right).$$
#
# `GradientNorms` reads the norm of every training step, inside that very step.
#
# **Predict**: does the clipped network learn to add?

# %% [markdown] lang="zh"
# 只有 `global_clipnorm` 保持方向不变，另外两种都偏到别处去了。这倒不一定更差（Adam 同样不沿梯度方向走），只是与论文里写的不同。论文写的是：
#
# $$g \leftarrow g \cdot \min\left(1, \frac{0.1}{|g|}\right).$$
#
# `GradientNorms` 在训练步内部读取每一步的梯度范数。
#
# **预测**：裁剪之后，网络能学会相加吗？

# %%
STEPS = 100


def train(**options):
    """The loss of each step, and what GradientNorms recorded."""
    sgd = keras.optimizers.SGD(0.01, **options)
    model = build_model(
        adding.TASK, "simple_rnn", init="identity", optimizer=sgd, seed=0
    )
    recorder = GradientNorms(log_dir=None)
    data = adding.stream(64, gap=50, seed=0)
    with fused(model):
        fit = model.fit(
            data,
            steps_per_epoch=1,  # so that each step's loss is reported
            epochs=STEPS,
            shuffle=False,
            verbose=0,
            callbacks=[recorder],
        )
    return np.array(fit.history["loss"]), recorder.history


trained = {"as it is": train(), "clipped": train(global_clipnorm=0.1)}

# %%
norms = {name: kept["gradient_norm/global"] for name, (_, kept) in trained.items()}
losses = {name: loss for name, (loss, _) in trained.items()}
ratio = trained["clipped"][1]["gradient_clip_ratio/global"]
print("left of the norm:", [f"{share:.4f}" for share in ratio[:5]], "...")
print(f"loss at the end, clipped: {losses['clipped'][-10:].mean():.3f}")
title = "gradient norm, before clipping"
row(
    Panel(norms, title=title, x="training step", log=True),
    Panel(
        losses,
        title="loss",
        x="training step",
        log=True,
        across={"always answering 1": 1 / 6},
    ),
)

# %% tags=["check"]
assert norms["as it is"][0] > 100
assert norms["as it is"][1] > 1e5
assert 0.5 < losses["as it is"][0] < 2
assert losses["as it is"][1] > 10_000
assert np.isclose(ratio[0] * norms["clipped"][0], 0.1, rtol=1e-3)
assert losses["clipped"].max() < 1.1 * losses["clipped"][0]
assert abs(losses["clipped"][-10:].mean() - 1 / 6) < 0.03

# %% [markdown] lang="en"
# Clipped, the first step has the same gradient, in the same direction, but takes a small step along it. The loss never
# jumps. It comes down to about 1/6, no better than answering 1: clipping prevents the runaway; it does not make the network
# remember.
#
# ## Exercises
#
# 1. At which radius does the tanh network's gradient neither grow nor shrink on the *ordinary* inputs? Find it between 1.1 and 2.
# 2. For which of the three clippings does the angle depend on the threshold? Try thresholds 10 times smaller and larger.
# 3. Instead of clipping: which learning rate, 10 or 100 or 1,000 times smaller, avoids the jump? What does it cost?
#
# Solutions: `solutions/3_exploding.ipynb`. Words: [glossary](glossary.md). Next: [the gap](4_gap.ipynb).

# %% [markdown] lang="zh"
# 裁剪之后，第一个训练步的梯度还是那个梯度，方向也没变，只是沿着它走的步子小了。损失再没有突跳，最后降到 1/6 左右，并不比总是回答 1 更好：裁剪能防止失控，
# 却不能让网络记住东西。
#
# ## 练习
#
# 1. 换成*普通*输入，tanh 网络的谱半径取多少时，梯度既不增大也不缩小？在 1.1 与 2 之间找。
# 2. 三种裁剪方式中，哪几种偏转的角度与阈值有关？把阈值取为原来的十分之一和十倍试试。
# 3. 不用裁剪，改用更小的学习率：减小到十分之一、百分之一还是千分之一，才能避免突跳？代价是什么？
#
# 解答：`solutions/3_exploding.zh.ipynb`。术语见[术语表](glossary.md)。下一课：[间隔](4_gap.zh.ipynb)。
