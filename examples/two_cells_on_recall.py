"""Fits a SimpleRNN and an LSTM on the same task, recorded, and compares what was recorded.

The cell's name does not decide which one wins, but what it starts from: Keras starts a SimpleRNN
with an orthogonal kernel, and an LSTM's forget gate at 0.73, of which 0.73^30 = 8e-5 is left.

python examples/two_cells_on_recall.py [--gap 30] [--steps 300] [--log-dir runs/recall]
"""

import argparse

from keras_rnn_study import build_model
from keras_rnn_study.callbacks import GateActivations, GradientFlow, GradientNorms, Probe
from keras_rnn_study.datasets import recall

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--gap", type=int, default=30)
parser.add_argument("--steps", type=int, default=300)
parser.add_argument("--log-dir", default="runs/recall")
arguments = parser.parse_args()

_, (x_test, y_test) = recall.load_data(gap=arguments.gap)
probe = Probe(x_test[:64], y_test[:64])

for cell in ("simple_rnn", "lstm"):
    log_dir = f"{arguments.log_dir}/{cell}"
    norms = GradientNorms(log_dir)
    flow = GradientFlow(log_dir, probe)
    gates = GateActivations(log_dir, probe)

    model = build_model(recall.TASK, cell, seed=0)
    model.fit(
        recall.stream(64, gap=arguments.gap, seed=0),
        steps_per_epoch=arguments.steps // 10,
        epochs=10,
        shuffle=False,
        verbose=0,
        callbacks=[norms, flow, gates],
    )

    accuracy = model.evaluate(x_test, y_test, verbose=0, return_dict=True)["accuracy"]
    horizon = flow.history[f"gradient_horizon/{cell}/h"]
    largest = norms.history["gradient_norm/global"].max()
    print(
        f"{cell:10}  accuracy {accuracy:.2f} (chance {recall.TASK.chance:.2f})"
        f"  horizon {horizon[0]:.0f} -> {horizon[-1]:.0f} of {x_test.shape[1]} steps"
        f"  largest gradient norm {largest:.2g}"
    )

print(f"keras-rnn-study view {arguments.log_dir}")
