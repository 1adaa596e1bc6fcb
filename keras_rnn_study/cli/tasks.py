"""`keras-rnn-study tasks`: which tasks there are, and what a sample of one looks like."""

from typing import Annotated

import typer

from keras_rnn_study.cli.common import console, errors_in_a_line
from keras_rnn_study.runs import ranges


def tasks(
    name: Annotated[
        str | None, typer.Argument(help="A task to look at.", show_default="list all")
    ] = None,
    gap: Annotated[
        int | None,
        typer.Option(help="Steps between the evidence and the answer.", show_default="20"),
    ] = None,
    length: Annotated[
        int | None,
        typer.Option(
            help="Instead of the gap, for variants that take a length.", show_default="40"
        ),
    ] = None,
    variant: Annotated[str | None, typer.Option(help="Which of the task's definitions.")] = None,
    seed: Annotated[int, typer.Option(help="Another seed gives another sample.")] = 0,
    picture: Annotated[
        str | None,
        typer.Option(help="Draw the sample to this file, too: .png, .svg or .pdf.", metavar="FILE"),
    ] = None,
) -> None:
    """List the tasks; or show one: its facts, and a sample with the gap drawn to scale."""
    from keras_rnn_study.task_views import facts, page, sample

    if name is None:
        with errors_in_a_line():
            if any(option is not None for option in (gap, length, variant, picture)):
                raise ValueError(
                    "These options need a task. Pass, for example: keras-rnn-study tasks recall"
                )
        console.print(facts.task_list())
        console.print("\nTo look at one: keras-rnn-study tasks NAME", highlight=False)
        return
    with errors_in_a_line():
        ranges.check("gap", gap)
        ranges.check("length", length)
        ranges.check("seed", seed)
        drawn = sample.draw(name, variant=variant, gap=gap, length=length, seed=seed)
        if picture is not None:
            from keras_rnn_study.task_views.picture import write

            write(drawn, picture)
    console.print(page.page(drawn, console.width), highlight=False)
    if picture is not None:
        console.print(f"Picture: {picture}", soft_wrap=True, highlight=False)
