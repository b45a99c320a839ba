# SPDX-License-Identifier: GPL-3.0-or-later
"""How long ``intake simulate`` takes over a thousand messages, and how much of it is spent before the first.

``python -m benchmarks.simulation [MESSAGES]``. The messages are the project's own triage mails in all languages, over
and over; that is more languages than an office sees, and each language's words are loaded when it first comes. The
command is run as an administrator runs it, with a rule file that changes one weight: over one message, and over all.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.servers.office import message
from tests.triage_queue_score import mails_of

FILES = ("mails.toml", "dev_a.toml", "dev_b.toml", "unseen_a.toml", "unseen_b.toml", "unseen_c.toml")
CHANGE = 'extends = "shipped"\n[queues.naturalisation.evidence]\ncitizenship = 0\n'


def main() -> None:
    """Write the messages, run the command, and print the seconds."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    samples = mails_of(FILES)
    with tempfile.TemporaryDirectory() as folder:
        rules = Path(folder, "new.toml")
        rules.write_text(CHANGE, "utf-8")
        files = []
        for number in range(count):
            sample = samples[number % len(samples)]
            file = Path(folder, f"{number}.eml")
            sender, office = f"p{number}@example.net", "auslaenderbehoerde@musterstadt.example"
            file.write_bytes(message(sender, office, sample.subject, sample.text))
            files.append(str(file))
        print("| messages | seconds | of processor time |\n|---|---|---|")
        for some in (files[:1], files):
            print("| {:,} | {:.1f} | {:.1f} |".format(len(some), *timed(rules, some)))
    print(f"\nload of the machine: {os.getloadavg()[0]:.1f}")


def timed(rules: Path, files: list[str]) -> tuple[float, float]:
    """How long the command takes over these files, and what it costs all processors together."""
    before, start = os.times(), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "intake", "simulate", "--json", "--rules", str(rules), "-"],
        input="\n".join(files), text=True, capture_output=True, check=False,
    )  # fmt: skip
    seconds, after = time.perf_counter() - start, os.times()
    assert done.returncode in (0, 3), done.stderr
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return seconds, spent


if __name__ == "__main__":
    main()
