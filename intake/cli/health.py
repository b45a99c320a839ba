# SPDX-License-Identifier: GPL-3.0-or-later
"""``intake health``: one line and an exit code for Nagios, Icinga and their kin.

Exit codes as the Monitoring Plugins Development Guidelines have them: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
CRITICAL is what loses people time now: the daemon does not run or hangs, a mailbox is not fetched, mail waits
for longer than an hour. WARNING is what a person should look at today: a hold, an open notice, a mailbox that fails at
the moment, mail that waits for a quarter of an hour. UNKNOWN: the configuration or the ledger cannot be read.

It only reads the ledger: no mail server is contacted, and the daemon is not disturbed.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

from intake import config
from intake.cases import pulse
from intake.cases.clock import system_clock
from intake.cases.ledger import Ledger
from intake.cases.pulse import HEALTH_SECONDS, OUTBOX_OLD, RECORDING_OLD, Pulse
from intake.errors import IntakeError

OK, WARNING, CRITICAL, UNKNOWN = range(4)
NAMES = ("OK", "WARNING", "CRITICAL", "UNKNOWN")

ALIVE = dt.timedelta(seconds=4 * HEALTH_SECONDS)
"""The daemon notes every half minute that it is alive; one slow transaction is no alarm."""
OUTBOX_SLOW = dt.timedelta(minutes=15)


async def show_health(file: Path, *, echo: Callable[[str], None]) -> int:
    """Print the line; returns the exit code. Raises nothing that this program raises on purpose."""
    try:
        settings = config.load(file)
        ledger = Ledger.open(settings.ledger_url, settings.data, create=False)
        try:
            found = await ledger.read(pulse.take, settings.configuration.mailboxes)
        finally:
            ledger.close()
    except IntakeError as error:
        echo(f"INTAKE {NAMES[UNKNOWN]} - {str(error).splitlines()[0].replace('|', '/')}")
        return UNKNOWN
    limit = dt.timedelta(minutes=settings.configuration.service.nothing_fetched_minutes)
    code, line = judge(found, limit, system_clock())
    echo(line)
    return code


def judge(found: Pulse, fetch_limit: dt.timedelta, now: dt.datetime) -> tuple[int, str]:
    """Exit code and line. ``fetch_limit``: how long a mailbox may go unfetched. Pure."""
    problems = sorted(_problems(found, fetch_limit, now), key=lambda p: -p[0])
    code = problems[0][0] if problems else OK
    said = "; ".join(sentence for _, sentence in problems) or pulse.sentence(found, now)
    return code, f"INTAKE {NAMES[code]} - {said} | {' '.join(_figures(found, fetch_limit, now))}"


def _age(since: dt.datetime, now: dt.datetime) -> dt.timedelta:
    return max(now - since, dt.timedelta())


def _problems(found: Pulse, fetch_limit: dt.timedelta, now: dt.datetime) -> Iterator[tuple[int, str]]:
    if found.alive_at is None:
        yield CRITICAL, "the service never ran"
    elif _age(found.alive_at, now) > ALIVE:
        yield CRITICAL, f"the service does not run, or hangs, since {_ago(found.alive_at, now)}"
    for box in found.mailboxes:
        since = box.fetched_at or box.started_at
        if since is None:
            told = "nothing-fetched" in found.notices  # the daemon has tried for long enough
            yield CRITICAL if told else WARNING, f"mailbox {box.name} was never fetched"
        elif _age(since, now) > fetch_limit:
            yield CRITICAL, f"mailbox {box.name} was fetched {_ago(since, now)} ago"
        elif box.problem:
            yield WARNING, f"mailbox {box.name} has a problem (see intake status)"
    if found.oldest_waiting is not None:
        waiting = _age(found.oldest_waiting, now)
        if waiting > OUTBOX_SLOW:
            yield (
                (CRITICAL if waiting > OUTBOX_OLD else WARNING),
                f"mail has waited for {_ago(found.oldest_waiting, now)}",
            )
    if found.oldest_recording is not None and _age(found.oldest_recording, now) > RECORDING_OLD:
        yield WARNING, f"voicemail has waited for {_ago(found.oldest_recording, now)}"
    for kind in sorted(set(found.holds)):
        yield WARNING, f"acknowledging is held ({kind})"
    if found.notices:
        causes = ", ".join(sorted(found.notices))
        yield WARNING, f"{sum(found.notices.values())} notices are open ({causes})"


def _ago(since: dt.datetime, now: dt.datetime) -> str:
    seconds = _age(since, now).total_seconds()
    return (
        f"{seconds:.0f} s"
        if seconds < 120
        else f"{seconds / 60:.0f} min"
        if seconds < 7200
        else f"{seconds / 3600:.0f} h"
    )


def _figures(found: Pulse, fetch_limit: dt.timedelta, now: dt.datetime) -> Iterator[str]:
    """Performance data: ``'label'=value[unit];warning;critical;minimum``."""
    limit = f"{fetch_limit.total_seconds():.0f}"
    for box in found.mailboxes:
        if box.fetched_at is not None:
            yield f"'fetched_{box.name}'={_age(box.fetched_at, now).total_seconds():.0f}s;;{limit};0"
    waiting = _age(found.oldest_waiting, now) if found.oldest_waiting is not None else dt.timedelta()
    slow, old = OUTBOX_SLOW.total_seconds(), OUTBOX_OLD.total_seconds()
    yield f"'outbox_age'={waiting.total_seconds():.0f}s;{slow:.0f};{old:.0f};0"
    yield f"'outbox'={found.outbox.get('queued', 0)};;;0"
    yield f"'held'={found.outbox.get('held', 0)};;;0"
    yield f"'recordings'={found.recordings};;;0"
    yield f"'notices'={sum(found.notices.values())};0;;0"
    yield f"'to_be_filed'={sum(box.to_be_filed for box in found.mailboxes)};;;0"
