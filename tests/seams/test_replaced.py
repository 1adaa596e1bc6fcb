"""One attribute of one instance, replaced and put back."""

import keras
import pytest

from keras_rnn_study.seams.replaced import Replacement, replaced


class Thing:
    kind = "of the class"

    def __setattr__(self, name, value):
        raise AssertionError("what Keras tracks and saves must not see it")


def thing(**attributes):
    made = Thing()
    vars(made).update(attributes)
    return made


@pytest.mark.parametrize("before", [{}, {"kind": "its own"}, {"kind": None}])
def test_what_stood_there_is_put_back(before):
    one, other = thing(**before), thing()
    with replaced(one, "kind", "ours"):
        assert one.kind == "ours"
        assert other.kind == "of the class"
    assert vars(one) == before


def test_also_after_an_error():
    one = thing(kind="its own")
    with pytest.raises(RuntimeError, match="within"), replaced(one, "kind", "ours"):
        raise RuntimeError("within")
    assert one.kind == "its own"


def test_one_within_another():
    one = thing()
    with replaced(one, "kind", "outer"):
        with replaced(one, "kind", "inner"):
            assert one.kind == "inner"
        assert one.kind == "outer"
    assert vars(one) == {}


@pytest.mark.parametrize("theirs", [{"kind": "theirs"}, {}])
def test_what_somebody_else_did_meanwhile_stays(theirs):
    one = thing(kind="its own")
    replacement = Replacement(one, "kind", "ours")
    vars(one).clear()
    vars(one).update(theirs)
    replacement.restore()
    assert vars(one) == theirs


def test_restoring_twice_is_restoring_once():
    one = thing()
    replacement = Replacement(one, "kind", "ours")
    replacement.restore()
    vars(one)["kind"] = "theirs"
    replacement.restore()
    assert one.kind == "theirs"


def test_an_equal_value_of_somebody_else_is_not_ours():
    one = thing(kind="its own")
    replacement = Replacement(one, "kind", [1])
    vars(one)["kind"] = [1]
    replacement.restore()
    assert one.kind == [1]


def test_keras_does_not_track_what_is_put_into_a_layer():
    layer = keras.layers.LSTM(2)
    with replaced(layer, "inner_loop", keras.layers.Dense(3)):
        assert [sub.name for sub in layer._flatten_layers(include_self=False)] == ["lstm_cell"]
    assert "inner_loop" not in vars(layer)
