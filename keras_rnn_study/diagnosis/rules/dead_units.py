"""Units that never answer."""

from keras_rnn_study.diagnosis.examination import Examination
from keras_rnn_study.diagnosis.rule import Symptom, rule

_MOST = 0.8


@rule(
    statistic="Share of a layer's units whose state is 0 at all steps of all samples.",
    threshold=(
        "Above 0.8: an error. An IRNN of 2 positive inputs has a quarter of dead units by chance, "
        "so less is a note."
    ),
    why=(
        "A ReLU that is below 0 for every sample has no derivative there, so nothing will ever "
        "lift it again."
    ),
    remedy="keras.layers.SimpleRNN(units)  # tanh; or a smaller learning rate, and biases above 0",
    lesson="3_exploding",
    false_alarm="All samples of the batch have empty or masked sequences.",
    explains=(
        "no_gradient",
        "vanishing_gradient",
        "input_ignored",
        "learning_rate_too_low",
        "learns_label_mean",
    ),
)
def dead_units(examination: Examination) -> Symptom | None:
    """Does each unit ever answer?"""
    if not examination.is_finite:
        return None
    for name, layer in examination.trace.items():
        states, kinds = layer.states["h"], layer.activations
        if kinds.get("h", kinds.get("candidate")) in ("tanh", "sigmoid"):
            continue  # which always answer, unless nothing comes in
        dead = (states == 0).all(axis=(0, 1)).ravel()
        share = float(dead.mean())
        evidence = {"dead": int(dead.sum()), "units": len(dead)}
        title = f"{dead.sum()} of {len(dead)} units of {name!r} are 0 at every step."
        if share > _MOST:
            return Symptom(title, evidence, layer=name)
        if share >= 0.4:
            return Symptom(title, evidence, "note", layer=name)
    return None
