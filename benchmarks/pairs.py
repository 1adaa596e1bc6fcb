"""Timing two things in turn, so that a machine whose speed drifts, drifts for both."""

import time

import numpy as np


def seconds(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def ratios(measured, bare, pairs, at_most=20):
    """Quartiles of measured / bare, the two in turn; the first pair warms up.

    After `at_most` seconds five pairs are enough.
    """
    values, start = [], time.perf_counter()
    for pair in range(pairs + 1):
        first, second = (measured, bare) if pair % 2 else (bare, measured)
        a, b = seconds(first), seconds(second)
        values.append(a / b if pair % 2 else b / a)
        if len(values) > 5 and time.perf_counter() - start > at_most:
            break
    return [round(float(q), 4) for q in np.percentile(values[1:], [25, 50, 75])]
