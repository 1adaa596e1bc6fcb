# %% [markdown] lang="en"
# # 13. The other answer: a path of length one
#
# - **Question**: Must the error go back through every step?
# - **Minutes**: 60
# - **Needs**: lessons [2](2_vanishing.ipynb), [4](4_gap.ipynb) and [5](5_lstm.ipynb)

# %% [markdown] lang="zh"
# # 13. 另一种答案：长度为一的通路
#
# - **问题**：误差非得一步一步往回走吗？
# - **时长**：60 分钟
# - **先修**：第 [2](2_vanishing.zh.ipynb)、[4](4_gap.zh.ipynb)、[5](5_lstm.zh.ipynb) 课

# %% [markdown] lang="en"
# LSTM, chrono and the GRU are one answer to the long gap: make each step of the way back lose less. The other answer leaves the steps as they are, and builds a **second way** from the loss to each of them, past the chain. It is one step long.
#
# We take the network that failed, an LSTM as Keras starts it, and change only what is *read* from it. The task is recall; the symbol may stand at any of the 79 places before the question, each as likely as the next.
#
# - **last state**: what Keras does by default. The answer is read from $h_T$.
# - **mean**: from $\frac{1}{T}\sum_t h_t$, which is `GlobalAveragePooling1D` over all states.
# - **attention** ([Bahdanau, Cho & Bengio, 2015](https://arxiv.org/abs/1409.0473); the product form is [Luong's](https://arxiv.org/abs/1508.04025)): a weighted mean, $\sum_t a_t h_t$. The last state asks a question $q$, each state has a key $k_t$, and $a = \mathrm{softmax}(q \cdot k_t)$. What to ask for and how to answer is learned.
# - **both ways**: `Bidirectional` ([Schuster & Paliwal, 1997](https://doi.org/10.1109/78.650093)): a second LSTM reads the sequence from its end; the two last states are put side by side.
#
# **Predict**: before any training, what part of the gradient of the last step reaches step 0 in each of them?

# %% [markdown] lang="zh"
# 怎样对付长间隔？LSTM、chrono 和 GRU 是一种答案：让往回走的每一步少丢一些。另一种答案不动这些步，而是绕过整条链，从损失到每一步各修**一条近路**。这条近路只有一步长。
#
# 我们取先前失败的那个网络，也就是按 Keras 默认值初始化的 LSTM，只改一件事：答案从哪里*读*。任务是 recall；问号之前有 79 个位置，符号可以在任何一个，机会均等。
#
# - **最后的状态**：Keras 的默认做法，从 $h_T$ 读出答案。
# - **平均**：从 $\frac{1}{T}\sum_t h_t$ 读出，也就是对所有状态做 `GlobalAveragePooling1D`。
# - **注意力**（[Bahdanau、Cho 与 Bengio，2015](https://arxiv.org/abs/1409.0473)；乘积形式出自 [Luong 等](https://arxiv.org/abs/1508.04025)）：从加权平均 $\sum_t a_t h_t$ 读出。最后的状态提出查询 $q$，每个状态有一个键 $k_t$，$a = \mathrm{softmax}(q \cdot k_t)$。问什么、怎样应答，都是学出来的。
# - **双向**（`Bidirectional`；[Schuster 与 Paliwal，1997](https://doi.org/10.1109/78.650093)）：再用一个 LSTM 从末尾往前读，把两个最后的状态拼在一起。
#
# **预测**：训练之前，四种读法里，最后一步的梯度各有几分之几传得到第 0 步？

# %%
# %matplotlib inline
from lesson import curves, start

LANGUAGE = "en"
start(LANGUAGE)

import keras
import numpy as np
from keras import layers

from keras_rnn_study import fused, measures, trace
from lesson_cells import any_gap

LONGEST, UNITS = 78, 32
x_train, y_train, _ = any_gap(64 * 150, LONGEST, seed=0, evenly=True)
x_test, y_test, gaps = any_gap(2048, LONGEST, seed=1, evenly=True)


