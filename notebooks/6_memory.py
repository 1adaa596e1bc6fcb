# %% [markdown] lang="en"
# # 6. Does an LSTM remember by default?
#
# - **Question**: Is remembering for long what an LSTM does by itself?
# - **Minutes**: 45
# - **Needs**: lessons [2](2_vanishing.ipynb), [4](4_gap.ipynb) and [5](5_lstm.ipynb)

# %% [markdown] lang="zh"
# # 6. LSTM 默认就能记住吗？
#
# - **问题**：长久地记住信息，是 LSTM 与生俱来的本领吗？
# - **时长**：45 分钟
# - **先修**：第 [2](2_vanishing.zh.ipynb)、[4](4_gap.zh.ipynb)、[5](5_lstm.zh.ipynb) 课

# %% [markdown] lang="en"
# [The article](https://colah.github.io/posts/2015-08-Understanding-LSTMs/) says: remembering information for long periods is practically the LSTM's *default behaviour*. Along the cell state's line there is no tanh
# and no matrix, only the forget gate:
#
# $$c_t = f_t \odot c_{t-1} + \dots \qquad\Rightarrow\qquad
# c_t \text{ contains } \Big(\prod_{s=1}^{t} f_s\Big) \odot c_0 .$$
#
# If $f = 1$, that is perfect: the *constant error carousel* of [1997](https://doi.org/10.1162/neco.1997.9.8.1735), whose cell had no forget gate at all. But $f = \sigma(\dots + b_f)$, and Keras starts with $b_f = 1$ and small weights.
#
# **Predict**: how much of $c_0$ is left after 100 steps in an LSTM as Keras starts it?

# %% [markdown] lang="zh"
# [文章](https://colah.github.io/posts/2015-08-Understanding-LSTMs/)说：长久地记住信息，实际上就是 LSTM 的*默认行为*。细胞状态（记忆元）走的那条线上没有 tanh，也没有矩阵，只有遗忘门：
#
# $$c_t = f_t \odot c_{t-1} + \dots \qquad\Rightarrow\qquad
# c_t \text{ 含有 } \Big(\prod_{s=1}^{t} f_s\Big) \odot c_0 .$$
#
# 如果 $f = 1$，记忆就分毫不损，这就是 [1997 年](https://doi.org/10.1162/neco.1997.9.8.1735)的*常数误差传送带*（constant error carousel）：当时的 LSTM 根本没有遗忘门。
# 可如今 $f = \sigma(\dots + b_f)$，而 Keras 的初值是 $b_f = 1$，权重又很小。
#
# **预测**：Keras 刚初始化好的 LSTM，经过 100 步，$c_0$ 还剩多少？

# %%
# %matplotlib inline
from lesson import Panel, row, start, stored_results

LANGUAGE = "en"
start(LANGUAGE)

import numpy as np

from keras_rnn_study import build_model, measures, trace
from keras_rnn_study.datasets import recall
from keras_rnn_study.study.report.summary import conditions

GAP = 100
x, y = recall.make(64, gap=GAP, seed=1)
default = trace(build_model(recall.TASK, "lstm", seed=0), x, y)["lstm"]

forget = np.float64(default.gates["forget"])  # before any training
kept = forget[:, 1:101].prod(axis=1)  # of c_0, after 100 steps
print(f"sigmoid(1) = {1 / (1 + np.exp(-1)):.4f}; mean forget gate: {forget.mean():.4f}")
print(f"0.73^100 = {0.73**100:.0e}; kept of c_0 after 100 steps: {kept.mean():.0e}")
print(f"half of it is gone after {np.log(0.5) / np.log(0.73):.1f} steps")

# %% tags=["check"]
assert abs(forget.mean() - 0.73) < 0.01
assert 1e-14 < 0.73**100 < 3e-14
assert kept.max() < 1e-11
assert 2 < np.log(0.5) / np.log(0.73) < 2.5

