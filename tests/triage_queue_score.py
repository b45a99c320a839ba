# SPDX-License-Identifier: GPL-3.0-or-later
"""How well mails find their queue: per language, per queue, what is taken for what, and what that costs.

A queue is right strictly, or acceptable where a mail says that another one would do as well (``also``). A mistake is
**costly** where the mail lands with people who cannot help and nobody looks soon: what belongs to ``asylum``,
``lawyers-authorities`` or ``travel-documents`` (deadlines, detention, a person stranded) and lies elsewhere.
"""

import copy
import functools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from intake.triage import LanguageGuess, Routing, Rules, detect, own_words, route
from intake.triage.routing import files as rule_files
from intake.triage.routing.files import Pack
from tests.triage_score import QUEUES, Sample, samples, share

URGENT = ("asylum", "lawyers-authorities", "travel-documents")


@dataclass(frozen=True, slots=True)
class Routed:
    """One mail, and what routing made of it."""

    sample: Sample
    routing: Routing

    @property
    def language(self) -> str:
        return self.sample.language

    @property
    def right(self) -> bool:
        return self.routing.queue == self.sample.queue

    @property
    def acceptable(self) -> bool:
        return self.right or self.routing.queue in self.sample.also

    @property
    def costly(self) -> bool:
        return self.sample.queue in URGENT and not self.acceptable


def judge(rules: Rules, mails: Iterable[Sample], **without: bool) -> list[Routed]:
    """Every mail, routed; ``without`` names what to leave out (subject, language, structure)."""
    judged = []
    for sample in mails:
        own, guess = _read(sample.text, sample.subject)
        known = guess.confidence != "unsure" and guess.code != "und" and not without.get("language")
        routing = route(
            rules,
            subject="" if without.get("subject") else sample.subject,
            own_words=own,
            sender_domain="" if without.get("structure") else sample.sender_domain,
            attachments=() if without.get("structure") else sample.attachments,
            language=guess.code if known else None,
        )
        judged.append(Routed(sample, routing))
    return judged


@functools.cache
def _read(text: str, subject: str) -> tuple[str, LanguageGuess]:
    own = own_words(text)
    return own, detect(own, subject=subject)


def mails_of(names: Iterable[str]) -> list[Sample]:
    """The texts of some files whose queue is known."""
    return [sample for name in names for sample in samples(name) if sample.queue]


def report(names: Sequence[str], mistakes: bool) -> Iterable[str]:
    """The figures of each file, then of all together, then the mistakes."""
    rules = Rules.shipped(QUEUES)
    everything: list[Routed] = []
    for name in names:
        judged = judge(rules, mails_of([name]))
        if judged:
            everything += judged
            yield f"{name}: {_line(judged)}"
    if not everything:
        return
    yield f"all: {_line(everything)}"
    yield ""
    yield from _table("language", everything, lambda j: j.language)
    yield ""
    yield from _table("queue", everything, lambda j: j.sample.queue)
    yield ""
    yield "taken for (strictly):"
    wrong = Counter((j.sample.queue, j.routing.queue) for j in everything if not j.right)
    for (is_, taken), count in sorted(wrong.items(), key=lambda item: (-item[1], item[0])):
        yield f"  {is_:20} → {taken:20} {count:3}"
    costly = [j for j in everything if j.costly]
    yield f"costly mistakes: {len(costly)} of {sum(j.sample.queue in URGENT for j in everything)}"
    for j in (j for j in everything if not j.acceptable) if mistakes else costly:
        evidence = "; ".join(e.english() for e in j.routing.evidence[:4])
        yield f"  {j.language} {j.sample.queue} → {j.routing.queue} ({evidence}): {j.sample.text[:70]!r}"


def _line(judged: Sequence[Routed]) -> str:
    right, acceptable = (sum(getattr(j, kind) for j in judged) for kind in ("right", "acceptable"))
    return (
        f"{len(judged)} mails, queue {share(right, judged):.1%}, with acceptable ones {share(acceptable, judged):.1%}"
    )


def _table(title: str, judged: Sequence[Routed], key: Callable[[Routed], str]) -> Iterable[str]:
    yield f"{title:20} mails  strict  acceptable"
    for name in sorted({key(j) for j in judged}):
        some = [j for j in judged if key(j) == name]
        right, acceptable = (sum(getattr(j, kind) for j in some) for kind in ("right", "acceptable"))
        yield f"{name:20} {len(some):5}  {share(right, some):6.1%}  {share(acceptable, some):6.1%}"


def ablation(names: Sequence[str]) -> Iterable[str]:
    """The accuracy with one part after the other switched off: a table for ``docs/triage.md``."""
    mails = [m for m in mails_of(names) if m.language != "und"]

    def pack() -> Pack:
        return copy.deepcopy(rule_files.shipped_pack())

    def rules(**settings: float) -> Rules:
        changed = pack()
        changed.settings.update(settings)
        return Rules.of(changed, QUEUES)

    def only(combined: bool) -> Rules:
        changed = pack()
        changed.evidence = {k: v for k, v in changed.evidence.items() if (len(k[1]) > 1) is combined}
        return Rules.of(changed, QUEUES)

    def own_terms() -> list[Routed]:
        judged = []
        for language in sorted({m.language for m in mails}):
            of = "sr" if language in ("hr", "bs") else language
            changed = pack()
            changed.vocabulary = {k: v for k, v in changed.vocabulary.items() if k[0] == of}
            judged += judge(Rules.of(changed, QUEUES), [m for m in mails if m.language == language])
        return judged

    whole = rules()
    bare = replace(pack(), senders=[], recipients=[], numbers=[], fields=None)
    without_structure = Rules.of(bare, QUEUES)
    variants: Mapping[str, Callable[[], list[Routed]]] = {
        "everything": lambda: judge(whole, mails),
        "structural evidence off": lambda: judge(without_structure, mails, structure=True),
        "subject off": lambda: judge(whole, mails, subject=True),
        "misspellings not forgiven": lambda: judge(Rules.of(pack(), QUEUES, typos=False), mails),
        "where it is said does not count": lambda: judge(rules(early=1, question=1, late=1), mails),
        "neighbouring sentences off": lambda: judge(rules(apart=0), mails),
        "romanised forms off": lambda: judge(Rules.of(pack(), QUEUES, romanise=False), mails),
        "the message's language not used": lambda: judge(whole, mails, language=True),
        "combinations off": lambda: judge(only(combined=False), mails),
        "only combinations": lambda: judge(only(combined=True), mails),
        "nothing yields": lambda: judge(rules(yielding=1), mails),
        "each further reason counts in full": lambda: judge(rules(further=1), mails),
        "only the language's own terms": own_terms,
    }
    yield f"{len(mails)} mails of {', '.join(names)}"
    yield "| | strict | acceptable | worst language |"
    yield "|---|---|---|---|"
    for title, variant in variants.items():
        judged = variant()
        right, acceptable = (share(sum(getattr(j, k) for j in judged), judged) for k in ("right", "acceptable"))
        shares = {
            code: sum(j.acceptable for j in some) / len(some)
            for code in {j.language for j in judged}
            for some in ([j for j in judged if j.language == code],)
        }
        worst = min(shares, key=lambda code: (shares[code], code))
        yield f"| {title} | {right:.1%} | {acceptable:.1%} | {worst} {shares[worst]:.0%} |"
