"""The meaning of `brackets`: real source, untouched, and a pair whose kind it does not tell."""

import collections
import io
import pathlib
import string
import sysconfig
import tokenize
import zlib

import numpy as np
import pytest

from keras_rnn_study.datasets import brackets
from keras_rnn_study.datasets.sources import bracket_pieces, python_source

PAIRS = ["()", "[]", "{}"]
UNKNOWN = "\ufffd"
WORD = set(string.ascii_letters + string.digits + "_")
STARTERS, ENDERS = WORD | set("'\"([{"), WORD | set("'\")]}")


def texts(x):
    """What stands between the bracket and the query, as text."""
    return [python_source.decode(sample[1:-1]) for sample in x]


def still_open(text):
    """The brackets that are open at the end, each seen as a character and nothing more."""
    waiting = []
    for character in text:
        if character in "([{":
            waiting.append(character)
        elif character in ")]}":
            assert waiting.pop() + character in PAIRS
    return waiting


@pytest.fixture
def use_library(monkeypatch):
    """A function that puts texts of one's own in the library's place, for this test."""

    def forget():
        bracket_pieces.load.cache_clear()
        bracket_pieces.largest_gap.cache_clear()

    def use(training, held_out="", min_pieces=1):
        sources = python_source.read(training), python_source.read(held_out)
        monkeypatch.setattr(python_source, "library", lambda: sources)
        monkeypatch.setattr(bracket_pieces, "_MIN_PIECES", min_pieces)
        forget()

    yield use
    forget()


def parts(gap):
    """The pieces of both parts, as text, however few there are."""
    sources = python_source.library()
    starts = bracket_pieces._parts(gap, [source.starts for source in sources])
    return [
        [python_source.decode(source.tokens[start : start + gap]) for start in some]
        for source, some in zip(sources, starts, strict=True)
    ]


def tokens_of(pieces):
    return [tokens.tobytes() for tokens in pieces.take(np.arange(len(pieces.starts)))]


# --- The sample


@pytest.mark.parametrize("gap", [0, 1, 7, 60, 1000])
def test_a_sample_is_a_bracket_then_balanced_text_then_the_query(gap):
    for x, y in brackets.load_data(gap, num_train=200, num_test=200, seed=0):
        assert x.shape == (200, gap + 2)
        for sample, text, answer in zip(x, texts(x), y, strict=True):
            opening, closing = PAIRS[answer]
            assert brackets.TASK.read_input(sample[:1]) == [opening]
            assert brackets.TASK.read_answer(answer) == closing
            assert still_open(opening + text) == [opening]
            assert sample[-1] == python_source.QUERY
        assert np.sum(x == python_source.QUERY) == 200  # a "?" of the text is another token


@pytest.mark.parametrize("source", ["print(len(a[0]))\n", "size = len(a[0])\n"])
def test_the_sample_of_the_docstring(use_library, source):
    use_library(source, "123456789")
    x, y = brackets.make(50, gap=9, seed=0)
    read = {"".join(brackets.TASK.read_input(sample)) for sample in x[y == 2]}
    assert read == {"{len(a[0])?"}


@pytest.mark.parametrize(
    ("gap", "pieces"),
    [
        (0, [""] * 4),
        (3, []),  # "max" has its brackets
        (4, ["left"]),
        (5, ["right"]),
        (6, ["return"]),
        (10, []),
        (11, ["left, right"]),
        (13, []),
        (16, ["max(left, right)"]),
        (23, ["return max(left, right)"]),
        (24, []),
        (10**30, []),
    ],
)
def test_pieces_are_balanced_and_cut_nothing_off(use_library, gap, pieces):
    use_library("return max(left, right)")
    assert parts(gap) == [pieces, []]


# --- Which pieces there are, against a search by the definition with Python's own tokenizer

