"""The product of the marked numbers."""


def answer(x, variant):
    product = 1.0
    for number, marker in x.tolist():
        if marker == 1:
            product *= number
    return product
