"""Recordings for the live view that no training made: quick, and of any size."""

import json

import numpy as np

from keras_rnn_study.event_log.log import EventLog
from keras_rnn_study.event_log.tags import tag
from keras_rnn_study.event_log.values import Packed
from keras_rnn_study.live_view.facts import LayerFacts
from keras_rnn_study.live_view.index import GRADIENT_NORM, line_of
from keras_rnn_study.live_view.packing import pack
from keras_rnn_study.live_view.recording import Recording

GATES = ("input", "forget", "candidate", "output")


def lstm_run(recording, run, *, records=5, time=30, units=6, reach=30, layer="lstm", tokens=None):
    """Adds an LSTM's run whose gradient falls to a thousandth `reach` steps before the end."""
    generator = np.random.default_rng(abs(hash((records, time, units))) % 2**32)
    tokens = tokens or [f"w{step}" for step in range(time)]
    evidence = [step == 2 for step in range(time)]
    decay = 10.0 ** (-3.0 * (time - 1 - np.arange(time)) / max(reach - 0.5, 0.5))
    steps = [40 * record for record in range(records)]
    names = {
        "values": [*(f"gate/{gate}" for gate in GATES), "state/h", "state/c"],
        "gradients": ["gradient/h", "gradient/c"],
        "flow": [],
    }
    for part, quantities in names.items():
        facts = LayerFacts(
            cell="LSTM",
            activations={gate: "tanh" if gate == "candidate" else "sigmoid" for gate in GATES},
            time=time,
            units=units,
            samples=1,
            tokens=[tokens],
            evidence=[evidence],
            quantities=quantities,
        )
        recording.facts[run, layer, part] = json.dumps(facts).encode()
        frames = recording.frames[run, layer, part] = {}
        for step in steps:
            if part == "flow":
                arrays = dict.fromkeys(("flow/h", "flow/c", "flow/direct"), decay)
            else:
                arrays = {n: generator.uniform(0, 1, (1, time, units)) for n in quantities}
            if part == "gradients":
                arrays = {n: a * decay[:, None] for n, a in arrays.items()}
                arrays["input_gradient"] = decay[None]
            frames[step] = pack(step, arrays, {f"gate/{gate}": (0.0, 1.0) for gate in GATES})
    norms = 10.0 ** generator.uniform(-2, 1, steps[-1] + 1)
    recording.lines[run] = {
        GRADIENT_NORM: line_of(range(len(norms)), norms),
        "loss": line_of(steps[1:], [2.0**-i for i in range(len(steps) - 1)]),
        "accuracy": line_of(steps[1:], [1 - 2.0**-i for i in range(len(steps) - 1)]),
    }
    return recording


def recording(**runs):
    """A `Recording` of some runs: name to the options of `lstm_run`."""
    made = Recording()
    for run, options in runs.items():
        lstm_run(made, run, **options)
    return made


def write_events(made, root):
    """Writes a recording as callbacks would, each run in a directory of its own."""
    for run, lines in made.lines.items():
        log = EventLog.open(root / run)
        for line, numbers in lines.items():
            written = "gradient_norm/global" if line == GRADIENT_NORM else tag("fit", line)
            for step, value in zip(numbers["steps"], numbers["values"], strict=True):
                log.add(written, value, step)
        for (name, layer, part), frames in made.frames.items():
            for step, data in frames.items() if name == run else ():
                log.add(
                    tag("frame", layer, part), Packed(data, made.facts[name, layer, part]), step
                )
        log.close()
