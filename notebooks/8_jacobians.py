# %% [markdown] lang="en"
# # 8. Products of Jacobians
#
# - **Question**: What can the way back through time do to a gradient, and where between order and chaos is recall learned?
# - **Minutes**: 60
# - **Needs**: lessons [2](2_vanishing.ipynb) and [3](3_exploding.ipynb); singular values

# %% [markdown] lang="zh"
# # 8. 雅可比矩阵的乘积
#
# - **问题**：沿时间往回传，梯度可能变成什么样子？在有序与混沌之间，recall 在哪里学得会？
# - **时长**：60 分钟
# - **先修**：第 [2](2_vanishing.zh.ipynb)、[3](3_exploding.zh.ipynb) 课；奇异值

# %% [markdown] lang="en"
# One step back multiplies a gradient by a matrix, the **Jacobian** of that step. For $h_t = \tanh(x_t W + h_{t-1} U + b)$ it is
#
# $$J_t = \frac{\partial h_t}{\partial h_{t-1}} = \mathrm{diag}(1 - h_t^2)\, U^\top, \qquad
# \frac{\partial L}{\partial h_{t-k}} = \frac{\partial L}{\partial h_t}\, J_t J_{t-1} \cdots J_{t-k+1} .$$
#
# Lesson 2 followed *one* gradient through this product. The product itself says more: its largest **singular value** is what it does to the gradient that
# keeps most, its smallest what it does to the one that loses most. Every gradient is between the two.
#
# **Predict**: $U$ is orthogonal, all of its singular values are 1. Over 101 steps, by what factor do the largest and the smallest singular value of the product differ? Where between them is our gradient?

# %% [markdown] lang="zh"
# 每往回走一步，梯度就乘上一个矩阵，即这一步的**雅可比矩阵**（Jacobian）。由 $h_t = \tanh(x_t W + h_{t-1} U + b)$ 可得
#
# $$J_t = \frac{\partial h_t}{\partial h_{t-1}} = \mathrm{diag}(1 - h_t^2)\, U^\top, \qquad
# \frac{\partial L}{\partial h_{t-k}} = \frac{\partial L}{\partial h_t}\, J_t J_{t-1} \cdots J_{t-k+1} .$$
#
# 第 2 课只跟着*一个*梯度走完了这串乘积。从乘积本身还能看出更多：方向不同的梯度穿过它，长度改变的倍数也不同，
# 其中最大的就是它的最大**奇异值**，最小的就是最小奇异值，任何梯度都介于两者之间。
#
# **预测**：$U$ 是正交矩阵，奇异值全是 1。走 101 步之后，乘积的最大奇异值是最小奇异值的多少倍？我们的梯度又在两者之间的什么位置？

# %%
# %matplotlib inline
from lesson import start
from lesson_dynamics import edge, fans

LANGUAGE = "en"
start(LANGUAGE)

import keras
import numpy as np

from keras_rnn_study import build_model, dynamics, fused, measures, trace
from keras_rnn_study.datasets import recall

x, y = recall.make(2, gap=100, seed=1)
model = build_model(recall.TASK, "simple_rnn", seed=0)
layer = trace(model, x, y)["simple_rnn"]

U = np.float64(model.get_layer("simple_rnn").cell.recurrent_kernel)
h = np.float64(layer.states["h"])  # (batch, time, units)
J = (1 - h**2)[..., None] * U.T  # one for each sample and step
same = np.abs(J - dynamics.jacobians(model, x)).max()

gradient = np.float64(layer.state_gradients["h"][0])  # (time, units)
carried = gradient[-1]
for t in range(len(gradient) - 1, 0, -1):
    carried = carried @ J[0, t]
difference = np.abs(carried - gradient[0]).max() / np.abs(gradient[0]).max()
print(f"J by hand differs from the toolkit's by {same:.0e};")
print(f"101 of them carry the gradient to step 0 with an error of {difference:.0e}")

# %%
gain = dynamics.backward_gain(model, x, y)  # of the products over k steps, as log10
rate = np.exp(dynamics.lyapunov_exponents(model, x, count=1).exponents[0])
left = {k: 10 ** gain.singular_values[0, k - 1] for k in (1, 101)}
this = 10 ** gain.gradient[0, 100]
for k, values in left.items():
    print(f"k = {k}: largest {values[0]:.1e}, smallest {values[-1]:.1e}")
