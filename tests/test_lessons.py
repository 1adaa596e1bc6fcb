"""Lessons run, their notebooks are what their sources say, and both languages say it."""

import functools
import importlib.util
import json
import re
import sys
from pathlib import Path

import matplotlib as mpl
import nbformat
import numpy as np
import pytest
from matplotlib import font_manager
from matplotlib.figure import Figure
from nbclient.exceptions import CellExecutionError

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
_spec = importlib.util.spec_from_file_location("lessons", NOTEBOOKS / "build.py")
lessons = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(lessons)

SOURCES = lessons.sources()
LESSONS = [path for path in SOURCES if path.parent == NOTEBOOKS]
SOLUTIONS = [path for path in SOURCES if path.parent != NOTEBOOKS]
CHINESE = re.compile("[\u4e00-\u9fff]")

HEADERS = {
    "en": r"# (\d+)\. .+\n\n- \*\*Question\*\*: .+\?\n"
    r"- \*\*Minutes\*\*: (\d+)\n- \*\*Needs\*\*: .+",
    "zh": r"# (\d+)\. .+\n\n- \*\*问题\*\*：.+？\n- \*\*时长\*\*：(\d+) 分钟\n- \*\*先修\*\*：.+",
}
WORDS = {"en": ("Predict", "## Exercises", "Solutions: "), "zh": ("预测", "## 练习", "解答：")}

each_source = pytest.mark.parametrize("path", SOURCES, ids=lambda p: f"{p.parent.name}/{p.stem}")
each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda p: p.stem)


@functools.cache
def source(path):
    return lessons.read(path)


def prose(path, language):
    cells = lessons.in_language(source(path), language).cells
    return [cell.source for cell in cells if cell.cell_type == "markdown"]


def code(path):
    return [cell.source for cell in source(path).cells if cell.cell_type == "code"]


def shown_code(path):
    cells = lessons.in_language(source(path), "en").cells
    return [cell.source for cell in cells if cell.cell_type == "code"]


def stored(path, suffix):
    return json.loads(path.with_suffix(suffix).read_text(encoding="utf-8"))["cells"]


def test_lessons_are_numbered_in_order_and_each_has_solutions():
    assert [lessons.number(path) for path in LESSONS] == list(range(1, len(LESSONS) + 1))
    assert [path.name for path in SOLUTIONS] == [path.name for path in LESSONS]


@each_lesson
def test_header_has_title_question_minutes_and_needs(path):
    found = {lang: re.fullmatch(form, prose(path, lang)[0]) for lang, form in HEADERS.items()}
    assert found["en"]
    assert found["zh"]
    assert found["en"].groups() == found["zh"].groups()  # number and minutes
    assert int(found["en"][1]) == lessons.number(path)


@each_lesson
@pytest.mark.parametrize("language", WORDS)
def test_asks_for_a_prediction_and_ends_with_exercises(path, language):
    predict, exercises, solutions = WORDS[language]
    text = prose(path, language)
    assert any(predict in cell for cell in text)
    last = text[-1]
    assert exercises in last
    asked = re.findall(r"^\d\. ", last, re.MULTILINE)
    answered = re.findall(
        r"^\*\*\d\. ", "\n".join(prose(NOTEBOOKS / "solutions" / path.name, language)), re.MULTILINE
    )
    assert 2 <= len(asked) <= 3
    assert len(answered) == len(asked)
    named = re.search(rf"{solutions}`(.+?)`", last)[1]
    assert (NOTEBOOKS / named).exists()


@each_source
def test_every_prose_is_there_in_both_languages(path):
    kinds = [cell.metadata.get("lang", "code") for cell in source(path).cells]
    in_english = [position for position, kind in enumerate(kinds) if kind == "en"]
    assert in_english
    assert all(kinds[position + 1] == "zh" for position in in_english)
    assert kinds.count("zh") == len(in_english)
    assert not any(CHINESE.search(cell) for cell in prose(path, "en"))
    assert all(CHINESE.search(cell) for cell in prose(path, "zh"))


