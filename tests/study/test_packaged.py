"""Studies that come along are found by their name."""

from pathlib import Path

import pytest

from keras_rnn_study.study import packaged_study, read_study

STUDIES = Path(__file__).parents[2] / "studies"


def test_every_study_of_the_repository_comes_along():
    for path in STUDIES.glob("*.yaml"):
        assert packaged_study(path.stem).read_bytes() == path.read_bytes()
        assert read_study(packaged_study(path.stem)).study.runs()


def test_an_unknown_one_is_told_with_the_nearest():
    with pytest.raises(ValueError, match=r"Unknown study 'gap'.*Did you mean 'gaps'"):
        packaged_study("gap")
