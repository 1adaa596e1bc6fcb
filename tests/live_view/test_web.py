"""The front end: its own tests, its types, and that the bundle is what is built of the sources."""

import json
import os
import pathlib
import re
import shutil
import subprocess

import numpy as np
import pytest

from keras_rnn_study.live_view.packing import pack

VIEW = pathlib.Path(__file__).parents[2] / "keras_rnn_study" / "live_view"
WEB = VIEW / "web"

pytestmark = pytest.mark.needs("node", "npm")  # they build the view; using it needs neither


def run(*command, cwd, **environment):
    done = subprocess.run(
        command, cwd=cwd, env=os.environ | environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    """A copy of the sources with what they need installed."""
    copy = tmp_path_factory.mktemp("web") / "web"
    shutil.copytree(WEB, copy, ignore=shutil.ignore_patterns("node_modules"))
    run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", cwd=copy)
    return copy


@pytest.fixture(scope="module")
def frames(tmp_path_factory):
    """A folder with packed frames, and the values that were packed, as JSON takes them."""
    generator = np.random.default_rng(0)
    folder, packed, expected = tmp_path_factory.mktemp("frames"), b"", []
    for step in (0, 40, 80):
        gates, gradients = generator.uniform(0, 1, (2, 2, 7, 3))
        gradients = 10 ** (-20 * gradients) * generator.choice([-1, 1], gradients.shape)
        gates[0, 0] = [np.nan, np.inf, -np.inf]
        gradients[1, 2] = 0.0
        arrays = {
            "gate/forget": gates,
            "state/c": 100 * gates,
            "gradient/h": gradients,
            "input_gradient": generator.uniform(0, 1, (2, 7)),
            "flow/h": generator.uniform(0, 1, 7) * 1e-30,
        }
        packed += pack(step, arrays, {"gate/forget": (0.0, 1.0)})
        expected.append({"step": step, "arrays": {n: flat(a) for n, a in arrays.items()}})
    (folder / "frames.bin").write_bytes(packed)
    (folder / "expected.json").write_text(json.dumps(expected))
    return folder


def flat(array):
    """Sample to its values, row by row; what JSON has no number for as a word."""
    samples = [array] if array.ndim == 1 else list(array)
    return [[v if np.isfinite(v) else str(v) for v in one.ravel().tolist()] for one in samples]


def test_the_front_ends_own_tests_pass(web, frames):
    printed = run("npm", "test", cwd=web, KRV_FRAMES=str(frames))
    assert "# fail 0" in printed
    assert "# skipped 0" in printed


def test_its_types_hold(web):
    run("npm", "run", "types", cwd=web)


def test_the_bundle_is_what_is_built_of_the_sources(web, tmp_path):
    run("node", "build.mjs", str(tmp_path / "view.js"), cwd=web)
    assert (tmp_path / "view.js").read_bytes() == (VIEW / "static" / "view.js").read_bytes()


def test_the_lock_file_names_no_registry():
    assert '"resolved"' not in (WEB / "package-lock.json").read_text()


def test_the_bundle_is_small():
    import gzip

    assert len(gzip.compress((VIEW / "static" / "view.js").read_bytes())) < 100_000


def test_the_bundle_is_one_module_that_any_widget_host_loads():
    text = (VIEW / "static" / "view.js").read_text(encoding="utf-8")
    [exported] = re.findall(r"export\s*\{([^}]*)\}", text)
    # anywidget takes a module with a named `render` for one of its first version.
    assert re.fullmatch(r"\w+ as default", exported.strip())
    assert not re.search(r"\bimport\b", text)
    assert not re.search(r"\b(?:url\(|eval\(|new Function|new Worker)", text)
    addresses = set(re.findall(r"\bhttps?://[\w./]+", text))
    assert all(address.startswith("http://www.w3.org/") for address in addresses)  # namespaces
