# SPDX-License-Identifier: GPL-3.0-or-later
"""A telephone system that leaves recordings, in the order of Asterisk's ``app_voicemail``, and mails of five makes.

The recordings are noise that is different for each: what is said in them does not matter here.
"""

import datetime as dt
import io
import json
import os
import wave
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from random import Random

RATE = 8000


def sound(name: str, seconds: float = 0.1) -> bytes:
    """A recording that is the same for the same name, and different from every other."""
    samples = Random(name).randbytes(int(seconds * RATE) * 2)
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples)
    return out.getvalue()


class Asterisk:
    """The spool of one mailbox."""

    def __init__(self, root: Path, mailbox: str = "100", context: str = "default") -> None:
        self.root = root
        self.mailbox = mailbox
        self.context = context
        self.home = root / context / mailbox
        for folder in ("INBOX", "Old", "Urgent", "tmp"):
            (self.home / folder).mkdir(parents=True, exist_ok=True)

    def leave(
        self,
        name: str,
        *,
        folder: str = "INBOX",
        caller: str = '"" <0761 4711>',
        at: dt.datetime,
        category: str = "",
        formats: tuple[str, ...] = ("wav",),
        data: bytes | None = None,
        identity: str | None = None,
        finish: bool = True,
    ) -> Path:
        """Record to ``tmp``, rename the sound, then (with ``finish``) the description; returns the description."""
        number = len(list((self.home / folder).glob("msg*.wav")))
        target = self.home / folder / f"msg{number:04}"
        recorded = self.home / "tmp" / f"rec{Random(name).getrandbits(24):06x}"
        for suffix in formats:
            recorded.with_suffix(f".{suffix}").write_bytes(sound(name) if data is None else data)
        moment = int(at.timestamp())
        known_as = f"{moment}-{Random(name).getrandbits(32):08x}" if identity is None else identity
        lines = [
            ";", "; Message Information file", ";", "[message]", f"origmailbox={self.mailbox}",
            f"context={self.context}", "macrocontext=", "exten=s", "rdnis=unknown", "priority=3",
            "callerchan=PJSIP/trunk-00000001", f"callerid={caller}", f"origdate={at:%a %b %d %r UTC %Y}",
            f"origtime={moment}", f"category={category}", *([f"msg_id={known_as}"] if known_as else []), "flag=",
            "duration=1",
        ]  # fmt: skip
        text = recorded.with_suffix(".txt")
        text.write_text("\n".join(lines) + "\n")
        for suffix in formats:
            recorded.with_suffix(f".{suffix}").rename(target.with_suffix(f".{suffix}"))
        if finish:
            text.rename(target.with_suffix(".txt"))
        return target.with_suffix(".txt")

    def finish(self, name: str, target: Path) -> None:
        """The description of a message that was left without."""
        (self.home / "tmp" / f"rec{Random(name).getrandbits(24):06x}.txt").rename(target)

    def delete(self, number: int, folder: str = "INBOX") -> None:
        """A clerk deletes a message by telephone: those behind it move up, sound first."""
        for path in (self.home / folder).glob(f"msg{number:04}.*"):
            path.unlink()
        self._move_up(number, self.home / folder)

    def _move_up(self, number: int, home: Path) -> None:
        number += 1
        while (home / f"msg{number:04}.txt").exists():
            for path in sorted(home.glob(f"msg{number:04}.*"), key=lambda p: p.suffix == ".txt"):
                path.rename(path.with_name(f"msg{number - 1:04}{path.suffix}"))
            number += 1

    def listen(self, number: int) -> None:
        """A clerk listens by telephone: the message moves to ``Old``, and those behind it move up."""
        count = len(list((self.home / "Old").glob("msg*.txt")))
        for path in sorted((self.home / "INBOX").glob(f"msg{number:04}.*"), key=lambda p: p.suffix == ".txt"):
            path.rename(self.home / "Old" / f"msg{count:04}{path.suffix}")
        self._move_up(number, self.home / "INBOX")


def drop(folder: Path, name: str, facts: dict[str, object] | None = None, data: bytes | None = None) -> Path:
    """A sound in a plain folder, and its JSON file after it."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(sound(name) if data is None else data)
    if facts is not None:
        new = path.with_suffix(".new")
        new.write_text(json.dumps(facts))
        os.replace(new, path.with_suffix(".json"))
    return path


MAKES = {
    "FRITZ!Box": (
        "Nachricht von 0761 4711 auf Anrufbeantworter 1",
        "Ihre Box hat eine Nachricht aufgezeichnet.\n\nDatum: 03.04.26\nUhrzeit: 12:34 Uhr\nRufnummer: 0761 4711\n"
        "Länge: 00:00:23\nIhre Rufnummer: 07999 1230\n",
        ("audio", "x-wav"),
        "nachricht_0761_4711.wav",
    ),
    "STARFACE": (
        "Neue Voicemail",
        "Sie haben eine neue Voicemail erhalten.\n\nAnrufer: Oksana Q. <00380441234567>\nZeit: 03.04.2026 12:30\n"
        "Voicemailbox: 100\n",
        ("audio", "wav"),
        "voicemail.wav",
    ),
    "3CX": (
        "New Voicemail from 07999123456 - 07999123456",
        'A new voice mail is here from "07999123456 - 07999123456 "\n\nFrom: 07999123456\nTo: "166" - "Reception" ""\n'
        'Received:"Friday, April 3, 2026 12:30:11 PM"\nDuration:"00:00:23"\n'
        'File:"vmail_07999123456_166_20260403103011"\n',
        ("application", "octet-stream"),
        "vmail_07999123456_166_20260403103011.wav",
    ),
    "Asterisk": (
        "[PBX]: New message 4 in mailbox 100",
        "Dear Office:\n\n\tthere is a 0:23 long message (number 4)\nin mailbox 100 from 07614711, on Friday, April 03, "
        "2026 at 12:30:11 PM\n",
        ("application", "ogg"),
        "msg0003.ogg",
    ),
    "Telekom": (
        "Neue Nachricht in Ihrer SprachBox",
        "Guten Tag,\n\nSie haben am 03.04.2026 um 12:30 Uhr eine Nachricht erhalten.\nRufnummer: unbekannt\n",
        ("audio", "mpeg"),
        "SprachBox.mp3",
    ),
}
"""Each make's way of writing (subject, text, type and name of the attachment); the words are our own."""


def mail(make: str, number: int, to: str, sender: str, *, data: bytes | None = None, proven: bool = True) -> bytes:
    """Voicemail by e-mail."""
    subject, text, (kind, subtype), filename = MAKES[make]
    made = EmailMessage(policy=SMTP)
    if proven:
        made["Authentication-Results"] = "mx.example.org; dmarc=pass header.from=pbx.example"
    made["From"] = f"Telefonanlage <{sender}>"
    made["To"] = to
    made["Subject"] = subject
    made["Date"] = format_datetime(dt.datetime.now(dt.UTC))
    made["Message-ID"] = f"<{number}.{make.strip('!').lower().replace('!', '')}@pbx.example>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(text)
    recording = sound(f"{make} {number}") if data is None else data
    made.add_attachment(recording, maintype=kind, subtype=subtype, filename=filename)
    return made.as_bytes()
