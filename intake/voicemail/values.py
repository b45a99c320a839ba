# SPDX-License-Identifier: GPL-3.0-or-later
"""What the parts of voicemail hand to each other: a recording as it came, and what was understood of it.

In order: a way in makes a :class:`Recording`; ``listener.Listener.understand(recording, known)`` makes an
:class:`Understood` of it; with the case's reference, ``staff_message.compose`` makes the message for staff.
"""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

State = Literal["not-yet", "heard", "partly", "no-model", "nothing-heard", "unreadable", "failed"]
"""How a recording was understood, for the column ``recordings.transcript``. ``not-yet``: nobody listened so far.
``heard``: there is a transcript; ``partly``: there is one, but something is missing (the file is damaged or too long,
much of it is unsure). ``no-model``: nothing here understands the language. ``nothing-heard``: silence, noise, tones,
music. ``unreadable``: no sound could be had from the file. ``failed``: the recogniser broke down over it each time."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A whole recording, as a way in hands it over; the fields of the same names are those of :class:`Recording`."""

    source: str
    name: str
    data: bytes
    left_at: dt.datetime
    caller: str = ""
    mailbox: str = ""
    language: str = ""
    identity: str = ""
    """What the telephone system itself tells its recordings apart by; empty if it does not."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One voicemail as the telephone system left it. What is not known is empty."""

    source: str
    """The configured name of the spool, or the address of the telephone system that sent it by e-mail."""
    name: str
    """What it is called there: ``default/100/INBOX/msg0003.wav``, or the file name of the attachment."""
    file: Path
    """Our private copy; its suffix is that of the original, in lower case."""
    left_at: dt.datetime
    """When the caller left it; aware."""
    caller: str
    """The number as given, without control characters; empty if it is withheld or unknown."""
    mailbox: str
    """Of the telephone system, such as ``100@default``."""
    language: str
    """What the caller chose in the menu: a code of :mod:`intake.languages`."""


@dataclass(frozen=True, slots=True)
class KnownCaller:
    """What the ledger knows about the caller."""

    language_before: str = ""
    """The language of their latest case."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the transcript as staff read it: normalised, with the blanks between it and the next."""

    text: str
    unsure: bool
    original: str = ""
    """What was heard, where ``text`` differs from it ("null sieben eins vier" → "0714")."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What was understood of a recording; every field is fit for a recording of which nothing was."""

    state: State
    language: str
    """A code of :mod:`intake.languages`, or ``und``."""
    confidence: str
    """``sure``, ``likely``, ``unsure``."""
    queue: str
    """An id of the configuration; ``general`` where nothing speaks for another."""
    evidence: tuple[str, ...]
    """Why this language and this queue, in English, for the ledger: no number of a caller, no sentence of theirs."""
    reasons: tuple[str, ...]
    """The same for staff, in German; lives in the message only."""
    references: tuple[str, ...]
    """Case references said or spelled, in their normal form (:func:`intake.cases.reference.find`)."""
    seconds: float | None
    """Of sound, measured; ``None`` where there is none."""
    pieces: tuple[Piece, ...]
    """The transcript."""
    problem: str
    """What is wrong with the sound, in German, for staff; empty if nothing is."""
    sound: bytes
    """The attachment: sound that every mail program plays, or the file as it came where it is unreadable."""
    sound_name: str
    """Its file name, such as ``nachricht.wav``."""
    sound_type: str
    """Its content type, such as ``audio/x-wav``."""
