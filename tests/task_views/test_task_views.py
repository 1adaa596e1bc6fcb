"""Facts about tasks, and samples as text: that what is marked is where it is."""

import importlib.util
import io
import re
import subprocess
import sys
from pathlib import Path

import made_samples
import numpy as np
import pytest
from rich.cells import cell_len
from rich.console import Console

from keras_rnn_study.datasets import adding, catalog, reading, recall
from keras_rnn_study.task_views import facts, listing, page, ruler, sample

ROOT = Path(__file__).parents[2]
each_task = pytest.mark.parametrize("name", catalog.TASK_NAMES)


def plain(lines):
    return [line.plain.rstrip() for line in lines]


def ruler_rows(made, width=80):
    """The rows of a ruler by name, without their names; and its heading."""
    heading, *lines = [line.plain for line in ruler.ruler(made, width)]
    return heading, {line[:10].strip(): line[10:] for line in lines}


def printed(renderable, width=80):
    console = Console(width=width, file=io.StringIO())
    console.print(renderable)
    return console.file.getvalue()


class TestDraw:
    def test_a_sample_is_what_make_gives(self):
        drawn = sample.draw("recall", gap=7, seed=3)
        x, y = recall.make(1, gap=7, seed=3)
        np.testing.assert_array_equal(drawn.x, x[0])
        assert list(drawn.names) == recall.TASK.read_input(x[0])
        assert drawn.answer == drawn.names[0] == recall.TASK.read_answer(y[0])
        assert drawn.evidence.tolist() == [True] + [False] * 8
        assert drawn.due.tolist() == [False] * 8 + [True]
        assert drawn.gap == range(1, 8)

    @each_task
    @pytest.mark.parametrize("gap", [0, 1, 20])
    def test_the_gap_is_the_one_asked_for(self, name, gap):
        drawn = sample.draw(name, gap=gap)
        assert len(drawn.gap) == gap
        assert len(drawn.names) == len(drawn.evidence) == len(drawn.due) == len(drawn.targets)

    def test_default_sizes_are_those_documented(self):
        assert sample.draw("recall").size == 20
        assert sample.draw("adding", variant="bai_2018").size == 40

    def test_padding_is_left_out(self):
        drawn = sample.draw("adding", variant="hochreiter_1997", length=100, seed=1)
        assert drawn.padding > 0
        assert len(drawn.names) + drawn.padding == 110
        assert "" not in drawn.names
        assert drawn.due[-1]
        assert drawn.x[len(drawn.names) - 1].any()
        assert not drawn.x[len(drawn.names) :].any()

    def test_variants_are_drawn_with_their_own_facts(self):
        drawn = sample.draw("adding", variant="le_2015", length=30, seed=2)
        x, _ = adding.make(1, variant="le_2015", length=30, seed=2)
        np.testing.assert_array_equal(drawn.x, x[0])
        assert drawn.task.label == "adding (le_2015)"

    def test_every_step_has_its_target(self):
        drawn = sample.draw("copy_memory", gap=3)
        assert drawn.targets[:13] == (".",) * 13
        assert drawn.targets[13:] == drawn.names[:10]
        assert drawn.answer == " ".join(drawn.names[:10])

    @pytest.mark.parametrize("steps", [[], [4]])
    def test_without_evidence_before_the_answer_the_gap_is_what_comes_before(self, steps):
        made = made_samples.sample("bbbb?", steps, [4], {4: "A"})
        assert len(made.gap) == (0 if steps else 4)

    def test_white_space_is_shown_where_it_is_a_symbol(self):
        assert [reading.visible(name) for name in (" ", "\n", "\t", "a", "a b")] == [
            "␣",
            "↵",
            "⇥",
            "a",
            "a b",
        ]

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"name": "ading"}, r"Unknown task 'ading'.*Did you mean 'adding'\?"),
            ({"name": "adding", "variant": "bai"}, r"variant of adding 'bai'.*mean 'bai_2018'\?"),
            ({"name": "adding", "length": 30}, r"adding takes gap, not length"),
            ({"name": "recall", "gap": -1}, r"gap must be a whole number, 0 or more"),
        ],
    )
    def test_mistakes_are_told(self, arguments, message):
        with pytest.raises(ValueError, match=message):
            sample.draw(**arguments)


