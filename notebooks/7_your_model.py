# %% [markdown] lang="en"
# # 7. Your own model
#
# - **Question**: My network does not learn; how do I find out why?
# - **Minutes**: 60
# - **Needs**: lessons [2](2_vanishing.ipynb), [3](3_exploding.ipynb) and [5](5_lstm.ipynb); TensorBoard

# %% [markdown] lang="zh"
# # 7. 你自己的模型
#
# - **问题**：我的网络学不会，怎样找出原因？
# - **时长**：60 分钟
# - **先修**：第 [2](2_vanishing.zh.ipynb)、[3](3_exploding.zh.ipynb)、[5](5_lstm.zh.ipynb) 课；TensorBoard

# %% [markdown] lang="en"
# Below is a script of somebody else, in plain Keras: sensor readings of 100 steps, of which the first ten tell the class. Three colleagues have each
# set it up in their own way, and none of the three works. You are the doctor.
#
# What is added to the script is what you can add to yours: a `Probe` (a fixed batch to look at) and three callbacks. No
# layer is changed, and the training computes the same as without.

# %% [markdown] lang="zh"
# 下面是别人写的脚本，用的就是普通的 Keras。数据是传感器读数，每条 100 步，类别由前十步决定。三位同事各有各的设置，结果没有一个管用。现在请你来当医生。
#
# 脚本里多出来的那几行，你也可以加进自己的脚本：一个 `Probe`（探针，即固定用来观察的一个小批量）和三个回调。层一个也没改，训练算出来的也和不加时完全一样。

# %%
# %matplotlib inline
from lesson import Panel, bars, row, start

LANGUAGE = "en"
start(LANGUAGE)

import tempfile
import warnings

import keras
import numpy as np

from keras_rnn_study import diagnose, view
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
warnings.simplefilter("ignore", RuntimeWarning)  # a gradient may be infinite here


def build(layer, optimizer, prepare=()):
    keras.utils.set_random_seed(0)
    answer = keras.layers.Dense(1, activation="sigmoid")
    model = keras.Sequential([keras.Input(x.shape[1:]), *prepare, layer(), answer])
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"])
    return model


def train(name, model, x=x):
    """Accuracy of each epoch, and what was recorded."""
    probe = Probe(x[:64], y[:64])  # this is all that is added
    callbacks = [
        GradientNorms(f"{LOGS}/{name}"),
        GradientFlow(f"{LOGS}/{name}", probe),
        GateActivations(f"{LOGS}/{name}", probe),
    ]
    options = {"batch_size": 64, "epochs": 8, "verbose": 0, "callbacks": callbacks}
    accuracy = model.fit(x[64:], y[64:], **options).history["accuracy"]
    print(f"{name}: accuracy", *(f"{value:.2f}" for value in accuracy))
    return accuracy, {tag: v for c in callbacks for tag, v in c.history.items()}


# %%
def lstm():
    return keras.layers.LSTM(16, name="lstm")


def relu_rnn():
    return keras.layers.SimpleRNN(
        16, activation="relu", recurrent_initializer="identity", name="rnn"
    )


def adam():
    return keras.optimizers.Adam(3e-3, global_clipnorm=1.0)


ill = {
    "A": train("A", build(lstm, adam())),
    "B": train("B", build(relu_rnn, keras.optimizers.SGD(0.1))),
    "C": train("C", build(lstm, adam()), x=100 * x),  # raw units
}

# %% tags=["check"]
assert all(accuracy[-1] < 0.7 for accuracy, _ in ill.values())

# %% [markdown] lang="en"
# All three look alike from outside: none gets seven of ten right, where guessing gets five. What is in the event files? In TensorBoard you would type
#
# ```sh
# tensorboard --logdir logs
# ```
#
# and look at *Images* first (where does the gradient go?), then at *Scalars*: `gradient_norm/global`, `gradient_horizon`, `gate_saturation`. Each card's (i) says what it
# shows.
#
# ![TensorBoard's Scalars tab](images/tensorboard-scalars.png)
#
# The same numbers are in each callback's `.history`. **Predict**: whose gradient vanishes, whose explodes, and whose gates are stuck? Three
# pictures:

