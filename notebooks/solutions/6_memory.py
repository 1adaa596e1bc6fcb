# %% [markdown] lang="en"
# # Solutions to lesson 6, does an LSTM remember by default?

# %% [markdown] lang="zh"
# # 第 6 课“LSTM 默认就能记住吗？”的解答

# %%
from keras_rnn_study.runs.quiet import start_tensorflow

start_tensorflow()

import numpy as np

from keras_rnn_study import build_model, measures, trace
from keras_rnn_study.datasets import recall

GAP = 100
x, y = recall.make(256, gap=GAP, seed=1)

# %% [markdown] lang="en"
# **1. The formula.** From $T = 1 / (1 - \sigma(b))$ follows $b = \log(T - 1)$: 4.6 for 100 steps, 6.9 for 1,000. This is where the
# logarithm in the chrono initialisation comes from.

# %% [markdown] lang="zh"
# **1. 公式。** 由 $T = 1 / (1 - \sigma(b))$ 得 $b = \log(T - 1)$：100 步对应 4.6，1000 步对应 6.9。chrono 初始化里的对数就是这么来的。

# %%
for time in [100, 1000]:
    bias = np.log(time - 1)
    print(f"T = {time}: b = {bias:.2f}; back: {1 / (1 - 1 / (1 + np.exp(-bias))):.1f}")
assert round(np.log(99), 1) == 4.6
assert round(np.log(999), 1) == 6.9

# %% [markdown] lang="en"
# **2. A wrong guess.** Started for a gap of 10, memory times go up to 11 steps only, and the gradient does not reach a symbol 101 steps back: no training is needed to know what
# to expect. Started for 100 it reaches everything.

# %% [markdown] lang="zh"
# **2. 估错了。** 按间隔 10 初始化，记忆时长最多只有 11 步，梯度传不到 101 步之前的符号：不必训练就知道结果会怎样。按间隔 100 初始化，梯度传遍整个序列。

# %%
reach = {}
for gap in (10, GAP):
    model = build_model(recall.TASK, "lstm", init="chrono", gap=gap, seed=0)
    gradients = trace(model, x, y)["lstm"].state_gradients["c"]
    reach[gap] = measures.horizon(measures.step_norms(gradients))
    print(f"started for {gap}: reach {reach[gap]} of {GAP + 2} steps")
assert reach[10] < 100
assert reach[GAP] == GAP + 2


# %% [markdown] lang="en"
# **3. The GRU.** Its update gate starts at 0.5: half of the memory is renewed at each step, and $0.5^{100}$ is $10^{-30}$. With chrono the reach is the
# whole sequence.

# %% [markdown] lang="zh"
# **3. GRU。** 更新门的初值是 0.5：每一步都换掉一半的记忆，而 $0.5^{100}$ 约为 $10^{-30}$。用了 chrono，梯度就传遍整个序列。

# %%
horizons = {}
for init in ["keras", "chrono"]:
    layer = trace(build_model(recall.TASK, "gru", init=init, gap=GAP, seed=0), x, y)[
        "gru"
    ]
    horizons[init] = measures.horizon(measures.step_norms(layer.state_gradients["h"]))
    print(
        f"{init}: update gate {layer.gates['update'].mean():.2f}, "
        f"horizon {horizons[init]}"
    )
    if init == "keras":
        assert abs(layer.gates["update"].mean() - 0.5) < 0.02
assert horizons["keras"] < GAP
assert horizons["chrono"] == GAP + 2
assert 0.5**100 < 1e-30
