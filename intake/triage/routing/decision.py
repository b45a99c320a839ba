# SPDX-License-Identifier: GPL-3.0-or-later
"""The decision: which queue the evidence speaks for.

* A **concept** ("passport", "lost") is found by its words in any language. A **rule** says which concepts together
  speak for a queue, and how loudly: "passport & lost" for travel documents. Concepts in one sentence count in full,
  in neighbouring sentences ``apart`` of it, further away not at all; the subject is a neighbour of every sentence.
* Where something is said matters: the subject, the first sentences and the sentences that ask count more, what comes
  late counts less, so that the main concern decides and the story around it does not.
* For a queue the loudest rule counts in full and each further one ``further`` as much as the one before; a rule whose
  concepts all spoke already adds nothing. So ten faint hints never outweigh one clear word.
* What is said in **yields** (an appointment is wanted, thanks) counts in full only where nothing else is asked.
* The highest sum has the message, if it reaches ``minimum`` and leads by ``margin``; otherwise the ``fallback``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from intake.triage.routing.index import MIXED_IN
from intake.triage.routing.rules import ASKING, Book, Rule, Rules, Settings
from intake.triage.routing.spelling import MAX_CHARACTERS, Sentence, sentences
from intake.triage.routing.values import Decision, Evidence, Routing, Where

EARLY = 2
"""Sentences from the beginning that are early."""

LATE = 8
"""From this sentence on it is late."""

SHOWN = 8
"""Reasons that a routing carries."""


@dataclass(frozen=True, slots=True)
class _Place:
    where: Where
    number: int
    factor: float


_FAMILIES = {
    "hr": ("sr",), "bs": ("sr",), "uk": ("uk", "ru"), "ru": ("ru", "uk"), "ku": ("ku", "tr"), "ps": ("ps", "fa"),
    "ckb": ("ckb", "fa", "ar"), "ti": ("ti", "am"), "ur": ("ur", "hi"), "hi": ("hi", "ur"), "mk": ("mk", "sr"),
}  # fmt: skip
"""Languages whose speakers mix them, or whose words one vocabulary holds; every other language by itself."""

_Said = dict[str, dict[int, tuple[float, str]]]
"""Concept → number of the sentence → how surely it is said there, and with which term."""

_NOWHERE = _Place("text", 0, 0.0)


@dataclass(frozen=True, slots=True)
class _Hit:
    rule: Rule
    evidence: Evidence


def route(
    rules: Rules,
    *,
    subject: str,
    own_words: str,
    sender_domain: str,
    recipients: Sequence[str] = (),
    attachments: Sequence[str] = (),
    language: str | None = None,
) -> Routing:
    """The queue for a message, with evidence. Deterministic; any text is an answer, never an error.

    ``language`` is the code of the message's language where it is known.
    """
    book = rules.book
    places, texts = _places(book, subject, own_words, attachments)
    spoken = (*_FAMILIES.get(language, (language,)), *MIXED_IN) if language else ()
    said: _Said = {}
    for term, number, exact in book.index.find([text.words for text in texts], spoken):
        quality = 1.0 if exact else book.settings.misspelt
        spots = said.setdefault(term.concept, {})
        if number not in spots or spots[number][0] < quality:
            spots[number] = (quality, term.label)
    asking = said.get(ASKING, {})
    factors = [
        place.factor * (book.settings.question if place.where == "text" and (text.asks or i in asking) else 1.0)
        for i, (place, text) in enumerate(zip(places, texts, strict=True))
    ]
    hits = [
        hit
        for concept in sorted(said)
        for rule in book.rules.get(concept, ())
        if all(c in said for c in rule.concepts) and (hit := _hit(rule, said, places, factors, book.settings))
    ]
    return _decide(book.settings, hits, _structure(book, subject, own_words, sender_domain, recipients))


def _places(
    book: Book, subject: str, own_words: str, attachments: Sequence[str]
) -> tuple[list[_Place], list[Sentence]]:
    """Every sentence with where it stands: subject first, a gap before attachments so that they have no neighbour."""
    settings = book.settings
    places: list[_Place] = []
    texts: list[Sentence] = []

    def add(where: Where, factor: float, found: Iterable[Sentence], *, numbered: bool = False) -> None:
        for number, sentence in enumerate(found, 1):
            by_position = 1.0
            if numbered:
                by_position = settings.early if number <= EARLY else settings.late if number >= LATE else 1.0
            places.append(_Place(where, number if numbered else 0, factor * by_position))
            texts.append(sentence)

    # The subject is always number 0, so that neighbourhood is simple; empty where there is none.
    subject_words = " ".join(s.words.strip() for s in sentences(subject))
    add("subject", settings.subject, (Sentence(f" {subject_words} ", asks=False),))
    text = own_words[:MAX_CHARACTERS]
    if book.fields is not None:
        chosen = [line.partition(":")[2] for line in book.fields.findall(text)[:5]]
        add("form", settings.form, (s for line in chosen for s in sentences(line)))
        if chosen:
            text = book.fields.sub("", text)
    add("text", 1.0, sentences(text), numbered=True)
    places.append(_NOWHERE)
    texts.append(Sentence("  ", asks=False))
    names = "\n".join(name.replace("_", " ").replace("-", " ") for name in attachments[:20])
    add("attachment", settings.attachment, sentences(names[:2_000]))
    return places, texts


def _hit(
    rule: Rule, said: _Said, places: Sequence[_Place], factors: Sequence[float], settings: Settings
) -> _Hit | None:
    """The rule with the evidence for it, if its concepts stand near enough to each other."""
    spots = [said[concept] for concept in rule.concepts]
    best, at, chosen = 0.0, 0, [0]
    for i, (quality, _) in spots[0].items():
        for other in spots[1:]:
            if i not in other:
                break
            quality = min(quality, other[i][0])
        else:
            if quality * factors[i] > best:
                best, at, chosen = quality * factors[i], i, [i] * len(spots)
    if not best and len(spots) > 1:
        for i in sorted({i for spot in spots for i in spot}):
            near = [_nearest(spot, i) for spot in spots]
            if -1 not in near:
                strength = settings.apart * max(factors[n] for n in near)
                strength *= min(spot[n][0] for spot, n in zip(spots, near, strict=True))
                if strength > best:
                    best, at, chosen = strength, i, near
    if not best:
        return None
    words = dict.fromkeys(spot[n][1] for spot, n in zip(spots, chosen, strict=True))
    place = places[at]
    weight = round(rule.weight * best, 2)
    return _Hit(rule, Evidence(" + ".join(words), place.where, rule.queue, weight, place.number))


def _nearest(spot: dict[int, tuple[float, str]], i: int) -> int:
    """A sentence of ``spot`` that is ``i``, beside it, or the subject; -1 if there is none."""
    if i in spot:
        return i
    if i - 1 in spot:
        return i - 1
    return i + 1 if i + 1 in spot else 0 if 0 in spot else -1


def _structure(
    book: Book, subject: str, own_words: str, sender_domain: str, recipients: Sequence[str]
) -> list[Evidence]:
    """What the form of the message says, at most one reason of each kind for a queue."""
    found: dict[tuple[Where, str], Evidence] = {}
    kinds: tuple[tuple[Where, tuple[str, ...]], ...] = (
        ("sender", (sender_domain.lower().rstrip("."),)),
        ("recipient", tuple(r.lower() for r in recipients[:50])),
        ("number", (subject, own_words[:MAX_CHARACTERS])),
    )
    signs = {"sender": book.senders, "recipient": book.recipients, "number": book.numbers}
    for where, texts in kinds:
        for sign in signs[where].found(texts):
            other = found.get((where, sign.queue))
            if other is None or other.weight < sign.weight:
                found[where, sign.queue] = Evidence(sign.label, where, sign.queue, sign.weight)
    return list(found.values())


def _decide(settings: Settings, hits: list[_Hit], structure: list[Evidence]) -> Routing:
    firm: dict[str, list[Evidence]] = {}
    weak: dict[str, list[Evidence]] = {}
    spoken: dict[str, set[str]] = {}
    for item in structure:
        firm.setdefault(item.queue, []).append(item)
    for hit in sorted(hits, key=lambda h: (-h.evidence.weight, -len(h.rule.concepts), h.rule.concepts)):
        covered = spoken.setdefault(hit.rule.queue, set())
        if hit.evidence.weight < 0 or not covered.issuperset(hit.rule.concepts):
            covered.update(hit.rule.concepts)
            (weak if hit.rule.yielding else firm).setdefault(hit.rule.queue, []).append(hit.evidence)
    firm_sums = {queue: _sum(items, settings.further) for queue, items in firm.items()}
    sums, by_weak = dict(firm_sums), set()
    for queue, items in weak.items():
        alone = all(total < settings.minimum for other, total in firm_sums.items() if other != queue)
        together = _sum([*firm.get(queue, ()), *items], settings.further)
        gain = together - firm_sums.get(queue, 0.0)
        sums[queue] = firm_sums.get(queue, 0.0) + gain * (1.0 if alone else settings.yielding)
        if alone and firm_sums.get(queue, 0.0) < settings.minimum:
            by_weak.add(queue)
    ranking = tuple(sorted(((q, round(s, 2)) for q, s in sums.items()), key=lambda pair: (-pair[1], pair[0])))
    everything = [e for items in (*firm.values(), *weak.values()) for e in items]
    second = _loudest(e for e in everything if len(ranking) > 1 and e.queue == ranking[1][0])
    if not ranking or ranking[0][1] < settings.minimum:
        return Routing(settings.fallback, _loudest(everything), ranking, "too little", second)
    first, total = ranking[0]
    if len(ranking) > 1 and total - ranking[1][1] < settings.margin:
        return Routing(settings.fallback, _loudest(everything), ranking, "too close", second)
    decision: Decision = "nothing else asked" if first in by_weak else "clear"
    return Routing(first, _loudest(e for e in everything if e.queue == first), ranking, decision, second)


def _sum(items: Iterable[Evidence], further: float) -> float:
    total, share = 0.0, 1.0
    for weight in sorted((e.weight for e in items), reverse=True):
        total += weight if weight < 0 else weight * share
        share *= further
    return total


def _loudest(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    return tuple(sorted(evidence, key=lambda e: (-e.weight, e.term, e.queue)))[:SHOWN]
