# %% [markdown] lang="en"
# # 15. Language
#
# - **Question**: Which words does a network that answers look at, and how does one write?
# - **Minutes**: 60
# - **Needs**: lessons [4](4_gap.ipynb), [6](6_memory.ipynb) and [9](9_sum.ipynb)

# %% [markdown] lang="zh"
# # 15. 语言
#
# - **问题**：答得对的网络看的是哪些词？会写的网络又是怎样写的？
# - **时长**：60 分钟
# - **先修**：第 [4](4_gap.zh.ipynb)、[6](6_memory.zh.ipynb)、[9](9_sum.zh.ipynb) 课

# %% [markdown] lang="en"
# Back to [the article's](https://colah.github.io/posts/2015-08-Understanding-LSTMs/) own sentences. "The clouds are in the *sky*" has everything that is needed right before the blank; lesson 4 trained it. "I grew up in France ... I speak fluent *French*" does not. Here is the second one at a gap of 5,
# by a `SimpleRNN`, and at 100 by two LSTMs: as Keras starts it, and with gates that begin at the right memory times (chrono, lesson 6). Tests have prose that was never trained on; guessing gets 1 in 44.
#
# **Predict** the three accuracies.

# %% [markdown] lang="zh"
# 回到[文章](https://colah.github.io/posts/2015-08-Understanding-LSTMs/)里的两个例句。“白云飘在*天空*”，要用的信息就在横线跟前，第 4 课已经训练过。“我在法国长大……我会说流利的*法语*”就不一样了。下面训练这第二句：间隔为 5 时用 `SimpleRNN`；
# 间隔为 100 时用两个 LSTM，一个按 Keras 的默认值初始化，另一个的门按合适的记忆时长初始化（chrono，第 6 课）。测试用的填充文字，训练时从没出现过；瞎猜的准确率是 1/44。
#
# **预测**：三个准确率各是多少？

# %%
# %matplotlib inline
from lesson import Panel, curves, row, start

LANGUAGE = "en"
start(LANGUAGE)

import keras
import numpy as np

from keras_rnn_study import build_model, dynamics, fused
from keras_rnn_study.datasets import language
from keras_rnn_study.datasets.sources import prose
from lesson_cells import words_in_colour


def france(gap, cell, begin=None):
    """A model after 300 updates, and a test of sentences with new prose."""
    model = build_model(language.TASK, cell, seed=0, **(begin or {}))
    data = language.stream(64, gap=gap, language=LANGUAGE, seed=0)
    with fused(model):
        model.fit(data, steps_per_epoch=300, shuffle=False, verbose=0)
    _, test = language.load_data(gap, num_train=64, num_test=512, language=LANGUAGE)
    return model, *test


trained = {
    "SimpleRNN, gap 5": france(5, "simple_rnn"),
    "LSTM, gap 100": france(100, "lstm"),
    "chrono LSTM, gap 100": france(100, "lstm", {"init": "chrono", "gap": 100}),
}
accuracy = {}
for name, (model, x, y) in trained.items():
    accuracy[name] = model.evaluate(x, y, verbose=0)[1]
    print(f"{name}: {accuracy[name]:.0%} right")

# %% tags=["check"]
assert accuracy["SimpleRNN, gap 5"] > 0.9
assert accuracy["LSTM, gap 100"] < 0.3
assert accuracy["chrono LSTM, gap 100"] > 0.6

# %% [markdown] lang="en"
# ## Which words does it look at?
#
# `dynamics.connectivity` differentiates the loss by each word's embedding: a word is the more coloured, the larger its share of $|\partial L / \partial x_t|$.
#
# **Predict** the most coloured word of each sentence.

# %% [markdown] lang="zh"
# ## 它看的是哪些词？
#
# `dynamics.connectivity` 求损失对每个词的嵌入的导数：一个词在 $|\partial L / \partial x_t|$ 里占的比例越大，颜色就越深。
#
# **预测**：每句话里，颜色最深的是哪个词？

