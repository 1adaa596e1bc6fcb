"""Tasks that ask how far back a network remembers, one module per task.

Every task module has the same six names, so that tasks swap::

    load_data(gap, *, num_train, num_test, seed)   (x_train, y_train), (x_test, y_test)
    make(num_samples, *, gap, seed)                x, y
    evidence(x)                                    the steps that decide the answer
    stream(batch_size, *, gap, seed)               batches without end, a tf.data.Dataset
    tokens(x)                                      what stands at each step, for people
    TASK                                           what a model and a report must know

`contract` says what the six promise. `task`, `sampling` and `reading` are what
tasks have in common, `sources/` what some draw from. `catalog.TASK_NAMES` lists the tasks and
`catalog.get(name)` finds one. Importing a task does not import TensorFlow.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
