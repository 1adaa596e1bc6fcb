# %% [markdown] lang="en"
# # 7. Your own model
#
# - **Question**: My network does not learn; how do I find out why?
# - **Minutes**: 60
# - **Needs**: lessons 2, 3 and 5; TensorBoard

# %% [markdown] lang="zh"
# # 7. 你自己的模型
#
# - **问题**：我的网络学不会，怎样找出原因？
# - **分钟**：60
# - **需要**：第 2、3、5 课；TensorBoard

# %% [markdown] lang="en"
# Below is a script of somebody else, in plain Keras: sensor readings of 100 steps, of which the first ten tell the class. Three colleagues have each
# set it up in their own way, and none of the three works. You are the doctor.
#
# What is added to the script is what you can add to yours: a `Probe` (a fixed batch to look at) and three callbacks. No
# layer is changed, and the training computes the same as without.

# %% [markdown] lang="zh"
# 下面是别人写的脚本，用的是普通的 Keras：长 100 步的传感器读数，其中前十步决定类别。三位同事各自作了设置，三个都不好用。你来当医生。
#
# 脚本里添加的东西，你也可以加到自己的脚本里：一个 `Probe`（用来观察的固定批次）和三个回调。不改动任何层，训练所算的也和没有它们时一样。

# %%
# %matplotlib inline
from keras_rnn_study.runs.quiet import start_tensorflow

start_tensorflow()

import tempfile
import warnings

import keras
import matplotlib.pyplot as plt
import numpy as np

from keras_rnn_study.callbacks import (
    GateActivations,
    GradientFlow,
    GradientNorms,
    Probe,
)

rng = np.random.default_rng(0)
y = rng.integers(0, 2, 2048).astype("int32")
x = rng.normal(size=(2048, 100, 2)).astype("float32")
x[:, :10, 0] += 2 * y[:, None] - 1  # the first ten readings tell the class
LOGS = tempfile.mkdtemp()


def train(name, layer, optimizer, x=x, prepare=(), forget_bias=None):
    """Somebody else's script: accuracy of each epoch, and what was recorded."""
    keras.utils.set_random_seed(0)
    answer = keras.layers.Dense(1, activation="sigmoid")
    model = keras.Sequential([keras.Input(x.shape[1:]), *prepare, layer, answer])
    if forget_bias is not None:
        bias = layer.cell.bias.numpy()
        bias[layer.units : 2 * layer.units] = forget_bias
        layer.cell.bias.assign(bias)
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"])

    probe = Probe(x[:64], y[:64])  # this is all that is added
    callbacks = [
        GradientNorms(f"{LOGS}/{name}"),
        GradientFlow(f"{LOGS}/{name}", probe),
        GateActivations(f"{LOGS}/{name}", probe),
    ]
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", RuntimeWarning
        )  # a gradient may be infinite here
        fit = model.fit(
            x[64:], y[64:], batch_size=64, epochs=8, verbose=0, callbacks=callbacks
        )
    recorded = {tag: v for callback in callbacks for tag, v in callback.history.items()}
    print(f"{name}: accuracy", [f"{value:.2f}" for value in fit.history["accuracy"]])
    return fit.history["accuracy"], recorded


def lstm():
    return keras.layers.LSTM(16, name="lstm")


def relu_rnn():
    return keras.layers.SimpleRNN(
        16, activation="relu", recurrent_initializer="identity", name="rnn"
    )


def adam():
    return keras.optimizers.Adam(3e-3, clipnorm=1.0)


ill = {
    "A": train("A", lstm(), adam()),
    "B": train("B", relu_rnn(), keras.optimizers.SGD(0.1)),
    "C": train("C", lstm(), adam(), x=100 * x, forget_bias=4.6),  # raw units
}
for accuracy, _ in ill.values():
    assert accuracy[-1] < 0.9

# %% [markdown] lang="en"
# All three look alike from outside: the accuracy is that of guessing, or not much better. What is in the event files? In TensorBoard you would type
#
# ```sh
# tensorboard --logdir logs
# ```
#
# and look at *Images* first (where does the gradient go?), then at *Scalars*: `gradient_norm/global`, `gradient_horizon`, `gate_saturation`. Each card's (i) says what it
# shows.
#
# ![TensorBoard's Scalars tab](../docs/images/tensorboard-scalars.png)
#
# The same numbers are in each callback's `.history`. **Predict**: A, B and C, which one has a gradient that vanishes, which one that explodes, and which one gates that are stuck? Three
# pictures:

