# %% [markdown] lang="en"
# # Solutions to lesson 14, memory without training

# %% [markdown] lang="zh"
# # 第 14 课“不经训练的记忆”的解答

# %%
from keras_rnn_study.runs.quiet import start_tensorflow

start_tensorflow()

import keras
import numpy as np

from keras_rnn_study import dynamics


def reservoir(W, U, activation="tanh"):
    layer = keras.layers.SimpleRNN(len(U), activation=activation, name="reservoir")
    model = keras.Sequential([keras.Input((None, len(W))), layer])
    layer.set_weights([W, U, np.zeros(len(U))])
    return model


def random_kernel(units, radius):
    U = np.random.default_rng(0).normal(size=(units, units))
    return U * radius / np.abs(np.linalg.eigvals(U)).max()


# %% [markdown] lang="en"
# **1. Larger inputs.** The capacity falls to less than half. With small inputs a tanh is nearly a straight line; with large ones it bends, so the state holds products of inputs, too. Those are of use for other tasks, and what they take is missing here: one cannot have all of both.

# %% [markdown] lang="zh"
# **1. 更大的输入。** 记忆容量降到一半以下。输入小，tanh 近乎直线；输入大，tanh 就弯了，于是状态里还存着各个输入的乘积。这些乘积对别的任务有用，但它们占去的，在这里就少了：两者不可兼得。

# %%
rng = np.random.default_rng(0)
W = rng.uniform(-1, 1, (1, 50))
total = {}
for size in (0.1, 1.0):
    model = reservoir(size * W, random_kernel(50, 0.8))
    total[size] = dynamics.memory_capacity(model, delays=40).total
    print(f"inputs of size {size}: capacity {total[size]:.1f} of 50")
assert total[1.0] < total[0.1] / 2

# %% [markdown] lang="en"
# **2. Orthogonal.** An orthogonal kernel loses nothing but the factor 0.98 at each step, and spreads over all directions: more than 35 steps, where the random kernel had about 20. The limit of 400 / 7 = 57 steps is nearer, and the curve falls late.

# %% [markdown] lang="zh"
# **2. 正交矩阵。** 正交矩阵每步除了乘以 0.98，别的什么也不丢，而且所有方向都用得上：能到 35 步以上，而随机矩阵只有 20 步左右。离 400 / 7 = 57 步的上限更近，曲线也很晚才降下来。

# %%
UNITS = 400
symbols = np.random.default_rng(2).integers(0, 8, (3000, 60))
inputs = np.eye(8, dtype="float32")[symbols]
W = np.random.default_rng(0).uniform(-0.1, 0.1, (8, UNITS))
Q, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(UNITS, UNITS)))
steps = {}
for name, U in {"random": random_kernel(UNITS, 0.95), "orthogonal": 0.98 * Q}.items():
    h = reservoir(W, U).predict(inputs, batch_size=500, verbose=0)
    h = np.float64(np.c_[h, np.ones(len(h))])
    square = h[:-500].T @ h[:-500]
    square += 1e-10 * np.trace(square) / len(square) * np.eye(len(square))
    wanted = np.eye(8)[symbols[:-500, ::-1]].reshape(2500, -1)
    weights = np.linalg.solve(square, h[:-500].T @ wanted)
    said = (h[-500:] @ weights).reshape(500, 60, 8).argmax(axis=-1)
    steps[name] = int(np.argmax((said == symbols[-500:, ::-1]).mean(axis=0) < 0.9))
print("nine of ten right, for so many steps:", steps)
assert 35 < steps["orthogonal"] < 57
assert 15 < steps["random"] < 25

# %% [markdown] lang="en"
# **3. The delay line.** The capacity is 20, all of it: the bound is met. Each delay up to 19 has an $R^2$ of 1, and the gradient is exactly 1 until the value falls off the end; then both are 0. Its radius is 0! (All eigenvalues of a shift are 0: it is as far from normal as a matrix can be.)

# %% [markdown] lang="zh"
# **3. 延迟线。** 记忆容量是 20，一点不差，达到了上限。延迟不超过 19 时 $R^2$ 都是 1，梯度也恰好是 1；等那个值移出末尾，两者都成了 0。而它的谱半径是 0！（移位矩阵的特征值全是 0：再没有比它更不正规的矩阵了。）

# %%
U = np.eye(20, k=1)  # unit n hands its value to unit n + 1
W = np.eye(1, 20)
capacity = dynamics.memory_capacity(reservoir(W, U, "linear"), delays=30)
gradient = [np.linalg.norm(W @ np.linalg.matrix_power(U, k)) for k in range(30)]
print(capacity, "radius", np.abs(np.linalg.eigvals(U)).max())
assert abs(capacity.total - 20) < 0.1
assert gradient == [1.0] * 20 + [0.0] * 10
assert np.abs(np.linalg.eigvals(U)).max() == 0
