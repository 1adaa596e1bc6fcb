"""The meaning of `language`: the sentence, the prose in it, and who speaks what."""

import babel
import numpy as np
import pytest
from babel.languages import get_official_languages, get_territory_language_info

from keras_rnn_study.datasets import language
from keras_rnn_study.datasets.sources import corpus, country_languages, prose

LOCALES = [("en", "en"), ("zh", "zh_Hans")]
ANIMALS = ["cat", "dog", "cow", "fox", "hen", "owl", "pig", "rat", "bee", "ant"]

each_language = pytest.mark.parametrize(("name", "locale"), LOCALES)


@each_language
def test_the_answer_is_the_language_of_the_country_in_the_text(name, locale):
    x, y = language.make(2000, gap=20, seed=0, language=name)
    countries = country_languages.country_names(locale)
    languages = country_languages.language_names(locale)
    territories = babel.Locale.parse(locale).territories
    speaks = {
        territories[country]: babel.Locale.parse(locale).languages[code]
        for code, codes in country_languages.COUNTRIES_OF.items()
        for country in codes.split()
    }
    words = np.array(corpus.load(name).words)[x[language.evidence(x)]]
    assert set(words) == set(countries)
    assert [speaks[word] for word in words] == [languages[label] for label in y]


@pytest.mark.parametrize(
    ("name", "gap", "text"),
    [
        ("en", 0, "The language of {} ___"),
        ("en", 1, "The language of {} is ___"),
        ("en", 2, "In {} people speak ___"),
        ("en", 3, "I grew up in {} I speak fluent ___"),
        ("en", 4, "I grew up in {} so I speak fluent ___"),
        ("zh", 0, "哪 种 语言 属于 {} ___"),
        ("zh", 6, "我 在 {} 长大 我 会 说 流利 的 ___"),
    ],
)
def test_a_short_gap_has_a_sentence_of_its_own(name, gap, text):
    x, _ = language.make(5, gap=gap, seed=0, language=name)
    source = corpus.load(name)
    for sample, steps, read in zip(x, language.evidence(x), source.read(x), strict=True):
        assert read == text.format(source.words[sample[steps][0]])


@each_language
@pytest.mark.parametrize("gap", [12, 40, 200])
def test_a_long_gap_has_the_articles_sentence_around_whole_sentences(name, locale, gap):
    (x_train, _), (x_test, _) = language.load_data(gap, num_train=20, num_test=20, language=name)
    source = corpus.load(name)
    before, after, ending = {  # words up to the country, up to the prose, after it
        "en": ("I grew up in", "", "I speak fluent ___"),
        "zh": ("我 在", "长大", "我 会 说 流利 的 ___"),
    }[name]
    sentences = {
        " ".join(word if word in source.tokens else "<unk>" for word in sentence)
        for sentence in prose.sentences(prose.read(name, None), name)
    }
    for text in source.read(np.concatenate([x_train, x_test])):
        assert text.startswith(before)
        assert text.endswith(f" {ending}")
        words = text.split()[len(before.split()) + 1 : -len(ending.split())]
        assert words[: len(after.split())] == after.split()
        words = words[len(after.split()) :]
        assert len(words) == gap - len(after.split()) - len(ending.split()) + 1
        assert is_string_of(words, sentences)


@each_language
def test_no_sentence_comes_twice_in_a_text(name, locale):
    source = corpus.load(name)
    (x, _), _ = language.load_data(100, num_train=300, num_test=1, language=name)
    sentences = {
        " ".join(sentence): 0 for sentence in prose.sentences(prose.read(name, None), name)
    }
    for text in source.read(x):
        words = text.split()
        for sentence in sentences:
            assert f" {' '.join(words)} ".count(f" {sentence} ") <= 1


def is_string_of(words, sentences):
    """Say whether words can be cut into sentences of the set, from the end on."""
    ends = {0}
    for end in range(1, len(words) + 1):
        if any(" ".join(words[start:end]) in sentences for start in ends):
            ends.add(end)
    return len(words) in ends


def test_languages_are_equally_frequent_and_so_are_the_countries_of_each():
    x, y = language.make(44 * 1000, gap=3, seed=0)
    assert np.abs(np.bincount(y, minlength=44) - 1000).max() < 5 * np.sqrt(1000)
    arabic = x[y == 0][language.evidence(x[y == 0])]
    assert np.abs(np.bincount(arabic)[-10:] - len(arabic) / 10).max() < 5 * np.sqrt(100)


@each_language
def test_every_gap_can_be_filled_with_the_prose_that_is_built_in(name, locale):
    for gap in range(301):
        frame = corpus.load(name).frame(gap)
        assert len(frame.after) + frame.num_filler + len(frame.ending) == gap + 1


@each_language
def test_test_sentences_open_differently_from_training_sentences(name, locale):
    gap = 40
    (x_train, _), (x_test, _) = language.load_data(gap, num_train=3000, language=name)
    frame = corpus.load(name).frame(gap)
    start = frame.time - len(frame.ending) - frame.num_filler
    opening = slice(start, start + prose.MIN_WORDS)
    training = {sample[opening].tobytes() for sample in x_train}
    assert len(training) > 40
    assert training.isdisjoint(sample[opening].tobytes() for sample in x_test)


