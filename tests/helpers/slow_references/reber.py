"""The string read one symbol ahead; the last but one is the outer symbol again, the last is E."""

SYMBOLS = "BTPSXVE"


def answer(x, variant):
    string = "".join(SYMBOLS[step.index(1.0)] for step in x.tolist() if 1.0 in step)
    inner = string[2:-1]
    following = string[1] + inner + string[1] + "E"
    return [SYMBOLS.index(symbol) for symbol in following] + [0] * (len(x) - len(string))
