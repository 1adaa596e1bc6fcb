"""What commands have in common: the terminal, options, errors in a line."""

import contextlib
import os
import re
import time
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

console = Console()

Verbose = Annotated[bool, typer.Option("--verbose", help="Show TensorFlow's own messages too.")]
_OPTIONS = (
    "task|cell|init|gap|length|variant|units|layers|steps|batch_size|learning_rate|seed|seeds|"
    "jobs|size"
)
LogDir = Annotated[
    str | None,
    typer.Option(help="Where to write events.", show_default="runs/<time>", metavar="DIRECTORY"),
]


def new_log_dir(name):
    """A directory that no earlier run has: `runs/fit-20261124-093000`."""
    return os.path.join("runs", time.strftime(f"{name}-%Y%m%d-%H%M%S"))


def as_typed(message):
    """What the library calls gap=100 is --gap 100 to whoever types.

    Example:

    >>> as_typed("Pass, for example, gap=100, or init='chrono'.")
    'Pass, for example, --gap 100, or --init chrono.'
    """
    return re.sub(rf"(?<!--set )\b({_OPTIONS})=('?)([\w.+-]*\w|\[\])\2", _option, message)


def _option(match):
    return f"--{match[1].replace('_', '-')} {match[3]}"


def assignments(texts):
    """Pairs of name and value, of what follows `--set`.

    Example:

    >>> assignments(["units=32,64", "clipnorm = none"])
    [('units', '32,64'), ('clipnorm', 'none')]
    """
    pairs = [text.partition("=") for text in texts]
    for text, (name, equals, value) in zip(texts, pairs, strict=True):
        if not (name.strip() and equals and value.strip()):
            raise ValueError(
                f"--set takes a name and a value, but {text!r} was given. Pass, for example, "
                "--set units=64."
            )
    return [(name.strip(), value.strip()) for name, _, value in pairs]


@contextlib.contextmanager
def errors_in_a_line():
    """A mistake in what was asked for is told in a line, not in a traceback."""
    try:
        yield
    except (ValueError, ModuleNotFoundError, OSError, MemoryError) as error:
        reason = str(error) or "There is not enough memory. Pass a smaller gap or length."
        reason = as_typed(reason)
        line = Text.assemble(("Error:", "bold red"), f" {reason}")
        Console(stderr=True).print(line, highlight=False, soft_wrap=True)
        raise typer.Exit(2) from None
