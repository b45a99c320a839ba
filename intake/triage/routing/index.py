# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds every term of the vocabulary in a text, in one pass over it.

An Aho–Corasick automaton looks at each character once however many terms there are. There is one for each language
(with those that people mix into it), made when a message in it comes: the words of thirty other languages would only be
found to be put aside again. The text is words with one space on each side, so the
space is what tells a whole word from the beginning of one. A term with a star inside ("dozvol* za boravak") is found
by its longest word and then confirmed by the others.

**The longest term wins**: a term found inside the letters of a longer one does not count, so that a "blue card" is no
"card" and a "travel document" no "document".

**Misspellings.** A word of at least eight letters in which no term was found is compared with the German terms of at
least eight letters, and one wrong, missing, added or swapped letter is forgiven: it is the German office words that
people misspell, in every language ("niderlassungserlaubnis"). In other languages one letter too often makes another
word: Russian "napisat" is to write, "zapisat" to book. Candidates come from a table of the terms' first eight letters
with one left out, so the cost does not grow with the vocabulary.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

import ahocorasick

MIXED_IN = frozenset({"de", "en"})
"""People mix the words of these into every language."""

SHORT = 5
"""Letters below which a word means nothing outside its own language."""

SHORTEST = 8
"""Letters that a word and a term must have for a misspelling to be forgiven."""

WORDS_KNOWN = 2_000
"""Long words for which it is remembered what they are close to."""

MAX_FOUND = 2_000
"""Finds in one message that are looked at."""


@dataclass(frozen=True, slots=True)
class Term:
    """One term: how evidence shows it, the concept it stands for, and one folded spelling, with its stars."""

    label: str
    concept: str
    spelling: str
    languages: frozenset[str]

    @property
    def everywhere(self) -> bool:
        """Whether it means something in a text whose language is not known: a short word of most languages does not."""
        long = len(self.spelling.strip("*")) >= SHORT
        return long or not self.spelling.isascii() or not self.languages.isdisjoint(MIXED_IN)


class Found(NamedTuple):
    """A term in a sentence (counted from 0); ``exact`` is false where a misspelling was forgiven."""

    term: Term
    sentence: int
    exact: bool


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A term of several words of which not all are whole: found by its longest word, then confirmed by the others."""

    words: tuple[tuple[str, bool], ...]
    """Each word, and whether it may go on."""
    anchor: int


class Index:
    """The terms, ready to be looked for; immutable, and built anew where it is unpickled."""

    __slots__ = ("_automata", "_close_to", "_deletions", "_forgiven", "_terms")

    def __init__(self, terms: Sequence[Term], forgiven: Collection[str] = ()) -> None:
        """``forgiven``: the concepts whose terms are also found where they are misspelt."""
        self._terms = tuple(terms)
        self._forgiven = frozenset(forgiven)
        self._automata: dict[frozenset[str], Any] = {}
        self._deletions: dict[str, list[tuple[str, Term]]] = {}
        for term in self._terms:
            stem = term.spelling.strip("*")
            if term.concept in self._forgiven and "de" in term.languages and len(stem) >= SHORTEST and stem.isalpha():
                for short in set(_shortened(stem)):
                    self._deletions.setdefault(short, []).append((stem, term))
        # The same long words come in most mails.
        self._close_to = lru_cache(WORDS_KNOWN)(self._look_close)

    def __reduce__(self) -> tuple[Any, ...]:
        return Index, (self._terms, self._forgiven)

    def find(self, sentences: Sequence[str], languages: Collection[str] = ()) -> list[Found]:
        """Every term in ``sentences`` (each word with one space on both sides), the longest ones only.

        ``languages``: which ones' terms; without any, the terms that mean something whatever the language.
        """
        wanted = frozenset(languages)
        text = "\n".join(sentences)
        begins = list(accumulate((len(sentence) + 1 for sentence in sentences), initial=0))
        spans: list[tuple[int, int, int, Term]] = []
        automaton = self._automaton(wanted)
        for last, (length, entries) in automaton.iter(text) if automaton else ():
            start = (last if text[last] == " " else last + 1) - length
            for term, phrase in entries:
                if phrase is None:
                    spans.append((start, -start - length, len(spans), term))
                elif span := _confirmed(phrase, text, start):
                    spans.append((span[0], -span[1], len(spans), term))
            if len(spans) >= MAX_FOUND:
                break
        spans.sort()
        found: list[Found] = []
        starts: list[int] = []
        ends: list[int] = []
        widest = (-1, 1)
        for start, minus_end, _, term in spans:
            if -minus_end > -widest[1]:
                widest = (start, minus_end)
                starts.append(start)
                ends.append(-minus_end)
            elif (start, minus_end) != widest:
                continue  # inside a longer one
            found.append(Found(term, bisect_right(begins, start) - 1, True))
        if self._deletions:
            for match in _LONG_WORD.finditer(text):
                start, end = match.span(1)
                before = bisect_right(starts, end - 1) - 1
                if before >= 0 and ends[before] > start:
                    continue  # a term was found in it
                for term in self._close_to(match[1]):
                    if _speaks(term, wanted):
                        found.append(Found(term, bisect_right(begins, start) - 1, False))
        return found

    def _automaton(self, wanted: frozenset[str]) -> Any:
        """The automaton of some languages' terms, made at the first use; empty where there are none."""
        automaton = self._automata.get(wanted)
        if automaton is None:
            entries: dict[str, list[tuple[Term, _Phrase | None]]] = {}
            for term in self._terms:
                if _speaks(term, wanted):
                    key, phrase = _key(term)
                    entries.setdefault(key, []).append((term, phrase))
            automaton = ahocorasick.Automaton()
            for key, value in entries.items():
                automaton.add_word(key, (len(key) - key.startswith(" ") - key.endswith(" "), tuple(value)))
            if entries:
                automaton.make_automaton()
            self._automata[wanted] = automaton
        return automaton

    def _look_close(self, word: str) -> list[Term]:
        """The terms that ``word`` is with one letter wrong; see the module."""
        close: dict[Term, bool] = {}
        for short in _shortened(word):
            for stem, term in self._deletions.get(short, ()):
                if term not in close:
                    close[term] = _alike(stem, word, beginning=term.spelling.endswith("*"))
        return [term for term, alike in close.items() if alike]