# %% [markdown] lang="en"
# The forget gate starts at $\sigma(1) = 0.73$. That sounds like much; but $0.73^{100} = 2 \cdot 10^{-14}$. An LSTM as Keras starts it
# forgets by default, with a half-life of about two steps. It has not always been so: [Gers, Schmidhuber & Cummins, 2000](https://doi.org/10.1162/089976600300015015), who added the
# forget gate, gave it a positive bias so that it would not forget before it had learned to. A bias of 0 was a habit of later programs, and
# [Jozefowicz, Zaremba & Sutskever, 2015](https://proceedings.mlr.press/v37/jozefowicz15.html) argued for the 1 that Keras has today.
#
# ## Other starts
#
# A constant gate $f$ holds for about $1/(1-f)$ steps. A larger bias holds for longer: 3 gives $f = 0.95$, about 20 steps, and 5 gives 0.993,
# about 150. **Chrono** initialisation ([Tallec & Ollivier, 2018](https://arxiv.org/abs/1804.11188)) does two things: it spreads the units over all memory times up to the one that is needed, and it closes the input gate as far as the
# forget gate is open:
#
# $$b_f = \log u,\quad u \sim \mathcal{U}[1, T_{\max} - 1], \qquad b_i = -b_f .$$
#
# Which of the two matters? We also start with one forget bias for all units, 5, and an input bias of -5.

# %% [markdown] lang="zh"
# 遗忘门的初值是 $\sigma(1) = 0.73$，听起来不小，可是 $0.73^{100} = 2 \cdot 10^{-14}$。也就是说，按 Keras 的初值，LSTM 的默认行为是遗忘，大约每两步就忘掉一半。
# 以前并不总是这样：[Gers、Schmidhuber 与 Cummins（2000）](https://doi.org/10.1162/089976600300015015)引入遗忘门时，给它的偏置取正数，好让网络在学会遗忘之前先不遗忘。
# 偏置取 0 是后来一些程序的习惯；[Jozefowicz、Zaremba 与 Sutskever（2015）](https://proceedings.mlr.press/v37/jozefowicz15.html)主张取 1，Keras 沿用至今。
#
# ## 换几种初值
#
# 门若恒为 $f$，大约能保持 $1/(1-f)$ 步。偏置越大，保持得越久：偏置取 3，$f = 0.95$，约 20 步；取 5，$f = 0.993$，约 150 步。**Chrono** 初始化（[Tallec 与 Ollivier，2018](https://arxiv.org/abs/1804.11188)）做了两件事：一是把各单元的记忆时长拉开，从很短一直到任务所需的长度；
# 二是遗忘门开得越大，输入门就关得越紧：
#
# $$b_f = \log u,\quad u \sim \mathcal{U}[1, T_{\max} - 1], \qquad b_i = -b_f .$$
#
# 真正起作用的是哪一件？为此再加一种初值：所有单元的遗忘偏置都取 5，输入偏置都取 -5。

# %%
STARTS = {
    "Keras' default": {},
    "forget 5": {"forget_bias": 5.0},
    "forget 5, input -5": {"forget_bias": 5.0, "input_bias": -5.0},
    "chrono": {"init": "chrono", "gap": GAP},
}
layers = {
    name: trace(build_model(recall.TASK, "lstm", seed=0, **begin), x, y)["lstm"]
    for name, begin in STARTS.items()
}
gates = {n: one.gates["forget"].mean(axis=(0, 1)) for n, one in layers.items()}
norms = {n: measures.step_norms(one.state_gradients["c"]) for n, one in layers.items()}
reach = {n: measures.horizon(norm) for n, norm in norms.items()}
print("reach before training:", reach, "of", GAP + 2)
times = {n: 1 / (1 - np.sort(gate)) for n, gate in gates.items()}
right = r"$|\partial L/\partial c_t|$ before training"
row(
    Panel(times, title="memory time 1 / (1 - f), in steps", x="unit, sorted", log=True),
    Panel(norms, title=right, x="time step $t$", log=True),
)

# %% tags=["check"]
memory_time = {bias: 1 + np.exp(bias) for bias in (1, 3, 5)}  # 1 / (1 - sigmoid(b))
assert memory_time[1] < 4
assert 20 < memory_time[3] < 22
assert 145 < memory_time[5] < 155
assert reach["Keras' default"] < 60
assert norms["forget 5"][0] > 5 * norms["forget 5"][-1]
assert all(steps == GAP + 2 for n, steps in reach.items() if n != "Keras' default")

# %% [markdown] lang="en"
# On the left: the default has one memory time for all units, under 4 steps; with a bias of 5 it is about 150 for all; chrono's go from short to long. On the right: with the default the gradient vanishes
# on its way to the symbol, as in lesson 2; with the other three its reach is the whole sequence. (It falls a little slower than $0.73^t$, as the
# total gradient has a second way back, through $h$ and the gates. And with a bias of 5 it is larger at the symbol than at the end: keep that in mind.)
#
# By what we have seen, the last three should all learn.
#
# **Predict**: who of the four learns recall with a gap of 100?

