# %% [markdown] lang="en"
# # 1. The chain
#
# - **Question**: What does a recurrent layer compute, one step after the other?
# - **Minutes**: 30
# - **Needs**: matrix products; a Keras model that you have trained once

# %% [markdown] lang="zh"
# # 1. 链
#
# - **问题**：循环层一步接一步地在计算什么？
# - **分钟**：30
# - **需要**：矩阵乘法；曾经训练过一个 Keras 模型

# %% [markdown] lang="en"
# You read this sentence word by word, and understand each word with the ones before it in mind. A
# recurrent network does the same: at each time step $t$ it gets an input $x_t$ and its own *state*
# $h_{t-1}$ from the step before, and makes a new state $h_t$ of the two.
#
# Our sequence is a sample of the *recall* task: a symbol (a capital letter), a few distractors, and
# a question mark, at which the symbol must be named.

# %% [markdown] lang="zh"
# 你逐词阅读这句话，理解每个词时都记着前面的词。循环网络也是这样：在每个时间步 $t$，它得到输入 $x_t$
# 和自己上一步的*状态* $h_{t-1}$，并由这两者得出新的状态 $h_t$。
#
# 我们的序列来自 *recall*（回忆）任务：先是一个符号（大写字母），接着是几个干扰符号，最后是问号，
# 网络要在问号处说出最初的符号。

# %%
# %matplotlib inline
from keras_rnn_study.runs.quiet import start_tensorflow

start_tensorflow()

import matplotlib.pyplot as plt
import numpy as np

from keras_rnn_study import build_model, trace
from keras_rnn_study.datasets import recall
from keras_rnn_study.diagrams import chain

x, y = recall.make(8, gap=4, seed=0)
symbols = recall.TASK.read_input(x[0])
print(" ".join(symbols), "->", recall.TASK.read_answer(y[0]))
print("x:", x.shape, "(batch, time, features)")

# %% [markdown] lang="en"
# **Predict before you go on.** A `SimpleRNN` of 4 units reads these 6 steps. How many weights has
# it? And how many, if the sequence were 600 steps long?

# %% [markdown] lang="zh"
# **先预测，再往下看。** 一个有 4 个单元的 `SimpleRNN` 读这 6 步。它有多少个权重？如果序列长达 600 步，
# 又有多少个？

# %%
model = build_model(recall.TASK, "simple_rnn", units=4, seed=0)
layer = trace(model, x)["simple_rnn"]
chain(layer, inputs=symbols)

# %% [markdown] lang="en"
# The picture shows the layer *unrolled* along time, with its real values. It is not six layers: it is
# **one** box, drawn six times. Input comes from below, the state from the left; the new state goes
# up (as output) and to the right (as memory). The cells are the state's units: purple is
# negative, orange positive.
#
# The box holds one equation, with the same $W$, $U$ and $b$ at every step:
#
# $$h_t = \tanh\left(x_t W + h_{t-1} U + b\right)$$
#
# Here it is in NumPy. Does it give what the Keras layer gave?

# %% [markdown] lang="zh"
# 图中是沿时间*展开*的循环层，里面是真实的数值。它不是六个层，而是**同一个**方框画了六次。输入从下方进来，
# 状态从左边进来；新的状态向上（作为输出）也向右（作为记忆）。小格是状态的各个单元：紫色为负，橙色为正。
#
# 方框里只有一个方程，每一步都用同样的 $W$、$U$ 和 $b$：
#
# $$h_t = \tanh\left(x_t W + h_{t-1} U + b\right)$$
#
# 下面用 NumPy 写出它。结果和 Keras 的层一样吗？

# %%
cell = model.get_layer("simple_rnn").cell
W, U, b = (
    np.float64(weight) for weight in (cell.kernel, cell.recurrent_kernel, cell.bias)
)

h = np.zeros(4)
states = []
for x_t in x[0]:
    h = np.tanh(x_t @ W + h @ U + b)
    states.append(h)

difference = np.abs(states - layer.states["h"][0]).max()
print(f"largest difference from the Keras layer: {difference:.1e}")
assert difference < 1e-6

