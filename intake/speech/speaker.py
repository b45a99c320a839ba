# SPDX-License-Identifier: GPL-3.0-or-later
"""The one door to spoken forms: checks and bounds what comes in, and lets no figure out.

Whatever a grammar returns leaves here in Unicode's composed form (NFC), with single spaces and without a digit: a
figure that nobody put into words is said digit by digit, in the language, rather than left to a synthesiser, which
would read it in a way that nobody has heard before.
"""

import datetime as dt
import re
import unicodedata
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

from intake.languages import language as row
from intake.speech.free_text import Reader
from intake.speech.grammar import DateForm, DayForm, Grammar, Moment, TimeForm
from intake.speech.grammars import GRAMMARS
from intake.speech.numerals import LARGEST
from intake.speech.telephone import groups

MAX_CHARACTERS = 4_000
"""Longer free text is cut at a word: a notice of 45 seconds has some 700 characters."""

_MAX_FIGURES = 60
_LAST_DECIMAL = Decimal("1e-12")
_PRECISION = Context(prec=_MAX_FIGURES + 12)

_SPACES = re.compile(r"\s+")
_HAN_SPACES = re.compile(r"(?<=[\u4e00-\u9fff，。]) | (?=[\u4e00-\u9fff，。])")
_SCHEME = re.compile(r"^[a-z][a-z+.-]{1,12}://|^mailto:", re.IGNORECASE)

_UNSPEAKABLE = frozenset({"No", "Nl", "So", "Cc", "Cf", "Co", "Cn", "Cs"})
"""Categories of characters that no synthesiser should meet: other numerals, pictures, controls."""

_JOINERS = "\u200c\u200d"
"""Zero-width, but spelling: Persian and Sorani write "سه‌شنبه" with one."""

_MODIFIER_APOSTROPHE = "ʼ"
"""As in CLDR's "пʼятниця". eSpeak NG reads its name, in English; of "п’ятниця" it makes a word."""


