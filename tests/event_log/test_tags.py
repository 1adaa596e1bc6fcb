import pytest

from keras_rnn_study.event_log import tags


def test_every_kind_has_a_description_with_an_emphasised_beginning():
    assert all(
        text.startswith("**") and text.count("**") == 2 for text in tags.DESCRIPTIONS.values()
    )


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


def test_unknown_kind_names_the_nearest():
    with pytest.raises(ValueError, match=r"'gradient_norms'; expected one of .*'gradient_norm'"):
        tags.tag("gradient_norms", "lstm")
    with pytest.raises(ValueError, match="nearest is 'gate_map'"):
        tags.description("gate_maps/lstm")


@pytest.mark.parametrize("parts", [(), ("lstm", ""), ("/",)])
def test_empty_parts_are_refused(parts):
    with pytest.raises(ValueError, match="none empty, such as tag"):
        tags.tag("gate", *parts)
