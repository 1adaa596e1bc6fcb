"""Makes docs/images/view.webp, the README's moving picture, from the demo's page in Chromium.

    keras-rnn-study demo --log-dir runs/demo
    python docs/moving_picture.py runs/demo

First the training step goes from the beginning to the end, then the time step.
"""

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from keras_rnn_study.live_view import read_recording
from keras_rnn_study.live_view.page import write_page

PICTURE = Path(__file__).parent / "images" / "view.webp"
SIZE = (1280, 720)
SHOWN = (1024, 576)
TRAINING = [(step, 4, 220) for step in range(0, 401, 20)]  # training step, time step, milliseconds
TIME = [(400, step, 160) for step in range(9, 106, 5)]
HOLD = 1800  # milliseconds, on the first picture and on the last ones of both

# Moves both handles and waits until gates of that record are drawn and painted.
MOVE = """
    const [train, time, done] = arguments;
    const inputs = document.querySelectorAll(".krv .controls input");
    [train, time].forEach((value, place) => {
      inputs[place].value = String(value);
      inputs[place].dispatchEvent(new Event("input"));
    });
    const shown = () => [...document.querySelectorAll(".krv .column")]
      .every(column => column.dataset.record && column.dataset.record <= train);
    const look = () => setTimeout(() => shown() ? done() : look(), 100);
    look();
"""


def pictures(page):
    """Yield a picture and how long it stays, for each place of the handles."""
    options = webdriver.ChromeOptions()
    for flag in ("headless=new", "no-sandbox", "disable-gpu", "hide-scrollbars"):
        options.add_argument(f"--{flag}")
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    try:
        device = {"width": SIZE[0], "height": SIZE[1], "deviceScaleFactor": 1, "mobile": False}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", device)
        driver.get(f"{page.as_uri()}#language=en&theme=light")
        for train, time, milliseconds in [*TRAINING, *TIME]:
            driver.execute_async_script(MOVE, train, time)
            shot = Image.open(io.BytesIO(driver.get_screenshot_as_png())).convert("RGB")
            held = (train, time) in {place[:2] for place in (TRAINING[0], TRAINING[-1], TIME[-1])}
            yield shot.resize(SHOWN, Image.Resampling.LANCZOS), HOLD if held else milliseconds
    finally:
        driver.quit()


def main():
    """Write the picture of the run that the command line names."""
    with tempfile.TemporaryDirectory() as folder:
        page = write_page(read_recording(sys.argv[1]), Path(folder, "page.html"), most_bytes=None)
        shots, durations = zip(*pictures(page), strict=True)
    shots[0].save(
        PICTURE, save_all=True, append_images=shots[1:], duration=durations, loop=0,
        quality=60, method=6, minimize_size=True,
    )  # fmt: skip
    print(f"{PICTURE}: {len(shots)} pictures, {PICTURE.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
