# %% [markdown] lang="en"
# # 6. Does an LSTM remember by default?
#
# - **Question**: Is remembering for long what an LSTM does by itself?
# - **Minutes**: 45
# - **Needs**: lessons 2, 4 and 5

# %% [markdown] lang="zh"
# # 6. LSTM 默认就能记住吗？
#
# - **问题**：长久地记住，是 LSTM 天生的行为吗？
# - **分钟**：45
# - **需要**：第 2、4、5 课

# %% [markdown] lang="en"
# The article says: remembering information for long periods is practically the LSTM's *default behaviour*. Along the cell state's line there is no tanh
# and no matrix, only the forget gate:
#
# $$c_t = f_t \odot c_{t-1} + \dots \qquad\Rightarrow\qquad
# c_t \text{ contains } \Big(\prod_{s=1}^{t} f_s\Big) \odot c_0 .$$
#
# If $f = 1$, that is perfect. But $f = \sigma(\dots + b_f)$, and Keras starts with $b_f = 1$ and small weights.
#
# **Predict**: how much of $c_0$ is left after 100 steps in an LSTM as Keras starts it? And will it learn recall with a gap of 100?

# %% [markdown] lang="zh"
# 文章说：长久地记住信息实际上是 LSTM 的*默认行为*。沿着细胞状态的那条线，没有 tanh，也没有矩阵，只有遗忘门：
#
# $$c_t = f_t \odot c_{t-1} + \dots \qquad\Rightarrow\qquad
# c_t \text{ 含有 } \Big(\prod_{s=1}^{t} f_s\Big) \odot c_0 .$$
#
# 如果 $f = 1$，那就完美了。但 $f = \sigma(\dots + b_f)$，而 Keras 以 $b_f = 1$ 和很小的权重开始。
#
# **预测**：在 Keras 初始化的 LSTM 里，100 步之后 $c_0$ 还剩多少？它能学会间隔为 100 的 recall 吗？

# %%
# %matplotlib inline
from keras_rnn_study.runs.quiet import start_tensorflow

start_tensorflow()

import tempfile

import matplotlib.pyplot as plt
import numpy as np

from keras_rnn_study import build_model, measures, trace
from keras_rnn_study.datasets import recall
from keras_rnn_study.study import Study, sweep
from keras_rnn_study.study.report import figures
from keras_rnn_study.study.report.summary import conditions

GAP = 100
STARTS = {
    "Keras' default": {},
    "forget bias 3": {"forget_bias": 3.0},
    "forget bias 5": {"forget_bias": 5.0},
    "chrono": {"init": "chrono", "gap": GAP},
}
x, y = recall.make(64, gap=GAP, seed=1)
layers = {
    name: trace(build_model(recall.TASK, "lstm", seed=0, **start), x, y)["lstm"]
    for name, start in STARTS.items()
}

forget = np.float64(layers["Keras' default"].gates["forget"])  # before any training
kept = forget[:, 1:101].prod(axis=1)  # of c_0, after 100 steps
print(f"sigmoid(1) = {1 / (1 + np.exp(-1)):.4f}; mean forget gate: {forget.mean():.4f}")
print(f"0.73^100 = {0.73**100:.0e}; kept of c_0 after 100 steps: {kept.mean():.0e}")
assert abs(forget.mean() - 0.73) < 0.01
assert 1e-14 < 0.73**100 < 3e-14
assert kept.max() < 1e-11
assert 2 < np.log(0.5) / np.log(0.73) < 2.5  # the half-life, in steps

# %% [markdown] lang="en"
# The forget gate starts at $\sigma(1) = 0.73$. That sounds like much; but $0.73^{100} = 2 \cdot 10^{-14}$. An LSTM as Keras starts it
# forgets by default, with a half-life of about two steps. (Before 2015 it was worse: a bias of 0 means 0.5.)
#
# ## Other starts
#
# A constant gate $f$ holds for about $1/(1-f)$ steps. A larger bias holds for longer: 3 gives $f = 0.95$, about 20 steps, and 5 gives 0.993,
# about 150. **Chrono** initialisation spreads the units over all memory times up to the one that is needed:
#
# $$b_f = \log u,\quad u \sim \mathcal{U}[1, T_{\max} - 1], \qquad b_i = -b_f .$$

# %% [markdown] lang="zh"
# 遗忘门从 $\sigma(1) = 0.73$ 开始。听起来不少；可是 $0.73^{100} = 2 \cdot 10^{-14}$。Keras 初始化的 LSTM 默认是遗忘的，半衰期约为两步。
# （2015 年以前更糟：偏置为 0 意味着 0.5。）
#
# ## 其他初始化
#
# 恒定的门 $f$ 能保持大约 $1/(1-f)$ 步。偏置越大保持越久：3 对应 $f = 0.95$，约 20 步；5 对应 0.993，约 150 步。**Chrono** 初始化把各个单元
# 分布到所需时间以内的所有记忆时间上：
#
# $$b_f = \log u,\quad u \sim \mathcal{U}[1, T_{\max} - 1], \qquad b_i = -b_f .$$

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
marks = {
    "Keras' default": ":",
    "forget bias 3": "-.",
    "forget bias 5": "--",
    "chrono": "-",
}
for name, layer in layers.items():
    gate = np.sort(layer.gates["forget"].mean(axis=(0, 1)))
    left.semilogy(1 / (1 - gate), marks[name], color="black", label=name)
    norms = measures.step_norms(layer.state_gradients["c"])
    right.semilogy(norms, marks[name], color="black")
    print(f"{name:15} horizon {measures.horizon(norms):3} of {GAP + 2}")
