# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every value in every language of the office: words only, in its own script, and never two alike."""

import datetime as dt
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from num2words import num2words

from intake.languages import LANGUAGES, Language
from intake.speech import LARGEST, MAX_CHARACTERS, Speaker

every_language = pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)

# The first word of a letter's name in Unicode, by ISO 15924 script.
SCRIPTS = {
    "Latn": "LATIN",
    "Cyrl": "CYRILLIC",
    "Arab": "ARABIC",
    "Ethi": "ETHIOPIC",
    "Grek": "GREEK",
    "Geor": "GEORGIAN",
    "Armn": "ARMENIAN",
    "Deva": "DEVANAGARI",
    "Hans": "CJK",
}
PUNCTUATION = frozenset(" ,،፣，-'’\u200c")

DATES = st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31))
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
LANGUAGE = st.sampled_from(sorted(LANGUAGES))
DATE_FORMS = ("plain", "on", "bare", "from", "until")
TIME_FORMS = ("plain", "at", "from", "until")
TYPED = st.lists(
    st.one_of(
        st.text(max_size=8),
        st.from_regex(r"\A\d{1,4}[.:/ -]{0,2}\d{0,4}\.?\d{0,4}\Z"),
        st.sampled_from(
            ["Uhr", "§", "€", "%", "AufenthG", "am", "1.", "Stock", "–", "Mo", "z. B.", "http://", "+49", "②"]
        ),
    ),
    max_size=12,
).map(" ".join)


def assert_is_in_words(language: Language, *said: str) -> None:
    script = SCRIPTS[language.script]
    characters = set("".join(said)) - PUNCTUATION
    foreign = [c for c in characters if unicodedata.name(c).split()[0] != script]
    assert not foreign, (language.code, foreign, [words for words in said if set(words) & set(foreign)][:3])
    assert all(said)
    for words in said:
        assert_is_clean(words)


def assert_is_clean(words: str) -> None:
    assert not any(unicodedata.category(c)[0] == "N" for c in set(words)), words
    assert words == unicodedata.normalize("NFC", words).strip()
    assert "  " not in words


def assert_all_differ(said: Iterable[tuple[object, str]]) -> None:
    seen: dict[str, object] = {}
    for value, words in said:
        assert words not in seen, (words, seen[words], value)
        seen[words] = value


@every_language
def test_every_time_of_the_day_is_said_in_words_of_the_language_and_no_two_alike(language: Language) -> None:
    speaker = Speaker.of(language.code)
    times = [dt.time(hour, minute) for hour in range(24) for minute in range(60)]
    for form in TIME_FORMS:
        said = [(at, speaker.time(at, form=form)) for at in times]
        assert_all_differ(said)
        assert_is_in_words(language, *(words for _, words in said))


@every_language
def test_every_day_of_a_year_is_said_in_words_of_the_language_and_no_two_alike(language: Language) -> None:
    speaker = Speaker.of(language.code)
    days = [dt.date(2028, 1, 1) + dt.timedelta(n) for n in range(366)]
    for form in DATE_FORMS:
        for year in (False, True):
            said = [(day, speaker.date(day, form=form, year=year)) for day in days]
            assert_all_differ(said)
            assert_is_in_words(language, *(words for _, words in said))


@every_language
def test_every_number_up_to_two_thousand_is_said_differently(language: Language) -> None:
    speaker = Speaker.of(language.code)
    said = [(n, speaker.number(n)) for n in range(2001)]
    assert_all_differ(said)
    assert_is_in_words(language, *(words for _, words in said))


@every_language
def test_every_ordinal_up_to_99_is_said_differently(language: Language) -> None:
    speaker = Speaker.of(language.code)
    said = [(n, speaker.ordinal(n)) for n in range(1, 100)]
    assert_all_differ(said)
    assert_is_in_words(language, *(words for _, words in said))


@every_language
def test_every_run_of_weekdays_is_said_in_words(language: Language) -> None:
    speaker = Speaker.of(language.code)
    runs = [((first, last), speaker.weekdays(first, last)) for first in range(7) for last in range(first, 7)]
    assert_all_differ(runs)
    assert_is_in_words(language, *(words for _, words in runs), *(speaker.weekday(n, form="on") for n in range(7)))


@every_language
def test_a_weekday_may_be_given_by_number_or_by_date(language: Language) -> None:
    speaker = Speaker.of(language.code)
    assert speaker.weekday(dt.date(2026, 12, 24)) == speaker.weekday(3)


@given(LANGUAGE, st.integers(-(10**12), 10**12) | st.integers(-LARGEST, LARGEST))
def test_any_whole_number_is_said_in_words(code: str, n: int) -> None:
    assert_is_in_words(LANGUAGES[code], Speaker.of(code).number(n))


