"""The live view as a page from disk, in a real browser: what a person sees and can move."""

import re

import numpy as np
import pytest
from made_recordings import lstm_run, recording
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select
from tensorboard_in_browser import MARKS, screenshot, wait_for

from keras_rnn_study.live_view.packing import pack, unpack_all
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


def unit(texts):
    return int(re.search(r"unit (\d+)", texts(".reading.value")[0])[1])


def unit_after(view, texts, key):
    view.send_keys(key)
    return unit(texts)


def state(find):
    """Training step and time step, as the two handles have them."""
    train, time = find(".controls input")
    return int(train.get_attribute("value")), int(time.get_attribute("value"))


def test_says_what_arrives_where(opened, browser):
    _, texts = opened(recording(short={"reach": 9}, long={"reach": 60}))
    assert texts(".verdict") == [
        "✗ The gradient gets only 9 of 27 steps back to “w2”",
        "✓ The gradient gets all 27 steps back to “w2”",
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
    paths = attributes(browser, ".over-training, .reach", "d")
    assert all(len(path) > 20 for path in paths)


def test_says_whether_it_learns(opened, browser):
    find, texts = opened(recording(a={}))
    assert texts(".learned") == ["loss 0.125 · accuracy 0.875"]
    find(".controls input")[0].send_keys(Keys.HOME)
    assert texts(".learned") == ["loss 1 · accuracy 0"]  # none was reported yet: the first


def test_any_number_can_be_drawn_over_training(opened, browser):
    find, _ = opened(recording(a={}, b={}))
    choice = Select(find(".training select")[0])
    assert [option.text for option in choice.options] == ["gradient norm", "loss", "accuracy"]
    drawn = []
    for name in ("gradient norm", "loss", "accuracy"):
        choice.select_by_visible_text(name)
        drawn.append(attributes(browser, ".over-training", "d"))
    (norms, _), (losses, _), (accuracies, _) = drawn
    assert len({norms, losses, accuracies}) == 3
    heights = [float(y) for y in re.findall(r",([\d.]+)", accuracies)]
    assert heights == sorted(heights, reverse=True)  # it grows, so its line rises
    heights = [float(y) for y in re.findall(r",([\d.]+)", losses)]
    assert np.allclose(np.diff(heights), np.diff(heights)[0], atol=0.11)  # by factors: straight


def test_handles_move_all_panels_together(opened, browser):
    find, texts = opened(recording(a={"reach": 9}, b={"reach": 60}))
    assert state(find) == (160, 2)  # the end of training, the evidence
    find(".controls input")[1].send_keys(Keys.ARROW_RIGHT * 3)
    assert state(find) == (160, 5)
    assert all("time step 5" in text for text in texts(".reading.value"))
    assert "time step 5" in texts(".module-box h3")[0]
    marks = attributes(browser, ".column .mark.time", "style")
    places = {re.search(r"translate\((\S+)px", mark)[1] for mark in marks}
    assert len(marks) == 6  # flow, sample, gates; twice
    assert len(places) == 1
    find(".controls input")[0].send_keys(Keys.HOME)
    assert state(find) == (0, 5)


def test_keys_move_time_unit_and_training(opened, browser):
    find, texts = opened(recording(a={}))
    view = browser.find_element(By.CSS_SELECTOR, ".krv")
    first = unit(texts)
    view.send_keys(Keys.ARROW_RIGHT, *[Keys.ARROW_DOWN] * 2)
    third = unit(texts)
    assert len({first, third, unit_after(view, texts, Keys.ARROW_UP)}) == 3  # row by row
    assert unit_after(view, texts, Keys.ARROW_UP) == first
    assert unit_after(view, texts, Keys.ARROW_UP) == first  # there is no row above
    view.send_keys("[")
    wait_for(lambda: state(find) == (120, 3), lambda: state(find))
    view.send_keys(Keys.SHIFT, Keys.ARROW_RIGHT, Keys.NULL)
    assert state(find) == (120, 13)
    view.send_keys("]", Keys.END)
    assert state(find) == (160, 29)
    view.send_keys(" ")
    wait_for(lambda: state(find)[1] != 29, lambda: state(find))
    assert find(".controls.time button")[0].get_attribute("aria-label") == "Pause"
    view.send_keys(Keys.ESCAPE)


def test_keys_zoom_around_the_time_step_and_follow_it(opened, browser):
    find, _ = opened(recording(a={}))
    view = browser.find_element(By.CSS_SELECTOR, ".krv")

    def ends():
        """First and last label of the time axis."""
        labels = browser.execute_script(
            "return [...document.querySelectorAll('.krv .over .axis .tick text')]"
            ".map(e => e.textContent).filter(Boolean).map(Number)"
        )
        across = labels[: len(labels) - 3]  # the last three: training steps
        return across[0], across[-1]

    whole = ends()
    view.send_keys("+", "+")
    narrow = ends()
    assert whole[1] - whole[0] > 2 * (narrow[1] - narrow[0])
    view.send_keys(Keys.END)
    assert ends()[0] > narrow[1]
    assert find(".mark.time")[0].value_of_css_property("visibility") == "visible"
    view.send_keys("-", "-")
    assert ends() == whole
    view.send_keys("+", Keys.ESCAPE)
    assert ends() == whole


def test_every_control_is_reached_by_tab_and_shows_its_ring(opened, browser):
    find, _ = opened(recording(a={}, b={}))
    active = "return document.activeElement"
    browser.execute_script("document.querySelector('.krv').focus()")
    reached = []
    while True:
        browser.switch_to.active_element.send_keys(Keys.TAB)
        element = browser.execute_script(active)
        if element.tag_name == "body" or element in reached:
            break
        assert element.value_of_css_property("outline-style") == "solid"
        reached.append(element)
    radios = {e.get_attribute("name") for e in reached if e.get_attribute("type") == "radio"}
    assert radios == {"krv-quantity", "krv-sort", "krv-flow"}  # arrows move within each
    others = [e for e in find("button, input") if e.get_attribute("type") != "radio"]
    assert all(element in reached for element in others)


@pytest.mark.parametrize("size", [(1440, 900), (1280, 720), (1024, 768)])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_all_is_on_the_screen(opened, browser, size, language):
    width, height = size
    device = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", device)
    try:
        find, _ = opened(recording(a={"reach": 9}, b={}, c={}), language=language)
        assert find("canvas")[-1].rect["height"] >= 110
        page = browser.execute_script(
            "const { scrollWidth, scrollHeight } = document.documentElement;"
            "return [scrollWidth, scrollHeight]"
        )
        assert page == [width, height]
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_a_finding_leads_to_where_it_shows(opened, browser):
    made = recording(a={}, b={})
    known = {"layer": "lstm", "time_step": 7, "training_step": 40, "remedy": "x = 1", "lesson": ""}
    made.findings["a"] = [
        {"name": "n", "severity": severity, "title": HOSTILE, "why": "Because.", **known}
        for severity in ("error", "note")
    ]
    find, texts = opened(made)
    assert [sign.get_attribute("aria-label") for sign in find(".finding svg")] == ["error", "note"]
    shapes = {path.get_attribute("d") for path in find(".finding path")}
    assert len(shapes) == 4  # not by colour alone
    find(".finding")[0].click()
    assert state(find) == (40, 7)
    assert "· a" in texts(".module-box h3")[0]
    assert texts(".detail") == ["Because.\nx = 1"]
    assert HOSTILE in find(".finding")[0].text
    find(".finding")[0].send_keys(Keys.ENTER)
    assert not find(".detail")


def test_where_nothing_was_diagnosed_one_line_says_how(opened):
    _, texts = opened(recording(a={}))
    assert texts(".findings p") == [
        "None recorded: add Diagnosis(log_dir, probe) to the callbacks."
    ]


def test_a_state_has_one_scale_in_all_runs_and_the_legend_says_it(opened, browser):
    made = recording(small={}, large={"units": 4})
    for step, data in made.frames["large", "lstm", "values"].items():
        [frame] = unpack_all(data)
        frame.arrays["state/c"] *= 8
        made.frames["large", "lstm", "values"][step] = pack(step, frame.arrays, {})
    find, texts = opened(made)
    [state_c] = [choice for choice in find(".choice") if choice.text == "cell state c"]
    state_c.click()
    [legend] = [text for text in texts(".legend .ramp") if "cell state c" in text]
    low, high = (float(number.replace("−", "-")) for number in legend.split()[:2])
    assert -low == high
    assert 7.9 < high <= 8


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
    wait_for(lambda: find(".verdict") and "gets only 9 of" in texts(".verdict")[0], browser.title)


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
