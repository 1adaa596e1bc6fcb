# %% [markdown] lang="en"
# # 4. The gap
#
# - **Question**: How far back can a simple RNN connect what it reads with what it read before?
# - **Minutes**: 45
# - **Needs**: [lesson 2](2_vanishing.ipynb); what a confidence interval is

# %% [markdown] lang="zh"
# # 4. 间隔
#
# - **问题**：普通循环神经网络读到眼前的内容时，最远还能联系上多久以前读过的内容？
# - **时长**：45 分钟
# - **先修**：[第 2 课](2_vanishing.zh.ipynb)；知道什么是置信区间

# %% [markdown] lang="en"
# [The article](https://colah.github.io/posts/2015-08-Understanding-LSTMs/) has two sentences. "The clouds are in the ___": *sky*, says everyone, for what one needs to know stands right before the blank. "I grew up in
# France ... I speak fluent ___": here one has to remember the country across all that stands between. The **gap** is the number of steps
# between the last word that matters and the blank.
#
# Here are both. The task `language` makes sentences of the second kind, with any gap that you ask for.

# %% [markdown] lang="zh"
# [文章](https://colah.github.io/posts/2015-08-Understanding-LSTMs/)举了两个例句。“白云飘在____”：谁都会填*天空*，因为要用的信息就在横线跟前。
# “我在法国长大……我会说流利的____”：这一句，得隔着中间一大段话还记得那个国家才行。**间隔**（gap）指最后一个有用的词与横线之间隔着的步数。
#
# 下图画出了这两类句子。`language` 任务专门生成第二类，间隔多大由你指定。

# %%
# %matplotlib inline
from lesson import everyday, sentences, show, start, stored_results

LANGUAGE = "en"
start(LANGUAGE)

import keras
import numpy as np

from keras_rnn_study import build_model, fused
from keras_rnn_study.datasets import language, recall
from keras_rnn_study.study.report import figures
from keras_rnn_study.study.report.statistics import rank_correlation
from keras_rnn_study.study.report.summary import conditions

x_short, y_short, spoken = everyday(LANGUAGE)
subject = {"en": 1, "zh": 0}[LANGUAGE]  # "the clouds", "白云"
drawn = [([*words[:-1], "___"], subject) for words in spoken[:2]]
x, _ = language.make(1, gap=12, language=LANGUAGE, seed=3)
country = int(np.flatnonzero(language.evidence(x)[0])[-1])
drawn.append((language.tokens(x, language=LANGUAGE)[0], country))
sentences(drawn)

# %% tags=["check"]
assert x.shape[1] - 1 - country - 1 == 12

# %% [markdown] lang="en"
# ## Both sentences, trained
#
# The same network for both: an embedding, a `SimpleRNN` of 32 units, a softmax. First ten sentences like the one of the clouds.
#
# **Predict**: does it learn them? And France and French, across 5 words, and across 100?

# %% [markdown] lang="zh"
# ## 两类句子都训练一遍
#
# 两者用同样的网络：一个嵌入层，一个有 32 个隐藏单元的 `SimpleRNN`，一个 softmax 输出层。先用十个“白云”这样的句子来训练。
#
# **预测**：网络学得会吗？“法国……法语”呢：中间隔 5 个词会怎样？隔 100 个词呢？

# %%
clouds = keras.Sequential(
    [
        keras.layers.Embedding(int(max(x_short.max(), y_short.max())) + 1, 32),
        keras.layers.SimpleRNN(32, seed=0),
        keras.layers.Dense(int(y_short.max()) + 1, activation="softmax"),
    ]
)
rate = keras.optimizers.Adam(0.01)
clouds.compile(rate, "sparse_categorical_crossentropy", metrics=["accuracy"])
fit = clouds.fit(x_short, y_short, epochs=60, verbose=0)
told = {"clouds": fit.history["accuracy"][-1]}
best = clouds.predict(x_short, verbose=0).argmax(axis=-1)
answers = dict(zip(y_short, [words[-1] for words in spoken], strict=True))
for words, answer in list(zip(spoken, best, strict=True))[:3]:
    print(" ".join(words[:-1]), "->", answers.get(answer, "?"))


# %%
def france(gap, steps=400):
    """Accuracy on sentences whose filler was never trained on."""
    model = build_model(language.TASK, "simple_rnn", seed=0)
    data = language.stream(64, gap=gap, language=LANGUAGE, seed=0)
    with fused(model):
        model.fit(data, steps_per_epoch=steps, shuffle=False, verbose=0)
    _, (x, y) = language.load_data(gap, num_train=64, num_test=512, language=LANGUAGE)
    return model.evaluate(x, y, verbose=0)[1]


