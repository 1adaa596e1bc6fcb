"""The sizes that are measured: (batch, time, features, units)."""

SIZES = [(64, 200, 2, 32), (32, 100, 10, 64), (128, 400, 2, 64), (64, 100, 2, 128)]
QUICK_SIZES = [(8, 10, 2, 4), (4, 12, 3, 8)]
STEPS = 40  # in an epoch
