# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rules of eligibility look at (message, configuration, what the ledger knows), and what they say."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from intake.config import Configuration, Trust, WebForm
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
    voicemail_senders: frozenset[str] = frozenset()
    """Rule 22: telephone systems that send voicemail by e-mail, lower case."""
    voicemail_proven: bool = True
    """Rule 22: only a mail that is authenticated is theirs."""
    smtputf8: bool = True
    """Rule 14: the relay offers SMTPUTF8 (RFC 6531)."""

    @classmethod
    def for_mailbox(cls, configuration: Configuration, mailbox_name: str | None, **extra: Any) -> "Policy":
        """The policy of one mailbox; ``None`` or an unknown name: of the office as a whole.

        ``extra`` replaces single fields (``require_addressed=False`` for ``intake explain --any-recipient``).
        """
        mailbox = configuration.mailboxes.get(mailbox_name or "")
        voicemail = configuration.voicemail
        values: dict[str, Any] = {
            "own_addresses": configuration.own_addresses,
            "trust": configuration.trust,
            "require_addressed": mailbox.require_addressed if mailbox else True,
            "voicemail_senders": frozenset(a.lower() for a in voicemail.senders) if voicemail else frozenset(),
            "voicemail_proven": voicemail.senders_proven if voicemail else True,
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
    """A key of :data:`intake.mail.eligibility.REASONS`; ``eligible`` or ``follow-up-eligible`` where ``reply``."""
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
    own_words: str
    """What the sender wrote, without what is quoted."""
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
