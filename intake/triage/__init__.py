# SPDX-License-Identifier: GPL-3.0-or-later
"""What a message is about: the person's own words, the language to answer in, and the queue, with evidence.

Pure and deterministic: the same message gives the same triage, on any thread and in any process. It judges by
what the person wrote now; only where that says nothing do the subject, and then headers and history, speak.
"""

from collections.abc import Callable
from dataclasses import dataclass

from intake.languages import UNDETERMINED
from intake.message import Message
from intake.triage.classifier import Classifier
from intake.triage.language import LanguageGuess, detect, warm_up
from intake.triage.routing import Evidence, Routing, Rules, route
from intake.triage.text import first_paragraph, own_words

__all__ = [
    "Classifier",
    "Evidence",
    "LanguageGuess",
    "Routing",
    "Rules",
    "Triage",
    "detect",
    "first_paragraph",
    "own_words",
    "route",
    "triage",
    "warm_up",
]


@dataclass(frozen=True, slots=True)
class Triage:
    """What a message is about."""

    language: LanguageGuess
    queue: Routing


def triage(
    message: Message,
    own_words: str,
    rules: Rules,
    *,
    hints: tuple[str, ...] = (),
    detector: Callable[..., LanguageGuess] = detect,
    classifier: Classifier | None = None,
) -> Triage:
    """Language and queue of ``message``. ``hints`` are language codes known otherwise, such as an earlier case's.

    ``detector`` stands for :func:`detect` where the caller wants to measure it; ``classifier`` is asked where the rules
    have no answer.

    Reads ``subject``, ``from_``, ``recipients``, the file names and the header Content-Language; never raises.
    """
    declared = tuple(code.strip() for value in message.all("Content-Language") for code in value[:100].split(","))
    language = detector(own_words, subject=message.subject, hints=(*hints, *declared))
    known = language.confidence != "unsure" and language.code != UNDETERMINED
    queue = route(
        rules,
        subject=message.subject,
        own_words=own_words,
        sender_domain=message.from_[0].address.rpartition("@")[2] if message.from_ else "",
        recipients=message.recipients,
        attachments=tuple(part.filename for part in message.parts if part.filename),
        language=language.code if known else None,
    )
    if classifier is not None:
        queue = classifier.decide(queue, subject=message.subject, own_words=own_words, margin=rules.settings.margin)
    return Triage(language=language, queue=queue)
