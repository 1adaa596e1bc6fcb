"""The healthy who look odd: one kind of oddness per file, each with a list `HEALTHY`."""

import importlib

from case import Healthy

FAMILIES = (
    "near_evidence",
    "large_norms",
    "gates_and_units",
    "sizes",
    "real_data",
    "data_forms",
    "optimizers",
    "architectures",
)


def families() -> dict[str, list[Healthy]]:
    """Return the healthy of each kind."""
    return {name: importlib.import_module(f"healthy.{name}").HEALTHY for name in FAMILIES}