def lstm(**options):
    return layers.LSTM(UNITS, seed=0, name="lstm", **options)


def attention(x):
    states = lstm(return_sequences=True)(x)
    query = layers.Dense(UNITS, name="query")(states[:, -1:])  # what the end asks
    keys = layers.Dense(UNITS, name="keys")(states)  # what each step answers to
    read = layers.Attention(name="attention")([query, states, keys])
    return layers.Reshape((UNITS,))(read)


READ = {
    "last state": lambda x: lstm()(x),
    "mean": lambda x: layers.GlobalAveragePooling1D()(lstm(return_sequences=True)(x)),
    "attention": attention,
    "both ways": lambda x: layers.Bidirectional(lstm())(x),
}


def build(read):
    keras.utils.set_random_seed(0)
    x = keras.Input(x_train.shape[1:])
    model = keras.Model(x, layers.Dense(8, activation="softmax")(read(x)))
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    return model


models = {name: build(read) for name, read in READ.items()}
norms = {}
for name, model in models.items():
    first = gaps == LONGEST  # the symbol at step 0
    for of, layer in trace(model, x_test[first], y_test[first]).items():
        backwards = ", backwards" if "backward" in of else ""
        norms[name + backwards] = measures.step_norms(layer.state_gradients["h"])

# %%
for name, norm in norms.items():
    print(f"{name}: first step {norm[0]:.0e}, last step {norm[-1]:.0e}")
curves(
    norms,
    title=r"$|\partial L/\partial h_t|$ before training",
    x="time step $t$",
    log=True,
)

# %% tags=["check"]
assert norms["last state"][0] < 1e-6 * norms["last state"][-1]
assert 0.3 < norms["mean"][0] / norms["mean"][-1] < 3
assert 0.3 < norms["attention"][0] / norms["attention"][-1] < 3
assert norms["both ways"][0] < 1e-5 * norms["both ways"][-1]
assert norms["both ways, backwards"][-1] < 1e-5 * norms["both ways, backwards"][0]

# %% [markdown] lang="en"
# With the last state it is less than a millionth: lesson 2 again. With the mean and with attention the line is flat: each state stands in the sum, so $\partial L / \partial h_t$ has a term of its own at each step, the **direct** gradient of lesson 2. (Untrained attention weighs
# all steps about alike, so it begins as the mean.) The two directions of `Bidirectional` are mirror images: for the one that reads backwards, step 0 is the *last*.
#
# Now train all four, 150 updates each, and draw the right answers by where the symbol stood.
#
# **Predict** the four lines. Where is each of them high?

# %% [markdown] lang="zh"
# 读最后的状态时，传到的不到百万分之一，与第 2 课一样。用平均和注意力，线就是平的：每个状态都在求和式里，所以每一步的 $\partial L / \partial h_t$ 都有自己的一项，也就是第 2 课的**直接**梯度。
# （没有训练过的注意力，给各步的权重差不多，所以一开始就相当于平均。）`Bidirectional` 的两个方向互为镜像：对倒着读的那个来说，第 0 步才是它的*最后*一步。
#
# 现在把四个网络都训练 150 步，再按符号所在的位置画出答对的比例。
#
# **预测**：这四条线，各在哪一段高？

# %%
for model in models.values():
    with fused(model):
        model.fit(x_train, y_train, batch_size=64, shuffle=False, verbose=0)
places = LONGEST - gaps  # where the symbol stood
edges = np.arange(0, LONGEST + 2, 13)  # six groups of 13 or 14 places
groups = [(places >= low) & (places < low + 13) for low in edges[:-1]]
by_place = {}
for name, model in models.items():
    right = model.predict(x_test, batch_size=512, verbose=0).argmax(axis=-1) == y_test
    by_place[name] = np.array([right[group].mean() for group in groups])
    print(f"{name}: {right.mean():.0%} right")
