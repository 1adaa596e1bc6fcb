"""One training: what is trained on what, how it starts, and how it went.

run.py         a `Run`: all that is said before training
ranges.py      what each of its numbers may be
starts.py      which cell can start how
optimizers.py  which optimizer takes which options
models.py      the model that a run builds
training.py    training it, the one way
checks.py      whether it is learned yet
result.py      a `Result`: all that is said afterwards
probing.py     the samples that callbacks look at
recording.py   a training with all callbacks
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