# %% [markdown] lang="zh"
# 从外面看，三个都差不多：没有一个能答对七成，而瞎猜也有五成。事件文件里记了些什么？要用 TensorBoard 看，就在终端里输入
#
# ```sh
# tensorboard --logdir logs
# ```
#
# 先看 *Images*（梯度传到了哪里？），再看 *Scalars*：`gradient_norm/global`、`gradient_horizon`、`gate_saturation`。每张卡片上的 (i) 都说明了它画的是什么。
#
# ![TensorBoard 的 Scalars 页](images/tensorboard-scalars.png)
#
# 同样的数值也在各个回调的 `.history` 里。**预测**：谁的梯度消失了，谁的梯度爆炸了，谁的门卡住了？看三幅图：

# %%
norms, flows = {}, {}
for name, (_, recorded) in ill.items():
    norm = recorded["gradient_norm/global"][:20]
    norms[name] = np.where(norm < 1e30, norm, np.nan)  # also what is no number
    layer = "rnn" if name == "B" else "lstm"
    flows[name] = np.maximum(recorded[f"gradient_flow/{layer}/h"][0], 1e-12)
title = r"$|\partial L/\partial h_t|$ before training"
row(
    Panel(
        norms,
        title="norm of the first 20 steps",
        x="training step",
        log=True,
        dots=True,
    ),
    Panel(flows, title=title, x="time step $t$", log=True),
)


# %%
def saturation(recorded):
    """Share of each gate's values below 0.1 or above 0.9, before training."""
    return [
        sum(
            recorded[f"gate_saturation/lstm/{gate}_{end}"][0]
            for end in ("left", "right")
        )
        for gate in ("input", "forget", "output")
    ]


shares = {name: saturation(ill[name][1]) for name in "AC"}
title = "saturated gates before training"
bars(shares, ["input", "forget", "output"], title=title, y="share")

# %% [markdown] lang="en"
# **A: vanishing.** The norms are small and even, the gates healthy; but the gradient falls by a thousand within the last 40 steps. The first ten
# readings get nothing. Cause: the forget gate starts at 0.73 (lesson 6).
#
# **B: exploding.** The norm is not even a number from the second training step on: its line ends at once. Cause: a ReLU chain with a learning rate of 0.1 and nothing
# that limits a step (lesson 3).
#
# **C: stuck.** More than four fifths of the gates' values are below 0.1 or above 0.9 before training has begun: the sigmoids stand at their ends, where their slopes are below 0.09. (Its gradient vanishes, too, and sooner than A's; what tells C from A is the third picture.) Cause: readings in
# raw units, of the size of 100, where a layer expects something like 1.
#
# Each illness is seen *before training or in its first steps*: there is no need to wait for a night.

# %% [markdown] lang="zh"
# **A：梯度消失。** 范数小而平稳，门也健康；可是往回还不到 40 步，梯度就只剩千分之一，最前面的十个读数什么也得不到。病因：遗忘门从 0.73 起步（第 6 课）。
#
# **B：梯度爆炸。** 从第二个训练步起，范数就不再是有限的数，曲线刚开头便断了。病因：ReLU 连成的链、0.1 的学习率，又没有任何东西限制步长（第 3 课）。
#
# **C：门卡住。** 训练还没开始，门的取值就有八成以上低于 0.1 或高于 0.9：sigmoid 停在两端，那里的斜率不到 0.09。（它的梯度同样会消失，而且比 A 还快；能把 C 与 A 区分开的是第三幅图。）
# 病因：读数用的是原始单位，大小在 100 左右，而这一层适合的输入在 1 左右。
#
# 三种病都能在*训练之前，或者最初几步*看出来，不必等上一整夜。

# %%
a, b, c = (ill[name][1] for name in "ABC")
print(f"A: reach {a['gradient_horizon/lstm/h'][0]:.0f} of 100")
print("B: first norms", *(f"{norm:.3g}" for norm in b["gradient_norm/global"][:3]))
print("C: saturated", *(f"{share:.0%}" for share in shares["C"]))

# %% tags=["check"]
assert a["gradient_horizon/lstm/h"][0] < 40
assert max(shares["A"]) < 0.05
assert not np.isfinite(b["gradient_norm/global"][1])
assert min(shares["C"]) > 0.8
assert c["gradient_horizon/lstm/h"][0] <= a["gradient_horizon/lstm/h"][0]

# %% [markdown] lang="en"
# ## The remedies
#
# **Predict** for each what one line would cure it.

# %% [markdown] lang="zh"
# ## 治疗
#
# **预测**：每种病各用哪一行代码可以治好？


