# %% [markdown] lang="en"
# # 5. The LSTM
#
# - **Question**: What do the four layers inside an LSTM do to its memory?
# - **Minutes**: 60
# - **Needs**: lessons [1](1_chain.ipynb) and [2](2_vanishing.ipynb)

# %% [markdown] lang="zh"
# # 5. 长短期记忆网络（LSTM）
#
# - **问题**：LSTM 内部有四个层，它们对记忆各做了什么？
# - **时长**：60 分钟
# - **先修**：第 [1](1_chain.zh.ipynb)、[2](2_vanishing.zh.ipynb) 课

# %% [markdown] lang="en"
# The plain RNN's module is one layer, which writes the whole state anew at each step. The module of the *long short-term memory*
# ([Hochreiter & Schmidhuber, 1997](https://doi.org/10.1162/neco.1997.9.8.1735)) has **four** layers, and a second state
# besides the hidden state $h$: the *cell state* $c$.
#
# First we train one, at full speed: on a CPU `fused` runs it on one loop with hand-written gradients, on a GPU Keras runs it on cuDNN. Either way no
# Python code runs from step to step, and nobody sees a gate. The task is recall with a gap of 20; the gates start at the
# memory times that this gap asks for (`init="chrono"`, [lesson 6](6_memory.ipynb)).
#
# **Predict**: the symbol is at step 0, the question at step 21. When will the input gate be open, when the output gate?

# %% [markdown] lang="zh"
# 普通循环神经网络的模块只有一个层，每走一步都要把整个隐状态重写一遍。长短期记忆网络（long short-term memory，LSTM；[Hochreiter 与 Schmidhuber，1997](https://doi.org/10.1162/neco.1997.9.8.1735)）的模块有**四个**层，
# 而且除了隐状态 $h$，还有第二个状态：*细胞状态*（记忆元）$c$。
#
# 先全速训练一个。在 CPU 上，`fused` 把它换到手写了梯度的融合循环上；在 GPU 上，Keras 用 cuDNN 来跑。无论哪种方式，步与步之间都不经过 Python 代码，
# 门的取值也就没人看得到。任务是间隔为 20 的 recall；各个门的初值按这个间隔所需的记忆时长设定（`init="chrono"`，见[第 6 课](6_memory.zh.ipynb)）。
#
# **预测**：符号在第 0 步，问号在第 21 步。输入门会在什么时候打开？输出门呢？

# %%
# %matplotlib inline
from lesson import bars, curves, show, start

LANGUAGE = "en"
start(LANGUAGE)

import numpy as np

from keras_rnn_study import build_model, fused, trace
from keras_rnn_study.datasets import adding, recall
from keras_rnn_study.diagrams import lstm_module

GAP, UNITS = 20, 16


def train(task, updates):
    """A chrono LSTM after so many updates; 64 samples and its trace."""
    model = build_model(task.TASK, "lstm", units=UNITS, init="chrono", gap=GAP, seed=0)
    with fused(model) as swapped:
        data = task.stream(64, gap=GAP, seed=0)
        model.fit(data, steps_per_epoch=updates, shuffle=False, verbose=0)
    print("layers on a fused loop:", swapped.layers)
    x, y = task.make(64, gap=GAP, seed=1)
    return model, x, y, trace(model, x, y)["lstm"]


model, x, y, layer = train(recall, 400)
accuracy = np.mean(model.predict(x, verbose=0).argmax(axis=-1) == y)
print("sample 0:", " ".join(recall.tokens(x)[0]))
print(f"right answers: {accuracy:.0%}")

# %% tags=["check"]
assert accuracy > 0.95

# %% [markdown] lang="en"
# It has learned. Now the module, as [the article](https://colah.github.io/posts/2015-08-Understanding-LSTMs/) draws it, with this model's own values at step 0, where the symbol comes in. Boxes are learned
# layers, circles pointwise operations; lines carry vectors; joining lines concatenate, forking lines copy; where a line makes a bridge, it does not touch the other. The strips *are* the vectors,
# a cell a unit: in states purple is negative and orange positive, in gates black is closed (0) and white is open (1). The numbers are
# those of the unit with the red frame.