middles = edges[:-1] + 6
curves(
    {name: (middles, shares) for name, shares in by_place.items()},
    title="right answers",
    x="place of the symbol (question at 79)",
    dots=True,
    top=1.05,
    across={"chance": 1 / 8},
)

# %% tags=["check"]
assert by_place["attention"].min() > 0.95
assert by_place["last state"].max() < 0.8
assert by_place["last state"][-1] == by_place["last state"].max()
assert by_place["mean"][0] > by_place["mean"][-1] + 0.15
both = by_place["both ways"]
assert both[0] > both[1:-1].min() < both[-1]
assert both[1:-1].mean() < 0.5

# %% [markdown] lang="en"
# **Attention** answers everything, wherever the symbol stood. It is the same LSTM, which forgets as before; but its state is read *where the symbol is*, so it needs to remember nothing.
#
# **The mean** is the last state turned round: it is better, the longer ago the symbol was! A symbol leaves its trace in the states after it; if it comes early, many of them carry a part of it, if it comes late, few do. A flat gradient says that each step is *heard*, not that what it says can be told from the noise.
#
# **Both ways** is a valley: high where the symbol is near one of the ends, as one of the two directions has just read it; lowest in the middle. `Bidirectional` makes no memory longer: it gives each step a second distance, to the other end. In recall itself, with the symbol always at step 0,
# it looks like a miracle (exercise 1).
#
# ## Where does attention look?
#
# **Predict**: the attention weights of three samples, with the symbol at places 5, 30 and 55.

# %% [markdown] lang="zh"
# **注意力**全部答对，符号在哪里都行。LSTM 还是那个 LSTM，照样遗忘；只是它的状态就在*读到符号的那一步*被读取，所以用不着记。
#
# **平均**与最后的状态正好相反：符号出现得越早，答得越好！符号会在它之后的各个状态里留下痕迹：出现得早，许多状态里都有它的一份；出现得晚，就没有几个。梯度平坦，只说明每一步都*听得到*，并不说明听到的能从噪声里分辨出来。
#
# **双向**是两头高、中间低：符号靠近哪一头，就有一个方向刚刚读过它；在正中间最低。`Bidirectional` 并没有让记忆变长，只是让每一步又多了一个到另一头的距离。在原来的 recall 里，符号总在第 0 步，双向看上去就像奇迹（练习 1）。
#
# ## 注意力看的是哪里？
#
# **预测**：取三个样本，符号分别在第 5、30、55 步。注意力权重各是什么样子？

# %%
model = models["attention"]
parts = {name: model.get_layer(name) for name in ("query", "keys", "attention")}
states = keras.Model(model.input, model.get_layer("lstm").output)(x_test)
_, weights = parts["attention"](
    [parts["query"](states[:, -1:]), states, parts["keys"](states)],
    return_attention_scores=True,
)
weights = np.array(weights)[:, 0]  # (samples, steps)
chosen = [int(np.flatnonzero(places == place)[0]) for place in (5, 30, 55)]
late = weights.argmax(axis=1) - places
print(f"the largest weight is at the symbol in {np.mean(late == 0):.0%}")
others = {int(symbol): np.mean(late[y_test == symbol] == 0) for symbol in range(8)}
print(
    "symbol by symbol:", {"ABCDEFGH"[n]: f"{share:.0%}" for n, share in others.items()}
)
curves(
    {f"$t_0$ = {places[sample]}": weights[sample] for sample in chosen},
    title="attention weights",
    x="time step $t$",
)

# %% tags=["check"]
assert all(late[sample] == 0 for sample in chosen)
assert sorted(others.values())[1] > 0.9
assert sorted(others.values())[0] < 0.3