# %%
def remember(model, steps=100):
    """Start the forget gates at a memory time of so many steps."""
    layer = model.get_layer("lstm")
    bias = layer.cell.bias.numpy()
    bias[layer.units : 2 * layer.units] = np.log(steps - 1)  # i, f, c, o
    layer.cell.bias.assign(bias)
    return model


clipped = keras.optimizers.SGD(0.1, global_clipnorm=0.1)
normalise = keras.layers.Normalization()
normalise.adapt(100 * x)
cured = {
    "A": train("A-cured", remember(build(lstm, adam()))),
    "B": train("B-cured", build(relu_rnn, clipped)),
    "C": train("C-cured", build(lstm, adam(), [normalise]), x=100 * x),
}
print(f"C's reach now: {cured['C'][1]['gradient_horizon/lstm/h'][0]:.0f} of 100")

# %% tags=["check"]
assert cured["A"][0][-1] > 0.95
assert cured["B"][0][-1] > 0.95
assert cured["C"][0][-1] < 0.7
assert max(saturation(cured["C"][1])) < 0.05
assert cured["C"][1]["gradient_horizon/lstm/h"][0] < 40

# %% [markdown] lang="en"
# A and B learn now, to above 95 %. C does not! With normalised readings its gates are healthy, but one illness stood behind the other: its reach is short, C has become patient A. **Cure one thing, look again.**

# %% [markdown] lang="zh"
# A 和 B 学会了，准确率在 95% 以上。C 却没有！读数标准化之后，门是健康了，可是一种病治好，又露出另一种：它的梯度可达步数很小，C 变成了病人 A。**治好一样，再查一遍。**

# %%
both = remember(build(lstm, adam(), [normalise]))
cured["C"] = train("C-cured-twice", both, x=100 * x)

# %% tags=["check"]
assert cured["C"][0][-1] > 0.95

# %% [markdown] lang="en"
# ## A second opinion
#
# `diagnose` asks with numbers what you have just asked with pictures. It looks at a model, a few hundred samples and a few updates on *copies* of the weights, for two seconds, and says what is to be mended first. Nobody tells it which steps decide the class.
#
# **Predict**: what does it say of the three, before any training? And of C with normalised readings?

# %% [markdown] lang="zh"
# ## 会诊
#
# 刚才你看的是图，`diagnose` 看的是数：它检查模型、几百个样本，再在权重的*副本*上试走几步，两秒钟就告诉你先治什么（文字目前为英文）。哪几步决定类别，没有人告诉它。
#
# **预测**：训练之前，它对这三个病人各说什么？读数标准化之后，对 C 又说什么？

# %%
patients = {
    "A": (build(lstm, adam()), x),
    "B": (build(relu_rnn, keras.optimizers.SGD(0.1)), x),
    "C": (build(lstm, adam()), 100 * x),
    "C, normalised": (build(lstm, adam(), [normalise]), 100 * x),
}
findings = {}
for name, (model, readings) in patients.items():
    findings[name] = diagnose(model, readings[:256], y[:256])
    print(f"{name}: {', '.join(findings[name].names)}\n")
print(findings["C"][:1])

# %% tags=["check"]
assert findings["A"].names[0] == "short_memory"
assert findings["B"].names[0] == "exploding_gradient"
assert findings["C"].names[0] == "unscaled_inputs"
(behind,) = (found for found in findings["C"] if found.name == "short_memory")
assert behind.because == "unscaled_inputs"
assert findings["C, normalised"].names[0] == "short_memory"

# %% [markdown] lang="en"
# It agrees with you, and each finding brings its number and its remedy. Of C it names both illnesses, but takes the second for a consequence of the first; with normalised readings the short memory is still there, now a cause. So the rule holds for the instrument as well: **cure one thing, look again.**

# %% [markdown] lang="zh"
# 它与你的看法一致，而且每一条都附上数值和对策。C 的两种病它都指了出来，不过把第二种当成了第一种的后果；读数标准化之后，记忆短的毛病还在，这回才是病因。所以，用仪器看病，规矩也一样：**治好一样，再查一遍。**

# %% [markdown] lang="en"
# What is to be seen, and not only said, is in the **live view**: each gate, state and gradient of all these trainings, to be scrubbed through training and through time. It runs where the notebook runs; on a page that only shows notebooks there is a still of the first three: what is black has no gradient, what is hatched is no number. In a terminal: `keras-rnn-study view logs`.

