"""What each claim measured, in Chinese: the numbers of its evidence, a finding a line."""

from collections.abc import Callable, Sequence

from keras_rnn_study.claims.c2_vanishing import vanishes
from keras_rnn_study.claims.claim import NOT_MEASURED, Judgement, Numbers
from keras_rnn_study.claims.wording import span
from keras_rnn_study.study.plain_json import to_float
from keras_rnn_study.study.report.statistics import wilson

_TO = " 至 "
_STARTS = {
    ("simple_rnn", "keras"): "SimpleRNN，正交",
    ("simple_rnn", "glorot"): "SimpleRNN，glorot",
    ("lstm", "keras"): "LSTM，Keras 默认初值",
    ("lstm", "chrono"): "LSTM，chrono",
}
_SITUATION = {
    "orthogonal": "正交",
    "before training": "训练之前",
    "after training": "训练之后",
}
_INPUTS = {"ordinary": "普通输入", "faint": "极微弱的输入"}
_GATES = {"input": "输入门", "forget": "遗忘门", "candidate": "候选记忆元", "output": "输出门"}


def evidence(name: str, judgement: Judgement, numbers: Numbers | None) -> str:
    """Put what was measured into Chinese.

    Args:
        name: "C1" to "C6".
        judgement: What the rule said of the numbers.
        numbers: As `read_numbers` returns them.

    Returns:
        A finding a line, without the condition. Where nothing was measured, or the numbers are not
        there, the English evidence.
    """
    if judgement.verdict == NOT_MEASURED:
        return f"未能得出结论，原因（英文）：{judgement.evidence}"
    return judgement.evidence if numbers is None else _TOLD[name](numbers)


def _c1(numbers: Numbers) -> str:
    lengths, weights = (" 和 ".join(map(str, numbers[key])) for key in ("steps", "weights"))
    blocks = numbers["blocks"]
    return (
        f"序列长 {lengths} 步：用 NumPy（64 位浮点数）反复使用同一个 tanh 层，权重不变，"
        f"算出的隐状态与 SimpleRNN 的相差不超过 {numbers['difference']:.1g}"
        f"（去掉 tanh，则相差 {numbers['difference_without_tanh']:.1g}）。\n"
        f"按这两种长度分别创建，权重个数为 {weights}；权重分为 {blocks['simple_rnn']} 块"
        f"（LSTM：{blocks['lstm']} 块）；激活函数为 {numbers['activation']}。"
    )


def _c2(numbers: Numbers) -> str:
    slopes = "；".join(
        f"{name} {left:.0e}、{middle:.2g}、{right:.0e}"
        for name, (left, middle, right) in numbers["slopes"].items()
    )
    told = [
        "，".join(_SITUATION.get(part, part) for part in name.split(", ")) + f"：{_c2_told(one)}"
        for name, one in numbers["situations"].items()
    ]
    return "\n".join([f"在 -10、0、10 处的导数：{slopes}。", *told])


def _c2_told(situation: Numbers) -> str:
    if vanishes(situation):
        depth, beyond = span(situation["horizon"], "d", _TO), 100 * max(situation["beyond"])
        reach = f"往回 {depth} 步就不足千分之一，更早各步的贡献至多占 {beyond:.1g}%"
    else:
        reach = f"没有消失，序列前一半的贡献占 {_percent(situation['far_half'])}"
    decay, kernel = (
        "10^" + span(situation[key], ".1f", f"{_TO}10^")
        for key in ("decay", "decay_without_slopes")
    )
    return (
        f"{reach}；衰减 {decay}（若只有循环权重矩阵，则为 {kernel}），"
        f"平均斜率 {span(situation['slope'], '.2f', _TO)}，"
        f"饱和的单元占 {_percent(situation['saturated'])}。"
    )


