# %% [markdown] lang="en"
# # 3. Exploding gradients
#
# - **Question**: When does the gradient grow on its way back, and what does clipping do about it?
# - **Minutes**: 45
# - **Needs**: lesson 2; eigenvalues; gradient descent

# %% [markdown] lang="zh"
# # 3. 梯度爆炸
#
# - **问题**：梯度在往回走时什么情况下会增大？裁剪起什么作用？
# - **分钟**：45
# - **需要**：第 2 课；特征值；梯度下降

# %% [markdown] lang="en"
# A step back multiplies the gradient by the tanh's derivative *and* by the recurrent kernel $U$. The derivative is
# at most 1, so if something makes the gradient grow, it is $U$. By how much is told by its **spectral radius**, the
# largest absolute value of its eigenvalues, $\rho(U)$: carried through $U$ again and again, a vector changes by about $\rho$
# each time, so
#
# $$\left|\frac{\partial L}{\partial h_{T-k}}\right| \approx \rho^k \left|\frac{\partial L}{\partial h_T}\right|
# \qquad\text{as long as the derivatives are near 1.}$$
#
# Keras starts with an orthogonal $U$, which has $\rho = 1$. We scale it.
#
# **Predict**: over 51 steps, by what factor does the gradient change for $\rho = 0.9$, for 1.0 and for 1.1?

# %% [markdown] lang="zh"
# 往回走一步，梯度既乘以 tanh 的导数，*又*乘以循环核 $U$。导数最大是 1，所以如果有什么使梯度增大，那就是 $U$。
# 增大多少由它的**谱半径** $\rho(U)$（特征值绝对值的最大者）决定：一个向量反复经过 $U$，每次大约变为原来的 $\rho$ 倍，因此
#
# $$\left|\frac{\partial L}{\partial h_{T-k}}\right| \approx \rho^k \left|\frac{\partial L}{\partial h_T}\right|
# \qquad\text{（只要导数接近 1）}$$
#
# Keras 以正交的 $U$ 开始，$\rho = 1$。我们把它放大或缩小。
#
# **预测**：经过 51 步，当 $\rho$ 为 0.9、1.0、1.1 时，梯度各变为原来的多少倍？

# %%
# %matplotlib inline
from keras_rnn_study.runs.quiet import start_tensorflow

start_tensorflow()

import keras
import matplotlib.pyplot as plt
import numpy as np

from keras_rnn_study import build_model, fused, measures, trace
from keras_rnn_study.callbacks import GradientNorms
from keras_rnn_study.datasets import adding, recall

RADII = (0.9, 1.0, 1.1)
x, y = recall.make(64, gap=50, seed=1)
inputs = {"faint": x * 1e-6, "ordinary": x}

norms = {}
for radius in RADII:
    model = build_model(recall.TASK, "simple_rnn", seed=0)
    kernel = model.get_layer("simple_rnn").cell.recurrent_kernel
    kernel.assign(radius * kernel)
    assert abs(measures.spectral_radius(kernel) - radius) < 1e-4
    for name, values in inputs.items():
        layer = trace(model, values, y)["simple_rnn"]
        norms[name, radius] = measures.step_norms(layer.state_gradients["h"])

figure, axes = plt.subplots(1, 2, figsize=(9, 3), sharey=True, layout="constrained")
for ax, name in zip(axes, inputs, strict=True):
    for radius, style in zip(RADII, (":", "-", "--"), strict=True):
        ax.semilogy(
            norms[name, radius], style, color="black", label=rf"$\rho = {radius}$"
        )
    ax.set(title=f"{name} inputs", xlabel="time step $t$")
axes[0].set_ylabel(r"$|\partial L/\partial h_t|$")
axes[0].legend()
plt.show()

grown = {key: values[0] / values[-1] for key, values in norms.items()}
for (name, radius), factor in grown.items():
    print(
        f"{name:8} inputs, rho {radius}: times {factor:8.3g}; rho^51 = {radius**51:.3g}"
    )

# %% [markdown] lang="en"
# On the left inputs are so faint that every tanh works where its derivative is 1. There the rule is exact: $0.9^{51}$, 1
# and $1.1^{51}$, to a thousandth.
#
# On the right are the task's own inputs. All three lines lie lower, and even the kernel with $\rho = 1.1$ has a gradient that
# *shrinks*: the derivatives of the tanh, somewhat below 1, take away more than $U$ adds. A radius above 1
# is not sufficient for an explosion. This is the condition on the article's claim. (Strictly, what must be above 1 is the largest
# *singular* value of $U$; all those of a scaled orthogonal kernel equal $\rho$.)

# %% [markdown] lang="zh"
# 左图的输入极其微弱，每个 tanh 都工作在导数为 1 的地方。那里规律是精确的：$0.9^{51}$、1 和 $1.1^{51}$，误差不到千分之一。
#
# 右图是任务本身的输入。三条线都更低，连 $\rho = 1.1$ 的核，梯度也在*缩小*：tanh 的导数略小于 1，它们拿走的比 $U$ 增加的多。
# 半径大于 1 对爆炸来说并不充分。这就是对文章说法所加的条件。（严格地说，必须大于 1 的是 $U$ 的最大*奇异值*；
# 放大或缩小的正交核，所有奇异值都等于 $\rho$。）

# %%
for radius in RADII:
    assert abs(grown["faint", radius] / radius**51 - 1) < 1e-3
    assert grown["ordinary", radius] < grown["faint", radius]
assert grown["ordinary", 1.1] < 1

