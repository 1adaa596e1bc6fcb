# %% [markdown] lang="en"
# # Solutions to lesson 3, exploding gradients

# %% [markdown] lang="zh"
# # 第 3 课“梯度爆炸”的解答

# %%
from keras_rnn_study.runs.quiet import start_tensorflow

start_tensorflow()

import keras
import numpy as np
import tensorflow as tf

from keras_rnn_study import build_model, fused, measures, trace
from keras_rnn_study.datasets import adding, recall

# %% [markdown] lang="en"
# **1. The radius at which tanh and kernel are in balance.** By bisection. It lies well above 1, and depends on the inputs and
# on the weights: it is no constant of the tanh.

# %% [markdown] lang="zh"
# **1. tanh 与核相互平衡的半径。** 用二分法。它明显大于 1，并且取决于输入和权重：它不是 tanh 的常数。

# %%
x, y = recall.make(64, gap=50, seed=1)
model = build_model(recall.TASK, "simple_rnn", seed=0)
kernel = model.get_layer("simple_rnn").cell.recurrent_kernel
orthogonal = kernel.numpy()
low, high = 1.1, 2.0
for _ in range(6):
    middle = (low + high) / 2
    kernel.assign(middle * orthogonal)
    layer = trace(model, x, y)["simple_rnn"]
    shrinks = measures.decay(measures.step_norms(layer.state_gradients["h"])) < 0
    low, high = (middle, high) if shrinks else (low, middle)
print(f"between {low:.2f} and {high:.2f}")
assert 1.1 < low < high < 2

# %% [markdown] lang="en"
# **2. Clipping each value.** The entries are very different in size; all large ones become equal, so that the direction changes: the cosine with
# the true gradient falls clearly below 1. Clipping the norm leaves it at 1.

# %% [markdown] lang="zh"
# **2. 逐个分量裁剪。** 各分量大小悬殊；大的全都变得一样大，所以方向改变了：与真实梯度的余弦明显小于 1。裁剪范数时它保持为 1。

# %%
x, y = adding.make(64, gap=50, seed=1)
model = build_model(adding.TASK, "simple_rnn", init="identity", seed=0)
with tf.GradientTape() as tape:
    loss = model.compute_loss(x, y, model(x, training=True))
gradients = tape.gradient(loss, model.trainable_variables)
gradient = np.concatenate([np.ravel(values) for values in gradients])
clipped = np.clip(gradient, -0.01, 0.01)
cosine = gradient @ clipped / np.linalg.norm(gradient) / np.linalg.norm(clipped)
print(f"cosine {cosine:.2f}: an angle of {np.degrees(np.arccos(cosine)):.0f} degrees")
assert cosine < 0.9

# %% [markdown] lang="en"
# **3. A smaller learning rate.** A tenth of it still jumps; a hundredth does not, and learns as well within these 30 steps; a
# thousandth is slower without need. The price is that one must know the largest gradient that will ever come: a learning rate
# bounds a step only for a given gradient, clipping bounds every step, whatever comes.

# %% [markdown] lang="zh"
# **3. 更小的学习率。** 十分之一仍会跳跃；百分之一不会，而且在这 30 步里学得同样好；千分之一则是不必要地慢。代价是必须事先知道将来最大的梯度
# 有多大：学习率只对给定的梯度限制步长，裁剪则不论来什么都限制每一步。

# %%
jumps = {}
for learning_rate in [1e-3, 1e-4, 1e-5]:
    optimizer = keras.optimizers.SGD(learning_rate)
    model = build_model(
        adding.TASK, "simple_rnn", init="identity", optimizer=optimizer, seed=0
    )
    with fused(model):
        loss = model.fit(
            adding.stream(64, gap=50, seed=0),
            steps_per_epoch=1,
            epochs=30,
            shuffle=False,
            verbose=0,
        ).history["loss"]
    jump = jumps[learning_rate] = np.max(np.divide(loss[1:], loss[:-1]))
    print(f"{learning_rate:g}: largest jump x {jump:.1f}; last loss {loss[-1]:.3f}")
assert jumps[1e-3] > 5
assert max(jumps[1e-4], jumps[1e-5]) < 2
