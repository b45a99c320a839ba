# SPDX-License-Identifier: GPL-3.0-or-later
"""Hours, dates and ranges of working days as they are written in each language.

Names of weekdays and months come from CLDR by way of Babel; how they are put together, and the words that
CLDR does not have (closed, working days), stand in one table here. Everywhere the calendar is Gregorian, the
digits are 0–9 and the clock has 24 hours: as on the office's doors, forms and letters, and so that a date in
a mail can be compared with the one on a letter by a person who reads neither language well.

Where CLDR would mislead, this table differs on purpose:

* Tigrinya: the month names also belong to the Ethiopian calendar, where "24 ታሕሳስ" is nine days later; the
  date in figures stands beside it.
* Amharic, Tigrinya, Somali: hours are told from sunrise in speech, so that "2" may mean eight o'clock;
  "08:00" with its zero is read as the figures of a clock.
* Pashto: the weekday names of daily use and of radio, not the coined ones of CLDR.
* Right-to-left languages: a range is told in words ("from … to …"), because a dash between two
  numbers is shown in one order or the other, depending on what surrounds it (UAX #9, rules W2 and N1).

Babel's *stand-alone* weekday names are not used: in 2.18 they are an alias shared between locales, and give
Pashto names in Arabic once Pashto was loaded.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from babel import Locale

from intake.languages import language
from intake.office import DAY_END, Calendar, Span

_CASED_SCRIPTS = frozenset({"Latn", "Cyrl", "Grek", "Armn"})


@dataclass(frozen=True, slots=True)
class Phrases:
    """What one language needs beyond CLDR. ``{w}`` weekday, ``{d}`` day, ``{m}`` month, ``{y}`` year."""

    closed: str
    """An office's door on a day without hours."""
    working_days: Mapping[str, str]
    """CLDR plural category → noun; ``other`` always, the rest where the language tells them apart."""
    date: str = "{d} {m} {y}"
    weekday: str = "{w}, {date}"
    dates: str = "{0} – {1}"
    clock: str = "{h}:{min:02}"
    hours: str = "{0}–{1}"
    clock_word: str = ""
    """After a time or a list of spans: "Uhr"."""
    comma: str = ", "
    semicolon: str = "; "
    """Between things that hold commas themselves; in Greek ";" would ask a question."""
    at: str = ""
    """Between a date and a time, where it is not the comma."""
    count: str = "{0}–{1} {noun}"
    one_count: str = "{0} {noun}"
    figures: bool = False
    """The date in figures stands in brackets after the name of the month."""
    weekdays: tuple[str, ...] = ()
    """Monday to Sunday, where CLDR's names are not those of daily use."""
    months: tuple[str, ...] = ()


def _forms(other: str, **forms: str) -> Mapping[str, str]:
    return MappingProxyType({"other": other, **forms})


_ORDINAL_DOT = "{d}. {m} {y}"
_DOTTED = "{d}. {m} {y}."
_TWO_DIGITS = "{h:02}:{min:02}"