for gap in (5, 100):
    told[gap] = france(gap)
    print(f"gap {gap:3}: {told[gap]:.0%} right; chance is {language.TASK.chance:.0%}")

# %% tags=["check"]
assert told["clouds"] == 1
assert told[5] > 0.9
assert told[100] < 0.8

# %% [markdown] lang="en"
# The clouds are no problem. Across 5 words the network knows what is spoken in each country; across 100 words, after the same training, far fewer answers
# are right. That is the article's claim, as far as one training of each kind can show it.
#
# ## The gap curve
#
# How far can one training be trusted? For many trainings we take the plainest task, recall: name the first symbol after `gap` distractors. Guessing gives
# 12.5 %. **One** seed, at four gaps:

# %% [markdown] lang="zh"
# “白云”这一类毫无困难。隔 5 个词，网络记住了每个国家说什么语言；隔 100 个词，经过同样的训练，答对的就少得多了。单看这几次训练，文章说得没错。
#
# ## 间隔曲线
#
# 可是，单独一次训练能信几分？要训练很多次，就得换成最简单的任务 recall：隔着 `gap` 个干扰符号，说出开头的符号。瞎猜的准确率是 12.5%。
# 先取四种间隔，各用**一个**随机种子：

# %%
for gap in (5, 20, 50, 100):
    model = build_model(recall.TASK, "simple_rnn", seed=0)
    with fused(model):
        data = recall.stream(64, gap=gap, seed=0)
        model.fit(data, steps_per_epoch=200, shuffle=False, verbose=0)
    x, y = recall.make(512, gap=gap, seed=1)
    print(f"gap {gap:3}: {model.evaluate(x, y, verbose=0)[1]:.0%} right")

# %% [markdown] lang="en"
# A network can solve such a task by luck of its random weights, or fail by bad luck, so a single training proves nothing. The project keeps the results of a larger study: at most 1,000
# training steps of 64 fresh samples, **five seeds** for each point, learned = 95 % of the answers on samples never seen are right. You can run it yourself:
#
# ```sh
# keras-rnn-study sweep --task recall --cell simple_rnn --init keras --init glorot --gap 5,10,20,50,100,200 --seeds 5 --steps 1000 --out runs/gap
# ```
#
# Two starts: the orthogonal recurrent kernel that is Keras' default, and `glorot_uniform`. **Predict** the curve.

# %% [markdown] lang="zh"
# 网络学会了，可能只是随机的初始权重碰巧抽得好；没学会，也可能只是运气差。所以单独一次训练什么也证明不了。本项目存有一项更大的研究的结果：每次至多训练 1000 步，每步 64 个新样本，
# 每个点用**五个种子**；在从未见过的样本上答对 95%，才算学会。你也可以自己跑一遍：
#
# ```sh
# keras-rnn-study sweep --task recall --cell simple_rnn --init keras --init glorot --gap 5,10,20,50,100,200 --seeds 5 --steps 1000 --out runs/gap
# ```
#
# 初始化有两种：一种是 Keras 默认的正交循环权重矩阵，另一种是 `glorot_uniform`。**预测**一下，曲线会是什么样子？

# %%
everything = conditions(stored_results("gaps"))
curve = [
    found
    for found in everything
    if found.run.cell == "simple_rnn" and found.run.init != "identity"
]
show(figures.success_curve(curve))

# %% [markdown] lang="en"
# The points are the share of the five seeds that learned; the bars are Wilson's 95 % intervals. Look at how long they are: "5 of 5" is
# compatible with a true rate of 57 %, "0 of 5" with one of 43 %. Five seeds tell "always" from "never", and hardly more: in the middle, where some
# learn and others do not, this study does not say which start is better.
#
# Up to a gap of 10 all learn, from 100 on (nearly) none does: the claim holds. In between the curve falls. And one seed with `glorot_uniform` learned a gap of 200!

# %% [markdown] lang="zh"
# 点表示五个种子中学会的比例，竖线是 95% 的 Wilson 区间。看看竖线有多长：5 个全部学会，真实的成功率仍可能只有 57%；5 个都没学会，
# 真实的成功率也可能高达 43%。五个种子只够区分“总能学会”和“从来学不会”，再细就分辨不出了。曲线中间那一段，有的种子学会，有的没学会，
# 哪种初始化更好，这项研究说明不了。
#
# 间隔不超过 10 时，全部学会；间隔达到 100 以后，几乎一个也学不会：文章的说法成立。两者之间，曲线逐渐下降。例外也有：`glorot_uniform` 有一个种子竟学会了间隔 200！

