"""How each run of a study is trained and judged."""

import dataclasses

from keras_rnn_study.arguments import check_choice
from keras_rnn_study.runs.ranges import Range

_RANGES = {
    "check_every": Range(1, 1_000_000, 40, whole=True),
    "samples": Range(1, 100_000, 512, whole=True),
    "give_up": Range(0, 1, 0.5, above=True),
    "threads": Range(1, 1024, 1, whole=True),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Protocol:
    """How each run of a study is trained and judged.

    Attributes:
        check_every: Training steps from one check to the next. At a check held-out samples are
            scored, and the gradient's way back through time is traced.
        samples: Held-out samples of a check, at most 100,000; as many others give the final score.
        give_up: A run is hopeless, and ends, if after this share of its steps no check was better
            than guessing by five standard errors. 1: none is given up.
        loop: "fused" trains on `keras_rnn_study.fused` loops, where they cover the layer; "keras"
            on Keras' own. The results are the same to rounding.
        threads: Of TensorFlow, in each run. The same for any number of jobs, as sums in another
            order round differently, and training makes much of little.

    Raises:
        ValueError: A value is out of its range.
    """

    check_every: int = 40
    samples: int = 512
    give_up: float = 0.5
    loop: str = "fused"
    threads: int = 1

    def __post_init__(self) -> None:
        for name, numbers in _RANGES.items():
            number = numbers.check(name, getattr(self, name))
            object.__setattr__(self, name, number)  # one of Python's own
        check_choice("loop", self.loop, ("fused", "keras"))


PROTOCOL = tuple(field.name for field in dataclasses.fields(Protocol))
"""What `Study` takes for its `Protocol`."""
