# SPDX-License-Identifier: GPL-3.0-or-later
"""Which queue a message belongs to, and why: weighted terms of a rule file, and who writes.

The rule file (``routing.toml`` here, or the office's own beside its ``intake.toml``) holds terms per queue, with
a weight and the language they belong to. The language is for the reader: every term is tried on every message,
because people mix languages ("mein Aufenthaltstitel is expired"). A term is

* ``wort``: this whole word; ``wort*``: words that begin with it; ``*wort``: that end with it; ``*wort*``: that
  contain it, which is how German compounds are found;
* ``two words``: one after the other; ``lost .. passport``: in this order, with at most three words between.

Case and diacritics do not count, and ``ü`` is also found as ``ue``. Every term counts once, and every word once for
a queue; the subject counts more than the text. The queue with the highest sum has the message, if the sum
reaches ``minimum`` and its lead reaches ``margin``: otherwise it goes to the ``fallback``. A queue that is ``weak``
(appointments: "booking, moving, cancelling; nothing else asked") yields to every other queue that reaches ``minimum``.

The evidence quotes the rule file's terms, never the person's words: it may be logged and kept.
"""

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from intake.errors import ConfigurationError
from intake.languages import LANGUAGES

Where = Literal["subject", "text", "sender", "attachment"]

SHIPPED = Path(__file__).with_name("routing.toml")
"""The rule file that comes with the package."""

MAX_WORDS = 4_000
"""Words of a text that are looked at."""

MAX_WORD = 60
"""Characters of one word that are looked at; the longest German words of this field have about 50."""

GAP = 3
"""Words that ``..`` in a term may stand for."""

_TOKEN = re.compile(r"(?:[^\W_]|[\u0900-\u0dff])+")  # vowel signs of the Indic scripts are no \w
_PATTERN = re.compile(r"\*?(?:[^\W_]|[\u0900-\u0dff])+\*?")
_FOLD = str.maketrans({
    "ı": "i", "ł": "l", "đ": "d", "ø": "o", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe",
    "ی": "ي", "ى": "ي", "ک": "ك", "ة": "ه", "ۀ": "ه", "ھ": "ه", "ە": "ه", "ہ": "ه",
    "\u200c": None, "\u200d": None, "ـ": None,
})  # fmt: skip
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_WHERE_ENGLISH = {"subject": "in the subject", "text": "in the text", "sender": "as the sender's domain",
                  "attachment": "in an attachment's name"}  # fmt: skip
