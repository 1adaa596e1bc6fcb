"""Windows that were cut from one series, and where in it their labels lie."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

_RUN = 3
_FEWEST = 32
_MOST = 4_000_000
_WHOLE = 0.95
"""Share of windows whose next one must be there: of a random half nobody knows the order."""


@dataclass(frozen=True)
class Placement:
    """Where the labels of windows are found in the series that these were cut from.

    Attributes:
        found: Share of the labels that are values of the series.
        ahead: How many steps after its window's last one a label lies, for most of them.
        agreed: Share of those found that lie there.
    """

    found: float
    ahead: int
    agreed: float


def overlap(array: np.ndarray) -> bool:
    """Return whether the beginnings of windows are found inside of other windows.

    Args:
        array: (batch, time, features).
    """
    feature = np.ascontiguousarray(array[..., 0])
    runs = np.lib.stride_tricks.sliding_window_view(feature, _RUN, axis=1)  # (n, places, run)
    if np.ptp(runs[:, 0]) == 0:
        return False
    inside = {run.tobytes() for window in runs[:, 1:] for run in window}
    return bool(np.mean([window[0].tobytes() in inside for window in runs]) > 0.2)


def placement(array: np.ndarray, labels: np.ndarray) -> Placement | None:
    """Find the labels in the series, in the column that has most of them at one distance.

    Args:
        array: (batch, time, features), windows that begin one step after each other, in any order.
        labels: (batch,).

    Returns:
        `Placement`; `None` where windows are too few or do not follow each other, or values repeat
        so that a label has no place of its own.
    """
    if len(array) < _FEWEST or array.size > _MOST:
        return None
    runs, places = _followed(array)
    if runs is None or places is None:
        return None
    found = [_in_column(array[:, -1, f], labels, runs, places) for f in range(array.shape[-1])]
    known = [each for each in found if each is not None]
    return max(known, key=lambda each: (each.found * each.agreed, each.found)) if known else None


def residuals(array: np.ndarray, labels: np.ndarray) -> tuple[float, float] | None:
    """Return what a linear forecast leaves of the labels: with the windows' last step, and without.

    Both as shares of the labels' standard deviation. A series that is its own forecast, such as a
    sine without noise, leaves nothing either way.

    Args:
        array: (batch, time, features).
        labels: (batch,).
    """
    batch, time, features = array.shape
    steps = min(time, batch // (4 * features))
    if steps < 3 or labels.std() == 0:
        return None
    rows = array[:, -steps:].astype(np.float64)
    return _left(rows, labels), _left(rows[:, :-1], labels)


def _followed(array: np.ndarray) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Return each window's run, and its place in it; `None` where few windows have a next one."""
    array = np.ascontiguousarray(array)
    heads = {window[:-1].tobytes(): i for i, window in enumerate(array)}
    after = np.array([heads.get(window[1:].tobytes(), -1) for window in array])
    if (after >= 0).mean() < _WHOLE or len(heads) < _WHOLE * len(array):
        return None, None
    runs, places = np.full(len(array), -1), np.zeros(len(array), int)
    for start in np.setdiff1d(np.arange(len(array)), after):
        window, place = int(start), 0
        while window >= 0 and runs[window] < 0:
            runs[window], places[window] = start, place
            window, place = int(after[window]), place + 1
    return runs, places


def _in_column(
    last: np.ndarray, labels: np.ndarray, runs: np.ndarray, places: np.ndarray
) -> Placement | None:
    values = {value: i for i, value in enumerate(last.astype(np.float32).tolist())}
    if len(values) < _WHOLE * len(last):
        return None
    at = np.array([values.get(label, -1) for label in labels.astype(np.float32).tolist()])
    there = at >= 0
    if not there.any():
        return None
    same_run = (runs[at] == runs) & there
    ahead = Counter((places[at] - places)[same_run].tolist()).most_common(1)
    step, count = ahead[0] if ahead else (0, 0)
    return Placement(float(there.mean()), int(step), float(count / there.sum()))


def _left(rows: np.ndarray, labels: np.ndarray) -> float:
    """Return the residual of a linear fit over the labels' standard deviation."""
    inputs = rows.reshape(len(rows), -1)
    inputs = np.column_stack([inputs, np.ones(len(inputs))])
    weights = np.linalg.lstsq(inputs, labels, rcond=None)[0]
    return float((labels - inputs @ weights).std() / labels.std())
