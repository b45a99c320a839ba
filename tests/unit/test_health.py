# SPDX-License-Identifier: GPL-3.0-or-later
"""``intake health``: which state a monitoring system is told, and in which form."""

import datetime as dt
import re
from dataclasses import replace

import pytest

from intake.cases.pulse import MailboxPulse, Pulse
from intake.cli.health import judge

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
LIMIT = dt.timedelta(minutes=15)


def ago(**span: float) -> dt.datetime:
    return NOW - dt.timedelta(**span)


JUST_NOW = ago(seconds=20)


def box(name: str = "main", fetched: dt.datetime | None = JUST_NOW, problem: str | None = None) -> MailboxPulse:
    return MailboxPulse(name, ago(days=30), fetched, problem, 0)


WELL = Pulse(ago(seconds=10), (box(), box("second")), {}, None, {}, ())


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({}, 0, "INTAKE OK - 2 of 2 mailboxes reached, last fetch 20 s ago, 0 mails waiting, 0 notices open"),
        ({"alive_at": None}, 2, "the service never ran"),
        ({"alive_at": ago(seconds=119)}, 0, "INTAKE OK"),
        ({"alive_at": ago(minutes=5)}, 2, "the service does not run, or hangs, since 5 min"),
        ({"mailboxes": (box(), box("second", ago(minutes=15)))}, 0, "INTAKE OK"),
        ({"mailboxes": (box(), box("second", ago(minutes=16)))}, 2, "mailbox second was fetched 16 min ago"),
        ({"mailboxes": (box(problem="refused"),)}, 1, "mailbox main has a problem"),
        ({"mailboxes": (box(fetched=None),)}, 2, "mailbox main was fetched 720 h ago"),
        ({"mailboxes": (replace(box(fetched=None), started_at=None),)}, 1, "mailbox main was never fetched"),
        (
            {"mailboxes": (replace(box(fetched=None), started_at=None),), "notices": {"nothing-fetched": 1}},
            2,
            "mailbox main was never fetched",
        ),
        ({"oldest_waiting": ago(minutes=14), "outbox": {"queued": 3}}, 0, "3 mails waiting"),
        ({"oldest_waiting": ago(minutes=16), "outbox": {"queued": 3}}, 1, "mail has waited for 16 min"),
        ({"oldest_waiting": ago(minutes=61), "outbox": {"queued": 3}}, 2, "mail has waited for 61 min"),
        ({"holds": ("breaker",), "outbox": {"held": 4}}, 1, "acknowledging is held (breaker)"),
        ({"notices": {"quarantine": 2, "relay": 1}}, 1, "3 notices are open (quarantine, relay)"),
        ({"alive_at": ago(seconds=-3600)}, 0, "INTAKE OK"),
        ({"recordings": 5, "oldest_recording": ago(minutes=119)}, 0, "5 recordings waiting"),
        ({"recordings": 5, "oldest_recording": ago(hours=3)}, 1, "voicemail has waited for 3 h"),
    ],
)
def test_each_trouble_has_its_state_and_its_words(changes: dict[str, object], code: int, said: str) -> None:
    found, line = judge(replace(WELL, **changes), LIMIT, NOW)  # type: ignore[arg-type]
    assert found == code
    assert line.startswith(f"INTAKE {('OK', 'WARNING', 'CRITICAL')[code]} - ")
    assert said in line


def test_the_worst_comes_first_and_nothing_is_left_out() -> None:
    ill = replace(WELL, notices={"relay": 1}, holds=("restored",), alive_at=ago(hours=3))
    code, line = judge(ill, LIMIT, NOW)
    assert code == 2
    assert re.search(r"CRITICAL - the service does not run.*held \(restored\).*1 notices are open", line)


def test_the_line_is_one_line_with_performance_data_as_the_guidelines_have_it() -> None:
    found = replace(WELL, outbox={"queued": 3, "held": 2}, oldest_waiting=ago(minutes=2), notices={"relay": 1})
    _, line = judge(found, LIMIT, NOW)
    text, _, data = line.partition(" | ")
    assert "\n" not in line
    assert "|" not in text
    assert data.split() == [
        "'fetched_main'=20s;;900;0", "'fetched_second'=20s;;900;0", "'outbox_age'=120s;900;3600;0",
        "'outbox'=3;;;0", "'held'=2;;;0", "'recordings'=0;;;0", "'notices'=1;0;;0", "'to_be_filed'=0;;;0",
    ]  # fmt: skip
