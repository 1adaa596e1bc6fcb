# %% [markdown] lang="en"
# # 4. The gap
#
# - **Question**: How far back can a simple RNN connect what it reads with what it read before?
# - **Minutes**: 45
# - **Needs**: lesson 2; what a confidence interval is

# %% [markdown] lang="zh"
# # 4. 间隔
#
# - **问题**：简单 RNN 能把现在读到的和多久以前读到的联系起来？
# - **分钟**：45
# - **需要**：第 2 课；知道什么是置信区间

# %% [markdown] lang="en"
# "The clouds are in the ___": *sky*, says everyone, for what one needs to know stands right before the blank. "I grew up in
# France ... I speak fluent ___": here one has to remember the country across all that stands between. The **gap** is the number of steps
# between the last word that matters and the blank, and here you set it. The task `language` makes such sentences, from
# real prose, in English and in Chinese.
#
# The font of the pictures below is DejaVu Sans, which has no Chinese characters; for these Matplotlib falls back to
# the first font of the list that your computer has. If it has none of them, the Chinese example is left out (Debian's package
# with such a font is `fonts-noto-cjk`).

# %% [markdown] lang="zh"
# “云在____上飘”：谁都会填*天*，因为需要知道的就在空格旁边。“我在法国长大……我会说流利的____”：这里必须隔着中间的一切
# 记住那个国家。**间隔**（gap）是最后一个有关的词与空格之间的步数，在这里由你来设定。`language` 任务用真实的文章造出这样的句子，
# 有英文的，也有中文的。
#
# 下面图中的字体是 DejaVu Sans，它没有汉字；遇到汉字时 Matplotlib 退而使用列表中你的电脑上有的第一种字体。如果一种也没有，
# 就略去中文的例子（Debian 上含这种字体的软件包是 `fonts-noto-cjk`）。

# %%
# %matplotlib inline
from keras_rnn_study.runs.quiet import start_tensorflow

start_tensorflow()

import tempfile

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import font_manager

from keras_rnn_study.datasets import language
from keras_rnn_study.datasets.sources import corpus
from keras_rnn_study.study import Study, sweep
from keras_rnn_study.study.report import figures
from keras_rnn_study.study.report.summary import conditions

with_chinese = [
    "Noto Sans CJK SC",  # Linux; below: another of Linux, macOS, Windows
    "WenQuanYi Micro Hei",
    "PingFang SC",
    "Microsoft YaHei",
]
installed = [f for f in with_chinese if f in font_manager.get_font_names()]
plt.rcParams["font.family"] = ["DejaVu Sans", *installed]

examples = [("en", 2), ("en", 12), ("zh", 12)]
if not installed:
    examples.pop()
    print(f"Without the Chinese example: this computer has none of {with_chinese}.")
figure, axes = plt.subplots(len(examples), 1, figsize=(9, 3), layout="constrained")
for ax, (code, gap) in zip(axes, examples, strict=True):
    x, _ = language.make(1, gap=gap, language=code, seed=3)
    country = int(np.flatnonzero(language.evidence(x)[0])[-1])
    words = [corpus.load(code).read(x[:, [t]])[0] for t in range(x.shape[1])]
    for t, word in enumerate(words):
        special = t in (country, len(words) - 1)
        ax.text(t, 0.6, word, ha="center", rotation=30, weight=700 if special else 400)
    ax.annotate(
        "", (len(words) - 1, 0.2), (country, 0.2), arrowprops={"arrowstyle": "<->"}
    )
    ax.text((country + len(words) - 1) / 2, -0.45, f"gap = {gap}", ha="center")
    ax.set(xlim=(-1, 18), ylim=(-0.6, 2))
    ax.axis("off")
    assert len(words) - 1 - country - 1 == gap
plt.show()

# %% [markdown] lang="en"
# ## The gap curve
#
# For many trainings we take the plainest task, recall: name the first symbol after `gap` distractors. A `SimpleRNN` of 32 units gets at
# most 400 training steps of 64 fresh samples. It has learned when 95 % of its answers on samples that it has never seen are right; guessing gives
# 12.5 %. Two ways to start: the orthogonal recurrent kernel that is Keras' default, and `glorot_uniform`.
#
# And **five seeds** for each point. A network can solve such a task by luck of its random weights, so a single training proves nothing.
#
# **Predict**: up to which gap does it learn: 5, 20, 50, 100?

# %% [markdown] lang="zh"
# ## 间隔曲线
#
# 要训练很多次，我们就用最朴素的任务 recall：隔着 `gap` 个干扰符号说出第一个符号。一个 32 单元的 `SimpleRNN` 最多训练 400 步，
# 每步 64 个新样本。对从未见过的样本答对 95 % 就算学会；瞎猜能对 12.5 %。有两种初始化：Keras 默认的正交循环核，以及 `glorot_uniform`。
#
# 每个点都用**五个种子**。网络可能靠随机权重的运气解决这样的任务，所以单独一次训练什么也证明不了。
#
# **预测**：它能学会多大的间隔：5、20、50、100？

