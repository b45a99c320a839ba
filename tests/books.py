# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing into a ledger as the service does, for tests that need something to lie in one."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from sqlalchemy.engine import Connection

from intake.cases.case import Case
from intake.cases.register import Question, Register

NOBODY = Question("office", "", (), (), (), None)


@contextmanager
def entry(connection: Connection, secret: bytes, now: dt.datetime, *questions: Question) -> Iterator[Register]:
    """A register to enter things in, written when the block ends."""
    register = Register(connection, secret, Random(), questions or (NOBODY,), now)
    yield register
    register.write()


def open_case(connection: Connection, secret: bytes, now: dt.datetime, **values: Any) -> Case:
    """A new case; ``values`` as in :meth:`Register.open_case`, with what most tests do not care about filled in."""
    usual = {
        "prefix": "AB", "channel": "email", "mailbox": "office", "queue": "general", "language": "de", "sender": "",
        "subject": "",
    }  # fmt: skip
    with entry(connection, secret, now) as register:
        return register.open_case(**usual | values)


def touch(connection: Connection, secret: bytes, case: Case, now: dt.datetime, *, reopen: bool) -> None:
    """Something happens in a case."""
    with entry(connection, secret, now) as register:
        register.touch(case, reopen=reopen)
