"""A still picture of what the view shows first: where each run's gradient goes."""

import io
from collections.abc import Mapping

import numpy as np

from keras_rnn_study.live_view.packing import unpack_all
from keras_rnn_study.live_view.recording import Recording
from keras_rnn_study.pictures import heat_maps

_MOST_RUNS = 3


def still_png(recording: Recording) -> bytes:
    """Return a PNG: the gradient flow of up to three runs, side by side.

    Args:
        recording: What `read_recording` returned.

    Raises:
        ValueError: Nothing of the recording can be drawn.
    """
    from matplotlib.image import imsave

    pictures = [
        _flow(run, layer, frames)
        for (run, layer, part), frames in recording.frames.items()
        if part == "flow"
    ] or [
        _values(run, layer, frames)
        for (run, layer, part), frames in recording.frames.items()
        if part == "values"
    ]
    if not pictures:
        raise ValueError(
            "The recording has neither gradients nor gates. Record with GradientFlow or "
            "GateActivations."
        )
    file = io.BytesIO()
    imsave(file, np.hstack(pictures[:_MOST_RUNS]), format="png")
    return file.getvalue()


def _flow(run: str, layer: str, frames: Mapping[int, bytes]) -> np.ndarray:
    records = [frame for data in frames.values() for frame in unpack_all(data)]
    state = "c" if "flow/c" in records[0].arrays else "h"
    norms = np.stack([record.arrays[f"flow/{state}"] for record in records])
    return heat_maps.gradient_flow(norms, list(frames), state=state, layer=f"{run}: {layer}")


def _values(run: str, layer: str, frames: Mapping[int, bytes]) -> np.ndarray:
    [*_, last] = unpack_all(frames[list(frames)[-1]])
    name, values = next(iter(last.arrays.items()))
    part = name.partition("/")[2]
    return heat_maps.unit_map(values[0], part=part, layer=f"{run}: {layer}")
