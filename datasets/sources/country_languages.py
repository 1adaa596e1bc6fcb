"""Which language is spoken in which country, and what both are called.

Countries with one official language that at least 60 % of the people speak and more people than
any other, as Babel's CLDR data had it, where both English names are single words and both Chinese
names exist: 87 countries, 44 languages.

The pairs are written down as codes instead of being computed from Babel: their number is the
number of a model's classes, which must not change when the world or Babel does. The names come
from Babel. Licences: Babel BSD-3-Clause, CLDR data Unicode-3.0.
"""

import functools

import babel

COUNTRIES_OF = {
    "ar": "BH EG IQ JO KW LY MR OM QA YE",
    "bg": "BG",
    "bn": "BD",
    "cs": "CZ",
    "da": "DK",
    "de": "AT DE LI",
    "dv": "MV",
    "el": "GR",
    "en": "AI BB BM BS BZ DM GD GG GI GY JE JM LR MS",
    "es": "AR CL CO CU ES GT HN NI PA UY VE",
    "et": "EE",
    "fa": "IR",
    "fr": "FR GA GP MC MQ RE",
    "hr": "HR",
    "hu": "HU",
    "hy": "AM",
    "id": "ID",
    "is": "IS",
    "it": "IT",
    "ja": "JP",
    "ka": "GE",
    "kl": "GL",
    "km": "KH",
    "lo": "LA",
    "lt": "LT",
    "lv": "LV",
    "mn": "MN",
    "ms": "MY",
    "nl": "NL SR",
    "pl": "PL",
    "pt": "AO BR PT",
    "ro": "MD RO",
    "ru": "RU",
    "sk": "SK",
    "sl": "SI",
    "sq": "AL",
    "sv": "SE",
    "tg": "TJ",
    "th": "TH",
    "tk": "TM",
    "tr": "TR",
    "uk": "UA",
    "vi": "VN",
    "zh": "CN",
}
"""Codes: language -> its countries. The order numbers both: languages 0-43, countries 0-86."""

COUNTRY_CODES = tuple(code for codes in COUNTRIES_OF.values() for code in codes.split())
COUNTRIES_PER_LANGUAGE = tuple(len(codes.split()) for codes in COUNTRIES_OF.values())
NUM_COUNTRIES = len(COUNTRY_CODES)
NUM_LANGUAGES = len(COUNTRIES_OF)


def country_names(locale: str) -> tuple[str, ...]:
    """Name the countries in their order, in the language of a Babel locale such as "en"."""
    territories = babel.Locale.parse(locale).territories
    return tuple(territories[code] for code in COUNTRY_CODES)


def language_names(locale: str) -> tuple[str, ...]:
    """Name the languages in their order, in the language of a Babel locale such as "en".

    Example:
        >>> from keras_rnn_study.datasets.sources.country_languages import language_names
        >>> language_names("en")[:3]
        ('Arabic', 'Bulgarian', 'Bangla')
    """
    languages = babel.Locale.parse(locale).languages
    return tuple(languages[code] for code in COUNTRIES_OF)


@functools.cache
def all_names(locale: str) -> frozenset[str]:
    """Collect what Babel calls every country and every language of the world in a locale."""
    names = babel.Locale.parse(locale)
    countries = {name for code, name in names.territories.items() if len(code) == 2}
    return frozenset(countries | set(names.languages.values()))
