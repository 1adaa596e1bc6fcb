"""The view in a notebook: a real JupyterLab, its kernel, and the widget that a person moves."""

import contextlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import anywidget
import pytest
from made_recordings import recording, write_events
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from tensorboard_in_browser import MARKS, screenshot, wait_for

pytestmark = [*MARKS, pytest.mark.slow]

READY = """
    const panel = window.jupyterapp?.shell.currentWidget;
    return panel?.sessionContext?.session?.kernel?.status === "idle";
"""
CELL = 'from keras_rnn_study import view\n\nview("logs", language="en")'


@contextlib.contextmanager
def jupyterlab(folder):
    """Yields the address of a JupyterLab that works in a folder and keeps its own things there."""
    kernel = folder / "own" / "data" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "Python 3", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(spec))
    own = {f"JUPYTER_{name}_DIR": str(folder / "own" / name.lower()) for name in ("CONFIG", "DATA")}
    # Where the front ends of widgets are, wherever the packages are.
    own["JUPYTER_PATH"] = str(Path(anywidget.__file__).parents[4] / "share" / "jupyter")
    options = [
        "--allow-root --no-browser --ip=127.0.0.1 --port=0 --LabApp.expose_app_in_browser=True",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--IdentityProvider.token=",
    ]
    command = [sys.executable, "-m", "jupyterlab", *" ".join(options).split()]
    output = folder / "own" / "output"
    with output.open("w") as file:
        server = subprocess.Popen(
            command, cwd=folder, env=os.environ | own, stdout=file, stderr=file
        )
    try:
        yield wait_for(
            lambda: re.search(r"http://127\.0\.0\.1:\d+/", output.read_text()), output.read_text
        ).group()
    finally:
        server.terminate()
        server.wait()


@pytest.fixture
def notebook(tmp_path):
    """A folder with a recorded run and a notebook that shows it."""
    write_events(recording(short={"reach": 9}, long={"reach": 60}), tmp_path / "logs")
    cell = {
        "cell_type": "code",
        "id": "view",
        "source": CELL,
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": [cell]}
    (tmp_path / "lesson.ipynb").write_text(json.dumps(made))
    return tmp_path


def test_the_widget_runs_in_jupyterlab(browser, notebook):
    def find(selector):
        return browser.find_elements(By.CSS_SELECTOR, f".jp-OutputArea .krv {selector}")

    def readings():
        return [element.text for element in find(".reading.value")]

    def seen():
        return browser.find_element(By.CSS_SELECTOR, "body").text[-3000:]

    with jupyterlab(notebook) as address:
        browser.get(f"{address}lab/tree/lesson.ipynb")
        wait_for(lambda: browser.execute_script(READY), seen)
        browser.execute_script("jupyterapp.commands.execute('notebook:run-all-cells')")
        wait_for(lambda: len(find(".column[data-record='160']")) == 2, seen)
        assert sorted(element.text for element in find(".verdict")) == [
            "✓ The gradient gets all 27 steps back to “w2”",
            "✗ The gradient gets only 9 of 27 steps back to “w2”",
        ]
        train, time = find(".controls input")
        time.send_keys(Keys.ARROW_RIGHT * 3)
        wait_for(lambda: all("time step 5" in text for text in readings()), readings)
        train.send_keys(Keys.HOME)
        wait_for(lambda: len(find(".column[data-record='0']")) == 2, seen)
        screenshot(browser, "view-notebook")
        browser.get("about:blank")
