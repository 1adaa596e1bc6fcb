"""One picture and one number for each claim, from the numbers that it measured."""

import io
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from keras_rnn_study.claims.claim import Numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7")


def headline(name: str, numbers: Numbers) -> str:
    """Return the one number that says most of a claim, as text.

    Example:

    >>> headline("C1", {"difference": 3e-7})
    '3e-07'
    """
    return _HEADLINES[name](numbers)


def chart(name: str, numbers: Numbers) -> str:
    """Draw what a claim measured, as SVG: a picture without words of any language but symbols.

    Args:
        name: "C1" to "C6".
        numbers: As the claim's `measure` returns them.
    """
    import matplotlib.style
    from matplotlib.figure import Figure

    style = {"svg.fonttype": "path", "svg.hashsalt": name, "axes.axisbelow": True}
    with matplotlib.style.context(["default", style]):
        figure = Figure((5.2, 2.6), layout="constrained")
        axes = figure.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="0.9")
        _CHARTS[name](axes, numbers)
        file = io.StringIO()
        figure.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue()[file.getvalue().index("<svg") :]


def _bars(axes: "Axes", heights: Mapping[str, float], *, log: bool = False) -> None:
    places = range(len(heights))
    axes.barh(places, list(heights.values()), color=_COLOURS[0])
    axes.set_yticks(places, list(heights))
    axes.invert_yaxis()
    if log:
        axes.set_xscale("log")


def _c1(axes: "Axes", numbers: Numbers) -> None:
    kinds = {"tanh": numbers["difference"], "no tanh": numbers["difference_without_tanh"]}
    _bars(axes, kinds, log=True)
    axes.set_xlabel(r"$\max\,|h_{Keras} - h_{NumPy}|$")


def _c2(axes: "Axes", numbers: Numbers) -> None:
    situations = numbers["situations"]
    reach = {
        name.removesuffix(" training"): float(np.mean(one["horizon"]))
        for name, one in situations.items()
    }
    _bars(axes, reach)
    axes.axvline(min(min(one["time"]) for one in situations.values()), color="0.3", ls=":")
    axes.set_xlabel(r"$|\partial L/\partial h_t| > 10^{-3} \max$: steps back from the end")


def _c3(axes: "Axes", numbers: Numbers) -> None:
    kinds = dict.fromkeys(case["inputs"] for case in numbers["growth"])
    for colour, kind in zip(_COLOURS, kinds, strict=False):
        own = sorted((c for c in numbers["growth"] if c["inputs"] == kind), key=_radius)
        means = [float(np.mean(case["growth"])) for case in own]
        axes.plot([case["radius"] for case in own], means, "o-", color=colour, label=kind)
    axes.axhline(1, color="0.3", linestyle=":")
    axes.set_xlabel(r"$\rho(U)$")
    axes.set_ylabel(r"$|\partial L/\partial h_{t-1}| \,/\, |\partial L/\partial h_t|$")
    axes.legend(frameon=False)


def _radius(case: Numbers) -> float:
    return float(case["radius"])


def _c4(axes: "Axes", numbers: Numbers) -> None:
    for colour, init in zip(
        _COLOURS, dict.fromkeys(row["init"] for row in numbers["rows"]), strict=False
    ):
        own = sorted((r for r in numbers["rows"] if r["init"] == init), key=lambda r: int(r["gap"]))
        axes.plot(
            [row["gap"] for row in own],
            [_rate(row) for row in own],
            "o-",
            color=colour,
            label=f"simple_rnn, {init}",
        )
    axes.set(ylim=(-0.05, 1.05), xlabel="gap", ylabel="learned")
    axes.legend(frameon=False)


def _rate(row: Numbers) -> float:
    """Return the share of runs that learned; 0 where all broke off."""
    return float(row["learned"] / max(row["trials"], 1))


def _c5(axes: "Axes", numbers: Numbers) -> None:
    rates = {f"{r['cell']}, {r['init']}": _rate(r) for r in numbers["rows"]}
    _bars(axes, rates)
    axes.set(xlim=(0, 1.05), xlabel=f"learned, gap {numbers['gap']}")


def _c6(axes: "Axes", numbers: Numbers) -> None:
    kinds = dict(numbers["differences"]) | {"input ↔ forget": numbers["exchanged"]}
    _bars(axes, kinds, log=True)
    axes.set_xlabel(r"$\max\,|Keras - NumPy|$")


def _reach_told(numbers: Numbers) -> str:
    situations = numbers["situations"].values()
    reach = [horizon for one in situations for horizon in one["horizon"]]
    return f"{min(reach):.0f}-{max(reach):.0f} / {min(min(one['time']) for one in situations):.0f}"


def _growth_told(numbers: Numbers) -> str:
    case = max((c for c in numbers["growth"] if c["inputs"] == "ordinary"), key=_radius)
    return f"{float(np.mean(case['growth'])):.2f} (ρ = {case['radius']:.1f})"


def _learned_told(numbers: Numbers) -> str:
    gap = max(row["gap"] for row in numbers["rows"])
    own = [row for row in numbers["rows"] if row["gap"] == gap]
    learned, trials = (sum(row[key] for row in own) for key in ("learned", "trials"))
    return f"{learned} / {trials} (gap {gap})"


_CHARTS: dict[str, Callable[["Axes", Numbers], None]] = {
    "C1": _c1,
    "C2": _c2,
    "C3": _c3,
    "C4": _c4,
    "C5": _c5,
    "C6": _c6,
}
_HEADLINES: dict[str, Callable[[Numbers], str]] = {
    "C1": lambda numbers: f"{numbers['difference']:.0e}",
    "C2": _reach_told,
    "C3": _growth_told,
    "C4": _learned_told,
    "C5": lambda numbers: f"{numbers['forget_gate']:.2f}^{numbers['gap']} = {numbers['kept']:.0e}",
    "C6": lambda numbers: f"{max(numbers['differences'].values()):.0e}",
}
