# %% [markdown] lang="en"
# # Solutions to lesson 13, a path of length one

# %% [markdown] lang="zh"
# # 第 13 课“长度为一的通路”的解答

# %%
from keras_rnn_study.runs.quiet import start_tensorflow

start_tensorflow()

import contextlib

import keras
import numpy as np
from keras import layers

from keras_rnn_study import fused
from keras_rnn_study.datasets import recall

LONGEST, UNITS = 78, 32
x_train, y_train = recall.make(64 * 150, gap=LONGEST, seed=0)
x_test, y_test = recall.make(512, gap=LONGEST, seed=1)


def train(read, loop=fused):
    """A model that reads its answer so, and its share of right answers."""
    keras.utils.set_random_seed(0)
    x = keras.Input(x_train.shape[1:])
    model = keras.Model(x, layers.Dense(8, activation="softmax")(read(x)))
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    with loop(model):
        model.fit(x_train, y_train, batch_size=64, shuffle=False, verbose=0)
    said = model.predict(x_test, batch_size=512, verbose=0)
    return model, np.mean(said.argmax(axis=-1) == y_test)


# %% [markdown] lang="en"
# **1. Both ways.** All right, after the same 150 updates, at a gap of 78. For the direction that reads backwards the symbol is the *last* thing that it reads: its gap is 0. Before one praises a bidirectional network for its memory, one has to know where the evidence stands.

# %% [markdown] lang="zh"
# **1. 双向。** 间隔 78，同样训练 150 步，全部答对。对倒着读的那个方向来说，符号是它*最后*读到的，间隔为 0。要夸双向网络记性好，先得弄清楚线索在什么位置。

# %%
_, share = train(lambda x: layers.Bidirectional(layers.LSTM(UNITS, seed=0))(x))
print(f"both ways: {share:.0%} right")
assert share > 0.95


# %% [markdown] lang="en"
# **2. Attention without recurrence.** It answers, and faster: each step is looked at by itself, and only the symbol's answers to the question. But it is a set that it looks at, no sequence: in whatever order the steps before the question come, the answer is the same, to the rounding. A task that asks *what came first* needs the order from somewhere: a recurrent layer, or positions that are given as inputs.

# %% [markdown] lang="zh"
# **2. 没有循环的注意力。** 照样答对，而且更快：每一步都单独来看，只有符号那一步应答查询。可它看到的是一个集合，不是序列：问号之前的各步无论怎样排列，回答都一样，只差舍入误差。要是任务问的是*哪个先出现*，次序就得另有来源：要么靠循环层，要么把位置作为输入。


# %%
def attention(x):
    steps = layers.Dense(UNITS, activation="tanh")(x)
    query = layers.Dense(UNITS)(steps[:, -1:])
    read = layers.Attention()([query, steps, layers.Dense(UNITS)(steps)])
    return layers.Reshape((UNITS,))(read)


model, share = train(attention, loop=contextlib.nullcontext)  # there is no loop
order = np.r_[np.random.default_rng(0).permutation(LONGEST + 1), LONGEST + 1]
before, after = (
    model.predict(x, batch_size=512, verbose=0) for x in (x_test, x_test[:, order])
)
print(
    f"{share:.0%} right; shuffled, answers differ by {np.abs(before - after).max():.0e}"
)
assert share > 0.95
assert np.abs(before - after).max() < 1e-3

# %% [markdown] lang="en"
# **3. Alone.** The first words are mostly right, the last ones mostly wrong: their way is longer (19 steps for the tenth, 1 for the first), and they come after all the errors before.

# %% [markdown] lang="zh"
# **3. 独自说。** 开头几个词大多正确，最后几个大多错误：它们的路更长（第一个词 1 步，第十个词 19 步），前面出过的错也都压在它们身上。

# %%
LENGTH, LETTERS = 10, 8


def pairs(num_samples, seed):
    heard = np.random.default_rng(seed).integers(0, LETTERS, (num_samples, LENGTH))
    return heard, heard[:, ::-1]


def shifted(said):
    begin = np.full((len(said), 1), LETTERS)
    return np.concatenate([begin, said[:, :-1]], axis=1)


keras.utils.set_random_seed(0)
heard, previous = keras.Input((LENGTH,)), keras.Input((LENGTH,))
embed = layers.Embedding(LETTERS + 1, 32)
_, last = layers.GRU(48, return_sequences=True, return_state=True)(embed(heard))
out = layers.GRU(48, return_sequences=True)(embed(previous), initial_state=last)
answer = layers.Dense(LETTERS, activation="softmax")(out)
model = keras.Model([heard, previous], answer)
model.compile(keras.optimizers.Adam(5e-3), "sparse_categorical_crossentropy")
x, y = pairs(64 * 400, 0)
with fused(model):
    model.fit([x, shifted(y)], y, batch_size=64, verbose=0)

x, y = pairs(500, 1)
said = np.zeros_like(x)
for t in range(LENGTH):
    answers = model.predict([x, shifted(said)], batch_size=500, verbose=0)
    said[:, t] = answers[:, t].argmax(axis=-1)
right = (said == y).mean(axis=0)
print("right alone, step by step:", np.round(right, 2))
assert right[0] > 0.8
assert right[-1] < 0.45
