"""What the live view costs in a browser: the first picture, and each step of a handle.

    python benchmarks/view.py --output benchmarks/results/view.json

In Chromium without a window, 1440 x 900, at the view's own server (`keras-rnn-study view`), with
runs that no training made. Beside each figure stands the same of an empty page, as a browser waits
for its screen whatever it shows.

- *first picture*: from the request to the picture of every panel, each time in a new page;
- *a step in time*, *a step in training*: what the page's main thread works per step of the handle,
  one step for each picture that the screen takes: script, layout and painting, in processor time,
  so that a busy machine does not count; and how long it takes from one picture to the next;
- *record shown*: from a step in training to the picture of that record's gates, with the request.
"""

import contextlib
import tempfile
import threading
import time
from pathlib import Path

from helpers.pairs import quartiles
from helpers.result_file import ResultFile, parser
from helpers.view_runs import write_run
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from keras_rnn_study.live_view.server import serving

SIZES = {  # how many runs side by side, and the size of each
    "3 runs of 100 records, 200 x 64": (3, {"records": 100, "time": 200, "units": 64}),
    "3 runs of 400 records, 200 x 64": (3, {"records": 400, "time": 200, "units": 64}),
    "1 run of 1,000 records, 784 x 128": (1, {"records": 1000, "time": 784, "units": 128}),
}
QUICK = {"2 runs of 3 records, 12 x 4": (2, {"records": 3, "time": 12, "units": 4})}
STEPS = 120
LOADS = 9

# Runs before the page's own scripts; looks at each picture whether all panels are drawn.
FIRST_PICTURE = """
    const drawn = () => {
      const columns = [...document.querySelectorAll(".krv .column")];
      return columns.length ? columns.every(column => column.dataset.record)
                            : document.title === "empty";
    };
    const look = () => drawn()
      ? requestAnimationFrame(() => requestAnimationFrame(() => window.drawnAt = performance.now()))
      : requestAnimationFrame(look);
    look();
"""
# Moves a handle (0: training, 1: time; null: none) by a step for each picture.
SCRUB = """
    const [handle, steps, done] = arguments;
    const input = handle === null ? null
      : document.querySelectorAll(".krv .controls input")[handle];
    const picture = () => new Promise(requestAnimationFrame);
    const times = [];
    (async () => {
      for (let step = 0; step < steps; step++) {
        times.push(await picture());
        if (!input) continue;
        input.value = String(Math.floor((input.max * (step + 1)) / steps));
        input.dispatchEvent(new Event("input"));
      }
      done(times.slice(1).map((time, i) => time - times[i]));
    })();
"""
# Jumps to a training step and waits for its record.
JUMP = """
    const [step, done] = arguments;
    const input = document.querySelector(".krv .controls input");
    const start = performance.now();
    input.value = String(step);
    input.dispatchEvent(new Event("input"));
    const shown = () => [...document.querySelectorAll(".krv .column")]
      .every(column => Number(column.dataset.record) === step);
    const look = () => shown() ? done(performance.now() - start) : requestAnimationFrame(look);
    look();
"""


@contextlib.contextmanager
def chromium(profile):
    """Yields a browser without a window."""
    options = webdriver.ChromeOptions()
    flags = "headless=new no-sandbox disable-gpu no-first-run window-size=1440,900 lang=en"
    for flag in [*flags.split(), f"user-data-dir={profile}"]:
        options.add_argument(f"--{flag}")
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    driver.set_script_timeout(300)
    driver.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
    script = {"source": FIRST_PICTURE}
    driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", script)
    try:
        yield driver
    finally:
        driver.quit()


@contextlib.contextmanager
def served(log_dir):
    """Yields the address of the view's own server."""
    server = serving(log_dir)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def first_picture(driver, address):
    """Milliseconds from the request of a page to its first picture."""
    driver.get("about:blank")
    driver.get(address)
    code = "const done = arguments[0]; const look = () => window.drawnAt ? done(drawnAt) : "
    return driver.execute_async_script(code + "setTimeout(look, 20); look();")


def work(driver):
    """Seconds of processor time that the page's main thread has worked."""
    metrics = driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
    return next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")


def scrub(driver, handle, repeats):
    """(ms of work per step, ms from picture to picture), each a list."""
    per_step, intervals = [], []
    for _ in range(repeats):
        before = work(driver)
        intervals += driver.execute_async_script(SCRUB, handle, STEPS)
        per_step.append(1e3 * (work(driver) - before) / STEPS)
    return per_step, intervals


def measure(driver, address, empty, loads, records):
    """Figures of one size: quartiles."""
    pairs = [(first_picture(driver, address), first_picture(driver, empty)) for _ in range(loads)]
    drawn, bare = zip(*pairs, strict=True)
    figures = {
        "first picture, ms": quartiles(drawn),
        "first picture over an empty page": quartiles([a / b for a, b in pairs]),
        "empty page, ms": quartiles(bare),
    }
    first_picture(driver, address)
    for name, handle in (("a step in time", 1), ("a step in training", 0)):
        scrub(driver, handle, 1)  # what is compiled and fetched once
        per_step, intervals = scrub(driver, handle, 5)
        figures[f"{name}, work, ms"] = quartiles(per_step)
        figures[f"{name}, picture to picture, ms"] = quartiles(intervals)
    jumps = [10 * (17 * place % records) for place in range(1, 22)]
    figures["record shown, ms"] = quartiles(
        [driver.execute_async_script(JUMP, step) for step in jumps]
    )
    first_picture(driver, empty)
    per_step, intervals = scrub(driver, None, 5)
    figures["empty page, work, ms"] = quartiles(per_step)
    figures["empty page, picture to picture, ms"] = quartiles(intervals)
    return figures


def one_size(runs, size, loads):
    """Writes the runs, serves them, and looks at them."""
    with tempfile.TemporaryDirectory() as folder:
        logs, empty = Path(folder, "logs"), Path(folder, "empty.html")
        for run in range(runs):
            write_run(logs / f"run-{run}", seed=100 * run, **size)
        empty.write_text("<!doctype html><title>empty</title>", encoding="utf-8")
        megabytes = sum(file.stat().st_size for file in logs.rglob("*tfevents*")) / 1e6
        start = time.perf_counter()
        with served(logs) as address, chromium(Path(folder, "profile")) as driver:
            once = {"recorded, MB": round(megabytes, 1)}
            once["server and browser start, s"] = round(time.perf_counter() - start, 2)
            return once | measure(driver, address, empty.as_uri(), loads, size["records"])


def main():
    arguments = parser(__doc__).parse_args()
    loads = 2 if arguments.quick else LOADS
    result = ResultFile(arguments, steps=STEPS, loads=loads)
    for name, (runs, size) in (QUICK if arguments.quick else SIZES).items():
        if result.wants(name):
            result.add(name, one_size(runs, size, loads))


if __name__ == "__main__":
    main()
