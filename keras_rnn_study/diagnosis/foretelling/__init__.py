"""Will this run learn? Signs, measured before training or after 40 updates, and what they foretold.

foretell.py   `foretell`, which asks
signs.py      what is measured; readout.py, how well one thing can be read linearly from another
updates.py    real updates that are undone
odds.py       signs to a probability
"""
