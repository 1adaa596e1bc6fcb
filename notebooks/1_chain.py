# %% [markdown] lang="en"
# # 1. The chain
#
# - **Question**: What does a recurrent layer compute, one step after the other?
# - **Minutes**: 30
# - **Needs**: matrix products; a Keras model that you have trained once

# %% [markdown] lang="zh"
# # 1. 链式结构
#
# - **问题**：循环神经网络沿着序列一步一步地走，每一步到底算了什么？
# - **时长**：30 分钟
# - **先修**：矩阵乘法；用 Keras 训练过一个模型

# %% [markdown] lang="en"
# You read this sentence word by word, and understand each word with the ones before it in mind. A
# recurrent neural network does the same: at each time step $t$ it gets an input $x_t$ and its own *hidden state*
# $h_{t-1}$ from the step before, and makes a new state $h_t$ of the two.
#
# These lessons measure what an introduction to RNNs says. The one that they follow ("the article") is
# Christopher Olah's [Understanding LSTM Networks](https://colah.github.io/posts/2015-08-Understanding-LSTMs/) of
# 2015, and the quick introductions in Chinese that retell it.
#
# Our sequence is a sample of the *recall* task: a symbol (a capital letter), a few distractors, and
# a question mark, at which the symbol must be named.

# %% [markdown] lang="zh"
# 读这句话时，你是一个词一个词往下读的；每个词的意思，都要联系前面读过的内容才能明白。循环神经网络（recurrent neural network，RNN）也是这样：
# 在时间步 $t$，它接收输入 $x_t$ 和上一步留下的*隐状态* $h_{t-1}$，由这两者算出新的隐状态 $h_t$。
#
# 入门文章里关于循环神经网络的种种说法，本课程要逐条用实验检验。课程里说的“文章”，指 Christopher Olah 2015 年的
# [Understanding LSTM Networks](https://colah.github.io/posts/2015-08-Understanding-LSTMs/)，以及以它为蓝本的中文入门介绍。
#
# 我们用的序列取自 *recall*（回忆）任务：开头是一个大写字母，后面跟着若干干扰符号，最后是一个问号。读到问号时，网络要说出开头的字母。

# %%
# %matplotlib inline
from lesson import curves, show, start

LANGUAGE = "en"
start(LANGUAGE)

import numpy as np

from keras_rnn_study import build_model, trace
from keras_rnn_study.datasets import recall
from keras_rnn_study.diagrams import chain

x, y = recall.make(8, gap=4, seed=0)
symbols = recall.tokens(x)[0]
print(" ".join(symbols), "->", recall.TASK.read_answer(y[0]))
print("x:", x.shape, "(batch, time, features)")

# %% [markdown] lang="en"
# **Predict before you go on.** A `SimpleRNN` of 4 units reads these 6 steps. How many weights has
# it? And how many, if the sequence were 600 steps long?

# %% [markdown] lang="zh"
# **先预测，再往下看。** 让一个有 4 个隐藏单元的 `SimpleRNN` 读这 6 步，它共有多少个权重？要是序列长达 600 步呢？

# %%
model = build_model(recall.TASK, "simple_rnn", units=4, seed=0)
layer = trace(model, x)["simple_rnn"]
show(chain(layer, inputs=symbols))

# %% [markdown] lang="en"
# The picture shows the layer *unrolled* along time, with its real values. It is not six layers: it is
# **one** box, drawn six times. Input comes from below, the state from the left; the new state goes
# up (as output) and to the right (as memory). The cells are the state's units: purple is
# negative, orange positive.
#
# The box holds one equation, with the same $W$, $U$ and $b$ at every step. Vectors are *rows*, here and in all lessons, as in Keras:
#
# $$h_t = \tanh\left(x_t W + h_{t-1} U + b\right)$$
#
# In the article's picture the lines of $h_{t-1}$ and $x_t$ join before they enter the box, and its equation has one matrix, $[h_{t-1}, x_t]\,W$. That is
# the same: put $h$ and $x$ side by side, a row of 4 + 17 numbers, and $U$ on top of $W$, a matrix of 21 × 4.
#
# Here are both in NumPy. Do they give what the Keras layer gave?

# %% [markdown] lang="zh"
# 这张图把循环层沿时间*展开*，图中填的是真实数值。这里并没有六个层：方框只有**一个**，画了六遍。输入从下方进来，隐状态从左边进来；
# 新的隐状态一路向上，作为这一步的输出，一路向右，作为留给下一步的记忆。每个小格是一个隐藏单元的值，紫色为负，橙色为正。
#
# 方框里只有一个公式，每一步用的都是同一组 $W$、$U$、$b$。本课程里的向量一律写成*行向量*，与 Keras 一致：
#
# $$h_t = \tanh\left(x_t W + h_{t-1} U + b\right)$$
#
# 在文章的图里，$h_{t-1}$ 和 $x_t$ 两条线先汇合再进方框，公式里也只有一个矩阵：$[h_{t-1}, x_t]\,W$。这两种写法是一回事：
# 把 $h$ 和 $x$ 拼成一行，共 4 + 17 个数；再把 $U$ 摞在 $W$ 上面，拼成一个 21 × 4 的矩阵。
#
# 下面用 NumPy 把两种写法都算一遍，看看结果与 Keras 的层是否一致。

