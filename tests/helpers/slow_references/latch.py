"""The sign of the first three numbers."""


def answer(x, variant):
    """Return 1 if the first three numbers are 1, and 0 if they are -1."""
    total = 0.0
    for step in range(3):
        total += float(x[step][0])
    return 1 if total > 0 else 0