# %% [markdown] lang="en"
# The states agree to the rounding of 32-bit numbers: less than a millionth. There is nothing
# else inside a `SimpleRNN`.
#
# And the weights? $W$ has 17 × 4 (there are 17 symbols), $U$ 4 × 4, $b$ 4: together 88, whether the
# sequence has 6 steps or 600. The same model takes both.

# %% [markdown] lang="zh"
# 两者只差 32 位浮点数的舍入误差：小于百万分之一。`SimpleRNN` 里没有别的东西。
#
# 权重呢？$W$ 有 17 × 4 个（共有 17 种符号），$U$ 有 4 × 4 个，$b$ 有 4 个：一共 88 个，不论序列是 6 步还是
# 600 步。同一个模型两种都能读。

# %%
long_x, _ = recall.make(8, gap=598, seed=0)
weights = model.get_layer("simple_rnn").count_params()
print(
    f"{weights} weights; states: {trace(model, long_x)['simple_rnn'].states['h'].shape}"
)
assert weights == 17 * 4 + 4 * 4 + 4 == 88

# %% [markdown] lang="en"
# ## What is left of the first symbol?
#
# The state is the only thing that is handed on, so all that the network can know of the first symbol at
# the end is in $h$. Let us look: two sequences that differ *only* in their first symbol. The
# distance of their states says how much the network still tells them apart.
#
# **Predict**: after 30 steps of the same distractors, is the distance larger, the same, or smaller?

# %% [markdown] lang="zh"
# ## 第一个符号还剩下多少？
#
# 向后传递的只有状态，所以网络在最后对第一个符号所知的一切都在 $h$ 里。我们来看两个*只有*第一个符号不同的序列，
# 它们状态之间的距离说明网络还能在多大程度上区分二者。
#
# **预测**：读过 30 步相同的干扰符号之后，距离会更大、不变，还是更小？

# %%
gap = 30
x, _ = recall.make(1, gap=gap, seed=0)
pair = np.repeat(x, 2, axis=0)
pair[1, 0, :8] = np.roll(pair[1, 0, :8], 1)  # another capital letter

model = build_model(recall.TASK, "simple_rnn", init="glorot", seed=0)
h = trace(model, pair)["simple_rnn"].states["h"]
distance = np.linalg.norm(h[0] - h[1], axis=-1)

plt.figure(figsize=(6, 3), layout="constrained")
plt.semilogy(distance, "o-", color="black", markersize=4)
plt.xlabel("time step $t$")
plt.ylabel(r"$|h_t - h'_t|$")
plt.title("Two sequences with different first symbols")
plt.show()

assert len(distance) == gap + 2
assert distance[-1] < distance[0] / 10

# %% [markdown] lang="en"
# The axis is logarithmic: each line of the grid is a power of ten. Of the difference at the first step
# less than a tenth is left at the end, although nothing has erased it on purpose. The network is not
# trained; training could keep the difference alive, *if* it learns that the first symbol matters. For
# that the error at the end must find its way back through the same chain. That is the next lesson.
#
# ## Exercises
#
# 1. Leave out the `tanh`. How far are the states then from those of the Keras layer?
# 2. Does the order matter? Compare the last state for a sequence and for its steps shuffled.
# 3. Write the number of weights of a `SimpleRNN` as a formula, and test it with three layers.
#
# Solutions: `solutions/1_chain.ipynb`.

# %% [markdown] lang="zh"
# 纵轴是对数轴：每条刻度线是十的一个幂。第一步的差别到最后剩下不到十分之一，虽然没有什么东西有意去抹掉它。
# 这个网络还没有训练；训练可以让差别存活下来，*前提是*它能学到第一个符号很重要。为此，末尾的误差必须沿着同一条链走回去。
# 这就是下一课。
#
# ## 练习
#
# 1. 去掉 `tanh`。这样得到的状态与 Keras 层相差多少？
# 2. 顺序重要吗？比较一个序列和打乱各步之后的序列的最后状态。
# 3. 把 `SimpleRNN` 的权重个数写成公式，并用三个层来检验。
#
# 解答：`solutions/1_chain.zh.ipynb`。
