"""Opens a run in a real TensorBoard in a real browser and looks for what a person would look for.

`SCREENSHOT_DIR=some/folder pytest -m browser` keeps a screenshot of every page.
"""

import itertools
import os

import pytest
from tensorboard_in_browser import MARKS, PICTURES, open_page, screenshot, serving, wait_for

from keras_rnn_study.cli.tensorboard import flow_pins, query_of
from keras_rnn_study.runs import Run, record

pytestmark = MARKS


@pytest.fixture(scope="module")
def log_dir(tmp_path_factory):
    """The events of a real training, or of one that was made before: `SCREENSHOT_LOG_DIR`."""
    if "SCREENSHOT_LOG_DIR" in os.environ:
        return os.environ["SCREENSHOT_LOG_DIR"]
    log_dir = tmp_path_factory.mktemp("logs")
    run = Run("recall", "lstm", gap=20, steps=240)
    record(run, run.build(), log_dir)
    return log_dir


@pytest.fixture(scope="module")
def address(log_dir, tmp_path_factory):
    """Where TensorBoard serves the run."""
    with serving(log_dir, tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.mark.parametrize(
    ("page", "tags", "axis_label"),
    [
        ("scalars", ["gradient_norm/global", "gradient_norm/lstm/kernel"], "200"),
        ("scalars", ["gradient_horizon/lstm/h", "gradient_decay/lstm/h"], "200"),
        ("images", ["gradient_flow/lstm/h", "unit_map/lstm/forget"], None),
        ("histograms", ["gate/lstm/forget"], "150"),
    ],
)
def test_tags_are_on_their_page_and_drawn(browser, address, page, tags, axis_label):
    texts = open_page(browser, address, f"{page}&tagFilter={'|'.join(tags)}")
    expected = {*tags, axis_label} - {None}
    wait_for(lambda: expected <= set(texts()), texts)
    screenshot(browser, f"{page}_{tags[0].replace('/', '_')}")


def test_groups_are_the_kinds(browser, address):
    texts = open_page(browser, address, "scalars")
    kinds = {"gate_mean", "gradient_decay", "gradient_horizon", "gradient_norm"}
    wait_for(lambda: kinds <= set(texts()), texts)


def test_it_opens_on_what_one_compares_across_runs(browser, address):
    """The cards that are open without a click, in the order in which they stand."""
    texts = open_page(browser, address, "timeseries")
    first = ["back_in_time/gradient_decay", "back_in_time/gradient_horizon"]
    first += ["fit/accuracy", "fit/loss"]  # what is below the window is not drawn yet
    wait_for(lambda: cards(texts())[: len(first)] == first, texts)
    screenshot(browser, "time_series")


def test_images_open_on_the_way_back(browser, address):
    texts = open_page(browser, address, "images")
    wait_for(lambda: {"gradient_flow", "unit_map"} <= set(texts()), texts)
    shown = texts()
    assert shown.index("gradient_flow") < shown.index("unit_map")


def test_the_address_pins_the_way_back(browser, log_dir, address):
    """What `keras-rnn-study tensorboard` opens."""
    pins = flow_pins(log_dir)
    assert [pin["tag"] for pin in pins] == ["gradient_flow/lstm/c"]
    texts = open_page(browser, f"{address}?{query_of(pins)}", "timeseries")
    wait_for(lambda: cards(texts())[:1] == ["gradient_flow/lstm/c"], texts)
    assert "Clear all pins" in texts()
    wait_for(lambda: (700, 400) in _picture_sizes(browser), texts)
    screenshot(browser, "pinned")


def test_pictures_have_loaded_and_are_large_enough_to_read(browser, address):
    texts = open_page(browser, address, "images")
    wait_for(lambda: (700, 400) in _picture_sizes(browser), texts)
    assert all(shown >= 340 for shown in _picture_sizes(browser)[700, 400])
    screenshot(browser, "images")


def cards(texts):
    """The tags of *Time Series*' cards, which it writes in two parts: a/b and /c."""
    return [begin + end for begin, end in itertools.pairwise(texts) if end.startswith("/")]


def _picture_sizes(browser):
    """(width, height) in the file -> widths on the page."""
    sizes = {}
    for width, height, shown in browser.execute_script(PICTURES):
        sizes.setdefault((width, height), []).append(shown)
    return sizes
