# %% [markdown] lang="en"
# # 10. Where is the memory?
#
# - **Question**: When an LSTM remembers a symbol, where is it: in $c$, in $h$, or in the gates?
# - **Minutes**: 60
# - **Needs**: lessons [5](5_lstm.ipynb) and [6](6_memory.ipynb)

# %% [markdown] lang="zh"
# # 10. 记忆在哪里？
#
# - **问题**：LSTM 记住了一个符号，这个符号存放在哪里：$c$ 里、$h$ 里，还是各个门里？
# - **时长**：60 分钟
# - **先修**：第 [5](5_lstm.zh.ipynb)、[6](6_memory.zh.ipynb) 课

# %% [markdown] lang="en"
# Diagrams answer quickly: the memory runs along the line at the top, in $c$, and the gates guard it. Lesson 5 found something else: with $h$ cut off from
# the gates, the memory was gone. Both cannot be the whole truth.
#
# There are two ways to ask a trained network where it keeps something. One is to *look*: can the symbol be read from this state? The other
# is to *operate*: change this state, and see whether the answer changes. They need not agree.
#
# For the operations the LSTM of lesson 5 runs in NumPy. `run` in `lesson_surgery.py` has the same six equations, and calls us after each step: what we return
# is what goes on.
#
# **Predict** first: the trained network answers all questions right. From which of its states, and at which steps, can a *linear* read-out tell the symbol? And
# in the same network before any training?

# %% [markdown] lang="zh"
# 示意图的回答很干脆：记忆沿着顶端那条线走，就在 $c$ 里，由各个门看守。可是第 5 课看到的是另一回事：一旦切断 $h$ 通向各个门的路，记忆就没了。
# 这两种说法，不可能都是全部真相。
#
# 一个训练好的网络把东西记在哪里？有两种问法。一种是*看*：从这个状态里读得出那个符号吗？另一种是*动手术*：改动这个状态，看回答变不变。
# 两种问法的答案未必一致。
#
# 为了动手术，我们用 NumPy 来运行第 5 课的 LSTM。`lesson_surgery.py` 里的 `run` 用的就是那六个公式；每走一步，它都调用一次我们给的函数，
# 函数返回什么状态，它就带着什么状态往下走。
#
# **预测**：训练好的网络全部答对。用*线性*读出，从哪些状态、在哪些时间步认得出那个符号？同一个网络，训练之前呢？

# %%
# %matplotlib inline
from lesson import curves, start
from lesson_surgery import answer, erase, read_out, run, swap

LANGUAGE = "en"
start(LANGUAGE)

import numpy as np

from keras_rnn_study import build_model, fused, trace
from keras_rnn_study.datasets import recall

GAP, LAST = 20, 21  # the symbol is at step 0, the question at step 21
AXIS = "time step $t$ (symbol at 0, question at 21)"
x, y = recall.make(256, gap=GAP, seed=1)
x_fit, y_fit = recall.make(1024, gap=GAP, seed=2)  # for the read-outs

begin = {"units": 16, "init": "chrono", "gap": GAP, "seed": 0}  # as in lesson 5
untrained, model = (build_model(recall.TASK, "lstm", **begin) for _ in range(2))
with fused(model):
    data = recall.stream(64, gap=GAP, seed=0)
    model.fit(data, steps_per_epoch=400, shuffle=False, verbose=0)

lstm, plain = model.get_layer("lstm"), run(model.get_layer("lstm"), x)
layer = trace(model, x, y)["lstm"]
difference = np.abs(plain["h"] - layer.states["h"]).max()
right = np.mean(answer(model, plain) == y)
print(f"NumPy and Keras differ by {difference:.0e}; right answers: {right:.0%}")

# %% tags=["check"]
assert difference < 1e-4
assert right > 0.98


# %%
def readable(layer, name):
    """Share of symbols that a linear read-out tells from one state, at each step."""
    known, asked = run(layer, x_fit)[name], run(layer, x)[name]
    steps = range(LAST + 1)
    return [np.mean(read_out(known[:, t], y_fit, asked[:, t]) == y) for t in steps]


