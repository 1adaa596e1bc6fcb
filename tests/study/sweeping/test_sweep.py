"""Sweeps in real processes: the same numbers always, nothing lost, nothing repeated."""

import dataclasses
import os
import pathlib
import signal

import numpy as np
import pytest
from event_files import values_in
from small_study import NUM_RUNS, small_study

from keras_rnn_study.study import Protocol, Study, StudyDirectory, sweep


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """The small study, run by one process."""
    path = tmp_path_factory.mktemp("studies") / "one-job"
    seen = []
    results = sweep(small_study(), path, on_progress=lambda p: seen.append(dataclasses.replace(p)))
    return StudyDirectory(path), results, seen


def assert_same(results, others):
    np.testing.assert_equal([vars(r) for r in results], [vars(r) for r in others])


def folders(directory):
    """What would change if a run were written again."""
    return {
        path.parent.name: (path.stat().st_mtime_ns, path.stat().st_ino)
        for path in directory.path.glob("*/run.json")
    }


def test_a_sweep_trains_every_run(swept):
    directory, results, _ = swept
    assert [result.run for result in results] == small_study().runs()
    for result in results:
        assert result.verdict in ("learned", "in part", "at chance")
        assert 0 < result.updates <= 80
        assert result.time == result.run.gap + 2
        assert result.largest_gradient_norm > 0
        assert (result.updates_to_success is None) == (result.ended != "success held")
    assert any(result.learned for result in results)
    assert set(directory.versions()) >= {"tensorflow", "keras", "numpy", "python"}


def test_the_first_seed_can_be_looked_into(swept):
    directory, results, _ = swept
    shown = [result.run.seed for result in results if _has_frames(directory.run_path(result.run))]
    assert shown == [0] * (NUM_RUNS // 2)


def _has_frames(path):
    return any(tag.startswith("frame/") for tag, _, _ in values_in(path))


def test_what_was_measured_is_what_a_plain_training_gives(swept):
    """The same run by hand: Keras' own loop, `build`, the stream, no bench."""
    import keras

    from keras_rnn_study import trace
    from keras_rnn_study.datasets import recall
    from keras_rnn_study.measures import decay, step_norms

    directory, results, _ = swept
    result = next(r for r in results if r.run.label == "lstm (chrono)" and r.run.seed == 1)
    model = result.run.build()
    _, (x, y) = recall.load_data(num_train=1, num_test=128, gap=result.run.gap, seed=1)
    norms = step_norms(trace(model, x[:64], y[:64])["lstm"].state_gradients["c"])
    assert result.decay[0] == pytest.approx(decay(norms), abs=1e-4)
    keras.utils.set_random_seed(1)
    model.fit(
        recall.stream(64, gap=result.run.gap, seed=1),
        steps_per_epoch=result.updates,
        verbose=0,
        shuffle=False,
    )
    checked = model.evaluate(x[:64], y[:64], verbose=0, return_dict=True)["accuracy"]
    final = model.evaluate(x[64:], y[64:], verbose=0, return_dict=True)["accuracy"]
    history = directory.history(result.run)
    # Rounding differs between the loops, so a sample or two may fall on the other side.
    assert history["score"][-1] == pytest.approx(checked, abs=2 / 64)
    assert result.score == pytest.approx(final, abs=2 / 64)
    assert list(history["step"]) == list(range(0, result.updates + 1, 40))
    assert history["gradient_flow/lstm/c"].shape == (len(history["step"]), result.time)
    assert len(history["training_gradient_norm"]) == result.updates


def test_progress_counts_from_nothing_to_all(swept):
    _, _, seen = swept
    first, last = seen[0], seen[-1]
    assert (first.total, first.done, first.running, first.work) == (NUM_RUNS, 0, 0, 0)
    assert (last.done, last.running, last.failed) == (NUM_RUNS, 0, 0)
    assert last.work == pytest.approx(1)
    assert max(progress.running for progress in seen) == 1
    assert [p.done for p in seen] == sorted(p.done for p in seen)


@pytest.mark.slow
def test_two_jobs_give_the_same_numbers(swept, tmp_path):
    """Also those of runs that came to another bench, after other runs."""
    _, results, _ = swept
    assert_same(sweep(small_study(), tmp_path / "two", jobs=2), results)


def test_a_finished_sweep_does_nothing_more(swept):
    directory, results, _ = swept
    before = folders(directory)
    assert len(before) == NUM_RUNS
    seen = []
    again = sweep(small_study(), directory.path, on_progress=lambda p: seen.append(p.running))
    assert seen == [0]
    assert_same(again, results)
    assert folders(directory) == before


def test_a_changed_study_is_refused_and_loses_nothing(swept):
    directory, _, _ = swept
    before = folders(directory)
    with pytest.raises(ValueError, match=r"steps: \[80\] there, \[120\] received"):
        sweep(small_study(steps=120), directory.path)
    assert folders(directory) == before


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"cell": "lst"}, r"Unknown cell 'lst'.*Did you mean 'lstm'\?"),
        ({"optimizer": "adm", "cell": "lstm"}, r"Unknown optimizer 'adm'.*mean 'adam'\?"),
        ({"clipnrm": 1.0, "cell": "lstm"}, r"Unknown option of Adam 'clipnrm'.*'clipnorm'\?"),
    ],
)
def test_what_no_model_takes_is_told_before_anything_is_written(changed, message, tmp_path):
    axes = {"task": "recall", "gap": 3, "units": 4, "seeds": 1} | changed
    with pytest.raises(ValueError, match=message):
        sweep(Study(**axes), tmp_path / "study")
    assert not (tmp_path / "study").exists()