# %%
study = Study(
    task="recall",
    cell="simple_rnn",
    init=["keras", "glorot"],
    gap=[5, 20, 50, 100],
    seeds=5,
    steps=400,
)
results = sweep(study, tempfile.mkdtemp(), jobs=2)  # half a minute
curve = conditions(results)
figures.success_curve(curve)

# %% [markdown] lang="en"
# The points are the share of the five seeds that learned; the bars are Wilson's 95 % intervals. Look at how long they are: "5 of 5" is
# compatible with a true rate of 57 %, "0 of 5" with one of 43 %. Five seeds tell "always" from "never", and hardly more. In the middle, where some
# learn and others do not, this study does not say which start is better.
#
# At a gap of 5 all learn, at 100 none does: the claim holds. In between the curve falls.

# %% [markdown] lang="zh"
# 点是五个种子中学会的比例；竖线是 95 % 的 Wilson 区间。看看它们有多长：“5 个中 5 个”与 57 % 的真实成功率并不矛盾，“5 个中 0 个”
# 与 43 % 也不矛盾。五个种子能区分“总是”和“从不”，再多就很难了。在中间，有的学会、有的没有，这个研究说不出哪种初始化更好。
#
# 间隔为 5 时全部学会，为 100 时没有一个学会：文章的说法成立。在两者之间曲线下降。

# %%
learned = {(found.run.init, found.run.gap): found.successes for found in curve}
for found in curve:
    low, high = found.interval
    print(
        f"{found.run.label:20} gap {found.run.gap:3}: "
        f"{found.successes} of {found.trials} ({low:.0%} to {high:.0%})"
    )
assert learned["keras", 5] == learned["glorot", 5] == 5
assert learned["keras", 100] == learned["glorot", 100] == 0
low, high = curve[0].interval  # of 5 in 5
assert round(100 * low) == 57
low, high = next(found for found in curve if found.successes == 0).interval
assert round(100 * high) == 43

# %% [markdown] lang="en"
# ## Could one have known?
#
# Lesson 2 measured how far back the gradient reaches *before* any training. The same has been recorded in each of these runs: the horizon.

# %% [markdown] lang="zh"
# ## 事先能知道吗？
#
# 第 2 课测量了*训练之前*梯度能往回走多远。这些训练也都记录了这个量：视界。

# %%
figures.horizon_curve(curve)

# %%
for found in curve:
    reach = found.horizon / (found.run.gap + 2)
    print(f"{found.run.label:20} gap {found.run.gap:3}: horizon / time = {reach:.2f}")
    if found.run.gap <= 20:
        assert reach == 1
    if found.run.gap == 100:
        assert reach < 0.8

# %% [markdown] lang="en"
# Up to a gap of 20 the gradient reaches the whole sequence from the beginning, and nearly all runs learn. At 100 it ends before the symbol, and none
# does. At 50 it reaches (almost) everything, and yet most fail: a thousandth of the gradient arrives, and 400 steps are not
# enough to use it. So reach is needed, but it is not all. Over more gaps and cells the two are clearly correlated (`docs/reproductions.md`).
#
# ## Exercises
#
# 1. Had you used only one seed: at how many of the eight points would seed 0 alone give another picture than the five together?
# 2. Give the failures at gap 50 more time: 1,000 steps in place of 400. Do they learn?
# 3. "3 of 5 against 2 of 5: the first is better." What do the intervals say? How many seeds would 60 % against 40 % need?
#
# Solutions: `solutions/4_gap.ipynb`.

# %% [markdown] lang="zh"
# 间隔不超过 20 时，梯度一开始就能到达整个序列，几乎所有训练都学会了。间隔为 100 时，它在到达符号之前就结束了，没有一个学会。
# 间隔为 50 时，它（几乎）到达了全部，大多数却仍然失败：只有千分之一的梯度到达，400 步不足以利用它。所以够得着是必要的，但并非全部。
# 在更多的间隔和单元类型上，两者明显相关（`docs/reproductions.md`）。
#
# ## 练习
#
# 1. 假如只用一个种子：八个点中有几个，仅凭种子 0 会给出与五个种子不同的印象？
# 2. 给间隔为 50 时的失败者更多时间：1000 步而不是 400 步。它们学会了吗？
# 3. “5 个中 3 个对 5 个中 2 个，所以前者更好。”区间怎么说？要区分 60 % 与 40 % 需要多少个种子？
#
# 解答：`solutions/4_gap.zh.ipynb`。