def _speaks(term: Term, wanted: frozenset[str]) -> bool:
    """Whether a term means something in a text in these languages; without any, whatever the language."""
    return not term.languages.isdisjoint(wanted) if wanted else term.everywhere


_LONG_WORD = re.compile(rf" ([^\W\d_]{{{SHORTEST},40}})(?= )")
"""A space in front is found faster than looked back for."""


def _key(term: Term) -> tuple[str, _Phrase | None]:
    """What the automaton looks for, and for a phrase with open words how it is confirmed."""
    left = "" if term.spelling.startswith("*") else " "
    body = term.spelling.strip("*")
    right = "" if term.spelling.endswith("*") else " "
    if "*" not in body:
        return f"{left}{body}{right}", None
    words = tuple((word.rstrip("*"), word.endswith("*")) for word in (body + "*" * (not right)).split())
    anchor = max(range(len(words)), key=lambda i: len(words[i][0]))
    word, goes_on = words[anchor]
    return f" {word}{'' if goes_on else ' '}", _Phrase(words, anchor)


def _confirmed(phrase: _Phrase, text: str, start: int) -> tuple[int, int] | None:
    """From where to where the phrase stands in ``text``, given where its longest word begins."""
    begin = start
    for word, goes_on in phrase.words[phrase.anchor - 1 :: -1] if phrase.anchor else ():
        begin = text.rfind(" ", 0, begin - 1) + 1
        if not text.startswith(word if goes_on else word + " ", begin):
            return None
    end = start + len(phrase.words[phrase.anchor][0])
    for word, goes_on in phrase.words[phrase.anchor + 1 :]:
        begin_next = text.find(" ", end) + 1
        if not begin_next or not text.startswith(word if goes_on else word + " ", begin_next):
            return None
        end = begin_next + len(word)
    return begin, end


def _shortened(word: str) -> list[str]:
    head = word[:SHORTEST]
    return [head, *[head[:i] + head[i + 1 :] for i in range(SHORTEST)]]


def _alike(stem: str, word: str, *, beginning: bool) -> bool:
    """Whether ``word`` (or its beginning) is ``stem`` with one letter wrong, missing, added or swapped."""
    lengths = range(len(stem) - 1, len(stem) + 2) if beginning else (len(word),)
    return any(_one_apart(stem, word[:length]) for length in lengths)


def _one_apart(a: str, b: str) -> bool:
    if abs(len(a) - len(b)) > 1:
        return False
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    a, b = a[start:], b[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