left.set(title="memory time 1 / (1 - f), in steps", xlabel="unit, sorted")
left.legend(fontsize=8)
right.set(title=r"$|\partial L/\partial c_t|$ before training", xlabel="time step $t$")
plt.show()

horizon = {
    name: measures.horizon(measures.step_norms(layer.state_gradients["c"]))
    for name, layer in layers.items()
}
memory_time = {bias: 1 + np.exp(bias) for bias in (1, 3, 5)}  # 1 / (1 - sigmoid(b))
assert memory_time[1] < 4
assert 20 < memory_time[3] < 22
assert 145 < memory_time[5] < 155
assert horizon["Keras' default"] < 60
assert all(
    reach == GAP + 2 for name, reach in horizon.items() if name != "Keras' default"
)

# %% [markdown] lang="en"
# On the left: the default has one memory time for all units, under 4 steps; chrono has a ladder of them. On the right: with the default the gradient vanishes
# on its way to the symbol, as in lesson 2; with the other three its horizon is the whole sequence. (It falls a little slower than $0.73^t$, as the
# total gradient has a second way back, through $h$ and the gates.)
#
# ## Does it learn?
#
# **Predict** again, now that you have seen the gradients: who of the four learns?

# %% [markdown] lang="zh"
# 左图：默认初始化的所有单元都只有一个不到 4 步的记忆时间；chrono 则是一架阶梯。右图：默认初始化时，梯度在到达符号的途中消失，就像第 2 课那样；
# 其余三种的视界都是整个序列。（它下降得比 $0.73^t$ 稍慢，因为总梯度还有另一条路往回走：经过 $h$ 和各个门。）
#
# ## 它学得会吗？
#
# 看过梯度之后，再**预测**一次：四种之中谁能学会？

# %%
study = Study(
    task="recall",
    cell="lstm",
    gap=[10, GAP],
    grids=[{"init": ["keras", "chrono"]}, {"forget_bias": [3.0, 5.0]}],
    seeds=5,
    steps=400,
    give_up=1,  # all have the same time
)
found = conditions(sweep(study, tempfile.mkdtemp(), jobs=2))  # under a minute
for condition in found:
    low, high = condition.interval
    print(
        f"{condition.run.label:22} gap {condition.run.gap:3}: "
        f"{condition.successes} of 5 ({low:.0%} to {high:.0%})"
    )
figures.success_curve(found)

# %%
learned = {(c.run.label, c.run.gap): c.successes for c in found}
assert all(count == 5 for (_, gap), count in learned.items() if gap == 10)
assert learned["lstm", GAP] == 0
assert learned["lstm (chrono)", GAP] == 5
assert learned["lstm (forget bias 5)", GAP] < 5

# %% [markdown] lang="en"
# At a gap of 10 all learn. At 100 the default learns in none of five seeds, chrono in all of them: their intervals do not overlap. A plain forget bias helps too, but
# more is not better: with 5 the memory times of all units are longer than the whole sequence, so they add up everything that comes, distractors
# too, and not all seeds learn. (Between 3 and 5, five seeds do not tell.)
#
# **The verdict.** "Remembering is the LSTM's default behaviour" is half true. Its *structure* allows it: there is a line on which
# nothing has to vanish. Whether anything runs along it, is decided by what the gates start at; and Keras' default remembers for a few
# steps. And in the larger study of `docs/reproductions.md` the default LSTM is at no gap better than a simple RNN with an
# orthogonal kernel.
#
# ## Exercises
#
# 1. Which forget bias gives a memory time of 100 steps? And one of 1,000? Derive the formula.
# 2. Chrono needs to know the gap. What if you are wrong by a factor of ten? Start for a gap of 10 and train with 100, three seeds.
# 3. A GRU has no forget gate. What does its update gate start at, and what is its horizon at a gap of 100, with and without chrono?
#
# Solutions: `solutions/6_memory.ipynb`.

# %% [markdown] lang="zh"
# 间隔为 10 时全部学会。间隔为 100 时，默认初始化的五个种子没有一个学会，chrono 则全部学会：两者的区间不重叠。单纯的遗忘偏置也有帮助，但并非越大越好：
# 偏置为 5 时，所有单元的记忆时间都比整个序列还长，于是把来的一切都累加起来，包括干扰符号，并不是每个种子都能学会。
# （在 3 和 5 之间，五个种子分不出高下。）
#
# **结论。**“记住是 LSTM 的默认行为”只对了一半。它的*结构*允许这样：有一条线，线上没有什么必须消失。但是否有东西沿着它前行，取决于各个门的初值；
# 而 Keras 的默认值只能记住几步。而且在 `docs/reproductions.md` 更大的研究里，默认的 LSTM 在任何间隔上
# 都不比使用正交核的简单 RNN 更好。
#
# ## 练习
#
# 1. 多大的遗忘偏置对应 100 步的记忆时间？1000 步呢？推导出公式。
# 2. Chrono 需要知道间隔。如果估计错了十倍会怎样？按间隔 10 初始化，用 100 训练，三个种子。
# 3. GRU 没有遗忘门。它的更新门从多少开始？在间隔为 100 时，有无 chrono，它的视界各是多少？
#
# 解答：`solutions/6_memory.zh.ipynb`。
