"""A look inside some runs of a study: the live view as a page beside the report."""

import pathlib

from keras_rnn_study.live_view.page import page_of
from keras_rnn_study.live_view.reading import read_recording
from keras_rnn_study.live_view.recording import Recording
from keras_rnn_study.live_view.showing import merged
from keras_rnn_study.study.directory import StudyDirectory
from keras_rnn_study.study.report.summary import Condition, lines

VIEW_FILE = "view.html"


def view_page(found: list[Condition], study: StudyDirectory) -> str | None:
    """Return the view of one run of each line: at its largest gap, the first that recorded for it.

    Args:
        found: `Condition`s of all tasks.
        study: Where the runs are.

    Returns:
        The page, which needs no other file; `None` where no run recorded for the view.
    """
    tasks = list(dict.fromkeys(c.run.facts.label for c in found))
    recordings = []
    for task in tasks:
        of_task = [c for c in found if c.run.facts.label == task]
        for label, members in lines(of_task).items():
            last = members[-1]
            name = f"{label}, {last.run.facts.size_name} {last.run.size}"
            name = f"{task}: {name}" if len(tasks) > 1 else name
            inside = (_inside(study.run_path(one.run), name) for one in last.results)
            recordings += [next(filter(None, inside), Recording())]
    recording = merged(recordings)
    return page_of(recording, title=", ".join(tasks)) if recording.frames else None


def _inside(path: pathlib.Path, name: str) -> Recording | None:
    """Return what a run recorded, under a name for people; `None`: nothing."""
    try:
        recording = read_recording(path)
    except ValueError:
        return None
    return Recording(
        {(name, layer, part): facts for (_, layer, part), facts in recording.facts.items()},
        {(name, layer, part): frames for (_, layer, part), frames in recording.frames.items()},
        dict(zip([name], recording.lines.values(), strict=False)),
    )