read = {
    "c, trained": readable(lstm, "c"),
    "h, trained": readable(lstm, "h"),
    "c, untrained": readable(untrained.get_layer("lstm"), "c"),
    "h, untrained": readable(untrained.get_layer("lstm"), "h"),
}
for name, line in read.items():
    print(f"{name}: {line[0]:.0%} at the symbol, {line[-1]:.0%} at the question")
curves(read, title="symbol read from the state", x=AXIS, dots=True, top=1.05)

# %% tags=["check"]
assert min(read["c, trained"] + read["h, trained"]) > 0.97
assert read["c, untrained"][0] > 0.97
assert 0.5 < read["c, untrained"][-1] < 0.9
assert 0.35 < min(read["h, untrained"]) < 0.8

# %% [markdown] lang="en"
# It can be read everywhere: from $c$ and from $h$, at every step. And it can be read from the *untrained* network, too, at the question still for more than half of the symbols, where guessing gets
# one in eight: random weights keep an echo of what came in. (Lesson 14 makes use of that.)
#
# So a read-out, often called a *probe*, says that something *is there*. It does not say that the network *uses* it: the untrained one does not.
#
# ## Holding the gates still
#
# Now operations. Each gate is replaced by a constant, its mean over all steps and samples, one number per unit. A gate that opens and shuts at the right moment can
# not be replaced so.
#
# **Predict** the accuracy with the input gate held still, the forget gate, the output gate; and with all three.

# %% [markdown] lang="zh"
# 处处都读得出来：$c$ 也行，$h$ 也行，哪一步都行。连*没有训练过*的网络也读得出来：到了问号那一步，一半以上的符号还认得出，而瞎猜只有八分之一。
# 随机的权重会留住输入的回声。（第 14 课专门利用这一点。）
#
# 可见，这种线性读出（常叫作“探针”）只说明东西*在那里*，并不说明网络*用到了*它：没有训练过的网络就没有用到。
#
# ## 把门固定住
#
# 现在动手术。把一个门换成常数，也就是它对所有时间步和样本的平均值，每个单元一个数。要是一个门真的在恰当的时刻开合，就经不起这样替换。
#
# **预测**：只固定输入门，准确率是多少？只固定遗忘门、只固定输出门呢？三个一起固定呢？

# %%
means = {name: np.float64(layer.gates[name]).mean(axis=(0, 1)) for name in layer.gates}
held = {"input": ["input"], "forget": ["forget"], "output": ["output"]}
held["all three"] = ["input", "forget", "output"]
left = {}
for name, gates in held.items():
    states = run(lstm, x, frozen={gate: means[gate] for gate in gates})
    left[name] = np.mean(answer(model, states) == y)
    print(f"{name} held still: {left[name]:.0%} right")

# %% tags=["check"]
assert min(left[name] for name in ("input", "forget", "output")) > 0.93
assert 0.5 < left["all three"] < 0.97

# %% [markdown] lang="en"
# Hardly anything is lost! Each gate alone may be a constant; and with all three held still, which makes this LSTM nearly a plain leaky integrator, most answers are still right. On this task the gates do
# not store, nor switch; what they *start at* matters (lesson 6), not what they do. On a task that asks for switches it is otherwise: exercise 1.
#
# ## Exchanging memories
#
# The sharpest operation: after step $t$ give each sample the $c$ of another one, whose symbol differs, and let it run on with its own $h$, its own inputs. Whose symbol does it answer?
#
# **Predict**: the partner's, its own, or neither? And if $h$ is exchanged in place of $c$?

# %% [markdown] lang="zh"
# 几乎毫无影响！任何一个门，单独换成常数都行；三个门全部固定住，这个 LSTM 就差不多成了普通的泄漏积分器，多数回答仍然正确。
# 在这个任务上，门既不存东西，也不当开关；要紧的是它们的*初值*（第 6 课），而不是它们后来怎么动。换成需要开关的任务，就不一样了：见练习 1。
#
# ## 交换记忆
#
# 最干脆的手术是这样：走完第 $t$ 步，把每个样本的 $c$ 换成另一个样本的（两者符号不同），$h$ 和后面的输入还是自己的，接着往下走。
# 最后回答的是谁的符号？
#
# **预测**：对方的？自己的？还是都不是？如果交换的不是 $c$ 而是 $h$ 呢？