# %% [markdown] lang="en"
# ## An explosion in training
#
# Take away what tames: the *IRNN* of 2015 has ReLU in place of tanh, and starts with $U = I$. Its task is to add two
# numbers that are marked in a sequence; who always answers 1 has a loss of 1/6. It is trained with plain gradient
# descent, once as it is, once with the gradient's norm **clipped** to 0.1: a gradient $g$ that is longer is shortened
#
# $$g \leftarrow g \cdot \min\left(1, \frac{0.1}{|g|}\right),$$
#
# so its direction stays. `GradientNorms` reads the norm of every training step, inside that very step.
#
# **Predict**: what does the loss do in the first ten steps?

# %% [markdown] lang="zh"
# ## 训练中的爆炸
#
# 拿掉起约束作用的东西：2015 年的 *IRNN* 用 ReLU 代替 tanh，并以 $U = I$ 开始。任务是把序列中标出的两个数相加；总是回答 1
# 的话，损失是 1/6。用普通的梯度下降训练，一次不加改动，一次把梯度的范数**裁剪**到 0.1：更长的梯度 $g$ 被缩短，
#
# $$g \leftarrow g \cdot \min\left(1, \frac{0.1}{|g|}\right),$$
#
# 方向不变。`GradientNorms` 就在训练步骤之内读取每一步的范数。
#
# **预测**：在最初的十步里，损失会怎样？

# %%
STEPS = 100


def train(**optimizer_options):
    """The loss of each step, and what GradientNorms recorded."""
    model = build_model(
        adding.TASK,
        "simple_rnn",
        init="identity",
        optimizer=keras.optimizers.SGD(**optimizer_options),
        seed=0,
    )
    recorder = GradientNorms(log_dir=None)
    with fused(model):
        fit = model.fit(
            adding.stream(64, gap=50, seed=0),
            steps_per_epoch=1,  # so that each step's loss is reported
            epochs=STEPS,
            shuffle=False,
            verbose=0,
            callbacks=[recorder],
        )
    return np.array(fit.history["loss"]), recorder.history


loss, recorded = {}, {}
loss["as it is"], recorded["as it is"] = train(learning_rate=0.01)
loss["clipped"], recorded["clipped"] = train(learning_rate=0.01, global_clipnorm=0.1)

figure, axes = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
for name, style in {"as it is": "-", "clipped": "--"}.items():
    norm = recorded[name]["gradient_norm/global"]
    axes[0].semilogy(norm, style, color="black", label=name)
    axes[1].semilogy(loss[name], style, color="black", label=name)
axes[0].set(title="gradient norm, before clipping", xlabel="training step")
axes[1].set(title="loss", xlabel="training step")
axes[1].legend()
plt.show()

for name in loss:
    norm = recorded[name]["gradient_norm/global"]
    print(
        f"{name}: first norm {norm[0]:.3g}, largest {norm.max():.3g}; "
        f"loss {loss[name][0]:.2f} -> {loss[name][1]:.3g} "
        f"-> {loss[name][-10:].mean():.3f}"
    )

# %% [markdown] lang="en"
# The first gradient has a norm above 100. With a learning rate of 0.01 that moves the weights by more
# than 1, far beyond where the gradient is a good description of the loss: the loss jumps from about 1 to tens
# of thousands in *one* step. The next gradient is above a million, and throws the network
# somewhere where it learns nothing for a long time.
#
# Clipped, the first step has the same gradient, in the same direction, but takes a small step along it. The loss never
# jumps. It comes down to about 1/6, no better than answering 1: clipping prevents the explosion; it does not make the network
# remember. `gradient_clip_ratio` says what part of the norm was left:

# %% [markdown] lang="zh"
# 第一个梯度的范数超过 100。学习率为 0.01 时，权重因此移动超过 1，远远超出梯度能够描述损失的范围：
# 损失在*一*步之内从约 1 跳到几万。下一个梯度超过一百万，把网络抛到一个很久都学不到东西的地方。
#
# 裁剪之后，第一步的梯度相同，方向也相同，但只沿着它走一小步。损失从不跳跃。它降到约 1/6，并不比总是回答 1 更好：裁剪防止爆炸，
# 却不能让网络记住东西。`gradient_clip_ratio` 说明范数剩下了多少：

# %%
ratio = recorded["clipped"]["gradient_clip_ratio/global"]
print("left of the norm:", [f"{share:.4f}" for share in ratio[:5]], "...")

assert recorded["as it is"]["gradient_norm/global"][0] > 100
assert recorded["as it is"]["gradient_norm/global"][1] > 1e6
assert 0.5 < loss["as it is"][0] < 2
assert loss["as it is"][1] > 10_000
assert np.isclose(
    ratio[0] * recorded["clipped"]["gradient_norm/global"][0], 0.1, rtol=1e-3
)
assert loss["clipped"].max() < 1.1 * loss["clipped"][0]
assert abs(loss["clipped"][-10:].mean() - 1 / 6) < 0.03

# %% [markdown] lang="en"
# ## Exercises
#
# 1. At which radius does the gradient neither grow nor shrink on the *ordinary* inputs? Find it between 1.1 and 2.
# 2. `clipvalue=0.01` clips each entry by itself. How much does the direction of the first gradient change?
# 3. Instead of clipping: which learning rate, 10 or 100 or 1,000 times smaller, avoids the jump? What does it cost?
#
# Solutions: `solutions/3_exploding.ipynb`.

# %% [markdown] lang="zh"
# ## 练习
#
# 1. 对*普通*输入，半径为多少时梯度既不增大也不缩小？在 1.1 和 2 之间寻找。
# 2. `clipvalue=0.01` 对每个分量单独裁剪。第一个梯度的方向改变了多少？
# 3. 不用裁剪：把学习率减小 10、100 还是 1000 倍能避免跳跃？代价是什么？
#
# 解答：`solutions/3_exploding.zh.ipynb`。
