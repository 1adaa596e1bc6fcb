# %% [markdown] lang="en"
# # 9. A sum, not only a product
#
# - **Question**: What does a network miss whose gradient is cut off after so many steps, and what does it not?
# - **Minutes**: 60
# - **Needs**: lessons [2](2_vanishing.ipynb) and [8](8_jacobians.ipynb)

# %% [markdown] lang="zh"
# # 9. 不只有乘积，还有求和
#
# - **问题**：梯度往回传若干步就截断，网络会学不到什么？又有什么照样学得到？
# - **时长**：60 分钟
# - **先修**：第 [2](2_vanishing.zh.ipynb)、[8](8_jacobians.zh.ipynb) 课

# %% [markdown] lang="en"
# The product of Jacobians says what reaches a step. What a weight *learns by* is a sum: the same $U$ is used at every step, and each step adds its part,
#
# $$\frac{\partial L}{\partial U} = \sum_{k=0}^{T} \text{(what the step } k \text{ steps back adds)} .$$
#
# **Truncated backpropagation through time** cuts this sum: of a long sequence only the last $w$ steps are kept, the *window*. The state is still carried on from
# before, but no gradient goes back to where it came from. All training on long texts is done so.
#
# Recall with a gap of 20 has 22 steps: the symbol at the first, the question at the last. **Predict**: which share of $\partial L/\partial U$ do the last 5, 10 and 20 steps make up?

# %% [markdown] lang="zh"
# 雅可比矩阵的乘积，说的是梯度传到某一步时还剩多少。可是权重*真正用到*的梯度是一个和：每一步用的是同一个 $U$，每一步也就都贡献一项，
#
# $$\frac{\partial L}{\partial U} = \sum_{k=0}^{T} \text{（往回数第 } k \text{ 步的贡献）} .$$
#
# **截断的通过时间反向传播**（truncated BPTT），截断的就是这个和：一个长序列只保留最后 $w$ 步，叫作*窗口*。隐状态照样从窗口之前传进来，
# 梯度却不再往窗口之前传。在长文本上训练，都是这样做的。
#
# 间隔为 20 的 recall 共 22 步：第一步是符号，最后一步是问号。**预测**：最后 5 步、10 步、20 步的贡献，各占 $\partial L/\partial U$ 的几成？

# %%
# %matplotlib inline
from lesson import Panel, curves, row, start

LANGUAGE = "en"
start(LANGUAGE)

import keras
import numpy as np

from keras_rnn_study import build_model, dynamics, fused
from keras_rnn_study.datasets import recall

GAP, TIME = 20, 22
x, y = recall.make(256, gap=GAP, seed=1)
model = build_model(recall.TASK, "simple_rnn", seed=0)
found = dynamics.contributions(model, x, y)
share = {window: 1 - found.share_beyond[window] for window in (5, 10, 20)}
for window, part in share.items():
    print(f"the last {window} steps: {part:.0%} of dL/dU")
title = "what each step adds to the gradient of $U$"
curves({"norm": found.norms[:-1]}, title=title, x="steps back, k", dots=True, top=0.25)

# %% tags=["check"]
assert 0.5 < share[5] < 0.65
assert 0.68 < share[10] < 0.8
assert 0.9 < share[20] < 0.97
assert found.norms[-1] == 0

# %% [markdown] lang="en"
# The last five steps are more than half of it, the last twenty all but some hundredths. What would have to be learned, to keep a symbol for 20 steps, is in the small rest.
#
# ## Cutting it
#
# In Keras a window takes one `stop_gradient`: the same layer runs twice, over what comes before the window and over the window, and the state is handed on without its gradient. We train with windows of 10, 20 and 30 steps, two seeds each; 30 is more than there are, so nothing is cut.
# With 20 the symbol is two steps outside.
#
# For comparison: a window of 20 where the state is *not* handed on but starts at zero.
#
# **Predict**: which of them learn?

# %% [markdown] lang="zh"
# 光是最后五步就占了一半以上；最后二十步加起来，离全部只差百分之几。可是要学会把符号保存 20 步，靠的恰恰是剩下的那一点点。
#
# ## 截断之后
#
# 在 Keras 里，截断只要一句 `stop_gradient`：同一个层运行两次，先走窗口之前的部分，再走窗口，中间把隐状态交接过去，但不传梯度。
# 窗口取 10、20、30 步，每种两个种子；序列没有 30 步那么长，所以窗口为 30 就是不截断。窗口为 20 时，符号在窗口之外，只差两步。
#
# 作为对照，再加一种：窗口为 20，但隐状态*不*交接，而是从零开始。
#
# **预测**：哪些学得会？


