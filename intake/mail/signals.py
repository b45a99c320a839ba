# SPDX-License-Identifier: GPL-3.0-or-later
"""Rule 20, the last signal: does a message without any mark in its header read as if a machine had written it?

About half of all real out-of-office notes, and many bounces and notifications, carry no mark. A single phrase
proves nothing: people who write to an immigration office are on holiday, away, ill, received "an automatic
reply" or found a letter "undeliverable", and they say so. Therefore signals are weighed: each kind counts once,
a question or a wish counts against, and only the sum decides. What is quoted or forwarded is somebody else's
and is cut off first.

Letters are compared without case and without accents. Phrases are few and typical for each language rather
than complete; they stand in ``phrases.py``.
"""

import re
import unicodedata
from dataclasses import dataclass

from intake.mail.phrases import BOUNCES, NOTES, NOTIFICATIONS
from intake.message import Message
from intake.triage.text import own_words

MAX_WORDS = 2_000
"""Characters of the sender's own words that are looked at: a note says what it is at its beginning."""
THRESHOLD = 4
"""Points from which a message counts as a machine's."""


@dataclass(frozen=True, slots=True)
class Signal:
    """What a message reads like, and the kinds of signal that say so (never the text itself)."""

    reason: str
    evidence: str


def reads_automatic(message: Message) -> Signal | None:
    """The first kind of automatic message that the weighed signals add up to; ``None``: a person's."""
    words = folded(own_words(message.text)[:MAX_WORDS])
    subject = folded(message.subject)
    answered = bool(_ANSWER.match(subject))
    for reason, weigh in (("out-of-office", _note), ("bounce-text", _bounce), ("notification", _notification)):
        points = weigh(message, subject, words, answered)
        if sum(points.values()) >= THRESHOLD:
            return Signal(reason, "Signals: " + ", ".join(f"{name} {value:+d}" for name, value in points.items()))
    return None


def folded(text: str) -> str:
    """``text`` in one line, without case, accents and format characters."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c for c in decomposed if unicodedata.category(c) not in ("Mn", "Cf"))
    return " ".join(kept.replace("’", "'").replace("ʼ", "'").replace("ı", "i").split())


_ANSWER = re.compile(
    r"(?:re|aw|antw|sv|vs|odp|ynt|yan|ref|rif|res|r|fwd?|wg|tr|rv|enc|i|pd|vb|doorst|ilt|отв?|ответ|пересл|"
    r"відп|απ|"
    r"σχετ|πρθ|回复|答复|转发|رد|إعادة)\s*(?:\[\d+\])?\s*[::]"
)
_ECHO = re.compile(r".{0,60}\b[a-z]{1,4}-[0-9a-hjkmnp-tv-z]{7}\b")
"""Answers our own acknowledgement: its subject carries a case reference."""
_QUESTION = re.compile(r"[\w)\"'»“ ][??؟](?:\W|$)|[α-ω];|՞|፧")
_WISH = re.compile(
    r"(?:termin|aufenthalt|fiktionsbescheinigung|reisepass|einburgerung|visum|\bvisa\b|blue card|"
    r"appointment|residence|passport|"
    r"citizenship|rendez-vous|titre de sejour|permiso|\bcita\b|permesso|appuntamento|randevu|oturum|wizyt|"
    r"pobyt|програм|"
    r"временн|прожива|гражданств|прийом|захист|паспорт|виз[аыуе]|permis de|programar|titullar|leje qendrimi|"
    r"موعد|اقامه|"
    r"إقامه|جواز|пропис|ραντεβου|αδεια διαμον|tartozkod|idopont|签证|居留|护照|the hen|ho chieu)"
)


_REQUEST = re.compile(
    r"\bich (?:mochte|brauche|benotige|beantrage|bitte|habe eine frage|frage)\b|\bbitte um\b|frage ich|"
    r"bitte (?:schicken|senden|teilen|geben|sagen|bestatigen) sie (?:mir|uns)|konnt?en sie(?! nicht)|"
    r"could you|can you|would you|\bi (?:would like to|need|want to|am writing|really need)\b|please "
    r"(?:send|confirm|let me|advise|help)|pourriez-vous|pouvez-vous|je (?:voudrais|souhaite)|"
    r"podria|quisiera|necesito|\bpuede[ns]? (?:me|us)|gostaria|preciso de|vorrei|potreb|potete|prosze o "
    r"(?:przelozenie|informacje|odpowiedz|termin)|chcialb|va rog sa|as dori|istiyorum|rica ed|alabilir "
    r"miyim|прошу\b|подскажите|хочу|"
    r"хотел|потрібн|скажіть|мне нужн|подскажіть|أريد|أود|ارجو|أرجو|هل |θα ηθελα|παρακαλω (?:να|πειτε)|"
    r"szeretne|kerem (?:segits|irja)|бих искал|може ли|zelim|zelio|molim vas|dua te|deshiroj|لطفا راهنما|"
    r"می ?خواهم|toi muon|xin hoi|请问|我想|እባክ|fadlan"
)


def _against(words: str) -> dict[str, int]:
    """A question, a request, and words about a person's own affairs with the office."""
    points = {}
    if _QUESTION.search(words):
        points["question"] = -3
    if _REQUEST.search(words):
        points["request"] = -2
    if _WISH.search(words):
        points["concern"] = -1
    return points


