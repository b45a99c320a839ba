# SPDX-License-Identifier: GPL-3.0-or-later
"""Dates, hours and working days as they are written in each language."""

import datetime as dt
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake import wording
from intake.config import Office, ServicePoint
from intake.languages import LANGUAGES, language
from intake.office import Calendar

CODES = [*LANGUAGES, "sr-Cyrl"]
CHRISTMAS_EVE, NEW_YEAR = dt.date(2026, 12, 24), dt.date(2027, 1, 1)
MORNING, NIGHT = (dt.time(8), dt.time(12)), (dt.time(20, 30), dt.time(0))

CALENDAR = Calendar(
    Office(
        name="Ausländerbehörde Musterstadt",
        address="Rathausplatz 1, 79999 Musterstadt",
        phone="+49 7999 123-0",
        email="auslaenderbehoerde@musterstadt.example",
        website="https://www.musterstadt.example",
        appointment_url="https://termine.musterstadt.example",
        privacy_url="https://www.musterstadt.example/datenschutz",
        hours={
            "mon": ("08:00-12:00", "13:30-15:30"),
            "tue": ("08:00-12:00",),
            "wed": ("08:00-12:00",),
            "thu": ("08:00-12:00",),
        },
        service_point=ServicePoint(hours={"wed": ("14:00-17:30",)}),
    )
)

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


def script(code: str) -> str:
    return SCRIPTS["Cyrl" if code == "sr-Cyrl" else language(code).script]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("de", "Donnerstag, 24. Dezember 2026"),
        ("en", "Thursday, 24 December 2026"),
        ("uk", "четвер, 24 грудня 2026 року"),
        ("tr", "24 Aralık 2026 Perşembe"),
        ("ar", "الخميس، 24 ديسمبر 2026"),
        ("ru", "четверг, 24 декабря 2026 года"),
        ("sq", "e enjte, 24 dhjetor 2026"),
        ("sr", "četvrtak, 24. decembar 2026."),
        ("sr-Cyrl", "четвртак, 24. децембар 2026."),
        ("hr", "četvrtak, 24. prosinca 2026."),
        ("fa", "پنجشنبه 24 دسامبر 2026"),
        ("ku", "pêncşem, 24ê berfanbara 2026an"),
        ("ckb", "پێنجشەممە، 24ی کانوونی یەکەمی 2026"),
        ("ti", "ሓሙስ፣ 24 ታሕሳስ 2026 (24.12.2026)"),
        ("am", "ሐሙስ፣ 24 ዲሴምበር 2026"),
        ("ps", "پنجشنبه، د 2026 کال د ډسمبر 24مه"),
        ("so", "Khamiis, 24 Diseembar 2026"),
        ("ro", "joi, 24 decembrie 2026"),
        ("bg", "четвъртък, 24 декември 2026 г."),
        ("pl", "czwartek, 24 grudnia 2026"),
        ("hu", "2026. december 24., csütörtök"),
        ("el", "Πέμπτη 24 Δεκεμβρίου 2026"),
        ("it", "giovedì 24 dicembre 2026"),
        ("fr", "jeudi 24 décembre 2026"),
        ("es", "jueves, 24 de diciembre de 2026"),
        ("pt", "quinta-feira, 24 de dezembro de 2026"),
        ("ka", "ხუთშაბათი, 24 დეკემბერი, 2026"),
        ("hy", "2026 թ. դեկտեմբերի 24, հինգշաբթի"),
        ("hi", "गुरुवार, 24 दिसंबर 2026"),
        ("ur", "جمعرات، 24 دسمبر 2026"),
        ("zh", "2026年12月24日星期四"),
        ("vi", "Thứ Năm, ngày 24 tháng 12 năm 2026"),
    ],
)
def test_a_date_reads_as_in_a_letter(code: str, expected: str) -> None:
    assert wording.date(code, CHRISTMAS_EVE) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("de", "24. Dezember 2026 bis 1. Januar 2027"),
        ("en", "24 December 2026 to 1 January 2027"),
        ("uk", "24 грудня 2026 року – 1 січня 2027 року"),
        ("tr", "24 Aralık 2026 – 1 Ocak 2027"),
        ("ar", "من 24 ديسمبر 2026 إلى 1 يناير 2027"),
        ("fr", "24 décembre 2026 – 1er janvier 2027"),
        ("it", "24 dicembre 2026 – 1º gennaio 2027"),
        ("fa", "از 24 دسامبر 2026 تا 1 ژانویهٔ 2027"),
        ("hi", "24 दिसंबर 2026 से 1 जनवरी 2027 तक"),
        ("zh", "2026年12月24日至2027年1月1日"),
        ("ti", "24 ታሕሳስ 2026 – 1 ጥሪ 2027 (24.12.2026–1.1.2027)"),
    ],
)
def test_a_range_names_both_ends(code: str, expected: str) -> None:
    assert wording.date_range(code, CHRISTMAS_EVE, NEW_YEAR) == expected


