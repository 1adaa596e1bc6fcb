"""Result files to Markdown: what the sections of docs/performance.md have in common."""

import textwrap

NAMES = {"tensorflow": "TensorFlow", "keras": "Keras", "numpy": "NumPy", "torch": "PyTorch"}
SIZE = "cell, size"


def measured_on(result, *more_packages, gpu="no GPU"):
    """The sentence that says when, where and with which versions."""
    versions = [
        f"{NAMES[name]} {result[name]}"
        for name in ("tensorflow", "keras", *more_packages)
        if name in result
    ]
    where = ", ".join(filter(None, [result["machine"], result.get("cpu"), gpu]))
    return f"Measured on {result['date']}: {where}; {', '.join(versions)}."


def paragraph(text, indent=""):
    """The text in lines of 100 characters; `indent` is for all but the first."""
    return textwrap.fill(
        " ".join(text.split()),
        100,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def bullets(*texts):
    return "\n".join(paragraph(f"- {text}", indent="  ") for text in texts)


def figure(quartiles, digits=2):
    """A median with its quartiles."""
    low, median, high = (f"{value:.{digits}f}" for value in quartiles)
    return f"{median} ({low}-{high})"


def table(head, rows):
    """The first column is text, the others are figures."""
    ruler = ["---"] + ["--:"] * (len(head) - 1)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, ruler, *rows])


def cell_and_size(name):
    """`"lstm (64, 200, 2, 32)"` as it stands in a table."""
    cell, _, size = name.partition(" ")
    return f"`{cell}` {size.strip('()')}"


def figure_table(figures, columns, head=SIZE, named=cell_and_size):
    """Quartiles of each row; rows and columns that nothing was measured for are left out.

    Args:
        figures: dict of `"lstm (64, 200, 2, 32)"` to dict of what to quartiles.
        columns: dict of what to its head.
        head: Of the first column.
        named: Function of a figures' name: what stands in the first column.
    """
    shown = [what for what in columns if any(what in f for f in figures.values())]
    rows = [
        [named(name), *(figure(f[what]) for what in shown)]
        for name, f in figures.items()
        if all(what in f for what in shown)
    ]
    return table([head, *(columns[what] for what in shown)], rows)


def again(name):
    """How to repeat a section's measurement."""
    return f"Again: `python benchmarks/{name}.py --output benchmarks/results/{name}.json`"


def section(title, result, what, body, name):
    """A section of one table: when it was measured, what the figures mean, and how to repeat it."""
    return f"\n## {title}\n\n{measured_on(result)}\n\n{what}\n\n{body}\n\n{again(name)}\n"
