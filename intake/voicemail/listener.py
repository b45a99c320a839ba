# SPDX-License-Identifier: GPL-3.0-or-later
"""A recording → everything that staff and the ledger are told of it.

What was heard is written as staff write it (``written``), and goes through the rules that e-mail goes through: people
say and write the same words. Speech has no paragraphs, and some recognisers give no full stops, so where the caller
paused a sentence ends. The sound is made into MP3, which every mail program plays; a file without sound goes along as
it came.
"""

import asyncio
from collections.abc import Sequence
from itertools import zip_longest

from intake.audio.mp3 import mp3
from intake.cases import reference
from intake.config import Settings
from intake.languages import UNDETERMINED
from intake.listening import ListeningLimits, Recogniser
from intake.office import Calendar
from intake.triage.routing import Routing, Rules, route
from intake.voicemail.hearing import UNSURE, Hearing, hear
from intake.voicemail.values import KnownCaller, Piece, Recording, Understood
from intake.voicemail.written import Written, write

PAUSE = 0.7
"""Seconds without a word after which a new sentence begins, where no full stop says so."""
LARGEST_ORIGINAL = 10_000_000
"""Bytes of a file without sound that are attached as they are; what is larger stays at the telephone system."""
REASONS = 3
"""Of routing that are shown."""


class Listener:
    """Understands recordings one after another; the recogniser's process starts with the first one."""

    def __init__(self, settings: Settings, rules: Rules) -> None:
        self._settings = settings
        self._rules = rules
        self._recogniser = _recogniser(settings)
        self._retired: list[Recogniser] = []
        """Those of an older configuration; one of them may still be listening."""

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with the models, a sentence each."""
        return self._recogniser.problems

    def reload(self, settings: Settings, rules: Rules) -> None:
        """Configuration and rules are new, from the next recording on; the process stays if its models do."""
        old, self._settings, self._rules = self._settings, settings, rules
        if _listening(old) != _listening(settings):
            self._retired.append(self._recogniser)
            self._recogniser = _recogniser(settings)

    async def close(self) -> None:
        """End the recogniser's process; the next recording starts it again."""
        while self._retired:
            await self._retired.pop().close()
        await self._recogniser.close()

    async def understand(self, recording: Recording, known: KnownCaller, *, listen: bool = True) -> Understood:
        """Everything about one recording, whatever is in the file. ``listen=False``: without a transcript.

        ListeningError if the recogniser breaks down over it.
        """
        while self._retired:
            await self._retired.pop().close()
        configuration = self._settings.configuration
        heard = await hear(
            recording.file,
            self._recogniser,
            chosen=recording.language,
            before=known.language_before,
            usual=configuration.announcements.menu,
            listen=listen,
        )
        voicemail = configuration.voicemail
        prefix = configuration.service.reference_prefix
        written = await asyncio.to_thread(
            write,
            heard.tokens,
            heard.language,
            prefix=prefix,
            country=voicemail.default_country if voicemail else configuration.office.country,
        )
        routing = self._routed(written, heard)
        english, german = self._reasons(routing)
        at = Calendar(configuration.office).local(recording.left_at)
        sound, suffix, kind = await asyncio.to_thread(_attachment, recording, heard)
        return Understood(
            state=heard.state,
            language=heard.language,
            confidence=heard.confidence,
            queue=routing.queue,
            evidence=(heard.english, *english),
            reasons=(heard.german, *german),
            references=_references(written, prefix),
            seconds=heard.decoded.sound.seconds if heard.decoded else None,
            pieces=pieces(written),
            problem=heard.problem,
            sound=sound,
            sound_name=f"Sprachnachricht-{at:%Y-%m-%d-%H%M}{suffix}",
            sound_type=kind,
        )

    def _routed(self, written: Sequence[Written], heard: Hearing) -> Routing:
        known = heard.confidence != "unsure" and heard.language != UNDETERMINED
        return route(
            self._rules,
            subject="",
            own_words=as_sentences(written),
            sender_domain="",
            language=heard.language if known else None,
        )

    def _reasons(self, routing: Routing) -> tuple[list[str], list[str]]:
        """Why this queue, in English and in German."""
        queues = self._settings.configuration.queues
        shown = routing.evidence[:REASONS]
        english, german = [one.english() for one in shown], [one.german(queues[one.queue].folder) for one in shown]
        if shown and routing.decision in ("too little", "too close"):
            english.append(f"not clear enough → {routing.queue}")
            german.append(f"nicht eindeutig, deshalb {queues[routing.queue].folder}")
        return english, german


def pieces(written: Sequence[Written]) -> tuple[Piece, ...]:
    """The transcript for staff: with the blanks between its words, a line break where the caller paused."""
    return tuple(
        Piece(one.text + _blank(one, after), one.confidence < UNSURE, one.original)
        for one, after in zip_longest(written, written[1:])
    )


def as_sentences(written: Sequence[Written]) -> str:
    """The transcript as text."""
    return "".join(piece.text for piece in pieces(written))


def _blank(one: Written, after: Written | None) -> str:
    if after is None:
        return ""
    return "\n" if after.begin - one.end > PAUSE else " "


def _references(written: Sequence[Written], prefix: str) -> tuple[str, ...]:
    said = [one.text.rstrip(".,;:!?") for one in written if one.kind == "reference"]
    return tuple(dict.fromkeys((*said, *reference.find(prefix, as_sentences(written)))))


def _attachment(recording: Recording, heard: Hearing) -> tuple[bytes, str, str]:
    """The bytes, the suffix and the content type of what is attached."""
    if heard.decoded is not None:
        return mp3(heard.decoded.sound), ".mp3", "audio/mpeg"
    try:
        with recording.file.open("rb") as file:
            data = file.read(LARGEST_ORIGINAL + 1)
    except OSError:
        data = b""
    return (data if len(data) <= LARGEST_ORIGINAL else b""), recording.file.suffix or ".bin", "application/octet-stream"


def _listening(settings: Settings) -> tuple[object, ...]:
    return settings.folder, settings.configuration.listening


def _recogniser(settings: Settings) -> Recogniser:
    wanted = settings.configuration.listening
    limits = ListeningLimits(memory=wanted.memory_mb * 1_000_000)
    return Recogniser(settings.folder / wanted.models if wanted.models else None, limits=limits)