@pytest.mark.parametrize("code", CODES)
def test_a_range_of_one_day_is_that_day(code: str) -> None:
    assert wording.date_range(code, CHRISTMAS_EVE, CHRISTMAS_EVE) == wording.date(code, CHRISTMAS_EVE)


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2026-12-01", "1ê berfanbara 2026an"),
        ("2026-12-02", "2yê berfanbara 2026an"),
        ("2026-12-12", "12ê berfanbara 2026an"),
        ("2026-12-23", "23yê berfanbara 2026an"),
        ("2026-12-30", "30yê berfanbara 2026an"),
        ("2032-01-03", "3yê rêbendana 2032yan"),
    ],
)
def test_kurmanji_endings_follow_the_spoken_number(date: str, expected: str) -> None:
    assert wording.date("ku", dt.date.fromisoformat(date)).endswith(f", {expected}")


@pytest.mark.parametrize(
    ("code", "morning", "night"),
    [
        ("de", "8:00–12:00 Uhr", "20:30–24:00 Uhr"),
        ("en", "08:00–12:00", "20:30–24:00"),
        ("tr", "08:00–12:00", "20:30–24:00"),
        ("ar", "من 8:00 إلى 12:00", "من 20:30 إلى 24:00"),
        ("uk", "8:00–12:00", "20:30–24:00"),
        ("fr", "8h00–12h00", "20h30–24h00"),
        ("bg", "8:00–12:00 ч.", "20:30–24:00 ч."),
        ("fa", "از 8:00 تا 12:00", "از 20:30 تا 24:00"),
        ("ur", "8:00 سے 12:00 تک", "20:30 سے 24:00 تک"),
        ("ti", "08:00–12:00", "20:30–24:00"),
    ],
)
def test_a_span_of_the_day(code: str, morning: str, night: str) -> None:
    assert wording.span(code, MORNING) == morning
    assert wording.span(code, NIGHT) == night


@pytest.mark.parametrize(
    ("code", "expected"),
    [("de", "0:05 Uhr"), ("en", "00:05"), ("fr", "0h05"), ("zh", "0:05"), ("am", "00:05")],
)
def test_a_time_after_midnight(code: str, expected: str) -> None:
    assert wording.time_of_day(code, dt.time(0, 5)) == expected


@pytest.mark.parametrize(
    ("code", "rows"),
    [
        (
            "de",
            (
                ("Montag", "8:00–12:00, 13:30–15:30 Uhr"),
                ("Dienstag–Donnerstag", "8:00–12:00 Uhr"),
                ("Freitag–Sonntag", "geschlossen"),
            ),
        ),
        (
            "fr",
            (
                ("Lundi", "8h00–12h00, 13h30–15h30"),
                ("Mardi–jeudi", "8h00–12h00"),
                ("Vendredi–dimanche", "fermé"),
            ),
        ),
        (
            "ar",
            (
                ("الاثنين", "من 8:00 إلى 12:00، من 13:30 إلى 15:30"),
                ("الثلاثاء–الخميس", "من 8:00 إلى 12:00"),
                ("الجمعة–الأحد", "مغلق"),
            ),
        ),
        (
            "sq",
            (
                ("E hënë", "8:00–12:00, 13:30–15:30"),
                ("E martë – e enjte", "8:00–12:00"),
                ("E premte – e diel", "mbyllur"),
            ),
        ),
        (
            "ka",
            (
                ("ორშაბათი", "8:00–12:00, 13:30–15:30"),
                ("სამშაბათი–ხუთშაბათი", "8:00–12:00"),
                ("პარასკევი–კვირა", "დაკეტილია"),
            ),
        ),
        (
            "ti",
            (
                ("ሰኑይ", "08:00–12:00፣ 13:30–15:30"),
                ("ሰሉስ–ሓሙስ", "08:00–12:00"),
                ("ዓርቢ–ሰንበት", "ዕጹው"),
            ),
        ),
    ],
)
def test_the_week_has_one_row_for_neighbours_with_equal_hours(code: str, rows: tuple[tuple[str, str], ...]) -> None:
    assert wording.week_table(code, CALENDAR) == rows


def test_the_service_point_has_a_table_of_its_own() -> None:
    assert wording.week_table("de", CALENDAR, service=True) == (
        ("Montag–Dienstag", "geschlossen"),
        ("Mittwoch", "14:00–17:30 Uhr"),
        ("Donnerstag–Sonntag", "geschlossen"),
    )