# %% [markdown] lang="zh"
# 从外面看三个都一样：准确率等于瞎猜，或者好不了多少。事件文件里有什么？用 TensorBoard 时输入
#
# ```sh
# tensorboard --logdir logs
# ```
#
# 先看 *Images*（梯度去了哪里？），再看 *Scalars*：`gradient_norm/global`、`gradient_horizon`、`gate_saturation`。每张卡片的 (i) 都说明它显示的是什么。
#
# ![TensorBoard 的 Scalars 页](../docs/images/tensorboard-scalars.png)
#
# 同样的数值也在每个回调的 `.history` 里。**预测**：A、B、C 之中，哪个梯度消失，哪个梯度爆炸，哪个的门卡住了？三幅图：


# %%
def saturation(recorded, gate, when):
    """Share of a gate's values below 0.1 or above 0.9, in a record."""
    return sum(
        recorded[f"gate_saturation/lstm/{gate}_{end}"][when]
        for end in ("left", "right")
    )


figure, axes = plt.subplots(1, 3, figsize=(10, 3), layout="constrained")
for name, style in {"A": "-", "B": "--", "C": ":"}.items():
    recorded = ill[name][1]
    norm = np.nan_to_num(recorded["gradient_norm/global"][:20], nan=np.inf)
    axes[0].semilogy(
        np.where(norm < 1e30, norm, np.nan),
        style,
        marker=".",
        color="black",
        label=name,
    )
    flow = recorded["gradient_flow/rnn/h" if name == "B" else "gradient_flow/lstm/h"]
    axes[1].semilogy(np.maximum(flow[0], 1e-12), style, color="black", label=name)
axes[0].set(title="norm of the first 20 steps", xlabel="training step")
axes[0].legend()
axes[1].set(
    title=r"$|\partial L/\partial h_t|$ before training", xlabel="time step $t$"
)
gates = ["input", "forget", "output"]
for offset, (name, colour) in enumerate({"A": "white", "C": "gray"}.items()):
    shares = [saturation(ill[name][1], gate, 0) for gate in gates]
    places = np.arange(3) + 0.4 * offset
    axes[2].bar(places, shares, 0.35, color=colour, edgecolor="black", label=name)
axes[2].set(
    title="saturated gates before training", xticks=np.arange(3) + 0.2, ylim=(0, 1.3)
)
axes[2].set_xticklabels(gates)
axes[2].legend(loc="upper left")
plt.show()

# %% [markdown] lang="en"
# **A: vanishing.** The norms are small and even, the gates healthy; but the gradient falls by a thousand within the last 40 steps. The first ten
# readings get nothing. Cause: the forget gate starts at 0.73 (lesson 6).
#
# **B: exploding.** The norm is not even a number from the second training step on: its line ends at once. Cause: a ReLU chain with a learning rate of 0.1 and nothing
# that limits a step (lesson 3).
#
# **C: stuck.** About nine tenths of the gates' values are below 0.1 or above 0.9 before training has begun. The sigmoids are saturated, so no gradient gets through them. Cause: readings in
# raw units, of the size of 100, where a layer expects something like 1.
#
# Each illness is seen *before training or in its first steps*: there is no need to wait for a night.

# %% [markdown] lang="zh"
# **A：消失。** 范数小而平稳，门也健康；但梯度在最后 40 步之内就降到千分之一。最前面的十个读数什么也得不到。原因：遗忘门从 0.73 开始（第 6 课）。
#
# **B：爆炸。** 从第二个训练步起，范数连数都不是了：它的线立刻就断了。原因：ReLU 的链，学习率 0.1，却没有任何东西限制步长（第 3 课）。
#
# **C：卡住。** 训练还没开始，门的数值就有九成左右低于 0.1 或高于 0.9。sigmoid 饱和了，梯度无法穿过。原因：读数是原始单位，大小约为 100，
# 而层所期待的大小约为 1。
#
# 每种病都在*训练之前或最初几步*就能看到：不必等上一整夜。

# %%
a, b, c = (ill[name][1] for name in "ABC")
print("A: horizon", a["gradient_horizon/lstm/h"][0], "of 100")
print("B: first norms", b["gradient_norm/global"][:3])
print("C: saturated", [f"{saturation(c, gate, 0):.0%}" for gate in gates])
assert a["gradient_horizon/lstm/h"][0] < 40
assert max(saturation(a, gate, 0) for gate in gates) < 0.05
assert not np.isfinite(b["gradient_norm/global"][1])
assert min(saturation(c, gate, 0) for gate in gates) > 0.85

