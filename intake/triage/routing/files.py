# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads rule files: the shipped pack, and the office's own file on top of it or instead of it.

The shipped pack is ``rules.toml`` (which concepts speak for which queue, and what the form of a message says) and one
file a language in ``vocabulary/`` (which words stand for which concept). All have the same format, so an office may
write anything of it into its own file:

* ``extends = "shipped"``: the office's file is read after the shipped pack. A weight that stands in both is the
  office's; a weight of 0 switches a rule off. Terms are added to the shipped ones; ``-term`` takes one away. Senders,
  recipients and file numbers are added. Without ``extends`` the shipped pack is not used at all.

Every mistake is reported, with file, line and remedy; a file with a mistake is not used.
"""

import copy
import functools
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from intake.errors import ConfigurationError
from intake.languages import LANGUAGES, UNDETERMINED
from intake.patterns import Pattern
from intake.triage.routing.lines import Lines

FOLDER = Path(__file__).parent
"""The shipped pack lies here."""

MAX_TERM = 80
"""Characters of one term."""

SETTINGS = ("minimum", "margin", "subject", "form", "attachment", "early", "question", "late", "apart",
            "further", "yielding", "misspelt")  # fmt: skip

_NO_TERM = re.compile(
    r"""[^\w\u0900-\u109f\u1780-\u17ff\s,*=.'’՞՛՜\u200c\u200d-]|_|\w\*\w|\*\*|=(?!\w)|\w=|(?:^|,)\s*[*.'’=-]+\s*(?:,|$)"""
)
"""What no term may hold: other signs, a star inside a word, nothing but signs."""


@dataclass(slots=True)
class Pack:
    """What the rule files say, merged."""

    settings: dict[str, Any] = field(default_factory=dict)
    inside: tuple[str, ...] = ()
    beginning: tuple[str, ...] = ()
    evidence: dict[tuple[str, frozenset[str]], tuple[float, bool]] = field(default_factory=dict)
    """(queue, concepts) → weight, and whether it yields."""
    vocabulary: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """(language, concept) → terms as written."""
    senders: list[tuple[str, str, float, Pattern]] = field(default_factory=list)
    recipients: list[tuple[str, str, float, Pattern]] = field(default_factory=list)
    numbers: list[tuple[str, str, float, Pattern]] = field(default_factory=list)
    fields: Pattern | None = None

    def stars(self, language: str, term: str) -> str:
        """``term`` with the stars that its language gives a term without any."""
        if term.startswith("="):
            return term[1:]
        if "*" in term:
            return term
        if language in self.inside:
            return f"*{term}*"
        return f"{'* '.join(term.split())}*" if language in self.beginning else term


@functools.cache
def shipped_pack() -> Pack:
    """The pack that comes with the package, read once; who wants to change it, changes a copy."""
    pack = Pack()
    mistakes: list[str] = []
    for file in (FOLDER / "rules.toml", *sorted((FOLDER / "vocabulary").glob("*.toml"))):
        reader = _File(file.name, file.read_text("utf-8"), None)
        reader.into(pack)
        mistakes += reader.mistakes
    _finish(mistakes)
    return pack


def office_pack(file: Path, queues: Collection[str]) -> Pack:
    """The pack of an office that has a file of its own. Raises :class:`ConfigurationError`."""
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise ConfigurationError(
            f"{file}: the rules cannot be read ({reason}); correct triage.rules in intake.toml, or save it as UTF-8"
        ) from None
    return pack_of(text, str(file), queues)


def pack_of(text: str, name: str, queues: Collection[str]) -> Pack:
    """The pack in the ``text`` of a rule file; ``name`` is what mistakes call it.

    Raises :class:`ConfigurationError`.
    """
    reader = _File(name, text, queues)
    pack = copy.deepcopy(shipped_pack()) if reader.table.get("extends") == "shipped" else Pack()
    reader.into(pack)
    reader.complete(pack)
    _finish(reader.mistakes)
    return pack


def _finish(mistakes: list[str]) -> None:
    if mistakes:
        raise ConfigurationError("\n".join(mistakes))


class _File:
    """One rule file: checks it, and enters what it says into a pack."""

    def __init__(self, name: str, text: str, queues: Collection[str] | None) -> None:
        self.name = name
        self.queues = queues
        self.lines = Lines(text)
        self.mistakes: list[str] = []
        try:
            self.table = tomllib.loads(text)
        except (ValueError, RecursionError) as error:
            said = re.sub(r"\(at line (\d+), column (\d+)\)", r"(line \1, column \2)", str(error))
            raise ConfigurationError(f"{name}: this is not valid TOML: {said}; correct that line") from None

    def wrong(self, remedy: str, *path: str | int, term: str = "") -> None:
        """Note a mistake at ``path`` (keys from the top; numbers count entries of a list from 0)."""
        key = ".".join(str(p) for p in path if not isinstance(p, int)) + (f' "{term}"' if term else "")
        self.mistakes.append(f"{self.name}, line {self.lines.find(path, term)}: {key}: {remedy}")

    def into(self, pack: Pack) -> None:
        self._known(self.table, (), {"extends", "settings", "matching", "queues", "vocabulary", "senders",
                                     "recipients", "numbers", "forms"})  # fmt: skip
        if self.table.get("extends", "shipped") != "shipped":
            self.wrong('expected "shipped", or no such key for an office that starts from nothing', "extends")
        self._settings(pack)
        self._matching(pack)
        for queue, _ in self._tables(self.table, "queues"):
            self._queue(pack, queue)
        for language, concepts in self._tables(self.table, "vocabulary"):
            if language not in (*LANGUAGES, UNDETERMINED):
                known = f"{', '.join(LANGUAGES)}, or {UNDETERMINED} for others"
                self.wrong(f"no such language; expected one of {known}", "vocabulary", language)
                continue
            for concept, words in concepts.items():
                self._words(pack, language, concept, words)
        self._signs(pack.senders, "senders", "domains", _domain_pattern)
        self._signs(pack.recipients, "recipients", "addresses", _address_pattern)
        self._numbers(pack)
        self._forms(pack)

    def complete(self, pack: Pack) -> None:
        """Note what is missing once everything was read."""
        for key in ("fallback", *SETTINGS):
            if key not in pack.settings:
                self.wrong('this key is missing; add it, or extends = "shipped"', "settings", key)
        known = {concept for _, concept in pack.vocabulary}
        for queue, kind, key in self._evidence_keys():
            for concept in _concepts(key):
                if concept not in known:
                    self.wrong(f'no vocabulary has the concept "{concept}"; correct it, or add its words in '
                               f"[vocabulary.de]", "queues", queue, kind, key)  # fmt: skip
        used = {concept for _, concepts in pack.evidence for concept in concepts} | {"asking"}
        for language, concepts in self._tables(self.table, "vocabulary"):
            for concept in concepts:
                if concept not in used:
                    self.wrong("no queue has evidence with this concept; correct it, or add it to a queue",
                               "vocabulary", language, concept)  # fmt: skip

    def _settings(self, pack: Pack) -> None:
        for key, value in self._table(self.table, "settings").items():
            if key == "fallback":
                if self._known_queue(value, "settings", key):
                    pack.settings[key] = value
            elif key not in SETTINGS:
                self.wrong(f"unknown; expected one of fallback, {', '.join(SETTINGS)}", "settings", key)
            elif (number := self._number(value, 0, "settings", key)) is not None:
                pack.settings[key] = number

    def _matching(self, pack: Pack) -> None:
        table = self._table(self.table, "matching")
        self._known(table, ("matching",), {"inside", "beginning"})
        pack.inside = tuple(table.get("inside", pack.inside))
        pack.beginning = tuple(table.get("beginning", pack.beginning))
        for key, codes in table.items():
            if not isinstance(codes, list) or any(code not in LANGUAGES for code in codes):
                self.wrong('expected a list of language codes such as ["uk", "tr"]', "matching", key)

    def _queue(self, pack: Pack, queue: str) -> None:
        if not self._known_queue(queue, "queues", queue):
            return
        self._known(self.table["queues"][queue], ("queues", queue), {"evidence", "yields"})
        for kind in ("evidence", "yields"):
            for key, value in self._table(self.table["queues"][queue], kind, "queues", queue).items():
                concepts = _concepts(key)
                if not all(concepts) or len(concepts) > 3:
                    self.wrong('expected up to three concepts such as "passport & lost"', "queues", queue, kind, key)
                elif (weight := self._number(value, -100, "queues", queue, kind, key)) is not None:
                    pack.evidence[queue, frozenset(concepts)] = (weight, kind == "yields")

    def _evidence_keys(self) -> Iterator[tuple[str, str, str]]:
        for queue, content in self._tables(self.table, "queues"):
            for kind in ("evidence", "yields"):
                table = content.get(kind)
                for key in table if isinstance(table, dict) else ():
                    yield queue, kind, key

    def _words(self, pack: Pack, language: str, concept: str, words: Any) -> None:
        where = ("vocabulary", language, concept)
        if not isinstance(words, str):
            self.wrong('expected terms in one text, with commas between them: "Pass, Reisepass*"', *where)
            return
        terms = pack.vocabulary.setdefault((language, concept), [])
        written = [" ".join(word.split()) for word in words.split(",")]
        if _NO_TERM.search(words) or max(map(len, written)) > MAX_TERM:
            for term in written:
                if len(term) > MAX_TERM or _NO_TERM.search(term):
                    self.wrong("a term is words of letters and digits, with * for the rest of a word and = before a "
                               "whole word", *where, term=term)  # fmt: skip
            return
        for term in filter(None, written):
            if not term.startswith("-"):
                terms.append(term)
            elif term[1:] in terms:
                terms[:] = [t for t in terms if t != term[1:]]
            else:
                self.wrong(
                    f'there is no term "{term[1:]}" to take away; write it as it stands there', *where, term=term
                )

    def _signs(self, signs: list[tuple[str, str, float, Pattern]], kind: str, key: str, made: Any) -> None:
        for position, entry in self._entries(kind, {"queue", "weight", key}):
            found = entry.get(key)
            if not isinstance(found, list) or not all(isinstance(item, str) and item for item in found):
                self.wrong('expected a list of patterns such as ["polizei.*"]', kind, position, key)
            else:
                signs += [(item, entry["queue"], entry["weight"], made(item)) for item in found]

    def _numbers(self, pack: Pack) -> None:
        for position, entry in self._entries("numbers", {"queue", "weight", "name", "pattern"}):
            source = entry.get("pattern")
            if not isinstance(source, str):
                self.wrong("expected a regular expression in quotation marks", "numbers", position, "pattern")
                continue
            pattern = Pattern(source)
            try:
                pattern.compile()
            except Exception as error:  # re and re2 raise classes of their own
                self.wrong(
                    f"this regular expression cannot be used ({error}); correct it", "numbers", position, "pattern"
                )
                continue
            pack.numbers.append((str(entry.get("name", source)), entry["queue"], entry["weight"], pattern))

    def _forms(self, pack: Pack) -> None:
        table = self._table(self.table, "forms")
        self._known(table, ("forms",), {"fields"})
        names = table.get("fields")
        if names is None:
            return
        if not isinstance(names, list) or not names or not all(isinstance(n, str) and n for n in names):
            self.wrong('expected a list of field names such as ["Anliegen"]', "forms", "fields")
            return
        pack.fields = Pattern(
            rf"^[ \t*]{{0,8}}(?:{'|'.join(map(re.escape, names))})[ \t*]{{0,8}}:[^\n]{{1,200}}",
            re.IGNORECASE | re.MULTILINE,
        )

    def _entries(self, kind: str, keys: Collection[str]) -> Iterator[tuple[int, dict[str, Any]]]:
        entries = self.table.get(kind, [])
        if not isinstance(entries, list):
            self.wrong(f"write [[{kind}]], with two brackets", kind)
            return
        for position, entry in enumerate(entries):
            if not isinstance(entry, dict):
                self.wrong(f"write [[{kind}]], with two brackets", kind)
                continue
            before = len(self.mistakes)
            self._known(entry, (kind, position), keys)
            self._known_queue(entry.get("queue"), kind, position, "queue")
            weight = self._number(entry.get("weight"), -100, kind, position, "weight")
            if len(self.mistakes) == before:
                yield position, {**entry, "weight": weight}

    def _known(self, table: Mapping[str, Any], path: tuple[str | int, ...], keys: Collection[str]) -> None:
        for key in table:
            if key not in keys:
                self.wrong(f"this key is unknown; expected one of {', '.join(sorted(keys))}", *path, key)

    def _known_queue(self, queue: Any, *path: str | int) -> bool:
        if self.queues is None or queue in self.queues:
            return True
        self.wrong(f'there is no queue "{queue}" in intake.toml; it has {", ".join(sorted(self.queues))}', *path)
        return False

    def _number(self, value: Any, least: float, *path: str | int) -> float | None:
        if isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= 100:
            return float(value)
        self.wrong(f"expected a number from {least:g} to 100", *path)
        return None

    def _table(self, table: Mapping[str, Any], key: str, *path: str | int) -> Mapping[str, Any]:
        value = table.get(key, {})
        if isinstance(value, dict):
            return value
        self.wrong("expected a table", *path, key)
        return {}

    def _tables(self, table: Mapping[str, Any], key: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for name, value in self._table(table, key).items():
            if isinstance(value, dict):
                yield name, value
            else:
                self.wrong("expected a table", key, name)


def _concepts(key: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in key.split("&"))


def _wild(text: str) -> str:
    return re.escape(text.lower()).replace(r"\*", "[^@]*")


def _domain_pattern(text: str) -> Pattern:
    """A domain, or any domain under it: ``polizei.*`` is also found in ``pp.polizei.example``."""
    return Pattern(rf"(?:^|\.){_wild(text.removeprefix('*.'))}$")


def _address_pattern(text: str) -> Pattern:
    return Pattern(rf"^{_wild(text)}$")
