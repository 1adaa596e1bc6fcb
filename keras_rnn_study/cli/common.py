"""What commands have in common: the terminal, options, errors in a line."""

import contextlib
import itertools
import os
import time
import warnings
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

console = Console()

Verbose = Annotated[bool, typer.Option("--verbose", help="Show TensorFlow's own messages too.")]
LogDir = Annotated[
    str | None,
    typer.Option(help="Where to write events.", show_default="runs/<time>", metavar="DIRECTORY"),
]
Jobs = Annotated[int | None, typer.Option(help="Processes, a core each.", show_default="all cores")]


def new_directory(name: str) -> str:
    """Make a directory that no other run has, and return its path: `runs/fit-20261124-093000`."""
    path = os.path.join("runs", time.strftime(f"{name}-%Y%m%d-%H%M%S"))
    for tried in itertools.chain([path], (f"{path}-{number}" for number in itertools.count(2))):
        with contextlib.suppress(FileExistsError):  # of a run that began in the same second
            os.makedirs(tried)
            return tried
    raise AssertionError("unreachable: one of all numbers is free")


def number_of_jobs(asked: int | None) -> int:
    """Return how many processes to use: all cores that this process may, unless asked otherwise.

    Raises:
        ValueError: Fewer than one was asked for.
    """
    import loky

    from keras_rnn_study.arguments import whole_number

    return loky.cpu_count() if asked is None else whole_number("jobs", asked, at_least=1)


def assignments(texts: Sequence[str]) -> list[tuple[str, str]]:
    """Split what follows `--set` into pairs of name and value.

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


def serve(what: str, address: str, open_browser: bool, wait: Callable[[], object]) -> None:
    """Tell the address of what is served, open it, and wait until somebody ends it.

    Args:
        what: What is served, for people.
        address: Of it.
        open_browser: Whether to open the browser.
        wait: Function that does not return before Ctrl-C.
    """
    console.print(f"{what}: {address}", soft_wrap=True, highlight=False)
    console.print("Ctrl-C ends it.", style="dim")
    if open_browser:
        webbrowser.open(address)
    try:
        wait()
    except KeyboardInterrupt:
        console.print("Ended.")


@contextlib.contextmanager
def errors_in_a_line() -> Iterator[None]:
    """Tell a mistake in what was asked for in a line, not in a traceback."""
    try:
        yield
    except (ValueError, ModuleNotFoundError, OSError, MemoryError) as error:
        reason = str(error) or "There is not enough memory. Pass a smaller gap or length."
        line = Text.assemble(("Error:", "bold red"), f" {reason}")
        Console(stderr=True).print(line, highlight=False, soft_wrap=True)
        raise typer.Exit(2) from None


@contextlib.contextmanager
def warnings_in_a_line() -> Iterator[None]:
    """Tell what the library warns of in a line, without the place in its code."""

    def show(message: Warning | str, *place: object, **more: object) -> None:
        line = Text.assemble(("Note:", "bold yellow"), f" {message}")
        Console(stderr=True).print(line, highlight=False, soft_wrap=True)

    with warnings.catch_warnings():
        warnings.simplefilter("default", UserWarning)
        warnings.showwarning = show
        yield