# %% [markdown] lang="en"
# At the step of the symbol itself, with nearly all of the weight. Nobody told the network where to look. **A surprise** is in the printed line: one of the eight symbols it does not look for at all! Seven are found, and the eighth is what is left when none of them is.
#
# What does this cost? All states are kept, and each answer looks at all of them. For one answer that is little; for a text that is said word by word, the work grows with the square of its length, where a recurrent network has one state of fixed size. And attention by itself knows no order (exercise 2): here the
# LSTM brings it.
#
# ## From sequence to sequence
#
# Attention was invented for translation. In a **sequence to sequence** network ([Sutskever, Vinyals & Le, 2014](https://arxiv.org/abs/1409.3215)) an *encoder* reads, hands its last state on, and a *decoder* says another sequence, step by step, hearing what has been said before. In training it hears the *right* previous word, whatever it
# would have said itself: **teacher forcing** ([Williams & Zipser, 1989](https://doi.org/10.1162/neco.1989.1.2.270)). All steps can then be trained at once. Alone, it hears its own words.
#
# Ten random symbols of eight, to be said again: in the same order, and backwards.
#
# **Predict**: is backwards harder? And how do the answers with the teacher compare with those alone?

# %% [markdown] lang="zh"
# 正好在符号那一步，权重几乎全在那里。谁也没有告诉网络该看哪里。**出人意料的是**打印出来的那一行：八个符号里有一个，网络根本不去找！另外七个它都找得到，要是一个也没找到，那就是第八个了。
#
# 代价是什么？所有状态都要保存，每次回答都要看遍所有状态。只回答一次，不算什么；要是一个词一个词地说出一段文字，计算量就随长度的平方增长，而循环神经网络只要一个大小固定的状态。另外，注意力本身不懂先后次序（练习 2）：这里的次序是 LSTM 带来的。
#
# ## 从序列到序列
#
# 注意力是为机器翻译发明的。在**序列到序列**（sequence to sequence）网络（[Sutskever、Vinyals 与 Le，2014](https://arxiv.org/abs/1409.3215)）里，*编码器*读入一个序列，交出最后的状态；*解码器*由此出发，一步一步说出另一个序列，每一步都听着前面已经说出的内容。
# 训练时，不管它自己会怎么说，听到的前一个词总是*正确*的，这叫**强制教学**（teacher forcing；[Williams 与 Zipser，1989](https://doi.org/10.1162/neco.1989.1.2.270)）；这样，所有时间步可以一起训练。让它独自说，它听到的就是自己说的词了。
#
# 任务：给出十个随机符号（共八种），让网络重说一遍，一种按原来的次序，一种倒过来。
#
# **预测**：倒着说更难吗？有老师时答对的比例，与独自说时相比如何？

# %%
LENGTH, LETTERS = 10, 8


def pairs(num_samples, seed, backwards):
    """Sequences, and what is to be said: the same, or backwards."""
    heard = np.random.default_rng(seed).integers(0, LETTERS, (num_samples, LENGTH))
    said = heard[:, ::-1] if backwards else heard
    return heard, said


def shifted(said):
    """What the decoder hears: a start sign, and then what has been said before."""
    begin = np.full((len(said), 1), LETTERS)
    return np.concatenate([begin, said[:, :-1]], axis=1)


def translator(with_attention):
    keras.utils.set_random_seed(0)
    heard, before = keras.Input((LENGTH,)), keras.Input((LENGTH,))
    embed = layers.Embedding(LETTERS + 1, 32)
    encoder = layers.GRU(48, return_sequences=True, return_state=True, name="encoder")
    states, last = encoder(embed(heard))
    decoder = layers.GRU(48, return_sequences=True, name="decoder")
    out = decoder(embed(before), initial_state=last)
    if with_attention:
        query, keys = layers.Dense(48)(out), layers.Dense(48)(states)
        out = layers.Concatenate()([out, layers.Attention()([query, states, keys])])
    answer = layers.Dense(LETTERS, activation="softmax")(out)
    model = keras.Model([heard, before], answer)
    model.compile(keras.optimizers.Adam(5e-3), "sparse_categorical_crossentropy")
    return model


def alone(model, heard):
    """What the model says when it hears its own words."""
    said = np.zeros_like(heard)
    for t in range(LENGTH):
        answers = model.predict([heard, shifted(said)], batch_size=500, verbose=0)
        said[:, t] = answers[:, t].argmax(axis=-1)
    return said


