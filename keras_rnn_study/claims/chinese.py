"""The claims, their rules and verdicts in Chinese."""

import dataclasses

from keras_rnn_study.claims.agreement import COARSE, FLOAT32
from keras_rnn_study.claims.c2_vanishing import NOTHING, SMALL_SLOPE
from keras_rnn_study.claims.c3_exploding import LARGE
from keras_rnn_study.claims.claim import CONDITION, FAILS, HOLDS, NOT_MEASURED

VERDICTS = {HOLDS: "成立", CONDITION: "有条件地成立", FAILS: "不成立", NOT_MEASURED: "未测量"}
"""What each verdict is called."""


@dataclasses.dataclass(frozen=True)
class Words:
    """A claim in Chinese.

    Attributes:
        statement: What the article says.
        number: What the one number beside the picture is.
        rule: How the verdict follows from the numbers.
        condition: What to know where the verdict has a condition.
    """

    statement: str
    number: str
    rule: str
    condition: str


NUMBERS = {
    "C1": "largest difference between Keras' states and the chain in NumPy",
    "C2": "steps that the gradient reaches back, of the sequence's",
    "C3": "factor per step back, on the task's own inputs, at the largest radius",
    "C4": "runs that learned the largest gap",
    "C5": "what Keras' forget gate leaves over the gap",
    "C6": "largest difference between Keras' gates, c, h and the diagram in NumPy",
}
"""What the one number of each claim is, in English."""

_AGREES = f"误差都不超过 {FLOAT32:g}（即 32 位浮点数的舍入误差），则成立"
_COARSELY = f"只在 {COARSE:g} 以内一致（有的硬件做乘法时位数较少）"

WORDS = {
    "C1": Words(
        "循环神经网络是一条链，由同一个模块重复而成；普通循环神经网络的模块只有一个 tanh 层。",
        "Keras 的隐状态与用 NumPy 算出的链之间的最大差别",
        "用 NumPy 反复使用同一个 tanh 层，若能算出 Keras 循环层的全部隐状态，"
        f"且序列不论长短，权重个数都一样，{_AGREES}；若{_COARSELY}，则有条件地成立；否则不成立。",
        "只在本机较粗的舍入精度内一致。",
    ),
    "C2": Words(
        "梯度消失：sigmoid 与 tanh 的导数在两端趋于 0，所以梯度沿时间往回传时越来越小，"
        "传过一定步数之后，更早的时间步就不再有任何贡献。",
        "梯度可达步数 / 序列长度",
        "若每个种子的梯度都在序列之内降到最大值的千分之一以下，且更早的各步在循环权重矩阵的梯度中"
        f"占不到 {NOTHING:.0%}，就算梯度消失；若把饱和单元的导数换成 1 之后不再消失，"
        f"才算是“两端”造成的。两个导数在两端都不到中间处的 {SMALL_SLOPE:g} 倍，"
        "且每种情形下梯度都因此消失，则成立；只在部分情形下消失，或另有原因，则有条件地成立；"
        "否则不成立。",
        "梯度消失并不一定要靠饱和：斜率略小于 1，再与循环权重矩阵连乘，就足够了；"
        "有的情形下，梯度并不消失。",
    ),
    "C3": Words(
        "梯度爆炸：若每往回走一步，梯度都乘以大于 1 的数，它就按指数增大，训练的步子也跟着失控。",
        "谱半径最大时，在任务本身的输入上，梯度每往回走一步变为原来的多少倍",
        "若每个种子都是谱半径大于 1 时梯度逐步增大、小于 1 时逐步缩小"
        "（普通输入和极微弱的输入都如此），"
        f"且训练中的最大范数至少是谱半径为 1 时的 {LARGE} 倍，则成立；只有部分如此，"
        "则有条件地成立；谱半径大于 1 时从不增大，训练中也不增大，则不成立。",
        "谱半径大于 1 并不足以引起爆炸：在普通输入上，tanh 的斜率会抵消一部分增长。",
    ),
    "C4": Words(
        "相关信息与用到它的地方相隔不远时，循环神经网络能学会利用它；间隔变大，就再也联系不上了。",
        "间隔最大时，学会了几次",
        "若最小间隔上成功率的 95% Wilson 区间完全高于最大间隔上的区间，就算这种初始化如此。"
        "每种初始化都如此，则成立；只有部分如此，则有条件地成立；否则不成立。",
        "只有部分初始化如此。",
    ),
    "C5": Words(
        "LSTM 的设计避免了长期依赖问题，长久地记住信息是它的默认行为。",
        "经过这么大的间隔，Keras 的遗忘门还能留下多少",
        "若 LSTM 在最大间隔上成功率的 95% Wilson 区间完全高于每一种 SimpleRNN 的区间"
        "（它们学会的都不超过一半），就算避免了问题。按 Keras 的初值就能如此，则成立；"
        "只有用 chrono 初始化才如此，则有条件地成立；否则不成立。",
        "各个门的初值要与这个间隔所需的记忆时长相当；按 Keras 的默认值，遗忘门每步只保留 0.73。",
    ),
    "C6": Words(
        "LSTM 的模块里不是一个层，而是四个相互作用的层：三个 sigmoid 门和一个 tanh 层；"
        "线表示向量，圆圈是逐点运算，方框是学习到的神经网络层。",
        "Keras 的门、c、h 与用 NumPy 按示意图算出的值之间的最大差别",
        "按示意图用 NumPy 计算，若能算出全速训练的层的每个门、c 与 h，且权重分为四块、"
        f"各门取值在应有的范围内，{_AGREES}；若{_COARSELY}，或不是全速运行，"
        "则有条件地成立；否则不成立。",
        "只在较粗的舍入精度内一致，或不是全速运行。",
    ),
}