# %%
rng = np.random.default_rng(0)
partner = np.array([rng.choice(np.flatnonzero(y != symbol)) for symbol in y])
moved = {}
for name, states in {"c swapped": "c", "h swapped": "h", "both swapped": "hc"}.items():
    said = [
        answer(model, run(lstm, x, swap(states, t, partner))) for t in range(LAST + 1)
    ]
    moved[name] = np.array([np.mean(one == y[partner]) for one in said])
    print(
        f"{name}:",
        "  ".join(f"{share:.0%}" for share in moved[name][[0, 5, 10, 15, 20]]),
    )
curves(
    moved, title="answers that name the partner's symbol", x=AXIS, dots=True, top=1.05
)

# %% tags=["check"]
assert 0.4 < moved["c swapped"][:10].min() < 0.8
assert moved["c swapped"][14:LAST].min() > 0.8
assert moved["h swapped"][:LAST].max() < 0.2
assert moved["both swapped"].min() > 0.97
assert moved["h swapped"][LAST] > 0.97
assert moved["c swapped"][LAST] < 0.1

# %% [markdown] lang="en"
# The answer goes with $c$: for more than half of the samples if the exchange comes early, for nearly all if it comes late. With $h$ alone hardly one answer moves, though the symbol could be *read* from $h$ at each of these steps. (At the last step it is the other way round, as the answer is read from $h$. Both
# together are the control: nothing else carries anything from step to step.)
#
# This is the forward side of what 1997 called the **constant error carousel**: what is on the line of $c$ stays there by itself, and so does an error on its way back (exercise 2).
#
# ## Erasing it once, or always
#
# But lesson 5 cut $h$ off, and the memory was gone. So let us *erase*: replace a state by its mean over all samples, which tells nothing of any one.
#
# **Predict**: accuracy with $h$ erased after one step; and after every step up to the question.

# %% [markdown] lang="zh"
# 回答跟着 $c$ 走：交换得早，一半以上的样本改说对方的符号；交换得晚，几乎全部改口。只交换 $h$，几乎没有回答改变，尽管在这些时间步上，从 $h$ 里都*读得出*那个符号。
# （最后一步正好反过来，因为回答就是从 $h$ 读出的。两个一起交换是对照：步与步之间，再没有别的东西传递信息。）
#
# 1997 年所说的**常数误差传送带**（constant error carousel），从前向来看就是这样：放到 $c$ 这条线上的东西，自己会留在那里；误差沿着它往回传，也是如此（练习 2）。
#
# ## 抹去一次，还是步步都抹
#
# 可是第 5 课一切断 $h$，记忆就没了，这又怎么说？那就来*抹去*它：把一个状态换成它对所有样本的平均值，里面就不再含有任何一个样本的信息。
#
# **预测**：只在某一步之后抹去 $h$，准确率是多少？问号之前的每一步都抹去呢？


# %%
def accuracy(change):
    return np.mean(answer(model, run(lstm, x, change)) == y)


steps = range(LAST)
once = {f"{n} erased once": [accuracy(erase(n, [t])) for t in steps] for n in "ch"}
always = {n: accuracy(erase(n, steps)) for n in "ch"}
print("erased after every step:", {n: f"{share:.0%}" for n, share in always.items()})

cut, known = (run(lstm, some, erase("h", steps)) for some in (x, x_fit))
there = np.mean(read_out(known["c"][:, -1], y_fit, cut["c"][:, -1]) == y)
print(f"h erased after every step, a fresh read-out from c: {there:.0%}")
curves(once, title="right answers", x="erased after step $t$", dots=True, top=1.05)

# %% tags=["check"]
assert max(always.values()) < 0.25
assert min(once["h erased once"]) > 0.85
assert min(once["c erased once"]) > 0.25
assert max(once["c erased once"]) < 0.75
assert there < 0.3