@given(LANGUAGE, st.decimals(allow_nan=False, allow_infinity=False))
def test_any_decimal_number_is_said_in_words(code: str, n: Decimal) -> None:
    assert_is_in_words(LANGUAGES[code], Speaker.of(code).number(n))


@given(LANGUAGE, st.decimals(-1_000_000, 1_000_000, places=2))
def test_any_sum_of_money_is_said_in_words(code: str, amount: Decimal) -> None:
    assert_is_in_words(LANGUAGES[code], Speaker.of(code).money(amount))


@given(LANGUAGE, DATES, DATES)
def test_any_range_of_dates_is_said_in_words(code: str, first: dt.date, last: dt.date) -> None:
    assert_is_in_words(LANGUAGES[code], Speaker.of(code).date_range(first, last, year=True))


@given(LANGUAGE, TIMES, TIMES)
def test_any_range_of_times_is_said_in_words(code: str, begin: dt.time, end: dt.time) -> None:
    assert_is_in_words(LANGUAGES[code], Speaker.of(code).time_range(begin, end))


@given(LANGUAGE, st.from_regex(r"\A\+?\d[\d ()/-]{0,40}\Z"))
def test_any_telephone_number_is_said_digit_by_digit(code: str, number: str) -> None:
    assert_is_in_words(LANGUAGES[code], Speaker.of(code).telephone(number))


@given(st.from_regex(r"\A\+?[0-9]{1,15}( [0-9]{1,6}){0,3}\Z"))
def test_a_telephone_number_keeps_every_digit_and_has_no_group_of_more_than_three(number: str) -> None:
    digits = {Speaker.of("de").number(n): str(n) for n in range(10)}
    groups = Speaker.of("de").telephone(number).removeprefix("plus ").split(", ")
    assert "".join(digits[word] for group in groups for word in group.split()) == number.replace(" ", "").lstrip("+")
    assert max(len(group.split()) for group in groups) <= 3


@given(LANGUAGE, TYPED)
@settings(max_examples=150)
def test_whatever_an_office_types_comes_out_clean_and_the_same_each_time(code: str, text: str) -> None:
    words = Speaker.of(code).text(text)
    assert_is_clean(words)
    assert Speaker.of(code).text(text) == words


@given(
    st.sampled_from(["de", "en", "fr", "it", "ru", "tr"]), st.lists(st.from_regex(r"\A[a-zäöüß]{3,10}\Z"), max_size=8)
)
def test_words_are_left_alone(code: str, words: list[str]) -> None:
    text = " ".join(words)
    assert Speaker.of(code).text(text) == text


@pytest.mark.parametrize(
    "piece", ["1.", "1 ", "a.a", "+1-", "www.", "8:30-", "x@x.", "§", "0 0-", "1.1.-", "Mo-", "1.000.", "€1", "8 Uhr "]
)
def test_free_text_made_to_be_expensive_is_read_all_the_same(piece: str) -> None:
    assert_is_clean(Speaker.of("de").text(piece * MAX_CHARACTERS))


def test_longer_free_text_is_cut_at_a_word() -> None:
    words = Speaker.of("de").text("wort " * MAX_CHARACTERS)
    assert len(words) <= MAX_CHARACTERS
    assert set(words.split()) == {"wort"}


@pytest.mark.parametrize("n", [10**60, Decimal("-1e999999")])
def test_a_number_that_nobody_could_listen_to_is_refused(n: int | Decimal) -> None:
    with pytest.raises(ValueError, match="60 digits"):
        Speaker.of("de").number(n)


def test_another_currency_is_said_by_its_name() -> None:
    assert Speaker.of("de").money(Decimal("10.50"), "CHF") == "zehn Komma fünfzig Schweizer Franken"


@pytest.mark.parametrize("code", ["ru", "uk", "pl", "tr", "fa"])
def test_own_number_words_agree_with_an_independent_list(code: str) -> None:
    for n in (*range(1000), 2026, 3004, 11_000, 21_001, 100_000, 352_118, 999_999, 2_400_500):
        own, other = Speaker.of(code).number(n), str(num2words(n, lang=code))
        assert _letters(own) == _letters(other), n


def _letters(words: str) -> str:
    """Without spaces, and with one kind of apostrophe."""
    return words.replace(" ", "").replace("’", "'")


def test_an_unknown_language_is_refused_and_a_script_is_that_of_its_language() -> None:
    with pytest.raises(KeyError):
        Speaker.of("xx")
    assert Speaker.of("sr-Cyrl").language == "sr"
