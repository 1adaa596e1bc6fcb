"""The command that brings an extra is right for where the toolkit came from."""

import importlib.metadata
import json

import pytest

from keras_rnn_study.extras import how_to_install, load

CLONE, WHEEL = "file:///a/my%20clone", "file:///a/keras_rnn_study-0.1.0-py3-none-any.whl"


@pytest.mark.parametrize(
    ("origin", "command"),
    [
        (None, 'pip install "keras-rnn-study[digits]"'),
        (
            {"url": CLONE, "dir_info": {"editable": True}},
            'pip install -e "/a/my clone[digits]"',
        ),
        ({"url": CLONE, "dir_info": {}}, 'pip install "/a/my clone[digits]"'),
        (
            {"url": WHEEL, "archive_info": {}},
            f'pip install "keras-rnn-study[digits] @ {WHEEL}"',
        ),
    ],
    ids=["index", "clone, editable", "clone", "wheel"],
)
def test_it_names_the_source(origin, command, monkeypatch):
    class Installed:
        def read_text(self, name):
            assert name == "direct_url.json"
            return None if origin is None else json.dumps(origin)

    monkeypatch.setattr(importlib.metadata, "distributions", lambda name: [Installed()])
    assert how_to_install("digits") == command


def test_a_missing_package_is_named_with_the_command():
    with pytest.raises(ModuleNotFoundError, match=r"needs Nothing, which is not.*pip install"):
        load("no_such_module", package="Nothing", extra="digits")
