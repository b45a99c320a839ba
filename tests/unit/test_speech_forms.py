# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person says: the expected forms of twelve languages, one line each, in ``tests/data/speech``."""

import datetime as dt
import tomllib
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from intake.speech import SPEAKERS, Speaker

FOLDER = Path(__file__).parents[1] / "data" / "speech"
EXPECTED = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))}


def _form(key: str) -> tuple[str, str]:
    """The form that stands in front of a value ("on 2026-12-24"), or "plain"."""
    form, _, value = key.rpartition(" ")
    return form or "plain", value


def _date(speaker: Speaker, key: str) -> str:
    form, value = _form(key.removesuffix(" year"))
    return speaker.date(dt.date.fromisoformat(value), form=form, year=key.endswith(" year"))  # type: ignore[arg-type]


def _time(speaker: Speaker, key: str) -> str:
    form, value = _form(key)
    return speaker.time(dt.time.fromisoformat(value), form=form)  # type: ignore[arg-type]


def _weekday(speaker: Speaker, key: str) -> str:
    form, value = _form(key)
    return speaker.weekday(int(value), form=form)  # type: ignore[arg-type]


def _pair(key: str, read: Callable[[str], Any]) -> Iterator[Any]:
    return (read(part) for part in key.split())


SAY: dict[str, Callable[[Speaker, str], str]] = {
    "number": lambda speaker, key: speaker.number(Decimal(key)),
    "ordinal": lambda speaker, key: speaker.ordinal(int(key)),
    "date": _date,
    "date_range": lambda speaker, key: speaker.date_range(*_pair(key, dt.date.fromisoformat)),
    "weekday": _weekday,
    "weekdays": lambda speaker, key: speaker.weekdays(*_pair(key, int)),
    "time": _time,
    "time_range": lambda speaker, key: speaker.time_range(*_pair(key, dt.time.fromisoformat)),
    "telephone": lambda speaker, key: speaker.telephone(key),
    "money": lambda speaker, key: speaker.money(Decimal(key)),
    "address": lambda speaker, key: speaker.address(*key.split(" | ")),
    "website": lambda speaker, key: speaker.website(key),
    "text": lambda speaker, key: speaker.text(key),
}

CASES = [
    pytest.param(code, kind, key, words, id=f"{code}-{kind}-{key}")
    for code, tables in EXPECTED.items()
    for kind, table in tables.items()
    for key, words in table.items()
]


@pytest.mark.parametrize(("code", "kind", "key", "words"), CASES)
def test_a_value_is_said_as_a_person_says_it(code: str, kind: str, key: str, words: str) -> None:
    assert SAY[kind](Speaker.of(code), key) == words


def test_every_language_with_a_grammar_has_a_table_of_at_least_25_forms_of_every_kind() -> None:
    assert set(EXPECTED) == set(SPEAKERS)
    for tables in EXPECTED.values():
        assert set(tables) == set(SAY)
        assert sum(map(len, tables.values())) >= 25