@each_source
def test_code_fits_a_page_and_uses_nothing_private(path):
    for cell in code(path):
        assert max(map(len, cell.splitlines())) <= 88, cell
        assert not re.search(r"import _|\._[a-z]", cell), cell


@each_lesson
def test_numbers_are_asserted(path):
    assert sum(cell.count("assert ") for cell in code(path)) >= 4


@each_source
def test_notebooks_are_in_step_with_their_source(path):
    assert lessons.out_of_step(path) == [], "run `make lessons`"


@each_lesson
def test_nothing_gives_a_prediction_away(path):
    """What the prose says is asserted where the reader does not see it."""
    assert not any("assert " in cell for cell in shown_code(path))
    assert not any("check" in cell["metadata"].get("tags", []) for cell in stored(path, ".ipynb"))


@each_lesson
def test_code_cells_are_short(path):
    assert max(len(cell.splitlines()) for cell in shown_code(path)) <= 60
    assert (
        sum(len(cell.splitlines()) for cell in shown_code(path)) <= 180
    )  # with the installing cell


@each_source
def test_notebooks_differ_in_their_language_only(path):
    english, chinese = (
        ["".join(cell["source"]) for cell in stored(path, suffix) if cell["cell_type"] == "code"]
        for suffix in lessons.LANGUAGES.values()
    )
    assert english == [cell.replace('LANGUAGE = "zh"', 'LANGUAGE = "en"') for cell in chinese]


@each_source
@pytest.mark.parametrize("suffix", lessons.LANGUAGES.values())
def test_notebooks_are_executed_small_and_illustrated(path, suffix):
    assert path.with_suffix(suffix).stat().st_size < 1_000_000
    cells = [cell for cell in stored(path, suffix) if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell["outputs"]]
    assert not any(output["output_type"] == "error" for output in outputs)
    assert not any(output.get("name") == "stderr" for output in outputs)
    if path in LESSONS:
        assert any("image/png" in output.get("data", {}) for output in outputs)


# What a kernel has from its start, so that solutions find nothing of their lesson.
EMPTY = """
import keras, matplotlib
keras.utils.clear_session(free_memory=False)
matplotlib.rcdefaults()
%reset -f
"""


@pytest.mark.slow
@each_lesson
def test_runs_and_so_do_its_solutions(path):
    """One after the other in one kernel, where TensorFlow starts once."""
    notebook, solutions = (
        lessons.in_language(source(of), "en", checks=True)
        for of in (path, NOTEBOOKS / "solutions" / path.name)
    )
    notebook.cells += [nbformat.v4.new_code_cell(EMPTY), *solutions.cells]
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
    lessons.execute(notebook)  # raises what a cell raises, failed assertions too
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    texts = [output.get("text", "") for output in outputs]
    # Where a character has no glyph, Matplotlib says so.
    assert not any("missing from" in text or "glyph" in text for text in texts)


@pytest.fixture
def helper(monkeypatch):
    """The lessons' own module, without TensorFlow; Matplotlib's settings come back."""
    monkeypatch.syspath_prepend(str(NOTEBOOKS))
    module = importlib.import_module("lesson")
    monkeypatch.setattr(module, "start_tensorflow", lambda: None)
    with mpl.rc_context():
        yield module
        module.start("en")
    for name in ("lesson", "lesson_words"):
        sys.modules.pop(name)


