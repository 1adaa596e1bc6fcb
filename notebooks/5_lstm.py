# %% [markdown] lang="en"
# # 5. The LSTM
#
# - **Question**: What do the four layers inside an LSTM do to its memory?
# - **Minutes**: 60
# - **Needs**: lessons 1 and 2

# %% [markdown] lang="zh"
# # 5. LSTM
#
# - **问题**：LSTM 里的四个层对它的记忆做了什么？
# - **分钟**：60
# - **需要**：第 1、2 课

# %% [markdown] lang="en"
# The plain RNN's module is one layer, which writes the whole state anew at each step. The LSTM's module has **four** layers, and a second state
# besides $h$: the *cell state* $c$, on which layers have no direct hold.
#
# First we train one, at full speed: on a CPU `fused` runs it on one loop with hand-written gradients, on a GPU Keras runs it on cuDNN. Either way no
# Python code runs from step to step, and nobody sees a gate. The task is recall with a gap of 20; the gates start at the
# memory times that this gap asks for (`init="chrono"`, lesson 6).
#
# **Predict**: the symbol is at step 0, the question at step 21. When will the input gate be open, when the output gate?

# %% [markdown] lang="zh"
# 普通 RNN 的模块只有一个层，每一步都把整个状态重写一遍。LSTM 的模块有**四个**层，而且除了 $h$ 之外还有第二个状态：*细胞状态* $c$，
# 各层不能直接改写它。
#
# 我们先全速训练一个：在 CPU 上，`fused` 让它运行在一个带有手写梯度的循环上；在 GPU 上，Keras 用 cuDNN 运行它。无论哪种方式，步与步之间
# 都没有 Python 代码在运行，也没有人看得到门。任务是间隔为 20 的 recall；门的初值对应于这个间隔所需的记忆时间（`init="chrono"`，见第 6 课）。
#
# **预测**：符号在第 0 步，问号在第 21 步。输入门会在什么时候打开？输出门呢？

# %%
# %matplotlib inline
from keras_rnn_study.runs.quiet import start_tensorflow

start_tensorflow()

import matplotlib.pyplot as plt
import numpy as np

from keras_rnn_study import build_model, fused, trace
from keras_rnn_study.datasets import recall
from keras_rnn_study.diagrams import lstm_module

GAP, UNITS = 20, 16
model = build_model(recall.TASK, "lstm", units=UNITS, init="chrono", gap=GAP, seed=0)
with fused(model) as swapped:
    model.fit(
        recall.stream(64, gap=GAP, seed=0),
        steps_per_epoch=100,
        epochs=4,
        shuffle=False,
        verbose=0,
    )
print("layers on a fused loop:", swapped.layers)

x, y = recall.make(64, gap=GAP, seed=1)
layer = trace(model, x, y)["lstm"]
accuracy = np.mean(model.predict(x, verbose=0).argmax(axis=-1) == y)
print("sample 0:", " ".join(recall.TASK.read_input(x[0])))
print(f"right answers: {accuracy:.0%}")
assert accuracy > 0.95

# %% [markdown] lang="en"
# It has learned. Now the module, as the article draws it, with this model's own values at step 0, where the symbol comes in. Boxes are learned
# layers, circles pointwise operations; lines carry vectors; joining lines concatenate, forking lines copy. The strips *are* the vectors,
# a cell a unit: in states purple is negative and orange positive, in gates black is closed (0) and white is open (1). The numbers are
# those of the unit with the red frame.

# %% [markdown] lang="zh"
# 它学会了。下面是文章所画的模块，其中是这个模型自己在第 0 步（符号进来时）的数值。方框是学习得到的层，圆圈是逐点运算；线传递向量；
# 线汇合表示拼接，线分叉表示复制。彩条*就是*向量，每格一个单元：状态中紫色为负、橙色为正，门里黑色为关（0）、白色为开（1）。
# 数字属于红框中的那个单元。