# %% [markdown] lang="zh"
# 左图：默认初值下，所有单元的记忆时长都差不多，不到 4 步；偏置为 5 时都在 150 步左右；chrono 则从短到长依次排开。
# 右图：默认初值下，梯度在传到符号之前就消失了，和第 2 课一样；其余三种的梯度都能传遍整个序列。
# （默认初值下，它比 $0.73^t$ 下降得慢一些，因为总梯度还有第二条路可走：经过 $h$ 和各个门。另外，只把遗忘偏置设为 5 时，梯度在符号处反而比末尾大，请先记住这一点。）
#
# 照这样看，后三种应该都学得会。
#
# **预测**：间隔为 100 的 recall，这四种初值里哪几种能学会？

# %%
found = {c.run.label: c for c in conditions(stored_results("input_bias"))}
for label, condition in found.items():
    low, high = condition.interval
    print(f"{label:36} {condition.successes:2} of 10 ({low:.0%} to {high:.0%})")

# %% tags=["check"]
learned = {label: condition.successes for label, condition in found.items()}
assert all(condition.trials == 10 for condition in found.values())
assert learned["lstm"] == learned["lstm (input bias -5)"] == 0
assert learned["lstm (forget bias 5, input bias -5)"] == 10
assert learned["lstm (chrono)"] == 9
assert learned["lstm (forget bias 5)"] == 4
assert learned["lstm (forget bias 3)"] == 7
assert learned["lstm (forget bias 3, input bias -3)"] == 0
paired = found["lstm (forget bias 5, input bias -5)"].interval
assert paired[0] > found["lstm (forget bias 5)"].interval[1]
longer = conditions(stored_results("input_bias-five_times"))
longer = {condition.run.label: condition.successes for condition in longer}
assert longer["lstm (forget bias 3)"] == longer["lstm (forget bias 5)"] == 7
assert longer["lstm (forget bias 3, input bias -3)"] == 6
assert longer["lstm (chrono)"] == longer["lstm (forget bias 5, input bias -5)"] == 10

# %% [markdown] lang="en"
# These are stored results: ten seeds each, 400 training steps of 64 fresh samples, 32 units
# (`studies/input_bias.yaml`, run by `python studies/reproduce.py input_bias`; learned = 95 % right).
#
# In these 400 steps a forget bias of 5 alone learns in four seeds of ten, though its gradient reaches everything. With the input gate closed beside it all ten learn: the two intervals do not overlap. All its units have the same memory
# time; so what chrono needs is not the spread. Closing alone, with Keras' forget bias, learns nothing; and with 3 and -3 nothing is learned in this time, as 0.95 keeps less than a hundredth over 100 steps and the closed gate lets little in. To learn soon and in every seed takes **both**: a memory as long as the
# gap, and an input gate that is nearly shut.
#
# It can be done with less, given time and luck: 3 alone learns in seven seeds of ten, and with five times the steps 5 alone comes to seven, too, and 3 with -3 to six (`docs/reproductions.md`). The other seeds of 3 alone stand still: for them it was no matter of time.
#
# What goes wrong with the input gate half open? Look at the cell state before any training:

# %% [markdown] lang="zh"
# 这里读取的是事先存好的结果：每种初值十个种子，各训练 400 步，每步 64 个新样本，32 个隐藏单元
# （见 `studies/input_bias.yaml`，用 `python studies/reproduce.py input_bias` 可以重做；答对 95% 算学会）。
#
# 只把遗忘偏置设为 5，梯度处处传得到，但在这 400 步里，十个种子只有四个学会。再把输入门也关上，十个就全部学会，两者的区间互不重叠。
# 这时所有单元的记忆时长都一样，可见 chrono 的关键不在于把时长“拉开”。反过来，只关输入门，遗忘偏置仍用 Keras 的默认值，一个也学不会；
# 改用 3 和 -3，在这么长的训练时间里也一个都没学会：0.95 连乘 100 次，只剩不到百分之一，而关着的输入门放进来的又少。要学得快、又个个种子都学会，**两者缺一不可**：记忆要和间隔一样长，输入门要几乎关上。
#
# 条件差一些，靠时间和运气也能学会：只把遗忘偏置设为 3，十个种子有七个学会；训练步数增加到五倍，只设为 5 的也升到七个，3 配 -3 的有六个（见 `docs/reproductions.md`）。只设为 3 时，其余三个种子一直停在原处，那就不是时间够不够的问题了。
#
# 输入门半开着，究竟坏在哪里？来看训练之前的细胞状态：

