# %% [markdown] lang="en"
# # Solutions to lesson 1, the chain

# %% [markdown] lang="zh"
# # 第 1 课“链式结构”的解答

# %%
from keras_rnn_study.runs.quiet import start_tensorflow

start_tensorflow()

import keras
import numpy as np

from keras_rnn_study import build_model, trace
from keras_rnn_study.datasets import recall

x, _ = recall.make(1, gap=4, seed=0)
model = build_model(recall.TASK, "simple_rnn", units=4, seed=0)
cell = model.get_layer("simple_rnn").cell
W, U, b = (
    np.float64(weight) for weight in (cell.kernel, cell.recurrent_kernel, cell.bias)
)
states = trace(model, x)["simple_rnn"].states["h"][0]

# %% [markdown] lang="en"
# **1. Without the tanh.** The first state differs little, as its values are small and tanh(z) is nearly
# z there; where states are larger, so is the difference: thousands of times the rounding.

# %% [markdown] lang="zh"
# **1. 去掉 tanh。** 第一步的隐状态数值小，tanh(z) 与 z 几乎相等，所以差别很小；哪里的数值大，哪里的差别也大，达到舍入误差的几千倍以上。

# %%
h = np.zeros(4)
linear = []
for x_t in x[0]:
    h = x_t @ W + h @ U + b
    linear.append(h)
print(np.abs(linear - states).max(axis=1).round(3))
assert np.abs(linear - states).max() > 1e-3

# %% [markdown] lang="en"
# **2. The order matters.** The same inputs in another order give another last state: each step goes through
# $U$ and tanh as often as there are steps after it.

# %% [markdown] lang="zh"
# **2. 顺序很重要。** 同样的输入，换个顺序，最后的隐状态就不一样：一个输入后面还有几步，它就要经过几次 $U$ 和 tanh。

# %%
shuffled = x[:, np.random.default_rng(0).permutation(x.shape[1])]
other = trace(model, shuffled)["simple_rnn"].states["h"][0]
print(states[-1].round(3), other[-1].round(3))
assert np.abs(states[-1] - other[-1]).max() > 0.01

# %% [markdown] lang="en"
# **3. The number of weights.** With $n$ features and $u$ units: $u\,(n + u + 1)$. Time does not occur in it.

# %% [markdown] lang="zh"
# **3. 权重个数。** 有 $n$ 个特征、$u$ 个单元时，共 $u\,(n + u + 1)$ 个。式子里没有时间步数。

# %%
for features, units in [(1, 1), (17, 4), (100, 32)]:
    layer = keras.layers.SimpleRNN(units)
    layer.build((None, None, features))
    print(features, units, layer.count_params())
    assert layer.count_params() == units * (features + units + 1)