# %% [markdown] lang="zh"
# 它学会了。下图按[文章](https://colah.github.io/posts/2015-08-Understanding-LSTMs/)的画法画出 LSTM 的模块，里面填的是这个模型在第 0 步（读入符号时）的实际数值。
# 方框是学习到的神经网络层，圆圈是逐点运算，线表示向量；两线汇合表示合并（拼接），一线分叉表示复制，拱起的地方表示两线交叉而不相连。
# 彩条*就是*向量，一格一个单元：状态用紫色表示负、橙色表示正，门用黑色表示关（0）、白色表示开（1）。图中的数字取自红框里的那个单元。

# %%
unit = int(layer.gates["forget"].mean(axis=(0, 1)).argmax())  # the one that keeps most
show(lstm_module(layer, 0, unit=unit))

# %% [markdown] lang="en"
# ## Step by step
#
# **The line along the top** is the LSTM's idea. On it the cell state runs through the chain, and only two circles touch it: one
# multiplication, one addition.

# %% [markdown] lang="zh"
# ## 一步一步来
#
# **顶端的那条线**是 LSTM 的核心。细胞状态沿着它穿过整条链，每个模块里只碰到两个圆圈：一次乘法，一次加法。

# %%
show(lstm_module(layer, 10, part="state", unit=unit))

# %% [markdown] lang="en"
# **The forget gate** says what to keep. A sigmoid layer looks at $h_{t-1}$ and $x_t$, and puts out a number between 0
# (forget) and 1 (keep) for each unit of the cell state. As in lesson 1, $[h_{t-1}, x_t]$ is a row of 16 + 17 numbers, and $W_f$ consists of the layer's $U$ on top of its $W$: 33 × 16.
#
# $$f_t = \sigma\left([h_{t-1}, x_t]\,W_f + b_f\right)$$

# %% [markdown] lang="zh"
# **遗忘门**决定保留什么。一个 sigmoid 层根据 $h_{t-1}$ 和 $x_t$，给细胞状态的每个单元算出一个 0（忘掉）到 1（保留）之间的数。
# 和第 1 课一样，$[h_{t-1}, x_t]$ 是一行，共 16 + 17 个数；$W_f$ 由 $U$、$W$ 中属于遗忘门的两块上下摞成，形状为 33 × 16。
#
# $$f_t = \sigma\left([h_{t-1}, x_t]\,W_f + b_f\right)$$

# %%
show(lstm_module(layer, 10, part="forget", unit=unit))

# %% [markdown] lang="en"
# **The input gate and the candidate** say what is new. The tanh layer proposes values, and another sigmoid says how much of each is taken.
#
# $$i_t = \sigma\left([h_{t-1}, x_t]\,W_i + b_i\right), \qquad
# \tilde{c}_t = \tanh\left([h_{t-1}, x_t]\,W_c + b_c\right)$$

# %% [markdown] lang="zh"
# **输入门与候选记忆元**决定写入什么新内容。tanh 层提出候选值，另一个 sigmoid 层决定每个候选值采纳多少。
#
# $$i_t = \sigma\left([h_{t-1}, x_t]\,W_i + b_i\right), \qquad
# \tilde{c}_t = \tanh\left([h_{t-1}, x_t]\,W_c + b_c\right)$$

# %%
show(lstm_module(layer, 0, part="input", unit=unit))

# %% [markdown] lang="en"
# **The update**: keep the old, times $f_t$; add the new, times $i_t$.
#
# $$c_t = f_t \odot c_{t-1} + i_t \odot \tilde{c}_t$$

# %% [markdown] lang="zh"
# **更新**：旧值乘以 $f_t$，是保留下来的；候选值乘以 $i_t$，是新写入的；两者相加。
#
# $$c_t = f_t \odot c_{t-1} + i_t \odot \tilde{c}_t$$

# %%
show(lstm_module(layer, 0, part="update", unit=unit))

# %% [markdown] lang="en"
# **The output gate** says what of the memory is shown: to the next step, and to the rest of the network. Here at the question mark.
#
# $$o_t = \sigma\left([h_{t-1}, x_t]\,W_o + b_o\right), \qquad h_t = o_t \odot \tanh(c_t)$$