# %%
learned = {(found.run.init, found.run.gap): found for found in curve}
for (init, gap), found in learned.items():
    low, high = found.interval
    print(f"{init:6} gap {gap:3}: {found.successes} of 5 ({low:.0%} to {high:.0%})")

# %% tags=["check"]
count = {key: found.successes for key, found in learned.items()}
assert all(count[init, gap] == 5 for init in ("keras", "glorot") for gap in (5, 10))
assert count["keras", 100] == count["glorot", 100] == count["keras", 200] == 0
assert count["glorot", 200] == 1
assert round(100 * learned["keras", 5].interval[0]) == 57
assert round(100 * learned["keras", 100].interval[1]) == 43

# %% [markdown] lang="en"
# ## Could one have known?
#
# Lesson 2 measured how far back the gradient reaches *before* any training. The same has been recorded in each of these runs.

# %% [markdown] lang="zh"
# ## 事先看得出来吗？
#
# 第 2 课测过*训练之前*梯度能往回传多远。上面的每一次训练也都记录了这个量。

# %%
show(figures.horizon_curve(curve))

# %% [markdown] lang="en"
# Up to a gap of 20 the gradient reaches the whole sequence, and nearly all runs learn. At 100 it ends before the symbol, and none
# does. At 50 it reaches (almost) everything, and yet most fail: a thousandth of the gradient arrives, and that is not
# enough. So reach is needed, but it is not all.
#
# Does it foretell anything that the gap alone does not? A rank correlation says how well one number orders the success rates; over all 42 networks and gaps of the
# study (LSTM and GRU, too):

# %% [markdown] lang="zh"
# 间隔不超过 20 时，梯度能传遍整个序列，几乎全部学会。间隔为 100 时，梯度还没到符号就断了，一个也没学会。间隔为 50 时，梯度（差不多）传到了，多数却仍然失败：
# 传到的只有千分之一，不够用。可见，梯度传得到只是必要条件，还不是充分条件。
#
# 那么，在间隔之外，梯度可达步数还能多告诉我们一些什么吗？秩相关系数衡量的是：按某个量排序，与按成功率排序有多一致。把研究中全部 42 种网络与间隔的组合（包括 LSTM 和 GRU）都算进来：

# %%
rate = [found.rate for found in everything]
reach = [found.reach for found in everything]
short = [-found.run.gap for found in everything]
by_reach, by_gap, both = (
    rank_correlation(a, b) for a, b in ((reach, rate), (short, rate), (reach, short))
)
given_gap = (by_reach - by_gap * both) / np.sqrt((1 - by_gap**2) * (1 - both**2))
print(
    f"rank correlation with success: reach {by_reach:.2f}, the gap alone {by_gap:.2f}"
)
print(f"reach, the gap being known (partial): {given_gap:.2f}")

# %% tags=["check"]
assert len(everything) == 42
assert 0.76 < by_reach < 0.79
assert 0.63 < by_gap < 0.66
assert 0.63 < given_gap < 0.67
for found in curve:
    if found.run.gap <= 20:
        assert found.reach == 1
    if found.run.gap >= 100:
        assert found.reach < 0.8

# %% [markdown] lang="en"
# That small gaps are easier is no news, and explains much; but the reach adds to it.
#
# ## Exercises
#
# 1. Had the study used only one seed: at how many of its twelve points would seed 0 alone give another picture than the five together?
# 2. More time: which of the runs of the study learned only after 400 steps?
# 3. "3 of 5 against 2 of 5: the first is better." What do the intervals say? With how many seeds would you find 60 % against 40 % nine times out of ten?
#
# Solutions: `solutions/4_gap.ipynb`. Words: [glossary](glossary.md). Next: [the LSTM](5_lstm.ipynb).

# %% [markdown] lang="zh"
# 间隔越小越容易，这不稀奇，也确实解释了很大一部分；但在间隔之外，梯度可达步数还提供了新的信息。
#
# ## 练习
#
# 1. 假如这项研究只用了种子 0：十二个点中，有几个点给人的印象会与五个种子合起来看时不同？
# 2. 训练得更久会怎样？研究中有哪些训练是 400 步以后才学会的？
# 3. “一个是 5 个中学会 3 个，另一个是 5 个中学会 2 个，所以前者更好。”看看区间，能这样说吗？要想十次里有九次看出 60% 与 40% 的差别，两边各需要多少个种子？
#
# 解答：`solutions/4_gap.zh.ipynb`。术语见[术语表](glossary.md)。下一课：[长短期记忆网络](5_lstm.zh.ipynb)。
