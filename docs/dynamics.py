"""Measures and draws what docs/dynamics.md shows: its figures are printed, its pictures written.

python docs/dynamics.py            # the pictures and the figures, ten minutes
python docs/dynamics.py pictures   # or these alone
python docs/dynamics.py figures
python docs/dynamics.py words      # of the pictures, that of the words which an answer depends on
python docs/dynamics.py costs      # the table of costs, in processor time
"""

import itertools
import sys
import time
from pathlib import Path

import keras
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from keras_rnn_study import build_model, dynamics, measures, trace
from keras_rnn_study.callbacks import Dynamics, Probe
from keras_rnn_study.datasets import language, recall
from keras_rnn_study.pictures import product

PICTURES = Path(__file__).parent / "images" / "dynamics"
PALETTE = 256  # colours: fewer would drop some of a colour bar's
GAP, SEEDS, UPDATES = 30, 3, 300


def main() -> None:
    """Do what the command line says."""
    if sys.argv[1:] == ["costs"]:
        print_costs()
        return
    PICTURES.mkdir(parents=True, exist_ok=True)
    if sys.argv[1:] == ["words"]:
        draw_connectivity()
        return
    if sys.argv[1:] != ["figures"]:
        draw_non_normal()
        draw_training()
        draw_connectivity()
    if sys.argv[1:] != ["pictures"]:
        print_rates()


def draw_non_normal() -> None:
    """Draw the fan of a kernel of radius 0.9 that lets a gradient grow, and then vanish."""
    units, steps = 12, 300
    layer = keras.layers.SimpleRNN(units, activation=None, name="triangular")
    model = keras.Sequential([keras.Input((steps, 1)), layer, keras.layers.Dense(1)])
    kernel = np.triu(np.full((units, units), 0.18), 1) + 0.9 * np.eye(units)
    layer.set_weights([np.ones((1, units)), kernel, np.zeros(units)])
    model.compile(loss="mse")
    x, y = np.ones((1, steps, 1)), np.zeros((1, 1))
    gain = dynamics.backward_gain(model, x, y)
    largest = gain.singular_values[0, :, 0]
    exponent = dynamics.lyapunov_exponents(model, x).exponents[0]
    print(
        f"triangular: radius {measures.spectral_radius(kernel):.2f}, ln 0.9 = {np.log(0.9):.3f}, "
        f"exponent over {steps} steps {exponent:.3f}; largest gain 1e{largest.max():.1f} at "
        f"k = {largest.argmax() + 1}, after 20 steps {10 ** largest[19]:.3g}, after {steps} "
        f"1e{largest[-1]:.1f}"
    )
    save(
        "non-normal",
        product.fan(
            gain.singular_values[0],
            gradient=gain.gradient[0],
            exponent=np.log(0.9),
            layer="triangular kernel",
        ),
    )


def draw_training() -> None:
    """Train two LSTMs on recall, and draw what the callback records."""
    exponents = {}
    for name, init in (("default gates", "keras"), ("chrono gates", "chrono")):
        model = task_model("lstm", seed=0, init=init)
        x, y = recall.make(32, gap=GAP, seed=1)
        untrained = dynamics.backward_gain(model, x[:1], y[:1])
        found = Dynamics(None, Probe(x, y), update_freq=20, samples=4)
        fit(model, [found])
        layer = "lstm"
        exponents[name] = found.history[f"lyapunov_exponent/{layer}"]
        if init == "keras":
            gains = found.history[f"jacobian_gain/{layer}"]
            save("gain", product.jacobian_gain(gains, found.history["step"], layer=layer))
            for when, gain in (
                ("untrained", untrained),
                ("trained", dynamics.backward_gain(model, x[:1], y[:1])),
            ):
                picture = product.fan(
                    gain.singular_values[0],
                    gradient=gain.gradient[0],
                    exponent=exponents[name][0 if when == "untrained" else -1],
                    layer=f"LSTM, {when}",
                )
                save(f"fan-{when}", picture)
        print_memory(name, init, model)
    save("exponents", product.exponents_over_training(exponents, found.history["step"]))


def print_memory(name: str, init: str, trained: keras.Model) -> None:
    """Print how much of the past the state has, untrained and trained."""
    for when, model in (("untrained", task_model("lstm", seed=0, init=init)), ("trained", trained)):
        driven = dynamics.memory_capacity(model, layer="lstm")
        print(f"memory, LSTM with {name}, {when}: {driven!r}")


def print_rates() -> None:
    """Print exponent x T beside what the gradient of the loss really lost, by seed."""
    print(
        f"cell, when: exponent * T / ln 10, largest singular value, gradient_decay ({SEEDS} seeds)"
    )
    for cell, trained in itertools.product(("simple_rnn", "lstm", "gru"), (False, True)):
        rows = []
        for seed in range(SEEDS):
            model = task_model(cell, seed)
            if trained:
                fit(model, [])
            rows.append(rates(model, seed))
        means, spreads = np.mean(rows, axis=0), np.std(rows, axis=0, ddof=1)
        figures = ", ".join(f"{m:.2f} +- {s:.2f}" for m, s in zip(means, spreads, strict=True))
        print(f"  {cell}, {'trained' if trained else 'untrained'}: {figures}")


