"""One page that holds the view and what it shows: works from disk, without a network."""

import base64
import dataclasses
import json
import os
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from keras_rnn_study.arguments import check_choice, shown
from keras_rnn_study.live_view.recording import Recording

LANGUAGES = ("en", "zh")
_MOST_BYTES = 950_000
_OVERHEAD = 4 / 3  # base64


def page_of(
    recording: Recording,
    *,
    title: str = "keras_rnn_study",
    language: str | None = None,
    most_bytes: int | None = _MOST_BYTES,
) -> str:
    """Return the page as text.

    Args:
        recording: What `read_recording` returned.
        title: Of the page.
        language: "en" or "zh"; `None`: the browser's.
        most_bytes: About how large the page may be. Where all records would be more, fewer of the
            arrays by unit are kept, evenly chosen, the first and the last among them; the gradient
            flow stays whole. `None`: all are kept.

    Raises:
        ValueError: There is no such language.
    """
    import jinja2

    check_language(language)
    view = bundle()
    if most_bytes is not None:
        taken = len(view.encode()) + len(_script_json(recording.index()).encode())
        recording = thinned(recording, int((most_bytes - taken) / _OVERHEAD))
    template = jinja2.Environment(autoescape=True).from_string(
        resources.files(__package__).joinpath("page.html.j2").read_text(encoding="utf-8")
    )
    return template.render(
        title=title,
        view=view,
        data=fragment_data(recording),
        options=_script_json({"language": language}),
    )


def check_language(language: str | None) -> None:
    """Raise a ValueError unless the view has texts in that language; `None`: the browser's."""
    if language is not None:
        check_choice("language", language, LANGUAGES)


def write_page(recording: Recording, path: str | os.PathLike[str], **options: Any) -> Path:
    """Write the page; see `page_of`.

    Returns:
        The path.

    Raises:
        ValueError: The path has another ending than .html, or cannot be written.
    """
    is_path = isinstance(path, str | os.PathLike)
    path = Path(path if is_path else shown(path))
    if not is_path or path.suffix.lower() not in (".html", ".htm"):
        raise ValueError(
            f"The view is saved as a page, but {str(path)!r} was given. Pass a name that ends in "
            ".html, such as page.html."
        )
    text = page_of(recording, **options)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except (OSError, ValueError) as error:  # ValueError: a character that no path may have
        raise ValueError(f"Cannot write {str(path)!r}: {error}. Choose another path.") from error
    return path


def bundle() -> str:
    """Return the front end, one ES module."""
    return resources.files(__package__).joinpath("static/view.js").read_text(encoding="utf-8")


def fragment_data(recording: Recording) -> str:
    """Return index and frames as JSON that may stand within a script element."""
    frames = {
        key_of(*key): base64.b64encode(b"".join(one.values())).decode()
        for key, one in recording.frames.items()
    }
    return _script_json({"index": recording.index(), "frames": frames})


def key_of(run: str, layer: str, part: str) -> str:
    """Return the key under which the front end looks for frames, as JSON.stringify writes it."""
    return json.dumps([run, layer, part], separators=(",", ":"), ensure_ascii=False)


def thinned(recording: Recording, most_bytes: int) -> Recording:
    """Return the recording with so few frames by unit that all together have at most this size."""
    by_unit = {key: dict(one) for key, one in recording.frames.items() if key[2] != "flow"}
    rest = most_bytes - sum(
        len(frame)
        for key, one in recording.frames.items()
        if key[2] == "flow"
        for frame in one.values()
    )
    records = _records(by_unit, rest)
    kept = {key: _evenly(one, records) for key, one in by_unit.items()}
    return dataclasses.replace(recording, frames={**recording.frames, **kept})


def _records(frames: Mapping[tuple[str, str, str], Mapping[int, bytes]], most_bytes: int) -> int:
    """Return how many records of each series are kept, 2 at least: found by halving."""

    def fits(records: int) -> bool:
        kept = (_evenly(one, records).values() for one in frames.values())
        return sum(len(frame) for one in kept for frame in one) <= most_bytes

    low, high = 2, max((len(one) for one in frames.values()), default=0)
    if high <= low or fits(high):
        return max(low, high)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def _evenly(frames: Mapping[int, bytes], records: int) -> dict[int, bytes]:
    steps = list(frames)
    if len(steps) <= records:
        return dict(frames)
    chosen = {round(i * (len(steps) - 1) / (records - 1)) for i in range(records)}
    return {step: frames[step] for place, step in enumerate(steps) if place in chosen}


def _script_json(data: object) -> str:
    # "</script>" and "<!--" within names would end or change the element.
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
