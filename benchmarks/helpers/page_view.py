"""The section of docs/performance.md about the live view: recording for it, and looking at it."""

from helpers.tables import again, bullets, cell_and_size, figure, figure_table, measured_on, table

ROWS = {
    "first picture, ms": 0,
    "empty page, ms": 0,
    "first picture over an empty page": 1,
    "a step in time, work, ms": 1,
    "a step in training, work, ms": 1,
    "empty page, work, ms": 1,
    "a step in time, picture to picture, ms": 0,
    "a step in training, picture to picture, ms": 0,
    "empty page, picture to picture, ms": 0,
    "record shown, ms": 0,
}


def frames(result):
    columns = {
        "fit": "`fit`, frames over none",
        "fit, processor time": "the same, processor time",
    }
    shares = "; ".join(
        f"{cell_and_size(name)}: {figure([100 * q for q in f['a record over an epoch']])} %"
        for name, f in result["figures"].items()
    )
    rows = [
        [cell_and_size(name), f"{f['record, bytes']:,}", f"{f['error']:.2f}"]
        for name, f in result["figures"].items()
    ]
    what = bullets(
        f"**Frames**: `fit` of {result['epochs']} epochs of {result['steps']} steps with "
        "`GradientFlow` and `GateActivations`, which record once an epoch, over the same with "
        f"`frames=False`, from the same weights, in turn; {result['pairs']} pairs. Processor time "
        "is that of all threads. Goal: 1.01.",
        "**By itself**: as two trainings of a busy machine differ by more than that, what it takes "
        f"to pack and write one record, over an epoch, in processor time. {shares}.",
        "**A record**: bytes of one sample's frames of all quantities. The error is the largest "
        "difference between a value read back and a trace's, over half a quantum, which the view "
        "states beside each value: at most 1 (logarithms, for gradients).",
    )
    return f"""
## Recording for the live view

{measured_on(result)}

{what}

{figure_table(result["figures"], columns)}

{table(["cell, size", "a record, bytes", "error"], rows)}

{again("frames")}
"""


def view(result):
    figures = result["figures"]
    rows = [
        [what, *(figure(f[what], digits) for f in figures.values())]
        for what, digits in ROWS.items()
    ]
    rows.insert(0, ["recorded, MB", *(f"{f['recorded, MB']:,.0f}" for f in figures.values())])
    what = bullets(
        "In Chromium without a window and without a GPU, 1440 x 900, at the view's own server. A "
        "size is time x units of an LSTM of which every quantity is recorded. The empty page says "
        "what the browser itself takes.",
        f"**First picture**: from the request until every panel is drawn; {result['loads']} loads. "
        "Goal: 1,000 ms for 100 records of 200 x 64.",
        "**A step** of the time handle or of the training handle: the work of the page's main "
        "thread in processor time, with script, layout and painting, while the handle moves by a "
        "step for each picture; and the time from picture to picture, 16.7 ms on a screen of 60 "
        "Hz, which other processes of a shared machine lengthen. Goal: 16 ms of work.",
        "**Record shown**: from a jump in training until the gates of that record are on the "
        "screen, with the requests for its frames.",
    )
    return f"""
## The live view

{measured_on(result)}

{what}

{table(["", *figures], rows)}

{again("view")}
"""
