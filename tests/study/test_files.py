"""Studies in YAML files."""

import pathlib

import pytest

from keras_rnn_study.study import Study, read_study

STUDIES = pathlib.Path(__file__).parents[2] / "studies"
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
    assert read.sizes == ("quick", "paper")


def test_another_size_is_asked_for_by_name(path):
    runs = read_study(path, size="paper").study.runs()
    assert {run.gap for run in runs} == {10, 100}
    assert {run.steps for run in runs} == {5000}


def test_a_file_without_sizes(tmp_path):
    path = tmp_path / "recall.yaml"
    path.write_text("task: recall\ngap: 5\n")
    read = read_study(path)
    assert (read.title, read.size, read.sizes) == ("recall", None, ())
    assert len(read.study.runs()) == 10
    with pytest.raises(ValueError, match=r"It has no sizes, but size='quick' was asked for"):
        read_study(path, size="quick")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("task: recal\ngap: 5", r"two_sizes.yaml: Unknown task 'recal'"),
        ("task: recall\ngapp: 5", r"two_sizes.yaml: Unknown axis of a study 'gapp'"),
        ("- recall", r"a study must be names and values, but there is list"),
        ("", r"a study must be names and values, but there is nothing"),
        ("1: 2", r"a study must be names and values, but 1 is no name"),
        ("task: [recall", r"no YAML of a study: while parsing"),
        (b"\xff\xfe\x00", r"no YAML of a study"),
        ("task: \x00", r"no YAML of a study: unacceptable character"),
        ("task: !!python/object:os.system x", r"no YAML of a study: could not determine a constr"),
        ("task: recall\n---\ntask: latch", r"no YAML of a study: expected a single document"),
        ("task: recall\nsizes: [1]", r"'sizes' must be names and values, but there is list"),
        ("task: recall\nsizes: {1: {}}", r"'sizes' must be names and values, but 1 is no name"),
        ("task: recall\nsizes: {}", r"'sizes' has no size. Write, for example"),
        ("task: recall\nsizes: {quick: 3}", r"Size 'quick' must be names and values, but .* int"),
        ("task: recall\ngrids: recall", r"grids must be a list of dicts of axes, but 'recall' was"),
        ("task: recall\ngrids: []", r"grids must be a list of dicts of axes, but \[\] was given"),
        ("task: recall\ngrids: [3]", r"grids must be a list of dicts of axes, but \[3\] was given"),
        ("task: recall\ngrids: [{samples: 3}]", r"samples is one for all runs. Pass it beside gr"),
        ("task: recall\ngap: {a: 1}", r"gap takes words, numbers, .* but a table was given"),
        ("task: recall\ngap: [[1]]", r"gap takes words, numbers, .* but list was given"),
        ("task: recall\ngap: 2001-01-01", r"gap takes words, numbers, .* but date was given"),
        ("task: recall\ngap: .nan", r"gap must be finite, but nan was given"),
        ("task: recall\ngap: !!set {a}", r"gap takes words, numbers, .* but set was given"),
        ("task: recall\ngap: " + "9" * 5000, r"no YAML of a study: Exceeds the limit"),
        ("task: recall\ngap: 5\nself: 3", r"Unknown axis of a study 'self'|option of Adam 'self'"),
        (
            "task: recall\ngap: 5\nseeds: 1000000000",
            r"seeds must be a whole number, 10,000 or less",
        ),
        ("task: " + "[" * 5000, r"no YAML of a study: it is nested too deeply"),
        ("- " * 5000, r"no YAML of a study: it is nested too deeply"),
        ("#" * 300_000, r"it is larger than any study"),
    ],
)
def test_a_file_that_is_no_study(path, text, message):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ValueError, match=message) as error:
        read_study(path)
    assert len(str(error.value).splitlines()) == 1
    assert len(str(error.value)) < 1000


@pytest.mark.parametrize("merge", ["[*a, *a]", "{<<: [*a, *a]}"])
def test_a_few_lines_do_not_stand_for_all_memory(path, merge):
    lines = ["a: &a {x: 1}"]
    for letter, before in zip(
        "bcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxy", strict=True
    ):
        lines.append(f"{letter}: &{letter} {merge.replace('a', before)}")
    path.write_text("\n".join(lines))
    with pytest.raises(ValueError, match=r"it has a reference, \*a. Write out what it stands for"):
        read_study(path)


@pytest.mark.parametrize("place", ["/dev/zero", "a\0b", "."])
def test_what_is_no_file_of_a_study(place):
    with pytest.raises(ValueError, match=r"larger than any study|cannot read the study|A path was"):
        read_study(place)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"path": 3}, r"A path was expected, but 3 was given"),
        ({"path": None}, r"A path was expected, but None was given"),
        ({"path": ""}, r"A path was expected, but '' was given"),
        ({"size": 3}, r"Unknown size 3"),
        ({"size": []}, r"Unknown size \[\]"),
        ({"changes": [1]}, r"changes must be names and values, but there is list"),
        ({"changes": 0}, r"changes must be names and values, but there is int"),
        ({"changes": {1: 2}}, r"changes must be names and values, but 1 is no name"),
        ({"changes": {"gap": object}}, r"gap takes words, numbers"),
    ],
)
def test_wrong_arguments(path, arguments, message):
    with pytest.raises(ValueError, match=message):
        read_study(**{"path": path} | arguments)


def test_changes_of_axes_go_into_grids_and_others_beside_them(path):
    path.write_text("task: recall\ngrids: [{cell: lstm, gap: 3}, {cell: gru, units: 4}]\ngap: 9")
    changes = {"seeds": 1, "samples": 64, "gap": 5, "clipnorm": 1.0, "steps": 80}
    study = read_study(path, changes=changes).study
    assert (study.seeds, study.protocol.samples) == ([0], 64)
    assert [(run.cell, run.gap, run.steps, run.optimizer_options) for run in study.runs()] == [
        ("lstm", 5, 80, (("clipnorm", 1.0),)),
        ("gru", 5, 80, (("clipnorm", 1.0),)),
    ]


@pytest.mark.parametrize("name", sorted(path.stem for path in STUDIES.glob("*.yaml")))
def test_every_study_of_a_paper_takes_other_seeds_and_steps(name):
    study = read_study(STUDIES / f"{name}.yaml", changes={"seeds": 1, "steps": 80}).study
    assert {(run.seed, run.steps) for run in study.runs()} == {(0, 80)}


def test_a_size_or_file_that_is_not_there(path, tmp_path):
    with pytest.raises(ValueError, match=r"two_sizes.yaml: Unknown size 'quik'.*mean 'quick'\?"):
        read_study(path, size="quik")
    with pytest.raises(
        ValueError, match=r"none.yaml: cannot read the study: No such file.*Pass the path"
    ):
        read_study(tmp_path / "none.yaml")
