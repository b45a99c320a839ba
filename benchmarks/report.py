# SPDX-License-Identifier: GPL-3.0-or-later
"""How long ``intake report`` takes over a million cases, and how much memory.

``python -m benchmarks.report [CASES]`` (a million unless told). A ledger of two years is made by SQLite itself:
cases with their messages and acknowledgements, most of them answered, one in seven a voicemail, most of them on working
days in the hours in which people write. Then the command is run as an administrator runs it, as JSON, over all of it
and over four weeks; each in a process of its own, whose time and largest memory are printed. The file is read once
before, so that a cold disk is not what is measured.
"""

import datetime as dt
import os
import sqlite3
import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path
from random import Random

from intake.cases.ledger import Ledger
from intake.cli.init import write
from intake.config import load

FIRST, DAYS = dt.date(2024, 1, 1), 730
HOURS = (1, 1, 1, 1, 1, 2, 5, 9, 14, 16, 15, 13, 10, 9, 11, 10, 9, 8, 7, 7, 7, 6, 4, 2)
"""How much comes in each hour of a day."""
WEEKDAYS = (12, 10, 9, 11, 8, 3, 3)
LANGUAGES = {"de": 30, "en": 18, "uk": 10, "tr": 8, "ar": 8, "ru": 6, "sq": 4, "sr": 3, "fa": 3, "fr": 2, "ti": 1}
SLOTS = 9973
"""A prime, so that what is chosen by different multiples of a case's number is independent."""

FILL = """
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :total)
INSERT INTO cases (id, reference, channel, mailbox, queue, language, state, sender_key, opened_at, updated_at,
    acknowledged_at, waiting_since, answered_at)
SELECT n, printf('AB-%07d', n), CASE n % 7 WHEN 0 THEN 'voicemail' ELSE 'email' END, 'office', queue, language,
    CASE n % 5 WHEN 0 THEN 'open' ELSE 'answered' END, printf('%032x', n), at, at, at, at,
    CASE n % 5 WHEN 0 THEN NULL ELSE strftime('%Y-%m-%d %H:%M:%f000', at, printf('+%d seconds', waited)) END
FROM (
    SELECT n, queue, language, waited,
        day || strftime(' %H:%M:', minute * 60, 'unixepoch') || printf('%09.6f', n * 37 % 60 + n % 1000 / 1e3) AS at
    FROM numbers
    JOIN days ON days.slot = (n - 1) * (SELECT count(*) FROM days) / :total
    JOIN choices ON choices.slot = n * 7919 % 9973
    JOIN waits ON waits.slot = n * 6007 % 9973
    JOIN minutes ON minutes.slot = n * 4001 % 9973
);
INSERT INTO messages (id, case_id, mailbox, uidvalidity, uid, message_id, sender_key, size, internal_date,
    recorded_at, reply, reason, language, confidence, queue, evidence, folder, filing, filing_attempts,
    target_uidvalidity, target_uid)
SELECT id, id, 'office', 1, id, printf('<%d@example.org>', id), sender_key, 3000, opened_at, opened_at,
    channel = 'email', CASE channel WHEN 'email' THEN 'eligible' ELSE 'voicemail' END, language, 'sure', queue,
    '["person", "words: Aufenthaltstitel, verl\u00e4ngern"]', queue, 'filed', 0, 1, id
FROM cases;
INSERT INTO outbox (id, case_id, source_id, kind, mailbox, mail_id, envelope_sender, recipient_key, domain_key, state,
    attempts, due_at, created_at, sent_at, copy)
SELECT id, id, id, 'acknowledgement', 'office', printf('<intake.%032x@office.example>', id), '', sender_key, sender_key,
    'sent', 1, opened_at, opened_at,
    strftime('%Y-%m-%d %H:%M:%f000', opened_at, printf('+%.3f seconds', 0.05 + id * 31 % 4000 / 1e3)), 'done'
FROM cases WHERE channel = 'email';
"""


