# SPDX-License-Identifier: GPL-3.0-or-later
"""``intake forget``, ``intake backup``, ``intake restore``: a person leaves the ledger; the ledger is kept safe.

The receipt of an erasure does not repeat the address, so that it can be filed as a proof: it shows the
first digits of the address's keyed hash, which say nothing without the ledger.
"""

import datetime as dt
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from intake import config
from intake.cases import backup, clock, forgotten, keys, retention
from intake.cases.clock import system_clock
from intake.cases.forgotten import Forgotten
from intake.cases.ledger import Ledger
from intake.cases.spool import PrivateSpool
from intake.config import EmailAddress, Settings
from intake.errors import IntakeError

Echo = Callable[[str], None]


async def forget(file: Path, address: str, *, as_json: bool, echo: Echo) -> None:
    """Erase a person from the ledger and print a receipt; ``-`` reads the address or telephone number from stdin.

    Raises :class:`IntakeError` if this is neither, or the ledger or the list beside it cannot be used.
    """
    address = sys.stdin.readline().strip() if address == "-" else address.strip()
    settings = config.load(file)
    address = _identified(address, settings)
    terms, now = settings.configuration.retention, system_clock()
    ledger = Ledger.open(settings.ledger_url, settings.data, create=False)
    try:
        person = Forgotten(keys.sender(ledger.secret, address), now)
        places = await ledger.read(backup.folders, settings.data)
        # The list comes first: if this is cut short, the next start of the service completes it.
        forgotten.merge(settings.data, [person])
        erased = await retention.erase(ledger, [person], now)
        PrivateSpool(settings.spool).forget(erased.files)
        emptied = await ledger.scrub()
    finally:
        ledger.close()
    backups = backup.known(places, terms.backups_days)
    receipt = {
        "at": now.isoformat(timespec="seconds"),
        "mark": person.key[:12],
        "cases": erased.cases, "messages": erased.messages, "mails": erased.mails,
        "mails_never_sent": erased.dropped, "blocks": erased.blocks, "recordings_never_filed": erased.recordings,
        "erased_on_disk": emptied,
        "official_file_untouched": [
            {"reference": p.reference, "mailbox": p.mailbox, "folder": p.folder} for p in sorted(erased.places)
        ],
        "backups": [
            {"file": str(b.file), "made_at": b.made_at.isoformat(), "ends_at": b.ends_at.isoformat()} for b in backups
        ],
    }  # fmt: skip
    german, english = (_told(receipt, words, settings) for words in (GERMAN, ENGLISH))
    if as_json:
        echo(json.dumps({**receipt, "german": german, "english": english}, ensure_ascii=False, indent=2))
    else:
        echo(f"{german}\n\n{english}")


def _identified(typed: str, settings: Settings) -> str:
    """What the person is known by: an e-mail address, or ``tel:`` and a number."""
    if "@" not in typed:
        from intake.voicemail import numbers  # its tables of all countries are rarely wanted

        voicemail = settings.configuration.voicemail
        country = voicemail.default_country if voicemail else settings.configuration.office.country
        if number := numbers.address(typed, country):
            return number
    try:
        return TypeAdapter(EmailAddress).validate_python(typed)
    except ValidationError:
        raise IntakeError(
            "this is no e-mail address and no telephone number; write one such as samira@example.org or +49 761 4711"
        ) from None


