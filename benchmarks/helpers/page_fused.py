"""The sections of docs/performance.md about `fused` and about many small networks."""

from helpers.tables import (
    SIZE,
    bullets,
    cell_and_size,
    figure,
    figure_table,
    paragraph,
    section,
    table,
)


def limits(result):
    what = paragraph(
        "A bare `train_step` on a fused loop, and what all cores together need at least: for its "
        f"matrix products at the {result['gflops']} GFLOP/s that one core reaches in a large one, "
        f"and for what the loop writes and reads at the {result['gigabytes']} GB/s at which one "
        "copies memory (small sizes stay in the cache). A loop multiplies a few rows with a small "
        "kernel at each step, one step after the other, which no core does at its full speed."
    )
    rows = [
        [
            cell_and_size(name),
            figure(f["bare step, ms"], 1),
            f"{f['products, ms']:.2f}",
            f"{f['memory, ms']:.2f}",
            figure(f["step over limit"], 1),
        ]
        for name, f in result["figures"].items()
    ]
    head = [SIZE, "bare step, ms", "products, ms", "memory, ms", "step over the larger"]
    return section("How far from the machine's limits", result, what, table(head, rows), "limits")


def start(result):
    what = paragraph(
        "The first step of a new model on its fused loop, less that of one on Keras' own: XLA "
        "compiles for each shape; a small LSTM takes `BlockLSTMV2`, which needs nothing compiled. "
        "Below 0 the fused loop starts sooner. What later steps gain, and after how many the start "
        f"is paid for; medians of {result['models']} models. Goal: 20 steps."
    )
    figures = result["figures"]
    rows = [
        [
            cell_and_size(name),
            figure(f["start, more, ms"], 0),
            figure(f["step, less, ms"], 1),
            "at once" if f["pays after, steps"][1] <= 0 else figure(f["pays after, steps"], 0),
        ]
        for name, f in figures.items()
    ]
    head = [SIZE, "first step, more, ms", "later step, less, ms", "paid after, steps"]
    return section("What a fused loop costs to start", result, what, table(head, rows), "start")


def lengths(result):
    what = paragraph(
        f"Made-up texts, {result['texts']:,} in batches of {result['batch']}, at most "
        f"{result['longest']} words, lengths spread as those of film reviews are; an `Embedding` "
        f"masks the padding, {result['units']} units. Each batch padded to its longest text, or "
        "texts of about the same length together, in one of six lengths. An epoch by `fit` on the "
        "fused loop over one on Keras' own, goal 0.8; and by how much the first epoch, which "
        "compiles, is longer, and later ones are shorter."
    )
    columns = {
        "many lengths, fused over keras": "fused over Keras",
        "first epoch, more, s": "first epoch, more, s",
        "later epoch, less, s": "later epoch, less, s",
    }

    def named(name):
        cell, batches = name.split()
        return f"`{cell}`, {batches}"

    body = figure_table(result["figures"], columns, "cell, batches", named)
    return section("Sequences of many lengths", result, what, body, "lengths")


def overhead(result):
    together = result["together"]
    what = bullets(
        "A bare `train_step` in a graph; `fit`; `fit` with `GradientNorms()`; and `fit` with "
        f"`steps_per_execution={together}`, where Keras runs so many steps in one call. Batches of "
        "64, 50 steps, 32 units, fused; *no recurrent layer*: the last step into `Dense(1)`, so "
        "all of it is Keras'.",
        "Studies run all steps between two checks in one call, with the same numbers to the last "
        "bit. In a script of yours `model.compile(..., steps_per_execution=20)` does it; callbacks "
        "then hear of each 20th batch, `GradientNorms` records every step all the same.",
    )
    columns = {
        "train_step, ms a step": "`train_step`, ms",
        "fit, ms a step": "`fit`, ms",
        "fit with norms, ms a step": "with `GradientNorms`, ms",
        "fit, steps together, ms a step": f"{together} steps in a call, ms",
        "steps together over fit": "over `fit`",
    }

    def named(name):
        return name if name.startswith("no") else cell_and_size(name)

    body = figure_table(result["figures"], columns, "model", named)
    return section("What `fit` itself costs", result, what, body, "overhead")


def seeds(result):
    what = paragraph(
        f"{result['seeds']} networks that differ in seed only, trained together as one model, over "
        "one alone: each network's own fused loop, all in one graph; or with one more axis, every "
        "product a batched one, compiled by XLA. The goal was 3; two processes that take the runs "
        "in turn need about 5.4 (above), and let each run stop when it has learned. So studies "
        "train each run for itself: a small network does not leave a core idle."
    )
    columns = {
        "one alone, ms a step": "one alone, ms a step",
        "ten in one graph, over one": "in one graph, over one",
        "ten along an axis, over one": "along an axis, over one",
    }
    return section(
        "Seeds together", result, what, figure_table(result["figures"], columns), "seeds"
    )