# %% [markdown] lang="zh"
# 想亲眼看看，就打开**实时视图**：这些训练里的每个门、每个状态和梯度都在，可以沿训练步和时间步来回拖动。笔记本在哪里运行，它就在哪里运行；只显示笔记本的网页上，看到的是前三个网络的静态图：黑的地方没有梯度，画斜线的地方不是有限的数。在终端里则输入 `keras-rnn-study view logs`。

# %%
view(LOGS, language=LANGUAGE)

# %% [markdown] lang="en"
# ## A table to take along
#
# | symptom | where to see it | probable cause | remedy |
# |---|---|---|---|
# | stays at chance, loss flat | `gradient_horizon` much shorter than the sequence; the picture `gradient_flow` black on the left | forget gate starts too low; kernel shrinks | forget bias log(T - 1), input bias its negative; chrono; orthogonal kernel; shorter sequences |
# | loss jumps, or is NaN | `gradient_norm/global` with peaks of a hundred times its median | a chain that grows; learning rate | `global_clipnorm`: begin at the median of the first norms, go down; smaller learning rate |
# | learns slowly from the start | `gate_saturation` above a half at step 0 | inputs too large | `Normalization`; smaller weights |
# | learned, then lost it | `gradient_horizon` falls, `gate_saturation` rises during training | learning rate; weights grow | smaller learning rate, clipping, early stopping |
# | clipped all the time | `gradient_clip_ratio/global` far below 1 at most steps | the clip norm, not the gradient, sets the step's length | no harm in itself (so is B, cured); choose learning rate and clip norm together |
# | all is well, and yet it does not learn | horizon and gates healthy | data: does the input tell the answer? | check labels; overfit one batch first |
#
# ## Exercises
#
# 1. Give C the forget bias, but leave its readings as they are. What do you see now?
# 2. Clip patient B at 10 rather than 0.1. Does it explode? Does it learn?
# 3. Stop a run of the exploding kind by itself: `keras.callbacks.EarlyStopping(monitor="gradient_norm/global", ...)` or `TerminateOnNaN`. Which
#    one reacts first, and why?
#
# Solutions: `solutions/7_your_model.ipynb`. Words: [glossary](glossary.md). Next: [products of Jacobians](8_jacobians.ipynb), for those who want to see what it is that multiplies. Back to [all lessons](README.md).

# %% [markdown] lang="zh"
# ## 对照表
#
# | 症状 | 在哪里看 | 可能的病因 | 治疗 |
# |---|---|---|---|
# | 停在瞎猜的水平，损失不动 | `gradient_horizon` 远小于序列长度；`gradient_flow` 图的左侧是黑的 | 遗忘门初值太低；循环权重矩阵使梯度缩小 | 遗忘偏置设为 log(T - 1)，输入偏置设为它的相反数；chrono；正交的循环权重矩阵；更短的序列 |
# | 损失突跳，或变成 NaN | `gradient_norm/global` 的峰值达到中位数的一百倍 | 状态沿着链越放越大；学习率太大 | `global_clipnorm`：从最初那些范数的中位数开始，逐渐减小；减小学习率 |
# | 从一开始就学得很慢 | 第 0 步的 `gate_saturation` 超过一半 | 输入太大 | `Normalization`；更小的权重 |
# | 学会之后又忘了 | 训练过程中 `gradient_horizon` 下降，`gate_saturation` 上升 | 学习率太大；权重不断增大 | 减小学习率；梯度裁剪；提前停止 |
# | 几乎每步都在裁剪 | 多数步的 `gradient_clip_ratio/global` 远小于 1 | 步长由裁剪阈值决定，而不是由梯度决定 | 这本身无害（治好的 B 就是如此）；学习率与裁剪阈值要一起选 |
# | 一切正常，就是学不会 | 梯度可达步数和门都健康 | 数据：输入里真有答案吗？ | 检查标签；先让网络过拟合一个小批量 |
#
# ## 练习
#
# 1. 给 C 加上遗忘偏置，读数却保持原样。现在看到什么？
# 2. 把病人 B 的裁剪阈值从 0.1 改为 10。还会爆炸吗？学得会吗？
# 3. 让爆炸的训练自动停下来：用 `keras.callbacks.EarlyStopping(monitor="gradient_norm/global", ...)` 或 `TerminateOnNaN`。哪一个先反应？为什么？
#
# 解答：`solutions/7_your_model.zh.ipynb`。术语见[术语表](glossary.md)。下一课：[雅可比矩阵的乘积](8_jacobians.zh.ipynb)，看看究竟是什么在相乘。回到[全部课程](README.zh.md)。
