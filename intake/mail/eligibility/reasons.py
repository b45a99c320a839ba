# SPDX-License-Identifier: GPL-3.0-or-later
"""Every reason code of a verdict, in words that a clerk understands, with its rule and where that comes from.

The codes are stable: they stand in the ledger, in reports and in metrics. A test proves that every code that a rule
can give is here, and that none is here that no rule gives.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason code in words that a clerk understands, and where the rule comes from."""

    code: str
    rule: int
    """The rule's number in the list of :mod:`intake.mail.eligibility`; 0 where the message is eligible."""
    english: str
    german: str
    source: str


_TABLE = (
    Reason(
        "eligible",
        0,
        "The message may be acknowledged.",
        "Die Nachricht darf bestätigt werden.",
        "auto-reply policy",
    ),
    Reason(
        "follow-up-eligible",
        0,
        "A follow-up in a known case, some days after the last acknowledgement.",
        "Nachtrag zu einem bekannten Fall, einige Tage nach der letzten Bestätigung.",
        "rule 16",
    ),
    Reason(
        "null-return-path",
        1,
        "It has no return address: a bounce or another automatic message.",
        "Sie hat keine Rücksendeadresse: eine Fehlermeldung oder andere automatische Nachricht.",
        "RFC 3834 2; RFC 5321 4.5.5",
    ),
    Reason(
        "no-target",
        1,
        "It names nobody who could be answered.",
        "Sie nennt niemanden, dem man antworten könnte.",
        "RFC 3834 4",
    ),
    Reason(
        "own-address",
        2,
        "It comes from one of our own addresses.",
        "Sie kommt von einer unserer eigenen Adressen.",
        "RFC 3834 2",
    ),
    Reason(
        "own-responder",
        2,
        "It comes from another automatic responder of the office.",
        "Sie kommt von einer anderen automatischen Antwort des Amtes.",
        "RFC 3834 2",
    ),
    Reason(
        "web-form-unproven",
        2,
        "It says it comes from our web form, but nothing proves it.",
        "Sie gibt an, von unserem Formular zu kommen, aber nichts belegt es.",
        "RFC 8601",
    ),
    Reason(
        "own-loop-token",
        3,
        "Our own mail came back.",
        "Unsere eigene Nachricht kam zurück.",
        "RFC 3834 3.1.8",
    ),
    Reason(
        "own-message-id",
        3,
        "Our own acknowledgement came back.",
        "Unsere eigene Bestätigung kam zurück.",
        "RFC 5322 3.6.4",
    ),
    Reason(
        "not-addressed",
        4,
        "None of our addresses is among its recipients.",
        "Keine unserer Adressen steht unter den Empfängern.",
        "RFC 5230 4.5",
    ),
    Reason(
        "auto-submitted",
        5,
        "It says itself that it was sent automatically.",
        "Sie sagt selbst, dass sie automatisch versendet wurde.",
        "RFC 3834 5",
    ),
    Reason(
        "mailing-list",
        6,
        "It came through a mailing list or is a newsletter.",
        "Sie kam über einen Verteiler oder ist ein Newsletter.",
        "RFC 2369; RFC 2919",
    ),
    Reason(
        "bulk",
        7,
        "It is marked as bulk mail.",
        "Sie ist als Massensendung gekennzeichnet.",
        "RFC 3834 2",
    ),
    Reason(
        "auto-response-suppressed",
        8,
        "Its sender asks for no automatic answers.",
        "Ihr Absender wünscht keine automatischen Antworten.",
        "MS-OXCMAIL 2.1.3.2.20",
    ),
    Reason(
        "responder-mark",
        9,
        "It bears the mark of an automatic sender.",
        "Sie trägt das Kennzeichen eines automatischen Absenders.",
        "practice of helpdesk systems",
    ),
    Reason(
        "report",
        10,
        "It is a delivery report, a read receipt or a similar report.",
        "Sie ist ein Zustellbericht, eine Lesebestätigung oder ein ähnlicher Bericht.",
        "RFC 6522; RFC 8098; RFC 5965",
    ),
    Reason(
        "calendar-reply",
        10,
        "It is a calendar program's answer to an invitation.",
        "Sie ist die Antwort eines Kalenderprogramms auf eine Einladung.",
        "RFC 5546",
    ),
    Reason(
        "spam-flagged",
        11,
        "Our own filter marked it as spam.",
        "Unser eigener Filter hat sie als Spam gekennzeichnet.",
        "configuration",
    ),
    Reason(
        "dmarc-fail",
        11,
        "The sender's address is probably forged.",
        "Die Absenderadresse ist wahrscheinlich gefälscht.",
        "RFC 7489; RFC 8601",
    ),
    Reason(
        "machine-sender",
        13,
        "Nobody reads mail sent to this address.",
        "Unter dieser Adresse liest niemand Nachrichten.",
        "RFC 2142; RFC 5230 4.6",
    ),
    Reason(
        "from-missing",
        14,
        "It has no sender.",
        "Sie hat keinen Absender.",
        "RFC 5322 3.6.2",
    ),
    Reason(
        "from-group",
        14,
        "Its sender is a group, not a person.",
        "Ihr Absender ist eine Gruppe, keine Person.",
        "RFC 6854",
    ),
    Reason(
        "from-several",
        14,
        "It names several senders.",
        "Sie nennt mehrere Absender.",
        "RFC 5322 3.6.2",
    ),
    Reason(
        "from-invalid",
        14,
        "Its sender's address cannot be a mailbox.",
        "Die Absenderadresse kann kein Postfach sein.",
        "RFC 5321 4.1.2",
    ),
    Reason(
        "smtputf8-not-offered",
        14,
        "Our mail relay cannot write to this address.",
        "Unser Mailserver kann an diese Adresse nicht schreiben.",
        "RFC 6531",
    ),
    Reason(
        "already-acknowledged",
        15,
        "This very message was acknowledged before.",
        "Genau diese Nachricht wurde schon bestätigt.",
        "ledger",
    ),
    Reason(
        "follow-up",
        16,
        "It belongs to a case that was acknowledged a few days ago.",
        "Sie gehört zu einem Fall, der vor wenigen Tagen bestätigt wurde.",
        "ledger",
    ),
    Reason(
        "reply-to-staff",
        16,
        "It answers a mail of a clerk.",
        "Sie antwortet auf eine Nachricht aus der Sachbearbeitung.",
        "ledger",
    ),
    Reason(
        "same-text",
        17,
        "The same text came within the last 24 hours.",
        "Derselbe Text kam in den letzten 24 Stunden schon einmal.",
        "ledger",
    ),
    Reason(
        "sender-cap",
        17,
        "This sender got the highest number of acknowledgements for a day.",
        "Dieser Absender hat die Höchstzahl an Bestätigungen für einen Tag erhalten.",
        "configuration",
    ),
    Reason(
        "domain-cap",
        17,
        "This sender's domain got the highest number of acknowledgements for an hour.",
        "Die Domain des Absenders hat die Höchstzahl an Bestätigungen für eine Stunde erhalten.",
        "configuration",
    ),
    Reason(
        "breaker-open",
        17,
        "Acknowledging is paused: far more mail than usual came in.",
        "Das Bestätigen ist angehalten: Es kam weit mehr Post als üblich.",
        "configuration",
    ),
    Reason(
        "held-after-restore",
        17,
        "Acknowledging is held: the ledger was restored from a backup and nobody has confirmed it yet.",
        "Das Bestätigen ist angehalten: Die Datenbank stammt aus einer Sicherung und ist noch nicht freigegeben.",
        "ledger generation",
    ),
    Reason(
        "unreadable",
        0,
        "The message could not be read within its limits; a person has to look at it.",
        "Die Nachricht ließ sich nicht lesen; bitte sieht ein Mensch nach.",
        "quarantine",
    ),
    Reason(
        "target-blocked",
        18,
        "Mail to this address came back as undeliverable.",
        "Post an diese Adresse kam als unzustellbar zurück.",
        "RFC 3463 3.2",
    ),
    Reason(
        "before-first-start",
        19,
        "It was there before the service started.",
        "Sie lag schon vor dem ersten Start des Dienstes da.",
        "ledger",
    ),
    Reason(
        "too-old",
        19,
        "It is too old for an acknowledgement.",
        "Sie ist zu alt für eine Bestätigung.",
        "configuration",
    ),
    Reason(
        "out-of-office",
        20,
        "It reads like an out-of-office note or an automatic reply.",
        "Sie liest sich wie eine Abwesenheitsnotiz oder automatische Antwort.",
        "weighed signals",
    ),
    Reason(
        "bounce-text",
        20,
        "It reads like a delivery failure.",
        "Sie liest sich wie eine Unzustellbarkeitsmeldung.",
        "weighed signals",
    ),
    Reason(
        "notification",
        20,
        "It reads like a newsletter or the notification of a program.",
        "Sie liest sich wie ein Newsletter oder die Mitteilung eines Programms.",
        "weighed signals",
    ),
    Reason(
        "voicemail",
        22,
        "A caller's voicemail: the recording is the case, and there is no address to acknowledge it to.",
        "Eine Sprachnachricht: Die Aufnahme ist der Vorgang, und es gibt keine Adresse für eine Bestätigung.",
        "RFC 3834 4",
    ),
    Reason(
        "voicemail-unproven",
        22,
        "It says it comes from our telephone system, but nothing proves it.",
        "Sie gibt an, von unserer Telefonanlage zu kommen, aber nichts belegt es.",
        "RFC 8601",
    ),
    Reason(
        "acknowledging-off",
        21,
        "Acknowledging is switched off.",
        "Das Bestätigen ist ausgeschaltet.",
        "configuration",
    ),
)
REASONS: dict[str, Reason] = {reason.code: reason for reason in _TABLE}
"""Every reason code that a verdict can carry."""
