"""TensorBoard's tab "RNN": serves the view and the frames of the runs that are open.

An entry point that fails to import ends TensorBoard, so this imports nothing but it, its server and
modules that import nothing else.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from typing import Any

from tensorboard.backend import http_util
from tensorboard.data import provider
from tensorboard.data.provider import RunTagFilter
from tensorboard.plugins import base_plugin
from werkzeug import wrappers

from keras_rnn_study.live_view import findings
from keras_rnn_study.live_view.index import (
    Line,
    Run,
    Series,
    index_of,
    line_name,
    line_of,
    short_names,
)

PLUGIN_NAME = "rnn"

# TensorBoard calls what is exported by this name.
_TAB = 'import view from "./view.js";\nexport const render = () => view.served();\n'

_MOST_RECORDS = 1_000_000  # of a series; the data provider wants a number
_MOST_KEPT = 24  # series, as the data provider gives only all of one, each time anew


class Loader(base_plugin.TBLoader):
    """Loads the tab, and keeps TensorBoard from dropping frames at random."""

    def fix_flags(self, flags: Any) -> None:
        """Keep all frames, where the user said nothing of them: else step 0 may be missing."""
        chosen = getattr(flags, "samples_per_plugin", None)
        if isinstance(chosen, dict):
            chosen.setdefault(PLUGIN_NAME, 0)

    def load(self, context: base_plugin.TBContext) -> base_plugin.TBPlugin:
        """Return the tab."""
        return Tab(context)


class Tab(base_plugin.TBPlugin):
    """The tab: its script, an index of what there is, and frames on request."""

    plugin_name = PLUGIN_NAME

    def __init__(self, context: base_plugin.TBContext) -> None:
        self._data = context.data_provider
        self._kept: dict[tuple[str, str, str], tuple[object, Sequence[Any]]] = {}

    def get_plugin_apps(self) -> dict[str, Callable[..., Any]]:
        """Return the routes."""
        routes = {
            "/tab.js": self._tab,
            "/view.js": self._script,
            "/runs": self._runs,
            "/frames": self._frames,
        }
        return {path: wrappers.Request.application(answer) for path, answer in routes.items()}

    def is_active(self) -> bool:
        """Return False: TensorBoard shows the tab by itself where data carries its name."""
        return False

    def frontend_metadata(self) -> base_plugin.FrontendMetadata:
        """Return how the tab is called and which script draws it."""
        return base_plugin.FrontendMetadata(es_module_path="/tab.js", tab_name="RNN")

    def index(self, ctx: Any, experiment: str) -> dict[str, dict[str, Run]]:
        """Return runs, layers, records and lines, by the names that the view shows."""
        listed = self._data.list_tensors(ctx, experiment_id=experiment, plugin_name=PLUGIN_NAME)
        names = short_names(list(listed))
        series: dict[str, dict[str, Series]] = {}
        found = {}
        for run, tags in listed.items():
            for tag, listing in tags.items():
                data = self._read(ctx, experiment, run, tag, listing)
                if tag == findings.TAG and data:
                    found[names[run]] = findings.read_findings(data[-1].numpy.tobytes())
                steps = [datum.step for datum in data]
                series.setdefault(names[run], {})[tag] = Series(listing.plugin_content, steps)
        return index_of(series, self._lines(ctx, experiment, names), found)

    def frames(
        self, ctx: Any, experiment: str, run: str, tag: str, first: int, last: int
    ) -> bytes | None:
        """Return the packed frames first to last of a series; `None` if there is no such."""
        listed = self._data.list_tensors(ctx, experiment_id=experiment, plugin_name=PLUGIN_NAME)
        full = {short: name for name, short in short_names(list(listed)).items()}.get(run)
        if full is None or tag not in listed[full] or not 0 <= first <= last:
            return None
        data = self._read(ctx, experiment, full, tag, listed[full][tag])
        return b"".join(datum.numpy.tobytes() for datum in data[first : last + 1])

    def _read(
        self, ctx: Any, experiment: str, run: str, tag: str, listing: provider.TensorTimeSeries
    ) -> Sequence[Any]:
        """Return a series; a kept one, unless it has grown."""
        key, state = (experiment, run, tag), (listing.max_step, listing.max_wall_time)
        kept_state, data = self._kept.pop(key, (None, ()))
        if kept_state != state:
            read = self._data.read_tensors(
                ctx,
                experiment_id=experiment,
                plugin_name=PLUGIN_NAME,
                downsample=_MOST_RECORDS,
                run_tag_filter=RunTagFilter(runs=[run], tags=[tag]),
            )
            data = read.get(run, {}).get(tag, ())
        self._kept[key] = (state, data)  # the last one used is the last one dropped
        while len(self._kept) > _MOST_KEPT:
            self._kept.pop(next(iter(self._kept)), None)
        return data

    def _lines(
        self, ctx: Any, experiment: str, names: Mapping[str, str]
    ) -> dict[str, dict[str, Line]]:
        """Return the lines of each run, by the names that the view shows."""
        listed = self._data.list_scalars(ctx, experiment_id=experiment, plugin_name="scalars")
        tags = {tag for run in names for tag in listed.get(run, ()) if line_name(tag)}
        read = self._data.read_scalars(
            ctx,
            experiment_id=experiment,
            plugin_name="scalars",
            downsample=_MOST_RECORDS,
            run_tag_filter=RunTagFilter(runs=list(names), tags=sorted(tags)),
        )
        return {
            names[run]: {
                str(line_name(tag)): line_of([d.step for d in data], [d.value for d in data])
                for tag, data in of_run.items()
            }
            for run, of_run in read.items()
        }

    def _tab(self, request: wrappers.Request) -> wrappers.Response:
        return http_util.Respond(request, _TAB, "application/javascript")

    def _script(self, request: wrappers.Request) -> wrappers.Response:
        text = resources.files(__package__).joinpath("static/view.js").read_text(encoding="utf-8")
        return http_util.Respond(request, text, "application/javascript")

    def _runs(self, request: wrappers.Request) -> wrappers.Response:
        found = self.index(*_asked(request))
        return http_util.Respond(request, json.dumps(found), "application/json")

    def _frames(self, request: wrappers.Request) -> wrappers.Response:
        asked = request.args
        first, last = asked.get("first", -1, type=int), asked.get("last", -1, type=int)
        tag = f"frame/{asked.get('layer', '')}/{asked.get('part', '')}"
        data = self.frames(*_asked(request), asked.get("run", ""), tag, first, last)
        if data is None:
            return http_util.Respond(request, "There are no such frames.", "text/plain", code=404)
        return http_util.Respond(request, data, "application/octet-stream")


def _asked(request: wrappers.Request) -> tuple[Any, str]:
    """Return context and experiment of a request, as TensorBoard's own plugins read them."""
    from tensorboard import plugin_util

    environment = request.environ
    return plugin_util.context(environment), plugin_util.experiment_id(environment)
