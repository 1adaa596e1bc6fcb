"""Frames as bytes: what the live view shows of one record, small enough to write at every record.

A frame is `uint32 length, uint32 header length, header, payload`, little-endian; the header is
JSON: `{"step": 40, "quantities": {"gate/forget": {"shape": [1, 100, 32], "code": "linear",
"low": 0.0, "high": 1.0, "at": 0}}}`. Frames can be laid one behind another. Four codes:

    float32     exactly
    linear      one byte: low + (high - low) * byte / 252
    linear16    two bytes, little-endian: low + (high - low) * number / 65532
    signed_log  one byte: 126 is zero; above and below it sign and log10 of the magnitude, from
                `low` to `high` decades in 125 equal parts

The three numbers above those are minus infinity, infinity, and no number (a masked step).
`web/src/packing.js` reads them.
"""

import json
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

import numpy as np

LEVELS = {"linear": 252, "linear16": 65532, "signed_log": 252}
_HALF = LEVELS["signed_log"] // 2
_TYPES: dict[str, np.dtype[Any]] = {
    "linear": np.dtype("u1"),
    "linear16": np.dtype("<u2"),
    "signed_log": np.dtype("u1"),
}
_MOST_DECADES = 30.0  # below the largest magnitude; less is shown as zero


class Quantity(TypedDict, total=False):
    """How one array lies in a frame."""

    shape: list[int]
    code: str
    low: float
    high: float
    at: int


@dataclass(frozen=True, eq=False)
class Frame:
    """One record, unpacked.

    Attributes:
        step: The training step.
        arrays: Name of the quantity to float32 array: (samples, time, units), (samples, time) or
            (time,).
        quanta: Name to how the array was coded; half a level is the largest error.
    """

    step: int
    arrays: dict[str, np.ndarray]
    quanta: dict[str, Quantity]


def pack(
    step: int, arrays: Mapping[str, np.ndarray], limits: Mapping[str, tuple[float, float]]
) -> bytes:
    """Pack one record.

    Args:
        step: The training step.
        arrays: Name of the quantity to its array. One axis or two, (time,) or (samples, time): kept
            as float32. Three, (samples, time, units): names that begin with "gradient/" are coded
            by sign and logarithm; those with "state/" in two bytes, as a cell's state may be large
            in one unit and small in another; all others in one.
        limits: Name to the ends of the linear scale, such as (0, 1) for a sigmoid; without an
            entry the scale goes from the least finite value to the largest.

    Returns:
        The frame, with its length in front.

    Example:

    >>> frame = pack(40, {"gate/forget": np.full((1, 2, 3), 0.73)}, {"gate/forget": (0.0, 1.0)})
    >>> [again] = unpack_all(frame)
    >>> again.step, again.arrays["gate/forget"].astype(float).round(2).tolist()
    (40, [[[0.73, 0.73, 0.73], [0.73, 0.73, 0.73]]])
    """
    quantities: dict[str, Quantity] = {}
    parts: list[bytes] = []
    at = 0
    # The exact ones first, so that each begins where a float may.
    for name, array in sorted(arrays.items(), key=lambda item: np.ndim(item[1])):
        array = np.asarray(array)
        if array.ndim < 3:
            quantity, data = Quantity(code="float32"), array.astype("<f4").tobytes()
        elif name.startswith("gradient/"):
            quantity, data = _signed_log(array)
        else:
            code = "linear16" if name.startswith("state/") else "linear"
            quantity, data = _linear(array, code, limits.get(name))
        quantities[name] = Quantity(**quantity, shape=list(array.shape), at=at)
        parts.append(data)
        at += len(data)
    header = json.dumps({"step": int(step), "quantities": quantities}).encode()
    header += b" " * (-len(header) % 4)
    body = struct.pack("<I", len(header)) + header + b"".join(parts)
    body += b"\0" * (-len(body) % 4)
    return struct.pack("<I", len(body)) + body


def unpack_all(data: bytes) -> Iterator[Frame]:
    """Unpack frames that lie one behind another; a cut or broken one ends them.

    Args:
        data: As `pack` makes it, any number of times.

    Yields:
        `Frame`.
    """
    at = 0
    while at + 8 <= len(data):
        length, header_length = struct.unpack_from("<II", data, at)
        end = at + 4 + length
        if end > len(data) or header_length + 4 > length:
            return
        try:
            header = json.loads(data[at + 8 : at + 8 + header_length])
            payload = memoryview(data)[at + 8 + header_length : end]
            arrays = {n: _decoded(payload, q) for n, q in header["quantities"].items()}
            frame = Frame(header["step"], arrays, header["quantities"])
        except (ValueError, KeyError, TypeError):
            return
        yield frame
        at = end


def half_quantum(quantity: Quantity) -> float:
    """Return the largest error of a coded value: absolute, or for "signed_log" in decades."""
    if quantity["code"] == "float32":
        return 0.0
    levels = _HALF - 1 if quantity["code"] == "signed_log" else LEVELS[quantity["code"]]
    return (quantity["high"] - quantity["low"]) / levels / 2


def _linear(
    values: np.ndarray, code: str, limits: tuple[float, float] | None
) -> tuple[Quantity, bytes]:
    finite = values[np.isfinite(values)]
    if limits is None:
        limits = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    low, high = limits
    width, levels = (high - low) or 1.0, LEVELS[code]
    with np.errstate(invalid="ignore"):
        codes = np.rint((values.astype(np.float64) - low) / width * levels).clip(0, levels)
    return Quantity(code=code, low=low, high=low + width), _bytes(codes, values, code)


def _signed_log(values: np.ndarray) -> tuple[Quantity, bytes]:
    magnitudes = np.abs(values.astype(np.float64))
    known = magnitudes[np.isfinite(magnitudes) & (magnitudes > 0)]
    high = float(np.log10(known.max())) if known.size else 0.0
    low = max(float(np.log10(known.min())), high - _MOST_DECADES) if known.size else -1.0
    width = (high - low) or 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        places = 1 + np.rint((np.log10(magnitudes) - low) / width * (_HALF - 1))
        codes = _HALF + np.sign(values) * np.where(places < 1, 0, places.clip(max=_HALF))
    return Quantity(code="signed_log", low=low, high=low + width), _bytes(
        codes, values, "signed_log"
    )


def _bytes(codes: np.ndarray, values: np.ndarray, code: str) -> bytes:
    above = LEVELS[code] + 1
    for number, found in enumerate((values == -np.inf, values == np.inf, np.isnan(values))):
        codes = np.where(found, above + number, codes)
    return codes.astype(_TYPES[code]).tobytes()


def _decoded(payload: memoryview, quantity: Quantity) -> np.ndarray:
    shape, at = quantity["shape"], quantity["at"]
    size = int(np.prod(shape, dtype=int))
    if quantity["code"] == "float32":
        return np.frombuffer(payload, "<f4", size, at).reshape(shape).astype(np.float32)
    codes = np.frombuffer(payload, _TYPES[quantity["code"]], size, at)
    return _table(quantity)[codes].reshape(shape)


def _table(quantity: Quantity) -> np.ndarray:
    """Return what each code stands for."""
    levels = LEVELS[quantity["code"]]
    codes = np.arange(levels + 1)
    low, width = quantity["low"], quantity["high"] - quantity["low"]
    if quantity["code"] != "signed_log":
        values = low + width * codes / levels
    else:
        places = np.abs(codes - _HALF)
        values = np.sign(codes - _HALF) * 10.0 ** (low + width * (places - 1) / (_HALF - 1))
    return np.append(values, [-np.inf, np.inf, np.nan]).astype(np.float32)
