"""The page: whole, without anything to load, and honest about what is missing."""

import base64
import html.parser
import re

import numpy as np
import pytest
from made_results import curve, made, two_curves

from keras_rnn_study.study import Protocol, StudyDirectory, write_report
from keras_rnn_study.study.report.tables import read_results_csv


class MadeStudy(StudyDirectory):
    """Without a sweep."""

    protocol = Protocol()

    def __init__(self, path, results, total=None):
        self.path, self._results, self.study = path, results, self
        self._total = total or len(results)

    def runs(self):
        return [None] * self._total

    def describe(self):
        return {"gap": "10, 50, 200", "seeds": "<b>5</b> & more"}

    def results(self):
        return self._results

    def versions(self):
        return {"tensorflow": "2.21.0"}

    def history(self, run):
        if run.cell == "simple_rnn":
            return {}
        return {"step": np.array([0, 40]), "gradient_flow/lstm/c": np.ones((2, run.gap + 2))}


class Page(html.parser.HTMLParser):
    """Text, tags and attributes of a page."""

    def __init__(self, path):
        super().__init__()
        self.text, self.tags, self.loads = "", [], []
        self.feed(path.read_text(encoding="utf-8"))
        self.text = " ".join(self.text.split())

    def handle_data(self, data):
        self.text += data

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        for name, value in attributes:
            if name in ("src", "href", "xlink:href") and tag not in ("use",):
                self.loads.append(value)


def test_the_page_says_what_was_found_and_needs_nothing_else(tmp_path):
    results = two_curves()
    path = write_report(MadeStudy(tmp_path, results))
    page = Page(path)
    assert path == tmp_path / "report.html"
    assert page.tags.count("svg") == 4
    assert page.tags.count("img") == 1  # the simple RNN's history is missing
    [picture] = page.loads
    assert base64.b64decode(picture.removeprefix("data:image/png;base64,"))[1:4] == b"PNG"
    assert "script" not in page.tags
    assert "link" not in page.tags
    assert "simple_rnn: most seeds learn a gap of 10, and not 50." in page.text
    assert "lstm (chrono): most seeds learn every gap measured, up to 200." in page.text
    assert "30 runs." in page.text
    assert "rank correlation (Spearman) of 1.00" in page.text
    assert "The gap alone, the shorter the better, has 0." in page.text
    assert "<b>5</b> & more" in page.text  # escaped, so it is text
    assert "b" not in page.tags
    assert "lstm (chrono), gap 200, seed 0: learned" in page.text
    names = {file.name for file in (tmp_path / "figures").iterdir()}
    curves = ("success", "updates", "horizon", "prediction")
    expected = {f"recall-{kind}.{suffix}" for kind in curves for suffix in ("png", "svg")}
    assert names == expected | {"recall-gradient-flow-2.png"}
    read = read_results_csv((tmp_path / "results.csv").read_text())
    assert [vars(r) for r in read] == [vars(r) for r in results]


def test_another_place_to_write_to(tmp_path):
    path = write_report(MadeStudy(tmp_path / "study", curve()), tmp_path / "page")
    assert path == tmp_path / "page" / "report.html"
    assert not (tmp_path / "study").exists()


def test_what_is_missing_broken_or_given_up_is_said(tmp_path):
    results = [
        *curve(gaps=(10,)),
        made(seed=5, learned=False, verdict="failed", ended="error", reason="out of <memory>"),
        made(seed=6, learned=False, ended="hopeless"),
        made(seed=7, learned=False, verdict="diverged", ended="not finite"),
    ]
    page = Page(write_report(MadeStudy(tmp_path, results, total=60)))
    assert "8 of 60 runs are there; the rest is still to be run." in page.text
    assert "1 run broke off, and not counted: lstm, gap 10, seed 5: out of <memory>" in page.text
    assert "1 run given up as hopeless: after 50 % of their steps" in page.text
    assert "1 run diverged" in page.text
    assert re.search(r"lstm\s*10\s*5/7\s*0\.36.0\.92", page.text)


def test_each_task_has_its_section(tmp_path):
    other = made()
    other = type(other)(**vars(other) | {"run": type(other.run)("latch", "lstm", gap=10)})
    page = Page(write_report(MadeStudy(tmp_path, [made(), other])))
    assert page.tags.count("svg") == 8
    assert "latch: " in page.text


def test_nothing_to_report_is_told(tmp_path):
    with pytest.raises(ValueError, match=r"has no finished run of 30, so .*Run the sweep first"):
        write_report(MadeStudy(tmp_path, [], total=30))


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match=r"Cannot write the report to .*Choose another"):
        write_report(MadeStudy(tmp_path, [made()]), tmp_path / "file" / "page")


def test_a_path_will_do_and_what_is_no_study_is_told(tmp_path):
    with pytest.raises(ValueError, match=r"'.*/x' holds no study.*Expected a directory"):
        write_report(tmp_path / "x")
    with pytest.raises(ValueError, match=r"holds no study"):
        write_report(str(tmp_path / "x"))
    with pytest.raises(ValueError, match=r"A path was expected, but 3 was given"):
        write_report(3)
    with pytest.raises(ValueError, match=r"A path was expected, but 3 was given"):
        write_report(MadeStudy(tmp_path, [made()]), 3)
    assert not list(tmp_path.iterdir())


def test_a_study_whose_first_seed_broke_off_is_reported(tmp_path):
    broken = made(seed=0, learned=False, verdict="failed", horizon=(None, None), time=None)
    page = Page(write_report(MadeStudy(tmp_path, [broken, made(seed=1), made(seed=2)])))
    assert "1 run broke off, and not counted" in page.text
    assert re.search(r"lstm\s*10\s*2/2", page.text)


def test_a_gradient_that_is_no_number_is_said_in_words(tmp_path):
    nan = float("nan")
    lost = made("gru", seed=0, learned=False, horizon=(nan, nan), decay=(nan, nan))
    page = Page(write_report(MadeStudy(tmp_path, [*two_curves(), lost])))
    assert re.search(r"gru\s*10\s*0/1.*?never\s*0\.125\s*no number\s*no number", page.text)
    assert "No number: in 1 run the gradient before training was not a number" in page.text
    usual = Page(write_report(MadeStudy(tmp_path, two_curves())))
    assert "No number" not in usual.text


def test_an_interrupted_report_leaves_the_old_one(tmp_path, monkeypatch):
    path = write_report(MadeStudy(tmp_path, [made()]))
    old = path.read_bytes()
    monkeypatch.setattr("os.replace", lambda *names: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_report(MadeStudy(tmp_path, two_curves()))
    assert path.read_bytes() == old
    assert {item.name for item in tmp_path.iterdir()} == {"report.html", "results.csv", "figures"}