DISTURBING = r'''
first = f(")", a)  # a smile :-)
second = [1, "(", {2: r"\\"}, rb'\'', u"]"]
third = g(h(), """ ( two
lines " of ) it """, k[0])  # (
fourth = {"a": (1, 2), 'b"': [']', "#)"]}, ()
"""docstring [ of ] many ) things """
fifth = f"{first[0]}) {second}", [x for x in (1, 2) if x], {'#': "'"}["#"]
sixth = (
    a,  # (one
    b,  # two)
    c,
)
seventh = (a, [b, "[", c])
eighth = "(", x, ")"  # [as] one
ninth = rb"{" b'}', tenth(x)  # sees {it}
if ninth and _10:
    eleventh = """[
    ]"""
'''.lstrip()


def code_brackets_and_strings(text):
    """Where code has brackets, and from where to where strings and comments go."""
    lines = [0]
    for line in text.splitlines(keepends=True):
        lines.append(lines[-1] + len(line))
    brackets_at, spans, begins = [], [], []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        start, end = (lines[row - 1] + column for row, column in (token.start, token.end))
        kind = tokenize.tok_name[token.type]
        if kind in ("FSTRING_START", "TSTRING_START"):  # from Python 3.12 on
            begins.append(start)
        elif kind in ("FSTRING_END", "TSTRING_END"):
            spans.append((begins.pop(), end))
        elif kind in ("STRING", "COMMENT"):
            spans.append((start, end))
        elif kind == "OP" and token.string in tuple("([{)]}") and not begins:
            brackets_at.append(start)
    return brackets_at, spans


def pieces_by_definition(text, gap):
    brackets_at, spans = code_brackets_and_strings(text)
    # What one writes behind a comment, on the same line, belongs to it.
    inside = {
        place for begin, end in spans for place in range(begin + 1, end + (text[begin] == "#"))
    }
    found = []
    for start in range(len(text) - gap + 1):
        end = start + gap
        if not begins(text, start) or not (gap == 0 or ends(text, end)):
            continue
        if (
            inside.isdisjoint({start, end})
            and is_balanced(text[start:end])
            and is_balanced(text[place] for place in brackets_at if start <= place < end)
        ):
            found.append(text[start:end])
    return found


def begins(text, place):
    behind, before = text[place : place + 1], text[place - 1 : place]
    return behind in STARTERS and before not in ENDERS | {"."}


def ends(text, place):
    behind, before = text[place : place + 1], text[place - 1 : place]
    return before in ENDERS and behind not in STARTERS | {"."}


def is_balanced(characters):
    try:
        return still_open(characters) == []
    except (AssertionError, IndexError):
        return False


def test_pieces_are_those_of_the_definition_where_strings_disturb(use_library):
    use_library(DISTURBING)
    gaps = range(len(DISTURBING) + 2)
    expected = {gap: pieces_by_definition(DISTURBING, gap) for gap in gaps}
    assert {gap: parts(gap)[0] for gap in gaps} == expected
    assert sum(map(bool, expected.values())) > 40


@pytest.mark.parametrize("gap", [0, 4, 30, 300])
@pytest.mark.parametrize("module", ["calendar", "colorsys", "sched", "textwrap"])
def test_pieces_of_a_module_are_those_of_the_definition(use_library, module, gap):
    text = pathlib.Path(sysconfig.get_path("stdlib"), f"{module}.py").read_text("utf-8")
    use_library(text)
    expected = pieces_by_definition(text, gap)
    assert expected
    assert parts(gap) == [expected, []]


def test_no_piece_reaches_beyond_its_file(monkeypatch):
    texts = ["a = 'b'", "c", "", "(d)\n", "e = [f, (g)]"]
    files = python_source._join([python_source.read(text) for text in texts])
    monkeypatch.setattr(python_source, "library", lambda: (files, python_source.read("")))
    for gap in range(len(files.tokens) + 1):
        expected = [piece for text in texts for piece in pieces_by_definition(text, gap)]
        assert parts(gap) == [expected, []]


def test_a_text_whose_brackets_do_not_match_is_left_out():
    assert python_source.read("f(x") is None
    assert python_source.read("f(x))") is None
    assert python_source.read("f(x]") is None
    assert python_source.read("f('(') # )") is not None


