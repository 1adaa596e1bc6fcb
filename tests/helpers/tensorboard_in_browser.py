"""TensorBoard served and opened in a real browser, for the tests that look at its pages."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time

import pytest

CHROMIUM = shutil.which("chromium")
CHROMEDRIVER = shutil.which("chromedriver")
PATIENCE = 300  # seconds; a page that has what is looked for does not take them

MARKS = [pytest.mark.browser, pytest.mark.needs("chromium", "chromedriver")]

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


@contextlib.contextmanager
def serving(log_dir, folder, *options):
    """Yields where TensorBoard serves a directory; what it prints goes into the folder."""
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(log_dir), *options]
    output = folder / "output"
    with output.open("w") as file:
        server = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", "0"], stdout=file, stderr=file
        )
    try:
        yield wait_for(
            lambda: re.search(r"http://\S+:\d+/", output.read_text()), output.read_text
        ).group()
    finally:
        server.terminate()
        server.wait()


@contextlib.contextmanager
def chromium(profile):
    """Yields a browser without a window; its profile goes into the folder."""
    from selenium import webdriver  # in the test extra, as pytest is
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    flags = (
        "headless=new no-sandbox disable-gpu disable-quic no-first-run disable-sync "
        "disable-background-networking disable-component-update window-size=1500,1100 "
        f"user-data-dir={profile}"
    )
    for flag in flags.split():
        options.add_argument(f"--{flag}")
    driver = webdriver.Chrome(options=options, service=Service(CHROMEDRIVER))
    try:
        yield driver
    finally:
        driver.quit()


def wait_for(condition, describe):
    """The condition's first true result."""
    for _ in range(PATIENCE * 4):
        result = condition()
        if result:
            return result
        time.sleep(0.25)
    pytest.fail(f"Not seen within {PATIENCE} seconds. Seen instead:\n{describe()}")


def screenshot(browser, name):
    folder = os.environ.get("SCREENSHOT_DIR")
    if folder:
        os.makedirs(folder, exist_ok=True)
        browser.save_screenshot(os.path.join(folder, f"{name}.png"))


def open_page(browser, address, page):
    """Opens a page and returns a function that gives the visible texts."""
    browser.get("about:blank")  # another fragment alone would not load the page again
    browser.get(f"{address}#{page}")
    return lambda: browser.execute_script(VISIBLE_TEXTS)