# %%
rows, shares = [], {}
for name, (model, x, y) in trained.items():
    found = dynamics.connectivity(model, x[:64], y[:64]).share  # (sentences, words)
    country = language.evidence(x[:64])
    shares[name] = found[country].mean()
    last = found[:, -5:].sum(axis=1).mean()
    print(f"{name}: country {shares[name]:.1%}, last five words {last:.0%}")
    rows.append((name, language.tokens(x[:1], language=LANGUAGE)[0], found[0]))
words_in_colour(rows)

# %% tags=["check"]
assert shares["SimpleRNN, gap 5"] < 0.1
assert shares["LSTM, gap 100"] < 0.005
assert shares["chrono LSTM, gap 100"] > 5 / x.shape[1]

# %% [markdown] lang="en"
# At 100 the picture is as one would hope. The default LSTM, which failed, looks at the last words, as only their gradient is left (lesson 2); of the chrono LSTM's gradient the country has about ten times its share, though it is one word in a hundred.
#
# **A surprise** at 5. That network is right nearly always, only the country tells the answer, and the country has hardly any colour! The first word of all, which is the same in every sentence, has the most. Is the network right for a wrong reason?
#
# ## Another instrument
#
# A gradient says what a *small* change would do. `dynamics.occlusion` makes a large one: it takes a word away (here: puts an unknown word in its place), and runs the model again.
#
# **Predict**: which words will it name?

# %% [markdown] lang="zh"
# 间隔 100 的两幅图正如所料。失败的是默认的 LSTM，它看的是最后几个词，因为只有那里还有梯度（第 2 课）；在 chrono LSTM 的梯度里，国家只是一百多个词里的一个，却占了平均份额的十倍左右。
#
# 间隔 5 的图则**出人意料**。这个网络几乎全对，能决定答案的只有国家，国家却几乎没有颜色！颜色最深的是全句的第一个词，而它在每句话里都一样。难道网络是歪打正着？
#
# ## 换一种量法
#
# 梯度说的是*微小*的改动会怎样。`dynamics.occlusion`（遮挡）做一次大的改动：拿掉一个词（这里换成一个未知词），把模型再运行一遍。
#
# **预测**：它会挑出哪些词？

# %%
model, x, y = trained["SimpleRNN, gap 5"]
some = slice(32)
taken = dynamics.occlusion(model, x[some], y[some], baseline=1).mean(axis=0) * 32
gradient = dynamics.connectivity(model, x[some], y[some]).gradient.mean(axis=0)
country = int(np.flatnonzero(language.evidence(x[:1])[0])[0])
words = language.tokens(x[:1], language=LANGUAGE)[0]
for place, said in enumerate(words):
    print(f"{taken[place]:6.2f}  {gradient[place]:.0e}  {said}")
places = {"country": country}
row(
    Panel({"loss, word taken away": taken}, x="word", dots=True, upright=places),
    Panel({"gradient": gradient}, x="word", log=True, dots=True, upright=places),
)

# %% tags=["check"]
assert taken.argmax() == country
assert np.abs(taken[country + 1 : -1]).max() < 0.2
assert gradient[0] == gradient.max()
assert gradient[0] > 5 * gradient[country]
assert taken[0] > 0.2

# %% [markdown] lang="en"
# Now the country is first, and the filler is nothing: the network is right for the right reason. The gradient has it the other way round for two reasons. It **grows** on its way back in this network, step by step (lessons 3 and 8), so early words are coloured whatever they say. And the words before the country are
# the same in every sentence: nothing ever taught the network to bear a change there, so a change does harm, as the left picture shows for the first word, too. "It depends on this word" and "this word tells the answer" are two questions. Ask both instruments, and look at words that *vary*.
#
# ## A network that writes
#
# Give a network one letter after the other, and let it foretell the next. Then let it draw a letter from what it foretells, and feed that back. Training is teacher forcing (lesson 13): it hears the text; writing, it hears itself.
#
# The text, a few thousand letters of this project's neutral sentences, is cut into 16 streams that are read side by side, and each stream into **windows** of 24 letters. The gradient ends at the window's begin: truncated backpropagation through time (lesson 9). And the state? A usual layer begins each window with zeros. A `stateful` one
# goes on where the last batch ended; then row $n$ of a batch must continue row $n$ of the one before, and one says when a text ends (`reset_states`).
#
# **Predict**: at which letters of a window does it matter, and how much?