# %% [markdown] lang="en"
# ## The remedies
#
# **Predict** for each what one line would cure it.

# %% [markdown] lang="zh"
# ## 治疗
#
# **预测**：每一个用哪一行代码可以治好？

# %%
normalise = keras.layers.Normalization()
normalise.adapt(100 * x)
cured = {
    "A": train("A-cured", lstm(), adam(), forget_bias=4.6),
    "B": train("B-cured", relu_rnn(), keras.optimizers.SGD(0.1, global_clipnorm=0.1)),
    "C": train(
        "C-cured", lstm(), adam(), x=100 * x, prepare=[normalise], forget_bias=4.6
    ),
}
for accuracy, _ in cured.values():
    assert accuracy[-1] > 0.95

# %% [markdown] lang="en"
# All three now learn, to above 95 %.
#
# | symptom | where to see it | probable cause | remedy |
# |---|---|---|---|
# | stays at chance, loss flat | `gradient_horizon` much shorter than the sequence; the picture `gradient_flow` black on the left | forget gate starts too low; kernel shrinks | forget bias log(T - 1), chrono; orthogonal kernel; shorter sequences |
# | loss jumps, or is NaN | `gradient_norm/global` with peaks of a hundred times its median | a chain that grows; learning rate | `global_clipnorm`: begin at the median of the first norms, go down; smaller learning rate |
# | learns slowly from the start | `gate_saturation` above a half at step 0 | inputs too large | `Normalization`; smaller weights |
# | learned, then lost it | `gradient_horizon` falls, `gate_saturation` rises during training | learning rate; weights grow | smaller learning rate, clipping, early stopping |
# | clipped all the time | `gradient_clip_ratio/global` far below 1 at most steps | the clip norm, not the gradient, sets the step's length | no harm in itself (so is B, cured); choose learning rate and clip norm together |
# | all is well, and yet it does not learn | horizon and gates healthy | data: does the input tell the answer? | check labels; overfit one batch first |
#
# ## Exercises
#
# 1. Cure C's inputs, but leave the forget bias at Keras' 1. What do you see now?
# 2. Clip patient B at 10 rather than 0.1. Does it explode? Does it learn?
# 3. Stop a run of the exploding kind by itself: `keras.callbacks.EarlyStopping(monitor="gradient_norm/global", ...)` or `TerminateOnNaN`. Which
#    one reacts first, and why?
#
# Solutions: `solutions/7_your_model.ipynb`.

# %% [markdown] lang="zh"
# 三个现在都学会了，准确率在 95 % 以上。
#
# | 症状 | 在哪里看 | 可能的原因 | 治疗 |
# |---|---|---|---|
# | 停在随机水平，损失不动 | `gradient_horizon` 远短于序列；`gradient_flow` 图的左边是黑的 | 遗忘门初值太低；核在缩小梯度 | 遗忘偏置 log(T - 1)、chrono；正交核；更短的序列 |
# | 损失跳跃，或成为 NaN | `gradient_norm/global` 的峰值达中位数的百倍 | 链在放大；学习率 | `global_clipnorm`：从最初范数的中位数开始，逐渐减小；更小的学习率 |
# | 从一开始就学得很慢 | 第 0 步的 `gate_saturation` 超过一半 | 输入太大 | `Normalization`；更小的权重 |
# | 学会了，后来又丢了 | 训练中 `gradient_horizon` 下降，`gate_saturation` 上升 | 学习率；权重增长 | 更小的学习率，裁剪，提前停止 |
# | 总是在裁剪 | 多数步的 `gradient_clip_ratio/global` 远小于 1 | 步长由裁剪范数而不是梯度决定 | 本身无害（治好的 B 也是如此）；学习率和裁剪范数要一起选择 |
# | 一切正常，却学不会 | 视界和门都健康 | 数据：输入里有答案吗？ | 检查标签；先过拟合一个批次 |
#
# ## 练习
#
# 1. 治好 C 的输入，但让遗忘偏置保持 Keras 的 1。现在看到什么？
# 2. 把病人 B 的梯度裁剪到 10 而不是 0.1。它会爆炸吗？能学会吗？
# 3. 让爆炸的训练自行停止：`keras.callbacks.EarlyStopping(monitor="gradient_norm/global", ...)` 或 `TerminateOnNaN`。哪个先反应，为什么？
#
# 解答：`solutions/7_your_model.zh.ipynb`。