@each_language
def test_the_filler_names_no_country_and_no_language(name, locale):
    x, _ = language.make(500, gap=100, seed=0, language=name)
    names = country_languages.country_names(locale) + country_languages.language_names(locale)
    separator = " " if name == "en" else ""  # Chinese names may be spread over several words
    for sample in corpus.load(name).read(x):
        text = separator.join(["", *sample.split(), ""])
        found = [word for word in names if separator + word + separator in text]
        assert len(found) == 1, found  # the country of the first sentence


def test_the_vocabulary_fits_the_task_and_has_every_word_once():
    for name, locale in LOCALES:
        words = corpus.load(name).words
        assert len(words) == len(set(words)) <= language.TASK.vocabulary_size
        first = corpus.FIRST_COUNTRY
        countries = country_languages.country_names(locale)
        assert words[first : first + len(countries)] == countries


def test_rare_words_become_unknown(tmp_path):
    rare = ["".join(chr(97 + int(digit)) for digit in str(n)) for n in range(10_000, 13_000)]
    text = tmp_path / "rare.txt"
    text.write_text("\n".join(f"The {word} meets every other." for word in rare))
    x, _ = language.make(8000, gap=28, seed=0, text=text)
    assert x.max() < language.TASK.vocabulary_size
    assert "<unk>" in " ".join(corpus.load("en", text).read(x)).split()


def test_a_text_of_the_users_own_fills_the_gap(tmp_path):
    text = tmp_path / "mine.txt"
    text.write_text("\n".join(f"The {animal} ran over the hill." for animal in ANIMALS))
    x, _ = language.make(50, gap=3 + 2 * 6, seed=0, text=text)
    for sample in corpus.load("en", str(text)).read(x):
        words = sample.split()
        assert words[5:7] + words[11:13] == ["The", words[6], "The", words[12]]
        assert {words[6], words[12]} <= set(ANIMALS)


def test_a_changed_text_file_is_read_again(tmp_path):
    text = tmp_path / "mine.txt"
    text.write_text("\n".join(f"The {animal} ran over the hill." for animal in ANIMALS))
    assert "ran" in corpus.load("en", text).tokens
    text.write_text("\n".join(f"The {animal} swam over the hill." for animal in ANIMALS))
    assert "ran" not in corpus.load("en", text).tokens


def test_a_chinese_text_without_spaces_is_read_by_characters(tmp_path):
    text = tmp_path / "mine.txt"
    text.write_text(
        "".join(f"{first}边的小路很安静。\n" for first in "河湖海山村街桥墙"), encoding="utf-8"
    )
    source = corpus.load("zh", text)
    x, _ = language.make(5, gap=6 + 8, seed=0, language="zh", text=text)
    for sample in source.read(x):
        assert sample.split()[5:-6] == list("边的小路很安静")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Too short. One is not much of a text.", "has 1 sentences that can be used, too few"),
        ("", "has 0 sentences"),
        ("x = 1\ny = 2\n" * 50, "has 0 sentences"),
        ("I have been to France before. " * 50, "has 0 sentences"),
    ],
)
def test_a_text_that_has_too_few_sentences(tmp_path, text, reason):
    path = tmp_path / "mine.txt"
    path.write_text(text)
    with pytest.raises(ValueError, match=reason):
        language.make(5, gap=20, seed=0, text=path)


def test_a_text_that_cannot_be_read(tmp_path):
    with pytest.raises(ValueError, match=r"absent\.txt.*cannot be read.*Give the path"):
        language.make(5, gap=20, seed=0, text=tmp_path / "absent.txt")
    path = tmp_path / "picture.png"
    path.write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(ValueError, match="cannot be read as a UTF-8 text file"):
        language.load_data(20, text=path)


def test_a_gap_that_no_sentences_fill(tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text("\n".join(f"The {animal} ran over the hill." for animal in ANIMALS))
    with pytest.raises(ValueError, match=r"gap=8 cannot be filled.*gap=9 can be filled"):
        language.stream(4, gap=8, seed=0, text=path)


def test_an_unknown_language_is_told_the_nearest_name():
    with pytest.raises(ValueError, match=r"Unknown language 'eng': .*Did you mean 'en'"):
        language.make(5, gap=20, seed=0, language="eng")


def test_prose_is_whole_sentences_of_words_only():
    text = (
        "The suite is then executed. This has 3 digits in it.\n"
        "It calls some_function with care. He said: (quite loudly) “stop it”!\n\n"
        "A heading without an end\n\nAnd this goes over\ntwo lines of text. too low a start here."
    )
    assert prose.sentences(text, "en") == [
        ("The", "suite", "is", "then", "executed"),
        ("He", "said", "quite", "loudly", "stop", "it"),
        ("And", "this", "goes", "over", "two", "lines", "of", "text"),
    ]


def test_the_pairs_agree_with_babel():
    # Not all of them must: the world changes, and Babel with it, but the classes stay.
    agreeing = 0
    for code, countries in country_languages.COUNTRIES_OF.items():
        for country in countries.split():
            share = get_territory_language_info(country).get(code, {}).get("population_percent", 0)
            agreeing += get_official_languages(country) == (code,) and share >= 60
    assert agreeing >= 0.9 * country_languages.NUM_COUNTRIES
    assert (country_languages.NUM_LANGUAGES, country_languages.NUM_COUNTRIES) == (44, 87)


def test_names_differ_from_one_another():
    for _, locale in LOCALES:
        countries = country_languages.country_names(locale)
        languages = country_languages.language_names(locale)
        assert len(set(countries + languages)) == len(countries) + len(languages)
