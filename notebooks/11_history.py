# %% [markdown] lang="en"
# # 11. The history of the cell
#
# - **Question**: Why did the LSTM's gates start elsewhere in 1997, 2000, 2015 and 2018, and who was right?
# - **Minutes**: 60
# - **Needs**: lessons [6](6_memory.ipynb) and [10](10_where.ipynb)

# %% [markdown] lang="zh"
# # 11. LSTM 的历史
#
# - **问题**：1997、2000、2015、2018 年，LSTM 各个门的初值为什么各不相同？究竟谁对？
# - **时长**：60 分钟
# - **先修**：第 [6](6_memory.zh.ipynb)、[10](10_where.zh.ipynb) 课

# %% [markdown] lang="en"
# "The LSTM" has been four different things, and a single Keras layer can be started as each of them: what differs is where two biases begin.
#
# | year | who | forget gate | input gate | why |
# |---|---|---|---|---|
# | [1997](https://doi.org/10.1162/neco.1997.9.8.1735) | Hochreiter & Schmidhuber | none: $f = 1$ | starts shut | nothing may vanish: the *constant error carousel* |
# | [2000](https://doi.org/10.1162/089976600300015015) | Gers, Schmidhuber & Cummins | starts open | starts rather shut | on endless streams the state must be let go |
# | [2015](https://proceedings.mlr.press/v37/jozefowicz15.html) | Jozefowicz, Zaremba & Sutskever | bias 1 | bias 0 | many programs had begun with 0; Keras has the 1 since |
# | [2018](https://arxiv.org/abs/1804.11188) | Tallec & Ollivier | memory times up to the one needed | its negative | *chrono*: say how long the memory has to last |
#
# A bias of 50 makes a forget gate of exactly 1 in 32-bit numbers, with a slope of 0, so training cannot move it: that is no forget gate. The -3 is one of the paper's own values; for 2000 we take 2 and -1,
# which have the signs of the paper, not its numbers. (The cell of 1997 was also trained in another way, with a gradient cut everywhere but on the carousel; here all four get the whole gradient.)
#
# The task is a *stream*: recall with a gap of 20, one after the other, and nobody tells the network where one round ends and the next one begins.
#
# **Predict**, before training: for which of the four does the gradient keep its size? And for which does $c$?

# %% [markdown] lang="zh"
# “LSTM”这个名字，先后指过四种东西，而同一个 Keras 层可以从其中任何一种起步：不同的只是两个偏置的初值。
#
# | 年份 | 作者 | 遗忘门 | 输入门 | 理由 |
# |---|---|---|---|---|
# | [1997](https://doi.org/10.1162/neco.1997.9.8.1735) | Hochreiter、Schmidhuber | 没有：$f = 1$ | 起初关着 | 误差不许消失：*常数误差传送带* |
# | [2000](https://doi.org/10.1162/089976600300015015) | Gers、Schmidhuber、Cummins | 起初开着 | 起初大半关着 | 输入没完没了，旧的状态必须丢得掉 |
# | [2015](https://proceedings.mlr.press/v37/jozefowicz15.html) | Jozefowicz、Zaremba、Sutskever | 偏置 1 | 偏置 0 | 许多程序原先从 0 起步；Keras 取 1，沿用至今 |
# | [2018](https://arxiv.org/abs/1804.11188) | Tallec、Ollivier | 记忆时长从短到长，直到所需的长度 | 偏置取其相反数 | *chrono*：事先说明要记多久 |
#
# 偏置取 50，遗忘门在 32 位浮点数下恰好等于 1，斜率为 0，训练也动不了它：这就等于没有遗忘门。-3 是 1997 年那篇论文用过的值之一；2000 年那种取 2 和 -1，
# 正负号与论文一致，数值是我们定的。（1997 年的 LSTM，训练方法也不同：除了在传送带上，梯度一律截断；这里四种都用完整的梯度。）
#
# 任务是一条*流*：间隔为 20 的 recall 一轮接着一轮，没有人告诉网络一轮到哪里结束、下一轮从哪里开始。
#
# **预测**：训练之前，四种里哪几种的梯度保持得住大小？哪几种的 $c$ 保持得住大小？

# %%
# %matplotlib inline
from lesson import Panel, row, start, stored_results

LANGUAGE = "en"
start(LANGUAGE)

import keras
import numpy as np

from keras_rnn_study import build_model, fused, measures, trace
from keras_rnn_study.datasets import recall
from keras_rnn_study.study.report.summary import conditions

GAP, TIME, ROUNDS = 20, 22, 40
STARTS = {
    "1997": {"forget_bias": 50.0, "input_bias": -3.0},
    "2000": {"forget_bias": 2.0, "input_bias": -1.0},
    "2015": {},
    "2018": {"init": "chrono", "gap": GAP},
}


def streams(count, rounds, seed):
    """So many streams: x (count, rounds * TIME, features), y (count, rounds)."""
    x, y = recall.make(count * rounds, gap=GAP, seed=seed)
    return x.reshape(count, rounds * TIME, -1), y.reshape(count, rounds)


