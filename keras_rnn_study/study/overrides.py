"""Options of the command line go before what a study's file says, also in its grids."""

from collections.abc import Mapping
from typing import Any

Settings = dict[str, Any]

_CHOSEN: Settings = dict.fromkeys(("task", "gap", "length", "variant"))
_CHOSEN |= {"cell": ["simple_rnn", "lstm"], "init": "keras"}
"""Axes by which grids of a file are chosen, and what each is where a grid does not say."""


def changed(contents: Settings, changes: Mapping[str, Any]) -> Settings:
    """Return what a file says, but for `changes`, which go before what its grids say.

    Where a task, cell, start or size is among those that grids have, the others are left out.
    """
    grids = contents.get("grids")
    if not (isinstance(grids, list) and all(isinstance(grid, dict) for grid in grids)):
        return {**contents, **changes}
    for name, usual in _CHOSEN.items():
        if name in changes:
            grids = _chosen(grids, name, _as_list(changes[name]), contents.get(name, usual))
    replaced = changes.keys() - _CHOSEN.keys()
    grids = [{name: v for name, v in grid.items() if name not in replaced} for grid in grids]
    return {**contents, **changes, "grids": grids}


def _chosen(grids: list[Settings], name: str, asked: list[Any], usual: Any) -> list[Settings]:
    """Return the grids that have some of the values asked for; if none has, all, with those."""
    with_some = []
    for grid in grids:
        values = [value for value in _as_list(grid.get(name, usual)) if value in asked]
        if values:
            with_some.append(grid | {name: values})
    return with_some or [grid | {name: asked} for grid in grids]


def _as_list(values: Any) -> list[Any]:
    return values if isinstance(values, list) else [values]
