# SPDX-License-Identifier: GPL-3.0-or-later
"""``intake forget``, ``intake backup``, ``intake restore``: a person leaves the ledger; the ledger is kept safe.

The receipt of an erasure does not repeat the address, so that it can be filed as a proof: it shows the
first digits of the address's keyed hash, which say nothing without the ledger.
"""

import datetime as dt
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from intake import config
from intake.cases import backup, forgotten, keys, retention
from intake.cases.forgotten import Forgotten
from intake.cases.ledger import Ledger
from intake.config import EmailAddress, Settings
from intake.daemon import system_clock
from intake.errors import IntakeError

Echo = Callable[[str], None]


async def forget(file: Path, address: str, *, as_json: bool, echo: Echo) -> None:
    """Erase a person from the ledger and print a receipt; ``-`` reads the address from stdin.

    Raises :class:`IntakeError` if this is no address, or the ledger or the list beside it cannot be used.
    """
    address = sys.stdin.readline().strip() if address == "-" else address.strip()
    try:
        TypeAdapter(EmailAddress).validate_python(address)
    except ValidationError:
        raise IntakeError("this is no e-mail address; write one such as samira@example.org") from None
    settings = config.load(file)
    terms, now = settings.configuration.retention, system_clock()
    ledger = Ledger.open(settings.ledger_url, settings.data, create=False)
    try:
        person = Forgotten(keys.sender(ledger.secret, address), now)
        places = await ledger.read(backup.folders, settings.data)
        # The list comes first: if this is cut short, the next start of the service completes it.
        forgotten.merge(settings.data, [person])
        erased = await retention.erase(ledger, [person], now)
        emptied = await ledger.scrub()
    finally:
        ledger.close()
    backups = backup.known(places, terms.backups_days)
    receipt = {
        "at": now.isoformat(timespec="seconds"),
        "mark": person.key[:12],
        "cases": erased.cases, "messages": erased.messages, "mails": erased.mails,
        "mails_never_sent": erased.dropped, "blocks": erased.blocks,
        "erased_on_disk": emptied,
        "official_file_untouched": [
            {"reference": p.reference, "mailbox": p.mailbox, "folder": p.folder} for p in sorted(erased.places)
        ],
        "backups": [
            {"file": str(b.file), "made_at": b.made_at.isoformat(), "ends_at": b.ends_at.isoformat()} for b in backups
        ],
    }  # fmt: skip
    if as_json:
        told = {"german": _german(receipt, settings), "english": _english(receipt, settings)}
        echo(json.dumps({**receipt, **told}, ensure_ascii=False, indent=2))
    else:
        echo(_german(receipt, settings) + "\n\n" + _english(receipt, settings))


def _local(instant: str, settings: Settings) -> str:
    zone = ZoneInfo(settings.configuration.office.timezone)
    return f"{dt.datetime.fromisoformat(instant).astimezone(zone):%d.%m.%Y %H:%M}"


def _places(receipt: dict[str, Any], mailbox: str, folder: str) -> list[str]:
    return [
        f"  {place['reference']}: {mailbox} {place['mailbox']}, {folder} {place['folder']}"
        for place in receipt["official_file_untouched"]
    ]


def _german(receipt: dict[str, Any], settings: Settings) -> str:
    lines = [
        f"Quittung über eine Löschung (Art. 17 DSGVO), {_local(receipt['at'], settings)}, Zeichen {receipt['mark']}",
        "Die Adresse steht absichtlich nicht auf dieser Quittung; das Zeichen ist ein Prüfwert von ihr.",
        "",
        "Im Verzeichnis des Eingangsdienstes gelöscht:",
        f"  Adresse und Betreff von Vorgängen: {receipt['cases']}",
        f"  Angaben zu Nachrichten: {receipt['messages']}",
        f"  Empfänger und Texte von Bestätigungen: {receipt['mails']}"
        + (f" (davon noch nicht verschickt: {receipt['mails_never_sent']})" if receipt["mails_never_sent"] else ""),
        f"  Sperren der Adresse: {receipt['blocks']}",
    ]
    if not receipt["erased_on_disk"]:
        lines.append("  Reste können noch auf der Festplatte liegen: ein anderes Programm las gerade das Verzeichnis.")
        lines.append("  Der Dienst überschreibt sie beim nächsten täglichen Lauf.")
    lines += [
        "",
        "Nicht gelöscht: E-Mails in den Ordnern der Postfächer. Sie sind der amtliche Vorgang; über sie",
        "entscheidet die Behörde nach ihren eigenen Fristen. Prüfwerte der Nachrichten bleiben, damit",
        "nichts zweimal bestätigt wird.",
        *_places(receipt, "Postfach", "Ordner"),
        "",
    ]  # fmt: skip
    if receipt["backups"]:
        lines.append("Sicherungen, die die Angaben noch enthalten können, und der Tag ihrer Löschung:")
        lines += [f"  {b['file']}: {_local(b['ends_at'], settings)}" for b in receipt["backups"]]
    else:
        lines.append("Es gibt keine Sicherungen, die der Dienst kennt.")
    lines.append("Wird eine Sicherung zurückgespielt, so wird die Person beim nächsten Start wieder vergessen.")
    lines.append("Andere Kopien (Abbilder der Maschine, Bänder) kennt der Dienst nicht.")
    return "\n".join(lines)


def _english(receipt: dict[str, Any], settings: Settings) -> str:
    lines = [
        f"Receipt of an erasure (Article 17 GDPR), {_local(receipt['at'], settings)}, mark {receipt['mark']}",
        "The address is left out of this receipt on purpose; the mark is a keyed hash of it.",
        "",
        "Erased from the ledger of the intake service:",
        f"  address and subject of cases: {receipt['cases']}",
        f"  details of messages: {receipt['messages']}",
        f"  recipients and texts of acknowledgements: {receipt['mails']}"
        + (f" (of these never sent: {receipt['mails_never_sent']})" if receipt["mails_never_sent"] else ""),
        f"  blocks of the address: {receipt['blocks']}",
    ]
    if not receipt["erased_on_disk"]:
        lines.append("  Remains may still lie on the disk: another program was reading the ledger.")
        lines.append("  The service overwrites them in its next daily run.")
    lines += [
        "",
        "Not erased: mail in the folders of the mailboxes. It is the official file; the office decides",
        "about it by its own rules. Keyed hashes of the messages stay, so that nothing is acknowledged twice.",
        *_places(receipt, "mailbox", "folder"),
        "",
    ]  # fmt: skip
    if receipt["backups"]:
        lines.append("Backups that may still hold the data, and the day on which they are deleted:")
        lines += [f"  {b['file']}: {_local(b['ends_at'], settings)}" for b in receipt["backups"]]
    else:
        lines.append("There are no backups that the service knows of.")
    lines.append("If a backup is restored, the person is forgotten again at the next start.")
    lines.append("The service does not know of other copies (images of the machine, tapes).")
    return "\n".join(lines)


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
        gone = backup.prune(await ledger.read(backup.folders, settings.data), days, now)
    finally:
        ledger.close()
    ends = next(b.ends_at for b in backup.known([folder], days) if b.file == made)
    if as_json:
        echo(json.dumps({"file": str(made), "ends_at": ends.isoformat(), "deleted": [str(b.file) for b in gone]}))
    else:
        echo(f"{made}: made, checked, and deleted after {_local(ends.isoformat(), settings)}")
        for old in gone:
            echo(f"{old.file}: deleted, it was past its end")


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
