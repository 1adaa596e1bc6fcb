# %% [markdown] lang="en"
# # 14. Memory without training
#
# - **Question**: What does a network still know of the past where no gradient gets through?
# - **Minutes**: 45
# - **Needs**: lessons [2](2_vanishing.ipynb) and [4](4_gap.ipynb); least squares

# %% [markdown] lang="zh"
# # 14. 不经训练的记忆
#
# - **问题**：梯度传不到的地方，网络还知道些什么？
# - **时长**：45 分钟
# - **先修**：第 [2](2_vanishing.zh.ipynb)、[4](4_gap.zh.ipynb) 课；最小二乘法

# %% [markdown] lang="en"
# So far we asked how far a gradient gets *backwards*. Information goes *forwards*: is $x_{t-k}$ still in the state $h_t$? That can be asked of a network that nobody trains. Choose the weights of
# a recurrent layer at random, run it, and fit only a linear read-out of its states, by least squares, in one go. This is an **echo state network** ([Jaeger, 2001](https://www.ai.rug.nl/minds/uploads/EchoStatesTechRep.pdf)), and its recurrent layer is called a reservoir.
#
# How well $x_{t-k}$ can be read, as a held-out $R^2$ for each delay $k$, is its memory, and the sum over all $k$ its **memory capacity**. Jaeger proved: for independent inputs it is at most the number of units.
#
# Here is a reservoir of 50 linear units, $h_t = x_t W + h_{t-1} U$, with a spectral radius of 0.5. So what came $k$ steps ago shrinks about like $0.5^k$, and with it the gradient $\partial h_t / \partial x_{t-k} = W U^k$: the two are the same thing here.
#
# **Predict**: at the delay where less than a thousandth of the gradient is left, how much of $x_{t-k}$ can be read from the state? Nearly all? Half? Nothing?

# %% [markdown] lang="zh"
# 前面各课问的都是梯度*往回*能传多远。信息却是*往前*走的：$x_{t-k}$ 还在不在状态 $h_t$ 里？这个问题，对一个从来没有人训练过的网络也能问。随机选定循环层的权重，让它运行，只用最小二乘法，一次拟合出状态的一个线性读出。
# 这就是**回声状态网络**（echo state network；[Jaeger，2001](https://www.ai.rug.nl/minds/uploads/EchoStatesTechRep.pdf)），其中的循环层叫作储备池（reservoir）。
#
# $x_{t-k}$ 能读出几分，用没有参与拟合的数据上的 $R^2$ 来衡量，每个延迟 $k$ 一个数，这就是它的记忆；对所有 $k$ 求和，就是**记忆容量**。Jaeger 证明了：输入相互独立时，记忆容量不超过单元数。
#
# 下面是一个由 50 个线性单元组成的储备池，$h_t = x_t W + h_{t-1} U$，谱半径为 0.5。$k$ 步之前的输入大约按 $0.5^k$ 缩小，梯度 $\partial h_t / \partial x_{t-k} = W U^k$ 也跟着缩小：在这里两者就是一回事。
#
# **预测**：在梯度只剩不到千分之一的那个延迟上，$x_{t-k}$ 还能从状态里读出多少？几乎全部？一半？一点也读不出？

# %%
# %matplotlib inline
from lesson import Panel, curves, row, start

LANGUAGE = "en"
start(LANGUAGE)

import keras
import numpy as np

from keras_rnn_study import dynamics
from keras_rnn_study.datasets import recall

UNITS, DELAYS = 50, 40


def reservoir(units, features, radius, size=0.1, activation="tanh"):
    """A recurrent layer with random weights that nobody will train."""
    rng = np.random.default_rng(0)
    U = rng.normal(size=(units, units))
    U *= radius / np.abs(np.linalg.eigvals(U)).max()
    W = rng.uniform(-size, size, (features, units))
    layer = keras.layers.SimpleRNN(units, activation=activation, name="reservoir")
    model = keras.Sequential([keras.Input((None, features)), layer])
    layer.set_weights([W, U, np.zeros(units)])
    return model


linear = reservoir(UNITS, 1, radius=0.5, activation="linear")
capacity = dynamics.memory_capacity(linear, delays=DELAYS)
W, U, _ = (np.float64(w) for w in linear.get_weights())
carried = [W[0]]  # what one unit of input has become in the state, k steps later
for _ in range(DELAYS - 1):
    carried.append(carried[-1] @ U)