class TestRuler:
    def test_a_known_sample(self):
        assert plain(ruler.ruler(made_samples.symbols(24, [1]), 80)) == [
            "To scale, one column is one step",
            "step      0         10        20",
            "x         bAbbbbbbbbbbbbbbbbbbbbb?",
            "evidence   *",
            "gap         ├────── gap 21 ─────┤",
            "answer                           A",
        ]

    @pytest.mark.parametrize("evidence", [[0], [3], [2, 9], [16], [17]])
    def test_evidence_is_marked_where_it_is(self, evidence):
        _, rows = ruler_rows(made_samples.symbols(20, evidence))
        assert [column for column, sign in enumerate(rows["evidence"]) if sign == "*"] == evidence
        start = evidence[-1] + 1
        bar = re.sub(r"^gap \d+ | gap \d+$", "", rows["gap"].strip())
        assert len(bar) == 19 - start
        assert rows["gap"].index("│" if len(bar) == 1 else "├") == start
        assert rows["answer"].index("A") == 19

    @pytest.mark.parametrize("time", [71, 100, 250, 1003])
    @pytest.mark.parametrize("width", [40, 80, 133])
    def test_what_is_too_long_is_to_scale_too(self, time, width):
        evidence = time // 5
        heading, rows = ruler_rows(made_samples.symbols(time, [evidence]), width)
        columns = min(width - 10, time)
        a_step = columns / time
        if a_step < 1:
            stated = float(re.fullmatch(r"To scale, one column is ([\d.]+) steps", heading)[1])
            assert stated == pytest.approx(time / columns, rel=0.01)
        assert rows["evidence"].index("*") == int(evidence * a_step)
        assert rows["answer"].index("^" if a_step < 1 else "A") == columns - 1
        bar = rows["gap"].strip()
        assert f" gap {time - evidence - 2} " in bar
        assert len(bar) == columns - 1 - int(evidence * a_step) - 1
        assert len(bar) == pytest.approx((time - evidence - 2) * a_step, abs=2)
        for label in re.finditer(r"\d+", rows["step"]):
            assert label.start() == int(int(label[0]) * a_step)

    def test_names_too_long_for_a_column_are_dots(self):
        made = made_samples.words("I grew up in Fiji and speak ___", "Fiji", "Fijian")
        assert plain(ruler.ruler(made, 80))[1:] == [
            "step      0",
            "x         ········",
            "evidence      *",
            "gap            ├┤ gap 2",
            "answer    Fijian ^",
        ]

    def test_an_answer_of_several_steps(self):
        made = made_samples.sample("ABb?ab", [0, 1], [4, 5], {4: "A", 5: "B"})
        _, rows = ruler_rows(made)
        assert rows["evidence"] == "**"
        assert rows["answer"] == "    AB"
        assert "target" not in rows

    def test_targets_of_other_steps_are_no_answers(self):
        targets = dict(enumerate("aabbAa"))
        made = made_samples.sample("aAbbba", [1], [4], targets, every_step=True, num_classes=5)
        _, rows = ruler_rows(made)
        assert rows["target"] == "aabbAa"
        assert rows["answer"] == "    A"
        assert rows["gap"] == "  ├┤ gap 2"

    def test_no_gap_has_no_bar(self):
        _, rows = ruler_rows(made_samples.symbols(2, [0]))
        assert rows["gap"] == ""

    def test_evidence_and_answer_have_a_colour_each(self):
        x = ruler.ruler(made_samples.symbols(9, [2, 4]), 80)[2]
        styles = {
            span.style: (span.start - 10, span.end - 10)
            for span in x.spans
            if span.style in (ruler.EVIDENCE, ruler.ANSWER)
        }
        assert styles == {ruler.EVIDENCE: (4, 5), ruler.ANSWER: (8, 9)}