# %% [markdown] lang="en"
# There is the resolution. Erase $h$ **once**, and nine of ten answers or more are still right: $h$ is computed from $c$, and is there again one step later. Erase $c$ once, and one to two thirds are lost (the rest comes back from that step's $h$). So at any one moment
# it is $c$ that holds most of the memory.
#
# But erase $h$ after **every** step, and the network guesses, as in lesson 5; and now not even a fresh read-out finds the symbol in $c$. It is not that the answer layer had learned to read another hand: what came in at step 0 is drowned by twenty steps of new input. In the whole network it is not, since a
# little of what $c$ holds is shown in $h$ at each step, and written to $c$ again.
#
# | question | how to ask | answer here |
# |---|---|---|
# | Can it be read? | linear read-out | everywhere; untrained, too |
# | Does a gate have to move? | hold it still | no |
# | Whose memory is answered? | swap | that of $c$ |
# | Can one do without it? | erase once, always | $h$: once yes, always no; $c$: no |
#
# **The verdict.** "The memory is in $c$" holds for any one moment. Over the whole time it is a loop through $c$ and $h$. Where the two ways of asking disagree, believe the operation.
#
# ## Exercises
#
# 1. Train an LSTM of this kind on `adding` for 800 updates, and hold its input gate still. By what does the mean squared error grow?
# 2. The Jacobian of one step has four blocks. Show with `dynamics.jacobians` that $\partial c_t / \partial c_{t-1}$ is exactly the forget gate on the diagonal, and nothing else: the constant error carousel.
# 3. Swap the $c$ of only those units whose forget gate is above 0.9 on average, after step 10, and then of only the others. Which of them carry the answer?
#
# Solutions: `solutions/10_where.ipynb`. Words: [glossary](glossary.md). Next: [the history of the cell](11_history.ipynb).

# %% [markdown] lang="zh"
# 矛盾解开了。$h$ 只抹去**一次**，九成以上的回答仍然正确：$h$ 是由 $c$ 算出来的，下一步就又有了。$c$ 抹去一次，就要丢掉三分之一到三分之二（其余的，靠那一步的 $h$ 找回来）。
# 所以单看某一个时刻，记忆主要在 $c$ 里。
#
# 可要是 $h$ **每一步**都抹去，网络就只能瞎猜，与第 5 课一样；这时即使重新拟合一个线性读出，也没法从 $c$ 里找到那个符号。所以并不是回答层读不懂了，
# 而是第 0 步写入的内容，已经被后来二十步的输入淹没。完整的网络没有被淹没，是因为 $c$ 里的内容每一步都有一点进到 $h$ 里，再重新写回 $c$。
#
# | 问题 | 怎么问 | 在这里的答案 |
# |---|---|---|
# | 读得出来吗？ | 线性读出 | 处处都行，没训练也行 |
# | 门非动不可吗？ | 固定住 | 不必 |
# | 回答的是谁的记忆？ | 交换 | $c$ 是谁的，就是谁的 |
# | 少了它行不行？ | 抹去一次、步步都抹 | $h$：一次行，步步都抹不行；$c$：不行 |
#
# **结论。**“记忆在 $c$ 里”，对任何一个时刻都成立；放到整个过程里看，记忆是 $c$ 与 $h$ 之间的一个回路。“看”与“动手术”结论不一致时，以手术为准。
#
# ## 练习
#
# 1. 在 `adding` 任务上把这样一个 LSTM 训练 800 步，再把输入门固定住。均方误差增大到多少倍？
# 2. 一步的雅可比矩阵可以分成四块。用 `dynamics.jacobians` 验证：$\partial c_t / \partial c_{t-1}$ 这一块是对角矩阵，对角线上恰好就是遗忘门。这就是常数误差传送带。
# 3. 走完第 10 步，只交换遗忘门平均高于 0.9 的那些单元的 $c$；再换一次，只交换其余单元的。回答由哪些单元承载？
#
# 解答：`solutions/10_where.zh.ipynb`。术语见[术语表](glossary.md)。下一课：[LSTM 的历史](11_history.zh.ipynb)。
