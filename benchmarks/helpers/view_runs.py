"""Runs of any size for the live view, written as callbacks write them, without a training."""

import json

import numpy as np

from keras_rnn_study.event_log.log import EventLog
from keras_rnn_study.event_log.tags import tag
from keras_rnn_study.event_log.values import Packed
from keras_rnn_study.live_view.facts import LayerFacts
from keras_rnn_study.live_view.packing import pack

GATES = ("input", "forget", "candidate", "output")
STEPS = 10  # training steps from record to record
DISTINCT = 8  # records of different values, which take turns
QUANTITIES = {
    "flow": ("flow/h", "flow/c", "flow/direct"),
    "values": (*(f"gate/{gate}" for gate in GATES), "state/h", "state/c"),
    "gradients": ("gradient/h", "gradient/c"),
}


def write_run(directory, *, records, time, units, seed=0):
    """Writes one LSTM's run: smooth gates, and a gradient that vanishes as training goes on."""
    log = EventLog.open(directory)
    facts = _facts(time, units)
    distinct = [_arrays(time, units, seed + place) for place in range(DISTINCT)]
    limits = {f"gate/{gate}": (0.0, 1.0) for gate in GATES}
    for record in range(records):
        step = STEPS * record
        arrays = distinct[record % DISTINCT]
        for part, names in QUANTITIES.items():
            chosen = {name: arrays[name] for name in names}
            if part == "gradients":
                chosen["input_gradient"] = arrays["input_gradient"]
            data = pack(step, chosen, limits)
            log.add(tag("frame", "lstm", part), Packed(data, facts[part]), step)
        for past in range(STEPS):
            log.add("gradient_norm/global", float(np.exp(np.sin(step + past))), step + past)
        log.flush()
    log.close()


def _facts(time, units):
    """Part -> the facts beside its first frame."""
    common = LayerFacts(
        cell="LSTM",
        activations={gate: "tanh" if gate == "candidate" else "sigmoid" for gate in GATES},
        time=time,
        units=units,
        samples=1,
        tokens=[[f"word{step}" for step in range(time)]],
        evidence=[[step == 4 for step in range(time)]],
        quantities=[],
    )
    return {
        part: json.dumps(common | {"quantities": [n for n in names if part != "flow"]}).encode()
        for part, names in QUANTITIES.items()
    }


def _arrays(time, units, seed):
    """One record's quantities: (1, time, units), (1, time) or (time,)."""
    generator = np.random.default_rng(seed)
    steps, phases = np.arange(time)[:, None], generator.uniform(0, 20, units)
    waves = (1 + np.sin(steps / 9 + phases)) / 2
    decay = 10.0 ** (-generator.uniform(3, 12) * (time - 1 - np.arange(time)) / time)
    by_unit = {f"gate/{gate}": generator.beta(2, 2, units) * waves for gate in GATES}
    by_unit |= {"state/h": 2 * waves - 1, "state/c": 4 * waves - 2}
    by_unit |= {f"gradient/{state}": (2 * waves - 1) * decay[:, None] for state in "hc"}
    return {
        **{name: array[None] for name, array in by_unit.items()},
        **dict.fromkeys(QUANTITIES["flow"], decay),
        "input_gradient": decay[None],
    }
