# SPDX-License-Identifier: GPL-3.0-or-later
"""Every error that the service raises on purpose.

Each message says what happened, to which thing, and what to do about it, in one sentence that
an administrator can act on; the command line prints it without a traceback and exits with 1.
Retryable and final failures are different classes, so that no caller has to look at codes.
"""


class IntakeError(Exception):
    """Base of all; its text is fit to be shown to an administrator."""


class ConfigurationError(IntakeError):
    """The configuration, a text or a rule file is wrong; names file, key and remedy."""


class LedgerError(IntakeError):
    """The ledger cannot be opened, is locked by another process, or is of another version."""


class MailboxError(IntakeError):
    """An IMAP server could not be reached, refused, or broke off; the mailbox is tried again."""


class MailboxRefused(MailboxError):
    """The server answered and said no (login, folder, quota, rights); trying at once won't help."""


class SignInError(IntakeError):
    """No token could be had to sign in with, and that may pass; it is asked for again."""


class SignInRefused(SignInError):
    """The token endpoint said no (grant, client, scope): somebody must mend it, asking at once won't help."""


class DeliveryError(IntakeError):
    """An outgoing mail could not be handed to the relay."""


class DeliveryDeferred(DeliveryError):
    """Not now (4xx, network, time-out before the final dot): the outbox tries again."""


class DeliveryUnknown(DeliveryDeferred):
    """The connection was lost after the final dot: perhaps accepted, so retried with the same Message-ID."""


class DeliveryRefused(DeliveryError):
    """Never (5xx): final. ``status`` is the enhanced status code (``5.1.1``) where the relay gave one."""

    def __init__(self, message: str, *, status: str | None = None) -> None:
        super().__init__(message)
        self.status = status


class AudioError(IntakeError):
    """A recording cannot be read, or a sound cannot be made into a prompt; says why."""


class VoiceError(IntakeError):
    """A voice could not say something; names the voice and what happened. Other voices and prompts go on."""


class ListeningError(IntakeError):
    """A recogniser could not hear a sound, or its model cannot be used; names the model's folder and the remedy."""


class AnnouncementError(IntakeError):
    """Announcements cannot be built or published; what is on the line stays as it is."""
