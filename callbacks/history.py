"""What a callback measured, kept in memory."""

import numpy as np


class History:
    """Records that grow, read as a dict of arrays; a tag that a record lacks is NaN there."""

    def __init__(self):
        self._shapes = {}  # tag -> shape of one record
        self._blocks = []  # (steps, {tag: values}), each with as many records as steps

    def add(self, steps, values):
        """Appends records.

        Args:
            steps: Integers, (records,).
            values: dict of tag to array (records, ...).

        Raises:
            ValueError: A tag's values have another shape than before.
        """
        for tag, array in values.items():
            shape = self._shapes.setdefault(tag, np.shape(array)[1:])
            if shape != np.shape(array)[1:]:
                raise ValueError(
                    f"The history has {tag} of shape {shape} for each record, and now received "
                    f"{np.shape(array)[1:]}: another model, or a probe of another length. Use a "
                    "new callback for it."
                )
        if len(steps):
            self._blocks.append((np.asarray(steps, np.int64), values))

    def last_step(self):
        """Step of the last record, or `None`."""
        return int(self._blocks[-1][0][-1]) if self._blocks else None

    def arrays(self):
        """dict of arrays: `"step"` (records,) int64, and each tag (records, ...)."""
        result = {"step": np.concatenate([steps for steps, _ in self._blocks or [([], {})]])}
        result["step"] = result["step"].astype(np.int64)
        for tag in dict.fromkeys(tag for _, values in self._blocks for tag in values):
            result[tag] = self._column(tag)
        return result

    def _column(self, tag):
        like = next(values[tag] for _, values in self._blocks if tag in values)
        return np.concatenate(
            [
                values.get(tag, np.full((len(steps), *np.shape(like)[1:]), np.nan))
                for steps, values in self._blocks
            ]
        )