class TestListing:
    def test_a_text_with_its_evidence_and_its_gap_marked(self):
        made = made_samples.words("I grew up in Fiji and speak ___", "Fiji", "Fijian")
        assert plain(listing.listing(made, 80)) == [
            "0  I grew up in Fiji and speak ___",
            "                **** ├───────┤ ^^^ Fijian",
        ]
        made = made_samples.words("I grew up in Fiji and speak ___", "up", "Fijian")
        assert plain(listing.listing(made, 80))[1] == "          ** ├──── gap 4 ────┤ ^^^ Fijian"

    def test_a_text_is_broken_at_the_width(self):
        made = made_samples.words("I grew up in Fiji and speak ___", "Fiji", "Fijian")
        assert plain(listing.listing(made, 30)) == [
            "0  I grew up in Fiji and speak",
            "                **** ├───────┤",
            "7  ___",
            "   ^^^ Fijian",
        ]

    def test_a_gap_over_several_lines_is_one_bar(self):
        text = "so Fiji aa bbb cccc dd eee ffff gg hhh iiii ___"
        lines = plain(listing.listing(made_samples.words(text, "Fiji", "x"), 24))
        assert lines == [
            " 0  so Fiji aa bbb cccc",
            "       **** ├─ gap 9 ──",
            " 5  dd eee ffff gg hhh",
            "    ──────────────────",
            "10  iiii ___",
            "    ───┤ ^^^ x",
        ]

    def test_one_column_of_a_longer_gap_is_an_end(self):
        assert ruler.gap_bar("", 1, "├─") == "├"
        assert ruler.gap_bar("", 1, "─┤") == "┤"
        assert ruler.gap_bar("", 1, "──") == "─"
        assert ruler.gap_bar("", 1) == "│"

    def test_numbers_stand_below_one_another(self):
        made = made_samples.numbers(np.arange(9) / 10, [0, 5], "0.50")
        assert plain(listing.listing(made, 34)) == [
            "0  0.00* 0.10  0.20  0.30  0.40",
            "   *****",
            "5  0.50* 0.60  0.70  0.80",
            "   ***** ├─ gap 2 ─┤ ^^^^  0.50",
        ]

    @pytest.mark.parametrize("gap", [60, 500])
    @pytest.mark.parametrize("name", ["adding", "language"])
    def test_what_is_left_out_of_a_long_gap_is_counted(self, name, gap):
        drawn = sample.draw(name, gap=gap, seed=1)
        lines = plain(listing.listing(drawn, 80))
        [left_out] = [int(re.search(r"\d+", line)[0]) for line in lines if "more steps" in line]
        texts = [line.split() for line in lines if re.match(r" *\d+  \S", line)]
        shown = [
            step for first, *words in texts for step in range(int(first), int(first) + len(words))
        ]
        assert [word for _, *words in texts for word in words] == [drawn.names[s] for s in shown]
        assert len(shown) + left_out == len(drawn.names)
        matters = {*np.flatnonzero(drawn.evidence), drawn.gap[0], drawn.gap[-1], shown[-1]}
        assert matters <= {*shown}

    def test_long_names_have_a_line_each(self):
        values = np.eye(8)[[0, 1, 2] + [7] * 10]
        names = ["##......"] * 3 + ["_"] * 10
        made = made_samples.rows(values, names, [0, 1, 2], "7")
        assert plain(listing.listing(made, 80)) == [
            " 0  ##......  * evidence",
            " 1  ##......  * evidence",
            " 2  ##......  * evidence",
            " 3  _           gap 1 of 9",
            " 4  _           gap 2 of 9",
            "    ... 5 more steps",
            "10  _           gap 8 of 9",
            "11  _           gap 9 of 9",
            "12  _         ^ answer: 7",
        ]


class TestPage:
    @each_task
    @pytest.mark.parametrize("width", [40, 80])
    def test_lines_fit_the_terminal_and_names_and_answer_are_there(self, name, width):
        for gap in (0, 1, 5, 200):
            drawn = sample.draw(name, gap=gap, seed=gap)
            lines = page.sample_lines(drawn, width)
            assert max(cell_len(line.plain.rstrip()) for line in lines) <= width
            text = "\n".join(line.plain for line in lines)
            for step in np.flatnonzero(drawn.evidence):
                assert drawn.names[step] in text
            assert f"gap {gap}" in text or gap == 0

    def test_a_ruler_with_all_names_needs_no_listing(self):
        assert len(page.sample_lines(sample.draw("recall", gap=5), 80)) == 6
        assert len(page.sample_lines(sample.draw("recall", gap=100), 80)) > 6
        assert len(page.sample_lines(sample.draw("adding", gap=5), 80)) > 6

    def test_the_heading_says_how_to_get_this_sample(self):
        drawn = sample.draw("adding", variant="hochreiter_1997", length=100, seed=1)
        assert page.heading(drawn) == (
            f"One sample: length 100, gap {len(drawn.gap)}, seed 1, {len(drawn.names)} steps and "
            f"{drawn.padding} of padding; answer: {drawn.answer}"
        )

    def test_a_page_has_facts_variants_and_sample(self):
        text = printed(page.page(sample.draw("adding", gap=5), 80))
        assert text.startswith("adding: Add the two marked numbers.")
        for part in ("float32, (batch, time, 2)", "0.167 without", "bai_2018", "├───┤"):
            assert part in text
        assert max(map(len, text.splitlines())) <= 80


