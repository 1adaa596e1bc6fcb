"""The first section of docs/performance.md: which rows reach their goal, misses first."""

from helpers.goals import rows
from helpers.tables import cell_and_size, figure, paragraph, table


def goals(results):
    """The section; nothing where nothing was measured."""
    found = rows(results)
    if not found:
        return ""
    met = sum(row.is_met for row in found)
    what = paragraph(
        f"{met} of {len(found)} rows reach their goal. Those that miss it come first, the furthest "
        "from it on top; what each row means is said where its table is."
    )
    lines = [
        [
            f"{row.what}, {cell_and_size(row.name)}",
            f"{row.at_most:g}",
            figure(row.figure, 2 if row.at_most < 10 else 0),
            "met" if row.is_met else "**missed**",
        ]
        for row in found
    ]
    return f"""
## Goals

{what}

{table(["what, cell, size", "at most", "measured", ""], lines)}
"""
