# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the samples come from: the queue folders of the watched mailboxes, or folders of files named like the queues.

Of a queue folder only those messages count that somebody has opened: where an unread message lies is nothing but this
service's own opinion, and from that nothing can be learned. Messages that joined a case lie where the case lies, so
they are left out, too, and so are voicemail and our own mails (:mod:`intake.mail.past`).

Folders are opened for reading only. A message that cannot be read is left out; those that a worker could not read
within its limits lie in the folder for checking, which is not looked into.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path

from intake.errors import IntakeError
from intake.learning.samples import MOST, NEVER_LEARNED, Sample, of_message
from intake.mail.assessment import Reader
from intake.mail.past import PastMail

MAX_FILE = 1024 * 1024
"""Octets read of a file; of a message in a mailbox not even so many are fetched."""

LONG_AGO = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""Stands for a date that a message does not have."""


def learnable(queues: Mapping[str, str]) -> dict[str, str]:
    """Of queues and their folders, those that are learned from."""
    return {queue: folder for queue, folder in queues.items() if queue not in NEVER_LEARNED}


async def of_mailbox(past: PastMail, queues: Mapping[str, str], reader: Reader, key: bytes) -> list[Sample]:
    """Samples from the queue folders of one mailbox. ``queues``: queue → folder. Raises :class:`IntakeError`."""
    found = []
    opened = await past.lying(learnable(queues).values(), seen=True)
    for queue, folder in learnable(queues).items():
        async for block in past.read({folder: opened.get(folder, [])}, MOST):
            for message in block:
                made = _sample(reader, queue, message.raw, message.internal_date or LONG_AGO, key)
                if made is not None:
                    found.append(made)
    return found


def of_directory(directory: Path, queues: Mapping[str, str], reader: Reader, key: bytes) -> list[Sample]:
    """Samples from ``directory``/QUEUE/*.eml. Raises :class:`IntakeError` if there are none."""
    found = []
    try:
        for queue, file in _files(directory, queues):
            with file.open("rb") as stream:
                made = _sample(reader, queue, stream.read(MAX_FILE), LONG_AGO, key)
            if made is not None:
                found.append(made)
    except OSError as error:
        raise IntakeError(f"{error.filename or directory}: cannot be read ({error.strerror})") from None
    return found


def _files(directory: Path, queues: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    for folder in sorted(path for path in directory.iterdir() if path.is_dir()):
        if folder.name not in queues:
            raise IntakeError(f"{folder}: no queue has this name; the queues are {', '.join(queues)}")
        if folder.name in learnable(queues):
            yield from ((folder.name, file) for file in sorted(folder.glob("*.eml")))


def _sample(reader: Reader, queue: str, raw: bytes, at: dt.datetime, key: bytes) -> Sample | None:
    try:
        return of_message(reader, queue, raw, at, key)
    except Exception:  # whatever a message did, it is this message's failure, and one of thousands
        return None
