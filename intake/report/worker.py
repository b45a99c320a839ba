# SPDX-License-Identifier: GPL-3.0-or-later
"""The process that makes the weekly mail: ``python -m intake.report.worker MEMORY``, see ``intake.children``.

Adding up a year of mail keeps a processor busy for seconds, and drawing needs libraries that the service itself does
without; so both happen here, nicer than the service, and the memory goes back when the process ends. It reads the
ledger by a connection of its own, which neither waits for the daemon's nor keeps it waiting.
"""

import asyncio
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from intake import config
from intake.children.child import Unanswerable, serve
from intake.errors import IntakeError
from intake.report import letter


def _answer(request: Mapping[str, Any], _payload: bytes) -> tuple[Mapping[str, Any], bytes]:
    try:
        settings = config.load(Path(request["file"]))
        monday, at = dt.date.fromisoformat(request["monday"]), dt.datetime.fromisoformat(request["at"])
        return {}, asyncio.run(letter.mail_about(settings, monday, at, request["recipients"]))
    except IntakeError as error:
        raise Unanswerable(str(error)) from None


if __name__ == "__main__":
    serve(_answer)
