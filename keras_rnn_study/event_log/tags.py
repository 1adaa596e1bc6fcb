"""The names under which values are written.

A tag is `<quantity>/<layer>/<part>`. It is made by `tag`, and nobody takes one apart but this
module, for names that come from a file.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import TypeVar

from keras_rnn_study.event_log.quantities import PARTS, QUANTITIES, Quantity

_Column = TypeVar("_Column")


def tag(quantity: str, *parts: str) -> str:
    """Return the tag of one measured quantity.

    Args:
        quantity: One of `QUANTITIES`.
        *parts: What is measured: the layer's path, then the weight, gate or state. Each part is
            kept as it is, slashes of nested layers too; characters that TensorBoard's paths and
            filters do not take well, such as blanks and colons, become `_`.

    Returns:
        `<quantity>/<layer>/<part>`.

    Raises:
        ValueError: The quantity is unknown, or nothing or an empty part follows it.

    Example:

    >>> tag("gradient_norm", "encoder/lstm", "recurrent_kernel")
    'gradient_norm/encoder/lstm/recurrent_kernel'
    >>> tag("gradient_norm", "global")
    'gradient_norm/global'
    """
    _checked(quantity)
    safe = [re.sub(r"[^\w./-]", "_", str(part)).strip("/") for part in parts]
    if not safe or "" in safe:
        raise ValueError(
            f"Received the parts {parts!r} after {quantity!r}; expected at least one, and none "
            f"empty, such as tag({quantity!r}, 'lstm')."
        )
    return "/".join([quantity, *safe])


def split(full_tag: str) -> tuple[str, str, str]:
    """Return quantity, layer and part of a tag; the layer is "" where nothing stands between.

    Args:
        full_tag: A tag as `tag` makes it, or any other name.

    Example:

    >>> split("gradient_norm/encoder/lstm/kernel"), split("gradient_norm/global")
    (('gradient_norm', 'encoder/lstm', 'kernel'), ('gradient_norm', '', 'global'))
    """
    quantity, _, rest = full_tag.partition("/")
    layer, _, part = rest.rpartition("/")
    return quantity, layer, part


def quantity_of(full_tag: str) -> Quantity:
    """Return what a tag measures, and how that is shown.

    Args:
        full_tag: A tag as `tag` makes it.

    Raises:
        ValueError: The tag is of none of `QUANTITIES`.

    Example:

    >>> quantity_of("gate_mean/lstm/forget").kind
    'scalar'
    """
    return _checked(split(full_tag)[0])


def description_of(full_tag: str) -> str:
    """Return what a tag's card says (Markdown): of its quantity, and of the part it is about.

    Args:
        full_tag: A tag as `tag` makes it.

    Raises:
        ValueError: The tag is of none of `QUANTITIES`.

    Example:

    >>> description_of("gate_mean/lstm/candidate").split(". ")[-1]
    'The candidate is no gate: what may be written into the state, -1 to 1 for tanh.'
    """
    quantity, _, part = split(full_tag)
    part = re.sub("_(left|right)$", "", part)  # of `gate_saturation`
    texts = [_checked(quantity).description, PARTS.get(part, "")]
    return " ".join(filter(None, texts))


def columns(history: Mapping[str, _Column], quantities: Iterable[str]) -> dict[str, _Column]:
    """Return what a history has of some quantities, whichever layers and parts there are.

    Args:
        history: dict of tag to values; entries of other names, such as `"step"`, are left out.
        quantities: Some of `QUANTITIES`.

    Raises:
        ValueError: A quantity is unknown.

    Example:

    >>> columns({"step": 0, "gate_mean/gru/reset": 1, "state_norm/gru/h": 2}, ["gate_mean"])
    {'gate_mean/gru/reset': 1}
    """
    wanted = set(quantities)
    for quantity in wanted:
        _checked(quantity)
    return {name: values for name, values in history.items() if split(name)[0] in wanted}


def _checked(quantity: str) -> Quantity:
    if quantity not in QUANTITIES:
        nearest = difflib.get_close_matches(str(quantity), QUANTITIES, n=1, cutoff=0)[0]
        raise ValueError(
            f"Received the quantity {quantity!r}; expected one of {', '.join(QUANTITIES)}. The "
            f"nearest is {nearest!r}; a new one is added to QUANTITIES in event_log/tags.py."
        )
    return QUANTITIES[quantity]
