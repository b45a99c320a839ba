# SPDX-License-Identifier: GPL-3.0-or-later
"""What Persian, Pashto and the two Kurdish languages share: how they count, and how a date is framed.

A day or a date stands between words that say "from", "until" or "on"; a frame has "{}" in their midst.
"""

import datetime as dt
from abc import abstractmethod
from typing import ClassVar

from intake.speech.grammar import DateForm, Grammar
from intake.speech.numerals import Numerals


class Iranic(Grammar):
    """Numbers, weekdays and dates of all of them."""

    numerals: ClassVar[Numerals]
    from_frame: ClassVar[str]
    until_frame: ClassVar[str]
    on_frame: ClassVar[str] = "{}"
    """Of a weekday."""
    on_date_frame: ClassVar[str] = "{}"
    """Of the date after a weekday."""
    from_date_frame: ClassVar[str] = ""
    """Of a date, where it is not that of a weekday."""

    def cardinal(self, n: int) -> str:
        return self.numerals.words(n)

    def framed_day(self, n: int) -> str:
        """Monday = 0, as it stands in a frame."""
        return self.name_of_day(n)

    def weekday(self, n: int, form: DateForm) -> str:
        return self.on_frame.format(self.framed_day(n)) if form == "on" else self.name_of_day(n)

    def weekdays(self, first: int, last: int) -> str:
        return f"{self.from_frame.format(self.framed_day(first))} {self.until_frame.format(self.framed_day(last))}"

    @abstractmethod
    def bare_date(self, day: dt.date, year: bool) -> str:
        """Without the weekday, as it stands in a frame."""

    def date(self, day: dt.date, form: DateForm, year: bool) -> str:
        date = self.bare_date(day, year)
        match form:
            case "bare":
                return date
            case "from":
                return (self.from_date_frame or self.from_frame).format(date)
            case "until":
                return self.until_frame.format(date)
            case "on":
                date = self.on_date_frame.format(date)
        return f"{self.weekday(day.weekday(), form)}{self.comma}{date}"