_PHRASES: Mapping[str, Phrases] = MappingProxyType(
    {
        "de": Phrases(
            "geschlossen",
            _forms("Arbeitstage", one="Arbeitstag"),
            date=_ORDINAL_DOT,
            dates="{0} bis {1}",
            clock_word=" Uhr",
            count="{0} bis {1} {noun}",
        ),
        "en": Phrases(
            "closed",
            _forms("working days", one="working day"),
            dates="{0} to {1}",
            clock=_TWO_DIGITS,
            count="{0} to {1} {noun}",
        ),
        "uk": Phrases(
            "зачинено",
            _forms("робочого дня", one="робочий день", few="робочі дні", many="робочих днів"),
            date="{d} {m} {y} року",
        ),
        "tr": Phrases("kapalı", _forms("iş günü"), weekday="{date} {w}", clock=_TWO_DIGITS),
        "ar": Phrases(
            "مغلق",
            _forms("يوم عمل", few="أيام عمل"),
            weekday="{w}، {date}",
            dates="من {0} إلى {1}",
            hours="من {0} إلى {1}",
            comma="، ",
            semicolon="؛ ",
            count="من {0} إلى {1} {noun}",
        ),
        "ru": Phrases(
            "закрыто",
            _forms("рабочего дня", one="рабочий день", few="рабочих дня", many="рабочих дней"),
            date="{d} {m} {y} года",
        ),
        "sq": Phrases("mbyllur", _forms("ditë pune")),
        "sr": Phrases(
            "zatvoreno", _forms("radnih dana", one="radni dan", few="radna dana"), date=_DOTTED, at=" u "
        ),
        "sr-Cyrl": Phrases(
            "затворено", _forms("радних дана", one="радни дан", few="радна дана"), date=_DOTTED, at=" у "
        ),
        "hr": Phrases(
            "zatvoreno", _forms("radnih dana", one="radni dan", few="radna dana"), date=_DOTTED, at=" u "
        ),
        "bs": Phrases(
            "zatvoreno", _forms("radnih dana", one="radni dan", few="radna dana"), date=_DOTTED, at=" u "
        ),
        "fa": Phrases(
            "تعطیل",
            _forms("روز کاری"),
            weekday="{w} {date}",
            dates="از {0} تا {1}",
            hours="از {0} تا {1}",
            comma="، ",
            semicolon="؛ ",
            count="{0} تا {1} {noun}",
        ),
        "ku": Phrases("girtî", _forms("rojên xebatê", one="roja xebatê"), date="{d} {m}a {y}"),
        "ckb": Phrases(
            "داخراوە",
            _forms("ڕۆژی کار"),
            date="{d}ی {m}ی {y}",
            weekday="{w}، {date}",
            dates="لە {0} تا {1}",
            hours="لە {0} تا {1}",
            comma="، ",
            semicolon="؛ ",
            count="{0} تا {1} {noun}",
            months=(
                "کانوونی دووەم", "شوبات", "ئازار", "نیسان", "ئایار", "حوزەیران",
                "تەممووز", "ئاب", "ئەیلوول", "تشرینی یەکەم", "تشرینی دووەم", "کانوونی یەکەم",
            ),
        ),
        "ti": Phrases(
            "ዕጹው",
            _forms("ናይ ስራሕ መዓልታት", one="ናይ ስራሕ መዓልቲ"),
            weekday="{w}፣ {date}",
            clock=_TWO_DIGITS,
            comma="፣ ",
            semicolon="፤ ",
            figures=True,
        ),
        "am": Phrases(
            "ዝግ",
            _forms("የሥራ ቀናት", one="የሥራ ቀን"),
            weekday="{w}፣ {date}",
            clock=_TWO_DIGITS,
            comma="፣ ",
            semicolon="፤ ",
        ),
        "ps": Phrases(
            "تړلی",
            _forms("کاري ورځې", one="کاري ورځ"),
            date="د {y} کال د {m} {d}مه",
            weekday="{w}، {date}",
            dates="{0} څخه تر {1} پورې",
            hours="له {0} څخه تر {1} پورې",
            comma="، ",
            semicolon="؛ ",
            count="{0} تر {1} {noun}",
            weekdays=("دوشنبه", "سه‌شنبه", "چهارشنبه", "پنجشنبه", "جمعه", "شنبه", "یکشنبه"),
            months=(
                "جنوري", "فبروري", "مارچ", "اپریل", "مې", "جون",
                "جولای", "اګست", "سپتمبر", "اکتوبر", "نومبر", "ډسمبر",
            ),
        ),
        "so": Phrases("xiran", _forms("maalmood oo shaqo", one="maalin shaqo"), clock=_TWO_DIGITS),
        "ro": Phrases(
            "închis", _forms("de zile lucrătoare", one="zi lucrătoare", few="zile lucrătoare")
        ),
        "bg": Phrases(
            "затворено", _forms("работни дни", one="работен ден"), date="{d} {m} {y} г.", clock_word=" ч."
        ),
        "pl": Phrases(
            "nieczynne",
            _forms("dnia roboczego", one="dzień roboczy", few="dni robocze", many="dni roboczych"),
        ),
        "hu": Phrases("zárva", _forms("munkanap"), date="{y}. {m} {d}.", weekday="{date}, {w}"),
        "el": Phrases(
            "κλειστά",
            _forms("εργάσιμες ημέρες", one="εργάσιμη ημέρα"),
            weekday="{w} {date}",
            semicolon="· ",
        ),
        "it": Phrases("chiuso", _forms("giorni lavorativi", one="giorno lavorativo"), weekday="{w} {date}"),
        "fr": Phrases(
            "fermé",
            _forms("jours ouvrés", one="jour ouvré"),
            weekday="{w} {date}",
            clock="{h}h{min:02}",
            semicolon="\u00a0; ",
            count="{0} à {1} {noun}",
        ),
        "es": Phrases(
            "cerrado",
            _forms("días laborables", one="día laborable"),
            date="{d} de {m} de {y}",
            count="{0} a {1} {noun}",
        ),
        "pt": Phrases(
            "fechado",
            _forms("dias úteis", one="dia útil"),
            date="{d} de {m} de {y}",
            count="{0} a {1} {noun}",
        ),
        "mk": Phrases("затворено", _forms("работни дена", one="работен ден"), date="{d} {m} {y} година"),
        "ka": Phrases("დაკეტილია", _forms("სამუშაო დღე"), date="{d} {m}, {y}"),
        "hy": Phrases(
            "փակ է", _forms("աշխատանքային օր"), date="{y} թ. {m} {d}", weekday="{date}, {w}"
        ),
        "hi": Phrases(
            "बंद",
            _forms("कार्य दिवस"),
            weekday="{w}, {date}",
            dates="{0} से {1} तक",
            count="{0} से {1} {noun}",
        ),
        "ur": Phrases(
            "بند",
            _forms("کام کے دن", one="کام کا دن"),
            weekday="{w}، {date}",
            dates="{0} سے {1} تک",
            hours="{0} سے {1} تک",
            comma="، ",
            semicolon="؛ ",
            count="{0} سے {1} {noun}",
        ),
        "zh": Phrases(
            "休息",
            _forms("个工作日"),
            date="{y}年{m}{d}日",
            months=tuple(f"{n}月" for n in range(1, 13)),
            weekday="{date}{w}",
            dates="{0}至{1}",
            comma="，",
            semicolon="；",
            count="{0} 至 {1} {noun}",
        ),
        "vi": Phrases(
            "đóng cửa",
            _forms("ngày làm việc"),
            date="ngày {d} {m} năm {y}",
            count="{0} đến {1} {noun}",
        ),
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Names:
    weekdays: tuple[str, ...]
    months: tuple[str, ...]


def _phrases(code: str) -> Phrases:
    return _PHRASES[code if code in _PHRASES else language(code).code]


@lru_cache(maxsize=128)
def _locale(code: str) -> Locale:
    return Locale.parse("sr_Cyrl" if code == "sr-Cyrl" else language(code).locale)


@lru_cache(maxsize=128)
def _names(code: str) -> _Names:
    phrases, locale = _phrases(code), _locale(code)
    return _Names(
        phrases.weekdays or tuple(locale.days["format"]["wide"][n] for n in range(7)),
        phrases.months or tuple(locale.months["format"]["wide"][n] for n in range(1, 13)),
    )


def weekday(code: str, d: dt.date) -> str:
    """The weekday's name as in the middle of a sentence."""
    return _names(code).weekdays[d.weekday()]


def language_name(code: str, named: str) -> str:
    """What the language ``named`` is called in the language ``code``: "Türkisch"."""
    name = _locale(named).get_language_name(code)
    return name or language(named).name


def closed(code: str) -> str:
    """The word for a day without hours."""
    return _phrases(code).closed


def _plain_date(code: str, d: dt.date) -> str:
    """Day, month and year without the weekday."""
    day, year = str(d.day), str(d.year)
    if d.day == 1 and code in ("fr", "it"):
        day = "1er" if code == "fr" else "1º"
    elif code == "ku":
        day += "yê" if _ends_in_vowel(d.day) else "ê"
        year += "yan" if _ends_in_vowel(d.year) else "an"
    return _phrases(code).date.format(d=day, m=_names(code).months[d.month - 1], y=year)


def _ends_in_vowel(number: int) -> bool:
    """Whether the Kurmanji number word ends in a vowel: du, sê, sî, pêncî, heftê, heştê."""
    tens = number % 100
    return tens in (30, 50, 70, 80) or (tens % 10 in (2, 3) and tens // 10 != 1)


def _in_figures(*dates: dt.date) -> str:
    return f" ({'–'.join(f'{d.day}.{d.month}.{d.year}' for d in dates)})"


def date(code: str, d: dt.date) -> str:
    """The date with its weekday: "Donnerstag, 24. Dezember 2026"."""
    phrases = _phrases(code)
    text = phrases.weekday.format(w=weekday(code, d), date=_plain_date(code, d))
    return text + _in_figures(d) if phrases.figures else text


def date_range(code: str, first: dt.date, last: dt.date) -> str:
    """Both ends included: "24. Dezember 2026 bis 1. Januar 2027"; a single day as :func:`date` writes it."""
    if first == last:
        return date(code, first)
    phrases = _phrases(code)
    text = phrases.dates.format(_plain_date(code, first), _plain_date(code, last))
    return text + _in_figures(first, last) if phrases.figures else text


def listed(code: str, items: Iterable[str]) -> str:
    """Dates, or other things that hold commas themselves, one after the other."""
    return _phrases(code).semicolon.join(items)


def _clock(code: str, t: dt.time, *, end: bool = False) -> str:
    hour = 24 if end and t == DAY_END else t.hour
    return _phrases(code).clock.format(h=hour, min=t.minute)


def time_of_day(code: str, t: dt.time) -> str:
    """A time on the 24-hour clock: "8:00 Uhr"."""
    return _clock(code, t) + _phrases(code).clock_word


def hours(code: str, spans: tuple[Span, ...]) -> str:
    """The spans of one day: "8:00–12:00, 13:30–15:30 Uhr"; the word for closed if there are none."""
    phrases = _phrases(code)
    if not spans:
        return phrases.closed
    written = (phrases.hours.format(_clock(code, a), _clock(code, b, end=True)) for a, b in spans)
    return phrases.comma.join(written) + phrases.clock_word


def span(code: str, s: Span) -> str:
    """One span of a day: "8:00–12:00 Uhr"; an end of midnight is 24:00."""
    return hours(code, (s,))


def week_table(code: str, calendar: Calendar, *, service: bool = False) -> tuple[tuple[str, str], ...]:
    """The week as rows of days and hours, neighbouring days with equal hours in one row.

    ``(("Montag", "8:00–12:00, 13:30–15:30 Uhr"), ("Dienstag–Mittwoch", "8:00–12:00 Uhr"), …)``;
    of the ServicePoint if ``service``. Public holidays and closures are left aside.
    """
    week = calendar.service_week if service else calendar.week
    rows: list[tuple[int, int]] = []
    for n in range(7):
        if rows and week[rows[-1][1]] == week[n]:
            rows[-1] = (rows[-1][0], n)
        else:
            rows.append((n, n))
    return tuple((_days(code, first, last), hours(code, week[first])) for first, last in rows)


def _days(code: str, first: int, last: int) -> str:
    names = _names(code).weekdays
    label = names[first]
    if first != last:
        dash = " – " if " " in names[first] + names[last] else "–"
        label += dash + names[last]
    # Georgian letters have capitals in Unicode that no one writes; scripts without case have none.
    return label[:1].upper() + label[1:] if language(code).script in _CASED_SCRIPTS else label


def working_days(code: str, days: tuple[int, int]) -> str:
    """A range of working days, as after a colon: "5 bis 10 Arbeitstage"; "5 Arbeitstage" if both are equal.

    The noun agrees with the upper number (CLDR plural rules).
    """
    low, high = days
    phrases = _phrases(code)
    noun = phrases.working_days.get(_locale(code).plural_form(high), phrases.working_days["other"])
    if low == high:
        return phrases.one_count.format(high, noun=noun)
    return phrases.count.format(low, high, noun=noun)


def instant(code: str, moment: dt.datetime) -> str:
    """Weekday, date and time: "Donnerstag, 24. Dezember 2026, 8:00 Uhr".

    ``moment`` is in the office's time zone already, as :class:`~intake.office.Calendar` gives it.
    """
    phrases = _phrases(code)
    return date(code, moment.date()) + (phrases.at or phrases.comma) + time_of_day(code, moment.time())