# %%
def truncated(window, seed, carried):
    """A simple RNN whose gradient goes back over the last `window` steps only."""
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((TIME, x.shape[-1]))
    rnn = keras.layers.SimpleRNN(32, return_state=True)
    before, state = max(TIME - window, 0), None
    if before:
        _, state = rnn(inputs[:, :before])  # it runs over what is before the window ...
        state = (
            keras.ops.stop_gradient(state) if carried else keras.ops.zeros_like(state)
        )
    _, state = rnn(inputs[:, before:], initial_state=state)  # ... and over the window
    model = keras.Model(inputs, keras.layers.Dense(8, "softmax")(state))
    model.compile(keras.optimizers.Adam(3e-3), "sparse_categorical_crossentropy")
    return model


def train(window, seed, carried=True):
    """Right answers after 0, 50, ... 200 training steps."""
    model, data = (
        truncated(window, seed, carried),
        recall.stream(64, gap=GAP, seed=seed),
    )
    right = []
    with fused(model):
        for _ in range(4):
            model.fit(data, steps_per_epoch=50, shuffle=False, verbose=0)
            answers = model.predict(x, batch_size=256, verbose=0).argmax(axis=-1)
            right.append(np.mean(answers == y))
    return right


carried = {w: np.array([train(w, seed) for seed in (0, 1)]) for w in (10, 20, 30)}
zeroed = {20: np.array([train(20, 0, carried=False)])}
for window, lines in carried.items():
    print(f"window {window}: {', '.join(f'{share:.0%}' for share in lines[:, -1])}")
for window, lines in zeroed.items():
    print(f"window {window}, from a state of zero: {lines[0, -1]:.0%}")

# %%
at, panels = np.arange(50, 201, 50), []
for title, found in {"state handed on": carried, "state of zero": zeroed}.items():
    lines = {f"w = {window}": (at, one.mean(axis=0)) for window, one in found.items()}
    panels.append(Panel(lines, title=title, x="training step", dots=True, top=1.05))
row(*panels, share_y=True)

# %% tags=["check"]
last = {window: lines[:, -1] for window, lines in carried.items()}
assert last[30].min() > 0.95
assert last[20].max() > 0.95
assert min(last[10].min(), last[20].min()) > 0.3
assert 0.45 < last[10].mean() < 0.95
assert last[10].mean() < last[30].mean()
assert carried[10][:, 1].mean() < carried[30][:, 1].mean() - 0.1
assert max(lines[0, -1] for lines in zeroed.values()) < 0.25

# %% [markdown] lang="en"
# Most people say: what is further back than the window cannot be learned. On the right this is so, for the symbol never comes in at all. On the left it is **not**: with a window of 20 there are seeds that answer everything, though the step at which the symbol comes in adds nothing to any gradient. Even with
# a window of 10 both seeds do far better than guessing, which would be 12 %. The whole gradient is quicker and surer, though.
#
# The cut goes through the gradient, not through the state. An untrained network holds an *echo* of its inputs (lesson 10 reads it), and this echo crosses the border of the window. Training has only to keep it from there on, and to read it. So a window that is too short
# does not forbid a memory; it takes away what would make the echo stronger before the window begins. The shorter the window, the longer the part that nobody improves, and the more is left to luck.
#
# And where there is no echo, the window is the limit, as people say: exercise 1.
#
# ## The curse of memory
#
# So is everything well once no product vanishes or explodes? Take the simplest memory, a single unit
#
# $$h_t = \lambda h_{t-1} + x_t, \qquad \text{which remembers for } T = \frac{1}{1 - \lambda} \text{ steps.}$$
#
# Its Jacobian is $\lambda < 1$: nothing explodes. But $\partial h/\partial\lambda$ is a sum: $\lambda$ is used at each step that is remembered.
#
# **Predict**: by what factor does $h$ become more sensitive to $\lambda$ if the memory time goes from 10 steps to 1,000?