# %% [markdown] lang="zh"
# **输出门**决定记忆中的哪些内容对外可见：既交给下一步，也交给网络的其余部分。下图画的是读到问号的那一步。
#
# $$o_t = \sigma\left([h_{t-1}, x_t]\,W_o + b_o\right), \qquad h_t = o_t \odot \tanh(c_t)$$

# %%
show(lstm_module(layer, GAP + 1, part="output", unit=unit))

# %% [markdown] lang="en"
# ## Are these really the gates of the layer that was trained?
#
# The fast loop gives back nothing but $h$. From $h$, $x$ and the weights all else follows: $h_{t-1}$ and $x_t$ determine the four
# layers at step $t$, so *all* steps can be computed at once. This is how `trace` gets gates without slowing anything down. Here
# it is by hand, in NumPy and 64-bit numbers:

# %% [markdown] lang="zh"
# ## 这真是训练好的那一层的门吗？
#
# 快速循环只返回 $h$。不过有了 $h$、$x$ 和权重，其余的都能算出来：第 $t$ 步的四个层只取决于 $h_{t-1}$ 和 $x_t$，所以*所有*时间步可以一次算完。
# 这正是 `trace` 得到各个门的办法，不会拖慢任何东西。下面用 NumPy 和 64 位浮点数亲手算一遍：

# %%
cell = model.get_layer("lstm").cell
W, U, b = (np.float64(w) for w in (cell.kernel, cell.recurrent_kernel, cell.bias))


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


h = np.float64(layer.states["h"])  # what the fast loop gave: (batch, time, units)
h_before = np.concatenate([np.zeros_like(h[:, :1]), h[:, :-1]], axis=1)
blocks = np.split(x @ W + h_before @ U + b, 4, axis=-1)  # Keras' order: i, f, c, o
gates = dict(zip(["input", "forget", "candidate", "output"], blocks, strict=True))
gates = {n: np.tanh(z) if n == "candidate" else sigmoid(z) for n, z in gates.items()}

c, worst = np.zeros((len(x), UNITS)), 0
for t in range(x.shape[1]):
    c = gates["forget"][:, t] * c + gates["input"][:, t] * gates["candidate"][:, t]
    worst = max(worst, np.abs(gates["output"][:, t] * np.tanh(c) - h[:, t]).max())

differences = {n: np.abs(gate - layer.gates[n]).max() for n, gate in gates.items()}
print("gates differ by at most", {n: f"{d:.0e}" for n, d in differences.items()})
print(f"h by {worst:.0e}")

# %% tags=["check"]
assert max(differences.values()) < 1e-5
assert worst < 1e-5

# %% [markdown] lang="en"
# All four agree to less than a hundred-thousandth, and at each step they give just the $h$ that the fast loop had put out. These *are* the gates.
#
# ## What has it learned?
#
# The mean of each gate over units and samples, along time:

# %% [markdown] lang="zh"
# 四者与 `trace` 给出的相差都不到十万分之一，每一步由它们算出的 $h$，也正是快速循环输出的 $h$。没错，这*就是*那一层的门。
#
# ## 它学到了什么？
#
# 把每个门对所有单元和样本取平均，沿时间画出来：

# %%
mean = {n: layer.gates[n].mean(axis=(0, 2)) for n in ["input", "forget", "output"]}
for name, gate in mean.items():
    between = gate[1:-1].mean()
    print(
        f"{name}: symbol {gate[0]:.2f}, between {between:.2f}, question {gate[-1]:.2f}"
    )
curves(
    mean,
    x="time step $t$ (symbol at 0, question at 21)",
    y="mean gate",
    dots=True,
    top=1,
)

# %% tags=["check"]
assert mean["input"][0] < mean["input"][1:-1].mean() + 0.05
assert max(np.ptp(gate) for gate in mean.values()) < 0.25
at_symbol = layer.gates["input"][:, 0].mean(axis=0)  # by unit
later = layer.gates["input"][:, 1:-1].mean(axis=(0, 1))
assert np.max(at_symbol - later) < 0.05

