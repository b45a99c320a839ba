# SPDX-License-Identifier: GPL-3.0-or-later
"""``intake demo``: the whole service on this machine, with a mail server of its own and sample mail.

The real daemon runs against the demo's server, which is part of this process and listens on loopback only. The
samples are delivered by SMTP, in order, each as soon as it can be: one that answers an acknowledgement waits for
that acknowledgement. What happened is taken from three sides and compared with what a person would expect: the
ledger (what was decided), the server's SMTP side (what was really sent) and the account, read by IMAP (where the
messages really lie).

It ends in order: the daemon first, as systemd would end it, then the server, so that no connection is cut.
SIGHUP, the closing of the terminal, ends it like Ctrl-C: nothing stays behind but the folder with the mail.
"""

import asyncio
import tempfile
from pathlib import Path

from intake.demo.run import Demo
from intake.demo.scenario import load, load_gaps
from intake.errors import IntakeError

__all__ = ["MATERIAL", "run_demo"]

MATERIAL = Path(__file__).parent
"""Where ``samples/`` and ``gaps.toml`` lie."""


def run_demo(*, once: bool, folder: Path | None, material: Path = MATERIAL, speak: bool = True) -> bool:
    """Run it. True if, with ``once``, every sample came out as expected; without ``once``, when it was ended.

    ``folder``: where the outgoing mail is kept, made if it is not there; ``None``: a new temporary one.
    ``speak``: whether the telephone announcements are made, too.
    Raises :class:`IntakeError` if the folder cannot be used or the service cannot run.
    """
    samples, gaps = load(material / "samples"), load_gaps(material / "gaps.toml")
    return asyncio.run(Demo(_usable(folder), samples, gaps, speak=speak).run(once=once))


def _usable(folder: Path | None) -> Path:
    if folder is None:
        return Path(tempfile.mkdtemp(prefix="intake-demo-"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise IntakeError(f"{folder}: the folder is not empty; name a new one, or leave --folder out")
    except OSError as error:
        raise IntakeError(f"{folder}: the folder cannot be made or read ({error.strerror}); name another") from None
    return folder.resolve()
