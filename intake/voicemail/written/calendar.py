# SPDX-License-Identifier: GPL-3.0-or-later
"""Dates, times, and other fixed patterns of a language.

Of a date only the day is changed ("einunddreißigsten Januar" → "31. Januar"): the month is written as it is said. A
German says months as numbers, too ("am dritten elften"). Patterns stand in ``forms.toml``.
"""

from collections.abc import Sequence

from intake.speech import LARGEST
from intake.voicemail.written.forms import Template
from intake.voicemail.written.tokens import Token
from intake.voicemail.written.values import Context, Found, Kind

_MOST = {"{h}": 24, "{m}": 59}
"""Of an hour and of minutes."""
_DAYS = range(1, 32)
_MONTHS = range(1, 13)
_LINKS = 2
"""Words that may stand between a day and its month."""


def read_pattern(tokens: Sequence[Token], at: int, context: Context) -> Found | None:
    """The first pattern of the language that begins here."""
    for template in context.forms.patterns:
        if found := _match(tokens, at, context, template):
            return found
    return None


def read_day(tokens: Sequence[Token], at: int, context: Context) -> Found | None:
    """A day that stands before its month, or after it ("December third")."""
    forms = context.forms
    found = forms.day_at(tokens, at)
    if found is None or found[0] not in _DAYS:
        return None
    day, count = found
    end = at + count
    if _month_within(tokens, end, context) or _month_before(tokens, at, context):
        return Found(forms.day_written(day), count, "date")
    if forms.numeric_months and (month := forms.day_at(tokens, end)) and month[0] in _MONTHS:
        return Found(f"{day}.{month[0]}.", count + month[1], "date")
    return None


def _month_within(tokens: Sequence[Token], begin: int, context: Context) -> bool:
    for token in tokens[begin : begin + _LINKS + 1]:
        if token.key in context.forms.months:
            return True
        if token.key not in context.forms.links:
            return False
    return False


def _month_before(tokens: Sequence[Token], at: int, context: Context) -> bool:
    return bool(context.forms.links) and any(
        token.key in context.forms.months
        and all(between.key in context.forms.links for between in tokens[at - back + 1 : at])
        for back, token in ((back, tokens[at - back]) for back in range(1, min(_LINKS, at) + 1))
    )


def _match(tokens: Sequence[Token], at: int, context: Context, template: Template) -> Found | None:
    words, written = template
    values: dict[str, str] = {}
    here = at
    for word in words:
        if here >= len(tokens) or (here > at and tokens[here - 1].tail):
            return None
        if not word.startswith("{"):
            if tokens[here].key != word:
                return None
            if word[:1].isalpha() and here == at:
                values["first"] = tokens[here].text
            here += 1
            continue
        found = _number(tokens, here, context, _MOST.get(word, LARGEST))
        if found is None:
            return None
        values[word[1:-1]] = f"{found[0]:02}" if word == "{m}" else found[2]
        here += found[1]
    kind: Kind = "time" if "{h}" in words else "number"
    text = written.format_map(values)
    if first := values.get("first"):
        # The word before a time stays as it was heard, with its capital letter.
        text = first + text[len(first) :] if text[: len(first)].casefold() == first.casefold() else text
    return Found(text, here - at, kind)


def _number(tokens: Sequence[Token], at: int, context: Context, most: int) -> tuple[int, int, str] | None:
    """A number up to ``most``: value, tokens, and as it is written."""
    core = tokens[at].core
    if core.isdecimal() and len(core) <= len(str(LARGEST)):
        return (int(core), 1, core) if int(core) <= most else None
    found = context.forms.number_at(tokens, at, most)
    return (*found, str(found[0])) if found else None
