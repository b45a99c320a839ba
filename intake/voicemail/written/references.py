# SPDX-License-Identifier: GPL-3.0-or-later
"""Case references that were said or spelled.

A caller reads "AB-7K3M9QX" from a letter: letter by letter, by a spelling alphabet, figures as numbers
("achtundvierzig" is 4 and 8), and a recogniser writes any of it together. So all that the next tokens may stand for
is tried, from the prefix on, until there are seven symbols; a reference counts only if its check character is right,
which one in 32 of other things would be.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from intake.cases import reference
from intake.voicemail.written.tokens import Token, fused
from intake.voicemail.written.values import Context, Found

_MOST_TOKENS = 12
_MOST_TRIES = 400
_FILE = Path(__file__).with_name("spelling_alphabet.toml")


def read(tokens: Sequence[Token], at: int, context: Context) -> Found | None:
    """A reference that begins with its prefix at ``at``."""
    wanted = len(context.prefix) + reference.LENGTH
    tries = _MOST_TRIES
    for symbols, count in _spelled(tokens, at, context, wanted):
        tries -= 1
        if tries < 0:
            break
        if len(symbols) == wanted and symbols.startswith(context.prefix):
            found = reference.normalise(context.prefix, symbols)
            if found:
                return Found(found, count, "reference")
    return None


def _spelled(tokens: Sequence[Token], at: int, context: Context, wanted: int) -> Iterator[tuple[str, int]]:
    """Every row of symbols that the tokens may stand for, as far as it agrees with the prefix, with their number."""
    rows: list[tuple[str, int]] = [("", 0)]
    while rows:
        symbols, count = rows.pop()
        yield symbols, count
        if count >= _MOST_TOKENS or at + count >= len(tokens):
            continue
        for more, taken in _readings(tokens, at + count, context):
            row = symbols + more
            length = min(len(row), len(context.prefix))
            if len(row) <= wanted and row[:length] == context.prefix[:length]:
                rows.append((row, count + taken))


def _readings(tokens: Sequence[Token], at: int, context: Context) -> Iterator[tuple[str, int]]:
    """What one token, or the number that begins with it, may stand for in a reference."""
    token, forms = tokens[at], context.forms
    key = token.key.upper()
    if not key:
        yield "", 1  # a dash by itself
        return
    if token.key in forms.strokes:
        yield "", 1
    if key.isascii() and key.isalnum() and (len(key) == 1 or not token.core.islower() or not key.isalpha()):
        yield key, 1
    for names in (forms.letters, _alphabet()):
        if letter := names.get(token.key):
            yield letter, 1
    if figure := forms.figures.get(token.key):
        yield figure.upper(), 1
    if (found := forms.number_at(tokens, at)) and not key.isdecimal():
        yield str(found[0]), found[1]


@cache
def _alphabet() -> Mapping[str, str]:
    told = tomllib.loads(_FILE.read_text("utf-8"))
    return {fused(word): letter for letter, words in told.items() for word in words.split(", ")}