# %% [markdown] lang="en"
# Most people predict: the input gate opens for the symbol and shuts for the distractors; the output gate opens at the question. On this task
# **nothing of the kind**. No mean moves by as much as a quarter, and the input gate is not wider open at the symbol than later, in no unit. The network keeps
# writing all the time.
#
# Is it never so? Another task, *adding*: at each step comes a number, two of them are marked, and their sum is asked. Here most of what comes must *not* be written.
#
# **Predict** the input gate at marked steps, and at the others.

# %% [markdown] lang="zh"
# 多数人会这样预测：读到符号时输入门打开，遇到干扰符号就关上；到了问号，输出门打开。在这个任务上，**完全不是这么回事**。每个门的平均值，变化幅度都不到 0.25；
# 输入门在符号处并不比后来开得更大，逐个单元去看也是如此。网络自始至终都在写入。
#
# 难道门从来不会那样开合？换一个任务 *adding*（加法）：每一步读入一个数，其中两个带有标记，要求它们的和。这里读入的大多数内容都*不该*写入。
#
# **预测**：在有标记的步和其他步，输入门各开多大？

# %%
_, x_sum, _, adder = train(adding, 800)
marked = adding.evidence(x_sum)  # (batch, time)
at_marks = adder.gates["input"][marked].mean(axis=0)  # by unit
elsewhere = adder.gates["input"][~marked].mean(axis=0)
order = np.argsort(elsewhere - at_marks)  # the most reacting unit first
most = order[0]
print(f"unit {most}: {at_marks[most]:.2f} at marks, {elsewhere[most]:.2f} elsewhere")
groups = {"marked steps": at_marks[order], "other steps": elsewhere[order]}
bars(groups, [str(number) for number in order], title="input gate")

# %% tags=["check"]
assert at_marks[most] > 0.6
assert elsewhere[most] < 0.35

# %% [markdown] lang="en"
# There they open at the right moment, as the diagram suggests: the most reacting unit has its input gate more than half open at marked steps and mostly shut elsewhere. Whether gates work as switches is decided by
# the task: adding asks for it, recall does not.
#
# ## Where is the memory?
#
# Back to recall. What is remembered is a *difference* between sequences. Look at the correlation, over all samples, of the cell state right
# after the symbol with the cell state later on, apart for units whose forget gate is nearly open and for the others.
#
# And an intervention: in the trained model set $U = 0$, so that $h$ can no longer reach any of the four boxes. The line along the top stays as it is.
#
# **Predict**: what becomes of the correlation in the two groups?

# %% [markdown] lang="zh"
# 在这个任务上，门确实像示意图所暗示的那样，在恰当的时刻打开：反应最强的那个单元，输入门在有标记的步打开一半以上，在其他步基本关着。门像不像开关，要看任务：
# 加法需要门这样开合，recall 不需要。
#
# ## 记忆在哪里？
#
# 回到 recall。所谓记住，就是不同序列之间的*差别*还在。对所有样本，计算刚读完符号时的细胞状态与此后各步的细胞状态之间的相关系数；
# 遗忘门几乎全开的单元与其余单元分开来算。
#
# 再做一次干预：在训练好的模型中令 $U = 0$，让 $h$ 再也进不了那四个方框，而顶端的那条线保持原样。
#
# **预测**：两组的相关系数会怎样变化？


# %%
def likeness(layer, units):
    """Correlation of c_0 with c_t, for each t."""
    c = layer.states["c"]
    start = c[:, 0, units].ravel()
    return [np.corrcoef(start, c[:, t, units].ravel())[0, 1] for t in range(GAP + 2)]


keeping = layer.gates["forget"].mean(axis=(0, 1)) > 0.9  # by unit
cell.recurrent_kernel.assign(0 * cell.recurrent_kernel)
cut = trace(model, x, y)["lstm"]
cut_accuracy = np.mean(model.predict(x, verbose=0).argmax(axis=-1) == y)
cell.recurrent_kernel.assign(U)

lines = {
    "forget gate above 0.9": likeness(layer, keeping),
    "all other units": likeness(layer, ~keeping),
    "forget gate above 0.9, U = 0": likeness(cut, keeping),
    "all other units, U = 0": likeness(cut, ~keeping),
}
for name, line in lines.items():
    print(f"{name}: {line[-1]:.2f} at the end")