# %% [markdown] lang="zh"
# 多数人会说：窗口之外的东西学不到。右图确实如此，因为符号根本没有进入网络。左图却**不是**这样：窗口为 20 时，有的种子全部答对，尽管读入符号的那一步对梯度从来没有过任何贡献。
# 就连窗口为 10，两个种子也都比瞎猜（12%）好得多。不过，用完整的梯度，学得更快，也更稳。
#
# 截断的是梯度，不是隐状态。没有训练过的网络也留着输入的*回声*（第 10 课会把它读出来），窗口的边界挡不住它。训练要做的，只是从边界起把它保持住，再把它读出来。
# 所以窗口太短，并不等于不能有记忆，只是窗口之前的那段回声，没有什么去加强它。窗口越短，没人管的这一段就越长，成败也就越靠运气。
#
# 要是没有回声，窗口就真的成了极限，和大家说的一样：见练习 1。
#
# ## 记忆的诅咒
#
# 那么，只要乘积既不消失也不爆炸，是不是就万事大吉了？来看最简单的记忆，只有一个单元：
#
# $$h_t = \lambda h_{t-1} + x_t, \qquad \text{它的记忆时长是 } T = \frac{1}{1 - \lambda} \text{ 步。}$$
#
# 它的雅可比矩阵就是 $\lambda$，小于 1，什么都不会爆炸。可是 $\partial h/\partial\lambda$ 是一个和：凡是还记得的步，每一步都用到了 $\lambda$。
#
# **预测**：记忆时长从 10 步增加到 1000 步，$h$ 对 $\lambda$ 的敏感程度会变为原来的多少倍？


# %%
def learned_by(memory_time, count=64, seed=0):
    """Sizes of h and dh/dlambda of a unit h = lambda h + x with such a memory."""
    rate, steps = 1 - 1 / memory_time, int(8 * memory_time)
    noise = np.random.default_rng(seed).normal(size=(steps, count))
    h, dh = np.zeros(count), np.zeros(count)
    for value in noise:
        h, dh = rate * h + value, h + rate * dh  # the sum, carried forwards
    return np.sqrt(np.mean(h**2)), np.sqrt(np.mean(dh**2))


times = np.array([3, 10, 30, 100, 300, 1000])
by_rate = np.array([dh / h for h, dh in map(learned_by, times)])
by_bias = by_rate * (1 - 1 / times) / times  # lambda = sigmoid(b): times its slope
for time, rate, bias in zip(times, by_rate, by_bias, strict=True):
    print(
        f"memory {time:4}: |dh/dlambda| / |h| = {rate:6.1f}; |dh/db| / |h| = {bias:.2f}"
    )


def loss(rate, target):
    """Relative error of a unit that is to be another one; exact for white noise."""
    cross = 1 / (1 - rate**2) - 2 / (1 - rate * target) + 1 / (1 - target**2)
    return cross * (1 - target**2)


def sigmoid(b):
    return 1 / (1 + np.exp(-b))


shift, change = np.linspace(-0.05, 0.05, 401), np.linspace(-2, 2, 201)
valleys, with_bias = {}, {}
for time in (10, 100, 1000):
    target = 1 - 1 / time
    near = target + shift[target + shift < 0.99995]
    valleys[f"T = {time}"] = (near - target, loss(near, target))
    with_bias[f"T = {time}"] = (
        change,
        loss(sigmoid(np.log(time - 1) + change), target),
    )
row(
    Panel(
        valleys, title=r"loss by $\lambda$", x=r"$\lambda$ - right $\lambda$", top=1.2
    ),
    Panel(with_bias, title="loss by bias", x="$b$ - right $b$", top=1.2),
)

# %% tags=["check"]
assert abs(by_rate[-1] / by_rate[1] - 100) < 15
assert 0.6 < (by_rate / times)[1:].min() < (by_rate / times)[1:].max() < 0.75
assert 0.5 < by_bias.min() < by_bias.max() < 0.75
assert abs(loss(0.996, 0.999) - 0.45) < 0.01
assert loss(0.897, 0.9) < 1e-3

