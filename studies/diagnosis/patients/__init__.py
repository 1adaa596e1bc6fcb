"""The ill: one family of illness per file, each with a list `PATIENTS`."""

import importlib

from case import Patient

FAMILIES = (
    "back_through_time",
    "forward_pass",
    "cut_paths",
    "gates",
    "units",
    "inputs",
    "labels",
    "padding",
    "windows",
    "training",
)


def families() -> dict[str, list[Patient]]:
    """Return the patients of each family."""
    return {name: importlib.import_module(f"patients.{name}").PATIENTS for name in FAMILIES}