class TestFacts:
    def test_classes(self):
        told = facts.facts_of(sample.draw("recall", gap=5))
        assert told == {
            "example": "C f a h ? -> C",
            "x": "float32, (batch, time, 17)",
            "y": "int32, (batch,): 1 class of 8, due at the last step",
            "score": "accuracy; chance 0.125, learned from 0.95",
            "loss": "sparse_categorical_crossentropy; 2.079 without the evidence (gap 5)",
            "split": "training and test data share no sequence from gap 2 on",
            "source": recall.TASK.source,
        }

    def test_tokens_and_padding(self):
        assert facts.facts_of(sample.draw("language"))["x"].endswith("time): tokens below 2000")
        padded = sample.draw("multiplication", variant="hochreiter_1997")
        assert "padded with zeros at the end" in facts.facts_of(padded)["x"]

    def test_numbers_with_a_tolerance_and_without(self):
        told = facts.facts_of(sample.draw("adding"))
        assert told["y"] == "float32, (batch, 1): a number, due at the last step"
        assert told["score"] == "accuracy, right within 0.08; chance 0.154, learned from 0.95"
        told = facts.facts_of(sample.draw("adding", variant="bai_2018"))
        assert told["score"] == "mean squared error; chance 0.167, learned up to 0.01"

    @pytest.mark.parametrize(
        ("due", "words"),
        [
            ((-1, -1), "the last"),
            ((-10, -1), "the last 10"),
            ((-2, -2), "the one before the last"),
            ((-5, -3), "steps -5 to -3"),
        ],
    )
    def test_targets_at_every_step(self, due, words):
        told = facts._answer(made_samples.task(every_step=True, due=due))
        assert told == f"1 class of 2 at every step; the score counts {words}"

    @pytest.mark.parametrize(
        ("disjoint_from", "words"),
        [
            (None, "training and test data may share sequences"),
            (0, "training and test data share no sequence"),
            (9, "training and test data share no sequence from gap 9 on"),
        ],
    )
    def test_split(self, disjoint_from, words):
        assert facts._split(made_samples.task(disjoint_from=disjoint_from)) == words

    def test_variants_take_their_own_size(self):
        rows = {row["variant"]: row for row in facts.variants_of(adding.TASK)}
        assert list(rows) == list(adding.TASK.variants)
        assert rows["exact_gap"]["takes"] == "gap 0..."
        assert rows["hochreiter_1997"]["takes"] == "length 20..."
        assert rows["hochreiter_1997"]["learned at"] == "0.99 within 0.04"
        assert rows["le_2015"]["learned at"] == "error 0.01"

    def test_the_list_has_every_task_and_fits_80_columns(self):
        text = printed(facts.task_list())
        assert max(map(len, text.splitlines())) <= 80
        for name in catalog.TASK_NAMES:
            task = catalog.get(name).TASK
            assert re.search(rf"^{name} .* {task.chance:.3f} *$", text, re.MULTILINE)
            assert " ".join(task.summary.split()[:4]) in text
            assert task.example[task.example.rindex("->") :] in text  # the answer is never cut off

    def test_a_long_example_keeps_both_ends(self):
        example = " ".join(f"{number:03}" for number in range(50)) + " -> 7"
        short = facts._shortened(example)
        assert short.startswith("000 001 002")
        assert re.search(r" \.\.\. (\d{3} )*049 -> 7$", short)
        assert len(short) <= 60
        assert facts._shortened("A b -> A") == "A b -> A"


class TestGallery:
    TEXT = (ROOT / "docs" / "tasks.md").read_text(encoding="utf-8")

    @each_task
    def test_every_task_is_in_it(self, name):
        assert f"- [{name}](#{name}): {catalog.get(name).TASK.summary}\n" in self.TEXT
        section = self.TEXT.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        assert f"](images/tasks/{name}.png)" in section
        assert "gap 5, seed 0" in section
        for variant in catalog.get(name).TASK.variants:
            assert f"| {variant} |" in section
        assert (ROOT / f"docs/images/tasks/{name}.png").stat().st_size < 15_000

    def test_nothing_else_is_in_it(self):
        assert tuple(re.findall(r"^## (\w+)$", self.TEXT, re.MULTILINE)) == catalog.TASK_NAMES
        pictures = {path.stem for path in (ROOT / "docs/images/tasks").iterdir()}
        assert pictures == set(catalog.TASK_NAMES)

    def test_a_section_is_what_is_drawn_now(self, tmp_path, monkeypatch):
        spec = importlib.util.spec_from_file_location("gallery", ROOT / "docs" / "gallery.py")
        gallery = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(gallery)
        monkeypatch.setattr(gallery, "PICTURES", tmp_path)
        assert gallery.section("recall") in self.TEXT
        assert (tmp_path / "recall.png").read_bytes()[:4] == b"\x89PNG"

    def test_what_it_says_to_do_runs(self):
        section = self.TEXT.partition("\n## recall\n")[2].partition("\n## ")[0]
        [code] = re.findall(r"^```python\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
        code = code.replace("steps_per_epoch=40, epochs=10", "steps_per_epoch=2, verbose=0")
        exec(compile(code, "tasks.md", "exec"), {})

    def test_its_command_runs(self, tmp_path):
        [command] = re.findall(r"^(keras-rnn-study .*)$", self.TEXT, re.MULTILINE)
        words = [str(Path(sys.executable).parent / "keras-rnn-study"), *command.split()[1:]]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert (tmp_path / words[-1]).exists()
