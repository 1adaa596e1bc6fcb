"""Which cell can start how: one table, for models, runs and grids.

What each start does is said by `build_model`.
"""

from keras_rnn_study.arguments import check_choice

STARTS = {
    "simple_rnn": ("keras", "glorot", "identity"),
    "lstm": ("keras", "glorot", "chrono"),
    "gru": ("keras", "glorot", "chrono"),
}
"""The cells, and the ways in which each can start."""

BIASES = {"lstm": ("forget_bias", "input_bias")}
"""The gates' biases that can be set by hand, unless the start is "chrono", which sets them."""

CELLS = tuple(STARTS)
INITS = tuple(dict.fromkeys(init for inits in STARTS.values() for init in inits))

_WHY_NOT = {
    "identity": "init='identity' needs a square recurrent kernel, but {cell!r} has gates, whose "
    "kernels lie side by side. Use cell='simple_rnn', or init='chrono' for a long memory.",
    "chrono": "init='chrono' sets the biases of gates, but cell={cell!r} has none. Use "
    "cell='lstm' or 'gru', or init='identity' for a long memory.",
}


def check_start(cell: str, init: str, **biases: float | None) -> None:
    """Raise an error unless a cell can start so.

    Args:
        cell: "simple_rnn", "lstm" or "gru".
        init: How its layer starts.
        biases: `forget_bias` and `input_bias`; `None` where that is as `init` says.

    Raises:
        ValueError: An unknown cell or start, with the nearest name, or no match of the two.

    Example:
        >>> check_start("gru", "chrono", forget_bias=None)
    """
    check_choice("cell", cell, CELLS)
    check_choice("init", init, INITS)
    if reason := _obstacle(cell, init, biases):
        raise ValueError(reason)


def can_start(cell: str, init: str, **biases: float | None) -> bool:
    """Tell whether a cell can start so, as far as cell and start are known at all.

    Example:
        >>> can_start("gru", "chrono"), can_start("gru", "keras", input_bias=-1.0)
        (True, False)
    """
    is_known = cell in CELLS and init in INITS
    return not is_known or _obstacle(cell, init, biases) is None


def _obstacle(cell: str, init: str, biases: dict[str, float | None]) -> str | None:
    """Say why a cell cannot start so."""
    if init not in STARTS[cell]:
        return _WHY_NOT[init].format(cell=cell)
    for name, value in biases.items():
        if value is None:
            continue
        gate = name.removesuffix("_bias")
        if name not in BIASES.get(cell, ()):
            return (
                f"{name}={value!r} is for an LSTM's {gate} gate, but cell={cell!r} has none. Leave "
                "it out, or use cell='lstm'."
            )
        if init == "chrono":
            return (
                f"init='chrono' sets the {gate} gate's biases, and {name}={value!r} would undo it. "
                "Leave one of them out."
            )
    return None