def test_characters_that_are_not_ascii_share_one_token():
    tokens = python_source.encode("\tna\u00efve \U0001f600\x7f\n  ~?")
    assert python_source.decode(tokens) == f"{UNKNOWN}na{UNKNOWN}ve {UNKNOWN}{UNKNOWN}\n  ~?"
    assert tokens.min() > 0
    assert tokens.max() < brackets.TASK.vocabulary_size
    assert python_source.QUERY not in tokens


# --- The library


@pytest.fixture(scope="module")
def files():
    """The text of training files and of files held out, each with a zero between two files."""
    parts = ([], [])
    for path in sorted(pathlib.Path(sysconfig.get_path("stdlib")).glob("*.py")):
        held_out = zlib.crc32(path.stem.encode()) % 5 == 0
        parts[held_out].append(path.read_text("utf-8", errors="ignore"))
    return ["\0".join(["\0" * 1001, *part]) for part in parts]


@pytest.mark.parametrize("gap", [1, 5, 50, 1000])
def test_samples_stand_as_they_are_in_a_file_of_their_part(files, gap):
    parts = brackets.load_data(gap, num_train=100, num_test=100, seed=0)
    for (x, _), text in zip(parts, files, strict=True):
        pieces = {piece for piece in texts(x) if UNKNOWN not in piece}
        assert len(pieces) > 10
        assert not {piece for piece in pieces if piece not in text}


def test_text_for_training_is_not_in_the_files_for_testing(files):
    x, _ = brackets.make(100, gap=50, seed=0)
    assert sum(piece in files[1] for piece in texts(x)) < 10


@pytest.mark.parametrize("gap", [5, 6, 12, 1500])
def test_what_training_has_too_is_left_out_for_testing_and_nothing_else(gap):
    training, held_out = bracket_pieces.load(gap)
    source = python_source.library()[1]
    starts = bracket_pieces._choose(gap, source, source.starts)
    seen = set(tokens_of(training))
    unseen = [
        piece not in seen for piece in tokens_of(bracket_pieces.Pieces(held_out.windows, starts))
    ]
    assert len(held_out.starts) > 500
    np.testing.assert_array_equal(held_out.starts, starts[unseen])


def test_pieces_that_both_parts_have(use_library):
    use_library("f(1, right)\n", "f(1, right)\nf(2, right)\n")
    assert parts(1)[1] == ["1", "2"]  # too short to be kept apart
    assert parts(5)[1] == []
    assert parts(8)[1] == ["2, right"]
    assert parts(11)[1] == ["f(2, right)"]


def test_without_a_gap_both_parts_have_the_three_brackets():
    for x, _ in brackets.load_data(0, num_train=100, num_test=100, seed=0):
        assert len({sample.tobytes() for sample in x}) == 3


def test_every_piece_is_drawn_equally_often(use_library):
    use_library("ab = [1], {2}, (3), (3)\n", "x = (4)")
    x, y = brackets.make(4000, gap=1, seed=0)
    counts = collections.Counter(texts(x))
    assert set(counts) == {"1", "2", "3"}
    for piece, share in {"1": 1 / 4, "2": 1 / 4, "3": 1 / 2}.items():
        deviation = np.sqrt(share * (1 - share) / 4000)
        assert abs(counts[piece] / 4000 - share) < 5 * deviation
        for kind in range(3):  # whatever kind it really has
            both = np.sum((np.array(texts(x)) == piece) & (y == kind)) / 4000
            assert abs(both - share / 3) < 5 * np.sqrt(share / 3 / 4000)


# --- What the text tells about the kind of bracket


def naive_bayes(train, test, of_step, num_kinds):
    """Mean over the kinds of the share that is guessed right from the characters alone."""
    (x_train, y_train), (x_test, y_test) = train, test
    size = len(python_source.CHARACTERS) ** of_step
    codes = [as_codes(x, of_step) for x in (x_train, x_test)]
    of_kind = [codes[0][y_train == kind].ravel() for kind in range(num_kinds)]
    counts = np.stack([np.bincount(some, minlength=size) for some in of_kind])
    weights = np.log((counts + 0.5) / (counts + 0.5).sum(axis=1, keepdims=True))
    guesses = weights[:, codes[1]].sum(axis=-1).argmax(axis=0)
    return np.mean([np.mean(guesses[y_test == kind] == kind) for kind in range(num_kinds)])


