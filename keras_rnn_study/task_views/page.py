"""All that there is to see of a task on one page of a terminal."""

from rich.console import Group, RenderableType
from rich.text import Text

from keras_rnn_study.task_views import facts, listing, ruler
from keras_rnn_study.task_views.sample import Sample


def page(sample: Sample, width: int) -> RenderableType:
    """Show a task's facts, its variants, and one sample of it.

    Args:
        sample: The sample; the facts are those of its task.
        width: Number of columns that there are.
    """
    task = sample.task
    parts: list[RenderableType] = [Text.assemble((f"{task.label}: ", "bold"), task.summary), Text()]
    parts.append(facts.facts(sample))
    if task.variants:
        parts += [Text("\nVariants", style="bold"), facts.variants(task)]
    parts += [Text(f"\n{heading(sample)}", style="bold"), *sample_lines(sample, width)]
    return Group(*parts)


def heading(sample: Sample) -> str:
    """Say in a line which sample it is.

    Example:
        >>> from keras_rnn_study.task_views.sample import draw
        >>> heading(draw("recall", gap=3, seed=1))
        'One sample: gap 3, seed 1, 5 steps; answer: A'
    """
    parts = [f"{sample.task.size_name} {sample.size}"]
    if sample.task.size_name != "gap":
        parts.append(f"gap {len(sample.gap)}")
    parts.append(f"seed {sample.seed}")
    padding = f" and {sample.padding} of padding" if sample.padding else ""
    parts.append(f"{len(sample.names)} steps{padding}")
    return f"One sample: {', '.join(parts)}; answer: {sample.answer}"


def sample_lines(sample: Sample, width: int) -> list[Text]:
    """Show a sample to scale, and its steps by name unless the scale has them."""
    lines = ruler.ruler(sample, width)
    if not ruler.names_all_steps(sample, width):
        lines += [Text(), *listing.listing(sample, width)]
    for line in lines:
        line.no_wrap, line.overflow = True, "ignore"
    return lines
