"""The sum of the marked numbers."""


def answer(x, variant):
    total = 0.0
    for number, marker in x.tolist():
        if marker == 1:
            total += number
    return 0.5 + total / 4 if variant == "hochreiter_1997" else total
