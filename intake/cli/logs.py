# SPDX-License-Identifier: GPL-3.0-or-later
"""Structured logs to stdout: one JSON object a line, or plain lines where a person watches a terminal.

At INFO and above a log holds case references, mailbox names, reason codes and counts; never a body, an
address or a secret. The libraries' own loggers would tell more, so they stay at WARNING.
"""

import datetime as dt
import json
import logging
import sys


class JsonLines(logging.Formatter):
    """``{"at": …, "level": …, "from": …, "message": …}``"""

    def format(self, record: logging.LogRecord) -> str:
        """One record as one line."""
        at = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds")
        entry = {"at": at, "level": record.levelname.lower(), "from": record.name, "message": record.getMessage()}
        if record.exc_info and record.exc_info[0] is not None:
            entry["error"] = record.exc_info[0].__name__
        return json.dumps(entry, ensure_ascii=False)


def to_stdout() -> None:
    """Send the service's log to stdout."""
    handler = logging.StreamHandler(sys.stdout)
    if sys.stdout.isatty():
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
    else:
        handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("intake").setLevel(logging.INFO)
