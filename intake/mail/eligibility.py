# SPDX-License-Identifier: GPL-3.0-or-later
"""May this message be answered automatically? One rule per function, in the visible list :data:`RULES`.

A message gets an acknowledgement unless a rule says no. The rules, their numbers and their order:

1. no answer to the null return path (RFC 3834 2, RFC 5321 4.5.5), nor where there is nobody to answer
2. nor to ourselves, nor to another responder of the office (RFC 3834 2: loops)
3. nor to our own mail coming back (RFC 3834 3.1.8)
4. nor to mail that does not name one of our addresses (RFC 5230 4.5; can be switched off)
5. nor to ``Auto-Submitted`` other than ``no`` (RFC 3834 5)
6. nor to a mailing list (RFC 2369, RFC 2919)
7. nor to bulk mail (``Precedence``; RFC 3834 2)
8. nor where automatic answers are declined (``X-Auto-Response-Suppress``, MS-OXCMAIL 2.1.3.2.20)
9. nor to the marks of other responders and machines
10. nor to reports, receipts and calendar replies (RFC 6522, 8098, 5546, 5965)
11. nor to spam and forged senders, as told by our own filter (RFC 8601)
12. a trusted forwarder lifts 5 and 8; a configured and authenticated web form lifts 5, 7, 8 and 13
13. nor to role addresses behind which nobody reads (RFC 2142, RFC 5230 4.6)
14. nor where the sender is not one plain mailbox
20. nor, as the last signal, to what reads like an out-of-office note, a bounce or a notification

15–19 and 21 depend on what the ledger knows: :func:`with_state`. Of each header every instance counts, and
case never matters. Nobody is refused silently: the message is filed with the reason code of :data:`REASONS`.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

from intake.config import Configuration, Limits, Trust, WebForm
from intake.mail.reasons import REASONS as REASONS
from intake.mail.reasons import Reason as Reason
from intake.mail.signals import reads_automatic
from intake.message import Address, Message

Standing = Literal["person", "machine", "suspicious"]

MAX_EVIDENCE = 80
"""Characters of a header shown as evidence."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What the configuration says that the rules need."""

    own_addresses: frozenset[str]
    """Lower case: ours, aliases, monitored ones, other responders of the office (rules 2 and 4)."""
    trust: Trust
    require_addressed: bool = True
    """Rule 4."""
    trusted_forwarders: frozenset[str] = frozenset()
    """Rule 12, lower case."""
    loop_token: str = ""
    """Rule 3: what our own mail carries in X-Loop."""
    message_id_domain: str = ""
    """Rule 3: a Message-ID of ours looks like ``<intake.{32 hex}@{this domain}>``."""
    smtputf8: bool = True
    """Rule 14: the relay offers SMTPUTF8 (RFC 6531)."""

    @classmethod
    def for_mailbox(cls, configuration: Configuration, mailbox_name: str | None, **extra: Any) -> "Policy":
        """The policy of one mailbox; ``None`` or an unknown name: of the office as a whole.

        ``extra`` replaces single fields (``require_addressed=False`` for ``intake explain --any-recipient``).
        """
        mailbox = configuration.mailboxes.get(mailbox_name or "")
        values: dict[str, Any] = {
            "own_addresses": configuration.own_addresses,
            "trust": configuration.trust,
            "require_addressed": mailbox.require_addressed if mailbox else True,
            "trusted_forwarders": frozenset(a.lower() for a in mailbox.trusted_forwarders) if mailbox else frozenset(),
        }
        return cls(**(values | extra))


