"""The demo's last screen: what came of it, and what to do next, in a terminal of 80 by 24."""

import importlib

import command_line
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


def test_the_quick_one_ends_with_a_picture_in_a_small_terminal(tmp_path, monkeypatch):
    """Trained a few steps only."""
    monkeypatch.setattr(demo, "QUICK_STEPS", 2)
    monkeypatch.setattr(demo, "QUICK_GAP", 30)
    done = command_line.run("demo", "--quick", "--log-dir", "runs/quick", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    shown = "\n".join(lines[-23:])
    assert max(map(len, lines[-23:])) <= 80
    assert "cell" in shown
    assert "runs/quick/view.html" in shown
    page = (tmp_path / "runs/quick/view.html").read_text("utf-8")
    assert "lstm-chrono" in page
    assert page.count("<script") > 1


def test_where_another_training_was_recorded_it_says_so_before_it_starts(tmp_path, monkeypatch):
    (tmp_path / "runs/quick/lstm/rnn").mkdir(parents=True)
    (tmp_path / "runs/quick/lstm/rnn/events.out.tfevents.1").touch()
    monkeypatch.setattr(comparison, "start_tensorflow", None)
    done = command_line.run("demo", "--quick", "--log-dir", "runs/quick", cwd=tmp_path)
    assert done.returncode == 2
    said = done.stderr.replace("\n", " ")
    assert "runs/quick/lstm/rnn holds the events of an earlier run" in said
    assert "Choose another log directory, or delete that one" in said
    assert [path.name for path in (tmp_path / "runs/quick").iterdir()] == ["lstm"]