print(f"this loss's gradient over 101 steps: {this:.1e}; rate {rate:.2f} per step")
fans({"SimpleRNN": gain}, rate, "rate of the exponent")

# %% tags=["check"]
assert same < 1e-5
assert difference < 1e-4
assert left[1][-1] > 0.4
assert left[101][0] / left[101][-1] > 1e8
assert 1e-6 < this < left[101][0] < 1e-3
assert this > 0.1 * left[101][0]
assert 0.86 < rate < 0.9

# %% [markdown] lang="en"
# A single step takes about half at most. The product of 101 opens like a *fan*: its singular values differ by more than a factor of $10^8$, though $U$ itself treats all directions alike. The slopes shorten a vector in some directions more than in others, and step by step
# the differences multiply.
#
# Our gradient runs close to the upper edge, within a factor of ten. That is no luck: whatever a vector consists of, its part in the direction that shrinks least is soon all that is left. The rate of that part, the mean logarithm of the factor per step, is the largest
# **Lyapunov exponent** $\lambda$; the dashed line falls by $e^\lambda = 0.88$ per step. $\lambda < 0$: two nearby states come together, the past is forgotten, and gradients vanish. $\lambda > 0$: they part, which is called *chaos*, and
# gradients explode. $\lambda = 0$ is the **edge of chaos**.
#
# ## Normal or not
#
# Is $\lambda$ the logarithm of the spectral radius $\rho$? Three networks without a tanh, all with $\rho(U) = 0.9$: $J = U^\top$ at each step, so the product is a power. A matrix is **normal** if its eigenvectors are orthogonal. The *departure* from it (Henrici) is 0 for a normal matrix, and
# 1 at most.
#
# **Predict**: eigenvalues foretell $0.9^{20} = 0.12$ after 20 steps for all three. Which of them grow first?

# %% [markdown] lang="zh"
# 单独一步，最多缩短一半左右；可是 101 步的乘积像*扇子*一样张开：$U$ 对各个方向一视同仁，奇异值却相差 $10^8$ 倍以上。
# 斜率在各个方向上压缩得不一样多，一步一步乘下来，差别就越来越大。
#
# 我们的梯度贴着扇子的上沿走，相差不到十倍。这不是碰巧：一个向量不管由哪些分量组成，走不了几步，剩下的就几乎只有缩短得最慢的那个方向上的分量。
# 这个分量每步所乘的倍数，取对数再平均，就是最大**李雅普诺夫指数** $\lambda$；图中的虚线每步乘以 $e^\lambda = 0.88$。$\lambda < 0$：相近的状态越走越近，过去被遗忘，梯度消失。
# $\lambda > 0$：相近的状态越走越远，这叫*混沌*，梯度爆炸。$\lambda = 0$ 就是**混沌边缘**。
#
# ## 正规与不正规
#
# $\lambda$ 就是谱半径 $\rho$ 的对数吗？来看三个没有 tanh 的网络，$\rho(U)$ 都是 0.9。没有 tanh，每一步都是 $J = U^\top$，乘积就是矩阵的幂。
# 第 3 课说过，特征向量相互正交的矩阵叫作**正规矩阵**。*偏离正规的程度*按 Henrici 的办法来量：正规矩阵为 0，最大为 1。
#
# **预测**：单看特征值，走 20 步，三者都应该只剩 $0.9^{20} = 0.12$。其中哪些会先变大？


# %%
def linear(kernel, steps=40):
    """What a network without a tanh does to a gradient."""
    rnn = keras.layers.SimpleRNN(len(kernel), activation=None)
    net = keras.Sequential([keras.Input((steps, 1)), rnn])
    rnn.set_weights([np.ones((1, len(kernel))), kernel, np.zeros(len(kernel))])
    return dynamics.backward_gain(net, np.ones((1, steps, 1)))


def departure(kernel):
    """What eigenvalues leave out of a matrix: 0 for a normal one, 1 at most."""
    known = np.sum(np.abs(np.linalg.eigvals(kernel)) ** 2)
    return np.sqrt(max(0, 1 - known / np.sum(kernel**2)))


def gaussian(seed, units=32):
    return np.random.default_rng(seed).normal(size=(units, units)) / np.sqrt(units)


