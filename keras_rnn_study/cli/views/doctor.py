"""What the doctor found, for a terminal of 80 columns."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from keras_rnn_study.doctor import LayerKernel, Machine
    from keras_rnn_study.doctor.layer_kernels import Obstacle

Thing = TypeVar("Thing", bound=Hashable)

_ABOUT_FUSED = (
    "fused: from keras_rnn_study import fused. A layer that it cannot fuse stays as it is; "
    "fused(model).unfused names it. Sequences may have any lengths."
)


def machine_view(machine: "Machine") -> Table:
    """Show the machine's facts, a line each; where there is no GPU, why and what to do."""
    facts = {
        "Python": machine.python,
        "TensorFlow": machine.tensorflow,
        "Keras": f"{machine.keras}, backend {machine.backend}",
        "NumPy": machine.numpy,
        "CPU": f"{machine.cores} core{'' if machine.cores == 1 else 's'}",
        "GPU": "\n".join(machine.gpus),
    }
    if machine.no_gpu is not None:
        facts["GPU"] = f"none: {machine.no_gpu.setting}\n{machine.no_gpu.remedy}"
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    for name, fact in facts.items():
        table.add_row(name, Text(fact))
    return table


def layers_view(title: str, kernels: Sequence["LayerKernel"]) -> Group:
    """Show a table of layers and kernels, and below it what keeps them off faster ones.

    Args:
        title: Which layers these are.
        kernels: What `examine` returned.
    """
    parts: list[Text | Table] = [Text(f"{title}\n", style="bold"), _kernels(kernels)]
    parts += [Text(), Text(_ABOUT_FUSED, "dim")]
    off_cudnn = _by_layers(kernels, lambda layer: layer.obstacles)
    unfused = _by_layers(kernels, lambda layer: layer.fused_obstacles)
    notes = _by_layers(kernels, lambda layer: layer.notes)
    if off_cudnn:
        parts += [Text(), _obstacles("off cuDNN because of", off_cudnn, kernels)]
    if unfused:
        parts += [Text(), _obstacles("not fused because of", unfused, kernels)]
    for note, names in notes.items():
        parts += [Text(), Text.assemble((f"{_layers(names, kernels)}: ", "bold"), note)]
    return Group(*parts)


def _kernels(kernels: Sequence["LayerKernel"]) -> Table:
    table = _table("layer", "class", "runs on", "within fused(model)")
    for layer in kernels:
        row = (layer.name, layer.cell, layer.kernel, layer.fused_kernel)
        table.add_row(*map(Text, row))
    return table


def _obstacles(
    heading: str, found: Mapping["Obstacle", list[str]], kernels: Sequence["LayerKernel"]
) -> Table:
    table = _table(heading, "layers", "how to change it")
    for obstacle, names in found.items():
        layers = _layers(names, kernels)
        table.add_row(*map(Text, (obstacle.setting, layers, obstacle.remedy)))
    return table


def _table(*headings: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for heading in headings:
        table.add_column(heading)
    return table


def _by_layers(
    kernels: Sequence["LayerKernel"], what: Callable[["LayerKernel"], Iterable[Thing]]
) -> dict[Thing, list[str]]:
    """Group layers by what they have in common, which is then shown once."""
    layers: dict[Thing, list[str]] = {}
    for layer in kernels:
        for thing in what(layer):
            layers.setdefault(thing, []).append(layer.name)
    return layers


def _layers(names: Sequence[str], kernels: Sequence["LayerKernel"]) -> str:
    return "all" if len(names) == len(kernels) > 1 else ", ".join(names)