# %%
cells = {n: np.float64(one.states["c"]) for n, one in layers.items()}  # before training
size = {n: np.sqrt((c**2).mean(axis=(0, 2))) for n, c in cells.items()}
slope = {n: (1 - np.tanh(c) ** 2).mean(axis=(0, 2)) for n, c in cells.items()}
for name in STARTS:
    print(f"{name}: c at the end {size[name][-1]:.2g}, slope {slope[name][-1]:.2f}")
row(
    Panel(size, title="size of $c_t$", x="time step $t$", log=True),
    Panel(slope, title="slope of tanh at $c_t$", x="time step $t$", top=1.05),
)

# %% tags=["check"]
assert size["forget 5"][-1] > 4
assert slope["forget 5"][-1] < 0.25
assert size["forget 5, input -5"][-1] < 0.1
assert min(one[-1] for n, one in slope.items() if n != "forget 5") > 0.95

# %% [markdown] lang="en"
# With $f$ near 1 and $i$ near 0.5 the cell adds up half of every candidate that comes, distractors too, and lets nothing go: $c$ grows beyond 4, where the tanh behind it is flat. (That is why its gradient was small at the end: it comes in through this tanh.) In 1997 this was called **internal state drift**, and the remedy was
# just this: *start the input gates' biases negative*. With it, or with chrono, $c$ stays small, and the tanh keeps a slope of nearly 1. (With the default it stays small, too: that cell forgets.)
#
# **The verdict.** "Remembering is the LSTM's default behaviour" is half true. Its *structure* allows it: there is a line on which
# nothing has to vanish. Whether anything runs along it is decided by what the gates start at; and Keras' default remembers for a few
# steps. In the larger study of `docs/reproductions.md` the default LSTM is at no gap better than a simple RNN with an
# orthogonal kernel.
#
# ## Exercises
#
# 1. Which forget bias gives a memory time of 100 steps? And one of 1,000? Derive the formula.
# 2. Chrono needs to know the gap. What if you are wrong by a factor of ten? Start for a gap of 10, and look at the reach at a gap of 100.
# 3. A GRU has no forget gate. What does its update gate start at, and what is its reach at a gap of 100, with and without chrono?
#
# Solutions: `solutions/6_memory.ipynb`. Words: [glossary](glossary.md). Next: [your own model](7_your_model.ipynb).

# %% [markdown] lang="zh"
# $f$ 接近 1，$i$ 约为 0.5，于是每一步的候选记忆元都有一半加进 $c$，干扰符号的也不例外，而且只进不出：$c$ 的大小涨到 4 以上，后面的 tanh 在那里几乎是平的。（前面看到梯度在末尾偏小，正是因为它要穿过这个 tanh 才能进来。）1997 年的论文把这叫作**内部状态漂移**（internal state drift），给出的对策正是*让输入门的偏置从负数起步*。这样做，或者用 chrono，$c$ 就一直很小，
# 后面的 tanh 斜率接近 1。（默认初值下 $c$ 也很小，那是因为它一直在遗忘。）
#
# **结论。**“记住是 LSTM 的默认行为”只对了一半。*结构*上，LSTM 允许长久记忆：信息沿着那条线走，并不是非消失不可。但线上是否真有信息在走，取决于各个门的初值；
# 按 Keras 的默认值，只能记住几步。在 `docs/reproductions.md` 那项更大的研究里，无论间隔多大，默认初值的 LSTM 都不比用正交循环权重矩阵的普通循环神经网络更好。
#
# ## 练习
#
# 1. 遗忘偏置取多少，记忆时长才是 100 步？1000 步呢？推导出公式。
# 2. Chrono 要事先知道间隔。要是估错了十倍，会怎样？按间隔 10 来初始化，看看间隔为 100 时的梯度可达步数。
# 3. GRU 没有遗忘门。它的更新门初值是多少？间隔为 100 时，用和不用 chrono，梯度可达步数各是多少？
#
# 解答：`solutions/6_memory.zh.ipynb`。术语见[术语表](glossary.md)。下一课：[你自己的模型](7_your_model.zh.ipynb)。