# %% [markdown] lang="zh"
# 这回国家排在第一，填充的词毫无作用：网络答对，理由也是对的。梯度给出的次序正好相反，原因有两个。一是在这个网络里，梯度往回传时一步步**增大**（第 3、8 课），所以越早的词颜色越深，不管它是什么词。二是国家之前的词在每句话里都一样：从来没有什么教过网络要经得起那里的变化，
# 所以一变就出错，左图里的第一个词也是这样。“答案依赖于这个词”和“这个词说明了答案”是两个问题。两种量法都要用，还要看那些*会变*的词。
#
# ## 会写的网络
#
# 把文字一个字一个字地交给网络，让它预测下一个字；然后让它按预测的概率抽一个字，再把这个字喂回去。训练时，它听到的是原文，也就是强制教学（第 13 课）；写的时候，它听到的是自己。
#
# 文本是本项目自带的中性句子，一千多字，切成 4 条并排着读，每条再切成 24 个字的**窗口**。梯度到窗口开头为止，这就是截断的通过时间反向传播（第 9 课）。状态呢？普通的层，每个窗口都从零开始；`stateful`（有状态）的层，则从上一个小批量结束的地方接着走，
# 所以小批量的第 $n$ 行必须是上一个小批量第 $n$ 行的下文，文本读完了也要说一声（`reset_states`）。
#
# **预测**：两者在窗口的哪些字上有差别？差别有多大？

# %%
text = prose.read(LANGUAGE, None).replace("\n", " ")
text = text.replace(" ", "") if LANGUAGE == "zh" else text
letters = sorted(set(text))
numbers = np.array([letters.index(letter) for letter in text])
STREAMS, WINDOW, UNITS = {"en": 16, "zh": 4}[LANGUAGE], 24, 128
length = (len(numbers) - 1) // STREAMS // WINDOW * WINDOW
now, coming = (
    numbers[start : start + STREAMS * length].reshape(STREAMS, -1, WINDOW)
    for start in (0, 1)
)  # (streams, windows, letters)


def writer(stateful):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input(batch_shape=(STREAMS, WINDOW)),
            keras.layers.Embedding(len(letters), 32),
            keras.layers.LSTM(UNITS, return_sequences=True, stateful=stateful),
            keras.layers.Dense(len(letters), activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(5e-3), "sparse_categorical_crossentropy")
    return model


def read_through(model, train):
    """Go through the text once; the loss at each letter of a window, (WINDOW,)."""
    if model.layers[1].stateful:
        model.layers[1].reset_states()
    losses = []
    for window in range(now.shape[1]):
        if train:
            model.train_on_batch(now[:, window], coming[:, window])
        else:
            told = model.predict_on_batch(now[:, window])
            right = np.take_along_axis(told, coming[:, window, :, None], axis=-1)
            losses.append(-np.log(right[..., 0]))
    return np.mean(losses, axis=(0, 1)) if losses else None


