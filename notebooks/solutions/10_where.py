# %% [markdown] lang="en"
# # Solutions to lesson 10, where is the memory?

# %% [markdown] lang="zh"
# # 第 10 课“记忆在哪里？”的解答

# %%
import sys

sys.path += [".", "..", "lessons"]  # where lesson_surgery.py may be
from keras_rnn_study.runs.quiet import start_tensorflow

start_tensorflow()

import numpy as np

from keras_rnn_study import build_model, dynamics, fused, trace
from keras_rnn_study.datasets import adding, recall
from lesson_surgery import answer, run, swap

GAP, UNITS = 20, 16


def train(task, updates):
    model = build_model(task.TASK, "lstm", units=UNITS, init="chrono", gap=GAP, seed=0)
    with fused(model):
        data = task.stream(64, gap=GAP, seed=0)
        model.fit(data, steps_per_epoch=updates, shuffle=False, verbose=0)
    x, y = task.make(256, gap=GAP, seed=1)
    return model, x, y, trace(model, x, y)["lstm"]


# %% [markdown] lang="en"
# **1. A task that needs its gates.** On adding the error grows a hundredfold when the input gate is held still, and is then larger than that of always answering 1 (1/6): what comes at unmarked steps is now written, too.

# %% [markdown] lang="zh"
# **1. 离不开门的任务。** 在加法任务上，输入门一固定，误差就增大到上百倍，比总是回答 1 的误差（1/6）还大：没有标记的那些步，读到的数也照样写了进去。

# %%
model, x, y, layer = train(adding, 800)
W, b = model.get_layer("answer").get_weights()
still = {"input": np.float64(layer.gates["input"]).mean(axis=(0, 1))}
errors = {}
for name, frozen in {"free": None, "held still": still}.items():
    h = run(model.get_layer("lstm"), x, frozen=frozen)["h"][:, -1]
    errors[name] = np.mean(((h @ W + b).ravel() - np.ravel(y)) ** 2)
    print(f"input gate {name}: mean squared error {errors[name]:.4f}")
assert errors["held still"] > 50 * errors["free"]
assert errors["held still"] > 1 / 6

# %% [markdown] lang="en"
# **2. The carousel.** With $h_{t-1}$ and $c_{t-1}$ as two states, the gates depend on $h_{t-1}$ only. So the block from $c$ to $c$ is diagonal, and what is on it is $f_t$: an
# error in $c_t$ goes back unchanged where $f_t = 1$. The other three blocks are the ways through $h$.

# %% [markdown] lang="zh"
# **2. 传送带。** 把 $h_{t-1}$ 和 $c_{t-1}$ 看作两个状态，各个门只依赖 $h_{t-1}$。所以从 $c$ 到 $c$ 的那一块是对角矩阵，对角线上就是 $f_t$：
# 凡是 $f_t = 1$ 的地方，$c_t$ 上的误差原样往回传。其余三块都是经过 $h$ 的路。

# %%
model, x, y, layer = train(recall, 400)
J = dynamics.jacobians(model, x[:4])  # h comes first, then c
carousel = J[..., UNITS:, UNITS:]
diagonal = np.diagonal(carousel, axis1=-2, axis2=-1)
others = np.abs(carousel - diagonal[..., None] * np.eye(UNITS)).max()
difference = np.abs(diagonal - layer.gates["forget"][:4]).max()
print(f"beside the diagonal: {others:.0e}; from the forget gate: {difference:.0e}")
assert others < 1e-12
assert difference < 1e-5

# %% [markdown] lang="en"
# **3. Which units?** Those that keep. With the $c$ of the twelve units above 0.9 exchanged, half of the answers name the partner's symbol and few the own one. With that of the other four nearly all stay as they were, and none goes over. It takes all sixteen to move most answers.

# %% [markdown] lang="zh"
# **3. 哪些单元？** 是保持得住的那些。交换遗忘门高于 0.9 的十二个单元的 $c$，一半的回答改说对方的符号，还说自己符号的已经很少；交换其余四个单元的，回答几乎都不变，没有一个改说对方的。
# 要让大多数回答改口，就得十六个单元一起换。

# %%
keeping = layer.gates["forget"].mean(axis=(0, 1)) > 0.9
rng = np.random.default_rng(0)
partner = np.array([rng.choice(np.flatnonzero(y != symbol)) for symbol in y])
shares = {}
for name, chosen in {
    "keeping": keeping,
    "others": ~keeping,
    "all": keeping | True,
}.items():

    def change(t, states, chosen=chosen):
        swapped = swap("c", 10, partner)(t, states)["c"]
        return states | {"c": np.where(chosen, swapped, states["c"])}

    said = answer(model, run(model.get_layer("lstm"), x, change))
    shares[name] = np.mean(said == y), np.mean(said == y[partner])
    own, other = shares[name]
    print(f"{chosen.sum():2} units, {name}: own {own:.0%}, partner's {other:.0%}")
assert keeping.sum() == 12
assert shares["keeping"][1] > 0.35
assert shares["keeping"][0] < 0.3
assert shares["others"][0] > 0.8
assert shares["others"][1] < 0.05
assert shares["all"][1] > shares["keeping"][1] + 0.1
