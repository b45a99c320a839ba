# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures in a row (telephone numbers, file numbers), and single numbers.

A run that begins with a zero or a plus and is long enough for one is a telephone number: people say it in figures, in
pairs ("trente-neuf, vingt") or both, and recognisers write some of it in figures already. Other runs are put together
only if they are said figure by figure ("vier sieben eins eins") or with a sign between ("drei drei Strich"): two
numbers that merely follow each other stay two.
"""

import re
from collections.abc import Sequence

from intake.voicemail import numbers
from intake.voicemail.written.tokens import Token
from intake.voicemail.written.values import Context, Found

_FIGURES = re.compile(r"\+?\d+(?:[-./,]\d+)*")
_SIGNS = re.compile(r"[-/]")
_AMOUNT = re.compile(r"\d{1,3}(?:[.,]\d{3})+|\d+[.,]\d{1,2}")
"""One number with marks within it: thousands, a decimal, a time, a date."""
_LONGEST = 15
"""Figures of a telephone number, ITU-T E.164."""
_SHORTEST = 6
_WHOLE = 9
"""Figures from which a dot ends a telephone number."""
_PAUSE = 3.0
"""Seconds after which a new number begins."""
_PIECES = 3
_PIECES_WITH_COMMAS = 4
"""Single figures, from which on they are one number: "zwei, drei Tage" are two."""
_LARGEST = 999
"""In a telephone number nobody says a larger number at once."""


def read_run(tokens: Sequence[Token], at: int, context: Context) -> Found | None:
    """A telephone number, a file number, or figures that were said one by one."""
    pieces, count, commas = _pieces(tokens, at, context)
    figures = "".join(piece for piece in pieces if piece.isdecimal())
    if not count or not figures:
        return None
    if (pieces[0] == "+" or figures[0] == "0") and _SHORTEST <= len(figures) <= _LONGEST:
        number = ("+" if pieces[0] == "+" else "") + figures
        known = numbers.normalised(number, context.country)
        return Found(numbers.shown(known, context.country) if known else number, count, "telephone")
    if any(piece in "-/" for piece in pieces) and len(figures) >= _PIECES:
        return Found("".join(piece for piece in pieces if piece != "+"), count, "file number")
    single = [piece for piece in pieces if len(piece) == 1]
    if len(single) == len(pieces) >= (_PIECES_WITH_COMMAS if commas else _PIECES):
        return Found(figures, count, "number")
    return None


def read_number(tokens: Sequence[Token], at: int, context: Context) -> Found | None:
    """A number in words; one that is usually another word only where a number stands beside it."""
    found = context.forms.number_at(tokens, at)
    if found is None:
        return None
    value, count = found
    key = "".join(token.key for token in tokens[at : at + count])
    if key.isdecimal() or key in context.forms.alone:
        return None
    return Found(str(value), count, "number")


def _pieces(tokens: Sequence[Token], at: int, context: Context) -> tuple[list[str], int, bool]:
    """The figures and signs from ``at`` on, how many tokens they are, and whether commas stand between them."""
    pieces: list[str] = []
    here, end, length, commas, pending_comma = at, at, 0, False, False
    while here < len(tokens) and length <= _LONGEST:
        if here > at and tokens[here].begin - tokens[here - 1].end > _PAUSE:
            break
        piece, count, is_sign = _piece(tokens, here, context, first=here == at)
        if not count or (is_sign and here == at and piece[0] != "+"):
            break
        pieces += piece
        here += count
        if not is_sign:
            end, commas = here, commas or pending_comma
            length = sum(len(p) for p in pieces if p.isdecimal())
        last = tokens[here - 1]
        if last.ends_sentence and (length >= _WHOLE or not _goes_on(tokens, here)):
            break
        pending_comma = pending_comma or "," in last.tail
    while pieces and not pieces[-1].isdecimal():
        pieces.pop()
    return pieces, end - at, commas


def _goes_on(tokens: Sequence[Token], at: int) -> bool:
    """Whether a dot between figures is one that a recogniser sets between groups: "01. 71. 39"."""
    return at < len(tokens) and all(_FIGURES.fullmatch(token.core) for token in tokens[at - 1 : at + 1])


def _piece(tokens: Sequence[Token], at: int, context: Context, *, first: bool) -> tuple[list[str], int, bool]:
    """One number or sign of a run: its figures (or its sign), how many tokens, and whether it is a sign."""
    forms, token = context.forms, tokens[at]
    core = token.core if not token.text.startswith("+") else "+" + token.core
    if _FIGURES.fullmatch(core) and not (_AMOUNT.fullmatch(core) and not core.startswith("0")):
        parts = re.split(r"([-/])", core.removeprefix("+"))
        found = [re.sub(r"\D", "", part) if part not in "-/" or not part else part for part in parts]
        return (["+"] if core.startswith("+") else []) + [part for part in found if part], 1, False
    if first and token.key == "plus":
        return ["+"], 1, True
    if (sign := forms.strokes.get(token.key)) and not first:
        return [sign], 1, True
    if token.key in forms.double and at + 1 < len(tokens):
        again, count, _ = _piece(tokens, at + 1, context, first=False)
        return ([*again, *again], count + 1, False) if len(again) == 1 and len(again[0]) == 1 else ([], 0, False)
    if (figure := forms.figures.get(token.key)) and (not first or token.key not in forms.alone):
        return [figure], 1, False
    found_number = forms.number_at(tokens, at)
    if found_number is None or found_number[0] > _LARGEST or not tokens[at].core:
        return [], 0, False
    return [str(found_number[0])], found_number[1], False
