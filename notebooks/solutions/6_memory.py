# %% [markdown] lang="en"
# # Solutions to lesson 6, does an LSTM remember by default?

# %% [markdown] lang="zh"
# # 第 6 课“LSTM 默认就能记住吗？”的解答

# %%
from keras_rnn_study.runs.quiet import start_tensorflow

start_tensorflow()

import numpy as np

from keras_rnn_study import build_model, fused, measures, trace
from keras_rnn_study.datasets import recall

GAP = 100
x, y = recall.make(256, gap=GAP, seed=1)

# %% [markdown] lang="en"
# **1. The formula.** From $T = 1 / (1 - \sigma(b))$ follows $b = \log(T - 1)$: 4.6 for 100 steps, 6.9 for 1,000. This is where the
# logarithm in the chrono initialisation comes from.

# %% [markdown] lang="zh"
# **1. 公式。** 由 $T = 1 / (1 - \sigma(b))$ 得 $b = \log(T - 1)$：100 步为 4.6，1000 步为 6.9。chrono 初始化中的对数就是这样来的。

# %%
for time in [100, 1000]:
    bias = np.log(time - 1)
    print(f"T = {time}: b = {bias:.2f}; back: {1 / (1 - 1 / (1 + np.exp(-bias))):.1f}")
assert round(np.log(99), 1) == 4.6
assert round(np.log(999), 1) == 6.9

# %% [markdown] lang="en"
# **2. A wrong guess.** Started for a gap of 10, memory times go up to 11 steps only. See what is printed: the horizon before training tells
# what to expect, without any training.

# %% [markdown] lang="zh"
# **2. 估计错误。** 按间隔 10 初始化时，记忆时间最多只有 11 步。看输出：训练之前的视界就已说明可以期待什么，不需要任何训练。

# %%
wrong, right = [], []
for gap, accuracies in [(10, wrong), (GAP, right)]:
    for seed in range(3):
        model = build_model(recall.TASK, "lstm", init="chrono", gap=gap, seed=seed)
        gradients = trace(model, x, y)["lstm"].state_gradients["c"]
        horizon = measures.horizon(measures.step_norms(gradients))
        with fused(model):
            model.fit(
                recall.stream(64, gap=GAP, seed=seed),
                steps_per_epoch=400,
                shuffle=False,
                verbose=0,
            )
        accuracies.append(np.mean(model.predict(x, verbose=0).argmax(axis=-1) == y))
        print(f"started for {gap}: horizon {horizon}, accuracy {accuracies[-1]:.2f}")
assert min(right) > 0.7
assert max(wrong) < 0.4


# %% [markdown] lang="en"
# **3. The GRU.** Its update gate starts at 0.5: half of the memory is renewed at each step, and $0.5^{100}$ is $10^{-30}$. With chrono the horizon is the
# whole sequence.

# %% [markdown] lang="zh"
# **3. GRU。** 它的更新门从 0.5 开始：每一步更新一半的记忆，而 $0.5^{100}$ 是 $10^{-30}$。用 chrono 时视界是整个序列。

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
