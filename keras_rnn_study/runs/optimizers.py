"""The optimizers that a run can have, and their options: one table, which needs no TensorFlow."""

import numbers
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from keras_rnn_study.arguments import check_choice
from keras_rnn_study.runs.ranges import RANGES, Range

if TYPE_CHECKING:
    import keras

_ALL = (
    "weight_decay",
    "clipnorm",
    "clipvalue",
    "global_clipnorm",
    "use_ema",
    "ema_momentum",
    "ema_overwrite_frequency",
    "loss_scale_factor",
    "gradient_accumulation_steps",
)
OPTIMIZERS = {
    "Adadelta": (*_ALL, "rho", "epsilon"),
    "Adafactor": (
        *(*_ALL, "beta_2_decay", "epsilon_1", "epsilon_2"),
        *("clip_threshold", "relative_step"),
    ),
    "Adagrad": (*_ALL, "initial_accumulator_value", "epsilon"),
    "Adam": (*_ALL, "beta_1", "beta_2", "epsilon", "amsgrad"),
    "AdamW": (*_ALL, "beta_1", "beta_2", "epsilon", "amsgrad"),
    "Adamax": (*_ALL, "beta_1", "beta_2", "epsilon"),
    "Ftrl": (
        *(*_ALL, "learning_rate_power", "initial_accumulator_value", "beta"),
        *("l1_regularization_strength", "l2_regularization_strength"),
        "l2_shrinkage_regularization_strength",
    ),
    "Lamb": (*_ALL, "beta_1", "beta_2", "epsilon"),
    "Lion": (*_ALL, "beta_1", "beta_2"),
    "Nadam": (*_ALL, "beta_1", "beta_2", "epsilon"),
    "RMSprop": (*_ALL, "rho", "momentum", "epsilon", "centered"),
    "SGD": (*_ALL, "momentum", "nesterov"),
}
"""Keras' classes, and what each takes besides the learning rate."""

_SHARE = Range(0, 1, 0.9)
_SMALL = Range(0, 1, 1e-7)
_STRENGTH = Range(0, 1e12, 1e-4)
_LIMIT = Range(0, 1e12, 1.0, above=True)
_POWER = Range(-100, 0, -0.5)
_OPTIONS = {
    **dict.fromkeys(("beta", "beta_1", "beta_2", "rho", "momentum", "ema_momentum"), _SHARE),
    **dict.fromkeys(("epsilon", "epsilon_1", "epsilon_2"), _SMALL),
    **dict.fromkeys(("weight_decay", "initial_accumulator_value"), _STRENGTH),
    **dict.fromkeys((name for name in OPTIMIZERS["Ftrl"] if "strength" in name), _STRENGTH),
    **dict.fromkeys(("clipnorm", "clipvalue", "global_clipnorm", "clip_threshold"), _LIMIT),
    "loss_scale_factor": _LIMIT,
    "ema_overwrite_frequency": Range(1, 10**9, 100, whole=True),
    "gradient_accumulation_steps": Range(2, 10**9, 4, whole=True),
    **dict.fromkeys(("learning_rate_power", "beta_2_decay"), _POWER),
}
"""What numbers the options may be; those that are not here are true or false."""

_CLIPS = ("clipnorm", "clipvalue", "global_clipnorm")


def check_optimizer(name: str, options: Mapping[str, object]) -> dict[str, object]:
    """Return the options that are given, in the order of their names.

    Args:
        name: Of the optimizer, such as "adam"; small and capital letters are the same.
        options: Its arguments but the learning rate; `None` stands for one that is not given.

    Raises:
        ValueError: There is no such optimizer or option (with the nearest name), an option is out
            of its range, or there are two ways of clipping.

    Example:
        >>> check_optimizer("adam", {"clipnorm": None, "amsgrad": True})
        {'amsgrad': True}
    """
    kind = _class_name(name)
    for option in options:
        check_choice(f"option of {kind}", option, OPTIMIZERS[kind])
    given = {n: _checked(n, options[n]) for n in sorted(options) if options[n] is not None}
    if len(clips := [option for option in _CLIPS if option in given]) > 1:
        raise ValueError(
            f"{' and '.join(clips)} were given, but gradients are clipped in one way. Leave out "
            "all but one."
        )
    return given


def build_optimizer(name: str, **options: object) -> "keras.optimizers.Optimizer":
    """Make a Keras optimizer by its name.

    Args:
        name: Such as "adam", "sgd" or "rmsprop".
        options: Arguments of its class, such as `learning_rate=1e-3`, `clipnorm=1.0`.

    Raises:
        ValueError: There is no such optimizer (with the nearest name), or it takes no such option,
            or not that value; the learning rate is not above 0.

    Example:
        >>> from keras_rnn_study.runs import build_optimizer
        >>> build_optimizer("sgd", learning_rate=0.1, momentum=0.9).momentum
        0.9
    """
    rate = options.pop("learning_rate", None)
    if isinstance(rate, numbers.Number | str):  # else a schedule
        rate = RANGES["learning_rate"].check("learning_rate", rate)
    given = check_optimizer(name, options)

    import keras

    made: type[keras.optimizers.Optimizer] = getattr(keras.optimizers, _class_name(name))
    return made(**given) if rate is None else made(learning_rate=rate, **given)


def option_pairs(options: Mapping[str, object] | Iterable[tuple[str, object]]) -> dict[str, object]:
    """Return an optimizer's options, given as pairs of name and value.

    Raises:
        ValueError: They are no pairs.
    """
    try:
        return dict(options)
    except (TypeError, ValueError):
        raise ValueError(
            f"optimizer_options must be pairs of name and value, but {options!r} was given. Pass, "
            "for example, optimizer_options=(('clipnorm', 1.0),)."
        ) from None


def _class_name(name: str) -> str:
    names = {kind.lower(): kind for kind in OPTIMIZERS}
    lower = name.lower() if isinstance(name, str) else name
    check_choice("optimizer", lower, names)
    return names[lower]


def _checked(name: str, received: object) -> object:
    if name in _OPTIONS:
        return _OPTIONS[name].check(name, received)
    if not isinstance(received, bool):
        raise ValueError(
            f"{name} must be True or False, but {received!r} was given. Pass, for example, "
            f"{name}=True."
        )
    return received