gradient = np.linalg.norm(carried, axis=1)
gradient /= gradient[0]

# %%
k = int(np.argmax(gradient < 1e-3))
print(f"k = {k}: gradient {gradient[k]:.0e}, R^2 {capacity.r_squared[k]:.3f}")
print(f"all delays together: {capacity.total:.1f} of {UNITS} units")
row(
    Panel({"gradient": gradient}, x="delay $k$, in steps", log=True, dots=True),
    Panel({"$R^2$": capacity.r_squared}, x="delay $k$, in steps", dots=True, top=1.05),
)

# %% tags=["check"]
assert k == 10
assert capacity.r_squared[k] > 0.99
assert 14 < capacity.total < 16
assert capacity.r_squared[13] > 0.85
assert 3e-5 < gradient[13] < 1e-4
assert capacity.r_squared[20] < 0.05

# %% [markdown] lang="en"
# Nearly all: $R^2$ is above 0.99. Three steps later a twenty-thousandth of the gradient is left, and $R^2$ is still about 0.9. **Information can be there when the gradient is not.** The read-out simply multiplies by a large number what
# has become small; the gradient only says *how small* it is. "The gradient has vanished" and "the network has forgotten" are two sentences.
#
# Still, the memory ends at some delay, well before 50. What ends it?
#
# ## How loud is the noise?
#
# A large factor multiplies noise, too. Even here there was some: the read-out's ridge, a tiny number that keeps least squares stable. Now without it, in NumPy with 64 bits; and with noise of our own in the state at each step, as a part of the state's size.
#
# **Predict**: what does noise of a millionth do? And of a hundredth?

# %% [markdown] lang="zh"
# 几乎全部：$R^2$ 在 0.99 以上。再过三步，梯度只剩两万分之一左右，$R^2$ 仍有 0.9 上下。**梯度不在了，信息可以还在。**已经变小的东西，线性读出只要乘上一个很大的系数就行；梯度说的只是它*有多小*。
# “梯度消失了”和“网络忘记了”是两回事。
#
# 不过，到了某个延迟，记忆还是会断，而且远不到 50 步。它断在哪里，由什么决定？
#
# ## 噪声有多大？
#
# 系数大，噪声也跟着放大。其实刚才就已经有一点：读出用了岭回归，为了让最小二乘稳定而加上的那个极小的数，就相当于噪声。现在把它去掉，用 NumPy 和 64 位浮点数来算；再在每一步的状态上加噪声，大小按状态大小的比例来定。
#
# **预测**：百万分之一的噪声会有什么影响？百分之一的呢？


