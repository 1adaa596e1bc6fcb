"""Will this run learn? Signs, measured before training or after 40 updates, and what they foretold.

foretell.py   `foretell`, which asks
signs.py      what is measured
updates.py    real updates that are undone
odds.py       signs to a probability
"""