@dataclass(frozen=True, slots=True)
class State:
    """What the ledger knows about a message (rules 15–19, 21); the defaults are an empty ledger's."""

    acknowledging: bool = True
    """Rule 21: not switched off, not a simulation."""
    already_acknowledged: bool = False
    """Rule 15."""
    same_text: bool = False
    """Rule 17: the same text from the same sender came within the last 24 hours."""
    in_case: bool = False
    """Rule 16: joins a known case."""
    days_since_acknowledged: float | None = None
    """Rule 16: since that case's last acknowledgement; ``None``: it never got one."""
    reply_to_staff: bool = False
    """Rule 16: points at a message of a clerk domain, and at no known case."""
    sender_count_24h: int = 0
    """Rule 17: acknowledgements to this address."""
    domain_count_1h: int = 0
    """Rule 17: acknowledgements to this domain."""
    breaker_open: bool = False
    """Rule 17."""
    target_blocked: bool = False
    """Rule 18."""
    before_first_start: bool = False
    """Rule 19: lay in the mailbox before the service ever ran."""
    age_hours: float = 0.0
    """Rule 19: since the server received it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision about one message, with its reason."""

    reply: bool
    reason: str
    """A key of :data:`REASONS`; ``eligible`` or ``follow-up-eligible`` where ``reply``."""
    target: Address | None
    """To whom an acknowledgement would go, also where there is none; ``None``: nobody usable."""
    standing: Standing
    """A machine's mail is filed under ``system``, a suspicious one under ``suspicious``."""
    authenticated: bool | None
    """DMARC passed, failed, or nobody whom we trust says."""
    evidence: tuple[str, ...] = ()
    """What decided: short, header names and values only, cut at 80 characters."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What every rule looks at."""

    message: Message
    policy: Policy
    target: Address | None
    form: WebForm | None
    """The web form that the message came from, its authentication passed."""
    forwarded: bool
    """Through a forwarder that the mailbox trusts."""
    authenticated: bool | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule's no."""

    reason: str
    standing: Standing
    evidence: tuple[str, ...] = ()


Rule = Callable[[Facts], Refusal | None]


def judge(message: Message, policy: Policy) -> Verdict:
    """Rules 1–14 and 20 in order, without any state; the first that says no decides."""
    authenticated = _authenticated(message, policy.trust)
    form = _web_form(message, policy.trust, authenticated)
    target = _target(message, form)
    facts = Facts(message, policy, target, form, _forwarded(message, policy), authenticated)
    for rule in RULES:
        if refusal := rule(facts):
            return Verdict(False, refusal.reason, target, refusal.standing, authenticated, refusal.evidence)
    return Verdict(True, "eligible", target, "person", authenticated)


def with_state(verdict: Verdict, state: State, limits: Limits) -> Verdict:
    """Rules 15–19 and 21 on top of :func:`judge`; a refusal stays as it is."""
    if not verdict.reply or verdict.target is None:
        return verdict
    domain = verdict.target.address.rpartition("@")[2].lower()
    exempt = domain in {d.lower() for d in limits.exempt_domains}
    answered = state.in_case and state.days_since_acknowledged is not None
    quiet = answered and (state.days_since_acknowledged or 0.0) < limits.quiet_days_in_case
    checks: tuple[tuple[bool, str], ...] = (
        (not state.acknowledging, "acknowledging-off"),
        (state.already_acknowledged, "already-acknowledged"),
        (state.before_first_start, "before-first-start"),
        (state.age_hours > limits.max_age_hours, "too-old"),
        (quiet, "follow-up"),
        (state.reply_to_staff and not state.in_case, "reply-to-staff"),
        (state.same_text, "same-text"),
        (state.target_blocked, "target-blocked"),
        (state.sender_count_24h >= limits.per_sender_per_day, "sender-cap"),
        (state.domain_count_1h >= limits.per_domain_per_hour and not exempt, "domain-cap"),
        (state.breaker_open, "breaker-open"),
    )
    reason = next((code for holds, code in checks if holds), None)
    if reason is None:
        reason = "follow-up-eligible" if answered else "eligible"
    return Verdict(
        reason in ("eligible", "follow-up-eligible"),
        reason,
        verdict.target,
        verdict.standing,
        verdict.authenticated,
        verdict.evidence,
    )


# -- who would be answered -------------------------------------------------------------------


def _target(message: Message, form: WebForm | None) -> Address | None:
    """From; Reply-To only within From's own domain, or behind a configured web form."""
    reply_to = next((a for a in message.reply_to if is_mailbox(a.address)), None)
    if form is not None:
        found = reply_to if form.target.lower() == "reply-to" else _field_address(message.text, form.target)
        return found if found and is_mailbox(found.address) else None
    sender = message.from_[0] if message.from_ else None
    if sender is None or not is_mailbox(sender.address):
        return None
    if reply_to is not None and _domain(reply_to.address) == _domain(sender.address):
        return reply_to
    return sender


def _field_address(text: str, label: str) -> Address | None:
    """The address in the line of a form's mail that begins with ``label``."""
    pattern = rf"^[ \t>*]*{re.escape(label)}[ \t*]*[:=]?\s*(?:mailto:)?<?([^\s<>,;:\"]+@[^\s<>,;:\"]+)"
    match = re.search(pattern, text, re.IGNORECASE | re.MULTILINE)
    return Address("", match[1]) if match else None


