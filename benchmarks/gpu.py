"""All that needs a GPU, in one go: tests, parity and timings.

    python benchmarks/gpu.py --output benchmarks/results/gpu-<device>-<date>.json

Runs in a checkout, installed or not, in a process that may break off: a part that fails or kills it
leaves its reason in the result, and the rest still runs. Figures are written as they come;
`--at-most 500` ends after so many seconds, and a second run with `--only` some names adds to the
file. Ends with status 1 if a part failed. `--cpu` is a dry run at tiny sizes without a GPU, to see
that the script works.
"""

import functools
import importlib.util
import os
import subprocess
import sys

from helpers import checkout, parts
from helpers.result_file import ResultFile, parser
from helpers.sizes import QUICK_SIZES, SIZES

LONG = [(64, time, 2, 64) for time in (100, 1000, 5000)]
QUICK_LONG = [(8, 20, 2, 4)]
NO_GPU = (
    "TensorFlow sees no GPU here, and these figures are of one. On a machine that has one, install "
    "with `pip install -e '.[gpu]'`; `nvidia-smi` and the log of TensorFlow's start say what is "
    "missing. `--cpu` runs all of it on the CPU at tiny sizes, to see that the script works."
)
TIMINGS = "helpers.gpu_timings"
TESTS_TAKE_AT_MOST = 300  # seconds


def main():
    reader = parser(__doc__, pairs=11)
    reader.add_argument("--cpu", action="store_true", help="dry run at tiny sizes, without a GPU")
    reader.add_argument("--at-most", type=float, default=3600, metavar="SECONDS")
    reader.add_argument("--here", nargs="+", default=[], help="run these parts in this process")
    arguments = reader.parse_args()
    os.environ["TF_FORCE_GPU_ALLOW_GROWTH"] = "true"  # the tests run in a process of their own
    if arguments.cpu:
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
        arguments.quick = True
    with checkout.importable() as folder:
        every = dict(all_parts(arguments, folder))
        if arguments.here:
            parts.work(every, arguments.here)
            return
        gpu = {} if arguments.cpu else gpu_facts()
        if not gpu and not arguments.cpu:
            sys.exit(NO_GPU)
        facts = {"pairs": arguments.pairs, "dry run on a CPU": arguments.cpu, **gpu}
        result = ResultFile(arguments, **facts)
        names = [name for name in every if result.wants(name)]
        command = [sys.executable, __file__, "--pairs", str(arguments.pairs)]
        command += ["--cpu"] * arguments.cpu + ["--quick"] * arguments.quick + ["--here"]
        left = parts.follow(command, names, functools.partial(take, result), arguments.at_most)
    print(table(result.content))
    if left:
        print(f"Not begun within {arguments.at_most:.0f} s: {', '.join(left)}")
    sys.exit(any(failed(figures) for figures in result.content["figures"].values()))


def take(result, name, figures):
    """Adds figures to the result; none say that the part begins."""
    (result.extend if figures else result.add)(name, figures)


def gpu_facts():
    """What TensorFlow says about the first GPU; nothing where there is none."""
    import tensorflow as tf

    devices = tf.config.list_physical_devices("GPU")
    if not devices:
        return {}
    details = tf.config.experimental.get_device_details(devices[0])
    build = tf.sysconfig.get_build_info()
    return {
        "device": details.get("device_name", "not named"),
        "compute capability": details.get("compute_capability"),
        "cuda": build.get("cuda_version"),
        "cudnn": build.get("cudnn_version"),
        "TensorFloat-32": tf.config.experimental.tensor_float_32_execution_enabled(),
    }


def all_parts(arguments, folder):
    """Yields (name, function that yields what and how much), what matters most first."""
    sizes, long = (QUICK_SIZES[:1], QUICK_LONG) if arguments.quick else (SIZES, LONG)
    epochs, trainings = (3, 1) if arguments.quick else (8, 3)
    pairs = 2 if arguments.quick else arguments.pairs
    yield "tests", lambda: run_tests(folder).items()
    yield "parity", later("helpers.gpu_parity", "parity", sizes[0])
    for size in sizes[::2]:
        more = (pairs, epochs, trainings)
        yield f"recording lstm {size}", later(TIMINGS, "cost_of_recording", "lstm", size, *more)
    for size in long:
        name = f"fused simple_rnn {size}"
        yield name, later(TIMINGS, "fused_over_standard", "simple_rnn", size, pairs)
    for cell in ("lstm", "gru", "simple_rnn"):
        for size in sizes if importlib.util.find_spec("torch") else []:
            yield f"torch {cell} {size}", later(TIMINGS, "over_torch", cell, size, pairs)
    for size in sizes:
        yield f"trace lstm {size}", later(TIMINGS, "trace_time", "lstm", size, pairs)
    for size in sizes:
        yield f"cudnn lstm {size}", later(TIMINGS, "cudnn_over_own_loop", "lstm", size, pairs)


def later(module, function, *arguments):
    """The call, whose module is imported only then: where that fails, other parts still run."""

    def figures():
        found = getattr(importlib.import_module(module), function)(*arguments)
        return found.items() if isinstance(found, dict) else found

    return figures


def failed(figures):
    """A part that raised, or tests that failed; not that there is no pytest or no test."""
    return "error" in figures or figures.get("status") == 1


def run_tests(folder):
    """`pytest -m gpu` in a process of its own, away from the checkout's root.

    Python would find the package there without `callbacks` and `datasets`.
    """
    root = checkout.ROOT
    command = [sys.executable, "-m", "pytest", "-m", "gpu", "-q", "--rootdir", str(root)]
    command += ["-c", str(root / "pyproject.toml"), "-p", "no:cacheprovider"]
    # What only other tests need may be missing on such a machine.
    command += ["--continue-on-collection-errors", str(root / "tests")]
    done = subprocess.run(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TESTS_TAKE_AT_MOST,
    )
    lines = [line for line in done.stdout.splitlines() if line.strip()] or ["no output"]
    return {"summary": lines[-1].strip("= "), "status": done.returncode, "output": lines[-40:]}


def table(content):
    """The medians, a line each."""
    head = content.get("device", "dry run on a CPU at tiny sizes: no figures of a GPU")
    lines = [f"\n{head}, TensorFlow {content.get('tensorflow')}, {content['date']}"]
    for name, figures in content["figures"].items():
        if "error" in figures:
            lines.append(f"{name:36}FAILED: {figures['error'].splitlines()[-1][:100]}")
        elif "summary" in figures:
            lines.append(f"{name:36}{figures['summary']}")
        for what, value in figures.items():
            lines += [f"{name:36}{line}" for line in [table_line(what, value)] if line]
    return "\n".join(lines)


def table_line(what, value):
    """A figure that the table shows: quartiles, or the differences of one comparison."""
    if isinstance(value, dict):
        return f"{what:44}" + ", ".join(f"{k} {v:.1e}" for k, v in value.items())
    if isinstance(value, list) and len(value) == 3 and isinstance(value[1], float):
        return f"{what:36}{value[1]:10.3f}   ({value[0]:.3f} to {value[2]:.3f})"
    return ""


if __name__ == "__main__":
    main()
