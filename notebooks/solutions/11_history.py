# %% [markdown] lang="en"
# # Solutions to lesson 11, the history of the cell

# %% [markdown] lang="zh"
# # 第 11 课“LSTM 的历史”的解答

# %%
from keras_rnn_study.runs.quiet import start_tensorflow

start_tensorflow()

import keras
import numpy as np

from keras_rnn_study import build_model, fused, measures, trace
from keras_rnn_study.datasets import recall

GAP, TIME = 20, 22


def streams(count, rounds, seed):
    x, y = recall.make(count * rounds, gap=GAP, seed=seed)
    return x.reshape(count, rounds * TIME, -1), y.reshape(count, rounds)


def trained(forget_bias, input_bias):
    begin = {"forget_bias": forget_bias, "input_bias": input_bias, "seed": 1}
    from_start = build_model(recall.TASK, "lstm", **begin)
    inputs = keras.Input((None, 17))
    h = keras.layers.LSTM(32, return_sequences=True, name="lstm")(inputs)
    answer = keras.layers.Dense(8, activation="softmax")(h[:, TIME - 1 :: TIME])
    model = keras.Model(inputs, answer)
    model.set_weights(from_start.get_weights())
    model.compile(keras.optimizers.Adam(3e-3), "sparse_categorical_crossentropy")
    x, y = streams(64 * 200, 4, seed=4)
    with fused(model):
        model.fit(x, y, batch_size=64, shuffle=False, verbose=0)
    return model


def right(model, x, y):
    """Share of right answers in each round."""
    return np.mean(model.predict(x, verbose=0).argmax(axis=-1) == y, axis=0)


x, y = streams(64, 40, seed=3)

# %% [markdown] lang="en"
# **1. Set back to zero.** Shown one by one, all forty rounds are answered: nothing in its weights is wrong. It is what has piled up in $c$.

# %% [markdown] lang="zh"
# **1. 清零。** 四十轮一轮一轮单独读，全都答得上来：权重一点毛病也没有，毛病出在 $c$ 里积下来的东西。

# %%
model = trained(50.0, -3.0)
in_stream = right(model, x, y)[-1]
alone = right(model, x.reshape(64 * 40, TIME, -1), y.reshape(-1, 1))[0]
print(
    f"round 40 in the stream: {in_stream:.0%}; all rounds, each from zero: {alone:.0%}"
)
assert in_stream < 0.4
assert alone > 0.95

# %% [markdown] lang="en"
# **2. The habit of 0.** $\sigma(0) = 0.5$: half of the memory is gone at each step. The gradient reaches about half as far as with a bias of 1.

# %% [markdown] lang="zh"
# **2. 从 0 起步的习惯。** $\sigma(0) = 0.5$：每一步都丢掉一半记忆。梯度可达步数大约只有偏置为 1 时的一半。

# %%
x_long, y_long = recall.make(64, gap=100, seed=1)
reach = {}
for bias in (0.0, 1.0):
    model = build_model(recall.TASK, "lstm", forget_bias=bias, seed=0)
    gradients = trace(model, x_long, y_long)["lstm"].state_gradients["c"]
    reach[bias] = measures.horizon(measures.step_norms(gradients))
    print(f"bias {bias:.0f}: reach {reach[bias]} of 102 steps")
assert reach[0.0] < 0.75 * reach[1.0]
assert reach[1.0] < 60

# %% [markdown] lang="en"
# **3. Another guess.** With 3 and -3 the gates keep 0.95 per step, so what a round leaves behind is still there in the next ones; within four rounds of training it does not hurt, in forty it does. A memory time longer than the task needs
# is not free.

# %% [markdown] lang="zh"
# **3. 换一组数。** 取 3 和 -3，门每一步保留 0.95，前一轮留下的东西，到后面几轮还在。训练的四轮之内不碍事，到了四十轮就碍事了。记忆时长超过任务所需，是要付代价的。

# %%
shares = right(trained(3.0, -3.0), x, y)
print(f"round 3: {shares[2]:.0%}, round 40: {shares[39]:.0%}")
assert shares[2] > 0.9
assert shares[39] < 0.9
