"""Timing things in turn, so that a machine whose speed drifts, drifts for all of them."""

import time

import numpy as np

ENOUGH = 5  # rounds, after the time is up


def seconds(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def rounds(sides, count, at_most=20):
    """Seconds of each side, once a round; each round begins with another one.

    Args:
        sides: dict of name to function.
        count: How many rounds; one more, before, warms up.
        at_most: After so many seconds five rounds are enough.

    Returns:
        dict of name to list of seconds, the same number for each.
    """
    taken, names, start = {name: [] for name in sides}, list(sides), time.perf_counter()
    for index in range(count + 1):
        first = index % len(names)
        for name in names[first:] + names[:first]:
            taken[name].append(seconds(sides[name]))
        if index >= ENOUGH and time.perf_counter() - start > at_most:
            break
    return {name: values[1:] for name, values in taken.items()}


def quartiles(values):
    return [round(float(q), 4) for q in np.percentile(values, [25, 50, 75])]


def over(measured, bare):
    """Quartiles of the ratios of two lists of seconds, round by round."""
    return quartiles(np.divide(measured, bare))


def ratios(measured, bare, pairs, at_most=20):
    """Quartiles of measured / bare, two functions that run in turn."""
    taken = rounds({"measured": measured, "bare": bare}, pairs, at_most)
    return over(taken["measured"], taken["bare"])


def geometric_mean(values):
    return float(np.exp(np.mean(np.log(values))))