@pytest.mark.parametrize(
    ("code", "days", "expected"),
    [
        ("de", (5, 10), "5 bis 10 Arbeitstage"),
        ("de", (1, 1), "1 Arbeitstag"),
        ("en", (1, 2), "1 to 2 working days"),
        ("en", (1, 1), "1 working day"),
        ("tr", (5, 10), "5–10 iş günü"),
        ("uk", (2, 5), "2–5 робочих днів"),
        ("uk", (2, 4), "2–4 робочі дні"),
        ("uk", (1, 1), "1 робочий день"),
        ("ru", (1, 3), "1–3 рабочих дня"),
        ("ru", (10, 15), "10–15 рабочих дней"),
        ("ru", (15, 22), "15–22 рабочих дня"),
        ("pl", (2, 4), "2–4 dni robocze"),
        ("pl", (10, 15), "10–15 dni roboczych"),
        ("pl", (1, 1), "1 dzień roboczy"),
        ("sr", (2, 4), "2–4 radna dana"),
        ("sr-Cyrl", (5, 10), "5–10 радних дана"),
        ("ro", (5, 10), "5–10 zile lucrătoare"),
        ("ro", (15, 30), "15–30 de zile lucrătoare"),
        ("ar", (5, 10), "من 5 إلى 10 أيام عمل"),
        ("ar", (10, 15), "من 10 إلى 15 يوم عمل"),
        ("fa", (5, 10), "5 تا 10 روز کاری"),
        ("fr", (5, 10), "5 à 10 jours ouvrés"),
        ("fr", (1, 1), "1 jour ouvré"),
        ("hi", (5, 10), "5 से 10 कार्य दिवस"),
        ("zh", (5, 10), "5 至 10 个工作日"),
        ("ti", (5, 10), "5–10 ናይ ስራሕ መዓልታት"),
    ],
)
def test_working_days_agree_with_the_upper_number(code: str, days: tuple[int, int], expected: str) -> None:
    assert wording.working_days(code, days) == expected


@pytest.mark.parametrize(
    ("code", "one", "two", "five"),
    [
        ("de", "1 Arbeitstag", "2 Arbeitstage", "5 Arbeitstage"),
        ("en", "1 working day", "2 working days", "5 working days"),
        ("uk", "1 робочий день", "2 робочі дні", "5 робочих днів"),
        ("tr", "1 iş günü", "2 iş günü", "5 iş günü"),
        ("ar", "1 يوم عمل", "2 يوم عمل", "5 أيام عمل"),
        ("ru", "1 рабочий день", "2 рабочих дня", "5 рабочих дней"),
        ("sq", "1 ditë pune", "2 ditë pune", "5 ditë pune"),
        ("sr", "1 radni dan", "2 radna dana", "5 radnih dana"),
        ("hr", "1 radni dan", "2 radna dana", "5 radnih dana"),
        ("bs", "1 radni dan", "2 radna dana", "5 radnih dana"),
        ("fa", "1 روز کاری", "2 روز کاری", "5 روز کاری"),
        ("ku", "1 roja xebatê", "2 rojên xebatê", "5 rojên xebatê"),
        ("ckb", "1 ڕۆژی کار", "2 ڕۆژی کار", "5 ڕۆژی کار"),
        ("ti", "1 ናይ ስራሕ መዓልቲ", "2 ናይ ስራሕ መዓልታት", "5 ናይ ስራሕ መዓልታት"),
        ("am", "1 የሥራ ቀን", "2 የሥራ ቀናት", "5 የሥራ ቀናት"),
        ("ps", "1 کاري ورځ", "2 کاري ورځې", "5 کاري ورځې"),
        ("so", "1 maalin shaqo", "2 maalmood oo shaqo", "5 maalmood oo shaqo"),
        ("ro", "1 zi lucrătoare", "2 zile lucrătoare", "5 zile lucrătoare"),
        ("bg", "1 работен ден", "2 работни дни", "5 работни дни"),
        ("pl", "1 dzień roboczy", "2 dni robocze", "5 dni roboczych"),
        ("hu", "1 munkanap", "2 munkanap", "5 munkanap"),
        ("el", "1 εργάσιμη ημέρα", "2 εργάσιμες ημέρες", "5 εργάσιμες ημέρες"),
        ("it", "1 giorno lavorativo", "2 giorni lavorativi", "5 giorni lavorativi"),
        ("fr", "1 jour ouvré", "2 jours ouvrés", "5 jours ouvrés"),
        ("es", "1 día laborable", "2 días laborables", "5 días laborables"),
        ("pt", "1 dia útil", "2 dias úteis", "5 dias úteis"),
        ("mk", "1 работен ден", "2 работни дена", "5 работни дена"),
        ("ka", "1 სამუშაო დღე", "2 სამუშაო დღე", "5 სამუშაო დღე"),
        ("hy", "1 աշխատանքային օր", "2 աշխատանքային օր", "5 աշխատանքային օր"),
        ("hi", "1 कार्य दिवस", "2 कार्य दिवस", "5 कार्य दिवस"),
        ("ur", "1 کام کا دن", "2 کام کے دن", "5 کام کے دن"),
        ("zh", "1 个工作日", "2 个工作日", "5 个工作日"),
        ("vi", "1 ngày làm việc", "2 ngày làm việc", "5 ngày làm việc"),
        ("sr-Cyrl", "1 радни дан", "2 радна дана", "5 радних дана"),
    ],
)
def test_one_two_and_five_working_days(code: str, one: str, two: str, five: str) -> None:
    assert wording.working_days(code, (1, 1)) == one
    assert wording.working_days(code, (2, 2)) == two
    assert wording.working_days(code, (5, 5)) == five


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("de", "Montag, 4. Januar 2027; Mittwoch, 6. Januar 2027"),
        ("ar", "الاثنين، 4 يناير 2027؛ الأربعاء، 6 يناير 2027"),
        ("el", "Δευτέρα 4 Ιανουαρίου 2027· Τετάρτη 6 Ιανουαρίου 2027"),
        ("fr", "lundi 4 janvier 2027\u00a0; mercredi 6 janvier 2027"),
        ("am", "ሰኞ፣ 4 ጃንዋሪ 2027፤ ረቡዕ፣ 6 ጃንዋሪ 2027"),
        ("zh", "2027年1月4日星期一；2027年1月6日星期三"),
    ],
)
def test_dates_with_commas_are_parted_as_the_language_does(code: str, expected: str) -> None:
    days = (dt.date(2027, 1, 4), dt.date(2027, 1, 6))
    assert wording.listed(code, (wording.date(code, day) for day in days)) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("de", "Donnerstag, 24. Dezember 2026, 8:00 Uhr"),
        ("hr", "četvrtak, 24. prosinca 2026. u 8:00"),
        ("sr-Cyrl", "четвртак, 24. децембар 2026. у 8:00"),
        ("ar", "الخميس، 24 ديسمبر 2026، 8:00"),
        ("zh", "2026年12月24日星期四，8:00"),
    ],
)
def test_an_instant_has_day_and_time(code: str, expected: str) -> None:
    assert wording.instant(code, dt.datetime(2026, 12, 24, 8, tzinfo=dt.UTC)) == expected


