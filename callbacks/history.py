"""What a callback measured, kept in memory."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from keras_rnn_study.arguments import did_you_mean


class Arrays(dict[str, np.ndarray]):
    """A dict of arrays that says which there are when it is asked for another."""

    def __missing__(self, name: str) -> np.ndarray:
        """Raise a `KeyError` with the nearest name, and all."""
        hint = did_you_mean(name, self)
        raise KeyError(f"Nothing is recorded as {name!r}.{hint} There are: {', '.join(self)}.")


class History:
    """Records that grow, read as a dict of arrays; a tag that a record lacks is NaN there.

    Each number takes its own bytes (8 for float64) and no more than half as many again.
    """

    def __init__(self) -> None:
        self._steps = _Column(np.empty(0, np.int64))
        self._columns: dict[str, _Column] = {}

    def add(self, steps: Sequence[int] | np.ndarray, values: Mapping[str, npt.ArrayLike]) -> None:
        """Append records.

        Args:
            steps: Integers, (records,).
            values: dict of tag to array (records, ...).

        Raises:
            ValueError: A tag's values have another shape than before; nothing is added then.
        """
        arrays = {tag: np.asarray(array) for tag, array in values.items()}
        for tag, array in arrays.items():
            known = self._columns.get(tag)
            if known is not None and known.shape != array.shape[1:]:
                raise ValueError(
                    f"The history has {tag} of shape {known.shape} for each record, and now "
                    f"received {array.shape[1:]}: another model, or a probe of another length. "
                    "Use a new callback for it."
                )
        before = len(self._steps)
        for tag, array in arrays.items():
            if tag not in self._columns:
                floats = np.result_type(array, np.float16)  # of integers, NaN could not be told
                self._columns[tag] = _Column(np.full((before, *array.shape[1:]), np.nan, floats))
        for tag, column in self._columns.items():
            column.extend(len(steps), arrays.get(tag, np.nan))
        self._steps.extend(len(steps), steps)

    def last_step(self) -> int | None:
        """Return the step of the last record, `None` if there is none."""
        return int(self._steps.array()[-1]) if len(self._steps) else None

    def arrays(self) -> Arrays:
        """Return `"step"` (records,) int64, and each tag (records, ...); read-only, not copied."""
        columns = {"step": self._steps, **self._columns}
        return Arrays({tag: column.array() for tag, column in columns.items()})


class _Column:
    """An array that grows at its end. What was read from it stays as it is."""

    def __init__(self, first: np.ndarray) -> None:
        self._data, self._length = first, len(first)

    def __len__(self) -> int:
        return self._length

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one record."""
        return self._data.shape[1:]

    def extend(self, count: int, records: npt.ArrayLike) -> None:
        end = self._length + count
        if end > len(self._data):
            longer = np.empty((max(end, len(self._data) * 3 // 2), *self.shape), self._data.dtype)
            longer[: self._length] = self.array()
            self._data = longer
        self._data[self._length : end] = records
        self._length = end

    def array(self) -> np.ndarray:
        view = self._data[: self._length]
        view.flags.writeable = False
        return view