class TestPictures:
    def test_words_are_those_of_the_language(self, helper, monkeypatch):
        monkeypatch.setattr(font_manager, "get_font_names", lambda: [helper.CHINESE_FONTS[1]])
        figure = Figure()
        figure.text(0, 0, "learned layer")
        figure.text(0, 0, "The LSTM's module      (step 3, unit 2)")
        helper.start("en")
        assert helper.show(figure).texts[0].get_text() == "learned layer"
        helper.start("zh")
        said = [text.get_text() for text in helper.show(figure).texts]
        assert said == ["学习到的神经网络层", "LSTM 的模块      （第 3 步，单元 2）"]

    def test_without_a_chinese_font_words_stay_english_and_the_lesson_says_so(
        self, helper, monkeypatch, capsys
    ):
        monkeypatch.setattr(font_manager, "get_font_names", lambda: ["DejaVu Sans"])
        helper.start("zh")
        assert "没有中文字体" in capsys.readouterr().out
        assert helper.word("loss") == "loss"

    def test_lines_are_drawn_where_they_belong(self, helper):
        helper.start("en")
        lines = {"a": np.array([1.0, 10.0]), "b": (np.array([5.0, 6.0]), np.array([2.0, 3.0]))}
        (axes,) = helper.curves(lines, log=True, across={"level": 4.0}).axes
        assert axes.get_yscale() == "log"
        assert [list(line.get_xdata()) for line in axes.lines[:2]] == [[0, 1], [5, 6]]
        assert list(axes.lines[1].get_ydata()) == [2, 3]

    def test_all_labels_have_chinese_words(self, helper):
        pattern = r'(?:title|x|y|log title)="([^"$]*[a-z]{3}[^"]*)"'
        labels = {label for path in LESSONS for c in code(path) for label in re.findall(pattern, c)}
        assert len(labels) > 10
        assert labels <= set(helper.CHINESE)

    def test_everyday_sentences_differ_in_their_first_noun(self, helper):
        for language, noun in (("en", 1), ("zh", 0)):
            x, y, words = helper.everyday(language)
            assert len(set(x[:, noun])) == len(x) == len(set(y))
            assert len({len(sentence) for sentence in words}) == 1


class TestTheTestsCanFail:
    def test_changed_code_is_out_of_step(self, tmp_path):
        path = self.copy(LESSONS[0], tmp_path)
        assert lessons.out_of_step(path) == []
        path.write_text(path.read_text(encoding="utf-8").replace("seed=0", "seed=1"), "utf-8")
        assert {p.name for p in lessons.out_of_step(path)} == {
            "1_chain.ipynb",
            "1_chain.zh.ipynb",
        }

    def test_changed_prose_is_out_of_step_in_its_language(self, tmp_path):
        path = self.copy(LESSONS[0], tmp_path)
        path.write_text(path.read_text(encoding="utf-8").replace("循环神经网络", "某网络"), "utf-8")
        assert [p.name for p in lessons.out_of_step(path)] == ["1_chain.zh.ipynb"]

    def test_a_false_assertion_stops_the_lesson(self):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("assert 1 == 2")])
        notebook.metadata = lessons.read(LESSONS[0]).metadata
        with pytest.raises(CellExecutionError, match="assert 1 == 2"):
            lessons.execute(notebook)

    @pytest.mark.slow
    def test_solutions_find_nothing_of_their_lesson(self):
        notebook = nbformat.v4.new_notebook(metadata=lessons.read(LESSONS[0]).metadata)
        code = ("import math; learned = 1", EMPTY, "assert not {'math', 'learned'} & set(dir())")
        notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in code]
        lessons.execute(notebook)

    def copy(self, path, folder):
        for suffix in (".py", *lessons.LANGUAGES.values()):
            copied = folder / path.with_suffix(suffix).name
            copied.write_bytes(path.with_suffix(suffix).read_bytes())
        return folder / path.name


GLOSSARY = (NOTEBOOKS / "glossary.md").read_text(encoding="utf-8")
TERMS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in GLOSSARY.splitlines()
    if line.startswith("| ") and not line.startswith("| term")
]


class TestGlossary:
    def test_each_term_has_both_languages_a_definition_and_a_place(self):
        assert len(TERMS) > 25
        for row in TERMS:
            english, _, _, definition, defined_in_chinese, where = row
            assert english
            assert re.fullmatch(r"[^.]+(\.\d[^.]*)*\.", definition), definition  # one sentence
            assert CHINESE.search(defined_in_chinese)
            assert where

    def test_tags_exist(self):
        from keras_rnn_study.event_log.quantities import QUANTITIES

        named = set(re.findall(r"`([a-z_]+)/", GLOSSARY))
        assert named
        assert named <= QUANTITIES.keys()


def test_links_of_the_readme_lead_somewhere():
    text = (NOTEBOOKS / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!http)([^)#]+)\)", text)
    assert len(links) > 14
    assert all((NOTEBOOKS / link).exists() for link in links)