# %%
unit = int(layer.gates["forget"].mean(axis=(0, 1)).argmax())  # the one that keeps most
lstm_module(layer, 0, unit=unit)

# %% [markdown] lang="en"
# ## Step by step
#
# **The line along the top** is the LSTM's idea. On it the cell state runs through the chain, and only two circles touch it: one
# multiplication, one addition.

# %% [markdown] lang="zh"
# ## 一步一步来
#
# **顶端的那条线**就是 LSTM 的核心想法。细胞状态沿着它穿过整条链，碰到它的只有两个圆圈：一次乘法，一次加法。

# %%
lstm_module(layer, 10, part="state", unit=unit)

# %% [markdown] lang="en"
# **The forget gate** says what to keep. A sigmoid layer looks at $h_{t-1}$ and $x_t$, and puts out a number between 0
# (forget) and 1 (keep) for each unit of the cell state.
#
# $$f_t = \sigma\left(W_f\,[h_{t-1}, x_t] + b_f\right)$$

# %% [markdown] lang="zh"
# **遗忘门**决定保留什么。一个 sigmoid 层看 $h_{t-1}$ 和 $x_t$，为细胞状态的每个单元给出 0（忘记）到 1（保留）之间的一个数。
#
# $$f_t = \sigma\left(W_f\,[h_{t-1}, x_t] + b_f\right)$$

# %%
lstm_module(layer, 10, part="forget", unit=unit)

# %% [markdown] lang="en"
# **The input gate and the candidate** say what is new. The tanh layer proposes values, and another sigmoid says how much of each is taken.
#
# $$i_t = \sigma\left(W_i\,[h_{t-1}, x_t] + b_i\right), \qquad
# \tilde{c}_t = \tanh\left(W_c\,[h_{t-1}, x_t] + b_c\right)$$

# %% [markdown] lang="zh"
# **输入门和候选值**决定有什么新东西。tanh 层提出数值，另一个 sigmoid 层决定各取多少。
#
# $$i_t = \sigma\left(W_i\,[h_{t-1}, x_t] + b_i\right), \qquad
# \tilde{c}_t = \tanh\left(W_c\,[h_{t-1}, x_t] + b_c\right)$$

# %%
lstm_module(layer, 0, part="input", unit=unit)

# %% [markdown] lang="en"
# **The update**: keep the old, times $f_t$; add the new, times $i_t$.
#
# $$c_t = f_t \odot c_{t-1} + i_t \odot \tilde{c}_t$$

# %% [markdown] lang="zh"
# **更新**：旧的乘以 $f_t$ 留下，新的乘以 $i_t$ 加上。
#
# $$c_t = f_t \odot c_{t-1} + i_t \odot \tilde{c}_t$$

# %%
lstm_module(layer, 0, part="update", unit=unit)

# %% [markdown] lang="en"
# **The output gate** says what of the memory is shown: to the next step, and to the rest of the network. Here at the question mark.
#
# $$o_t = \sigma\left(W_o\,[h_{t-1}, x_t] + b_o\right), \qquad h_t = o_t \odot \tanh(c_t)$$

# %% [markdown] lang="zh"
# **输出门**决定把记忆中的什么显示出来：给下一步，也给网络的其余部分。这里是在问号处。
#
# $$o_t = \sigma\left(W_o\,[h_{t-1}, x_t] + b_o\right), \qquad h_t = o_t \odot \tanh(c_t)$$

# %%
lstm_module(layer, GAP + 1, part="output", unit=unit)

# %% [markdown] lang="en"
# ## Are these really the gates of the layer that was trained?
#
# The fast loop gives back nothing but $h$. From $h$, $x$ and the weights all else follows: $h_{t-1}$ and $x_t$ determine the four
# layers at step $t$, so *all* steps can be computed at once. This is how `trace` gets gates without slowing anything down. Here
# it is by hand, in NumPy and 64-bit numbers:

