# %% [markdown] lang="en"
# # Solutions to lesson 4, the gap

# %% [markdown] lang="zh"
# # 第 4 课“间隔”的解答

# %%
import importlib.resources

import numpy as np
from scipy.stats import binom

from keras_rnn_study.study.report.statistics import wilson
from keras_rnn_study.study.report.summary import conditions
from keras_rnn_study.study.report.tables import read_results_csv

results = importlib.resources.files("keras_rnn_study.studies") / "results"
text = (results / "gaps.csv").read_text(encoding="utf-8")
found = [
    c
    for c in conditions(read_results_csv(text))
    if c.run.cell == "simple_rnn" and c.run.init != "identity"
]

# %% [markdown] lang="en"
# **1. One seed.** Seed 0 alone says "learns" or "does not": it differs from the five wherever some learn and others do not. Most
# of these points are in the middle, where one wants to know most.

# %% [markdown] lang="zh"
# **1. 一个种子。** 只看种子 0，答案不是“学会”就是“没学会”；五个种子里凡是有的学会、有的没学会的点，它给人的印象都与五个种子合起来看不同。
# 这样的点大多在曲线中间，也正是我们最想了解的点。

# %%
mixed = [c for c in found if 0 < c.successes < c.trials]
for c in mixed:
    alone = next(r for r in c.results if r.run.seed == 0)
    said = "learns" if alone.learned else "does not learn"
    print(f"{c.run.label}, gap {c.run.gap}: {c.successes} of 5; seed 0 alone {said}")
print(f"another picture at {len(mixed)} of {len(found)} points")
assert len(found) == 12
assert len(mixed) == 4

# %% [markdown] lang="en"
# **2. More time.** One: the lucky seed at a gap of 200. All others who had not learned after 400 of the 1,000 steps did not learn later. A thousandth of the gradient is there at a gap of 50, and
# yet most stay at chance: what is learned in the meantime shortens the reach (exercise 3 of lesson 2).

# %% [markdown] lang="zh"
# **2. 训练得更久。** 只有一个，就是间隔 200 的那个幸运种子；其余的，400 步内没学会，到 1000 步也还是没学会。间隔为 50 时，仍有千分之一的梯度传到，多数却停在瞎猜的水平：
# 训练途中学到的东西，反而使梯度可达步数变小了（见第 2 课练习 3）。

# %%
times = [r.updates_to_success for c in found for r in c.results if r.learned]
print("updates to success:", sorted(times))
assert sum(time > 400 for time in times) == 1

# %% [markdown] lang="en"
# **3. How many seeds?** The intervals of 3 of 5 and 2 of 5 overlap widely: nothing is shown. With 100 seeds each, intervals of 60 % and 40 % would come apart *if* exactly 60 and 40 learned; but
# the counts vary, and in truth it happens about every second time. For nine times out of ten one needs about 200.

# %% [markdown] lang="zh"
# **3. 需要多少个种子？** 5 个中 3 个与 5 个中 2 个，两个区间大半重叠，什么也说明不了。两边各用 100 个种子，*如果*恰好有 60 个和 40 个学会，两个区间就分得开；
# 但实际学会的个数有波动，真正能分开的大约只有一半。要想十次里有九次分得开，两边各需要 200 个左右。


# %%
def power(n):
    """How often the intervals of 60 % and 40 % come apart, with n seeds each."""
    k = np.arange(n + 1)
    ends = np.array([wilson(int(j), n) for j in k])  # (n + 1, 2)
    apart = ends[:, None, 0] > ends[None, :, 1]
    return binom.pmf(k, n, 0.6) @ apart @ binom.pmf(k, n, 0.4)


print("3 of 5:", wilson(3, 5), " 2 of 5:", wilson(2, 5))
for n in (5, 50, 100, 200):
    print(f"{n} seeds each: found {power(n):.0%} of the time")
assert wilson(3, 5)[0] < wilson(2, 5)[1]
assert 0.45 < power(100) < 0.6
assert 0.85 < power(200) < 0.95
