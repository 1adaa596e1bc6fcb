"""What the doctor found, for a terminal of 80 columns."""

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

_ABOUT_FUSED = (
    "fused: from keras_rnn_study import fused. A layer that it cannot fuse stays as it is, "
    "silently; so does a call with sequences of unknown length."
)


def machine_view(machine):
    """The machine's facts, a line each; where there is no GPU, why and what to do."""
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


def layers_view(title, kernels):
    """A table of layers and kernels, and below it what keeps them off faster ones.

    Args:
        title: str, which layers these are.
        kernels: What `examine` returned.
    """
    parts = [Text(f"{title}\n", style="bold"), _kernels(kernels)]
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


def _kernels(kernels):
    table = _table("layer", "class", "runs on", "within fused(model)")
    for layer in kernels:
        row = (layer.name, layer.cell, layer.kernel, layer.fused_kernel)
        table.add_row(*map(Text, row))
    return table


def _obstacles(heading, found, kernels):
    table = _table(heading, "layers", "how to change it")
    for obstacle, names in found.items():
        layers = _layers(names, kernels)
        table.add_row(*map(Text, (obstacle.setting, layers, obstacle.remedy)))
    return table


def _table(*headings):
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for heading in headings:
        table.add_column(heading)
    return table


def _by_layers(kernels, what):
    """What several layers have in common is shown once: dict of it to the layers' names."""
    layers = {}
    for layer in kernels:
        for thing in what(layer):
            layers.setdefault(thing, []).append(layer.name)
    return layers


def _layers(names, kernels):
    return "all" if len(names) == len(kernels) > 1 else ", ".join(names)