def rates(model: keras.Model, seed: int) -> tuple[float, float, float]:
    """Return the three rates over the whole sequence, in powers of ten."""
    x, y = recall.make(16, gap=GAP, seed=100 + seed)
    steps = x.shape[1] - 1  # from the last step's state to the first's
    found = dynamics.lyapunov_exponents(model, x, count=1, transient=0)
    gain = dynamics.backward_gain(model, x, y)
    layer = next(iter(trace(model, x, y).values()))
    state = "c" if "c" in layer.state_gradients else "h"
    norms = measures.step_norms(layer.state_gradients[state])
    largest = gain.singular_values[:, steps - 1, 0].mean()
    return found.exponents[0] * steps / np.log(10), largest, measures.decay(norms)


def draw_connectivity() -> None:
    """Train on the article's sentence, and show which words the answer depends on."""
    gap, updates = 20, 2000
    keras.utils.set_random_seed(0)
    model = build_model(language.TASK, "lstm", init="chrono", gap=gap, units=64, seed=0)
    model.fit(language.stream(64, gap=gap, seed=0), steps_per_epoch=updates, epochs=1, verbose=0)
    x, y = language.make(512, gap=gap, seed=1)
    words = language.tokens(x)
    french = next(i for i, sentence in enumerate(words) if "France" in sentence)
    some = np.r_[french, :64]  # the first is drawn
    x, y, words = x[some], y[some], [words[i] for i in some]
    found = dynamics.connectivity(model, x, y)
    shares = {
        "gradient": found.gradient,
        "input times gradient": np.abs(found.input_times_gradient),
        "occlusion": np.abs(dynamics.occlusion(model, x, y)),
    }
    evidence = language.evidence(x)
    score = language.TASK.scores(x, y, model.predict(x, verbose=0)).mean()
    print(f"language, gap {gap}, after {updates} updates: {score:.0%} right")
    for name, values in shares.items():
        hits = evidence[np.arange(len(x)), values.argmax(axis=1)].mean()
        shares[name] = values / values.sum(axis=1, keepdims=True)
        at = shares[name][evidence].mean()
        print(f"  {name}: strongest at the country in {hits:.0%}, {at:.0%} of the sum is there")
    draw_words(words[0], {name: share[0] for name, share in shares.items()}, evidence[0])


def draw_words(words: list[str], shares: dict[str, np.ndarray], evidence: np.ndarray) -> None:
    """Draw a row of bars for each way to ask, one bar per word."""
    import matplotlib.figure
    import matplotlib.style

    with matplotlib.style.context("default"):
        figure = matplotlib.figure.Figure(figsize=(9, 5), dpi=100, layout="constrained")
        rows = figure.subplots(len(shares), sharex=True)
        colours = np.where(evidence, "tab:red", "tab:blue")
        for axes, (name, share) in zip(rows, shares.items(), strict=True):
            axes.bar(range(len(words)), share, color=colours)
            axes.set_title(f"{name}: share of the sum", fontsize=10, loc="left")
        rows[-1].set_xticks(range(len(words)), words, rotation=60, ha="right")
        for label, is_evidence in zip(rows[-1].get_xticklabels(), evidence, strict=True):
            label.set_color("tab:red" if is_evidence else "black")
        FigureCanvasAgg(figure).draw()
        save("words", np.asarray(figure.canvas.buffer_rgba())[..., :3])


def print_costs() -> None:
    """Print what one look of the callback takes, over a training step, by units and time."""
    print("units, time: step, look of one sample, their ratio")
    looks = {}
    for units, steps in itertools.product((16, 32, 64), (50, 200)):
        model = keras.Sequential(
            [keras.Input((steps, 8)), keras.layers.LSTM(units, name="lstm"), keras.layers.Dense(1)]
        )
        model.compile("adam", "mse")
        x, y = np.random.default_rng(0).normal(size=(32, steps, 8)), np.zeros((32, 1))
        look = Dynamics(None, Probe(x[:1]))
        look.set_model(model)
        batch = trace(model, x[:1])["lstm"]
        step = seconds(lambda model=model, x=x, y=y: model.train_on_batch(x, y))
        one = seconds(lambda look=look, batch=batch: list(look.measure("lstm", batch)))
        looks[units, steps] = one
        print(f"  {units}, {steps}: {step:.3f} s, {one:.3f} s, {one / step:.1f}", flush=True)
    by_units = np.log2(looks[64, 200] / looks[32, 200])
    by_time = np.log(looks[64, 200] / looks[64, 50]) / np.log(4)
    print(f"  a look grows with units to the {by_units:.1f}, with time to the {by_time:.1f}")


def seconds(function) -> float:
    """Return the least processor time of three, after one that warms up."""
    function()
    times = []
    for _ in range(3):
        start = time.process_time()
        function()
        times.append(time.process_time() - start)
    return min(times)


def task_model(cell: str, seed: int, init: str = "keras") -> keras.Model:
    """Return a network for recall."""
    return build_model(recall.TASK, cell, units=16, init=init, gap=GAP, seed=seed)


def fit(model: keras.Model, callbacks: list[keras.callbacks.Callback]) -> None:
    """Train on recall."""
    stream = recall.stream(64, gap=GAP, seed=0)
    model.fit(stream, steps_per_epoch=UPDATES, epochs=1, verbose=0, callbacks=callbacks)


def save(name: str, pixels: np.ndarray) -> None:
    """Write a picture with few colours."""
    few = Image.fromarray(pixels).quantize(PALETTE, dither=Image.Dither.NONE)
    few.save(PICTURES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
