# SPDX-License-Identifier: GPL-3.0-or-later
"""Is the service really working? The watchdog is fed by what the parts achieve, not by a timer.

Each part counts its steps: a mailbox the octets that its server sends and the rounds, messages and failed sessions it
has behind it; the outbox its drains and mails. A part that has not moved for its limit hangs, and then nobody feeds
the watchdog any more. It is fed from the scheduler, right after the ledger has committed a transaction or said why it
could not: so a hung event loop, a hung ledger thread and a hung scheduler stop it by themselves.

A server that is down is no hang: connecting to it fails, and a failed session is a step. The limit is long (half an
hour and more) because one slow mailbox must not restart all the others; staff are told of a mailbox
that brings nothing long before (``nothing_fetched_minutes``).
"""

from collections.abc import Callable
from dataclasses import dataclass

STALL_SECONDS = 1800.0
"""How long a part may stand still beyond its own period: longer than any time limit of IMAP and SMTP
(ten minutes after a mail's final dot, RFC 5321 4.5.3.2.6)."""


@dataclass(frozen=True, slots=True)
class _Part:
    steps: Callable[[], int]
    limit: float


class Watchdog:
    """Watches parts. ``monotonic`` gives seconds that no change of the clock disturbs."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._parts: dict[str, _Part] = {}
        self._moved: dict[str, tuple[int, float]] = {}

    def watch(self, name: str, steps: Callable[[], int], period: float) -> None:
        """Watch a part whose ``steps`` change whenever it does something, at least every ``period`` seconds."""
        self._parts[name] = _Part(steps, period + STALL_SECONDS)
        self._moved[name] = (steps(), self._monotonic())

    def stalled(self) -> list[str]:
        """The parts that hang."""
        now = self._monotonic()
        found = []
        for name, part in self._parts.items():
            steps, since = self._moved[name]
            if part.steps() != steps:
                self._moved[name] = (part.steps(), now)
            elif now - since > part.limit:
                found.append(name)
        return found