def reader(begin):
    """An LSTM with one of the starts, asked at the end of each round."""
    from_start = build_model(recall.TASK, "lstm", seed=1, **begin)
    inputs = keras.Input((None, 17))
    h = keras.layers.LSTM(32, return_sequences=True, name="lstm")(inputs)
    questions = h[:, TIME - 1 :: TIME]
    answer = keras.layers.Dense(8, activation="softmax", name="answer")(questions)
    model = keras.Model(inputs, answer)
    model.set_weights(from_start.get_weights())
    model.compile(keras.optimizers.Adam(3e-3), "sparse_categorical_crossentropy")
    return model


def size(layer):
    """Root mean square of c, at each step."""
    return np.sqrt((np.float64(layer.states["c"]) ** 2).mean(axis=(0, 2)))


# %%
x_one, y_one = streams(64, 1, seed=2)
x_test, y_test = streams(64, ROUNDS, seed=3)
models = {year: reader(begin) for year, begin in STARTS.items()}
norms, sizes = {}, {}
for year, model in models.items():
    layer = trace(model, x_one, y_one)["lstm"]
    norms[year] = measures.step_norms(layer.state_gradients["c"])
    sizes[year] = size(trace(model, x_test[:8], gradients=False)["lstm"])
    kept = norms[year][0] / norms[year][-1]
    at_end = sizes[year][-1]
    print(f"{year}: first over last gradient {kept:.2g}; c at the end {at_end:.2g}")
before = r"$|\partial L/\partial c_t|$ before training"
row(
    Panel(norms, title=before, x="time step $t$", log=True),
    Panel(sizes, title="size of $c_t$", x="time step $t$", log=True),
)

