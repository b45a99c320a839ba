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

import functools
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from intake.errors import ConfigurationError
from intake.languages import LANGUAGES, UNDETERMINED
from intake.patterns import Pattern
from intake.toml import Lines, NotToml, loads

FOLDER = Path(__file__).parent
"""The shipped pack lies here."""

MAX_OCTETS = 2 * 1024 * 1024
"""Of one rule file; the whole shipped pack has a third of that."""
MAX_TERM = 80
"""Characters of one term."""
MAX_TERMS = 100_000
"""Terms of one rule file. The shipped pack has 37,000; the process that reads mail has no room for millions."""
MAX_MISTAKES = 50
"""Mistakes of one file that are named: who made more has made one many times."""

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

    def copied(self) -> "Pack":
        """A pack of its own with the same in it: what is in the containers is never changed, only replaced."""
        return replace(
            self,
            settings=dict(self.settings), evidence=dict(self.evidence), vocabulary=dict(self.vocabulary),
            senders=list(self.senders), recipients=list(self.recipients), numbers=list(self.numbers),
        )  # fmt: skip

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


def office_file(file: Path) -> str:
    """The text of an office's own rule file. Raises :class:`ConfigurationError`."""
    try:
        with open(file, "rb") as stream:
            octets = stream.read(MAX_OCTETS + 1)
    except OSError as error:
        raise ConfigurationError(
            f"{file}: the rules cannot be read ({error.strerror}); correct triage.rules in intake.toml, or --rules"
        ) from None
    if len(octets) > MAX_OCTETS:
        raise ConfigurationError(
            f"{file}: this is larger than {MAX_OCTETS // 1024:,} KiB, and no rule file; name the right one"
        )
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = octets[: error.start].count(b"\n") + 1
        raise ConfigurationError(f"{file}, line {line}: this is not UTF-8 text; save the file as UTF-8") from None


def pack_of(text: str, name: str, queues: Collection[str]) -> Pack:
    """The pack in the ``text`` of a rule file; ``name`` is what mistakes call it.

    Raises :class:`ConfigurationError`.
    """
    reader = _File(name, text, queues)
    pack = shipped_pack().copied() if "extends" in reader.table else Pack()
    reader.into(pack)
    reader.complete(pack)
    _finish(reader.mistakes)
    return pack


def _finish(mistakes: list[str]) -> None:
    if mistakes:
        more = len(mistakes) - MAX_MISTAKES
        raise ConfigurationError("\n".join(mistakes[:MAX_MISTAKES]) + (f"\n… and {more} more" if more > 0 else ""))


class _File:
    """One rule file: checks it, and enters what it says into a pack."""

    def __init__(self, name: str, text: str, queues: Collection[str] | None) -> None:
        self.name = name
        self.queues = queues
        self.lines = Lines(text)
        self.mistakes: list[str] = []
        self.terms = 0
        self.weighed: dict[tuple[str, frozenset[str]], str] = {}
        """The evidence of this file, and the key under which it stands."""
        try:
            self.table = loads(text)
        except NotToml as error:
            raise ConfigurationError(f"{name}, line {error.line}: not valid TOML: {error}; correct that line") from None

    def wrong(self, remedy: str, *path: str | int, term: str = "") -> None:
        """Note a mistake at ``path`` (keys from the top; numbers count entries of a list from 0)."""
        key = ".".join(str(p) for p in path if not isinstance(p, int)) + (f' "{term}"' if term else "")
        # Looking for the line takes time, which thousands of mistakes that nobody reads are not worth.
        line = self.lines.find(path, term) if len(self.mistakes) < MAX_MISTAKES else 0
        self.mistakes.append(f"{self.name}, line {line}: {key}: {remedy}")

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
        for key, codes in table.items():
            if not isinstance(codes, list) or any(code not in tuple(LANGUAGES) for code in codes):
                self.wrong('expected a list of language codes such as ["uk", "tr"]', "matching", key)
            elif key == "inside":
                pack.inside = tuple(codes)
            elif key == "beginning":
                pack.beginning = tuple(codes)

    def _queue(self, pack: Pack, queue: str) -> None:
        if not self._known_queue(queue, "queues", queue):
            return
        self._known(self.table["queues"][queue], ("queues", queue), {"evidence", "yields"})
        for kind in ("evidence", "yields"):
            for key, value in self._table(self.table["queues"][queue], kind, "queues", queue).items():
                concepts = _concepts(key)
                before = self.weighed.setdefault((queue, frozenset(concepts)), f"{kind}.{key}")
                if not all(concepts) or len(concepts) > 3 or len(set(concepts)) < len(concepts):
                    self.wrong(
                        'expected up to three different concepts such as "passport & lost"', "queues", queue, kind, key
                    )
                elif before != f"{kind}.{key}":
                    self.wrong(f"the same concepts stand at {before} already; keep one", "queues", queue, kind, key)
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
        written = [" ".join(word.split()) for word in words.split(",")]
        if len(written) > 1 and not written[-1]:
            written.pop()  # a comma after the last one
        self.terms += len(written)
        if self.terms > MAX_TERMS:
            if self.terms - len(written) <= MAX_TERMS:
                self.wrong(f"from here on this file has more than {MAX_TERMS:,} terms; take some out", *where)
            return
        if _NO_TERM.search(words) or not all(written) or max(map(len, written)) > MAX_TERM:
            for term in written:
                if not term:
                    self.wrong("an empty term; write it, or take the comma or the whole line out", *where)
                elif len(term) > MAX_TERM or _NO_TERM.search(term):
                    self.wrong("a term is words of letters and digits, with * for the rest of a word and = before a "
                               "whole word", *where, term=term)  # fmt: skip
            return
        terms = dict.fromkeys(pack.vocabulary.get((language, concept), ()))
        here: set[str] = set()
        for term in written:
            name = term.removeprefix("-")
            if name in here:
                self.wrong("this term stands there twice; take one out", *where, term=name)
            elif not term.startswith("-"):
                terms[term] = None
            elif name in terms:
                del terms[name]
            else:
                self.wrong(f'there is no term "{name}" to take away; write it as it stands there', *where, term=term)
            here.add(name)
        pack.vocabulary[language, concept] = list(terms)

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
            if pattern.search(""):
                self.wrong("this regular expression finds nothing at all in every text; let it ask for something",
                           "numbers", position, "pattern")  # fmt: skip
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
        if isinstance(queue, str) and (self.queues is None or queue in self.queues):
            return True
        known = f"; it has {', '.join(sorted(self.queues))}" if self.queues else ""
        self.wrong(f'there is no queue "{queue}" in intake.toml{known}', *path)
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
