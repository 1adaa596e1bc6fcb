"""The words of the lessons' pictures in Chinese, and the everyday sentences of lesson 4."""

CHINESE = {
    # axes
    "time step $t$": "时间步 $t$",
    "time step $t$ (symbol at 0, question at 101)": "时间步 $t$（符号在第 0 步，问号在第 101 步）",
    "time step $t$ (symbol at 0, question at 21)": "时间步 $t$（符号在第 0 步，问号在第 21 步）",
    "steps": "步数",
    "training step": "训练步",
    "norm": "范数",
    "mean gate": "门的平均值",
    "unit, sorted": "单元（已排序）",
    "correlation of $c_0$ and $c_t$": "$c_0$ 与 $c_t$ 的相关系数",
    "share": "比例",
    "loss": "损失",
    "gap": "间隔",
    # lines and titles
    "total": "总梯度",
    "direct": "直接梯度",
    "a thousandth": "最大值的千分之一",
    "end of the reach": "梯度到此不足千分之一",
    "functions": "激活函数",
    "their derivatives": "它们的导数",
    "two sequences, different first symbols": "首个符号不同的两个序列",
    "loss at the last step only": "只在最后一步有损失",
    "loss at every step": "每一步都有损失",
    "faint inputs": "极微弱的输入",
    "ordinary inputs": "普通输入",
    "length of a vector, carried on": "反复乘以矩阵后向量的长度",
    "rotation × 0.9": "旋转矩阵 × 0.9",
    "upper triangle, radius 0.9": "上三角矩阵，谱半径 0.9",
    "gradient through time, ReLU": "沿时间的梯度，ReLU",
    "gradient norm, before clipping": "梯度范数（裁剪之前）",
    "as it is": "不裁剪",
    "clipped": "裁剪",
    "always answering 1": "总是回答 1",
    "chance": "瞎猜的水平",
    "small gap": "小间隔",
    "large gap": "大间隔",
    "accuracy": "准确率",
    "input gate": "输入门",
    "forget gate": "遗忘门",
    "output gate": "输出门",
    "input": "输入门",
    "forget": "遗忘门",
    "output": "输出门",
    "forget gate above 0.9": "遗忘门高于 0.9 的单元",
    "all other units": "其余单元",
    "forget gate above 0.9, U = 0": "遗忘门高于 0.9 的单元，U = 0",
    "all other units, U = 0": "其余单元，U = 0",
    "marked steps": "有标记的步",
    "other steps": "其他步",
    "unit": "单元",
    "memory time 1 / (1 - f), in steps": "记忆时长 1 / (1 - f)（步）",
    r"$|\partial L/\partial c_t|$ before training": r"训练之前的 $|\partial L/\partial c_t|$",
    r"$|\partial L/\partial h_t|$ before training": r"训练之前的 $|\partial L/\partial h_t|$",
    "Keras' default": "Keras 默认值",
    "forget 3": "遗忘偏置 3",
    "forget 5": "遗忘偏置 5",
    "forget 5, input -5": "遗忘偏置 5，输入偏置 -5",
    "size of $c_t$": "$c_t$ 的大小",
    "slope of tanh at $c_t$": "tanh 在 $c_t$ 处的斜率",
    "norm of the first 20 steps": "最初 20 步的梯度范数",
    "saturated gates before training": "训练之前饱和的比例",
    # lessons 8 to 11
    "steps back, k": "往回走的步数 k",
    "log10 of the factor": "所乘倍数的 log10",
    "largest singular value": "最大奇异值",
    "the others": "其余奇异值",
    "this loss's gradient": "这个损失的梯度",
    "rate of the exponent": "按李雅普诺夫指数推算",
    "radius to the power of k": "谱半径的 k 次方",
    "orthogonal × 0.9": "正交矩阵 × 0.9",
    "random": "随机矩阵",
    "upper triangle": "上三角矩阵",
    "learned": "学会",
    "not learned": "没有学会",
    "exponent before training": "训练之前的指数",
    "exponent after training": "训练之后的指数",
    "training steps until learned": "学会所用的训练步数",
    "what each step adds to the gradient of $U$": "各步对 $U$ 的梯度的贡献",
    "state handed on": "交接隐状态",
    "state of zero": "隐状态从零开始",
    "loss by $\\lambda$": "损失随 $\\lambda$ 的变化",
    "loss by bias": "损失随偏置的变化",
    "$\\lambda$ - right $\\lambda$": "$\\lambda$ - 正确的 $\\lambda$",
    "$b$ - right $b$": "$b$ - 正确的 $b$",
    "symbol read from the state": "从状态中读出符号的准确率",
    "c, trained": "c，训练后",
    "h, trained": "h，训练后",
    "c, untrained": "c，未训练",
    "h, untrained": "h，未训练",
    "answers that name the partner's symbol": "改说对方符号的比例",
    "c swapped": "交换 c",
    "h swapped": "交换 h",
    "both swapped": "两者都交换",
    "right answers": "准确率",
    "erased after step $t$": "抹去的时间步 $t$",
    "c erased once": "抹去一次 c",
    "h erased once": "抹去一次 h",
    "round": "轮次",
    # the toolkit's own pictures
    "learned layer": "学习到的神经网络层",
    "pointwise": "逐点运算",
    "vector": "向量",
    "concatenate": "合并",
    "copy": "复制",
    "The LSTM's module": "LSTM 的模块",
    r"$c_{t-1} \rightarrow c_t$: the line that only circles touch": (
        r"$c_{t-1} \rightarrow c_t$：这条线上只有两个圆圈"
    ),
    "share of seeds that learned": "学会的种子所占比例",
    "Up to which gap does it learn? (bars: 95 % intervals)": (
        "能学会多大的间隔？（竖线：95% 区间）"
    ),
    "gap, steps": "间隔（步）",
    "horizon before training, steps": "训练之前的梯度可达步数",
    "How far back does the gradient reach, before training?": "训练之前，梯度能回传多远？",
    "all of it ": "整个序列 ",
    # lessons 12 to 15
    "word": "第几个词",
    "country": "国家",
    "loss, word taken away": "拿掉该词后损失的增量",
    "letter of the window": "窗口中的第几个字",
    "from zeros": "从零开始",
    "stateful": "有状态（stateful）",
    "last state": "最后的状态",
    "mean": "平均",
    "attention": "注意力",
    "both ways": "双向",
    "both ways, backwards": "双向，倒着读",
    "attention weights": "注意力权重",
    "place of the symbol (question at 79)": "符号的位置（问号在第 79 步）",
    "SimpleRNN, gap 5": "SimpleRNN，间隔 5",
    "LSTM, gap 100": "LSTM，间隔 100",
    "chrono LSTM, gap 100": "chrono LSTM，间隔 100",
    "right answers, by units": "准确率（单元数不同）",
    r"$R^2$, by the noise": r"$R^2$（噪声大小不同）",
    "gradient": "梯度",
    "delay $k$, in steps": "延迟 $k$（步）",
    "The GRU's module": "GRU 的模块",
    r"$h_{t-1} \rightarrow h_t$: one line, the memory and the output": (
        r"$h_{t-1} \rightarrow h_t$：一条线，既是记忆，也是输出"
    ),
    "memory time": "最长的记忆时长",
    "reach": "梯度可达步数",
    "learned gap": "学会的间隔",
    "GRU, 2 steps": "GRU，2 步",
    "leaky, 2 steps": "泄漏单元，2 步",
    "leaky, spread": "泄漏单元，长短不一",
    "minGRU, 2 steps": "minGRU，2 步",
    "linear, 2 steps": "线性，2 步",
    "linear, spread": "线性，长短不一",
    "linear, spread, LayerNorm": "线性，长短不一，层归一化",
    "leaky, spread, LayerNorm": "泄漏单元，长短不一，层归一化",
    "leaky, spread, times 8": "泄漏单元，长短不一，乘以 8",
    "gap (steps)": "间隔（步）",
}

_EVERYDAY = {
    "en": """\
the clouds are in the sky
the fish swim in the sea
the cars drive on the road
the pupils sit in the classroom
the bread is in the oven
the milk is in the fridge
the birds sing in the tree
the boats float on the river
the books stand on the shelf
the stars shine at the night
""",
    "zh": """\
白云 飘 在 天空
鱼儿 游 在 水里
汽车 停 在 路边
学生 坐 在 教室
面包 放 在 烤箱
牛奶 放 在 冰箱
小鸟 唱 在 枝头
小船 浮 在 河面
书本 摆 在 书架
月亮 挂 在 夜空
""",
}


def everyday_sentences(language: str) -> list[str]:
    """Return sentences whose last word follows from their first noun, a few words before."""
    return _EVERYDAY[language].splitlines()
