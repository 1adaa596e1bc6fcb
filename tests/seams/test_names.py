"""Where there is no recurrent layer, or none of that name, a message says so, in one place."""

import re
from pathlib import Path

import keras
import pytest
from keras import layers

from keras_rnn_study.seams.names import UnknownNameError, nearest, recurrent_layers, select

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "made", [lambda: None, lambda: "model", lambda: layers.LSTM(2), lambda: keras.Model]
)
def test_no_model(made):
    with pytest.raises(ValueError, match=r"Received a \w+\. Expected a keras.Model: put layers in"):
        recurrent_layers(made())


def test_no_recurrent_layer():
    model = keras.Sequential([keras.Input((5, 2)), layers.Dense(1)], name="plain")
    with pytest.raises(ValueError, match=r"'plain' has no recurrent layer\. Expected at least one"):
        recurrent_layers(model)


def test_the_message_is_written_once():
    sources = [p.read_text("utf-8") for p in (ROOT / "keras_rnn_study").rglob("*.py")]
    assert sum(len(re.findall(r"\} has no recurrent layer", text)) for text in sources) == 1


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("lstm", r"must be a list of layer names.*Write layers=\['lstm'\]"),
        (3, r"must be a list of layer names.*layers=3.*Write layers=\['lstm'\]"),
        ([], r"layers=\[\], which leaves nothing.*choose of 'lstm', 'gru'"),
        (["lst"], r"no recurrent layer 'lst'\. Did you mean 'lstm'\? Its recurrent layers are: 'l"),
        ([3], r"no recurrent layer 3\. Its recurrent layers are: 'lstm', 'gru'\."),
    ],
)
def test_names_that_are_not_there(wanted, message):
    with pytest.raises(ValueError, match=message):
        select(["lstm", "gru"], wanted)


def test_a_layer_is_told_its_name():
    with pytest.raises(ValueError, match=r"no recurrent layer 'lstm_9'\. Did you mean 'lstm'"):
        select(["lstm", "gru"], [layers.LSTM(2, name="lstm_9")])


def test_names_are_taken_from_any_iterable_in_the_order_of_the_model():
    assert select(["lstm", "gru"], iter(["gru", "lstm", "gru"])) == ["lstm", "gru"]


def test_an_unknown_name_is_told_without_quotes():
    assert str(UnknownNameError("There is none.")) == "There is none."
    assert nearest("zzz", ["lstm"]) == ""
