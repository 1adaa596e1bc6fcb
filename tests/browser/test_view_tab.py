"""TensorBoard's tab RNN, in a real TensorBoard and browser, by both of its ways to read events."""

import json

import pytest
from made_recordings import recording, write_events
from selenium.webdriver.common.by import By
from tensorboard_in_browser import MARKS, open_page, screenshot, serving, wait_for

pytestmark = MARKS

RECORDS = 150  # more than either way keeps of itself


@pytest.fixture(scope="module")
def log_dir(tmp_path_factory):
    root = tmp_path_factory.mktemp("logs")
    write_events(recording(short={"reach": 9, "records": RECORDS}, long={"reach": 60}), root)
    return root


@pytest.fixture(scope="module", params=["fast", "slow"])
def address(request, log_dir, tmp_path_factory):
    options = [] if request.param == "fast" else ["--load_fast=false"]
    with serving(log_dir, tmp_path_factory.mktemp("server"), *options) as address:
        yield address


def test_shows_every_record_of_every_run(browser, address, request):
    open_page(browser, address, "rnn")
    try:
        frame = wait_for(
            lambda: browser.find_elements(By.CSS_SELECTOR, "iframe"), lambda: browser.title
        )
        browser.switch_to.frame(frame[0])
        verdicts = wait_for(
            lambda: [e.text for e in browser.find_elements(By.CSS_SELECTOR, ".krv .verdict")],
            lambda: browser.find_element(By.CSS_SELECTOR, "body").text,
        )
        assert sorted(verdicts) == [
            "✓ The gradient gets all 27 steps back to “w2”",
            "✗ The gradient gets only 9 of 27 steps back to “w2”",
        ]
        wait_for(
            lambda: "forget gate f" in browser.find_element(By.CSS_SELECTOR, ".raster-title").text,
            lambda: browser.find_element(By.CSS_SELECTOR, "body").text,
        )
        index = browser.execute_async_script(
            'fetch("./runs").then(r => r.text()).then(arguments[0])'
        )
        runs = json.loads(index)["runs"]
        assert runs["short"]["layers"]["lstm"]["steps"]["values"] == list(
            range(0, 40 * RECORDS, 40)
        )
        lines = runs["long"]["lines"]
        assert set(lines) == {"gradient_norm", "loss", "accuracy"}
        assert lines["accuracy"] == {"steps": [40, 80, 120, 160], "values": [0, 0.5, 0.75, 0.875]}
        code = 'fetch("./frames?run=../short&layer=lstm&part=flow&first=0&last=0")'
        status = browser.execute_async_script(f"{code}.then(r => r.status).then(arguments[0])")
        assert status == 404
        screenshot(browser, f"view-tab-{request.node.callspec.id}")
    finally:
        browser.switch_to.default_content()
