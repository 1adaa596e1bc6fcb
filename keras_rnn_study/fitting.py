"""One training run of one cell on one task, recorded by all three callbacks."""

import dataclasses
import os

import keras

from keras_rnn_study.callbacks import GateActivations, GradientFlow, GradientNorms, Probe
from keras_rnn_study.datasets import task as tasks
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
        gap: Steps between the evidence and the answer.
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
    gap: int
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
    def epochs(self):
        """Epochs of 40 steps."""
        return -(-self.steps // STEPS_PER_EPOCH)

    def build(self):
        """The compiled model.

        Raises:
            ValueError: as `build_model`, or the task cannot make that gap.
        """
        tasks.get(self.task).make(1, gap=self.gap, seed=self.seed)
        model = build_model(
            self.task,
            self.cell,
            units=self.units,
            layers=self.layers,
            init=self.init,
            gap=self.gap,
            seed=self.seed,
        )
        model.optimizer.learning_rate = self.learning_rate
        return model


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a run came to.

    Attributes:
        run: The `Run`.
        accuracy: On held-out samples, 0 to 1.
        horizon: Of the first recurrent layer's memory (an LSTM's c, else h), in steps: before and
            after training.
        decay: The same for the gradient's decay, in powers of ten.
        keep_gate: Mean of the gate that keeps the memory (LSTM: forget, GRU: update), before and
            after; `None` for a cell without gates.
    """

    run: Run
    accuracy: float
    horizon: tuple
    decay: tuple
    keep_gate: tuple | None

    @property
    def verdict(self):
        """`"learned"`, `"in part"`, or `"at chance"`: within five standard errors of guessing."""
        task = tasks.get(self.run.task).TASK
        if task.is_solved(self.accuracy):
            return "learned"
        error = (task.chance * (1 - task.chance) / _TEST_SAMPLES) ** 0.5
        return "in part" if self.accuracy > task.chance + 5 * error else "at chance"


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
    module = tasks.get(run.task)
    _, (x, y) = module.load_data(run.gap, num_train=1, num_test=_TEST_SAMPLES, seed=run.seed)
    probe = Probe(x[:_PROBE_SAMPLES], y[:_PROBE_SAMPLES])
    flow = GradientFlow(log_dir, probe, update_freq=_RECORD_EVERY)
    gates = GateActivations(log_dir, probe, update_freq=_RECORD_EVERY)
    keras.utils.set_random_seed(run.seed)
    model.fit(
        module.stream(run.batch_size, gap=run.gap, seed=run.seed),
        steps_per_epoch=STEPS_PER_EPOCH,
        epochs=run.epochs,
        shuffle=False,  # the stream is random already
        verbose=0,
        callbacks=[GradientNorms(log_dir), flow, gates, *callbacks],
    )
    accuracy = model.evaluate(x, y, batch_size=256, verbose=0, return_dict=True)["accuracy"]
    return _outcome(run, accuracy, flow.history, gates.history)


def check_fresh(log_dir):
    """Raises a `ValueError` if there are events of an earlier run in `log_dir`."""
    run_dir = os.path.join(log_dir, "rnn")
    if os.path.isdir(run_dir) and any("tfevents" in name for name in os.listdir(run_dir)):
        raise ValueError(
            f"{run_dir} holds the events of an earlier run, which TensorBoard would mix with new "
            "ones. Choose another log directory, or delete that one."
        )


def _outcome(run, accuracy, flow, gates):
    state = "c" if run.cell == "lstm" else "h"
    keep = {"lstm": "forget", "gru": "update"}.get(run.cell)

    def ends(history, tag):
        return float(history[tag][0]), float(history[tag][-1])

    return Outcome(
        run=run,
        accuracy=float(accuracy),
        horizon=tuple(map(int, ends(flow, f"gradient_horizon/{run.cell}/{state}"))),
        decay=ends(flow, f"gradient_decay/{run.cell}/{state}"),
        keep_gate=None if keep is None else ends(gates, f"gate_mean/{run.cell}/{keep}"),
    )
