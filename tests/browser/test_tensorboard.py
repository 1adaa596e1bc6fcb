"""Opens a run in a real TensorBoard in a real browser and looks for what a person would look for.

`SCREENSHOT_DIR=some/folder pytest -m browser` keeps a screenshot of every page.
"""

import os
import re
import shutil
import subprocess
import sys
import time

import pytest

from keras_rnn_study.fitting import fit
from keras_rnn_study.run import Run

CHROMIUM = shutil.which("chromium")
CHROMEDRIVER = shutil.which("chromedriver")
CI = os.environ.get("CI") == "true"  # there these tests must run
PATIENCE = 60  # seconds; a page that has what is looked for does not take them

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM and not CI, reason="chromium is not installed"),
    pytest.mark.skipif(not CHROMEDRIVER and not CI, reason="chromedriver is not installed"),
]

# TensorBoard's pages are nested shadow trees, which CSS selectors do not enter.
ELEMENTS = """
    const elements = root => [...root.querySelectorAll('*')].flatMap(
        element => [element, ...(element.shadowRoot ? elements(element.shadowRoot) : [])]);
    const visible = elements(document).filter(element => element.getClientRects().length);
"""
VISIBLE_TEXTS = (
    ELEMENTS
    + """
    return visible.filter(e => !e.children.length).map(e => e.textContent.trim()).filter(Boolean);
"""
)
PICTURES = (
    ELEMENTS
    + """
    return visible.filter(e => e.tagName == 'IMG').map(
        e => [e.naturalWidth, e.naturalHeight, e.getBoundingClientRect().width]);
"""
)


@pytest.fixture(scope="module")
def log_dir(tmp_path_factory):
    """The events of a real training, or of one that was made before: `SCREENSHOT_LOG_DIR`."""
    if "SCREENSHOT_LOG_DIR" in os.environ:
        return os.environ["SCREENSHOT_LOG_DIR"]
    log_dir = tmp_path_factory.mktemp("logs")
    run = Run("recall", "lstm", gap=20, steps=240)
    fit(run, run.build(), log_dir)
    return log_dir


@pytest.fixture(scope="module")
def address(log_dir, tmp_path_factory):
    """Where TensorBoard serves the run."""
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(log_dir)]
    output = tmp_path_factory.mktemp("server") / "output"
    with output.open("w") as file:
        server = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", "0"], stdout=file, stderr=file
        )
    try:
        yield _wait_for(
            lambda: re.search(r"http://\S+:\d+/", output.read_text()), output.read_text
        ).group()
    finally:
        server.terminate()
        server.wait()


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    from selenium import webdriver  # in the test extra, as pytest is
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    flags = (
        "headless=new no-sandbox disable-gpu disable-quic no-first-run disable-sync "
        "disable-background-networking disable-component-update window-size=1500,1100 "
        f"user-data-dir={tmp_path_factory.mktemp('profile')}"
    )
    for flag in flags.split():
        options.add_argument(f"--{flag}")
    driver = webdriver.Chrome(options=options, service=Service(CHROMEDRIVER))
    try:
        yield driver
    finally:
        driver.quit()


def _wait_for(condition, describe):
    """The condition's first true result."""
    for _ in range(PATIENCE * 4):
        result = condition()
        if result:
            return result
        time.sleep(0.25)
    pytest.fail(f"Not seen within {PATIENCE} seconds. Seen instead:\n{describe()}")


def _screenshot(browser, name):
    folder = os.environ.get("SCREENSHOT_DIR")
    if folder:
        os.makedirs(folder, exist_ok=True)
        browser.save_screenshot(os.path.join(folder, f"{name}.png"))


def _open(browser, address, page):
    """Opens a page and returns a function that gives the visible texts."""
    browser.get("about:blank")  # another fragment alone would not load the page again
    browser.get(f"{address}#{page}")
    return lambda: browser.execute_script(VISIBLE_TEXTS)


@pytest.mark.parametrize(
    ("page", "tags", "axis_label"),
    [
        ("scalars", ["gradient_norm/global", "gradient_norm/lstm/kernel"], "200"),
        ("scalars", ["gradient_horizon/lstm/h", "gradient_decay/lstm/h"], "200"),
        ("images", ["gradient_flow/lstm/h", "gate_map/lstm/forget"], None),
        ("histograms", ["gate/lstm/forget"], "150"),
    ],
)
def test_tags_are_on_their_page_and_drawn(browser, address, page, tags, axis_label):
    texts = _open(browser, address, f"{page}&tagFilter={'|'.join(tags)}")
    expected = {*tags, axis_label} - {None}
    _wait_for(lambda: expected <= set(texts()), texts)
    _screenshot(browser, f"{page}_{tags[0].replace('/', '_')}")


def test_groups_are_the_kinds(browser, address):
    texts = _open(browser, address, "scalars")
    kinds = {"gate_mean", "gradient_decay", "gradient_horizon", "gradient_norm"}
    _wait_for(lambda: kinds <= set(texts()), texts)


def test_pictures_have_loaded_and_are_large_enough_to_read(browser, address):
    texts = _open(browser, address, "images")
    _wait_for(lambda: (700, 400) in _picture_sizes(browser), texts)
    assert all(shown >= 340 for shown in _picture_sizes(browser)[700, 400])
    _screenshot(browser, "images")


def _picture_sizes(browser):
    """(width, height) in the file -> widths on the page."""
    sizes = {}
    for width, height, shown in browser.execute_script(PICTURES):
        sizes.setdefault((width, height), []).append(shown)
    return sizes