def fill(file: Path, total: int, queues: list[str]) -> None:
    """Put ``total`` cases into an empty ledger."""
    random = Random(1)
    dates = [FIRST + dt.timedelta(days=number) for number in range(DAYS)]
    days = [date for date in dates for _ in range(WEEKDAYS[date.weekday()])]
    slots = range(SLOTS)
    languages = random.choices(list(LANGUAGES), list(LANGUAGES.values()), k=SLOTS)
    hours = random.choices(range(24), HOURS, k=SLOTS)
    connection = sqlite3.connect(file)
    for pragma in ("synchronous=OFF", "cache_size=-400000", "foreign_keys=OFF"):
        connection.execute(f"PRAGMA {pragma}")
    tables: dict[str, list[tuple[int | str, ...]]] = {
        "days (slot INTEGER PRIMARY KEY, day TEXT)": [(slot, day.isoformat()) for slot, day in enumerate(days)],
        "choices (slot INTEGER PRIMARY KEY, queue TEXT, language TEXT)": [
            (slot, random.choice(queues), languages[slot]) for slot in slots
        ],
        "waits (slot INTEGER PRIMARY KEY, waited INTEGER)": [
            (slot, round(random.expovariate(1 / 400_000))) for slot in slots
        ],
        "minutes (slot INTEGER PRIMARY KEY, minute INTEGER)": [
            (slot, hours[slot] * 60 + random.randrange(60)) for slot in slots
        ],
    }
    for table, rows in tables.items():
        connection.execute(f"CREATE TEMP TABLE {table}")
        connection.executemany(
            f"INSERT INTO {table.partition(' ')[0]} VALUES ({', '.join('?' for _ in rows[0])})", rows
        )
    for statement in FILL.split(";\n")[:-1]:
        connection.execute(statement, {"total": total} if ":total" in statement else {})
    connection.commit()
    connection.close()


def measure(config: Path, first: dt.date, last: dt.date) -> tuple[float, float, float]:
    """Seconds, seconds of processor time, and megabytes of one run of the command."""
    arguments = ["-m", "intake", "report", "--json", "--from", str(first), "--to", str(last), "--config", str(config)]
    start = time.perf_counter()
    nothing = os.open(os.devnull, os.O_WRONLY)
    process = os.posix_spawn(
        sys.executable, [sys.executable, *arguments], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, nothing, 1)]
    )
    _, status, used = os.wait4(process, 0)
    os.close(nothing)
    if status:
        raise SystemExit("the report failed")
    return time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1000


def main() -> None:
    """Run it and print a table."""
    total = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(prefix="report-") as name:
        folder = Path(name)
        list(write(folder))
        settings = load(folder / "intake.toml")
        Ledger.open(settings.ledger_url, settings.data).close()
        ledger = settings.data / "ledger.sqlite3"
        start = time.perf_counter()
        queues = [queue for queue in settings.configuration.queues if queue not in ("system", "suspicious")]
        # In a process of its own: what a process is started by counts towards its largest memory.
        filling = get_context("spawn").Process(target=fill, args=(ledger, total, queues))
        filling.start()
        filling.join()
        print(f"{total} cases, {ledger.stat().st_size / 1e6:.0f} MB, made in {time.perf_counter() - start:.0f} s")
        with ledger.open("rb") as file:
            while file.read(1 << 24):
                pass
        last = FIRST + dt.timedelta(days=DAYS - 1)
        print(f"{'':>12}{'seconds':>10}{'CPU seconds':>14}{'peak MB':>10}")
        for what, first in (("two years", FIRST), ("four weeks", last - dt.timedelta(days=27))):
            seconds, cpu, memory = measure(folder / "intake.toml", first, last)
            print(f"{what:>12}{seconds:10.1f}{cpu:14.1f}{memory:10.0f}")


if __name__ == "__main__":
    main()