by_letter = {}
for name, stateful in {"from zeros": False, "stateful": True}.items():
    model = writer(stateful)
    with fused(model):
        for _ in range(600 // now.shape[1]):  # 600 updates, or a little less
            read_through(model, train=True)
        by_letter[name] = read_through(model, train=False)
    print(f"{name}: first {by_letter[name][0]:.2f}, last {by_letter[name][-1]:.2f}")
curves(by_letter, x="letter of the window", y="loss", dots=True)

# %% tags=["check"]
firsts = by_letter["from zeros"][0], by_letter["stateful"][0]
assert firsts[0] > 1.15 * firsts[1], firsts
assert (
    np.abs(by_letter["from zeros"][8:].mean() - by_letter["stateful"][8:].mean()) < 0.4
)

# %% [markdown] lang="en"
# At the first letters: without a state there is nothing to go by but the letter itself. After a few letters both know as much. So here the state that is carried over serves the begin of each window, and nothing else: the memory that these sentences ask for is a word long. Mind that `stateful` carries the *state* across windows, never the gradient:
# what is further back than a window can be used, but only by luck learned.
#
# Let the stateful one write. Its cell is called step by step; the state is all that it has of what was before.

# %% [markdown] lang="zh"
# 差别在最初几个字：没有状态，就只有眼前这个字可以依据。再读几个字，两者知道的就一样多了。可见在这里，接续下来的状态只对每个窗口的开头有用：这些句子所要求的记忆，只有一个词那么长。注意，`stateful` 在窗口之间接续的是*状态*，从来不是梯度：
# 比窗口更早的内容，用是用得上，能不能学会去用，就只能碰运气了。
#
# 下面让有状态的那个来写。它的单元一步一步地调用；前文留给它的，只有状态。

# %%
embed, layer, answer = model.layers
rng = np.random.default_rng(0)
letter, states = letters.index(text[0]), [np.zeros((1, UNITS), "float32")] * 2
written = text[0]
for _ in range(160):
    out, states = layer.cell(embed(np.array([letter])), states)
    chances = np.float64(answer(out))[0] ** 2  # surer than it is
    letter = rng.choice(len(letters), p=chances / chances.sum())
    written += letters[letter]
print(written)

# %% tags=["check"]
assert len(written) == 161
copied = np.mean([written[n : n + 8] in text for n in range(len(written) - 8)])
assert LANGUAGE == "en" or copied > 0.15, copied
assert LANGUAGE == "en" or len(text) < 2000
assert len(set(written)) > 10

# %% [markdown] lang="en"
# Much of it has the shape of words, some are words, and the sentences mean nothing: after a few seconds of training, from letters. With a text of a few thousand letters and 128 units it would soon know the text by heart. **Dropout** is the usual remedy (exercise 3): in training random values are set to 0. On the way *up*, between layers, it costs no memory; along the chain it is another
# matter, and `recurrent_dropout` therefore draws one mask for the whole sequence ([Gal & Ghahramani, 2016](https://arxiv.org/abs/1512.05287)), and takes the layer off cuDNN.
#
# ## Exercises
#
# 1. Ask both instruments about the chrono LSTM at a gap of 12. Do they agree on the word?
# 2. Write with chances to the power of 0.5, 1 and 4 instead of 2. What changes?
# 3. Hold back the last tenth of the text, and train with and without `Dropout(0.5)` before the softmax: the loss on both parts.
#
# Solutions: `solutions/15_language.ipynb`. Words: [glossary](glossary.md). Back: [memory without training](14_untrained.ipynb), or to [all lessons](README.md).

# %% [markdown] lang="zh"
# 训练才几秒钟，又是从单个的字学起，也只能写成这样。文本只有一千多字，单元有 128 个，很快就会把全文背下来，写出来的有整段照抄的。常用的对策是**暂退法**（dropout，练习 3）：训练时随机把一部分值置为 0。用在*层与层之间*，不损害记忆；
# 用在时间这条链上，就是另一回事了，所以 `recurrent_dropout` 对整个序列只抽一次掩码（[Gal 与 Ghahramani，2016](https://arxiv.org/abs/1512.05287)），而且用了它，这一层就不能再走 cuDNN。
#
# ## 练习
#
# 1. 在间隔 12 上训练 chrono LSTM，两种量法都用一遍。挑出的是同一个词吗？
# 2. 写的时候，把概率的 2 次方换成 0.5、1 和 4 次方。有什么变化？
# 3. 留出文本的最后十分之一，softmax 之前加与不加 `Dropout(0.5)`，各训练一次，比较两部分上的损失。
#
# 解答：`solutions/15_language.zh.ipynb`。术语见[术语表](glossary.md)。上一课：[不经训练的记忆](14_untrained.zh.ipynb)。回到[全部课程](README.zh.md)。
