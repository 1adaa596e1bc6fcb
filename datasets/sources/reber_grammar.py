"""Strings of the embedded Reber grammar, drawn at random with a given length.

The inner string is a way through a graph; B and the outer symbol, T or P, stand before it, the same
outer symbol and E after it. Strings are read as numbers modulo 7, which tells the part: see
`keras_rnn_study.datasets.reber`.
"""

import dataclasses
import functools
import math

import numpy as np

SYMBOLS = "BTPSXVE"
_B, _T, _P, _S, _X, _V, _E = range(7)
# Tokens beyond the symbols: the last E, which is a target but no input, and what is past the end.
# The outer symbol's second place is filled in later.
_LAST_E, _NOTHING, _OUTER = 7, 8, 9

SHORTEST = 5
"""Symbols of the shortest inner strings, BTXSE and BPVVE."""
FRAME = 4
"""Symbols around the inner string: B and T or P before it, T or P and E after it."""
SPLIT_FROM = 23
"""Inner strings of so many symbols are enough for two parts; shorter ones are in both."""

_HELD_OUT_EVERY = 7
_DIGITS = np.array(["BEPSTVX".index(name) for name in SYMBOLS])

# For each node its edges: a symbol, and the node that it leads to. Nodes 0 to 5 are those above.
_B_IS_NEXT, _OUTER_IS_NEXT, _LAST_E_IS_NEXT, _END = 6, 7, 8, 9
_GRAPH = {
    0: [(_T, 1), (_P, 2)],
    1: [(_S, 1), (_X, 3)],
    2: [(_T, 2), (_V, 4)],
    3: [(_X, 2), (_S, 5)],
    4: [(_P, 3), (_V, 5)],
    5: [(_E, _OUTER_IS_NEXT)],
    _B_IS_NEXT: [(_B, 0)],
    _OUTER_IS_NEXT: [(_OUTER, _LAST_E_IS_NEXT)],
    _LAST_E_IS_NEXT: [(_LAST_E, _END)],
    _END: [(_NOTHING, _END)],
}


@dataclasses.dataclass(frozen=True)
class InnerStrings:
    """Which inner strings are to be drawn.

    Attributes:
        longest: Number of symbols of the longest.
        may_be_shorter: Whether there are shorter ones.
        left_out: How many symbols are left out at the beginning.
    """

    longest: int
    may_be_shorter: bool = False
    left_out: int = 0


def draw(
    strings: InnerStrings, generator: np.random.Generator, num_samples: int, held_out: bool
) -> np.ndarray:
    """Draw whole strings: tokens, `(batch, symbols)`.

    Tokens are 0 to 6 for `SYMBOLS`, 7 for the last E and 8 past the end of a shorter string.
    """
    walk = _walk(strings.longest, strings.may_be_shorter, held_out)
    outer = generator.integers(2, size=num_samples)
    uniform = generator.random((len(walk), num_samples))
    uniform *= 1 - 2**-40  # a number nearer to 1 might be rounded up when an edge's is added
    edges = np.empty(uniform.shape, np.intp)  # (time, batch): a step's edges lie side by side
    edge = np.full(num_samples, _INTO_START, np.intp)
    for follow, number, taken in zip(walk, uniform, edges, strict=True):
        number += follow.take(edge)
        taken[:] = number  # rounded down
        edge = taken

    tokens = np.empty((num_samples, 2 + len(walk) - strings.left_out), np.intp)
    tokens[:, 0] = _B
    tokens[:, 1] = _T + outer
    tokens[:, 2:] = _SYMBOL_GIVEN_OUTER.take(edges[strings.left_out :] + outer * len(_SYMBOL)).T
    return tokens


