# %% [markdown] lang="en"
# # Solutions to lesson 2, vanishing gradients

# %% [markdown] lang="zh"
# # 第 2 课“梯度消失”的解答

# %%
from keras_rnn_study.runs.quiet import start_tensorflow

start_tensorflow()

from keras_rnn_study import build_model, fused, measures, trace
from keras_rnn_study.datasets import recall

x, y = recall.make(64, gap=100, seed=1)


def norms(model):
    return measures.step_norms(trace(model, x, y)["simple_rnn"].state_gradients["h"])


# %% [markdown] lang="en"
# **1. Orthogonal against glorot.** The decay is log10 of the norm at the first step over that at the last. Of an orthogonal
# kernel all eigenvalues have the absolute value 1, so seeds differ little; of a glorot_uniform kernel the largest one is near 1, by luck above or
# below it, so seeds differ by powers of ten. One seed proves nothing.

# %% [markdown] lang="zh"
# **1. 正交与 glorot。** 衰减指第一步与最后一步的梯度范数之比的 log10。正交矩阵特征值的绝对值（模）全是 1，所以各个种子相差不大；
# glorot_uniform 矩阵的最大特征值在 1 附近，偏大还是偏小全凭运气，所以种子之间能相差好几个数量级。单独一个种子什么也证明不了。

# %%
decays = {}
for init in ["keras", "glorot"]:
    models = [
        build_model(recall.TASK, "simple_rnn", init=init, seed=seed)
        for seed in range(5)
    ]
    decays[init] = [measures.decay(norms(model)) for model in models]
    kernels = [model.get_layer("simple_rnn").cell.recurrent_kernel for model in models]
    print(init, "decay", [f"{decay:.1f}" for decay in decays[init]])
    radii = [measures.spectral_radius(kernel) for kernel in kernels]
    print(init, "spectral radius", [f"{radius:.2f}" for radius in radii])


def spread(init):
    return max(decays[init]) - min(decays[init])


assert spread("glorot") > spread("keras")
assert max(decays["keras"]) < -3

# %% [markdown] lang="en"
# **2. ReLU and identity.** The derivative of a ReLU is 1 where it is active, and $U = I$ changes nothing: the gradient
# reaches step 0 nearly whole. But nothing keeps it so: the first training steps move $U$ away from the identity.

# %% [markdown] lang="zh"
# **2. ReLU 与单位矩阵。** ReLU 在激活区的导数是 1，$U = I$ 又什么都不改变，所以梯度几乎原封不动地传到第 0 步。但这种状态维持不住：
# 训练没几步，$U$ 就偏离了单位矩阵。

# %%
model = build_model(recall.TASK, "simple_rnn", init="identity", seed=0)
print("decay before training:", round(measures.decay(norms(model)), 2))
assert measures.decay(norms(model)) > -1

# %% [markdown] lang="en"
# **3. After training.** The horizon becomes *shorter*: what training can feel are the last steps, so it adapts the weights to
# these, states grow, and derivatives fall. It stays at chance (1 in 8). Saturation rises a little, but remains rare.

# %% [markdown] lang="zh"
# **3. 训练之后。** 梯度可达步数反而*变小*了：训练能依靠的几乎只有最后几步的梯度，权重便去适应这几步，隐状态变大，导数变小。准确率停在瞎猜的水平（1/8）。
# 饱和的单元略有增多，但仍属少数。

# %%
model = build_model(recall.TASK, "simple_rnn", seed=0)
before = measures.horizon(norms(model))
with fused(model):
    fit = model.fit(
        recall.stream(64, gap=100, seed=0),
        steps_per_epoch=200,
        shuffle=False,
        verbose=0,
    )
after = measures.horizon(norms(model))
saturated = sum(measures.saturation(trace(model, x)["simple_rnn"].states["h"], "tanh"))
accuracy = fit.history["accuracy"][-1]
print(
    f"horizon {before} -> {after}, {saturated:.1%} saturated, accuracy {accuracy:.2f}"
)
assert after < before
assert accuracy < 0.2