def _web_form(message: Message, trust: Trust, authenticated: bool | None) -> WebForm | None:
    if authenticated is not True or len(message.from_) != 1:
        return None
    sender = message.from_[0].address.lower()
    return next((form for form in trust.web_forms if form.sender.lower() == sender), None)


def _forwarded(message: Message, policy: Policy) -> bool:
    if not policy.trusted_forwarders:
        return False
    hops = {message.return_path or "", message.sender.address if message.sender else ""}
    hops |= {v.strip().strip("<>") for n in ("Resent-From", "Resent-Sender") for v in message.all(n)}
    hops |= {a.address for a in message.from_}
    return any(hop.lower() in policy.trusted_forwarders for hop in hops if hop)


_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u00a1-\U0010ffff-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = re.compile(r"[A-Za-z0-9\u00a1-\U0010ffff](?:[A-Za-z0-9\u00a1-\U0010ffff_-]*[A-Za-z0-9\u00a1-\U0010ffff])?")


def is_mailbox(address: str) -> bool:
    """Whether ``address`` is one plain mailbox on the Internet that mail can be sent to (RFC 5321 4.1.2, RFC 6531).

    Stricter than the grammar where it is safer: no quoted local part, no address literal, nothing
    invisible, nothing that another normalisation would turn into another address.
    """
    local, _, domain = address.rpartition("@")
    labels = domain.split(".")
    plain = address.isascii() or (
        all(unicodedata.category(c)[0] in "LMN" for c in address if not c.isascii())
        and unicodedata.normalize("NFKC", domain) == domain
    )
    return (
        plain
        and len(local.encode()) <= 64
        and len(domain) <= 253
        and _LOCAL.fullmatch(local) is not None
        and all(len(label) <= 63 and _LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdigit()
    )


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()


def _own(address: str, policy: Policy) -> bool:
    """Whether an address is ours, with or without a plus tag (RFC 5233), however it is spelt."""
    local, _, domain = unicodedata.normalize("NFKC", address).replace("。", ".").lower().rpartition("@")
    local = local.strip('"')
    return bool({f"{local}@{domain}", f"{local.split('+')[0]}@{domain}"} & policy.own_addresses)


def _shown(name: str, value: str) -> tuple[str, ...]:
    return (f"{name}: {value}"[:MAX_EVIDENCE],)


# -- sender authentication (RFC 8601) --------------------------------------------------------


def _authenticated(message: Message, trust: Trust) -> bool | None:
    """DMARC's result as told by whom we trust: pass, fail, or neither.

    Our server writes its results on top, so only those of the topmost hop that bears a trusted name count:
    a forged one of that name would stand below a Received line.
    """
    results: list[str] = []
    for header in message.headers:
        name = header.name.lower()
        if name == "received" and results:
            break
        if name != "authentication-results":
            continue
        server, methods = _results(header.value)
        if trust.authserv == "topmost-unnamed":
            results += methods if not server else []
            break
        if server in {s.lower() for s in trust.authserv}:
            results += methods or [""]
    dmarc = [m.split("=", 1)[1].strip().split()[0] for m in results if re.match(r"dmarc\s*=\s*\S", m)]
    return {"pass": True, "fail": False}.get(dmarc[0]) if dmarc else None


def _results(value: str) -> tuple[str, list[str]]:
    """The server's name (empty where none is written) and ``method=result …`` clauses, comments removed."""
    kept: list[str] = []
    depth, quoted = 0, False
    for character in value.lower():
        if character == '"' and not depth:
            quoted = not quoted
        elif quoted:
            kept.append("_" if character in ";=" else character)
        elif character == "(":
            depth += 1
        elif character == ")" and depth:
            depth -= 1
        elif not depth:
            kept.append(character)
    clauses = [" ".join(c.split()) for c in "".join(kept).split(";")]
    if "=" in clauses[0]:
        return "", clauses
    return (clauses[0].split() or [""])[0], clauses[1:]


# -- the rules -------------------------------------------------------------------------------


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
    return Refusal("own-address", "person") if _own(address, facts.policy) else None


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
    if not facts.policy.require_addressed or any(_own(a, facts.policy) for a in facts.message.recipients):
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
    signal = reads_automatic(facts.message)
    return Refusal(signal.reason, "machine", (signal.evidence[:MAX_EVIDENCE],)) if signal else None


RULES: tuple[Rule, ...] = (
    null_return_path,
    own_address,
    own_mail_returned,
    not_addressed,
    auto_submitted,
    mailing_list,
    bulk,
    suppressed,
    responder_mark,
    report,
    spam,
    forged,
    machine_sender,
    unusable_sender,
    automatic_text,
)
