"""What people and programs hand in by mistake, and worse."""

import decimal
import pathlib
import types

import numpy as np
from hypothesis import strategies as st


class Hostile:
    """An object whose every question is answered by an error."""

    def _refuse(self, *arguments):
        raise RuntimeError("a question that this object does not answer")

    __repr__ = __eq__ = __bool__ = __len__ = __iter__ = __array__ = __index__ = __float__ = _refuse
    __hash__ = object.__hash__


MISTAKES = [
    None, True, False, 0, -1, 1, 2, 3, 7, 99, 2.0, 2.5, 1e30, 10**9, 10**12, 10**30, 10**5000,
    float("nan"), float("inf"), -float("inf"), 3j, decimal.Decimal("2"),
    "", "5", "recal", "lstm", "epoch", "no/such/place", "\0", "x" * 100_000, "$\\frac$", b"lstm",
    [], [1], [-1], ["lstm"], [None], [[1], [2, 3]], (), {}, {"gap": 1}, {1, 2}, range(3),
    object, object(), len, types, Hostile(),
    np.int64(2), np.int64(-1), np.uint8(3), np.float32(2.5), np.float64("nan"), np.bool_(True),
    np.str_("lstm"), np.array(3), np.array([1, 2]), np.array([]), np.array(["a"]), np.array(None),
    np.zeros((2, 2)), np.zeros((0, 5, 2)), np.zeros((4, 0, 2)), np.zeros((4, 5, 2)),
    np.full((4, 5, 2), np.nan), np.zeros((4, 5, 2), bool), np.zeros((4, 5, 2), complex),
    np.zeros((3, 6, 17), "float32"), np.zeros((4, 5, 2, 1)), np.zeros((4, 5), "int32"),
    np.datetime64("2020-01-01"), pathlib.Path("no/such/place"), pathlib.Path("/dev/null/x"),
]  # fmt: skip

ANY_VALUE = st.one_of(
    st.sampled_from(MISTAKES),
    st.sampled_from(MISTAKES),
    st.integers(-10, 100),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.lists(st.one_of(st.integers(-3, 10), st.none(), st.text(max_size=3)), max_size=4),
    st.dictionaries(st.text(max_size=5), st.integers(-3, 10), max_size=2),
)
