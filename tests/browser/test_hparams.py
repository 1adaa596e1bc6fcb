"""A study in the HParams tab: each run a row; what differs and what came of it are columns."""

from collections import Counter

import pytest
from small_study import small_study
from tensorboard_in_browser import MARKS, open_page, screenshot, serving, wait_for

from keras_rnn_study.study import sweep

pytestmark = MARKS


@pytest.fixture(scope="module")
def results_and_address(tmp_path_factory):
    path = tmp_path_factory.mktemp("study")
    results = sweep(small_study(cell="lstm", seeds=1, clipnorm=[None, 1.0]), path)
    with serving(path, tmp_path_factory.mktemp("server")) as address:
        yield results, address


def test_runs_are_compared(browser, results_and_address):
    results, address = results_and_address
    texts = open_page(browser, address, "hparams")
    names = {"cell", "init", "gap", "seed", "clipnorm"}
    metrics = {"learned", "updates", "horizon before training", "score"}
    wait_for(lambda: names | metrics <= set(texts()), texts)
    shown = texts()
    assert "units" not in shown  # the same in all runs
    expected = Counter(result.run.init for result in results)
    wait_for(lambda: expected.items() <= Counter(texts()).items(), texts)  # rows come last
    screenshot(browser, "hparams")
