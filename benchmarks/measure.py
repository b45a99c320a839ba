# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that is measured and does not fit into ``make test``, as one dated report.

``python -m benchmarks.measure DATE [TITLE…]`` (``make measure``) runs each measurement as a command of its own, or only
those with these titles, and writes what it printed to ``docs/measurements/DATE.md``. The figures are of the machine
that it ran on; ratios within one run are what can be compared.
"""

import os
import platform
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

MEASUREMENTS: tuple[tuple[str, str, list[str], dict[str, str]], ...] = (
    (
        "Machine or person",
        "How many messages of each class are judged wrongly: the public corpus (where it lies beside the checkout), "
        "our own set, and the held-out set.",
        ["-m", "tests.eligibility_score"],
        {},
    ),
    (
        "Language and queue",
        "On our own sets of messages in all languages.",
        ["-m", "tests.triage_score", "mails.toml", "hard.toml", "held_out.toml", "implicit.toml"],
        {},
    ),
    (
        "Killed at every moment",
        "The kill tests with every moment instead of some: mail, and voicemail.",
        ["-m", "pytest", "-q", "-n", "2", "tests/integration/test_kill.py", "tests/integration/test_voicemail_kill.py"],
        {"INTAKE_EVERY_MOMENT": "1"},
    ),
    (
        "Weeks",
        "Simulated weeks in which everything goes wrong, with other seeds than in the tests.",
        ["-m", "pytest", "-q", "-n", "2", "tests/integration/test_week.py"],
        {"INTAKE_WEEKS": "1 2 3 4 5 6"},
    ),
    (
        "Learning",
        "What the classifier adds to the rules, by how much they know and by how many mails it learned from.",
        ["-m", "benchmarks.learning"],
        {},
    ),
    (
        "Draining a backlog",
        "2,000 messages through the whole path, beside Dovecot's Sieve.",
        ["-m", "benchmarks.drain", "2000"],
        {},
    ),
    (
        "Waiting for an acknowledgement",
        "From delivery to the acknowledgement's acceptance, beside Dovecot's Sieve.",
        ["-m", "benchmarks.latency", "50"],
        {},
    ),
    (
        "Idle mailboxes",
        "200 mailboxes over TLS in one process.",
        ["-m", "benchmarks.idle", "200"],
        {},
    ),
    (
        "Voices",
        "How well Whisper's base model understands each voice, and what speaking and listening cost.",
        ["-m", "benchmarks.voices"],
        {},
    ),
    (
        "Voicemail",
        "Callers' messages over lines of all conditions: words, languages, queues.",
        ["-m", "tests.voicemail_score", "--mistakes"],
        {},
    ),
    (
        "Voicemail, by people",
        "Human speech from Debian's asterisk-core-sounds-*-wav, where they are installed.",
        ["-m", "tests.voicemail_score", "--people"],
        {},
    ),
    (
        "Voicemail of hours",
        "What is far too long for anybody to listen to.",
        ["-m", "pytest", "-q", "tests/integration/test_voicemail_hearing.py", "-k", "hours"],
        {"INTAKE_LONG_VOICEMAIL": "1"},
    ),
    (
        "Voicemail's cost",
        "Ten messages in a queue, beside the recognisers' own command lines.",
        ["-m", "benchmarks.voicemail"],
        {},
    ),
    (
        "Announcements",
        "Building all announcements, and after a change; and the same texts with a process for each file.",
        ["-m", "benchmarks.announce"],
        {},
    ),
    (
        "Every published file",
        "Every file of every language against every bar of telephone audio.",
        ["-m", "pytest", "-q", "tests/integration/test_announce.py", "-k", "every"],
        {"INTAKE_ALL_LANGUAGES": "1"},
    ),
    (
        "A large ledger",
        "What a message costs when the ledger knows 200,000 cases, and when it knows 1,000.",
        ["-m", "benchmarks.scale", "200000", "3"],
        {},
    ),
    (
        "A changed rule file over past mail",
        "`intake simulate` over one message and over a thousand: the whole command, both sides.",
        ["-m", "benchmarks.simulation"],
        {},
    ),
    (
        "Key figures",
        "The report of a million cases: time and memory.",
        ["-m", "benchmarks.report", "1000000"],
        {},
    ),
    (
        "The figures in a spreadsheet",
        "The CSV opened by a German LibreOffice and written again; skipped where there is none "
        "(apt-get install --no-install-recommends libreoffice-calc).",
        ["-m", "pytest", "-q", "-rs", "tests/integration/test_report.py", "-k", "spreadsheet"],
        {},
    ),
    (
        "Large attachments",
        "The memory to drain a mailbox of messages with 20 MB attached.",
        ["-m", "benchmarks.attachments", "100", "20"],
        {},
    ),
)


def main() -> None:
    """Measure, and write the report."""
    date, *titles = sys.argv[1:]
    wanted = [one for one in MEASUREMENTS if not titles or one[0] in titles]
    target = ROOT / "docs" / "measurements" / f"{date}.md"
    target.parent.mkdir(exist_ok=True)
    parts = [
        f"# Measurements of {date}\n\n"
        f"On {os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}. "
        f"Made by `make measure`{', some of its measurements' if titles else ''}.\n"
    ]
    for title, meaning, command, environment in wanted:
        print(f"measure: {title}", flush=True)
        start = time.monotonic()
        done = subprocess.run(
            [sys.executable, *command], cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True
        )
        shown = " ".join([*(f"{k}={v}" for k, v in environment.items()), "python", *command])
        output = (done.stdout + (done.stderr if done.returncode else "")).strip()
        parts.append(
            f"\n## {title}\n\n{meaning}\n\n"
            f"`{shown}` ({time.monotonic() - start:.0f} s, exit code {done.returncode})\n\n"
            f"```text\n{output}\n```\n"
        )
    target.write_text("".join(parts), "utf-8")
    print(f"measure: written to {target}")


if __name__ == "__main__":
    main()
