# %% [markdown] lang="en"
# # 3. Exploding gradients
#
# - **Question**: When does the gradient grow on its way back, and what does clipping do about it?
# - **Minutes**: 45
# - **Needs**: [lesson 2](2_vanishing.ipynb); eigenvalues; gradient descent

# %% [markdown] lang="zh"
# # 3. 梯度爆炸
#
# - **问题**：梯度在什么情况下越往回传越大？梯度裁剪又起什么作用？
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
# 往回走一步，梯度既要乘以 tanh 的导数，*又*要乘以循环权重矩阵 $U$。导数至多是 1，所以如果有什么让梯度变大，那就是 $U$。
# 变大多少，通常看它的**谱半径** $\rho(U)$，即特征值绝对值中最大的一个：
#
# $$\left|\frac{\partial L}{\partial h_{T-k}}\right| \approx \rho^k \left|\frac{\partial L}{\partial h_T}\right|
# \qquad\text{（只要导数接近 1）}$$
#
# Keras 的 $U$ 初始化为正交矩阵，$\rho = 1$。我们来把它放大或缩小。
#
# **预测**：$\rho$ 为 0.9、1.0、1.1 时，走过 51 步，梯度各变为原来的多少倍？

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
# 左图的输入极其微弱，每个 tanh 都工作在导数为 1 的地方。此时规律是精确的：$0.9^{51}$、1 和 $1.1^{51}$，误差不到千分之一。
#
# 右图是任务本来的输入。三条线都更低，连 $\rho = 1.1$ 时梯度也在*缩小*：tanh 的导数略小于 1，它减掉的比 $U$ 增加的还多。
# 可见谱半径大于 1 并不足以引起爆炸。
#
# ## 也不是必要条件
#
# 上述规律只对*正规*矩阵成立，例如旋转矩阵的倍数，它们的特征向量两两正交。下面这个矩阵不是正规的：上三角，对角线上是 0.9，对角线以上全是 0.5。
# 它的特征值全部是 0.9。
#
# **预测**：用它反复去乘一个向量，向量的长度会怎样变化？

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
# 上三角矩阵先把向量拉长到一万多倍，谱半径才慢慢起作用。谱半径说的是*最终*会怎样；*一步*之内最多拉长多少，要看最大**奇异值**
# （旋转矩阵是 0.9，上三角矩阵是 3）。只有 50 步的序列，可能根本等不到“最终”。
#
# ## 沿时间增大的梯度
#
# 现在把起抑制作用的 tanh 拿掉。[Le、Jaitly 与 Hinton（2015）](https://arxiv.org/abs/1504.00941)的 *IRNN* 用 ReLU 代替 tanh，并以 $U = I$ 开始。
# 任务是把序列中做了标记的两个数相加；如果总是回答 1，损失是 1/6。ReLU 只要处于激活状态，导数就是 1，没有什么能抵消 $U$。
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
# 这就是爆炸：$U = 1.1\,I$ 时，第一步的梯度是最后一步的一百多倍。$U = I$ 时，梯度既没有明显增大，也没有明显缩小。
#
# ## 训练时又如何？
#
# 现在用普通的梯度下降（学习率 0.01）训练 $U = I$ 的那个网络，也就是梯度*不*增大的那个。
#
# **预测**：最初三步里，梯度范数和损失会怎样？

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
# 往回传的路上什么也没有增大，可是第一个梯度的范数就超过了 100。这是因为它是一个**和**：损失对 62 步中各步的梯度大小相近（最大与最小相差不到 2 倍），
# 每一步都往同一组权重上累加，而且方向一致。
#
# 学习率 0.01 乘上它，偏置一下子移动了 1 以上。接着失控的是*前向*计算：隐状态在一个序列之内增大了一百多倍，损失从 1 跳到几万。
# 再走一步，所有 ReLU 全部“死亡”：隐状态为 0，循环层各权重的梯度为 0，而且再也不会改变。
#
# 所以，单凭范数大，不能断定有什么在沿时间增大，要逐步去看梯度。
#
# ## 梯度裁剪
#
# Keras 有三种裁剪方式：`clipvalue` 对每个分量单独截断；`clipnorm` 对每个*权重*的梯度单独缩短；`global_clipnorm` 用同一个系数缩短全部梯度，
# [Pascanu、Mikolov 与 Bengio（2013）](https://arxiv.org/abs/1211.5063)用的就是这一种。
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
# 只有 `global_clipnorm` 保持方向，另外两种走的是别的方向。这不一定更差（Adam 同样不沿梯度方向走），但不是论文里写的做法：
#
# $$g \leftarrow g \cdot \min\left(1, \frac{0.1}{|g|}\right).$$
#
# `GradientNorms` 就在训练步之内读取每一步的范数。
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
# 裁剪之后，第一步的梯度相同，方向也相同，只是沿着它走了一小步。损失从不跳跃，最后降到约 1/6，并不比总是回答 1 更好：裁剪能防止失控，
# 却不能让网络记住东西。
#
# ## 练习
#
# 1. 对*普通*输入，tanh 网络的谱半径为多少时，梯度既不增大也不缩小？在 1.1 与 2 之间找。
# 2. 三种裁剪中，哪几种的角度与阈值有关？把阈值缩小、放大 10 倍试试。
# 3. 不裁剪，改用更小的学习率：缩小 10 倍、100 倍还是 1000 倍才能避免跳跃？代价是什么？
#
# 解答：`solutions/3_exploding.zh.ipynb`。术语见[术语表](glossary.md)。下一课：[间隔](4_gap.zh.ipynb)。