def as_codes(x, of_step):
    """Characters, or pairs of characters, as numbers."""
    x = x.astype(np.int64)
    return x if of_step == 1 else x[:, :-1] * len(python_source.CHARACTERS) + x[:, 1:]


def really(source, pieces):
    """The pieces that fill a real pair of round or square brackets, and which of these it is."""
    gap = pieces.windows.shape[1]
    around = [(start - 1, start + gap) for start in pieces.starts.tolist()]
    pairs = [python_source.decode(source.tokens[[*places]]) for places in around]
    fills = np.isin(pairs, PAIRS[:2])
    return pieces.take(np.flatnonzero(fills)), np.array(pairs)[fills] == "[]"


@pytest.mark.parametrize("of_step", [1, 2], ids=["characters", "pairs"])
@pytest.mark.parametrize("gap", [3, 10, 50])
def test_the_text_does_not_tell_the_answer(gap, of_step):
    parts = brackets.load_data(gap, num_train=20_000, num_test=6000)
    train, test = ((x[:, 1:-1], y) for x, y in parts)
    assert abs(naive_bayes(train, test, of_step, 3) - 1 / 3) < 5 * np.sqrt(2 / 9 / 6000)


@pytest.mark.parametrize("of_step", [1, 2], ids=["characters", "pairs"])
def test_the_text_would_tell_the_kind_that_really_stands_there(of_step):
    parts = zip(python_source.library(), bracket_pieces.load(4), strict=True)
    train, test = (really(source, pieces) for source, pieces in parts)
    assert np.bincount(test[1]).min() > 30
    assert naive_bayes(train, test, of_step, 2) > 0.65


def test_which_pieces_fill_a_real_pair(use_library):
    use_library("a = [1], {2: 3}, (4), 5\n", "6")
    x, kinds = really(python_source.library()[0], bracket_pieces.load(1)[0])
    assert [python_source.decode(tokens) for tokens in x] == ["1", "4"]
    assert kinds.tolist() == [True, False]


# --- Errors


def test_a_gap_too_large_is_told_the_largest():
    largest = bracket_pieces.largest_gap()
    assert largest >= 1000
    x, _ = brackets.make(2, gap=largest, seed=0)
    assert x.shape == (2, largest + 2)
    for gap in (largest + 1, 10**9, 10**30):
        with pytest.raises(
            ValueError, match=rf"gap={gap} cannot be filled: .* gap={largest}, the largest"
        ):
            brackets.make(2, gap=gap, seed=0)


def test_both_parts_need_enough_pieces(use_library):
    use_library("x = (1)\n" * 9, "y = (2)\n" * 5, min_pieces=5)
    assert bracket_pieces.largest_gap() == 7
    assert [len(pieces.starts) for pieces in bracket_pieces.load(7)] == [9, 5]
    with pytest.raises(ValueError, match=r"fewer than 5 balanced pieces of 6 characters .* gap=7"):
        bracket_pieces.load(6)


@pytest.mark.parametrize("min_pieces", [1, 2, 5, 20])
def test_the_largest_gap_is_that_of_a_search_through_all(use_library, min_pieces):
    use_library(DISTURBING * 2, "zero = [0, {}]\n" + DISTURBING, min_pieces)
    gaps = [gap for gap in range(2000) if min(map(len, parts(gap))) >= min_pieces]
    assert bracket_pieces.largest_gap() == gaps[-1]


@pytest.mark.parametrize("module", [None, "csv"])
def test_a_library_without_source_is_an_error(monkeypatch, tmp_path, module):
    if module:
        (tmp_path / f"{module}.py").write_text("f(x)\n" * 100)
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"only \d of its \.py files in .*neither zipped"):
        python_source.library.__wrapped__()
