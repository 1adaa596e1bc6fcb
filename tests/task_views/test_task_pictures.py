"""Samples as pictures: that what is drawn is where it belongs."""

import subprocess
import sys

import made_samples
import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.text import Text

from keras_rnn_study.datasets import catalog
from keras_rnn_study.task_views import inputs, picture, sample
from keras_rnn_study.task_views.inputs import ANSWER, EVIDENCE

each_task = pytest.mark.parametrize("name", catalog.TASK_NAMES)
MANY = [f"a{number}" for number in range(100)]


@pytest.fixture(autouse=True)
def _usual_style():
    with matplotlib.style.context(["default", picture._STYLE]):
        yield


def axes_of(figure, label):
    """The axes of the panel with that label; "" is the band above all."""
    [axes] = [axes for axes in figure.axes if axes.get_label() == label]
    return axes


def spans(axes, gid):
    """Where shades of that kind begin and end."""
    boxes = [artist.get_window_extent() for artist in axes.patches if artist.get_gid() == gid]
    inverse = axes.transData.inverted()
    return sorted(tuple(np.round(inverse.transform(box)[:, 0], 6)) for box in boxes)


def bars(axes):
    """Left edge, right edge, bottom, height and colour of each bar."""
    return [
        (bar.get_x(), bar.get_x() + bar.get_width(), bar.get_y(), bar.get_height(), colour)
        for container in axes.containers
        for bar in container
        if (colour := to_hex(bar.get_facecolor()))
    ]


def bracket(figure):
    """Where the gap's bracket begins and ends; `None` if there is none."""
    lines = [line for line in axes_of(figure, "").lines if line.get_gid() == "gap"]
    return (min(lines[0].get_xdata()), max(lines[0].get_xdata())) if lines else None


def marks(figure):
    """The steps that have a mark above them."""
    [line] = [line for line in axes_of(figure, "").lines if line.get_gid() == "marks"]
    return list(line.get_xdata())


def texts(figure):
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


class TestPlaces:
    @pytest.mark.parametrize("evidence", [[0], [3], [2, 3, 9]])
    def test_evidence_gap_and_answer_are_drawn_where_they_are(self, evidence):
        figure = picture.draw(made_samples.symbols(16, evidence))
        x = axes_of(figure, "x")
        assert marks(figure) == evidence
        covered = [step for start, stop in spans(x, "evidence") for step in np.arange(start, stop)]
        assert covered == [step - 0.5 for step in evidence]
        assert spans(x, "answer") == [(14.5, 15.5)]
        assert bracket(figure) == (evidence[-1] + 0.5, 14.5)
        assert f"gap {14 - evidence[-1]}" in texts(figure)
        assert f"evidence: {'  '.join('A' * len(evidence))}" in texts(figure)
        [target] = bars(axes_of(figure, "answer"))
        assert target == (14.5, 15.5, 0, 1, ANSWER)

    def test_no_gap_has_no_bracket(self):
        figure = picture.draw(made_samples.symbols(2, [0]))
        assert bracket(figure) is None
        assert not [text for text in texts(figure) if text.startswith("gap")]

    @each_task
    @pytest.mark.parametrize("gap", [0, 1, 5, 60, 200])
    def test_all_tasks(self, name, gap):
        drawn = sample.draw(name, gap=gap, seed=1)
        figure = picture.draw(drawn)
        assert marks(figure) == np.flatnonzero(drawn.evidence).tolist()
        found = bracket(figure)
        assert found is None if gap == 0 else found[1] - found[0] == gap
        due = np.flatnonzero(drawn.due)
        for axes in figure.axes:
            assert axes.get_xlim() == (-0.5, len(drawn.x) - 0.5)
            if axes.get_label() not in ("", "answer", "target"):
                assert spans(axes, "answer") == [(due[0] - 0.5, due[-1] + 0.5)]
        check_readable(figure)


def check_readable(figure):
    """Nothing is cut off, and titles and names above the inputs do not run into one another."""
    FigureCanvasAgg(figure).draw()
    width, height = figure.bbox.size
    boxes = [axes.get_tightbbox() for axes in figure.axes]
    for box in [*boxes, *(text.get_window_extent() for text in figure.texts)]:
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= width
        assert box.y1 <= height
    for axes in figure.axes[1:]:
        [label] = [text for text in figure.texts if text.get_text() == axes.get_label()]
        assert label.get_window_extent().x1 <= axes.get_tightbbox().x0
    [band] = [axes for axes in figure.axes if axes.get_label() == ""]
    boxes = [text.get_window_extent() for text in band.texts]
    boxes += [text.get_window_extent() for text in figure.texts if text.get_weight() == "bold"]
    for number, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:number])


