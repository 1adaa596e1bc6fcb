import pytest

from keras_rnn_study.event_log import quantities, tags, values


def test_every_quantity_has_a_kind_and_a_description_with_an_emphasised_beginning():
    for kind, text in quantities.QUANTITIES.values():
        assert kind in values.PLUGINS
        assert text.startswith("**")
        assert text.count("**") == 2


@pytest.mark.parametrize("quantity", ["gradient_horizon", "gradient_decay", "gradient_flow"])
def test_cards_have_words_for_what_is_not_a_number(quantity):
    assert "not a number" in quantities.QUANTITIES[quantity].description


def test_what_one_compares_opens_first_and_flow_comes_before_maps():
    """TensorBoard sorts groups by name, and opens the first two."""
    by_kind = {}
    for name, quantity in sorted(quantities.QUANTITIES.items()):
        by_kind.setdefault(quantity.kind, []).append(name)
    seen = sorted([*by_kind["scalar"], *by_kind["histogram"], *by_kind["image"]])  # Time Series
    assert seen[:2] == ["back_in_time", "fit"]
    assert by_kind["image"].index("gradient_flow") < by_kind["image"].index("unit_map")


@pytest.mark.parametrize("quantity", ["gate", "gate_mean", "gate_saturation", "unit_map"])
@pytest.mark.parametrize("part", ["candidate", "h", "forget"])
def test_what_is_no_forget_gate_is_not_described_as_one(quantity, part):
    end = "_left" if quantity == "gate_saturation" else ""
    text = tags.description_of(f"{quantity}/forget/{part}{end}")  # a layer may have any name
    assert ("forget gate" in text) == ("0.73^100" in text) == (part == "forget")
    assert ("no gate" in text) == (part == "candidate")
    assert text.startswith(quantities.QUANTITIES[quantity].description)


def test_a_part_that_is_not_known_has_the_description_of_its_quantity():
    assert tags.description_of("state_norm/cell/state_1") == (
        quantities.QUANTITIES["state_norm"].description
    )


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
    with pytest.raises(ValueError, match="nearest is 'unit_map'"):
        tags.quantity_of("unit_maps/lstm")


@pytest.mark.parametrize("parts", [(), ("lstm", ""), ("/",)])
def test_empty_parts_are_refused(parts):
    with pytest.raises(ValueError, match="none empty, such as tag"):
        tags.tag("gate", *parts)