def _c3(numbers: Numbers) -> str:
    lines = [
        f"{_INPUTS[case['inputs']]}，谱半径 {case['radius']:.2g}：往回走一步，梯度乘以 "
        f"{span(case['growth'], '.2f', _TO)}，饱和的单元占 {_percent(case['saturated'])}。"
        for case in numbers["growth"]
    ]
    ways = {
        "radius 1": "谱半径为 1",
        "unclipped": "谱半径最大，不裁剪",
        "clipped": f"谱半径最大，裁剪到 {numbers['clipnorm']:g}",
    }
    for name, norms in numbers["norms"].items():
        after = numbers["after"][name]
        largest, applied = (_span(norms[key], ".2g") for key in ("largest", "applied"))
        lines.append(
            f"训练（{ways[name]}）：梯度范数最大 {largest}，实际用到的最大 {applied}；"
            f"最后损失 {_span(after['loss'], '.2f')}，"
            f"饱和的单元占 {_percent(after['saturated'])}。"
        )
    return "\n".join(lines)


def _c4(numbers: Numbers) -> str:
    starts: dict[str, list[str]] = {}
    for row in sorted(numbers["rows"], key=lambda row: int(row["gap"])):
        starts.setdefault(_start(row), []).append(f"间隔 {row['gap']}：{_learned(row)}")
    lines = [f"{start}：{'；'.join(told)}。" for start, told in starts.items()]
    return "\n".join([f"任务 {numbers['task']}，训练 {numbers['steps']} 步以内学会的：", *lines])


def _c5(numbers: Numbers) -> str:
    gate, gap = numbers["forget_gate"], numbers["gap"]
    decays = "，".join(
        f"{_STARTS.get(('lstm', init), init)} 10^{decay:.1f}"
        for init, decay in numbers["decay"].items()
        if decay is not None
    )
    return "\n".join(
        [
            f"任务 {numbers['task']}，间隔 {gap}，训练 {numbers['steps']} 步以内学会的：",
            *(f"{_start(row)}：{_learned(row)}。" for row in numbers["rows"]),
            f"Keras 的遗忘门从 {gate:.2f} 起步，而 {gate:.2f}^{gap} = {numbers['kept']:.0e}。",
            f"训练之前，传到第一步的 dL/dc 还剩：{decays or '未知'}。",
        ]
    )


def _c6(numbers: Numbers) -> str:
    differences = numbers["differences"]
    worst = max(differences, key=differences.get)
    largest = max(*differences.values(), *numbers["pointwise"].values())
    ranges = "，".join(
        f"{_GATES.get(name, name)} {low:.2f} 至 {high:.2f}"
        for name, (low, high) in numbers["ranges"].items()
    )
    loop = "融合循环" if numbers["loop"] == "fused" else "Keras 自己的循环"
    return (
        f"用{loop}训练之后，按示意图由 [h, x] 上的 {numbers['blocks']} 个层算出"
        f" {numbers['steps']} 步的每个门、c 和 h，相差不超过 {largest:.1g}"
        f"（最大的是 {_GATES.get(worst, worst)}）。把输入门和遗忘门对调，则相差"
        f" {numbers['exchanged']:.1g}。\n"
        f"由追踪到的门计算 c = f*c + i*g 和 h = o*tanh(c)：相差不超过 "
        f"{max(numbers['pointwise'].values()):.1g}。\n取值范围：{ranges}。"
    )


_TOLD: dict[str, Callable[[Numbers], str]] = {
    "C1": _c1,
    "C2": _c2,
    "C3": _c3,
    "C4": _c4,
    "C5": _c5,
    "C6": _c6,
}


def _span(values: Sequence[object], form: str) -> str:
    return span([to_float(value) for value in values], form, _TO)


def _percent(shares: Sequence[object]) -> str:
    return span([100 * to_float(share) for share in shares], ".0f", f"%{_TO}") + "%"


def _start(row: Numbers) -> str:
    key = row["cell"], row["init"]
    return _STARTS.get(key, "，".join(key))


def _learned(row: Numbers) -> str:
    """Say how many learned, with the interval, such as `"5 个中学会 5 个（57%–100%）"`."""
    failed = f"{row['failed']} 次中断" if row["failed"] else ""
    if not row["trials"]:
        return f"没有一次训练完成（{failed}）"
    low, high = wilson(row["learned"], row["trials"])
    interval = f"{100 * low:.0f}%–{100 * high:.0f}%"
    told = "；".join(filter(None, (interval, failed)))
    return f"{row['trials']} 个中学会 {row['learned']} 个（{told}）"