def _note(message: Message, subject: str, words: str, answered: bool) -> dict[str, int]:
    """An out-of-office note or an automatic reply (RFC 3834 1.1)."""
    points: dict[str, int] = {}
    if title := NOTES.title.match(subject):
        rest = subject[title.end() :]
        points["subject"] = 4 if re.match(r"\s*[::\-–—|(\[]\s*\S|\s+re:", rest) else 4 if not rest.strip(" .!") else 1
    elif NOTES.topic.search(subject) and not answered:
        points["topic"] = 1
    if NOTES.thanks.search(subject):
        points["subject-thanks"] = 2
    if _ECHO.match(subject) or (answered and message.in_reply_to):
        points["echo"] = 1
    beginning = words[:1_200]
    for name, pattern, weight in (
        ("automatic", NOTES.automatic, 3),
        ("away", NOTES.away, 2),
        ("leave", NOTES.leave, 1),
        ("instead", NOTES.instead, 2),
        ("unread", NOTES.unread, 2),
        ("later", NOTES.later, 2),
        ("thanks", NOTES.thanks, 1),
    ):
        if pattern.search(beginning):
            points[name] = weight
    if "unread" in points and "echo" in points:
        points["echo"] = 2
    if set(points) <= {"thanks", "topic", "leave", "echo"}:
        return {}
    return points | _against(words)


_SERVER_NAME = re.compile(
    r"mail(?:er|[ _.-]?(?:delivery|system|server|service|gateway|daemon))|\bsmtp\b|_smtp_|\bndr\b|"
    r"anti-?virus|gateway|"
    r"system[ _.-]?admin|exchange|\bimss\b|postfix|\bmta\b|mailsweeper|mimesweeper|delivery|administrator"
)
_SMTP_REPLY = re.compile(
    r"\b[45]\d\d[ -]#?[45]\.\d{1,3}\.\d{1,3}\b|\b55[0-4]\b.{0,40}(?:unknown|user|mailbox|recipient|relay|no "
    r"such|reject|denied)|"
    r"rcpt to:|(?:error code|remote host said|smtp error|reason):?.{0,30}\b[45]\d\d\b|user unknown|unknown "
    r"user|mailbox unavailable"
)


def _bounce(message: Message, subject: str, words: str, answered: bool) -> dict[str, int]:
    """A delivery failure without the form of one (RFC 3464)."""
    points: dict[str, int] = {}
    if BOUNCES.title.search(subject):
        points["subject"] = 2
    if BOUNCES.text.search(words):
        points["failure"] = 2
    if _SMTP_REPLY.search(words):
        points["smtp"] = 2
    if _SERVER_NAME.search(_sender(message)):
        points["sender"] = 1
    if NOTES.automatic.search(words):
        points["automatic"] = 2
    return points | _against(words) if points else {}


_VERP = re.compile(r"(?:^|[-_.+])(?:bounces?|return|errors?|verp|b)[-_.+=@]|[^=]+=[^=]+\.[a-z]{2,}@")
_FORWARDING = re.compile(r"srs[01][=+-]|prvs=|btv1=|msprvs1=")
_LISTED = re.compile(r"[\w .()/-]{2,30}: +\S")
_LINK = re.compile(r"https?://|www\.")


def _notification(message: Message, subject: str, words: str, answered: bool) -> dict[str, int]:
    """A newsletter, an order, a ticket, a monitor, a receipt: sent by a program to a customer."""
    points: dict[str, int] = {}
    whole = folded(message.text[:20_000])
    sender = _sender(message)
    for name, pattern, text, weight in (
        ("sender", NOTIFICATIONS.sender, sender, 2),
        ("subject", NOTIFICATIONS.title, subject, 2),
        ("service", NOTIFICATIONS.text, whole, 2),
        ("no-reply", NOTIFICATIONS.no_reply, whole, 4),
        ("unsubscribe", NOTIFICATIONS.unsubscribe, whole, 3),
        ("legal", NOTIFICATIONS.legal, whole, 1),
        ("program", NOTIFICATIONS.program, words, 4),
        ("automatic", NOTES.automatic, words, 4),
    ):
        if pattern.search(text):
            points[name] = weight
    links = len(_LINK.findall(message.text[:20_000]))
    if links >= 4:
        points["links"] = 1 + (links >= 10)
    path = (message.return_path or "").lower()
    if _VERP.search(path) and not _FORWARDING.match(path):
        points["return-path"] = 2
    if message.from_html and not any(p.content_type == "text/plain" for p in message.parts) and points:
        points["only-html"] = 1
    if any(p.content_type == "text/calendar" for p in message.parts):
        points["calendar"] = 3
    if _names_itself(message, subject):
        points["brand"] = 2
    if _is_listing(own_words(message.text)):
        points["listing"] = 2
    if not points:
        return {}
    if answered or message.in_reply_to:
        points["answer"] = -3
    against = _against(words)
    # Advertising asks questions too.
    return points | {name: max(value, -2) for name, value in against.items()}


def _names_itself(message: Message, subject: str) -> bool:
    """A word of the sender's name stands in its domain and in the subject: a brand writes "Welcome to Brand"."""
    if not message.from_:
        return False
    domain = folded(message.from_[0].address.rpartition("@")[2])
    words = re.findall(r"[^\W\d_]{4,}", folded(message.from_[0].name)[:200])
    return any(word in domain and word in subject for word in words)


def _is_listing(text: str) -> bool:
    """Mostly lines such as ``Result: Warning``: what a program prints."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return len(lines) >= 3 and sum(bool(_LISTED.match(line)) for line in lines) * 10 >= len(lines) * 6


def _sender(message: Message) -> str:
    """Display names and addresses of From and Sender, folded."""
    people = [*message.from_[:2], *([message.sender] if message.sender else [])]
    return folded(" ".join(f"{p.name} {p.address}" for p in people))
