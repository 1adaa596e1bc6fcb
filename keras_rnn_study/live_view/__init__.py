"""The live view: one's own network, scrubbed through time step and training step.

frames.py      what of a trace goes into frames; facts.py, what stands beside them
packing.py     arrays to bytes and back
reading.py     what event files hold; stored.py, one of them; index.py, what there is to see
findings.py    what a diagnosis found
showing.py     `view`: a trace, callbacks or a log directory
page.py  notebook.py  tensorboard_plugin.py    the three places where it is shown
web/           the front end's sources; static/view.js is what is built of them
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