# %% [markdown] lang="zh"
# ## 这真的是训练过的那个层的门吗？
#
# 快速循环只返回 $h$。由 $h$、$x$ 和权重可以得出其余的一切：$h_{t-1}$ 和 $x_t$ 决定了第 $t$ 步的四个层，所以*所有*步可以一次算出。
# `trace` 就是这样得到各个门，而不拖慢任何东西的。下面用 NumPy 和 64 位浮点数亲手来做：

# %%
cell = model.get_layer("lstm").cell
W, U, b = (
    np.float64(weight) for weight in (cell.kernel, cell.recurrent_kernel, cell.bias)
)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


h = np.float64(layer.states["h"])  # what the fast loop gave: (batch, time, units)
h_before = np.concatenate([np.zeros_like(h[:, :1]), h[:, :-1]], axis=1)
blocks = np.split(x @ W + h_before @ U + b, 4, axis=-1)  # Keras' order: i, f, c, o
gates = dict(zip(["input", "forget", "candidate", "output"], blocks, strict=True))
gates = {n: np.tanh(z) if n == "candidate" else sigmoid(z) for n, z in gates.items()}

c = np.zeros((len(x), UNITS))
for t in range(x.shape[1]):
    c = gates["forget"][:, t] * c + gates["input"][:, t] * gates["candidate"][:, t]
    assert np.abs(gates["output"][:, t] * np.tanh(c) - h[:, t]).max() < 1e-5

for name, values in gates.items():
    difference = np.abs(values - layer.gates[name]).max()
    print(f"{name:10} differs by {difference:.0e} at most")
    assert difference < 1e-5

# %% [markdown] lang="en"
# All four agree to less than a hundred-thousandth, and at each step they give just the $h$ that the fast loop had put out. These *are* the gates.
#
# ## What has it learned?
#
# The mean of each gate over units and samples, along time:

# %% [markdown] lang="zh"
# 四者的差别都小于十万分之一，而且它们在每一步给出的正是快速循环输出的 $h$。这些*就是*那些门。
#
# ## 它学到了什么？
#
# 每个门对单元和样本的平均值，沿时间画出：

# %%
plt.figure(figsize=(7, 3), layout="constrained")
for name, style in {"input": "o-", "forget": "s--", "output": "^:"}.items():
    curve = layer.gates[name].mean(axis=(0, 2))
    plt.plot(curve, style, color="black", markersize=4, label=name)
plt.ylim(0, 1)
plt.xlabel("time step $t$ (symbol at 0, question at 21)")
plt.ylabel("mean gate")
plt.legend()
plt.show()

mean = {name: values.mean(axis=(0, 2)) for name, values in layer.gates.items()}
for name in ["input", "forget", "output"]:
    first, between, last = mean[name][0], mean[name][1:-1].mean(), mean[name][-1]
    print(f"{name:7} symbol {first:.2f}, between {between:.2f}, question {last:.2f}")
assert mean["input"][0] < mean["input"][1:-1].mean() + 0.05
assert max(np.ptp(mean[name]) for name in ["input", "forget", "output"]) < 0.25

# %% [markdown] lang="en"
# Most people predict: the input gate opens for the symbol and shuts for the distractors; the output gate opens at the question. **Nothing of the
# kind.** No mean moves by as much as a quarter, and the input gate is not wider open at the symbol than later. The network keeps
# writing all the time.
#
# How can it remember, then? What is remembered is a *difference* between sequences. Look at the correlation, over all samples, of the cell state right
# after the symbol with the cell state later on, apart for units whose forget gate is nearly open and for the others:

# %% [markdown] lang="zh"
# 多数人的预测是：输入门为符号打开、对干扰符号关上；输出门在问号处打开。**完全不是这样。** 没有哪个平均值的变化达到四分之一，输入门在符号处
# 也并不比以后开得更大。网络一直在写入。
#
# 那么它怎么能记住呢？被记住的是序列之间的*差别*。来看细胞状态在符号之后那一刻与以后各步之间（对所有样本）的相关系数，
# 遗忘门几乎全开的单元和其余单元分开来看：

