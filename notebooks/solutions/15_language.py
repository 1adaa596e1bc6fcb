# %% [markdown] lang="en"
# # Solutions to lesson 15, language

# %% [markdown] lang="zh"
# # 第 15 课“语言”的解答

# %%
from keras_rnn_study.runs.quiet import start_tensorflow

start_tensorflow()

import keras
import numpy as np

from keras_rnn_study import build_model, dynamics, fused
from keras_rnn_study.datasets import language
from keras_rnn_study.datasets.sources import prose

# %% [markdown] lang="en"
# **1. The LSTM.** Not here either: occlusion names the country, by far; the gradient prefers the words before it, which are the same in every sentence. So the surprise was not the `SimpleRNN`'s alone.

# %% [markdown] lang="zh"
# **1. LSTM。** 这里也不一致：遮挡毫不含糊地指向国家；梯度偏爱国家之前的词，而那些词在每句话里都一样。可见出人意料的并不只是 `SimpleRNN`。

# %%
GAP = 12
model = build_model(language.TASK, "lstm", init="chrono", gap=GAP, seed=0)
with fused(model):
    data = language.stream(64, gap=GAP, seed=0)
    model.fit(data, steps_per_epoch=300, shuffle=False, verbose=0)
_, (x, y) = language.load_data(GAP, num_train=64, num_test=32)
taken = dynamics.occlusion(model, x, y, baseline=1).mean(axis=0) * len(x)
gradient = dynamics.connectivity(model, x, y).gradient.mean(axis=0)
for place, said in enumerate(language.tokens(x[:1])[0]):
    print(f"{taken[place]:6.2f}  {gradient[place]:.0e}  {said}")
country = int(np.flatnonzero(language.evidence(x[:1])[0])[0])
assert taken.argmax() == country
assert taken[country] > 3 * np.delete(taken, country).max()
assert gradient.argmax() < country

# %% [markdown] lang="en"
# **2. Hotter and colder.** A power below 1 evens the chances out: more misspelt words. A high power takes nearly always the likeliest letter: more real words, and soon the same ones again and again. One counts how many words of four letters or more are words of the text.

# %% [markdown] lang="zh"
# **2. 更随意与更拘谨。** 小于 1 的次方让概率更平均，拼错的词就多；次方很高时，几乎总取最可能的字母，写出来的真词就多，可很快就翻来覆去只有那几个。下面数一数：不少于四个字母的词里，有多少是原文里有的词。

# %%
text = prose.read("en", None).replace("\n", " ")
letters = sorted(set(text))
numbers = np.array([letters.index(letter) for letter in text])
STREAMS, WINDOW, UNITS = 16, 24, 128


def cut(part):
    length = (len(part) - 1) // STREAMS // WINDOW * WINDOW
    return [
        part[start : start + STREAMS * length].reshape(STREAMS, -1, WINDOW)
        for start in (0, 1)
    ]


def train(part, rate=0.0, updates=600):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input(batch_shape=(STREAMS, WINDOW)),
            keras.layers.Embedding(len(letters), 32),
            keras.layers.LSTM(UNITS, return_sequences=True, stateful=True),
            keras.layers.Dropout(rate),
            keras.layers.Dense(len(letters), activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(5e-3), "sparse_categorical_crossentropy")
    now, coming = cut(part)
    with fused(model):
        for update in range(updates):
            window = update % now.shape[1]
            if window == 0:
                model.layers[1].reset_states()
            model.train_on_batch(now[:, window], coming[:, window])
    return model


def write(model, power, length=400):
    embed, layer, _, answer = model.layers
    rng = np.random.default_rng(0)
    letter, states, written = 0, [np.zeros((1, UNITS), "float32")] * 2, ""
    for _ in range(length):
        out, states = layer.cell(embed(np.array([letter])), states)
        chances = np.float64(answer(out))[0] ** power
        letter = rng.choice(len(letters), p=chances / chances.sum())
        written += letters[letter]
    return written


kept = len(numbers) * 9 // 10
model = train(numbers[:kept])
real = set(text.replace(".", " ").replace(",", " ").split())
shares = {}
for power in (0.5, 1, 1.5, 4):
    written = write(model, power)
    long = [
        w
        for w in written.strip(".").replace(".", "").replace(",", "").split()
        if len(w) > 3
    ]
    shares[power] = np.mean([w in real for w in long])
    print(f"power {power}: {shares[power]:.0%} real words; {written[:60]}")
assert shares[4] > shares[1] > shares[0.5]

# %% [markdown] lang="en"
# **3. Dropout.** Without it the loss on the text that was trained falls further than that on the rest, of which the network knows nothing; with it the rest gains. Both have the same number of updates.

# %% [markdown] lang="zh"
# **3. 暂退法。** 不用它，训练过的那部分损失降得多，网络没见过的那部分降得少；用了它，没见过的那部分就变好了。两次训练的步数相同。


# %%
def loss(model, part):
    now, coming = cut(part)
    model.layers[1].reset_states()
    found = []
    for window in range(now.shape[1]):
        told = model.predict_on_batch(now[:, window])
        right = np.take_along_axis(told, coming[:, window, :, None], axis=-1)
        found.append(-np.log(right).mean())
    return np.mean(found)


models = {"none": model, "0.5": train(numbers[:kept], rate=0.5)}
losses = {}
for name, one in models.items():
    losses[name] = loss(one, numbers[:kept]), loss(one, numbers[kept:])
    here, there = losses[name]
    print(f"dropout {name}: trained {here:.2f}, held back {there:.2f}")
assert losses["none"][0] < losses["none"][1] - 0.3
assert losses["0.5"][1] < losses["none"][1]
