# %% [markdown] lang="en"
# # Solutions to lesson 9, a sum, not only a product

# %% [markdown] lang="zh"
# # 第 9 课“不只有乘积，还有求和”的解答

# %%
from keras_rnn_study.runs.quiet import start_tensorflow

start_tensorflow()

import keras
import numpy as np

from keras_rnn_study import dynamics, fused
from keras_rnn_study.datasets import recall

GAP, TIME = 20, 22
x, y = recall.make(256, gap=GAP, seed=1)

# %% [markdown] lang="en"
# **1. A weaker echo.** After ten steps $0.8^{10}$, about a tenth, is left of what the slopes leave; this is the echo at the border of a window of 10, twelve steps after the symbol. The whole gradient is weaker, too, and still finds its way. The window of 10 stays at chance: there is nothing
# at its border that it could learn to keep.

# %% [markdown] lang="zh"
# **1. 减弱回声。** 十步下来，除了斜率造成的缩小，还要再乘以 $0.8^{10}$，约十分之一；窗口为 10 时，边界在符号之后十二步，回声到那里就只有这么弱了。
# 完整的梯度也跟着变弱，却仍然找得到路。窗口为 10 的则停在瞎猜的水平：边界上已经没有什么可供它学着去保持。


# %%
def truncated(window, seed, scale):
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((TIME, x.shape[-1]))
    rnn = keras.layers.SimpleRNN(32, return_state=True)
    before, state = max(TIME - window, 0), None
    if before:
        state = keras.ops.stop_gradient(rnn(inputs[:, :before])[1])
    _, state = rnn(inputs[:, before:], initial_state=state)
    model = keras.Model(inputs, keras.layers.Dense(8, "softmax")(state))
    model.compile(keras.optimizers.Adam(3e-3), "sparse_categorical_crossentropy")
    kernel = rnn.cell.recurrent_kernel
    kernel.assign(scale * kernel)
    return model


right = {}
for window in (10, 30):
    model = truncated(window, seed=0, scale=0.8)
    with fused(model):
        data = recall.stream(64, gap=GAP, seed=0)
        model.fit(data, steps_per_epoch=300, shuffle=False, verbose=0)
    right[window] = np.mean(model.predict(x, verbose=0).argmax(axis=-1) == y)
    print(f"window {window}: {right[window]:.0%}")
assert right[10] < 0.3
assert right[30] > 0.95

# %% [markdown] lang="en"
# **2. Taken apart.** No part is larger than 90, and the sum is almost 6,000: 1 / (1 - 0.99)² = 10,000 for an endless sequence.

# %% [markdown] lang="zh"
# **2. 拆开来看。** 每一项都不到 90，加起来却将近 6000；序列若无限长，就是 1 / (1 - 0.99)² = 10000。

# %%
unit = keras.layers.SimpleRNN(1, activation=None)
model = keras.Sequential([keras.Input((200, 1)), unit])
unit.set_weights([np.ones((1, 1)), np.full((1, 1), 0.99), np.zeros(1)])
model.compile(loss="mse")
ones, nothing = np.ones((1, 200, 1)), np.zeros((1, 1))
parts = dynamics.contributions(model, ones, nothing, loss=lambda y, h: h[:, 0])
total = parts.gradient.item()
rate = np.float64(np.float32(0.99))
by_hand = sum(k * rate ** (k - 1) for k in range(1, 200))  # of the sum of rate^k
print(f"largest part {parts.norms.max():.1f}, sum {total:.0f}, by hand {by_hand:.0f}")
assert abs(total / by_hand - 1) < 1e-4
assert parts.norms.max() < 90
assert 5900 < total < 6000


# %% [markdown] lang="en"
# **3. Two ways down.** By $\lambda$ a step of 0.003 jumps from one side of the valley to the other, and never gets in. By $b$ it goes down to the bottom.

# %% [markdown] lang="zh"
# **3. 两条下山的路。** 调 $\lambda$，一步 0.003 就从谷的一侧跳到另一侧，怎么也进不去。调 $b$，则一直走到谷底。


# %%
def loss(rate, target=0.999):
    cross = 1 / (1 - rate**2) - 2 / (1 - rate * target) + 1 / (1 - target**2)
    return cross * (1 - target**2)


def sigmoid(b):
    return 1 / (1 + np.exp(-b))


def descend(place, rate_at, steps=2000, step=0.003):
    for _ in range(steps):
        slope = loss(rate_at(place + 1e-6)) - loss(rate_at(place - 1e-6))
        place -= step * np.sign(slope)
    return loss(rate_at(place))


ends = {
    "lambda": descend(1 - 1 / 30, lambda rate: rate),
    "b": descend(np.log(29), sigmoid),
}
print({name: f"{value:.1e}" for name, value in ends.items()})
assert ends["lambda"] > 0.1
assert ends["b"] < 1e-4