class Speaker:
    """Says values in one language. Pure: the same value gives the same words."""

    __slots__ = ("_grammar", "_reader", "language")

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar
        self._reader = Reader(grammar, self)
        self.language = grammar.code

    @staticmethod
    @lru_cache(maxsize=64)
    def of(language: str) -> "Speaker":
        """The speaker of an office language ("de", "sr-Cyrl" as "sr"). KeyError if the office has no such language."""
        return Speaker(GRAMMARS[row(language).code])

    def number(self, n: int | Decimal) -> str:
        """Such as "einundzwanzig", "zwei Komma fünf"; beyond ``LARGEST`` digit by digit.

        Rounded to twelve decimals. Raises ValueError for more than 60 digits.
        """
        return self._finished(self._number(n))

    def counting(self, n: int) -> str:
        """A number before a masculine noun: "ein", "un", "két"; otherwise as :meth:`number`."""
        return self._finished(self._grammar.counting(n) if 0 <= n <= LARGEST else self._number(n))

    def ordinal(self, n: int) -> str:
        """Such as "einundzwanzigste", masculine, as in a list; n ≥ 1."""
        return self._finished(self._grammar.ordinal(n) if 0 < n <= LARGEST else self._number(n))

    def date(self, day: dt.date, *, form: DateForm = "plain", year: bool = False) -> str:
        """Weekday, day and month ("Dienstag, der erste Dezember"), ``on`` as the answer to "when?".

        ``from`` and ``until`` are the halves of :meth:`date_range`, without the weekday.
        """
        return self._finished(self._grammar.date(day, form, year))

    def date_range(self, first: dt.date, last: dt.date, *, year: bool = False) -> str:
        """Such as "vom vierundzwanzigsten Dezember bis zum ersten Januar"; one day as ``date(form="on")``."""
        if first == last:
            return self.date(first, form="on", year=year)
        return self._finished(self._grammar.date_range(first, last, year))

    def weekday(self, day_or_number: dt.date | int, *, form: DayForm = "plain") -> str:
        """Such as "Montag", or "am Montag"; Monday = 0."""
        n = day_or_number if isinstance(day_or_number, int) else day_or_number.weekday()
        return self._finished(self._grammar.weekday(n, form))

    def weekdays(self, first: int, last: int) -> str:
        """Such as "Montag bis Freitag", both included; Monday = 0."""
        if first == last:
            return self.weekday(first)
        return self._finished(self._grammar.weekdays(first, last))

    def time(self, at: dt.time, *, form: TimeForm = "plain") -> str:
        """Such as "acht Uhr dreißig"; ``at``: "um acht Uhr dreißig", ``until``: "bis …", ``from``: "von …".

        ``until`` midnight is the end of the day, 24:00.
        """
        return self._finished(self._grammar.clock(_moment(at, end=form == "until"), form))

    def time_range(self, begin: dt.time, end: dt.time) -> str:
        """Such as "von acht Uhr bis zwölf Uhr dreißig"; an end at midnight is 24:00."""
        return self._finished(self._grammar.clock_range(_moment(begin), _moment(end, end=True)))

    def telephone(self, number: str) -> str:
        """Digit by digit, in groups of one to three with a comma for the pause: "plus vier neun, sieben …"."""
        return self._finished(self._telephone(number))

    def money(self, amount: Decimal, currency: str = "EUR") -> str:
        """Such as "zwölf Euro fünfzig Cent", rounded to the cent; another currency by its name in CLDR."""
        if abs(amount) > LARGEST:
            return self._finished(f"{self._number(amount)} {currency}")
        cents = int((abs(amount) * 100).to_integral_value(ROUND_HALF_UP))
        said = self._grammar.money(cents // 100, cents % 100, currency)
        return self._finished(f"{self._grammar.minus} {said}" if amount < 0 and cents else said)

    def address(self, street: str, postcode: str, town: str) -> str:
        """Street and number, postcode digit by digit, town. Names are left as they are written."""
        parts = (self.text(street), self._telephone(postcode), self.text(town))
        return self._finished(self._grammar.comma.join(part for part in parts if part))

    def website(self, url: str) -> str:
        """Such as "www Punkt musterstadt Punkt example Schrägstrich termine", without scheme, query and fragment."""
        return self._finished(self._website(url))

    def text(self, text: str) -> str:
        """Free text as an office types it: figures, dates, times, abbreviations in words; words are left alone."""
        text = unicodedata.normalize("NFC", text)
        if len(text) > MAX_CHARACTERS:
            text = text[:MAX_CHARACTERS].rsplit(None, 1)[0]
        return self._finished(self._reader.read(text))

    def _number(self, n: int | Decimal) -> str:
        value = Decimal(n)
        if value.adjusted() >= _MAX_FIGURES:
            raise ValueError(f"a number of more than {_MAX_FIGURES} digits cannot be said")
        sign = f"{self._grammar.minus} " if n < 0 else ""
        figures, _, fraction = format(abs(value).quantize(_LAST_DECIMAL, context=_PRECISION), "f").partition(".")
        whole, fraction = int(figures), fraction.rstrip("0")
        said = self._grammar.cardinal(whole) if whole <= LARGEST else self._digits(figures)
        return f"{sign}{said} {self._grammar.point} {self._grammar.decimals(fraction)}" if fraction else sign + said

    def _digits(self, digits: str) -> str:
        return self._grammar.between_digits.join(self._grammar.cardinal(unicodedata.digit(d)) for d in digits)

    def _telephone(self, number: str) -> str:
        said = self._grammar.comma.join(self._digits(group) for group in groups(number))
        return f"{self._grammar.plus} {said}" if said and number.strip().startswith("+") else said

    def _website(self, url: str) -> str:
        address = _SCHEME.sub("", url.strip())[:200].split("?")[0].split("#")[0].rstrip("/")
        grammar = self._grammar
        signs = {".": grammar.dot, "/": grammar.slash, "-": grammar.hyphen, "_": grammar.hyphen, "@": grammar.at_sign}
        parts = re.split(r"([./_@-]|\d+)", address)
        return " ".join(signs[p] if p in signs else self._digits(p) if p.isdecimal() else p for p in parts if p.strip())

    def _finished(self, said: str) -> str:
        said = re.sub(r"\d", lambda d: f" {self._digits(d[0])} ", said)
        for c in {c for c in set(said) if unicodedata.category(c) in _UNSPEAKABLE and c not in _JOINERS}:
            said = said.replace(c, " ")
        said = _SPACES.sub(" ", unicodedata.normalize("NFC", said)).strip()
        said = said.replace(_MODIFIER_APOSTROPHE, "’")
        return _HAN_SPACES.sub("", said) if self.language == "zh" else said


def _moment(at: dt.time, *, end: bool = False) -> Moment:
    return (24, 0) if end and (at.hour, at.minute) == (0, 0) else (at.hour, at.minute)
