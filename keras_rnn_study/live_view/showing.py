"""`view`: the live view of a trace, of callbacks after a fit, or of a log directory."""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

import numpy as np

from keras_rnn_study.arguments import check_choice, shown, whole_number
from keras_rnn_study.live_view.frames import facts_of, frame_of
from keras_rnn_study.live_view.page import check_language
from keras_rnn_study.live_view.recording import Recording

if TYPE_CHECKING:
    from keras_rnn_study.live_view.notebook import View
    from keras_rnn_study.tracing.result import Trace


@runtime_checkable
class Recorded(Protocol):
    """What has been recorded, such as a callback after a fit."""

    def recording(self) -> Recording:
        """Return the frames."""


def view(
    what: "Trace | Recorded | Sequence[Recorded] | str | os.PathLike[str]",
    *,
    language: str | None = None,
    theme: str | None = None,
) -> "View":
    """Show the live view in a notebook; `.save("page.html")` writes it as a page.

    Args:
        what: A `Trace`; one callback or several after a fit, `GradientFlow` and `GateActivations`;
            or a directory that they wrote to, or one above it.
        language: "en" or "zh"; `None`: the browser's.
        theme: "light" or "dark"; `None`: the browser's.

    Returns:
        `View`, a widget.

    Raises:
        ValueError: It is none of these, or nothing was recorded.
        ModuleNotFoundError: The extra "notebooks" is not installed.
    """
    check_language(language)
    if theme is not None:
        check_choice("theme", theme, ("light", "dark"))
    recording = recording_of(what)  # before the widget's library is asked for
    from keras_rnn_study.live_view.notebook import View

    return View(recording, language=language, theme=theme)


def recording_of(what: object) -> Recording:
    """Return the frames of anything that `view` takes."""
    if isinstance(what, str | os.PathLike):
        from keras_rnn_study.live_view.reading import read_recording  # which needs tensorboard

        return read_recording(what)
    if isinstance(what, Recording):
        return what
    if isinstance(what, Recorded):
        return what.recording()
    if isinstance(what, list | tuple) and what and all(isinstance(one, Recorded) for one in what):
        return merged([one.recording() for one in what])
    if hasattr(what, "loss") and hasattr(what, "items"):  # a trace, without importing Keras for it
        return record_trace(cast("Trace", what))
    raise ValueError(
        f"Received {type(what).__name__!s}. Expected a trace, callbacks that took part in a fit, "
        "or a log directory: view(trace(model, x, y)), view([flow, gates]) or view('logs/lstm')."
    )


def record_trace(
    trace: "Trace",
    *,
    step: int = 0,
    samples: int = 1,
    tokens: Sequence[Sequence[str]] = (),
    evidence: np.ndarray | None = None,
    run: str = "trace",
) -> Recording:
    """Return the frames of one trace.

    Args:
        trace: A `Trace`.
        step: The training step that it stands for.
        samples: How many of its samples, from the first one on.
        tokens: What stands at each step, for each sample; may be empty.
        evidence: Booleans (samples, time), the steps that decide the answer; `None`: unknown.
        run: Name that the view shows.
    """
    if not isinstance(trace, Mapping) or not hasattr(trace, "loss"):
        raise ValueError(
            f"Received {type(trace).__name__}; expected what trace(model, x, y) returns."
        )
    step = whole_number("step", step, at_least=0)
    samples = whole_number("samples", samples, at_least=1)
    if not _are_lists(tokens):
        raise ValueError(
            f"Received tokens={shown(tokens)}; expected a list of str for each sample, such as "
            "recall.tokens(x)."
        )
    if evidence is not None and not _are_booleans(evidence):
        raise ValueError(
            f"Received evidence={shown(evidence)}; expected booleans (samples, time), such as "
            "recall.evidence(x)."
        )
    if not isinstance(run, str):
        raise ValueError(f"Received run={shown(run)}; expected a name, such as run='lstm'.")
    made = Recording()
    for name, layer in trace.items():
        parts = ("values",) if layer.state_gradients is None else ("flow", "values", "gradients")
        for part in parts:
            key = (run, name, part)
            made.facts[key] = facts_of(layer, part, samples, tokens, evidence)
            made.frames[key] = {step: frame_of(layer, part, step, samples)}
    return made


def _are_lists(tokens: object) -> bool:
    """Return whether this is a list of lists; a word is one of letters, and is not meant."""

    def is_list(one: object) -> bool:
        return isinstance(one, Sequence) and not isinstance(one, str | bytes)

    return is_list(tokens) and all(map(is_list, cast("Sequence[object]", tokens)))


def _are_booleans(evidence: object) -> bool:
    try:
        array = np.asarray(evidence)
    except ValueError:  # lists of several lengths
        return False
    return array.ndim == 2 and array.dtype.kind in "biuf"


def merged(recordings: Sequence[Recording]) -> Recording:
    """Return all that several recordings have; of the same record the first one's is kept."""
    made = Recording()
    for recording in recordings:
        for key, frames in recording.frames.items():
            made.frames[key] = {**frames, **made.frames.get(key, {})}
            made.facts.setdefault(key, recording.facts.get(key, b""))
        for run, lines in recording.lines.items():
            made.lines[run] = lines | made.lines.get(run, {})
        for run, found in recording.findings.items():
            made.findings.setdefault(run, found)
    return made
