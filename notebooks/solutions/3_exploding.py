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
# **1. tanh 与循环权重矩阵恰好抵消时的谱半径。** 用二分法求得。它明显大于 1，而且随输入和权重而变，并不是 tanh 固有的常数。

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
# **2. Three thresholds.** Cutting entries or weights apart depends on the threshold: with a large one only the largest are cut, and the angle is small. One factor for all never turns the
# gradient.

# %% [markdown] lang="zh"
# **2. 三个阈值。** 逐个分量或逐个权重裁剪时，角度与阈值有关：阈值大，只有最大的几个会被截短，角度就小。全部梯度用同一个系数，方向就永远不变。

# %%
x, y = adding.make(64, gap=50, seed=1)
model = build_model(adding.TASK, "simple_rnn", init="identity", seed=0)
with tf.GradientTape() as tape:
    loss = model.compute_loss(x, y, model(x, training=True))
gradients = tape.gradient(loss, model.trainable_variables)


def angle(parts):
    one, other = (np.concatenate([np.ravel(p) for p in g]) for g in (parts, gradients))
    cosine = one @ other / np.linalg.norm(one) / np.linalg.norm(other)
    return np.degrees(np.arccos(min(cosine, 1)))


found = {}
for times in (0.1, 1, 1000):
    by_value = [tf.clip_by_value(g, -0.01 * times, 0.01 * times) for g in gradients]
    by_weight = [tf.clip_by_norm(g, 0.1 * times) for g in gradients]
    together = tf.clip_by_global_norm(gradients, 0.1 * times)[0]
    found[times] = [angle(parts) for parts in (by_value, by_weight, together)]
    print(f"threshold x {times:g}:", [f"{degrees:.0f}" for degrees in found[times]])
assert found[1000][0] < found[1][0]
assert found[1000][1] < found[1][1]
assert all(degrees[2] < 1 for degrees in found.values())

# %% [markdown] lang="en"
# **3. A smaller learning rate.** A tenth of it still jumps; a hundredth does not, and learns as well within these 30 steps; a
# thousandth is slower without need. The price is that one must know the largest gradient that will ever come: a learning rate
# bounds a step only for a given gradient, clipping bounds every step, whatever comes.

# %% [markdown] lang="zh"
# **3. 更小的学习率。** 减小到十分之一，仍会突跳；减小到百分之一，就不再突跳，在这 30 步里学得也不差；减小到千分之一，则慢得毫无必要。代价是：必须事先知道
# 将来最大的梯度有多大。学习率只能在梯度给定时限制步长；裁剪则不管来的梯度多大，每一步都限制得住。

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