def entropy(strings: InnerStrings) -> tuple[float, float]:
    """Compute the mean entropy of an inner string, in nats, and of the number of inputs, the mean.

    Inputs are all symbols of the string but the last E.
    """
    total = 0.0
    num_steps = 1 - strings.left_out  # B and the outer symbol are inputs too, the last E is none
    taken: np.ndarray = np.zeros(len(_SYMBOL))  # how probable it is that an edge was taken
    taken[_INTO_START] = 1
    for follow in _walk(strings.longest, strings.may_be_shorter, held_out=False):
        share = follow - _FIRST_TO_FOLLOW
        shares = np.stack([1 - share, share])
        surprise = -np.log(shares, out=np.zeros_like(shares), where=shares > 0)
        total += (taken * shares * surprise).sum()
        taken = np.bincount(
            np.stack([_FIRST_TO_FOLLOW, _FIRST_TO_FOLLOW + 1]).ravel(), (taken * shares).ravel()
        )
        num_steps += taken[_SYMBOL != _NOTHING].sum()
    if strings.left_out == SHORTEST - 1:
        total -= math.log(2)  # the E that is left does not tell which of the two strings it ends
    return float(total), float(num_steps)


def _number_edges() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give each edge a number, by which a walk is a row of numbers.

    A state is a node and the remainder of the digits so far: state 7 * node + remainder. Its edges
    have the numbers 2 * state and 2 * state + 1. Where a node has only one edge, the second number
    stands for one of probability 0 that leads back to the state.

    Returns:
        The edges' probabilities, their symbols, and the states that they lead to.
    """
    probability = np.zeros(2 * _HELD_OUT_EVERY * len(_GRAPH))
    symbol = np.full(len(probability), _NOTHING)
    leads_to = np.arange(len(probability)) // 2
    for node, edges in _GRAPH.items():
        for remainder in range(_HELD_OUT_EVERY):
            for which, (name, next_node) in enumerate(edges):
                edge = 2 * (_HELD_OUT_EVERY * node + remainder) + which
                probability[edge] = 1 / len(edges)
                symbol[edge] = name
                is_inner = name <= _E
                after = 10 * remainder + _DIGITS[name] if is_inner else remainder
                leads_to[edge] = _HELD_OUT_EVERY * next_node + after % _HELD_OUT_EVERY
    return probability, symbol, leads_to


_PROBABILITY, _SYMBOL, _LEADS_TO = _number_edges()
_FIRST_TO_FOLLOW = 2 * _LEADS_TO  # the first of the two edges that can follow each edge
_INTO_START = 2 * (_HELD_OUT_EVERY * _B_IS_NEXT) + 1  # leads to where the inner B is next
_SYMBOL_GIVEN_OUTER = np.concatenate(  # with the outer symbol T, then with P
    [np.where(_SYMBOL == _OUTER, outer, _SYMBOL) for outer in (_T, _P)]
)


@functools.lru_cache(maxsize=4)
def _walk(longest: int, may_be_shorter: bool, held_out: bool) -> np.ndarray:
    """Tabulate how to walk so that the inner string has the right length and remainder.

    Let `arrive[s]` be the probability that someone in state s who takes edges by chance has a
    right string when the time is over. Given that it will be right, the second of the two edges
    from s is taken with probability

        probability(second) * arrive[where it leads to] / arrive[s]

    and `arrive` is computed from the last step to the first.

    Args:
        longest: Number of symbols of the longest inner string.
        may_be_shorter: Whether a string may end before; then nothing follows it.
        held_out: Which part to draw from.

    Returns:
        float64, `(longest + 2, edges)`: for each edge the first of the two that can follow it, plus
        the probability of the second. A random number from 0 to 1 added, and all rounded down, that
        is the next edge. The last two steps are the outer symbol and the last E.
    """
    probability = np.where(_SYMBOL == _NOTHING, may_be_shorter, 1) * _PROBABILITY
    arrive = np.zeros(len(probability) // 2)
    at_end = arrive[_HELD_OUT_EVERY * _END :]
    split = longest >= SPLIT_FROM and not may_be_shorter
    at_end[:] = (np.arange(_HELD_OUT_EVERY) == 0) == held_out if split else 1
    walk = np.empty((longest + 2, len(probability)))
    for step in reversed(range(len(walk))):
        first, second = (probability * arrive[_LEADS_TO]).reshape(-1, 2).T
        arrive = first + second
        share = np.divide(second, arrive, out=np.zeros_like(arrive), where=arrive > 0)
        walk[step] = _FIRST_TO_FOLLOW + share[_LEADS_TO]
        arrive /= arrive.max()  # only ratios count, and so none gets too small for a float
    return walk