random = gaussian(0) * 0.9 / measures.spectral_radius(gaussian(0))
kernels = {
    "orthogonal × 0.9": 0.9 * U,
    "random": random,
    "upper triangle": 0.9 * np.eye(12) + 0.18 * np.triu(np.ones((12, 12)), 1),
}
products = {name: linear(kernel) for name, kernel in kernels.items()}
after_20 = {}
for name, product in products.items():
    after_20[name] = 10 ** product.singular_values[0, 19, 0]
    away = departure(kernels[name])
    print(f"{name}: departure {away:.2f}, x {after_20[name]:.2g} in 20")
fans(products, 0.9, "radius to the power of k")

# %% tags=["check"]
assert all(abs(measures.spectral_radius(k) - 0.9) < 1e-3 for k in kernels.values())
assert abs(after_20["orthogonal × 0.9"] - 0.9**20) < 1e-3
assert 0.12 < after_20["random"] < 0.5
assert after_20["upper triangle"] > 300
assert departure(kernels["orthogonal × 0.9"]) < 0.01
assert departure(kernels["random"]) > 0.6
assert departure(kernels["upper triangle"]) < departure(kernels["random"])

# %% [markdown] lang="en"
# The orthogonal kernel, which is normal, does what its eigenvalues say, in all directions. The triangular one makes a gradient hundreds of times longer before it shrinks: its eigenvectors nearly coincide, so a short vector is made of long
# parts that cancel, and after some steps they no longer do. And the random one, of the kind that many programs start from, departs *most* from normal, but its upper edge hardly rises above the dashed line; it is the lower part of its fan that is torn open. So "not normal" says that
# eigenvalues may mislead. By how much, and in which direction, say the singular values.
#
# ## The edge of chaos
#
# A scale decides where a network stands: $U$ = scale × random. Small scales order, large scales chaos, and it is often said that one must start on the edge. We train recall with a gap of 20 from seven scales, two random kernels each,
# for 300 training steps at most. All else is the same.
#
# **Predict**: which scales learn? And what becomes of the exponent?

# %% [markdown] lang="zh"
# 正交矩阵是正规的，在每个方向上都与特征值推算的一样。三角矩阵却先把梯度放大到几百倍，然后才开始缩小：它的特征向量几乎重合，用它们来合成一个很短的向量，
# 要靠几个很长的分量相互抵消；走上几步，抵消不了了，向量就变长了。随机矩阵（许多程序的初始权重就是这一类）偏离正规的程度*最大*，扇子的上沿却几乎没有超出虚线，
# 裂开的是下半边。所以“不正规”只说明特征值可能误导人；误导多少、往哪边误导，要看奇异值。
#
# ## 混沌边缘
#
# 网络是有序还是混沌，由尺度决定：$U$ = 尺度 × 随机矩阵。尺度小则有序，尺度大则混沌；常有人说，必须从混沌边缘出发。
# 下面取七种尺度，每种两个随机矩阵，训练间隔为 20 的 recall，至多 300 步，其余条件完全相同。
#
# **预测**：哪些尺度学得会？训练之后，指数会变成多少？

# %%
x, y = recall.make(256, gap=20, seed=1)
x_long = recall.make(2, gap=200, seed=2)[0]
model = build_model(recall.TASK, "simple_rnn", seed=0)
model.optimizer.build(model.trainable_variables)
variables = [*model.variables, *model.optimizer.variables]
fresh = [variable.numpy() for variable in variables]


def exponent():
    return dynamics.lyapunov_exponents(model, x_long, count=1).exponents[0]


def train(scale, seed):
    """Exponents before and after, and how many steps it took until 95 % are right."""
    for variable, value in zip(variables, fresh, strict=True):
        variable.assign(value)
    model.get_layer("simple_rnn").cell.recurrent_kernel.assign(scale * gaussian(seed))
    data, before = recall.stream(64, gap=20, seed=seed), exponent()
    for steps in range(50, 301, 50):
        model.fit(data, steps_per_epoch=50, shuffle=False, verbose=0)
        answers = model.predict(x, batch_size=256, verbose=0).argmax(axis=-1)
        if np.mean(answers == y) > 0.95:
            return scale, before, exponent(), steps
    return scale, before, exponent(), np.nan


SCALES = (0.3, 0.6, 0.9, 1.2, 1.6, 2.2, 3.5)
with fused(model):
    runs = np.array([train(scale, seed) for scale in SCALES for seed in (0, 1)])
