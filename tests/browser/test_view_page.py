"""The live view as a page from disk, in a real browser: what a person sees and can move."""

import re

import pytest
from made_recordings import lstm_run, recording
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from tensorboard_in_browser import MARKS, screenshot, wait_for

from keras_rnn_study.live_view.page import write_page

pytestmark = MARKS

HOSTILE = '<img src=x onerror="window.hit=1"></script><b>&amp;'


@pytest.fixture
def opened(browser, tmp_path):
    """A function that writes a recording as a page, opens it, and returns what finds elements."""

    def open_page(made, language="en", **options):
        path = write_page(made, tmp_path / "page.html", language=language, **options)
        browser.get("about:blank")
        browser.get(f"file://{path}")
        wait_for(lambda: find(".column canvas"), lambda: browser.page_source[-3000:])
        wait_for(lambda: texts(".raster-title")[0] != "Reading …", lambda: texts(".raster-title"))
        return find, texts

    def find(selector):
        return browser.find_elements(By.CSS_SELECTOR, f".krv {selector}")

    def texts(selector):
        return [element.text for element in find(selector)]

    return open_page


def attributes(browser, selector, name):
    code = (
        "return [...document.querySelectorAll(arguments[0])].map(e => e.getAttribute(arguments[1]))"
    )
    return browser.execute_script(code, f".krv :is({selector})", name)


def state(find):
    """Training step and time step, as the two handles have them."""
    train, time = find(".controls input")
    return int(train.get_attribute("value")), int(time.get_attribute("value"))


def test_says_what_arrives_where(opened, browser):
    _, texts = opened(recording(short={"reach": 9}, long={"reach": 60}))
    assert texts(".verdict") == [
        "Step 160: the gradient reaches 9 steps back; “w2” is 27 back.",
        "Step 160: the gradient reaches “w2”, 27 steps back.",
    ]
    assert texts(".run-title") == ["short", "long"]
    screenshot(browser, "view-page")


def test_every_panel_has_drawn_something(opened, browser):
    opened(recording(only={}))
    painted = browser.execute_script(
        """return [...document.querySelectorAll(".krv canvas")].map(canvas => {
             const { width, height } = canvas;
             const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
             return new Set(new Uint32Array(data.buffer)).size; });"""
    )
    assert len(painted) == 2
    assert min(painted) > 5  # colours
    paths = attributes(browser, ".norms, .reach", "d")
    assert all(len(path) > 20 for path in paths)


def test_handles_move_all_panels_together(opened, browser):
    find, texts = opened(recording(a={"reach": 9}, b={"reach": 60}))
    assert state(find) == (160, 2)  # the end of training, the evidence
    find(".controls input")[1].send_keys(Keys.ARROW_RIGHT * 3)
    assert state(find) == (160, 5)
    assert all("time step 5" in text for text in texts(".reading.value"))
    assert "time step 5" in texts(".module-box h3")[0]
    marks = attributes(browser, ".column .over line.time", "x1")
    assert len(marks) == 4
    assert len(set(marks)) == 1
    find(".controls input")[0].send_keys(Keys.HOME)
    assert state(find) == (0, 5)


def test_keys_move_time_unit_and_training(opened, browser):
    find, texts = opened(recording(a={}))
    view = browser.find_element(By.CSS_SELECTOR, ".krv")
    first = int(re.search(r"unit (\d+)", texts(".reading.value")[0])[1])  # the first row's
    view.send_keys(Keys.ARROW_RIGHT, *[Keys.ARROW_DOWN] * 2, "[")
    assert state(find) == (120, 3)
    assert f"unit {min(first + 2, 5)}, time step 3" in texts(".reading.value")[0]
    view.send_keys("]", Keys.END)
    assert state(find) == (160, 29)
    view.send_keys(" ")
    wait_for(lambda: state(find)[1] != 29, lambda: state(find))
    assert find(".controls.time button")[0].get_attribute("aria-label") == "Pause"
    view.send_keys(Keys.ESCAPE)


def test_a_brush_zooms_and_a_double_click_shows_all(opened, browser):
    find, _ = opened(recording(a={}))

    def ticks():
        return attributes(browser, ".column .over .axis .tick", "transform")

    before = ticks()
    tokens = find(".tokens")[0]
    ActionChains(browser).move_to_element_with_offset(
        tokens, -40, 0
    ).click_and_hold().move_by_offset(60, 0).release().perform()
    wait_for(lambda: ticks() != before, lambda: before)
    ActionChains(browser).double_click(tokens).perform()
    wait_for(lambda: ticks() == before, lambda: ticks())


def test_a_click_into_the_map_chooses_step_and_record(opened, browser):
    find, _ = opened(recording(a={}))
    canvas = find(".column canvas")[0]
    corner = -canvas.size["width"] // 2 + 3, -canvas.size["height"] // 2 + 3
    ActionChains(browser).move_to_element_with_offset(canvas, *corner).click().perform()
    assert state(find) == (0, 0)


def test_chinese_has_no_english_left(opened, browser):
    find, texts = opened(recording(a={"reach": 9}), language="zh")
    assert "梯度只回传了 9 步" in texts(".verdict")[0]
    find("header button")[0].click()
    wait_for(lambda: find(".verdict") and "reaches 9 steps" in texts(".verdict")[0], browser.title)


def test_quantity_and_direction_are_chosen(opened):
    find, texts = opened(recording(a={}))
    [gradient] = [c for c in find(".choice") if c.text == "dL/dc"]
    gradient.click()
    assert texts(".raster-title") == ["dL/dc"]
    assert "decades" in texts(".reading.value")[0]
    find(".switch button")[1].click()
    assert find(".module svg")[0].get_attribute("class").startswith("backwards")
    assert any(text.startswith("×") for text in texts(".module .factor"))


def test_names_are_text_never_markup(opened, browser):
    made = lstm_run(recording(), HOSTILE, layer=HOSTILE, tokens=[HOSTILE] * 30)
    _, texts = opened(made, title=HOSTILE)
    assert texts(".run-title") == [HOSTILE]
    assert HOSTILE in texts(".verdict")[0]
    assert browser.title == HOSTILE
    assert browser.execute_script("return window.hit") is None
    assert not browser.find_elements(By.CSS_SELECTOR, "img, b:not(.finding b)")


def test_not_finite_and_broken_frames_leave_the_rest(opened):
    made = recording(a={}, b={})
    frames = made.frames["b", "lstm", "values"]
    frames[160] = frames[160][:-30]
    find, texts = opened(made)
    assert "cannot be read" in texts(".raster-title")[1]
    assert texts(".raster-title")[0] == "forget gate f"
    find(".controls input")[0].send_keys(Keys.HOME)
    wait_for(lambda: texts(".raster-title")[1] == "forget gate f", lambda: texts(".raster-title"))


def test_fewer_frames_by_unit_where_the_page_would_be_large(tmp_path):
    made = recording(a={"records": 60, "time": 100, "units": 32})
    path = write_page(made, tmp_path / "page.html")
    assert 500_000 < path.stat().st_size < 1_000_000
    whole = write_page(made, tmp_path / "whole.html", most_bytes=None)
    assert whole.stat().st_size > 2_000_000