class TestBand:
    @pytest.mark.parametrize("time", [12, 40, 200])
    @pytest.mark.parametrize("from_end", [2, 3, 4, 6, 9])
    @pytest.mark.parametrize("first", [0, None])
    def test_names_of_evidence_and_gap_do_not_meet(self, time, from_end, first):
        evidence = [time - from_end] if first is None else [first, time - from_end]
        check_readable(picture.draw(made_samples.symbols(time, evidence)))

    def test_much_evidence_is_not_named(self):
        figure = picture.draw(made_samples.symbols(40, list(range(30))))
        assert "evidence" in texts(figure)

    def test_the_title_says_the_gap(self):
        figure = picture.draw(sample.draw("recall", gap=7))
        assert "recall: Name the first symbol after 7 distractors." in texts(figure)

    def test_a_dollar_sign_is_a_dollar_sign(self):
        made = made_samples.words(r"pay $\no$ ___", r"$\no$", r"$\such$")  # no formulas
        assert r"$\such$" in " ".join(texts(picture.draw(made)))
        assert picture.render(made, ".png")


class TestInputs:
    def test_symbols_have_a_row_each(self):
        made = made_samples.sample("ABba?", [0, 1], [4], {4: "B"})
        axes = axes_of(picture.draw(made), "x")
        drawn = {(x0 + 0.5, y0 + 0.5): colour for x0, _, y0, _, colour in bars(axes)}
        assert drawn == {
            (0, 0): EVIDENCE,
            (1, 1): EVIDENCE,
            (2, 3): inputs.INK,
            (3, 2): inputs.INK,
            (4, 4): ANSWER,
        }
        assert [label.get_text() for label in axes.get_yticklabels()] == list("ABab?")
        assert axes.get_ylim()[0] > axes.get_ylim()[1]  # the first is at the top

    def test_few_tokens_are_symbols_too(self):
        made = made_samples.sample(
            "dog",
            [0],
            [2],
            {2: "g"},
            x=np.array([3, 1, 2]),
            vocabulary_size=4,
            read_input=lambda tokens: ["-ogd"[token] for token in tokens],
        )
        axes = axes_of(picture.draw(made), "x")
        assert [(x0 + 0.5, y0 + 0.5) for x0, _, y0, _, _ in bars(axes)] == [(0, 3), (1, 1), (2, 2)]

    def test_numbers_are_as_high_as_they_are(self):
        made = made_samples.numbers([0.1, -0.2, 0.3, 0.4], [1], "-0.20")
        figure = picture.draw(made)
        values = bars(axes_of(figure, "x[0]"))
        assert [height for *_, height, _ in values] == pytest.approx([0.1, -0.2, 0.3, 0.4])
        assert [colour for *_, colour in values][1::2] == [EVIDENCE, ANSWER]
        assert [height for *_, height, _ in bars(axes_of(figure, "x[1]"))] == [0, 1, 0, 0]

    def test_vectors_are_a_map_of_features_by_time(self):
        values = np.arange(20).reshape(4, 5) / 10
        figure = picture.draw(made_samples.rows(values, ["row"] * 4, [0, 1], "7"))
        axes = axes_of(figure, "feature\n□ 0\n■ 1.9")
        [image] = axes.images
        np.testing.assert_allclose(image.get_array(), values.T)
        assert image.get_clim() == pytest.approx((0, 1.9))
        shades = [patch for patch in axes.patches if patch.get_gid() == "evidence"]
        assert all(patch.get_facecolor()[3] == 0 for patch in shades)  # greys stay what they are

    def test_words_stand_at_their_steps(self):
        made = made_samples.words("I grew up in Fiji and speak ___", "Fiji", "Fijian")
        axes = axes_of(picture.draw(made), "x")
        places = {text.get_text(): text.get_position()[0] for text in axes.texts}
        assert places == {name: step for step, name in enumerate(made.names)}
        [fiji] = [text for text in axes.texts if text.get_text() == "Fiji"]
        assert fiji.get_color() == EVIDENCE
        assert fiji.get_rotation() == 90

    def test_words_without_room_are_bars_as_long(self):
        words = [f"{'w' * (1 + number % 7)}{number:03}" for number in range(150)]
        made = made_samples.words(" ".join(words), words[4], "x")
        axes = axes_of(picture.draw(made), "word\nlength")
        assert [height for *_, height, _ in bars(axes)] == [len(word) for word in words]
        assert not axes.texts

    def test_padding_is_shown_as_such(self):
        made = made_samples.symbols(16, [3], padding=9)
        figure = picture.draw(made)
        for label in ("x", "answer"):
            assert spans(axes_of(figure, label), "padding") == [(15.5, 24.5)]
        assert "padding" in texts(figure)
        assert spans(axes_of(figure, "x"), "answer") == [(14.5, 15.5)]


