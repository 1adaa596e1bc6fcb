"""A trace as an object: it prints names and shapes, and tells what it has."""

import copy
import pickle

import numpy as np
import pytest

from keras_rnn_study import LayerTrace, Trace

ARRAY = np.zeros((8, 20, 4), "float32")


def layer(**fields):
    return LayerTrace({"h": ARRAY, "c": ARRAY}, {"update": ARRAY}, {"update": "sigmoid"}, **fields)


def test_prints_names_and_shapes():
    text = repr(layer(mask=np.ones((8, 20), bool), state_gradients={"h": ARRAY}))
    assert text == (
        "LayerTrace(states={'h': (8, 20, 4), 'c': (8, 20, 4)}, gates={'update': (8, 20, 4)}, "
        "activations={'update': 'sigmoid'}, mask=(8, 20), state_gradients={'h': (8, 20, 4)}, "
        "output_gradients=None, input_gradients=None, inputs=None, initial_states=None, "
        "final_state_gradients=None)"
    )
    assert repr(Trace(0.5, {"gru": layer()})) == "Trace(loss=0.5, layers={'gru': (8, 20, 4)})"


def test_is_equal_to_itself_only():
    one, other = layer(), layer()
    assert one == one
    assert one != other
    assert Trace(0.5, {"a": one}) != Trace(0.5, {"a": one})
    assert len({one, other, Trace(0.5, {})}) == 3


@pytest.mark.parametrize(
    ("get", "message"),
    [
        (
            lambda t: t["lstm"],
            "There is no recurrent layer 'lstm'. Did you mean 'lstm_1'? There is: 'lstm_1', 'gru'.",
        ),
        (lambda t: t[0], "There is no recurrent layer 0. There is: 'lstm_1', 'gru'."),
        (lambda t: t["gru"].gates["keep"], "There is no gate 'keep'. There is: 'update'."),
        (lambda t: t["gru"].states["x"], "There is no state 'x'. There is: 'h', 'c'."),
        (lambda t: t["gru"].state_gradients["c"], "There is no state 'c'. There is: 'h'."),
        (lambda t: t["lstm_1"].gates["forget"], "There is no gate 'forget'. There is: none."),
    ],
)
def test_a_name_that_is_not_there_is_answered_by_those_that_are(get, message):
    bare = LayerTrace({"h": ARRAY}, {}, {"h": "tanh"})
    t = Trace(None, {"lstm_1": bare, "gru": layer(state_gradients={"h": ARRAY})})
    with pytest.raises(KeyError) as raised:
        get(t)
    assert str(raised.value) == message


def test_is_a_mapping_all_the_same():
    t = Trace(None, {"gru": layer()})
    assert "lstm" not in t
    assert t.get("lstm") is None
    assert t["gru"].gates.get("keep") is None
    assert dict(t) == {"gru": t["gru"]}
    assert set(t["gru"].gates | t["gru"].states) == {"update", "h", "c"}


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))])
def test_can_be_copied_and_kept(copied):
    t = copied(Trace(0.5, {"gru": layer()}))
    assert t.loss == 0.5
    np.testing.assert_array_equal(t["gru"].states["c"], ARRAY)
    with pytest.raises(KeyError, match="There is no gate 'keep'"):
        t["gru"].gates["keep"]