_WHERE_GERMAN = {"subject": "im Betreff", "text": "im Text", "sender": "als Absender-Domain",
                 "attachment": "im Namen eines Anhangs"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason: a term of the rule file, where it was found, the queue it speaks for, and how loudly."""

    term: str
    where: Where
    queue: str
    weight: float

    def english(self, name: str = "") -> str:
        """For people; ``name`` is the queue's name, by default its id."""
        return f'"{self.term}" {_WHERE_ENGLISH[self.where]} → {name or self.queue}'

    def german(self, name: str = "") -> str:
        """Für Menschen; ``name`` is the queue's name (its folder), by default its id."""
        return f'"{self.term}" {_WHERE_GERMAN[self.where]} → {name or self.queue}'


@dataclass(frozen=True, slots=True)
class Routing:
    """The queue, and the evidence for it, the weightiest first (empty for the fallback without any)."""

    queue: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """One term of the rule file; ``label`` is how evidence shows it."""

    label: str
    queue: str
    weight: float


@dataclass(frozen=True, slots=True)
class Rules:
    """A loaded rule file, indexed for matching; make it with :meth:`load` or :meth:`shipped`."""

    fallback: str
    minimum: float
    margin: float
    subject_factor: float
    attachment_factor: float
    weak: frozenset[str]
    order: tuple[str, ...]
    words: "_Index"
    senders: "_Index"

    @classmethod
    def load(cls, text: str, name: str, queues: Collection[str]) -> "Rules":
        """The rules in ``text`` (TOML); ``name`` is the file's name for errors, ``queues`` the office's queue ids.

        Raises :class:`ConfigurationError`, which names file, key and remedy.
        """
        return _Loader(name, queues).rules(_toml(text, name))

    @classmethod
    def shipped(cls, queues: Collection[str]) -> "Rules":
        """The rules that come with the package, without the queues that this office does not have."""
        table = _toml(SHIPPED.read_text("utf-8"), SHIPPED.name)
        table["queues"] = {queue: rules for queue, rules in table["queues"].items() if queue in queues}
        return _Loader(SHIPPED.name, queues).rules(table)


def route(
    rules: Rules, *, subject: str, own_words: str, sender_domain: str, attachments: tuple[str, ...] = ()
) -> Routing:
    """The queue for a message, with evidence. Deterministic; any text is an answer, never an error."""
    places: tuple[tuple[Where, str, _Index, float], ...] = (
        ("subject", subject, rules.words, rules.subject_factor),
        ("text", own_words, rules.words, 1.0),
        ("attachment", " ".join(attachments), rules.words, rules.attachment_factor),
        ("sender", sender_domain, rules.senders, 1.0),
    )
    found: dict[tuple[str, str], Evidence] = {}
    for where, text, index, factor in places:
        for term in _once_a_word(index.find(_words(text))):
            item = Evidence(term.label, where, term.queue, round(term.weight * factor, 2))
            key = (term.label, term.queue)
            if key not in found or found[key].weight < item.weight:
                found[key] = item
    return _decide(rules, tuple(found.values()))


def fold(text: str) -> str:
    """``text`` as it is compared: case, diacritics and variants of Arabic letters taken away."""
    decomposed = unicodedata.normalize("NFD", text.casefold())  # not NFKD, which can make one letter into eighteen
    return "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_FOLD)


def _once_a_word(found: Mapping[Term, int]) -> Iterable[Term]:
    """The terms without those that stand on the same word for the same queue, but weigh less."""
    best: dict[tuple[int, str], Term] = {}
    for term, position in found.items():
        other = best.get((position, term.queue))
        if other is None or other.weight < term.weight:
            best[position, term.queue] = term
    return best.values()


def _decide(rules: Rules, evidence: tuple[Evidence, ...]) -> Routing:
    sums = dict.fromkeys(rules.order, 0.0)
    for item in evidence:
        sums[item.queue] += item.weight
    if any(total >= rules.minimum for queue, total in sums.items() if queue not in rules.weak):
        sums = {queue: total for queue, total in sums.items() if queue not in rules.weak}
    ranked = sorted(sums, key=lambda queue: -sums[queue])
    if not ranked or sums[ranked[0]] < rules.minimum:
        return Routing(rules.fallback, _loudest(evidence))
    lead = sums[ranked[0]] - (sums[ranked[1]] if len(ranked) > 1 else 0.0)
    if lead < rules.margin:
        return Routing(rules.fallback, _loudest(evidence))
    return Routing(ranked[0], _loudest(e for e in evidence if e.queue == ranked[0]))


def _loudest(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    return tuple(sorted(evidence, key=lambda e: (-e.weight, e.term)))[:8]


def _words(text: str) -> list[str]:
    folded = fold(text[: MAX_WORDS * 12])
    return [word[:MAX_WORD] for word in _TOKEN.findall(folded)][:MAX_WORDS]


@dataclass(frozen=True, slots=True)
class _Index:
    """Terms by how they are looked up; a phrase stands under the id of each of its patterns."""

    exact: dict[str, list[int]] = field(default_factory=dict)
    prefixes: dict[str, list[int]] = field(default_factory=dict)
    suffixes: dict[str, list[int]] = field(default_factory=dict)
    inner: dict[str, list[int]] = field(default_factory=dict)
    beginnings: dict[str, list[str]] = field(default_factory=dict)
    """The parts in ``inner`` by their first two characters."""
    single: dict[int, list[Term]] = field(default_factory=dict)
    phrases: dict[int, list[tuple[tuple[tuple[int, int], ...], Term]]] = field(default_factory=dict)
    """Under its first pattern: the other patterns, each with how many words may stand before it, and the term."""
    numbers: dict[str, int] = field(default_factory=dict)

    def find(self, words: list[str]) -> dict[Term, int]:
        """Every term that occurs in ``words``, and the number of the word where it first begins."""
        known: dict[str, frozenset[int]] = {}
        hits: list[frozenset[int]] = []
        for word in words:
            if word not in known:
                known[word] = frozenset(self._patterns(word))
            hits.append(known[word])
        found: dict[Term, int] = {}
        for position, patterns in enumerate(hits):
            for pattern in sorted(patterns):
                for term in self.single.get(pattern, ()):
                    found.setdefault(term, position)
                for rest, term in self.phrases.get(pattern, ()):
                    if term not in found and _follows(hits, position, rest):
                        found[term] = position
        return found

    def _patterns(self, word: str) -> Iterable[int]:
        yield from self.exact.get(word, ())
        for end in range(1, len(word) + 1):
            yield from self.prefixes.get(word[:end], ())
            yield from self.suffixes.get(word[end - 1 :], ())
        for start in range(len(word)):
            for part in self.beginnings.get(word[start : start + 2], ()):
                if word.startswith(part, start):
                    yield from self.inner[part]

    def add(self, spelling: str, term: Term) -> None:
        """Enter ``term`` under one folded spelling of it."""
        steps: list[tuple[int, int]] = []
        gap = 0
        for pattern in spelling.split():
            if pattern == "..":
                gap = GAP
                continue
            steps.append((self._number(pattern), gap))
            gap = 0
        first, *rest = steps
        if rest:
            self.phrases.setdefault(first[0], []).append((tuple(rest), term))
        else:
            self.single.setdefault(first[0], []).append(term)

    def _number(self, pattern: str) -> int:
        if pattern not in self.numbers:
            number = self.numbers[pattern] = len(self.numbers)
            if pattern.startswith("*"):
                table = self.inner if pattern.endswith("*") else self.suffixes
            else:
                table = self.prefixes if pattern.endswith("*") else self.exact
            part = pattern.strip("*")
            table.setdefault(part, []).append(number)
            if table is self.inner:
                self.beginnings.setdefault(part[:2], []).append(part)
        return self.numbers[pattern]


def _follows(hits: list[frozenset[int]], position: int, rest: tuple[tuple[int, int], ...]) -> bool:
    for pattern, gap in rest:
        reach = range(position + 1, min(position + 2 + gap, len(hits)))
        position = next((p for p in reach if pattern in hits[p]), -1)
        if position < 0:
            return False
    return True


def _toml(text: str, name: str) -> dict[str, Any]:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{name} is not valid TOML: {error}; correct that line.") from None
    if not isinstance(table.get("queues"), dict):
        raise ConfigurationError(f"{name}: there is no table [queues.…]; add one per queue.")
    return table


class _Loader:
    """Checks a rule file's table and builds the rules from it."""

    def __init__(self, name: str, queues: Collection[str]) -> None:
        self.name = name
        self.queues = queues

    def rules(self, table: Mapping[str, Any]) -> Rules:
        self._known_keys(table, "", {"fallback", "minimum", "margin", "subject_factor", "attachment_factor", "queues"})
        words, senders = _Index(), _Index()
        weak = set()
        for queue, content in table["queues"].items():
            key = f"queues.{queue}"
            self._known_queue(queue, key)
            self._known_keys(self._table(content, key), key, {"weak", "terms", "senders"})
            if self._flag(content, "weak", key):
                weak.add(queue)
            self._enter(content, "terms", key, queue, words)
            self._enter(content, "senders", key, queue, senders)
        fallback = table.get("fallback", "general")
        self._known_queue(fallback, "fallback")
        return Rules(
            fallback=fallback,
            minimum=self._number(table, "minimum", "", 2.0),
            margin=self._number(table, "margin", "", 0.0),
            subject_factor=self._number(table, "subject_factor", "", 1.5),
            attachment_factor=self._number(table, "attachment_factor", "", 0.5),
            weak=frozenset(weak),
            order=tuple(table["queues"]),
            words=words,
            senders=senders,
        )

    def _enter(self, content: Mapping[str, Any], kind: str, key: str, queue: str, index: _Index) -> None:
        groups = content.get(kind, [])
        if not isinstance(groups, list):
            raise self._wrong(f"{key}.{kind}", f"write [[{key}.{kind}]], with two brackets")
        for position, group in enumerate(groups, 1):
            where = f"{key}.{kind} (no. {position})"
            self._known_keys(self._table(group, where), where, {"weight", *LANGUAGES})
            weight = self._number(group, "weight", where, None)
            for code, terms in group.items():
                if code == "weight":
                    continue
                if not isinstance(terms, list) or not all(isinstance(t, str) for t in terms):
                    raise self._wrong(f"{where}.{code}", 'write a list of terms such as ["Blaue Karte", "visum*"]')
                for text in terms:
                    for spelling in self._spellings(text, f"{where}.{code}"):
                        index.add(spelling, Term(_label(text), queue, weight))

    def _spellings(self, text: str, where: str) -> list[str]:
        patterns = text.split()
        for pattern in patterns:
            if pattern != ".." and not _PATTERN.fullmatch(fold(pattern)):
                raise self._wrong(
                    f'{where} "{text}"', "a term is words of letters and digits, with * only at their ends"
                )
        if not patterns or patterns[0] == ".." or patterns[-1] == "..":
            raise self._wrong(f'{where} "{text}"', "a term begins and ends with a word")
        lower = unicodedata.normalize("NFC", text).casefold()
        return list(dict.fromkeys((fold(lower), fold(lower.translate(_UMLAUTS)))))

    def _known_keys(self, table: Mapping[str, Any], where: str, known: Collection[str]) -> None:
        for key in table:
            if key not in known:
                path = f"{where}.{key}" if where else key
                raise self._wrong(path, f"this key is unknown; expected one of {', '.join(sorted(known))}")

    def _known_queue(self, queue: object, where: str) -> None:
        if queue not in self.queues:
            known = ", ".join(sorted(self.queues))
            raise self._wrong(where, f'there is no queue "{queue}" in the configuration; it has {known}')

    def _table(self, value: object, where: str) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            raise self._wrong(where, "expected a table")
        return value

    def _number(self, table: Mapping[str, Any], key: str, where: str, default: float | None) -> float:
        value = table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1000:
            raise self._wrong(f"{where}.{key}" if where else key, "expected a number from 0 to 1000")
        return float(value)

    def _flag(self, table: Mapping[str, Any], key: str, where: str) -> bool:
        value = table.get(key, False)
        if not isinstance(value, bool):
            raise self._wrong(f"{where}.{key}", "expected true or false")
        return value

    def _wrong(self, key: str, remedy: str) -> ConfigurationError:
        return ConfigurationError(f"{self.name}: {key}: {remedy}.")


def _label(text: str) -> str:
    return text.replace("*", "").replace(" .. ", " … ")