# %%
def drive(noise):
    """x (sequences, time), and the linear reservoir's states, with noise."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(64, 200))
    h, states = np.zeros((64, UNITS)), []
    for t in range(x.shape[1]):
        h = x[:, t, None] * W[0] + h @ U + noise * rng.normal(size=h.shape)
        states.append(h)
    return x, np.stack(states, axis=1)


def readable(x, states):
    """Held-out R^2 of x, k steps ago, read linearly from the state; for each k."""
    time = x.shape[1]
    past = [x[:, DELAYS - k : time - k] for k in range(DELAYS)]
    past = np.stack(past, axis=-1).reshape(2, -1, DELAYS)
    fit, test = states[:, DELAYS:].reshape(2, -1, UNITS)  # half of the sequences each
    weights = np.linalg.lstsq(fit, past[0], rcond=1e-13)[0]
    error = np.mean((past[1] - test @ weights) ** 2, axis=0)
    return 1 - error / past[1].var(axis=0)


size = drive(0)[1].std()
NOISE = (0, 1e-6, 1e-3, 1e-2, 1e-1)
by_noise = {noise: readable(*drive(noise * size)) for noise in NOISE}
half = {noise: int(np.argmax(found < 0.5)) for noise, found in by_noise.items()}
for noise, k in half.items():
    print(f"noise {noise:g}: R^2 below a half at k = {k}; gradient {gradient[k]:.0e}")
curves(
    {f"{noise:g}": found for noise, found in by_noise.items()},
    title="$R^2$, by the noise",
    x="delay $k$, in steps",
    dots=True,
    top=1.05,
)

# %% tags=["check"]
assert 27 < half[0] < 34
assert gradient[half[0]] < 1e-8
for noise in NOISE[1:]:
    assert noise / 7 < gradient[half[noise]] < noise
assert half[1e-6] > half[1e-3] > half[1e-2] > half[1e-1] >= 4

# %% [markdown] lang="en"
# Without noise one reads back some thirty steps, where not a hundred-millionth of the gradient is left. A millionth of noise costs ten of them, a hundredth leaves eight steps. And each time memory ends **where the gradient falls below the noise**, to within a factor of seven.
# So the gradient does matter for memory, by its size *relative to what else is in the state*. In a network of a recall task all else that comes in is noise in this sense: the distractors.
#
# There is a second limit: the state has only so many numbers.
#
# ## How many units for how many steps?
#
# Let a reservoir of tanh units read one symbol of eight at each step, and name the one of $k$ steps ago. A symbol of eight is worth 7 numbers (the eighth follows from the other seven).
#
# **Predict**: how many steps back do 50 units reach, 100, 200, 400?

# %% [markdown] lang="zh"
# 没有噪声时，能读到大约三十步之前，而那里的梯度已经不到一亿分之一。百万分之一的噪声，就让它少了十步左右；百分之一的噪声，只剩八步。而且每一次，记忆都断在**梯度低于噪声的地方**，相差不超过七倍。
# 可见对记忆来说，梯度的大小确实要紧，但要与*状态里的其他内容*相比。在 recall 这样的任务里，读入的其他一切，也就是那些干扰符号，都是这个意义上的噪声。
#
# 还有第二个限制：状态里只有那么多个数。
#
# ## 多少单元记多少步？
#
# 让一个由 tanh 单元组成的储备池，每步读入八个符号之一，再说出 $k$ 步之前的那一个。八选一的符号相当于 7 个数（第八个可以由另外七个推出）。
#
# **预测**：50、100、200、400 个单元，各能记住多少步？


# %%
def read_out(states, targets, classes=8):
    """Which class each of the last 500 states says; fitted to all others."""
    states = np.float64(np.c_[states, np.ones(len(states))])
    fit, test = states[:-500], states[-500:]
    square = fit.T @ fit
    square += 1e-10 * np.trace(square) / len(square) * np.eye(len(square))
    wanted = np.eye(classes)[targets[:-500]]
    weights = np.linalg.solve(square, fit.T @ wanted.reshape(len(fit), -1))
    return (test @ weights).reshape(500, -1, classes).argmax(axis=-1)


symbols = np.random.default_rng(2).integers(0, 8, (3000, 60))
inputs = np.eye(8, dtype="float32")[symbols]
backwards = symbols[:, ::-1]  # column k is the symbol k steps ago
named, steps = {}, {}
for units in (50, 100, 200, 400):
    states = reservoir(units, 8, radius=0.95).predict(inputs, batch_size=500, verbose=0)
    right = read_out(states, backwards) == backwards[-500:]
    named[f"{units}"] = right.mean(axis=0)
    steps[units] = int(np.argmax(named[f"{units}"] < 0.9))
print("nine of ten right, for so many steps:", steps)
curves(
    named,
    title="right answers, by units",
    x="delay $k$, in steps",
    dots=True,
    top=1.05,
)

# %% tags=["check"]
assert all(units / 30 < found < units / 7 for units, found in steps.items())
assert steps[50] < steps[100] < steps[200] < steps[400]

# %% [markdown] lang="en"
# More units, more steps; but twice the units give less than twice the steps, and all lie below the bound of one step for every 7 units (400 units: 57 steps). The rest is lost to the fading of the first section, and to the tanh, which bends what it lets through.
#
# ## The task of lesson 4
#
# Recall asks for one symbol only, but an untrained network does not know that: it keeps *everything* of the last steps, distractors as well. So its memory of 400 units should end where the picture says.
#
# **Predict**: up to which gap does a reservoir of 400 units answer recall? (The *trained* simple RNN of lesson 4, with 32 units, learns all of its seeds at 10, and most at 20.)

# %% [markdown] lang="zh"
# 单元越多，记得越久；可是单元翻一番，步数增加不到一倍，而且都低于“每 7 个单元记一步”的上限（400 个单元：57 步）。达不到上限，一是因为第一节所说的逐渐减弱，二是因为 tanh 会让经过的内容变形。
#
# ## 第 4 课的任务
#
# recall 只问一个符号，可是没有训练过的网络并不知道：最近若干步的*一切*它都记着，干扰符号也不例外。所以，400 个单元的记忆，应当正好断在上图所示的地方。
#
# **预测**：400 个单元的储备池，间隔多大以内能答对 recall？（第 4 课里*训练过*的普通循环神经网络只有 32 个单元：间隔 10 时所有种子都学会，间隔 20 时多数学会。）

# %%
asked = {}
for gap in (5, 10, 20, 50):
    x, y = recall.make(3000, gap=gap, seed=1)
    states = reservoir(400, 17, radius=0.95).predict(x, batch_size=500, verbose=0)
    asked[gap] = np.mean(read_out(states, y)[:, 0] == y[-500:])
    print(f"recall, gap {gap:2}: {asked[gap]:.0%} right")

# %% tags=["check"]
assert min(asked[5], asked[10]) > 0.98
assert asked[20] > 0.9
assert asked[50] < 0.2

# %% [markdown] lang="en"
# As predicted: 20 steps, and at 50 nothing but guesses. No gradient was needed, only a second or so of least squares; and 400 untrained units come about as far as 32 trained ones.
#
# This is what training is for, seen from here: not to *have* a memory, for any network with a radius near 1 has one, but to **choose what it is used for**. A trained network lets the distractors go, and holds three bits; an untrained one
# divides what it has equally among all that comes in. (Lesson [10](10_where.ipynb) looks into the state of a trained network with the same read-outs.)
#
# And lesson 2 gets a second sentence. A gradient that has vanished does not say that the information is gone. It says that *learning by this gradient* will not find it: the share of an update that comes from there is as small as the gradient, and is drowned
# by what comes from the last steps. A read-out of states finds it, and so does a path of length one to them: [lesson 13](13_skip.ipynb).
#
# ## Exercises
#
# 1. Inputs ten times as large (`size=1.0`) in a reservoir of 50 tanh units with one feature: what becomes of the memory capacity, and why?
# 2. Use an orthogonal $U$ times 0.98 in place of a random one. How many steps back do 400 units name the symbol? What is the picture like?
# 3. A delay line: let $U$ shift each unit's value to the next, and feed the input to the first unit only. What is its memory capacity with 20 units? And its gradient?
#
# Solutions: `solutions/14_untrained.ipynb`. Words: [glossary](glossary.md). Back: [a path of length one](13_skip.ipynb). Next: [language](15_language.ipynb).

# %% [markdown] lang="zh"
# 与预测一致：能到 20 步，间隔 50 时就只能瞎猜了。没有用到任何梯度，只用了一秒左右的最小二乘；400 个没有训练过的单元，与 32 个训练过的走得差不多远。
#
# 这样看来，训练的意义不在于让网络*有*记忆（谱半径接近 1 的网络都有），而在于**选择记忆用来记什么**。训练过的网络放走干扰符号，只守住 3 个比特；没有训练过的网络，则把它的容量平均分给读入的一切。
# （第 [10](10_where.zh.ipynb) 课用同样的线性读出，看过训练好的网络的状态。）
#
# 第 2 课也要补上一句。梯度消失了，并不说明信息没了；它说明的是，*靠这个梯度来学习*找不到它：权重更新里来自那里的份额，和梯度一样小，淹没在最后几步的贡献里。
# 从状态里线性读出，找得到它；一条长度为一的通路，也找得到：见[第 13 课](13_skip.zh.ipynb)。
#
# ## 练习
#
# 1. 把输入放大到十倍（`size=1.0`），用 50 个 tanh 单元、一个输入特征。记忆容量会怎样？为什么？
# 2. 把随机的 $U$ 换成正交矩阵乘以 0.98。400 个单元说得出多少步之前的符号？曲线是什么样子？
# 3. 延迟线：让 $U$ 把每个单元的值移给下一个单元，输入只进第一个单元。20 个单元的记忆容量是多少？梯度呢？
#
# 解答：`solutions/14_untrained.zh.ipynb`。术语见[术语表](glossary.md)。上一课：[长度为一的通路](13_skip.zh.ipynb)。下一课：[语言](15_language.zh.ipynb)。