def _local(instant: str, settings: Settings) -> str:
    zone = ZoneInfo(settings.configuration.office.timezone)
    return f"{dt.datetime.fromisoformat(instant).astimezone(zone):%d.%m.%Y %H:%M}"


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a receipt in one language; in braces, what is filled in."""

    title: str
    address: str
    erased: str
    cases: str
    messages: str
    mails: str
    never_sent: str
    blocks: str
    recordings: str
    remains: tuple[str, ...]
    kept: tuple[str, ...]
    place: str
    backups: str
    no_backups: str
    last: tuple[str, ...]


GERMAN = _Words(
    title="Quittung über eine Löschung (Art. 17 DSGVO), {at}, Zeichen {mark}",
    address="Adresse oder Rufnummer stehen absichtlich nicht auf der Quittung; das Zeichen ist ein Prüfwert davon.",
    erased="Im Verzeichnis des Eingangsdienstes gelöscht:",
    cases="Adresse oder Rufnummer und Betreff von Vorgängen",
    messages="Angaben zu Nachrichten",
    mails="Empfänger und Texte von Bestätigungen",
    never_sent="davon noch nicht verschickt",
    blocks="Sperren der Adresse",
    recordings="Aufnahmen, die noch nicht in ihrem Ordner lagen",
    remains=(
        "Reste können noch auf der Festplatte liegen: ein anderes Programm las gerade das Verzeichnis.",
        "Der Dienst überschreibt sie beim nächsten täglichen Lauf.",
    ),
    kept=(
        "Nicht gelöscht: E-Mails und Sprachnachrichten in den Ordnern der Postfächer. Sie sind der",
        "amtliche Vorgang; über sie entscheidet die Behörde nach ihren eigenen Fristen. Aufnahmen in der",
        "Telefonanlage löscht diese selbst. Prüfwerte der Nachrichten bleiben, damit nichts zweimal",
        "bestätigt wird.",
    ),
    place="{reference}: Postfach {mailbox}, Ordner {folder}",
    backups="Sicherungen, die die Angaben noch enthalten können, und der Tag ihrer Löschung:",
    no_backups="Es gibt keine Sicherungen, die der Dienst kennt.",
    last=(
        "Wird eine Sicherung zurückgespielt, so wird die Person beim nächsten Start wieder vergessen.",
        "Andere Kopien (Abbilder der Maschine, Bänder) kennt der Dienst nicht.",
    ),
)
ENGLISH = _Words(
    title="Receipt of an erasure (Article 17 GDPR), {at}, mark {mark}",
    address="Address or telephone number are left out of this receipt on purpose; the mark is a keyed hash of it.",
    erased="Erased from the ledger of the intake service:",
    cases="address or telephone number, and subject of cases",
    messages="details of messages",
    mails="recipients and texts of acknowledgements",
    never_sent="of these never sent",
    blocks="blocks of the address",
    recordings="recordings that were not in their folder yet",
    remains=(
        "Remains may still lie on the disk: another program was reading the ledger.",
        "The service overwrites them in its next daily run.",
    ),
    kept=(
        "Not erased: mail and voicemail in the folders of the mailboxes. It is the official file; the office",
        "decides about it by its own rules. Recordings in the telephone system are deleted by that system.",
        "Keyed hashes of the messages stay, so that nothing is acknowledged twice.",
    ),
    place="{reference}: mailbox {mailbox}, folder {folder}",
    backups="Backups that may still hold the data, and the day on which they are deleted:",
    no_backups="There are no backups that the service knows of.",
    last=(
        "If a backup is restored, the person is forgotten again at the next start.",
        "The service does not know of other copies (images of the machine, tapes).",
    ),
)


def _told(receipt: dict[str, Any], words: _Words, settings: Settings) -> str:
    """The receipt as a text."""
    unsent = f" ({words.never_sent}: {receipt['mails_never_sent']})" if receipt["mails_never_sent"] else ""
    lines = [
        words.title.format(at=_local(receipt["at"], settings), mark=receipt["mark"]),
        words.address,
        "",
        words.erased,
        f"  {words.cases}: {receipt['cases']}",
        f"  {words.messages}: {receipt['messages']}",
        f"  {words.mails}: {receipt['mails']}{unsent}",
        f"  {words.blocks}: {receipt['blocks']}",
        f"  {words.recordings}: {receipt['recordings_never_filed']}",
    ]
    if not receipt["erased_on_disk"]:
        lines += [f"  {line}" for line in words.remains]
    lines += ["", *words.kept, *(f"  {words.place.format(**p)}" for p in receipt["official_file_untouched"]), ""]
    if receipt["backups"]:
        lines.append(words.backups)
        lines += [f"  {b['file']}: {_local(b['ends_at'], settings)}" for b in receipt["backups"]]
    else:
        lines.append(words.no_backups)
    return "\n".join([*lines, *words.last])


async def back_up(file: Path, directory: Path | None, *, as_json: bool, echo: Echo) -> None:
    """Back the ledger up while the service runs, and delete the backups that are past their end."""
    settings = config.load(file)
    days, now = settings.configuration.retention.backups_days, system_clock()
    source = backup.ledger_file(settings.ledger_url, "backup")
    folder = (directory or settings.data / backup.FOLDER).resolve()
    made = backup.make(source, folder, now)
    forgotten.merge(folder, forgotten.read(settings.data))
    ledger = Ledger.open(settings.ledger_url, settings.data, create=False)
    try:
        if directory is not None:
            await ledger.write(backup.remember, folder)
        believed = await ledger.read(clock.believed, now)
        gone = backup.prune(await ledger.read(backup.folders, settings.data), days, now) if believed else []
    finally:
        ledger.close()
    ends = next(b.ends_at for b in backup.known([folder], days) if b.file == made)
    if as_json:
        echo(json.dumps({"file": str(made), "ends_at": ends.isoformat(), "deleted": [str(b.file) for b in gone]}))
    else:
        echo(f"{made}: made, checked, and deleted after {_local(ends.isoformat(), settings)}")
        for old in gone:
            echo(f"{old.file}: deleted, it was past its end")
        if not believed:
            echo("No backup was deleted: there is doubt about the clock, or the service did not run for a week")


async def restore(file: Path, source: Path, *, echo: Echo) -> None:
    """Put a backup in the place of the ledger; the service must be stopped."""
    settings = config.load(file)
    ledger = backup.ledger_file(settings.ledger_url, "restore")
    done = backup.restore(source, ledger, settings.data, system_clock())
    echo(f"{ledger}: restored from {source}")
    if done.kept is not None and done.whole:
        echo(f"The ledger that was there is kept as {done.kept}")
    elif done.kept is not None:
        echo(f"The ledger that was there is damaged; it is kept as {done.kept}")
    echo("After the start, mail is filed, but acknowledging is held: the ledger does not know what was sent since.")
    echo("Look at the queue folders, then lift the hold: intake resume (or intake resume --discard)")
    echo("People who were forgotten since this backup was made are forgotten again at the start.")
