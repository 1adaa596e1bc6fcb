"""The sections of docs/performance.md: each from the result file of its name."""

import statistics

from helpers.tables import (
    SIZE,
    again,
    bullets,
    cell_and_size,
    figure,
    figure_table,
    measured_on,
    paragraph,
    table,
)

NORMS, ALL_THREE = (
    "norms of every step",
    ("all three, each epoch", "all three, every 10 steps"),
)


def recording(result):
    figures, pairs = result["figures"], f"up to {result['pairs']} ratios"
    columns = [NORMS, *ALL_THREE, "trace over a step"]
    what = bullets(
        f"**Norms of every step**: `fit` of an epoch of {result['steps']} steps with "
        f"`GradientNorms(log_dir)` over one without; {pairs}. Goal: 1.02.",
        "**All three**: an epoch amid a longer `fit` with `GradientNorms`, `GradientFlow` and "
        "`GateActivations`, which trace a batch and draw, over one without. The mean of the "
        f"epochs of a `fit` of {result['epochs']}, of which the first and the last do not count; "
        f"up to {result['trainings']} ratios. Goals: 1.03 with a trace an epoch, 1.10 with one "
        "every 10 steps.",
        "**A trace** over a training step of the same batch, by `train_on_batch`; "
        f"{pairs}. Goal: 1.0.",
    )
    once = paragraph(
        "What all three add once to a training, in ms: before the first epoch (the first trace), "
        "and after the last step (the last trace, and the drawings that the training ends with)."
    )
    once_columns = {
        f"{kind}, {key}, ms": f"{kind}: {at}"
        for kind in ALL_THREE
        for key, at in (("begin", "before"), ("end", "after"))
    }
    return f"""
## Recording

{measured_on(result)}

{what}

{figure_table(figures, dict(zip(columns, columns, strict=True)))}

{once}

{figure_table(figures, once_columns)}

{again("recording")}
"""


def memory(result):
    kinds, rows = ("bare", NORMS, ALL_THREE[0]), []
    for name, f in result["figures"].items():
        peaks = [f[f"{kind}, MiB"] for kind in kinds]
        more = [f"{peak[1] - peaks[0][1]:+.0f}" for peak in peaks[1:]]
        rows.append([cell_and_size(name), *(figure(peak, 0) for peak in peaks), *more])
    what = paragraph(
        "Peak of the whole process in MiB, Python and TensorFlow included, each training in a "
        f"process of its own: {result['epochs']} epochs of {result['steps']} steps; medians of "
        f"{result['repeats']}. With all three it includes Matplotlib, which draws, and XLA, which "
        "takes some 85 MiB for the first loop that a process compiles, whatever its size."
    )
    return f"""
## Memory

{measured_on(result)}

{what}

{table([SIZE, *kinds, "norms add", "all three add"], rows)}

{again("memory")}
"""


def growth(result):
    usual = "{time} time steps, {units} units, {layers} layer, a batch of {batch}"
    what = paragraph(
        f"An `{result['cell']}`; what does not grow stays at {usual.format(**result['usual'])}. A "
        f"training step, one with `GradientNorms`, and a trace; medians of "
        f"{result['repeats']}, of ms and of ratios. An exponent p says that the cost grows like "
        "n^p: the slope of the least-squares line through the logarithms, of all points, and of "
        "the upper half, as what is small costs mostly overhead. Memory: what the first trace "
        "adds to a process at its peak, compiling included, and the arrays that it returns."
    )
    tables = "\n\n".join(growth_table(f) for f in result["figures"].values())
    return f"""
## How the cost grows

{measured_on(result)}

{what}

{tables}

{again("growth")}
"""


def growth_table(figures):
    what, values = next(iter(figures.items()))
    rows = []
    for side in ("step", "recorded step", "trace"):
        times = [rounded(quartiles[1]) for quartiles in figures[f"{side}, ms"]]
        exponents = [figures[f"{side}, exponent"], figures[f"{side}, exponent above"]]
        rows.append([f"{side}, ms", *times, *(f"{exponent:.2f}" for exponent in exponents)])
    for side in ("recorded step", "trace"):
        ratios = [figure(quartiles) for quartiles in figures[f"{side} over step"]]
        rows.append([f"{side} over step", *ratios, "", ""])
    for memory in ("trace, peak, MiB", "trace, returned, MiB"):
        if memory in figures:
            rows.append([memory, *(f"{value:,.0f}" for value in figures[memory]), "", ""])
    return table([what, *(f"{v:,}" for v in values), "exponent", "of the upper half"], rows)


