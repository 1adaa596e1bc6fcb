"""Studies in YAML files."""

import pytest

from keras_rnn_study.study import Study, read_study

FILE = """
title: Two sizes
about: {paper: somebody}
task: recall
cell: [simple_rnn, lstm]
learning_rate: [1e-3, 3e-3]
clipnorm: none
sizes:
  quick: {gap: [3], seeds: 2, steps: 80}
  paper: {gap: [10, 100], seeds: 10, steps: 5000}
"""


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "two_sizes.yaml"
    path.write_text(FILE)
    return path


def test_the_first_size_is_the_usual_one(path):
    read = read_study(path)
    expected = Study(
        task="recall",
        cell=["simple_rnn", "lstm"],
        learning_rate=[0.001, 0.003],  # YAML itself takes 1e-3 for a word
        clipnorm=None,
        gap=[3],
        seeds=2,
        steps=80,
    )
    assert read.study.as_dict() == expected.as_dict()
    assert (read.title, read.about, read.size) == ("Two sizes", {"paper": "somebody"}, "quick")


def test_another_size_is_asked_for_by_name(path):
    runs = read_study(path, size="paper").study.runs()
    assert {run.gap for run in runs} == {10, 100}
    assert {run.steps for run in runs} == {5000}


def test_a_file_without_sizes(tmp_path):
    path = tmp_path / "recall.yaml"
    path.write_text("task: recall\ngap: 5\n")
    read = read_study(path)
    assert (read.title, read.size, len(read.study.runs())) == ("recall", None, 10)
    with pytest.raises(ValueError, match=r"has no sizes, but size='quick' was asked for"):
        read_study(path, size="quick")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("task: recal\ngap: 5", r"two_sizes.yaml: Unknown task 'recal'"),
        ("task: recall\ngapp: 5", r"two_sizes.yaml: Unknown axis of a study 'gapp'"),
        ("- recall", r"holds list, not names and values"),
        ("task: [recall", r"is no YAML: while parsing"),
        (b"\xff\xfe\x00", r"is no YAML"),
    ],
)
def test_a_file_that_is_no_study(path, text, message):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ValueError, match=message):
        read_study(path)


def test_a_size_or_file_that_is_not_there(path, tmp_path):
    with pytest.raises(ValueError, match=r"Unknown size in .*'quik'.*mean 'quick'\?"):
        read_study(path, size="quik")
    with pytest.raises(ValueError, match=r"Cannot read the study .*No such file.*Pass the path"):
        read_study(tmp_path / "none.yaml")