class TestTargets:
    def test_every_step_has_a_cell_and_those_due_another_colour(self):
        targets = dict(enumerate("aabbAB"))
        made = made_samples.sample("AbBb?b", [0, 2], [4, 5], targets, every_step=True)
        axes = axes_of(picture.draw(made), "target")
        assert [colour == ANSWER for *_, colour in bars(axes)] == [False] * 4 + [True] * 2
        assert {text.get_position()[0]: text.get_text() for text in axes.texts} == targets

    @pytest.mark.parametrize("time", [9, 60])
    def test_a_long_answer_stands_beside_its_step(self, time):
        made = made_samples.words(" ".join(MANY[:time]), "a3", "Kalaallisut, of Greenland")
        figure = picture.draw(made)
        FigureCanvasAgg(figure).draw()
        axes = axes_of(figure, "answer")
        [text] = axes.texts
        assert text.get_text().strip() == "Kalaallisut, of Greenland"
        right = axes.transData.inverted().transform(text.get_window_extent())[1, 0]
        assert right <= time - 1.5

    def test_a_long_answer_to_a_short_sample_stands_within(self):
        made = made_samples.words("Fiji ___", "Fiji", "a long answer to a short sample, this is")
        check_readable(picture.draw(made))


class TestFiles:
    @pytest.mark.parametrize(
        ("suffix", "start"),
        [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF"), (".PNG", b"\x89PNG")],
    )
    def test_the_suffix_says_what_is_written(self, suffix, start, tmp_path):
        path = tmp_path / f"sample{suffix}"
        picture.write(sample.draw("recall", gap=5), path)
        assert path.read_bytes().startswith(start)

    @pytest.mark.parametrize("suffix", picture.SUFFIXES)
    def test_the_same_sample_gives_the_same_bytes(self, suffix):
        drawn = sample.draw("language", gap=5)
        assert picture.render(drawn, suffix) == picture.render(drawn, suffix)

    @pytest.mark.parametrize("name", ["sample", "sample.jpg", ".png"])
    def test_other_suffixes_are_refused(self, name, tmp_path):
        with pytest.raises(ValueError, match=r"must end in \.png, \.svg, \.pdf, but .* was given"):
            picture.write(sample.draw("recall"), tmp_path / name)
        assert not list(tmp_path.iterdir())

    def test_a_folder_that_is_not_there_is_told(self, tmp_path):
        with pytest.raises(ValueError, match=r"Cannot write .*No such file.*Choose a file"):
            picture.write(sample.draw("recall"), tmp_path / "missing" / "sample.png")

    def test_settings_of_matplotlib_are_left_alone_and_have_no_influence(self):
        drawn = sample.draw("recall", gap=5)
        usual = picture.render(drawn, ".png")
        with matplotlib.rc_context({"text.color": "red", "font.size": 30, "axes.facecolor": "k"}):
            before = dict(matplotlib.rcParams)
            assert picture.render(drawn, ".png") == usual
            assert dict(matplotlib.rcParams) == before

    def test_no_window_is_opened(self, tmp_path):
        code = (
            "import sys\n"
            "from keras_rnn_study.task_views import picture, sample\n"
            f"picture.write(sample.draw('recall', gap=5), {str(tmp_path / 'x.png')!r})\n"
            "print({'matplotlib.pyplot', 'tensorflow', 'keras'} & set(sys.modules))"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert done.stdout.strip() == "set()", done.stderr
