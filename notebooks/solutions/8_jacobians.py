# %% [markdown] lang="en"
# # Solutions to lesson 8, products of Jacobians

# %% [markdown] lang="zh"
# # 第 8 课“雅可比矩阵的乘积”的解答

# %%
from keras_rnn_study.runs.quiet import start_tensorflow

start_tensorflow()

import numpy as np

from keras_rnn_study import build_model, dynamics, fused, measures
from keras_rnn_study.datasets import recall


def departure(kernel):
    known = np.sum(np.abs(np.linalg.eigvals(kernel)) ** 2)
    return np.sqrt(max(0, 1 - known / np.sum(kernel**2)))


def kernel_of(model):
    return np.float64(model.get_layer("simple_rnn").cell.recurrent_kernel)


# %% [markdown] lang="en"
# **1. Normal or not.** Orthogonal kernels and the identity are normal, a random one is not. Training moves the orthogonal kernel away from normal, but not far.

# %% [markdown] lang="zh"
# **1. 正规与不正规。** 正交矩阵和单位矩阵是正规的，随机矩阵不是。经过训练，正交矩阵不再正规，但偏离得不多。

# %%
found = {}
for init in ("keras", "glorot", "identity"):
    model = build_model(recall.TASK, "simple_rnn", init=init, seed=0)
    found[init] = departure(kernel_of(model))
model = build_model(recall.TASK, "simple_rnn", seed=0)
with fused(model):
    data = recall.stream(64, gap=20, seed=0)
    model.fit(data, steps_per_epoch=200, shuffle=False, verbose=0)
found["keras, trained"] = departure(kernel_of(model))
print({name: round(value, 2) for name, value in found.items()})
assert max(found["keras"], found["identity"]) < 0.01
assert found["glorot"] > 0.5
assert 0.05 < found["keras, trained"] < found["glorot"]

# %% [markdown] lang="en"
# **2. The LSTM.** The default start loses about a sixth of a gradient per step, even in the direction that keeps most. Chrono's exponent is almost 0: its slowest unit is started for a memory
# of the length of the sequence. It stands at the edge by construction, without chaos being near: what is kept is a state, not a rotation.

# %% [markdown] lang="zh"
# **2. LSTM。** 默认初始化时，哪怕在保留得最多的方向上，梯度每步也要减小约六分之一。chrono 的指数几乎为 0，因为它最慢的单元，记忆时长就是按序列长度设定的。
# 它一开始就在边缘上，附近却没有混沌：状态是原样保存下来的，而不是长度不变、方向不停地转。

# %%
x, y = recall.make(2, gap=100, seed=1)
exponents = {}
for init in ("keras", "chrono"):
    model = build_model(recall.TASK, "lstm", init=init, gap=100, seed=0)
    exponents[init] = dynamics.lyapunov_exponents(model, x, count=1).exponents[0]
    print(
        f"{init}: exponent {exponents[init]:.3f}, factor {np.exp(exponents[init]):.3f}"
    )
assert -0.3 < exponents["keras"] < -0.1
assert -0.03 < exponents["chrono"] < 0.01

# %% [markdown] lang="en"
# **3. What foretells.** The spectral radius knows nothing of the slopes: it foretells 1. The largest singular value is an upper bound, and near; the exponent is measured over the later three quarters of the steps, and comes near, too.

# %% [markdown] lang="zh"
# **3. 哪个推算得准？** 谱半径不知道有斜率这回事，推算的结果是 1 倍，丝毫不减。最大奇异值是上界，与实测值相差不远；指数是在后四分之三的时间步上测得的，推算的结果也很接近。

# %%
model = build_model(recall.TASK, "simple_rnn", seed=0)
gain = dynamics.backward_gain(model, x, y)
measured = gain.gradient[:, 100].mean()  # log10
exponent = dynamics.lyapunov_exponents(model, x, count=1).exponents[0]
foretold = {
    "spectral radius": 101 * np.log10(measures.spectral_radius(kernel_of(model))),
    "exponent": 101 * exponent / np.log(10),
    "largest singular value": gain.singular_values[:, 100, 0].mean(),
}
print(f"measured 1e{measured:.1f};", {n: f"1e{v:.1f}" for n, v in foretold.items()})
assert abs(foretold["spectral radius"]) < 0.01
assert abs(foretold["exponent"] - measured) < 1
assert 0 < foretold["largest singular value"] - measured < 1