# %%
told = {}
for name, backwards, with_attention in [
    ("one vector, same order", False, False),
    ("one vector, backwards", True, False),
    ("attention, same order", False, True),
]:
    model = translator(with_attention)
    heard, said = pairs(64 * 400, 0, backwards)
    with fused(model):
        model.fit([heard, shifted(said)], said, batch_size=64, verbose=0)
    heard, said = pairs(500, 1, backwards)
    forced = model.predict([heard, shifted(said)], batch_size=500, verbose=0)
    told[name] = {
        "teacher": np.mean(forced.argmax(axis=-1) == said),
        "alone": np.mean(alone(model, heard) == said),
    }
    print(
        f"{name}: teacher {told[name]['teacher']:.0%}, alone {told[name]['alone']:.0%}"
    )

# %% tags=["check"]
same, turned, attentive = told.values()
assert same["teacher"] < turned["teacher"] - 0.15
assert same["alone"] < turned["alone"] - 0.1
assert turned["alone"] < turned["teacher"] - 0.15
assert attentive["alone"] > 0.9

# %% [markdown] lang="en"
# Backwards is **easier**. The mean distance between hearing a symbol and saying it is 10 steps in both, but in the same order each has those 10, while backwards the first word said is the last one heard: 1 step, then 3, 5, ... Short paths are learned first and lead the way (lesson 12 has the same); Sutskever and colleagues therefore turned the
# source round.
#
# With the teacher many more answers are right than alone, in both orders. An error that the network hears as its own word throws it off at the steps that follow, which in training never happened. So do not judge by the loss with the teacher: let the network speak.
#
# And with attention the bottleneck is gone: each word said looks at the word heard, one step away, and hardly an error is made alone.
#
# ## Exercises
#
# 1. Recall itself, with the symbol always at step 0 and a gap of 78: train `both ways` on it (`recall.make`). Why is this no proof of memory?
# 2. Put `Dense(32, activation="tanh")` in the place of the LSTM, with attention. Does it answer? Exchange steps of the input; what changes?
# 3. The decoder without attention that speaks backwards: draw, or print, how many words are right alone at each of its ten steps.
#
# Solutions: `solutions/13_skip.ipynb`. Words: [glossary](glossary.md). Back: [the GRU](12_gru.ipynb). Next: [memory without training](14_untrained.ipynb).

# %% [markdown] lang="zh"
# 倒着说反而**更容易**。从听到一个符号到说出它，平均都隔 10 步；可是按原来的次序，个个都要隔 10 步，倒着说，最先说的正是最后听到的：只隔 1 步，然后是 3 步、5 步……短的路先学会，再由它们带路（第 12 课也是如此）；Sutskever 等人正是因此把源句倒过来输入。
#
# 两种次序，有老师时答对的都比独自说时多得多。网络自己说错一个词，又把它当作前文听进去，后面几步就乱了，而这种事在训练里从没发生过。所以不要凭有老师时的损失下结论，要让网络自己说。
#
# 有了注意力，瓶颈就没有了：每说一个词，都看得到对应的那个词，只有一步之遥，独自说也几乎不出错。
#
# ## 练习
#
# 1. 回到原来的 recall：符号总在第 0 步，间隔为 78（`recall.make`）。训练 `both ways`。为什么这证明不了它有记忆？
# 2. 保留注意力，把 LSTM 换成 `Dense(32, activation="tanh")`。还答得对吗？把输入的若干步对调，结果有什么变化？
# 3. 取没有注意力、倒着说的解码器，画出或打印它独自说时，十步里每一步答对的比例。
#
# 解答：`solutions/13_skip.zh.ipynb`。术语见[术语表](glossary.md)。上一课：[GRU](12_gru.zh.ipynb)。下一课：[不经训练的记忆](14_untrained.zh.ipynb)。