# %% tags=["check"]
ratio = {year: norm[0] / norm[-1] for year, norm in norms.items()}
assert ratio["1997"] > 0.9
assert ratio["2015"] < 0.05 < 0.1 < min(ratio["2000"], ratio["2018"])
assert sizes["1997"][-1] > 4
assert sizes["1997"][-1] > 1.8 * sizes["1997"][len(sizes["1997"]) // 2]
assert max(size_of[-1] for year, size_of in sizes.items() if year != "1997") < 0.3

# %% [markdown] lang="en"
# On the left is why the cell of 1997 was built: with $f = 1$ the gradient keeps its size over the whole round, while with Keras' start of 2015 only a small part arrives. On the right is the price: what is never let go adds up, and $c$ grows without an end. The others settle.
#
# Sequences of 1997 were read one by one, and the programmer set the state back to zero between them. In a stream nobody does. *Learning to forget* is the title of the paper of 2000.
#
# **Predict**: all four are trained on streams of four rounds. Then they read forty. In which round does each one fail?

# %% [markdown] lang="zh"
# 左图说明 1997 年的 LSTM 为什么那样设计：$f = 1$，走完整整一轮，梯度的大小不变；而按 2015 年起 Keras 的初值，传得到的只有一小部分。右图则是代价：只进不出，越积越多，
# $c$ 没有止境地增大。另外三种都稳定了下来。
#
# 1997 年的序列是一个一个读的，读完一个，由程序员把状态清零。在流里，没有人来做这件事。2000 年那篇论文的题目，就叫 *Learning to forget*（学会遗忘）。
#
# **预测**：四种都用长四轮的流来训练，然后连续读四十轮。它们各从第几轮开始出错？

# %%
x_train, y_train = streams(64 * 200, 4, seed=4)
right, grown = {}, {}
for year, model in models.items():
    with fused(model):
        model.fit(x_train, y_train, batch_size=64, shuffle=False, verbose=0)
    said = model.predict(x_test, verbose=0).argmax(axis=-1)
    right[year] = np.mean(said == y_test, axis=0)
    grown[year] = size(trace(model, x_test[:8], gradients=False)["lstm"])
    shares = "  ".join(f"{share:4.0%}" for share in right[year][[0, 1, 2, 3, 4, 9, 39]])
    print(
        f"{year}, rounds 1 2 3 4 5 10 40: {shares}; c at the end {grown[year][-1]:.3g}"
    )
by_round = {year: (np.arange(1, ROUNDS + 1), share) for year, share in right.items()}
row(
    Panel(by_round, title="right answers", x="round", top=1.05),
    Panel(grown, title="size of $c_t$", x="time step $t$", log=True),
)

# %% tags=["check"]
assert right["1997"][:4].min() > 0.9
assert right["1997"][4] < 0.75
assert right["1997"][9:].mean() < 0.25
assert right["2000"].min() > 0.95
assert 0.7 < right["2015"].mean() < 0.95
assert right["2015"][0] < 0.97
assert right["2018"][:4].min() > 0.9
assert 0.55 < right["2018"][20:].mean() < 0.85
assert grown["1997"][-1] > 20
assert max(one[-1] for year, one in grown.items() if year != "1997") < 2
settled = grown["2000"]
assert 0.5 < settled[-1] / settled[len(settled) // 2] < 2

# %% [markdown] lang="en"
# **1997** answers the four rounds that it was trained for as well as any, and then collapses: in the fifth round half of its answers are right, and after ten it does little better than guessing. Over four rounds it could live with what piles up; over forty it cannot, and no weight in it can empty $c$, which is above 20 by then. Set back to zero it would be as good as in its first round (exercise 1).
#
# **2000** goes on for forty rounds as if there were no end. It has learned to forget, at a size of $c$ that stays where it is.
#
# **2015** survives, too, but makes mistakes from the start: its memory is short for a gap of 20, and it has to build up the rest by training. **2018** learns its gap at once, and then loses its way slowly: some of its units were told to keep for as long as the gap and longer, and in a stream that is too long.
#
# Does that make 2000 the winner? On this task, with numbers that fit it. Look at the other end, one sequence with a gap of 100, from the stored results of lesson 6:

# %% [markdown] lang="zh"
# **1997** 在训练过的四轮里，答得不比谁差，然后就垮了：第五轮只答对一半，十轮之后比瞎猜好不了多少。四轮之内，积下来的东西它还应付得了；四十轮就不行了，
# 这时 $c$ 的大小已经超过 20，而它没有一个权重能把 $c$ 清空。要是把状态清零，它就又和第一轮时一样好（练习 1）。
#
# **2000** 一直读完四十轮，照样答得对，好像可以永远读下去。它学会了遗忘，$c$ 的大小始终停在同一水平。
#
# **2015** 也撑了下来，但从一开始就时有错误：对 20 的间隔来说，它的记忆偏短，缺的要靠训练补上。**2018** 一下子就学会了这个间隔，后来却慢慢走样：
# 它有些单元的记忆时长，是按间隔那么长甚至更长来设定的，放在流里就太长了。
#
# 那么，是 2000 年的做法赢了吗？在这个任务上，用这组合适的数值，是的。再看另一头：单个序列，间隔为 100，用第 6 课存好的结果：

# %%
found = {c.run.label: c for c in conditions(stored_results("input_bias"))}
for year, label in {"2015": "lstm", "2018": "lstm (chrono)"}.items():
    one = found[label]
    print(
        f"{year}, one sequence, gap 100: {one.successes} of {one.trials} seeds learned"
    )

# %% tags=["check"]
assert found["lstm"].successes == 0
assert found["lstm (chrono)"].successes == 9
assert {found[label].trials for label in ("lstm", "lstm (chrono)")} == {10}

# %% [markdown] lang="en"
# The start of 2015 learned in none of ten seeds, that of 2018 in nine. Each start answers the question of its year:
#
# | start | what it gave | what it costs |
# |---|---|---|
# | 1997 | an error that does not vanish, whatever the gap | a state that somebody else must reset |
# | 2000 | forgetting that is learned, for streams | the memory time is a guess |
# | 2015 | a default that nobody has to think about | short: some steps (lesson 6) |
# | 2018 | the gap you name | you have to name it, and too long is not free |
#
# **The verdict.** "The LSTM remembers" is a sentence about a start *and* a task. There is no best start; there are two questions to ask of a task: over how many steps must something be kept, and when must it be let go?
#
# ## Exercises
#
# 1. Is it really what piles up? Take the 1997 cell trained on streams, and show it rounds 1 to 40 one by one, each from a state of zero.
# 2. For some years many programs began with a forget bias of 0. What is the reach of its gradient, over one sequence with a gap of 100, beside that of 1?
# 3. Start the cell of 2000 with 3 and -3 instead of 2 and -1. Does it still go on for forty rounds?
#
# Solutions: `solutions/11_history.ipynb`. Words: [glossary](glossary.md). Next, in lesson 12: the GRU.

# %% [markdown] lang="zh"
# 2015 年的初值，十个种子一个也没学会；2018 年的，学会了九个。每种初值回答的，都是它那个年代的问题：
#
# | 初值 | 好处 | 代价 |
# |---|---|---|
# | 1997 | 误差不消失，间隔多长都行 | 状态要靠别人来清零 |
# | 2000 | 学得会遗忘，应付得了流 | 记忆时长是猜的 |
# | 2015 | 谁都不必操心的默认值 | 记忆短：只有几步（第 6 课） |
# | 2018 | 间隔由你指定 | 非指定不可，而且指定得太长也要付代价 |
#
# **结论。**“LSTM 记得住”，这话说的是某种初值*加上*某个任务。没有最好的初值；拿到一个任务，要问的是两件事：东西要保存多少步？又该在什么时候丢掉？
#
# ## 练习
#
# 1. 真是积累造成的吗？取在流上训练好的 1997 年那种 LSTM，把第 1 到第 40 轮一轮一轮地单独给它读，每轮都从零状态开始。
# 2. 有些年里，许多程序从遗忘偏置 0 起步。在间隔为 100 的单个序列上，它的梯度可达步数与偏置为 1 时相比如何？
# 3. 把 2000 年那种的 2 和 -1 换成 3 和 -3，它还能读完四十轮吗？
#
# 解答：`solutions/11_history.zh.ipynb`。术语见[术语表](glossary.md)。下一课：[门控循环单元（GRU）及其近亲](12_gru.zh.ipynb)。
