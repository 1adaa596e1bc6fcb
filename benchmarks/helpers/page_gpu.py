"""The section of docs/performance.md on GPUs, from the results of gpu.py."""

from helpers.tables import bullets, figure, measured_on, paragraph, table

COMMAND = "python benchmarks/gpu.py --output benchmarks/results/gpu-<device>-<date>.json"
COMPARED = ("outputs", "gradients")


def gpu(results):
    """The section, also where nothing was measured yet."""
    if results:
        return f"\n## On a GPU\n{''.join(map(one_gpu, results))}\nAgain: `{COMMAND}`\n"
    missing = paragraph(
        "Figures on a GPU are still to be measured. On a machine that has one, this runs the tests "
        "that need it (`pytest -m gpu`), compares results and times everything in one go:"
    )
    return f"\n## On a GPU\n\n{missing}\n\n    {COMMAND}\n"


def one_gpu(result):
    figures = dict(result["figures"])
    tests, parity = figures.pop("tests", {}), figures.pop("parity", {})
    versions = f"CUDA {result['cuda']}, cuDNN {result['cudnn']}; up to {result['pairs']} ratios."
    tested = f"`pytest -m gpu`: {tests.get('summary', 'did not run')}."
    return f"""
### {result["device"]}

{measured_on(result, "torch", gpu=None)}
{versions} {tested}
{failures(result["figures"])}
Largest absolute difference, beside the largest value, in full float32:

{differences(parity)}

Products in TensorFloat-32 where that is the default, as it is for cuDNN in both libraries:

{timings(figures)}
"""


def failures(figures):
    errors = {part: f["error"].splitlines()[-1] for part, f in figures.items() if "error" in f}
    listed = bullets(*(f"{part} failed: `{error}`" for part, error in errors.items()))
    return f"\n{listed}\n" if errors else ""


def differences(parity):
    rows = [
        [f"`{cell}`,{what}", *(f"{d[c]:.1e}, {d[f'{c}, largest']:.2g}" for c in COMPARED)]
        for name, d in parity.items()
        if isinstance(d, dict)
        for cell, _, what in [name.partition(",")]
    ]
    return table(["what", *COMPARED], rows)


def timings(figures):
    rows = []
    for name, measured in figures.items():
        part, cell, size = name.split(" ", 2)
        for what, value in measured.items():
            if isinstance(value, list):
                digits = 2 if abs(value[1]) < 100 else 0
                shown = figure(value, digits)
                rows.append([f"{part}, `{cell}` {size.strip('()')}: {what}", shown])
    return table(["what", "ratio, or ms"], rows)
