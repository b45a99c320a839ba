# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules in force: what was read from the rule files, ready to be asked.

Making them ready takes half a second of a processor. The daemon has two processes, and only the one that reads mail
asks them; so they are made where they are first asked, and travel to another process as the text they were read from.
"""

import functools
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from intake.patterns import Pattern
from intake.triage.routing.files import Pack, office_file, pack_of, shipped_pack
from intake.triage.routing.index import MIXED_IN, SHORT, Index, Term
from intake.triage.routing.spelling import cyrillic, romanised, spellings


@dataclass(frozen=True, slots=True)
class Settings:
    """The numbers of ``[settings]``; what each means stands beside it in ``rules.toml``."""

    fallback: str
    minimum: float
    margin: float
    subject: float
    form: float
    attachment: float
    early: float
    question: float
    late: float
    apart: float
    further: float
    yielding: float
    misspelt: float


@dataclass(frozen=True, slots=True)
class Rule:
    """Concepts that together speak for a queue; a ``yielding`` one counts in full only if nothing else is asked."""

    concepts: tuple[str, ...]
    queue: str
    weight: float
    yielding: bool


@dataclass(frozen=True, slots=True)
class Sign:
    """What speaks for a queue by its form: a sender's domain, a recipient, a file number."""

    label: str
    queue: str
    weight: float
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs of one kind."""

    signs: tuple[Sign, ...]
    any: Pattern | None
    """What tells in one look that there is none; for short texts, where a look costs more than what it looks at."""

    def found(self, texts: Collection[str]) -> Iterator[Sign]:
        """The signs that any of ``texts`` shows."""
        if self.any is not None and not any(self.any.search(text) for text in texts):
            return
        for sign in self.signs:
            if any(sign.pattern.search(text) for text in texts):
                yield sign


@dataclass(frozen=True, slots=True)
class Book:
    """Rules that are ready to be asked."""

    settings: Settings
    index: Index
    rules: dict[str, tuple[Rule, ...]]
    """By the first of their concepts."""
    senders: Signs
    recipients: Signs
    numbers: Signs
    fields: Pattern | None
    """A line of a web form that names the concern; its group is what the person chose."""

    @classmethod
    def of(cls, pack: Pack, queues: Collection[str], *, typos: bool, romanise: bool) -> "Book":
        """The rules in ``pack``; those that speak for a queue that is not among ``queues`` are left out."""
        rules: dict[str, list[Rule]] = {}
        for (queue, concepts), (weight, yielding) in pack.evidence.items():
            if queue in queues and weight:
                ordered = tuple(sorted(concepts))
                rules.setdefault(ordered[0], []).append(Rule(ordered, queue, weight, yielding))
        used = {concept for group in rules.values() for rule in group for concept in rule.concepts} | {ASKING}
        alone = (rule for group in rules.values() for rule in group if len(rule.concepts) == 1)
        clear = {rule.concepts[0] for rule in alone if rule.weight >= CLEAR}
        return cls(
            settings=Settings(**pack.settings),
            index=Index(_terms(pack, used, romanise), clear if typos else ()),
            rules={concept: tuple(group) for concept, group in rules.items()},
            senders=_signs(pack.senders, queues),
            recipients=_signs(pack.recipients, queues),
            numbers=_signs(pack.numbers, queues, together=False),
            fields=pack.fields,
        )


class Rules:
    """The rules of one office; make them with :meth:`read`, :meth:`load` or :meth:`shipped`."""

    def __init__(
        self, pack: Callable[[], Pack], queues: Collection[str], typos: bool = True, romanise: bool = True
    ) -> None:
        """The rules in what ``pack`` answers, without the queues that are not among ``queues``.

        ``typos``: misspellings are forgiven; ``romanise``: terms of other scripts are also found in Latin letters.
        """
        self._made_of = (pack, frozenset(queues), typos, romanise)

    def __reduce__(self) -> tuple[Any, ...]:
        return Rules, self._made_of

    @functools.cached_property
    def book(self) -> Book:
        """What is asked; made at the first use."""
        pack, queues, typos, romanise = self._made_of
        return Book.of(pack(), queues, typos=typos, romanise=romanise)

    def warm_up(self) -> None:
        """Make what is asked now instead of at the first question."""
        _ = self.book

    @property
    def settings(self) -> Settings:
        """The numbers of ``[settings]``."""
        return self.book.settings

    @classmethod
    def shipped(cls, queues: Collection[str]) -> "Rules":
        """The rules that come with the package, without the queues that this office does not have."""
        return cls(shipped_pack, queues)

    @classmethod
    def load(cls, text: str, name: str, queues: Collection[str]) -> "Rules":
        """The rules in the ``text`` of a rule file; ``name`` is the file's name for errors. Raises as :meth:`read`."""
        pack_of(text, name, queues)  # for its mistakes: they are told now
        return cls(functools.partial(pack_of, text, name, frozenset(queues)), queues)

    @classmethod
    def of(cls, pack: Pack, queues: Collection[str], *, typos: bool = True, romanise: bool = True) -> "Rules":
        """The rules in ``pack``, which is not to be changed after."""
        return cls(functools.partial(_same, pack), queues, typos, romanise)

    @classmethod
    def read(cls, file: Path | None, queues: Collection[str]) -> "Rules":
        """The rules in the office's own ``file``, or the shipped ones.

        Raises :class:`intake.errors.ConfigurationError`: one line per mistake, with file, line and remedy.
        """
        return cls.load(office_file(file), str(file), queues) if file else cls.shipped(queues)


def _same(pack: Pack) -> Pack:
    return pack


CLEAR = 3.0
"""What a concept must weigh by itself for a misspelling of its words to be forgiven."""

ASKING = "asking"
"""The concept whose words make a sentence a request."""


def _signs(
    signs: Collection[tuple[str, str, float, Pattern]], queues: Collection[str], *, together: bool = True
) -> Signs:
    own = tuple(Sign(*sign) for sign in signs if sign[1] in queues)
    return Signs(own, Pattern("|".join(f"(?:{sign.pattern.pattern})" for sign in own)) if together and own else None)


def _terms(pack: Pack, used: Collection[str], romanise: bool) -> list[Term]:
    found: dict[tuple[str, str], tuple[str, set[str]]] = {}
    # German and English first: evidence shows a word that several languages list as they write it.
    for (language, concept), words in sorted(pack.vocabulary.items(), key=lambda item: item[0][0] not in MIXED_IN):
        if concept not in used:
            continue
        for word in words:
            label = word.replace("*", "").removeprefix("=")
            starred = pack.stars(language, word)
            written = [*spellings(starred), *(spellings(cyrillic(starred)) if language == "sr" else ())]
            if romanise and not word.isascii():
                written += [latin for s in written if (latin := romanised(s)) and len(latin.strip("*")) >= SHORT]
            for spelling in written:
                found.setdefault((concept, spelling), (label, set()))[1].add(language)
    return [
        Term(label, concept, spelling, frozenset(languages))
        for (concept, spelling), (label, languages) in found.items()
    ]