print(f"{keeping.sum()} units keep; accuracy with U = 0: {cut_accuracy:.0%}")
for one in (layer, cut):
    gate = np.float64(one.gates["forget"][..., keeping])
    left = gate[:, 1:].prod(axis=1).mean()
    print(f"their forget gates: {gate.mean():.2f}; of c_0 they leave {left:.0%}")
curves(lines, x="time step $t$", y="correlation of $c_0$ and $c_t$", dots=True)

# %% tags=["check"]
ends = [line[-1] for line in lines.values()]
assert min(ends[:2]) > 0.4
assert max(ends[2:]) < min(ends[:2]) - 0.2
kept = np.float64(layer.gates["forget"][:, 1:]).prod(axis=1).mean(axis=0)  # of c_0
assert kept[keeping].mean() > 5 * kept[~keeping].mean()
assert cut_accuracy < 0.35
assert np.isclose(gate.mean(), layer.gates["forget"][..., keeping].mean(), atol=0.03)
assert left > 0.3

# %% [markdown] lang="en"
# **A surprise**: when the question comes, after twenty rounds of new input, the correlation is above 0.4 in *both* groups. Where the gate is nearly open one may think that this is
# the story of the diagram: $c$ runs along its line. But cut $h$ off, and the correlation falls in both groups, and the answers are hardly better than guesses, although the forget gates of these units are as open as before, and about half of $c_0$ is still on their line: it
# is drowned in what has been written since. With $h$ it is not, for the module shows there what it holds, $h$ goes into all four boxes, and they write it anew.
# Memory in this trained LSTM is the work of the whole module. (Exercise 1 cuts the line.) What the gates start at is the next lesson.
#
# ## Exercises
#
# 1. Is the line needed, too? Set the forget gate's bias to -10 in the trained model, and measure the accuracy.
# 2. Exchange two blocks in the NumPy code, input and forget gate. How large is the difference from the trace then?
# 3. A gated recurrent unit (GRU) has three boxes and one line. Train one on the same task, and check $h_t = z_t \odot h_{t-1} + (1 - z_t) \odot \tilde{h}_t$ with the
#    gates of a trace (`"update"` is $z$, `"candidate"` is $\tilde{h}$).
#
# Solutions: `solutions/5_lstm.ipynb`. Words: [glossary](glossary.md). Next: [memory by default?](6_memory.ipynb)

# %% [markdown] lang="zh"
# **出人意料的是**，又读了二十步新输入，到问号出现时，*两*组的相关系数都还在 0.4 以上。对于遗忘门几乎全开的那一组，你也许会想：示意图讲的正是这个，$c$ 沿着那条线一路传了下来。
# 可是一旦切断 $h$，两组的相关系数都明显下降，答案也和瞎猜差不多。这时那些单元的遗忘门仍和先前一样开着，$c_0$ 也还有一半左右留在线上，
# 只是被后来写入的内容淹没了。$h$ 接通时就不会这样：模块把记住的内容放进 $h$，$h$ 进入四个方框，再由它们重新写入。在这个训练好的 LSTM 里，记忆靠的是整个模块的配合。（练习 1 会切断那条线。）
# 各个门的初值该取多少，下一课再讲。
#
# ## 练习
#
# 1. 那条线是不是也少不了？把训练好的模型中遗忘门的偏置设为 -10，测一测准确率。
# 2. 在 NumPy 代码里把输入门和遗忘门这两块对调，结果与 `trace` 相差多大？
# 3. 门控循环单元（gated recurrent unit，GRU）有三个方框、一条线。用同样的任务训练一个，再用 `trace` 得到的门验证
#    $h_t = z_t \odot h_{t-1} + (1 - z_t) \odot \tilde{h}_t$（`"update"` 是更新门 $z$，`"candidate"` 是候选隐状态 $\tilde{h}$）。
#
# 解答：`solutions/5_lstm.zh.ipynb`。术语见[术语表](glossary.md)。下一课：[LSTM 默认就能记住吗？](6_memory.zh.ipynb)