# %%
cell = model.get_layer("simple_rnn").cell
W, U, b = (np.float64(w) for w in (cell.kernel, cell.recurrent_kernel, cell.bias))
stacked = np.vstack([U, W])  # (4 + 17, 4)

h = np.zeros(4)
states, joined = [], []
for x_t in x[0]:
    joined.append(np.tanh(np.concatenate([h, x_t]) @ stacked + b))
    h = np.tanh(x_t @ W + h @ U + b)
    states.append(h)

difference = np.abs(states - layer.states["h"][0]).max()
print(f"largest difference from the Keras layer: {difference:.1e}")
print(
    f"between the two ways of writing: {np.abs(np.subtract(states, joined)).max():.1e}"
)

# %% tags=["check"]
assert difference < 1e-6
assert np.allclose(states, joined, atol=1e-12)
assert stacked.shape == (21, 4)

# %% [markdown] lang="en"
# The states agree to the rounding of 32-bit numbers: less than a millionth. There is nothing
# else inside a `SimpleRNN`.
#
# And the weights? $W$ has 17 × 4 (there are 17 symbols), $U$ 4 × 4, $b$ 4: together 88, whether the
# sequence has 6 steps or 600. The same model takes both.

# %% [markdown] lang="zh"
# 差别不到百万分之一，只是 32 位浮点数的舍入误差。`SimpleRNN` 里面就只有这一个公式，再没有别的。
#
# 那么权重有多少个？$W$ 有 17 × 4 个（符号共 17 种），$U$ 有 4 × 4 个，$b$ 有 4 个，合计 88 个。这个数与序列长短无关：6 步也好，600 步也好，同一个模型都能读。

# %%
long_x, _ = recall.make(8, gap=598, seed=0)
weights = model.get_layer("simple_rnn").count_params()
long_states = trace(model, long_x)["simple_rnn"].states["h"]
print(f"{weights} weights; states: {long_states.shape}")

# %% tags=["check"]
assert weights == 17 * 4 + 4 * 4 + 4 == 88
assert long_states.shape == (8, 600, 4)

# %% [markdown] lang="en"
# ## What is left of the first symbol?
#
# The state is the only thing that is handed on, so all that the network can know of the first symbol at
# the end is in $h$. Let us look: two sequences that differ *only* in their first symbol. The
# distance of their states says how much the network still tells them apart.
#
# **Predict**: after 30 steps of the same distractors, is the distance larger, the same, or smaller?

# %% [markdown] lang="zh"
# ## 开头的符号还剩下多少？
#
# 上一步传给下一步的只有隐状态，所以读到最后，网络对开头的符号还知道多少，全看 $h$ 里还留着多少。取两个序列，*只有*开头的符号不同；
# 两者的隐状态离得越远，网络就越能把它们区分开。
#
# **预测**：两个序列接着读 30 步完全相同的干扰符号，这个距离会变大、不变，还是变小？

# %%
x, _ = recall.make(1, gap=30, seed=0)
pair = np.repeat(x, 2, axis=0)
pair[1, 0, :8] = np.roll(pair[1, 0, :8], 1)  # another capital letter

model = build_model(recall.TASK, "simple_rnn", init="glorot", seed=0)
h = trace(model, pair)["simple_rnn"].states["h"]
distance = np.linalg.norm(h[0] - h[1], axis=-1)
print(f"left of it: {distance[-1] / distance[0]:.3f}")
curves(
    {"$|h_t - h'_t|$": distance},
    title="two sequences, different first symbols",
    x="time step $t$",
    log=True,
    dots=True,
)

# %% tags=["check"]
assert len(distance) == 32
assert distance[-1] < distance[0] / 10

# %% [markdown] lang="en"
# The axis is logarithmic: each label on it is ten times the one below. Of the difference at the first step
# less than a tenth is left at the end, although nothing has erased it on purpose. The network is not
# trained; training could keep the difference alive, *if* it learns that the first symbol matters. For
# that the error at the end must find its way back through the same chain. That is
# [lesson 2](2_vanishing.ipynb).
#
# ## Exercises
#
# 1. Leave out the `tanh`. How far are the states then from those of the Keras layer?
# 2. Does the order matter? Compare the last state for a sequence and for its steps shuffled.
# 3. Write the number of weights of a `SimpleRNN` as a formula, and test it with three layers.
#
# Solutions: `solutions/1_chain.ipynb`. Words: [glossary](glossary.md).

# %% [markdown] lang="zh"
# 纵轴是对数刻度，每个刻度值都是它下面那个的十倍。没有谁刻意去抹掉开头的差别，可读到最后，它只剩下不到十分之一。这个网络还没有训练过；
# 训练有可能把差别保留下来，*前提是*网络得先学到：开头的符号很重要。要学到这一点，末尾的误差就必须沿着同一条链传回开头。这正是[第 2 课](2_vanishing.zh.ipynb)的内容。
#
# ## 练习
#
# 1. 去掉 `tanh` 再算一遍，得到的隐状态与 Keras 的层相差多少？
# 2. 顺序重要吗？把一个序列的各步打乱，看看最后一步的隐状态变不变。
# 3. 写出 `SimpleRNN` 权重个数的公式，用三个不同的层验证。
#
# 解答：`solutions/1_chain.zh.ipynb`。术语见[术语表](glossary.md)。