# %%
forget = layer.gates["forget"].mean(axis=(0, 1))  # a number a unit
c = layer.states["c"]


def likeness(units):
    """Correlation of c_0 with c_t, for each t."""
    start = c[:, 0, units].ravel()
    return [np.corrcoef(start, c[:, t, units].ravel())[0, 1] for t in range(GAP + 2)]


keeping, forgetting = likeness(forget > 0.9), likeness(forget <= 0.9)
plt.figure(figsize=(7, 3), layout="constrained")
plt.plot(keeping, "s-", color="black", markersize=4, label="forget gate above 0.9")
plt.plot(forgetting, "o:", color="black", markersize=4, label="all other units")
plt.axhline(0, color="gray", linewidth=0.8)
plt.xlabel("time step $t$")
plt.ylabel("correlation of $c_0$ and $c_t$")
plt.legend()
plt.show()

kept = np.float64(layer.gates["forget"][:, 1:]).prod(axis=1).mean(axis=0)  # of c_0
for name, units, curve in [
    ("above 0.9", forget > 0.9, keeping),
    ("others", forget <= 0.9, forgetting),
]:
    print(
        f"{name}: {units.sum()} units; of c_0 the gates keep {kept[units].mean():.1%}; "
        f"correlation at the end {curve[-1]:.2f}"
    )
    assert curve[-1] > 0.4
assert kept[forget > 0.9].mean() > 5 * kept[forget <= 0.9].mean()

# %% [markdown] lang="en"
# **A surprise**: when the question comes, after twenty rounds of new input, the correlation is above 0.4 in *both* groups. Where the gate is nearly open this is
# the story of the diagram: $c$ runs along its line. But in the others the gates let hardly anything of $c_0$ through. To them
# it can only come back through $h$: the module shows there what it holds, $h$ goes into all four boxes, and they write it anew. Memory in a trained LSTM is the work of the
# whole module; the open line is where it is safe. (Exercise 1 cuts the line.) What the gates start at is the next lesson.
#
# ## Exercises
#
# 1. Is it really the forget gate? Set its bias to -10 in the trained model, and measure the accuracy.
# 2. Exchange two blocks in the NumPy code, input and forget gate. How large is the difference from the trace then?
# 3. A GRU has three boxes and one line. Train one on the same task, and check $h_t = z_t \odot h_{t-1} + (1 - z_t) \odot \tilde{h}_t$ with the
#    gates of a trace (`"update"` is $z$, `"candidate"` is $\tilde{h}$).
#
# Solutions: `solutions/5_lstm.ipynb`.

# %% [markdown] lang="zh"
# **出人意料**：经过二十轮新的输入，到提问时，*两*组的相关系数都在 0.4 以上。在门几乎全开的单元里，情形正如示意图所说：$c$ 沿着它的线前行。
# 但在其余的单元里，门几乎不让 $c_0$ 通过。它只能经由 $h$ 回到那里：模块把所保持的东西显示在 $h$ 里，
# $h$ 进入全部四个方框，它们再把它重新写入。
# 在训练过的 LSTM 里，记忆是整个模块的工作；那条敞开的线是它安全的所在。（练习 1 会切断这条线。）门的初值是下一课的内容。
#
# ## 练习
#
# 1. 真的是遗忘门吗？把训练好的模型中它的偏置设为 -10，测量准确率。
# 2. 在 NumPy 代码中交换两块：输入门和遗忘门。与 trace 的差别有多大？
# 3. GRU 有三个方框和一条线。用同样的任务训练一个，并用 trace 得到的门检验 $h_t = z_t \odot h_{t-1} + (1 - z_t) \odot \tilde{h}_t$
#    （`"update"` 是 $z$，`"candidate"` 是 $\tilde{h}$）。
#
# 解答：`solutions/5_lstm.zh.ipynb`。
