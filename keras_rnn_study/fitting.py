"""One training run of one cell on one task, recorded by all three callbacks."""

import dataclasses
import math
import os

import keras

from keras_rnn_study.callbacks import GateActivations, GradientFlow, GradientNorms, Probe
from keras_rnn_study.datasets import catalog
from keras_rnn_study.models import build_model

STEPS_PER_EPOCH = 40
_RECORD_EVERY = 20  # steps
_PROBE_SAMPLES = 64
_TEST_SAMPLES = 1024


@dataclasses.dataclass(frozen=True)
class Run:
    """What is trained, and how.

    Attributes:
        task: Name of the task.
        cell: "simple_rnn", "lstm" or "gru".
        gap: Steps between the evidence and the answer; `None` for a variant that takes a length.
        length: Length of the sequences, for a variant that takes it instead.
        variant: Which of the task's definitions; `None` for the default one.
        init: How the recurrent layers start; see `build_model`.
        units: Units of each recurrent layer.
        layers: Number of recurrent layers.
        steps: Training steps; rounded up to whole epochs of 40.
        batch_size: Samples in a training step, fresh ones each.
        learning_rate: Of Adam.
        seed: Of the weights and the data.
    """

    task: str
    cell: str
    gap: int | None = None
    length: int | None = None
    variant: str | None = None
    init: str = "keras"
    units: int = 32
    layers: int = 1
    steps: int = 400
    batch_size: int = 64
    learning_rate: float = 3e-3
    seed: int = 0

    @property
    def label(self):
        """The cell, and how it starts if that is not Keras' default: `"lstm (chrono)"`."""
        return self.cell if self.init == "keras" else f"{self.cell} ({self.init})"

    @property
    def facts(self):
        """The `Task`, or its variant."""
        task = catalog.get(self.task).TASK
        return task if self.variant is None else task.of(self.variant)

    @property
    def size(self):
        """The gap, or the length where the variant takes that."""
        return self.facts.size(gap=self.gap, length=self.length)

    @property
    def data_options(self):
        """What the task's functions are told: the gap, or variant and length."""
        options = {"gap": self.gap, "length": self.length, "variant": self.variant}
        return {name: value for name, value in options.items() if value is not None}

    @property
    def epochs(self):
        """Epochs of 40 steps."""
        return -(-self.steps // STEPS_PER_EPOCH)

    def build(self):
        """The compiled model.

        Raises:
            ValueError: as `build_model`, or the task cannot make that gap.
        """
        size = self.size
        catalog.get(self.task).make(1, **self.data_options, seed=self.seed)
        model = build_model(
            self.facts,
            self.cell,
            units=self.units,
            layers=self.layers,
            init=self.init,
            gap=size,
            seed=self.seed,
        )
        model.optimizer.learning_rate = self.learning_rate
        return model


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a run came to.

    Attributes:
        run: The `Run`.
        score: Mean over held-out samples of what the task's `metric` says.
        standard_error: Of the score.
        horizon: Of the first recurrent layer's memory (an LSTM's c, else h), in steps: before and
            after training.
        decay: The same for the gradient's decay, in powers of ten.
        keep_gate: Mean of the gate that keeps the memory (LSTM: forget, GRU: update), before and
            after; `None` for a cell without gates.
    """

    run: Run
    score: float
    standard_error: float
    horizon: tuple
    decay: tuple
    keep_gate: tuple | None

    @property
    def verdict(self):
        """How it went: `"learned"`, `"in part"`, `"at chance"` or `"diverged"`.

        At chance is what does not beat guessing by five standard errors. Diverged is a score that
        is no number.
        """
        task = self.run.facts
        if task.is_solved(self.score):
            return "learned"
        if math.isnan(self.score):
            return "diverged"
        better = self.score - task.chance
        if task.metric != "accuracy":
            better = -better
        return "in part" if better > 5 * self.standard_error else "at chance"


def fit(run, model, log_dir, callbacks=()):
    """Trains a model on fresh batches of its task, recorded by all three callbacks.

    Args:
        run: The `Run`.
        model: What `run.build()` returned.
        log_dir: Where events go, in the run `rnn` below it.
        callbacks: Further Keras callbacks.

    Returns:
        `Outcome`.

    Raises:
        ValueError: `log_dir` cannot be written, or has events of an earlier run, which TensorBoard
            would mix with these.
    """
    check_fresh(log_dir)
    module = catalog.get(run.task)
    options = run.data_options
    _, (x, y) = module.load_data(num_train=1, num_test=_TEST_SAMPLES, seed=run.seed, **options)
    probe = Probe(x[:_PROBE_SAMPLES], y[:_PROBE_SAMPLES])
    flow = GradientFlow(log_dir, probe, update_freq=_RECORD_EVERY)
    gates = GateActivations(log_dir, probe, update_freq=_RECORD_EVERY)
    keras.utils.set_random_seed(run.seed)
    model.fit(
        module.stream(run.batch_size, seed=run.seed, **options),
        steps_per_epoch=STEPS_PER_EPOCH,
        epochs=run.epochs,
        shuffle=False,  # the stream is random already
        verbose=0,
        callbacks=[GradientNorms(log_dir), flow, gates, *callbacks],
    )
    scores = run.facts.scores(x, y, model.predict(x, batch_size=256, verbose=0))
    return _outcome(run, scores, flow.history, gates.history)


def check_fresh(log_dir):
    """Raises a `ValueError` if there are events of an earlier run in `log_dir`."""
    run_dir = os.path.join(log_dir, "rnn")
    if os.path.isdir(run_dir) and any("tfevents" in name for name in os.listdir(run_dir)):
        raise ValueError(
            f"{run_dir} holds the events of an earlier run, which TensorBoard would mix with new "
            "ones. Choose another log directory, or delete that one."
        )


def _outcome(run, scores, flow, gates):
    state = "c" if run.cell == "lstm" else "h"
    keep = {"lstm": "forget", "gru": "update"}.get(run.cell)

    def ends(history, tag):
        return float(history[tag][0]), float(history[tag][-1])

    return Outcome(
        run=run,
        score=float(scores.mean()),
        standard_error=float(scores.std() / len(scores) ** 0.5),
        horizon=tuple(map(int, ends(flow, f"gradient_horizon/{run.cell}/{state}"))),
        decay=ends(flow, f"gradient_decay/{run.cell}/{state}"),
        keep_gate=None if keep is None else ends(gates, f"gate_mean/{run.cell}/{keep}"),
    )
