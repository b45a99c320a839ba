# SPDX-License-Identifier: GPL-3.0-or-later
"""Who would be answered, and which addresses mail can be sent to at all (RFC 5321 4.1.2, RFC 6531).

An acknowledgement goes to From. Reply-To counts only within From's own domain, or behind a configured web form:
elsewhere it would let a stranger choose whom we write to.
"""

import re
import unicodedata

from intake.config import Trust, WebForm
from intake.mail.eligibility.values import Policy
from intake.message import Address, Message


def target_of(message: Message, form: WebForm | None) -> Address | None:
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


def web_form_of(message: Message, trust: Trust, authenticated: bool | None) -> WebForm | None:
    """The configured web form that the message came from; only its authentication proves that."""
    if authenticated is not True or len(message.from_) != 1:
        return None
    sender = message.from_[0].address.lower()
    return next((form for form in trust.web_forms if form.sender.lower() == sender), None)


def is_forwarded(message: Message, policy: Policy) -> bool:
    """Whether the message came through a forwarder that the mailbox trusts."""
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


def is_own(address: str, policy: Policy) -> bool:
    """Whether an address is ours, with or without a plus tag (RFC 5233), however it is spelt."""
    local, _, domain = unicodedata.normalize("NFKC", address).replace("。", ".").lower().rpartition("@")
    local = local.strip('"')
    return bool({f"{local}@{domain}", f"{local.split('+')[0]}@{domain}"} & policy.own_addresses)
