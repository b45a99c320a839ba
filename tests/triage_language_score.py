# SPDX-License-Identifier: GPL-3.0-or-later
"""The language half of ``tests.triage_score``: figures by set and by language, confusions, costly errors, ablation."""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from intake.languages import LANGUAGES
from intake.triage import LanguageGuess, evidence, language, own_words
from tests.triage_score import DATA, Sample, same_language, samples

KINDS = ("mail", "wrapped", "short", "romanised")
"""Which have targets of their own: whole mails, the same in what mail programs put around them, texts of one to four
words, and other scripts in Latin letters."""

OTHER = (
    "Sehr geehrte Frau Beispiel,\nIhr Antrag liegt uns vor. Bitte senden Sie die fehlenden Unterlagen.\n"
    "Mit freundlichen Grüßen\nAmt Musterstadt"
)
"""What the office wrote before, in German: what must not decide."""


@dataclass(frozen=True, slots=True)
class Guessed:
    """One text and the language that was found."""

    sample: Sample
    guess: LanguageGuess

    @property
    def right(self) -> bool:
        return same_language(self.guess.code, self.sample.language)

    @property
    def costly(self) -> bool:
        """A third language that is not the person's, be it only as the best guess beside German and English."""
        return self.guess.code not in ("de", "en", "und") and not self.right


def kind(sample: Sample) -> str:
    """Which of the kinds a text is."""
    file, _, part = sample.part.partition("/")
    named = (part, file.removeprefix("language_"))
    return next((each for each in KINDS if each in named), "mail")


def wrapped() -> list[Sample]:
    """Mails of every language in what each of the mail programs of ``wrappers.toml`` puts around them."""
    table = tomllib.loads((DATA / "wrappers.toml").read_text("utf-8"))
    wrappers = [wrapper for part in table.values() for wrapper in part.values()]
    quoted = "\n".join(f"> {line}" for line in OTHER.split("\n"))
    mails = [sample for sample in samples("mails.toml") if len(sample.text) >= 40]
    return [
        Sample(
            "wrapped",
            wrapper.replace("{own}", mail.text).replace("{other}", OTHER).replace("{quoted}", quoted),
            mail.language,
        )
        for number, wrapper in enumerate(wrappers)
        for mail in mails[number % 17 :: 17]
    ]


def guessed(texts: Iterable[Sample]) -> list[Guessed]:
    """Every text with the language that is found now."""
    return [Guessed(s, language.detect(own_words(s.text), subject=s.subject)) for s in texts]


def figures(found: Sequence[Guessed]) -> str:
    """Macro accuracy, costly errors, unsure and likely answers, in per cent."""
    by_language: dict[str, list[bool]] = defaultdict(list)
    for one in found:
        by_language[one.sample.language].append(one.right)
    macro = sum(sum(rights) / len(rights) for rights in by_language.values()) / len(by_language)
    costly = sum(one.costly for one in found) / len(found)
    unsure = sum(one.guess.confidence == "unsure" for one in found) / len(found)
    return f"{macro:6.1%} | {costly:5.1%} | {unsure:5.1%}"


def report(files: Sequence[str], mistakes: bool) -> Iterator[str]:
    """The figures of each set and of each kind, the languages that are worst, and the confusions."""
    found = guessed([*(sample for name in files for sample in samples(name)), *wrapped()])
    yield "| texts | n | right (macro) | wrong third language | unsure |\n|---|---|---|---|---|"
    sets: dict[str, list[Guessed]] = defaultdict(list)
    for one in found:
        sets[one.sample.part].append(one)
        sets[f"all {kind(one.sample)}"].append(one)
    for name, members in sorted(sets.items()):
        yield f"| {name} | {len(members)} | {figures(members)} |"
    yield "\nlanguage: right of all; taken for"
    for code in [*LANGUAGES, "und"]:
        ours = [one for one in found if one.sample.language == code]
        if ours:
            others = Counter(one.guess.code for one in ours if not one.right)
            taken = ", ".join(f"{other} {times}" for other, times in others.most_common())
            yield f"{code:4} {sum(one.right for one in ours)}/{len(ours)}  {taken}"
    for one in found:
        if one.costly or (mistakes and not one.right):
            shown = " ".join(one.sample.text.split())[:60]
            yield (
                f"{'costly' if one.costly else 'wrong '} {one.sample.part} {one.sample.language} → {one.guess.code} "
                f"({one.guess.confidence}; {'; '.join(one.guess.evidence)}): {shown!r}"
            )


def _swapped(target: Any, name: str, value: object) -> Callable[[], Any]:
    return lambda: patch.object(target, name, value)


def _unchanged(text: str) -> str:
    return text


@contextmanager
def _raw() -> Iterator[None]:
    with patch.object(language, "first_paragraph", _unchanged), patch(f"{__name__}.own_words", _unchanged):
        yield


ABLATIONS: dict[str, Callable[[], Any]] = {
    "everything": lambda: patch.dict(evidence.SHARES),
    "without words": lambda: patch.dict(evidence.SHARES, {"words": 0.0}),
    "without letters": _swapped(evidence, "letter_evidence", lambda _text, _script: []),
    "without words and letters": lambda: patch.dict(evidence.SHARES, {"words": 0.0, "letters": 0.0}),
    "without the statistical detector": lambda: patch.dict(evidence.SHARES, {"identifier": 0.0}),
    "without words by sound": lambda: patch.dict(evidence.SHARES, {"sound": 0.0}),
    "without shapes of words": lambda: patch.dict(evidence.SHARES, {"shape": 0.0}),
    "without the second opinion": _swapped(language, "second_opinion", lambda _: ""),
    "without requests": _swapped(language.requested, "requested", lambda _: None),
    "without withholding slight guesses": _swapped(language, "SLIGHT", 0.0),
    "all own words instead of the first paragraph": _swapped(language, "first_paragraph", _unchanged),
    "the raw text instead of own words": _raw,
}


def ablation(files: Sequence[str]) -> Iterator[str]:
    """The figures with one detector or rule after the other switched off."""
    texts = [*(sample for name in files for sample in samples(name)), *wrapped()]
    yield "right (macro), wrong third language, unsure\n"
    yield "| | " + " | ".join(KINDS) + " |\n|---|" + "---|" * len(KINDS)
    for name, switched in ABLATIONS.items():
        with switched():
            found = guessed(texts)
        cells = (figures([one for one in found if kind(one.sample) == part]).replace(" | ", ", ") for part in KINDS)
        yield f"| {name} | " + " | ".join(cells) + " |"
