"""Imports run one way: which folder may use which, and no circle among modules."""

import ast
import graphlib
import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[1]
PACKAGE = "keras_rnn_study"
HOMES = {"keras_rnn_study": PACKAGE, "callbacks": f"{PACKAGE}.callbacks"} | {
    "datasets": f"{PACKAGE}.datasets"
}

# Folder -> the folders that it may use. Read from below: what stands on nothing comes first.
MAY_USE = {
    "measures": [],
    "event_log": [],
    "cells": [],
    "datasets": [],
    "seams": ["cells"],
    "pictures": ["measures"],
    "tracing": ["seams", "cells", "measures"],
    "dynamics": ["tracing", "seams", "cells", "measures"],
    "live_view": ["tracing", "measures", "event_log", "pictures"],
    "diagnosis": ["tracing", "seams", "measures"],
    "callbacks": [
        "tracing",
        "dynamics",
        "diagnosis",
        "seams",
        "measures",
        "event_log",
        "pictures",
        "live_view",
    ],
    "fusion": ["seams", "cells"],
    "doctor": ["fusion", "seams", "cells"],
    "diagrams": ["tracing"],
    "task_views": ["datasets"],
    "runs": ["callbacks", "event_log", "datasets"],
    "study": ["runs", "callbacks", "event_log", "fusion", "pictures", "live_view"],
    "claims": ["study", "runs", "callbacks", "tracing", "fusion", "datasets", "measures"],
    "cli": [
        "claims",
        "study",
        "runs",
        "doctor",
        "task_views",
        "live_view",
        "event_log",
        "diagnosis",
        "datasets",
    ],
}


def modules():
    """Dotted name of each module of the package -> its parsed source."""
    parsed = {}
    for folder, package in HOMES.items():
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = path.relative_to(ROOT / folder).with_suffix("").parts
            name = ".".join([package, *parts]).removesuffix(".__init__")
            parsed[name] = ast.parse(path.read_text(encoding="utf-8"))
    return parsed


def imports(tree, known):
    """The modules of the package that a module names in an import, wherever in it that stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(PACKAGE):
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in known else offered(node.module, alias.name, known)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)


def offered(package, name, known):
    """The module that a package's stub says `name` comes from; else the package itself."""
    folder = next(
        (ROOT / folder).joinpath(*package.removeprefix(home).strip(".").split("."))
        for folder, home in sorted(HOMES.items(), key=lambda item: -len(item[1]))
        if f"{package}.".startswith(f"{home}.")
    )
    stub = folder / "__init__.pyi"
    if not stub.is_file():
        return package
    for node in ast.parse(stub.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and name in [alias.name for alias in node.names]:
            return f"{package}.{node.module}" if node.module else f"{package}.{name}"
    return package


def folder_of(module):
    """The folder that a module is in; the package's own top level has none."""
    parts = module.split(".")
    return parts[1] if len(parts) > 2 or parts[-1] in MAY_USE else None


@pytest.fixture(scope="module")
def uses():
    """Module -> the modules that it uses."""
    parsed = modules()
    return {name: set(imports(tree, parsed)) - {name} for name, tree in parsed.items()}


def test_every_folder_has_its_rule(uses):
    assert {folder_of(name) for name in uses} - {None} == set(MAY_USE)


def test_the_rules_themselves_have_no_circle():
    graphlib.TopologicalSorter(MAY_USE).prepare()


def test_folders_use_only_what_they_may(uses):
    arrows = {
        (folder_of(name), folder_of(used)): f"{name} uses {used}"
        for name, others in uses.items()
        for used in others
    }
    wrong = [
        text
        for (folder, used), text in arrows.items()
        if folder is not None and used not in (None, folder, *MAY_USE[folder])
    ]
    assert not wrong


def test_no_rule_stands_unused(uses):
    arrows = {(folder_of(n), folder_of(used)) for n, others in uses.items() for used in others}
    unused = [(f, used) for f, may in MAY_USE.items() for used in may if (f, used) not in arrows]
    assert not unused


def test_no_two_modules_use_each_other(uses):
    """Also not by way of others, nor within a function."""
    graphlib.TopologicalSorter(uses).prepare()


def test_a_module_is_not_called_like_a_name_that_its_package_offers():
    """Importing the module would hide the name."""
    for stub in (path for folder in HOMES for path in (ROOT / folder).rglob("__init__.pyi")):
        for node in ast.parse(stub.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ImportFrom) and node.module:
                hidden = [a.name for a in node.names if (stub.parent / f"{a.name}.py").exists()]
                assert not hidden, f"{stub}: {hidden}"
