"""What there is to know about tasks before a sample is drawn, for a terminal of 80 columns."""

from rich import box
from rich.table import Table
from rich.text import Text

from keras_rnn_study.datasets import catalog
from keras_rnn_study.datasets.task import Task
from keras_rnn_study.task_views.sample import Sample

_EXAMPLE_COLUMNS = 54


def task_list() -> Table:
    """List all tasks: what is asked, an example, and what guessing gets."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("task", no_wrap=True)
    table.add_column("what is asked, and an example")
    table.add_column("chance", justify="right", no_wrap=True)
    for name in catalog.TASK_NAMES:
        task = catalog.get(name).TASK
        example = Text(_shortened(task.example), style="dim")
        asked = Text("\n").join([Text(task.summary), example])
        table.add_row(Text(name, style="bold"), asked, f"{task.chance:.3f}")
    return table


def facts(sample: Sample) -> Table:
    """Lay out what `facts_of` tells."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    for name, fact in facts_of(sample).items():
        table.add_row(name, Text(fact))
    return table


def variants(task: Task) -> Table:
    """Lay out what `variants_of` tells."""
    rows = variants_of(task)
    table = Table(*rows[0], box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for row in rows:
        table.add_row(*row.values())
    return table


def facts_of(sample: Sample) -> dict[str, str]:
    """Tell what a model has to know of a task: shapes, score, loss, split; and its source.

    Args:
        sample: A sample of the task, for the data type of the answer and the size.
    """
    task = sample.task
    answer_shape = _shape(*(None if size > 1 else size for size in sample.y.shape))
    return {
        "example": task.example,
        "x": f"{task.input_dtype}, {_shape(*task.input_shape)}{_tokens(task)}",
        "y": f"{sample.y.dtype}, {answer_shape}: {_answer(task)}",
        "score": _score(task),
        "loss": f"{task.loss}; {task.baseline_loss(sample.size):.3f} without the evidence "
        f"({task.size_name} {sample.size})",
        "split": _split(task),
        "source": task.source,
    }


def variants_of(task: Task) -> list[dict[str, str]]:
    """Tell of each variant the size that it takes, its inputs and its score."""
    return [
        {
            "variant": name,
            "takes": f"{variant.size_name} {variant.min_size}...",
            "x": _shape(*variant.input_shape).replace("batch, ", ""),
            "chance": f"{variant.chance:.3f}",
            "learned at": f"error {variant.success:.3g}"
            if variant.metric == "mean_squared_error"
            else f"{variant.success:.3g}{_within(variant)}",
        }
        for name, variant in task.variants.items()
    ]


def _shape(*sizes: int | None) -> str:
    names = ["batch", *("time" if size is None else str(size) for size in sizes)]
    return f"({', '.join(names)}{',' if len(names) == 1 else ''})"


def _tokens(task: Task) -> str:
    if task.vocabulary_size:
        return f": tokens below {task.vocabulary_size}"
    return ", padded with zeros at the end" if task.padded else ""


def _answer(task: Task) -> str:
    what = f"1 class of {task.num_classes}" if task.num_classes else "a number"
    if not task.every_step:
        return f"{what}, due at the last step"
    return f"{what} at every step; the score counts {_due(task)}"


def _due(task: Task) -> str:
    """Say in words which steps ask for the evidence."""
    first, last = task.due
    if last == -1:
        return "the last" if first == last else f"the last {-first}"
    return "the one before the last" if first == last == -2 else f"steps {first} to {last}"


def _score(task: Task) -> str:
    if task.metric == "mean_squared_error":
        return f"mean squared error; chance {task.chance:.3f}, learned up to {task.success:.3g}"
    right = f", right{_within(task)}" if task.tolerance else ""
    return f"accuracy{right}; chance {task.chance:.3f}, learned from {task.success:.3g}"


def _within(task: Task) -> str:
    return f" within {task.tolerance:g}" if task.tolerance else ""


def _shortened(example: str) -> str:
    """Leave out steps from the middle, so that the answer stays."""
    inputs, arrow, answer = example.partition(" -> ")
    rest = _EXAMPLE_COLUMNS - len(arrow + answer)
    if len(inputs) <= rest:
        return example
    start, end = inputs[: rest // 2].rsplit(" ", 1)[0], inputs[-rest // 4 :].split(" ", 1)[-1]
    return f"{start} ... {end}{arrow}{answer}"


def _split(task: Task) -> str:
    if task.disjoint_from is None:
        return "training and test data may share sequences"
    start = f" from {task.size_name} {task.disjoint_from} on" if task.disjoint_from else ""
    return f"training and test data share no sequence{start}"