for run in runs:
    print("scale {:.1f}: exponent {:+.2f} -> {:+.3f}, learned at {:.0f}".format(*run))
edge(before=runs[:, 1], after=runs[:, 2], needed=runs[:, 3])

# %% tags=["check"]
scale, before, after, needed = runs.T
learned = ~np.isnan(needed)
near = np.isin(scale, (0.9, 1.2, 1.6))
assert not learned[np.isin(scale, (0.3, 3.5))].any()
assert learned[near].all()
assert needed[near].max() <= 150
assert before[near].min() > -0.25
assert before[near].max() < 0.05
assert np.abs(after[learned & (before < 0.1)]).max() < 0.03
assert np.abs(after[learned & (before > 0.1)]).min() > 0.02
assert before[learned].min() < -0.4
assert 0.1 < before[learned].max() < 0.2
assert np.nanmin(needed[scale == 2.2]) > needed[near].max()

# %% [markdown] lang="en"
# On the left: all that begin near the edge, with exponents between -0.2 and 0.02, learn, and they learn fastest, within 150 steps. On both sides it takes longer; far into order or far into chaos nothing is learned in this time. So the saying holds, but the edge is broad: networks learned from an exponent of
# -0.5 as well as from one of 0.15.
#
# On the right is what the saying leaves out. The networks that began in order and learned have *all* ended at an exponent of 0, to within a few hundredths, also the one that began at -0.5. Training **moves** a network to the edge. It must: to keep eight symbols apart for 20 steps, states must
# not come together. Nor does a network that remembers have to stay near the edge at any price: the two that came from chaos learned with an exponent away from 0.
#
# **The verdict.** The edge of chaos is not so much the place to start from as the place where a network that remembers arrives. A start near it saves the way.
#
# ## Exercises
#
# 1. Which of the starts of lesson 2 are normal? Compute the departure of the orthogonal, the `glorot_uniform` and the identity kernel; and of a trained one.
# 2. An LSTM has two states, so its Jacobian is twice as wide. Compare the largest exponent of Keras' default start with that of `init="chrono"`, before training, on recall with a gap of 100. Which of the two is nearer to the edge?
# 3. Three numbers may foretell what is left of a gradient after 101 steps: the exponent, the largest singular value, and the spectral radius. Compare them with what is measured, for this lesson's first network.
#
# Solutions: `solutions/8_jacobians.ipynb`. Words: [glossary](glossary.md). Next: [a sum, not only a product](9_sum.ipynb).

# %% [markdown] lang="zh"
# 左图：从边缘附近（指数在 -0.2 到 0.02 之间）出发的全都学会了，而且学得最快，不超过 150 步。往两边去，用的步数就多了；深入有序或深入混沌的，在这么长的训练里一个也没学会。
# 所以那句话是对的，只是“边缘”相当宽：从 -0.5 到 0.15，都有网络学会。
#
# 那句话没有提到的，在右图里。从有序一侧出发而学会了的网络，训练之后指数*全都*到了 0，至多差零点零几，连从 -0.5 出发的那个也是。是训练把网络**带到**了边缘。
# 道理也简单：要在 20 步里始终分得清八个符号，状态就不能越走越近。不过，记得住的网络也不是非贴着边缘不可：从混沌一侧出发的那两个，学会时指数都不在 0。
#
# **结论。**混沌边缘与其说是应当出发的地方，不如说是记得住的网络最后到达的地方。从它附近出发，不过是少走一段路。
#
# ## 练习
#
# 1. 第 2 课的几种初始化，哪些给出正规矩阵？算一算正交矩阵、`glorot_uniform` 矩阵和单位矩阵偏离正规的程度，再算一个训练之后的。
# 2. LSTM 有两个状态，所以雅可比矩阵的行数和列数都要加倍。在间隔为 100 的 recall 上，比较 Keras 默认初始化与 `init="chrono"` 在训练之前的最大指数。哪一个离混沌边缘更近？
# 3. 梯度走 101 步之后还剩多少，有三个数可以用来推算：指数、最大奇异值、谱半径。拿它们与本课第一个网络的实测值比一比。
#
# 解答：`solutions/8_jacobians.zh.ipynb`。术语见[术语表](glossary.md)。下一课：[不只有乘积，还有求和](9_sum.zh.ipynb)。