# %% [markdown] lang="en"
# The sensitivity grows in proportion to the memory time: about 0.7 times $T$, so a hundred times as much for a hundred times the memory. No factor is above 1, and there is nothing to clip: it is the *sum* that grows. [Zucchet & Orvieto (2024)](https://openreview.net/forum?id=46Jr4sgTWa) call it the **curse of memory**: vanishing and exploding gradients are
# not the end of the story. On the left one sees what it does to a loss: the longer the memory, the narrower the valley. At 1,000 steps a change of $\lambda$ by 0.003, which is one training step of Adam in these lessons, costs 0.45 of the whole variance; at 10 steps it costs less than a thousandth.
#
# On the right is the way out, and you know it: $\lambda = \sigma(b)$, a *gate*. Its slope is $\lambda (1 - \lambda)$, about $1/T$, which is just what cancels the growth: all three valleys are equally wide, a step of $b$ changes the memory time by a percentage. This is a reason for gates that has nothing to do with opening and shutting, and it is why chrono makes biases of the
# *logarithms* of memory times. (Linear state space models, lesson 12, write $\lambda$ as an exponential for the same reason.)
#
# **The verdict.** "Gradients vanish or explode" is the story of the product. The sum has two of its own: cutting it costs less than is said, as states remember what gradients do not; and a long sum is hard to learn by though every factor is tame.
#
# ## Exercises
#
# 1. Make the echo weaker: multiply the recurrent kernel of `truncated` by 0.8 before training, and train for 300 steps with windows of 10 and 30. Which of them learns?
# 2. For $\lambda = 0.99$ and 200 inputs of 1, take $\partial h/\partial\lambda$ apart with `dynamics.contributions` (`loss=lambda y, h: h[:, 0]`). How large is the largest part, how large the sum?
# 3. Let a unit with a memory of 30 steps become one of 1,000, by steps of 0.003 against the sign of the slope of `loss`: once by $\lambda$, once by $b$. Which loss do they end at?
#
# Solutions: `solutions/9_sum.ipynb`. Words: [glossary](glossary.md). Next: [where is the memory?](10_where.ipynb)

# %% [markdown] lang="zh"
# 敏感程度与记忆时长成正比，约为 $T$ 的 0.7 倍；记忆时长增加到一百倍，敏感程度也增加到一百倍。没有一个因子大于 1，也没有什么可以裁剪：变大的是那个*和*。
# [Zucchet 与 Orvieto（2024）](https://openreview.net/forum?id=46Jr4sgTWa)把这叫作**记忆的诅咒**（curse of memory）：光讲梯度消失和梯度爆炸，话还没有说完。
# 左图画的是它对损失的影响：记忆越长，谷就越窄。记忆时长为 1000 步时，$\lambda$ 只动 0.003（本课程里 Adam 走一步就有这么多），损失就达到全部方差的 0.45；
# 记忆时长为 10 步时，还不到千分之一。
#
# 右图是出路，而且你早就见过：$\lambda = \sigma(b)$，也就是一个*门*。它的斜率 $\lambda (1 - \lambda)$ 约为 $1/T$，正好把那个增长抵消掉：三个谷一样宽，
# $b$ 每走一步，记忆时长改变的总是百分之几，与它本来有多长无关。门的这个好处，与开关无关；chrono 取记忆时长的*对数*作偏置，原因也在这里。
# （线性状态空间模型把 $\lambda$ 写成指数形式，也是这个道理，见第 12 课。）
#
# **结论。**“梯度消失或爆炸”讲的是乘积。求和这一面，还有两件事要讲：把和截断，坏处没有通常说的那么大，因为梯度传不到的，状态还记得；项数一多，哪怕每个因子都很温和，这样的和也很难用来学习。
#
# ## 练习
#
# 1. 把回声减弱：训练之前，把 `truncated` 的循环权重矩阵乘以 0.8，窗口取 10 和 30，各训练 300 步。哪一个学得会？
# 2. 取 $\lambda = 0.99$，输入 200 个 1，用 `dynamics.contributions`（`loss=lambda y, h: h[:, 0]`）把 $\partial h/\partial\lambda$ 拆成一项一项。最大的一项有多大？加起来又有多大？
# 3. 让一个记忆时长为 30 步的单元变成 1000 步：每次走 0.003，方向与 `loss` 的斜率相反；一次调 $\lambda$，一次调 $b$。最后的损失各是多少？
#
# 解答：`solutions/9_sum.zh.ipynb`。术语见[术语表](glossary.md)。下一课：[记忆在哪里？](10_where.zh.ipynb)
