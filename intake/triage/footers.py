# SPDX-License-Identifier: GPL-3.0-or-later
"""What programs and firms add to a person's words wherever they stand: "sent from my …", disclaimers, banners.

A footer is a short line with a device or a program and a word for sending ("Von meinem iPhone gesendet"). Disclaimers
and banners are whole paragraphs with a telling phrase.
"""

import functools
import re

from intake.patterns import Pattern, compile_all
from intake.triage.quoting import MAX_LINE, tables

MAX_FOOTER = 120
"""Characters of a footer's line; longer lines with a telephone in them are a person's."""

DISCLAIMER = Pattern(
    r"diese (?:e-?mail|nachricht)[^.]{0,60}(?:enthält|ist) (?:vertraulich|ausschließlich|möglicherweise vertraulich)|"
    r"diese e-?mail (?:enthält|kann) |vertrauliche und/oder rechtlich geschützte|nicht der richtige adressat|"
    r"der inhalt dieser e-?mail|irrtümlich erhalten|datenschutzhinweise? (?:finden sie|nach art)|"
    r"bitte prüfen sie,? ob diese (?:e-?mail|mail)|denken sie an die umwelt|der umwelt zuliebe|"
    r"this (?:e-?mail|message)[^.]{0,80}(?:confidential|intended (?:only|solely))|intended recipient|"
    r"(?:received|sent to you) (?:it |this (?:e-?mail|message) )?in error|privileged and(?:/or)? confidential|"
    r"confidentiality notice|consider the environment before|virus-?free|virenfrei|auf viren geprüft|"
    r"checked for viruses|avast|ce (?:message|courriel)[^.]{0,60}confidentiel|"
    r"este (?:mensaje|correo|mensagem|e-?mail)[^.]{0,60}confidencia|"
    r"questo messaggio[^.]{0,60}(?:confidenzial|riservat)|bu e-?posta[^.]{0,80}gizli|"
    r"(?:ця|это) (?:електронн|электронн|сообщени|повідомленн)[^.]{0,80}(?:конфіденц|конфиденц)|"
    r"ta wiadomość[^.]{0,80}poufn|acest (?:mesaj|e-?mail)[^.]{0,80}confiden|هذه الرسالة[^.]{0,60}سري|"
    r"email originated from (?:outside|an external)|externe? e-?mail:|"
    r"diese (?:e-?mail|nachricht) (?:kommt|stammt) von (?:außerhalb|extern)|"
    r"you don't often get email from|sie erhalten nicht (?:häufig|oft) e-?mails von|"
    r"вы нечасто получаете|learn why this is important|^\[?(?:extern|external)\]?:?$",
    re.IGNORECASE,
)


def without_footers(paragraphs: list[str]) -> list[str]:
    """``paragraphs`` without disclaimers, banners and footers."""
    kept = []
    for paragraph in paragraphs:
        if DISCLAIMER.search(paragraph[:MAX_LINE]):
            continue
        if devices().search(paragraph):
            paragraph = "\n".join(line for line in paragraph.split("\n") if not is_footer(line)).strip("\n")
        if paragraph.strip():
            kept.append(paragraph)
    return kept


def is_footer(line: str) -> bool:
    """Whether ``line`` is what a telephone or a mail program adds."""
    return len(line) < MAX_FOOTER and devices().search(line) is not None and sent().search(line) is not None


@functools.cache
def devices() -> Pattern:
    """Names of devices and programs."""
    return _beginning_of_words(tables()["footers"]["devices"])


@functools.cache
def sent() -> Pattern:
    """Words for sending and getting."""
    return _beginning_of_words(tables()["footers"]["sent"])


def _beginning_of_words(words: list[str]) -> Pattern:
    latin = "|".join(re.escape(word) for word in words if not "\u4e00" <= word[0] <= "\u9fff")
    others = "|".join(re.escape(word) for word in words if "\u4e00" <= word[0] <= "\u9fff")
    return Pattern(rf"(?:\b|_)(?:{latin})|{others}", re.IGNORECASE)


def warm_up() -> None:
    """Compile the patterns now instead of at the first message."""
    compile_all([DISCLAIMER, devices(), sent()])
