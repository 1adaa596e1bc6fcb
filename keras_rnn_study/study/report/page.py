"""A study as one page that anyone can open: figures within, nothing to download."""

import base64
import math
import os
import pathlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import jinja2

from keras_rnn_study.runs.result import Result
from keras_rnn_study.study.directory import StudyDirectory
from keras_rnn_study.study.durable import as_path, make_folder, write_file
from keras_rnn_study.study.report import figures, tables
from keras_rnn_study.study.report.inside import VIEW_FILE, view_page
from keras_rnn_study.study.report.predicting import prediction
from keras_rnn_study.study.report.style import write_figure
from keras_rnn_study.study.report.summary import Condition, conditions, lines
from keras_rnn_study.study.report.tables import results_csv

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_CURVES = {
    "success": figures.success_curve,
    "updates": figures.updates_curve,
    "horizon": figures.horizon_curve,
    "prediction": figures.prediction_plot,
}


def write_report(
    study: StudyDirectory | str | os.PathLike[str], out: str | os.PathLike[str] | None = None
) -> pathlib.Path:
    """Write `report.html`, `results.csv`, and the page's figures as PNG and SVG in `figures/`.

    And `view.html`, the live view of one run of each network, where runs recorded for it, as those
    of a study's first seed do; the report has a link to it.

    Args:
        study: `StudyDirectory`, or its path; runs may still be missing.
        out: Directory to write to; `None`: the study's own.

    Returns:
        `pathlib.Path` of the page, which needs no other file.

    Raises:
        ValueError: There is no study, or no run of it yet, or `out` cannot be written.
    """
    if not isinstance(study, StudyDirectory):
        study = StudyDirectory(study)
    results = study.results()
    if not results:
        raise ValueError(
            f"{str(study.path)!r} has no finished run of {len(study.study.runs())}, so there is "
            "nothing to report. Run the sweep first; what is there can be reported at any time."
        )
    place = study.path if out is None else as_path(out)
    try:
        make_folder(place / "figures")
        inside = view_page(conditions(results), study)
        if inside is not None:
            write_file(place / VIEW_FILE, inside)
        page = _page(study, results, place / "figures", VIEW_FILE if inside else None)
        write_file(place / "results.csv", results_csv(results))
        write_file(place / "report.html", page)
    except OSError as error:
        raise ValueError(
            f"Cannot write the report to {str(place)!r}: {error.strerror}. Choose another "
            "directory."
        ) from None
    return place / "report.html"


def _page(
    study: StudyDirectory, results: list[Result], figures_dir: pathlib.Path, view: str | None
) -> str:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(__package__, "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found = conditions(results)
    tasks = dict.fromkeys(condition.run.facts.label for condition in found)
    return environment.get_template("page.html.j2").render(
        sections=[
            _section(label, [c for c in found if c.run.facts.label == label], study, figures_dir)
            for label in tasks
        ],
        view=view,
        done=len(results),
        total=len(study.study.runs()),
        settings=study.study.describe(),
        versions=study.versions(),
        broken=[result for result in results if result.failed],
        ended={why: sum(c.ended(why) for c in found) for why in ("hopeless", "not finite")},
        protocol=study.study.protocol,
    )


def _section(
    label: str, found: list[Condition], study: StudyDirectory, figures_dir: pathlib.Path
) -> dict[str, Any]:
    """Gather what the page says about one task."""
    name = "".join(letter if letter.isalnum() else "_" for letter in label).strip("_")
    drawn = {}
    for kind, draw in _CURVES.items():
        drawn[kind] = _svg(draw(found), figures_dir / f"{name}-{kind}")
    told = prediction(found)
    return {
        "label": label,
        "task": found[0].run.facts,
        "sentences": [_sentence(line, members) for line, members in lines(found).items()],
        "figures": drawn,
        "prediction": None if math.isnan(told.horizon) else told,
        "maps": list(_maps(found, study, figures_dir, name)),
        "lines": lines(found),
        "texts": tables,
        "lost": sum(condition.lost_gradients for condition in found),
    }


def _sentence(label: str, members: list[Condition]) -> str:
    """Say where a line falls below half: `"lstm learns gaps up to 10, and not 20 to 200."`"""
    name = members[0].run.facts.size_name
    good = [c.run.size for c in members if c.rate >= 0.5]
    bad = [c.run.size for c in members if not c.rate >= 0.5]
    if not bad:
        return f"{label}: most seeds learn every {name} measured, up to {good[-1]:,}."
    if not good:
        return f"{label}: most seeds learn no {name} measured, from {bad[0]:,} on."
    if max(good) < min(bad):
        return f"{label}: most seeds learn a {name} of {good[-1]:,}, and not {bad[0]:,}."
    listed = ", ".join(f"{size:,}" for size in good)
    return f"{label}: most seeds learn only {listed} of the {name}s measured."


def _maps(
    found: list[Condition], study: StudyDirectory, figures_dir: pathlib.Path, name: str
) -> Iterator[dict[str, str]]:
    """Draw a heat map for each line: its largest gap, the first seed that did not break off."""
    for number, (label, members) in enumerate(lines(found).items(), 1):
        condition = members[-1]
        for result in condition.results:
            pixels = figures.flow_map(study.history(result.run), result.run)
            if pixels is not None:
                path = figures_dir / f"{name}-gradient-flow-{number}.png"
                write_figure(pixels, path)
                yield {
                    "label": f"{label}, {result.run.facts.size_name} {result.run.size}, "
                    f"seed {result.run.seed}: {result.verdict}",
                    "data": base64.b64encode(path.read_bytes()).decode(),
                }
                break


def _svg(figure: "Figure", path: pathlib.Path) -> str:
    """Return the figure's SVG for the page; also writes it, and a PNG, beside it."""
    for suffix in (".png", ".svg"):
        write_figure(figure, path.with_name(path.name + suffix))
    text = path.with_name(path.name + ".svg").read_text(encoding="utf-8")
    return text[text.index("<svg") :]
