"""The demo's last screen: what came of it, and what to do next, in a terminal of 80 by 24."""

import importlib

from made_results import made

from keras_rnn_study.cli import comparison
from keras_rnn_study.cli.common import console

demo = importlib.import_module("keras_rnn_study.cli.demo")  # the package shows the command itself
LOG_DIR = "runs/demo-20261127-235959"


def test_table_and_what_to_do_next_fit_a_small_terminal(monkeypatch, capsys):
    results = [
        made(cell, init, gap, learned=gap == 5 or init == "chrono", keep_gate=(0.73, 0.82))
        for gap in demo.GAPS
        for cell, init in demo.CELLS
    ]

    def compare(runs, name, log_dir, verbose):
        assert [run.label for run in runs] == [result.run.label for result in results]
        comparison._print_results(results, LOG_DIR)

    monkeypatch.setattr(demo, "compare", compare)
    monkeypatch.setattr(console, "width", 80)
    demo.demo()
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    last = "\n".join(lines[-23:])  # the prompt takes one
    assert last.split()[:3] == ["cell", "gap", "accuracy"]
    for command in ("view", "tensorboard"):
        assert f"keras-rnn-study {command} {LOG_DIR}" in last
    assert "keras-rnn-study fit --cell simple_rnn" in last.splitlines()[-1]
