"""The order of the signals, read off one step after the other."""


def answer(x, variant):
    """Return the number of the order: XX, XY, YX, YY, or XXX, XXY and so on."""
    features = 6 if variant == "pascanu_2013" else 8
    order = ""
    for step in x:
        assert len(step) == features
        if step[features - 2] == 1:
            order += "X"
        if step[features - 1] == 1:
            order += "Y"
    if variant.endswith("_three"):
        return ["XXX", "XXY", "XYX", "XYY", "YXX", "YXY", "YYX", "YYY"].index(order)
    return ["XX", "XY", "YX", "YY"].index(order)
