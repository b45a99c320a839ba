# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person says for a number, a date, a time, a telephone number …, in each language of the office.

Synthesisers get these wrong, each in its own way: "24.12.2026" becomes "vierundzwanzig Punkt zwölf Punkt", "+49" forty-
nine, "Mo-Fr" letters. So everything is put into words before a synthesiser sees it. Text in, text out; nothing here
knows of sound, of the office or of the clock.

Twelve languages (:data:`SPEAKERS`) have a grammar with tables of expected forms in the tests and read free text with
its abbreviations; the others have numbers, dates, times, money and telephone numbers in words of their own.
"""

from intake.speech.grammar import DateForm, DayForm, TimeForm
from intake.speech.grammars import SPEAKERS
from intake.speech.numerals import LARGEST
from intake.speech.speaker import MAX_CHARACTERS, Speaker

__all__ = ["LARGEST", "MAX_CHARACTERS", "SPEAKERS", "DateForm", "DayForm", "Speaker", "TimeForm"]
