# %% [markdown] lang="en"
# # Solutions to lesson 4, the gap

# %% [markdown] lang="zh"
# # 第 4 课“间隔”的解答

# %%
from keras_rnn_study.runs.quiet import start_tensorflow

start_tensorflow()

import tempfile

from keras_rnn_study.study import Study, sweep
from keras_rnn_study.study.report.statistics import wilson
from keras_rnn_study.study.report.summary import conditions

folder = tempfile.mkdtemp()

# %% [markdown] lang="en"
# **1. One seed.** Seed 0 alone says "learns" or "does not": it differs from the five wherever some learn and others do not. Those
# are the points in the middle, the very ones that one wants to know about.

# %% [markdown] lang="zh"
# **1. 一个种子。** 种子 0 只能说“学会”或“没学会”：凡是有的学会、有的没学会的地方，它都与五个种子不同。那正是中间的、人们最想知道的那些点。

# %%
axes = {"task": "recall", "cell": "simple_rnn", "init": ["keras", "glorot"]}
study = Study(**axes, gap=[5, 20, 50, 100], seeds=5, steps=400)
results = sweep(study, f"{folder}/400", jobs=2)
found = conditions(results)
mixed = [c for c in found if 0 < c.successes < c.trials]
for c in mixed:
    alone = next(r for r in c.results if r.run.seed == 0)
    print(
        f"{c.run.label}, gap {c.run.gap}: {c.successes} of {c.trials} learned; "
        f"seed 0 alone: {'learns' if alone.learned else 'does not learn'}"
    )
print(f"another picture at {len(mixed)} of {len(found)} points")
assert 1 <= len(mixed) <= 5
assert all(c.run.gap in (20, 50) for c in mixed)

# %% [markdown] lang="en"
# **2. More time.** Compare what is printed with the 400 steps: more steps help few of them or none. The gradient is there (a thousandth of it), and
# yet most stay at chance: what is learned in the meantime shortens the horizon (exercise 3 of lesson 2).

# %% [markdown] lang="zh"
# **2. 更多时间。** 与 400 步的结果相比：更多的步数只帮到少数，或者一个也没帮到。梯度是有的（千分之一），可是大多数仍停在随机水平：
# 在此期间学到的东西缩短了视界（第 2 课练习 3）。

# %%
study = Study(**axes, gap=50, seeds=5, steps=1000, give_up=1)
longer = conditions(sweep(study, f"{folder}/1000", jobs=2))
before = {c.run.init: c.successes for c in found if c.run.gap == 50}
for c in longer:
    print(f"{c.run.label}: {before[c.run.init]} of 5 -> {c.successes} of {c.trials}")
assert sum(c.successes for c in longer) < 10

# %% [markdown] lang="en"
# **3. How many seeds?** The intervals of 3 of 5 and 2 of 5 overlap widely: nothing is shown. For 60 % against 40 % they come apart at about a
# hundred seeds each.

# %% [markdown] lang="zh"
# **3. 需要多少个种子？** 5 个中 3 个与 5 个中 2 个的区间大部分重叠：什么也没有证明。60 % 与 40 % 要各用大约一百个种子才分得开。

# %%
print("3 of 5:", wilson(3, 5), " 2 of 5:", wilson(2, 5))
needed = next(
    n for n in range(5, 500, 5) if wilson(3 * n // 5, n)[0] > wilson(2 * n // 5, n)[1]
)
print(needed, "seeds each")
assert wilson(3, 5)[0] < wilson(2, 5)[1]
assert 80 <= needed <= 120
