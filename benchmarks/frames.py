"""What the frames of the live view add to a training.

    python benchmarks/frames.py --output benchmarks/results/frames.json

`fit` of some epochs with `GradientFlow` and `GateActivations`, which write frames once an epoch,
over the same with `frames=False`: in turn, in one process, from the same weights. In processor time
of all threads too, which a busy machine changes less. As what frames add is small beside how much
two trainings differ, it is measured by itself too: packing and writing one record, over an epoch.
And bytes of a record, with the largest error of what is read back against a trace, in half quanta:
at most 1.
"""

import itertools
import tempfile
import time

import numpy as np
from helpers.models import QUICK_SIZES, SIZES, STEPS, batches, build, fit, samples
from helpers.pairs import quartiles
from helpers.result_file import ResultFile, parser

from keras_rnn_study import trace
from keras_rnn_study.callbacks import GateActivations, GradientFlow, Probe
from keras_rnn_study.event_log.log import EventLog
from keras_rnn_study.event_log.tags import tag
from keras_rnn_study.event_log.values import Packed
from keras_rnn_study.live_view import read_recording
from keras_rnn_study.live_view.facts import PARTS
from keras_rnn_study.live_view.frames import arrays_of, frame_of
from keras_rnn_study.live_view.packing import half_quantum, unpack_all

EPOCHS = 4


def recorded(model, start, data, batch, frames):
    """(seconds, seconds of processor time) of a training from the same weights."""
    model.set_weights(start)
    with tempfile.TemporaryDirectory() as logs:
        probe = Probe(*batch)
        callbacks = [kind(logs, probe, frames=frames) for kind in (GradientFlow, GateActivations)]
        before = time.perf_counter(), time.process_time()
        fit(model, data, *callbacks, epochs=EPOCHS)
        return time.perf_counter() - before[0], time.process_time() - before[1]


def added(model, data, batch, pairs):
    """Quartiles of the ratios of wall time and of processor time."""
    start = model.get_weights()
    recorded(model, start, data, batch, True)  # what is compiled and imported once
    taken = {True: [], False: []}
    for pair in range(pairs):
        for frames in (True, False) if pair % 2 else (False, True):
            taken[frames].append(recorded(model, start, data, batch, frames))
    ratios = np.divide(taken[True], taken[False])  # (pairs, 2)
    epoch = float(np.median(taken[False], axis=0)[1]) / EPOCHS
    return quartiles(ratios[:, 0]), quartiles(ratios[:, 1]), epoch


def one_record(model, batch):
    """Seconds of processor time that packing and writing a record takes, some times."""
    taken = []
    [layer] = trace(model, *batch).values()
    with tempfile.TemporaryDirectory() as logs:
        log = EventLog.open(logs)
        for step in range(20):
            before = time.process_time()
            for part in PARTS:
                log.add(tag("frame", "layer", part), Packed(frame_of(layer, part, step, 1), b""), 0)
            log.flush()
            taken.append(time.process_time() - before)
        log.close()
    return taken


def packed(model, batch):
    """Bytes of a record of one sample, and the largest error in half quanta."""
    with tempfile.TemporaryDirectory() as logs:
        probe = Probe(*batch)
        callbacks = [GradientFlow(logs, probe), GateActivations(logs, probe)]
        model.fit(*batch, epochs=1, batch_size=len(batch[0]), verbose=0, callbacks=callbacks)
        last = {key[2]: one[max(one)] for key, one in read_recording(logs).frames.items()}
    [layer] = trace(model, *batch).values()
    errors = []
    for part, data in last.items():
        [frame] = unpack_all(data)
        for name, true in arrays_of(layer, part, 1).items():
            half, read = half_quantum(frame.quanta[name]), frame.arrays[name]
            if name.startswith("gradient/"):
                kept = (read != 0) & (true != 0)
                read, true = np.log10(np.abs(read[kept])), np.log10(np.abs(true[kept]))
            if half and true.size:
                errors.append(float(np.abs(read - true).max() / half))
    return sum(map(len, last.values())), round(max(errors), 3)


def main():
    arguments = parser(__doc__, pairs=11).parse_args()
    result = ResultFile(arguments, pairs=arguments.pairs, steps=STEPS, epochs=EPOCHS)
    sizes = QUICK_SIZES if arguments.quick else SIZES
    for cell, size in itertools.product(("simple_rnn", "lstm"), sizes):
        if result.wants(name := f"{cell} {size}"):
            model = build(cell, size)
            wall, processor, epoch = added(model, batches(size), samples(size), arguments.pairs)
            share = quartiles(np.divide(one_record(model, samples(size)), epoch))
            size_of_record, error = packed(model, samples(size))
            figures = {"fit": wall, "fit, processor time": processor}
            figures["a record over an epoch"] = share
            result.add(name, figures | {"record, bytes": size_of_record, "error": error})


if __name__ == "__main__":
    main()