def children():
    """Processes that this one started."""
    own = os.getpid()
    numbers = pathlib.Path(f"/proc/{own}/task/{own}/children").read_text().split()
    return [
        n for n in map(int, numbers) if b"loky" in pathlib.Path(f"/proc/{n}/cmdline").read_bytes()
    ]


@pytest.mark.slow
@pytest.mark.skipif(not pathlib.Path("/proc/self/task").exists(), reason="needs Linux' /proc")
def test_a_worker_that_is_killed_takes_no_run_with_it(swept, tmp_path):
    _, results, _ = swept
    killed = []

    def kill_one(progress):
        if progress.done == 2 and progress.running == 2 and not killed:
            killed.extend(n for n in children() if is_working(n))
            os.kill(killed[0], signal.SIGKILL)

    found = sweep(small_study(), tmp_path / "killed", jobs=2, on_progress=kill_one)
    assert killed
    assert_same(found, results)


def is_working(number):
    """Whether a process has TensorFlow in it: the others only watch."""
    return "tensorflow" in pathlib.Path(f"/proc/{number}/maps").read_text()


@pytest.mark.slow
def test_diverging_is_failing_to_learn_and_not_missing(tmp_path):
    study = Study(
        task="adding",
        cell="simple_rnn",
        init="identity",
        gap=20,
        optimizer="sgd",
        learning_rate=1e6,
        units=4,
        steps=160,
        samples=64,
        seeds=1,
    )
    [result] = sweep(study, tmp_path / "diverged")
    assert (result.verdict, result.ended, result.updates) == ("diverged", "not finite", 40)
    assert not result.failed
    history = StudyDirectory(tmp_path / "diverged").history(result.run)
    assert not np.isfinite(history["loss"][-1])
    assert not np.isfinite(result.largest_gradient_norm)


@pytest.mark.slow
def test_a_hopeless_run_ends_early_unless_none_is_given_up(tmp_path):
    axes = {"task": "recall", "cell": "lstm", "gap": 60, "units": 2, "learning_rate": 1e-6}
    axes |= {"steps": 120, "seeds": 1, "samples": 64}
    [result] = sweep(Study(**axes), tmp_path / "usual")
    assert (result.ended, result.updates, result.verdict) == ("hopeless", 80, "at chance")
    [result] = sweep(Study(**axes, give_up=1), tmp_path / "patient")
    assert (result.ended, result.updates) == ("updates used up", 120)


def test_the_protocol_is_checked():
    with pytest.raises(ValueError, match="threads must be a whole number, 1 or more"):
        Protocol(threads=0)