@pytest.mark.parametrize("code", CODES)
def test_every_language_has_seven_days_and_twelve_months_in_its_own_script(code: str) -> None:
    days = [wording.weekday(code, dt.date(2026, 11, 23 + n)) for n in range(7)]
    months = {re.sub(r"[\d.()–]", "", wording.date_range(code, d, NEW_YEAR)) for d in
              (dt.date(2026, m, 5) for m in range(1, 13))}  # fmt: skip
    assert len(set(days)) == 7
    assert len(months) == 12 or code in ("zh", "vi")  # months are numbers there
    for letter in "".join([*days, wording.closed(code), wording.working_days(code, (5, 10))]):
        if letter.isalpha() and unicodedata.category(letter) != "Lm":  # the Ukrainian apostrophe is nobody's
            assert script(code) in unicodedata.name(letter), letter


@pytest.mark.parametrize("code", [c for c in CODES if language(c).direction == "rtl"])
def test_no_dash_stands_between_numbers_where_writing_runs_from_right_to_left(code: str) -> None:
    for text in (
        wording.span(code, MORNING),
        wording.date_range(code, CHRISTMAS_EVE, NEW_YEAR),
        wording.working_days(code, (5, 10)),
    ):
        assert "–" not in text
        assert "-" not in text


def test_arabic_days_stay_arabic_after_pashto_was_written() -> None:
    wording._locale("ps").days["stand-alone"]["wide"]
    wording._names.cache_clear()
    assert wording.weekday("ar", dt.date(2026, 11, 23)) == "الاثنين"


@given(
    st.sampled_from(CODES),
    st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2040, 1, 1)),  # noqa: DTZ001
    st.tuples(st.integers(1, 300), st.integers(1, 300)).map(sorted),
)
def test_the_figures_are_there_whatever_the_language(code: str, moment: dt.datetime, days: list[int]) -> None:
    text = wording.instant(code, moment)
    figures = [int(n) for n in re.findall("[0-9]+", text)]
    assert {moment.day, moment.year, moment.hour, moment.minute} <= set(figures)
    assert not any(c.isdigit() and c not in "0123456789" for c in text if c != "º")
    assert text == text.strip()
    low, high = days
    assert {int(n) for n in re.findall("[0-9]+", wording.working_days(code, (low, high)))} == {low, high}


def test_a_language_that_the_office_does_not_have_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        wording.date("eo", CHRISTMAS_EVE)