def rounded(number):
    """Three digits, and all of those before the point."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def peers(result):
    what = bullets(
        "**Norms**: `fit` with `GradientNorms`, and with a callback that differentiates the batch "
        "once more after each step (ten lines, compiled), over bare `fit`.",
        "**Gradients of every time step**: `trace` over a training step of Keras; in PyTorch the "
        "loop unrolled over a cell, with `retain_grad` on each h_t, over a training step of its "
        "own layer; and one over the other.",
    )
    threads = paragraph(
        "On a CPU, PyTorch runs with one thread and with all, and the faster of the two counts."
    )
    columns = {
        "norms over bare": "`GradientNorms`",
        "recomputed over bare": "recomputed",
        "trace over step": "`trace`",
        "unrolled over torch step": "PyTorch, unrolled",
        "trace over unrolled": "`trace` over PyTorch, unrolled",
    }
    return f"""
## Other ways to the same

{measured_on(result, "torch")}
Up to {result["pairs"]} ratios. {threads}

{what}

{figure_table(result["figures"], columns)}
{bare_training(result["figures"])}
{again("peers")}
"""


def bare_training(figures):
    columns = {
        "keras over torch": "Keras over PyTorch",
        "fused over torch": "`fused` over PyTorch",
        "fused over keras": "`fused` over Keras",
        "bare over torch": "bare `fused` step over PyTorch",
        "fit over torch with a loader": "`fused` over PyTorch with a loader",
    }
    columns = {c: head for c, head in columns.items() if any(c in f for f in figures.values())}
    compared = {name: f for name, f in figures.items() if "keras over torch" in f}
    if not compared:
        return ""
    what = paragraph(
        "**Bare training**: an epoch by `fit` with Keras' own loop, and with `fused(model)`, over "
        "as many steps with PyTorch's own layer (`nn.RNN`, `nn.LSTM`, `nn.GRU`), which is fused. "
        "That compares `fit`, which counts steps and calls callbacks, with a loop of five lines. "
        "The last two columns compare like with like: `train_step` without `fit` over that loop, "
        "and `fit` over one with a `DataLoader` and a running loss. Goals: at most 1.0 in these "
        "two; never above 1.0 of the time of Keras."
    )
    rows = [
        [cell_and_size(n), figure(f["torch step, ms"], 1), *(figure(f[c]) for c in columns)]
        for n, f in compared.items()
    ]
    for cell in dict.fromkeys(name.partition(" ")[0] for name in compared):
        of_cell = [f for name, f in compared.items() if name.startswith(f"{cell} ")]
        means = [statistics.geometric_mean(f[c][1] for f in of_cell) for c in columns]
        rows.append([f"`{cell}`, geometric mean", "", *(f"**{mean:.2f}**" for mean in means)])
    return f"""
{what}

{table([SIZE, "a step of PyTorch, ms", *columns.values()], rows)}
"""


def generation(result):
    digits = {"batch over step": 3, "batch over loop": 3, "fit on stream": 2}
    rows = [
        [f"`{name}`", *(figure(f[what], n) for what, n in digits.items())]
        for name, f in result["figures"].items()
    ]
    steps = result["steps"]
    what = bullets(
        f"**A batch over a step**: `make` of {steps} batches over training {steps} steps on a "
        "batch that lies ready. Beyond this, `stream` draws while the model trains.",
        "**A batch over a plain loop**: the same samples made one by one in plain Python "
        "(`benchmarks/plain_loops.py`).",
        f"**Training on `stream`** over training on arrays of {steps} batches that were made "
        "before.",
    )
    model = paragraph(
        f"Up to {result['pairs']} ratios. Batches of 64 at a gap of 50; the model is the smallest, "
        "a SimpleRNN of 32 units."
    )
    head = ["task", "a batch over a step", "a batch over a plain loop", "training on `stream`"]
    return f"""
## Fresh data

{measured_on(result, "numpy")}
{model}

{what}

{table(head, rows)}

{again("generation")}
"""


def scaling(result):
    figures = result["figures"]
    [ratio] = figures["one job over two"].values()
    [at_best] = figures["one process over two, plain loops"].values()
    rows = [[name.removesuffix(", s"), figure(q)] for name, q in figures["a run"].items()]
    text = paragraph(
        f"A study of {result['runs']} runs (recall, SimpleRNN and LSTM, gaps of 50 and 100, "
        f"{result['steps']} updates each), one TensorFlow thread a run. Two processes finish it "
        f"**{figure(ratio)} times** as fast as one (goal: 1.7), starting, building and compiling "
        f"included: {figure(figures['sweep']['2 jobs, s'], 0)} s after "
        f"{figure(figures['sweep']['1 jobs, s'], 0)} s. Two plain loops in NumPy that have nothing "
        f"in common save {figure(at_best)} times on this machine. Medians with quartiles, of a "
        "run's seconds:"
    )
    rest = paragraph(
        "The rest is the traces at each check, data, events, and for the first run of its kind in "
        "a worker, building and compiling a model; later ones share it. To start TensorFlow took "
        "each worker some seconds more, once."
    )
    return f"""
## Studies

{measured_on(result)}

{text}

{table(["of a run", "s"], rows)}

{rest}

{again("scaling")}
"""
