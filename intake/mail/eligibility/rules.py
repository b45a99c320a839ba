# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of eligibility that look at the message alone: 1–14, 20 and 22, one function each.

A rule takes what every rule looks at and says no, with a reason code and what decided, or nothing. Their order and
their meaning together stand in :mod:`intake.mail.eligibility`.
"""

import re
from fnmatch import fnmatchcase

from intake.mail.eligibility.addresses import is_mailbox, is_own
from intake.mail.eligibility.signals import reads_automatic
from intake.mail.eligibility.values import MAX_EVIDENCE, Facts, Refusal
from intake.mail.telephone import spoken


def _shown(name: str, value: str) -> tuple[str, ...]:
    return (f"{name}: {value}"[:MAX_EVIDENCE],)


def voicemail(facts: Facts) -> Refusal | None:
    """22. A recording from a telephone system of ours: the caller has no address (RFC 3834 4), and it is listened to.

    What we send ourselves about a recording has one attached, too: it is no new one. What is forged is rule 11's.
    """
    senders = {address.address.lower() for address in facts.message.from_}
    if not senders & facts.policy.voicemail_senders or facts.authenticated is False or own_mail_returned(facts):
        return None
    recording = spoken(facts.message)
    if recording is None:
        return None
    if facts.authenticated is None and facts.policy.voicemail_proven:
        return Refusal("voicemail-unproven", "person", ("no Authentication-Results that is trusted",))
    return Refusal("voicemail", "machine", (f"recording attached: {recording.kind}"[:MAX_EVIDENCE],))


def null_return_path(facts: Facts) -> Refusal | None:
    """1. Return-Path ``<>``: a bounce or another automatic message (RFC 3834 2, RFC 5321 4.5.5)."""
    if facts.message.return_path == "":
        return Refusal("null-return-path", "machine", ("Return-Path: <>",))
    return None


def own_address(facts: Facts) -> Refusal | None:
    """2. The target is ours, or another responder of the office: two responders would never stop (RFC 3834 2)."""
    if facts.target is None:
        return None
    address = facts.target.address.lower()
    if address in {r.lower() for r in facts.policy.trust.responders}:
        return Refusal("own-responder", "machine")
    if facts.form is None and address in {f.sender.lower() for f in facts.policy.trust.web_forms}:
        return Refusal("web-form-unproven", "person")
    return Refusal("own-address", "person") if is_own(address, facts.policy) else None


def own_mail_returned(facts: Facts) -> Refusal | None:
    """3. Our own loop token, or one of our Message-IDs as its own: our mail came back (RFC 3834 3.1.8)."""
    token, domain = facts.policy.loop_token.lower(), facts.policy.message_id_domain.lower()
    for value in facts.message.all("X-Loop"):
        if token and token in value.lower():
            return Refusal("own-loop-token", "machine", _shown("X-Loop", value))
    identifier = facts.message.message_id
    if domain and re.fullmatch(r"<intake\.[0-9a-f]{32}@" + re.escape(domain) + ">", identifier.lower()):
        return Refusal("own-message-id", "machine", _shown("Message-ID", identifier))
    return None


def not_addressed(facts: Facts) -> Refusal | None:
    """4. None of our addresses among the recipients: a list, a blind copy, a redirection (RFC 5230 4.5)."""
    if not facts.policy.require_addressed or any(is_own(a, facts.policy) for a in facts.message.recipients):
        return None
    return Refusal("not-addressed", "person")


def auto_submitted(facts: Facts) -> Refusal | None:
    """5. ``Auto-Submitted`` with any keyword but ``no`` (RFC 3834 5); comments and parameters ignored."""
    if facts.forwarded or facts.form:
        return None
    for value in facts.message.all("Auto-Submitted"):
        if re.sub(r"\([^()]*\)", " ", value).split(";")[0].strip().lower() not in ("no", ""):
            return Refusal("auto-submitted", "machine", _shown("Auto-Submitted", value))
    return None


_LIST_HEADERS = (
    "List-Id", "List-Help", "List-Subscribe", "List-Unsubscribe", "List-Post", "List-Owner", "List-Archive",
    "List-Unsubscribe-Post", "Mailing-List", "X-Mailing-List", "X-BeenThere", "X-Mailman-Version",
)  # fmt: skip


def mailing_list(facts: Facts) -> Refusal | None:
    """6. Any header of a mailing list or newsletter (RFC 2369, 2919, 8058; the X- ones are older lists')."""
    return _marked(facts, _LIST_HEADERS, "mailing-list")


def bulk(facts: Facts) -> Refusal | None:
    """7. ``Precedence`` bulk, list, junk or auto_reply (RFC 3834 2), or the marks that only bulk mailers write."""
    if facts.form:
        return None
    for name in ("Precedence", "X-Precedence"):
        for value in facts.message.all(name):
            if value.strip().lower().replace("-", "_") in ("bulk", "list", "junk", "auto_reply"):
                return Refusal("bulk", "machine", _shown(name, value))
    return _marked(facts, ("X-CSA-Complaints", "X-Campaign", "X-CampaignID", "X-Campaign-ID"), "bulk")


def suppressed(facts: Facts) -> Refusal | None:
    """8. ``X-Auto-Response-Suppress`` with All, OOF or AutoReply (MS-OXCMAIL 2.1.3.2.20).

    DR, NDR, RN and NRN alone forbid receipts only: Outlook sets them on people's mail.
    """
    if facts.forwarded or facts.form:
        return None
    for value in facts.message.all("X-Auto-Response-Suppress"):
        if {"all", "oof", "autoreply"} & set(re.split(r"[\s,;]+", value.lower())):
            return Refusal("auto-response-suppressed", "machine", _shown("X-Auto-Response-Suppress", value))
    return None


_RESPONDER_HEADERS = (
    "X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Autoresponse", "X-AutoReply-From", "X-Mail-Autoreply",
    "X-Autogenerated", "X-Auto-Generated", "X-FC-MachineGenerated", "X-Loop", "X-No-Loop", "X-No-Ack",
)  # fmt: skip


def responder_mark(facts: Facts) -> Refusal | None:
    """9. The marks that other responders and machines leave, gathered from helpdesk systems."""
    for name, wanted in (
        ("X-Amazon-Mail-Relay-Type", "notification"),
        ("Delivered-To", "autoresponder"),
        ("X-Ack", "no"),
    ):
        for value in facts.message.all(name):
            if value.strip().lower().split("@")[0] == wanted:
                return Refusal("responder-mark", "machine", _shown(name, value))
    return _marked(facts, _RESPONDER_HEADERS, "responder-mark")


def _marked(facts: Facts, names: tuple[str, ...], reason: str) -> Refusal | None:
    wanted = {name.lower() for name in names}
    for header in facts.message.headers:
        if header.name.lower() in wanted and header.value.strip().lower() not in ("no", "false", "0"):
            return Refusal(reason, "machine", _shown(header.name, header.value))
    return None


_REPORTS = frozenset(
    {
        "multipart/report", "message/delivery-status", "message/global-delivery-status", "message/feedback-report",
        "message/disposition-notification", "message/global-disposition-notification", "message/tracking-status",
    }
)  # fmt: skip
_CALENDAR_REPLIES = frozenset({"reply", "counter", "declinecounter", "refresh"})


def report(facts: Facts) -> Refusal | None:
    """10. Delivery reports, read receipts, abuse reports (RFC 6522, 8098, 5965), calendar replies (RFC 5546)."""
    for part in facts.message.parts:
        if part.content_type in _REPORTS:
            return Refusal("report", "machine", _shown("Content-Type", part.content_type))
        if part.content_type == "text/calendar":
            method = dict(part.parameters).get("method", "").lower()
            if method in _CALENDAR_REPLIES:
                return Refusal("calendar-reply", "machine", _shown("Content-Type", f"text/calendar; method={method}"))
    return _marked(facts, ("X-Failed-Recipients",), "report")


def spam(facts: Facts) -> Refusal | None:
    """11a. Our own filter's mark, as configured; below the Received line of our server a stranger wrote it."""
    marks = {(m.name.lower(), m.value.lower()) for m in facts.policy.trust.spam_marks}
    servers = facts.policy.trust.authserv if isinstance(facts.policy.trust.authserv, tuple) else ()
    by_us = re.compile(
        r"\bby\s+(?:[\w-]+\.){0,8}(?:" + "|".join(map(re.escape, servers)) + r")(?![\w.-])", re.IGNORECASE
    )
    for header in facts.message.headers:
        name, value = header.name.lower(), header.value.strip().lower()
        if any(name == n and value.startswith(v) for n, v in marks):
            return Refusal("spam-flagged", "suspicious", _shown(header.name, header.value))
        if servers and name == "received" and by_us.search(header.value[:2000]):
            break
    return None


def forged(facts: Facts) -> Refusal | None:
    """11b. dmarc=fail, told by a server that the configuration trusts (RFC 7489, RFC 8601 7.1)."""
    return (
        Refusal("dmarc-fail", "suspicious", ("Authentication-Results: dmarc=fail",))
        if facts.authenticated is False
        else None
    )


MACHINE_LOCAL_PARTS = (
    "mailer-daemon", "mailerdaemon", "mail-daemon", "maildaemon", "*-maildaemon", "mdaemon", "postmaster",
    "listserv", "listserver", "majordomo", "mailman", "*-request", "owner-*", "bounce*", "*-bounces", "*-bounce",
    "abuse", "root", "daemon", "nobody", "www-data", "cron", "newsletter", "notification", "notifications",
    "autoreply", "autoresponder", "auto-reply", "auto-responder",
)  # fmt: skip
"""Patterns of local parts behind which nobody reads; extended by ``trust.machine_local_parts``."""

NO_REPLY_SPELLINGS = (
    "noreply", "donotreply", "dontreply", "neverreply", "nichtantworten", "keineantwort", "noantwort", "noanswer",
    "nepasrepondre", "noresponder", "noresponda", "nonrispondere", "naoresponda", "naoresponder", "yanitlamayin",
    "nieodpowiadaj", "neodgovarjaj", "nuraspunde",
)  # fmt: skip
"""Looked for anywhere in a local part, after ``-``, ``_`` and ``.`` are taken out."""


def machine_sender(facts: Facts) -> Refusal | None:
    """13. From or the target is a role behind which nobody reads (RFC 2142, RFC 5230 4.6); list configurable."""
    trust = facts.policy.trust
    addresses = [facts.target] if facts.target else []
    if facts.form is None:
        addresses += [a for a in facts.message.from_ if a not in addresses]
    for address in addresses:
        local = (address.address.rpartition("@")[0] or address.address).lower()
        bare = local.split("+")[0]
        if any(fnmatchcase(bare, pattern.lower()) for pattern in trust.machine_local_parts_allowed):
            continue
        patterns = (*MACHINE_LOCAL_PARTS, *(p.lower() for p in trust.machine_local_parts))
        if any(fnmatchcase(bare, p) for p in patterns) or _says_no_reply(local):
            return Refusal("machine-sender", "machine", (f"{bare}@"[:MAX_EVIDENCE],))
    return None


def _says_no_reply(local: str) -> bool:
    compact = re.sub(r"[-_.]", "", local)
    return any(spelling in compact for spelling in NO_REPLY_SPELLINGS)


def unusable_sender(facts: Facts) -> Refusal | None:
    """14. From missing, a group, several without Sender, or no mailbox (RFC 5322 3.6.2); SMTPUTF8 not offered.

    Also rule 1's second half: nobody to answer.
    """
    message = facts.message
    if not message.from_:
        return Refusal("from-group" if message.from_is_group else "from-missing", "suspicious")
    if message.from_is_group:
        return Refusal("from-group", "suspicious")
    if len(message.from_) > 1 and message.sender is None:
        return Refusal("from-several", "suspicious")
    if not is_mailbox(message.from_[0].address):
        return Refusal("from-invalid", "suspicious")
    if facts.target is None:
        return Refusal("no-target", "person")
    if not facts.policy.smtputf8 and not facts.target.address.isascii():
        return Refusal("smtputf8-not-offered", "person")
    return None


def automatic_text(facts: Facts) -> Refusal | None:
    """20. Reads like an out-of-office note, a bounce or a notification: half of them carry no header mark."""
    if facts.form:
        return None
    signal = reads_automatic(facts.message, facts.own_words)
    return Refusal(signal.reason, "machine", (signal.evidence[:MAX_EVIDENCE],)) if signal else None
