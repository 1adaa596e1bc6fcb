"""The bracket of the first step, closed."""


def answer(x, variant):
    """Read the first token as a character, and find the place of what closes it in ")]}"."""
    # 0 is padding, 1 any other character, 2 the query, 3 the end of a line; ASCII follows.
    bracket = chr(int(x[0]) - 4 + 32)
    closes = {"(": ")", "[": "]", "{": "}"}[bracket]
    return ")]}".index(closes)
