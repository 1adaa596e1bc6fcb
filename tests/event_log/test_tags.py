import pytest

from keras_rnn_study.event_log import tags, values


def test_every_quantity_has_a_kind_and_a_description_with_an_emphasised_beginning():
    for kind, text in tags.QUANTITIES.values():
        assert kind in values.PLUGINS
        assert text.startswith("**")
        assert text.count("**") == 2


@pytest.mark.parametrize("quantity", ["gradient_horizon", "gradient_decay", "gradient_flow"])
def test_cards_have_words_for_what_is_not_a_number(quantity):
    assert "not a number" in tags.QUANTITIES[quantity].description


def test_columns_are_those_of_the_quantities():
    history = {"step": 0, "gate/lstm/forget": 1, "gate_mean/a/b/c": 2, "gate_mean": 3, "loss": 4}
    assert tags.columns(history, ["gate_mean"]) == {"gate_mean/a/b/c": 2, "gate_mean": 3}
    with pytest.raises(ValueError, match="nearest is 'gate_mean'"):
        tags.columns(history, ["gate_means"])


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("lstm", "forget_left"), "gate_saturation/lstm/forget_left"),
        (("bidirectional/forward_lstm", "x"), "gate_saturation/bidirectional/forward_lstm/x"),
        (("my layer:0", "a/b/"), "gate_saturation/my_layer_0/a/b"),
        (("层", "x"), "gate_saturation/层/x"),
    ],
)
def test_parts_are_made_safe(parts, expected):
    assert tags.tag("gate_saturation", *parts) == expected


def test_an_unknown_quantity_names_the_nearest():
    with pytest.raises(ValueError, match=r"'gradient_norms'; expected one of .*'gradient_norm'"):
        tags.tag("gradient_norms", "lstm")
    with pytest.raises(ValueError, match="nearest is 'gate_map'"):
        tags.quantity_of("gate_maps/lstm")


@pytest.mark.parametrize("parts", [(), ("lstm", ""), ("/",)])
def test_empty_parts_are_refused(parts):
    with pytest.raises(ValueError, match="none empty, such as tag"):
        tags.tag("gate", *parts)
