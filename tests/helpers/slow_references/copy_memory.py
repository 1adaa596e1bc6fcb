"""Blank, and then the first ten symbols again."""


def answer(x, variant):
    symbols = [step.index(1.0) for step in x[:10].tolist()]
    return [8] * (len(x) - 10) + symbols
