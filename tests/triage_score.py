# SPDX-License-Identifier: GPL-3.0-or-later
"""How well triage does on our own texts: ``python -m tests.triage_score`` prints it, unit tests set floors.

``--language`` or ``--queue`` prints one half; ``--ablation`` the same with one part after the other switched off;
``--mistakes`` every mistake as well. Files are names in ``tests/data/triage``; without any, all of them. Three forms
of files are read: a table a language and a queue, a table a language and a part ("tuned", "aside"), and lists of
``[[mail]]``.
"""

import argparse
import functools
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from intake.triage import LanguageGuess, Routing, Rules, detect, own_words, route

DATA = Path(__file__).parent / "data" / "triage"
QUEUES = (
    "appointments", "residence-permit", "work-study", "family", "naturalisation", "asylum", "ukraine",
    "visa-invitation", "travel-documents", "lawyers-authorities", "complaints", "general", "system", "suspicious",
)  # fmt: skip
SERBO_CROATIAN = frozenset({"sr", "hr", "bs"})
_WITHOUT_LANGUAGE = ("wrapped", "wrappers", "implicit")
"""Files that other tests read: what mail programs put around words, and mails for queues only."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One text of the sets, and what it is. ``queue`` is empty where only the language is known."""

    part: str
    """The file, and the kind of text or the part of the set: "short/aside"."""
    text: str
    language: str
    queue: str = ""
    also: tuple[str, ...] = ()
    subject: str = ""
    sender_domain: str = "example.org"
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """One text of the sets, what it is, and what triage made of it."""

    sample: Sample
    guess: LanguageGuess
    routing: Routing

    @property
    def text(self) -> str:
        return self.sample.text

    @property
    def language(self) -> str:
        return self.sample.language

    @property
    def queue(self) -> str:
        return self.sample.queue

    @property
    def right_language(self) -> bool:
        return same_language(self.guess.code, self.language)

    @property
    def wrong_third(self) -> bool:
        """The answer, or the best guess beside German and English, is in a language that is not the person's."""
        return self.guess.code not in ("de", "en", "und") and not self.right_language


def same_language(code: str, other: str) -> bool:
    """Whether a reader of one understands the other: Serbian, Croatian and Bosnian are one."""
    return code == other or {code, other} <= SERBO_CROATIAN


def samples(name: str) -> list[Sample]:
    """The texts of one file."""
    table = tomllib.loads((DATA / name).read_text("utf-8"))
    stem = name.removesuffix(".toml")
    if "mail" in table:
        return [
            Sample(
                f"{stem}/{mail.get('kind', 'mail')}",
                mail["text"],
                mail["language"],
                mail.get("queue", ""),
                tuple(mail.get("also", ())),
                mail.get("subject", ""),
                mail.get("sender_domain", "example.org"),
                tuple(mail.get("attachments", ())),
            )
            for mail in table["mail"]
        ]
    return [
        Sample(f"{stem}/{key}", text, language)
        if key in ("tuned", "aside")
        else Sample(stem, text, language, key, sender_domain="example.org")
        for language, by_key in table.items()
        for key, texts in by_key.items()
        for text in texts
    ]


def names() -> list[str]:
    """All files with texts whose language is known."""
    return sorted(path.name for path in DATA.glob("*.toml") if path.stem not in _WITHOUT_LANGUAGE)


@functools.cache
def rules() -> Rules:
    """The shipped routing rules."""
    return Rules.shipped(QUEUES)


def judge(name: str = "mails.toml") -> list[Judged]:
    """Every text of one file, judged."""
    return [judged(sample) for sample in samples(name)]


def judged(sample: Sample) -> Judged:
    """One text, judged."""
    own = own_words(sample.text)
    return Judged(
        sample,
        detect(own, subject=sample.subject),
        route(
            rules(),
            subject=sample.subject,
            own_words=own,
            sender_domain=sample.sender_domain,
            attachments=sample.attachments,
        ),
    )


def macro(judged: Sequence[Judged]) -> float:
    """Language accuracy, averaged over languages so that rare ones count as much as German."""
    languages = {j.language for j in judged}
    shares = [
        sum(j.right_language for j in judged if j.language == language) / sum(j.language == language for j in judged)
        for language in languages
    ]
    return sum(shares) / len(shares)


def share(count: int, judged: Sequence[Judged]) -> float:
    """``count`` as a share of the set, 0 to 1."""
    return count / len(judged)


def main(arguments: Sequence[str]) -> None:
    """Print the figures."""
    from tests import triage_language_score, triage_queue_score

    parser = argparse.ArgumentParser(prog="python -m tests.triage_score", description=__doc__)
    parser.add_argument("--language", action="store_true", help="only the language")
    parser.add_argument("--queue", action="store_true", help="only the queue")
    parser.add_argument("--ablation", action="store_true", help="one part after the other switched off")
    parser.add_argument("--mistakes", action="store_true", help="every mistake")
    parser.add_argument("files", nargs="*", help="names in tests/data/triage")
    options = parser.parse_args(arguments)
    files = options.files or names()
    if not options.queue:
        lines = triage_language_score.ablation(files) if options.ablation else None
        for line in lines or triage_language_score.report(files, options.mistakes):
            sys.stdout.write(f"{line}\n")
    if not options.language:
        lines = triage_queue_score.ablation(files) if options.ablation else None
        for line in lines or triage_queue_score.report(files, options.mistakes):
            sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
