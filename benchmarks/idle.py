# SPDX-License-Identifier: GPL-3.0-or-later
"""What do 200 idle mailboxes cost, each over TLS, in one process?

``python -m benchmarks.idle [MAILBOXES]`` (200 unless told). The daemon watches one mailbox of a real Dovecot, then that
many (fresh accounts, so that the folders of all queues have to be made), then the same ones again after a restart.
It trusts the system's certificates, as most installations do, and Dovecot's.
Printed are, for each: seconds and the daemon's CPU seconds until all were fetched once; its CPU seconds in the minute
after that, in which nothing happens; its memory then, resident and at its highest; and how much each mailbox adds.
"""

import os
import shutil
import ssl
import sys
import tempfile
import time
from pathlib import Path

from tests.servers.dovecot import Dovecot
from tests.servers.office import Office
from tests.servers.ports import wait_until
from tests.servers.smtp_sink import SmtpSink

TICKS = os.sysconf("SC_CLK_TCK")
IDLE_SECONDS = 60.0


def memory(pid: int, name: str) -> int:
    """A figure of a process's memory in bytes: ``VmRSS`` (resident now) or ``VmHWM`` (resident at its highest)."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    assert name in fields, f"process {pid} has ended"
    return int(fields[name].split()[0]) * 1024


def cpu(pid: int) -> float:
    """CPU seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def trust(file: Path, dovecot: Dovecot) -> None:
    """Make the system's certificates and Dovecot's what every program started from here on trusts."""
    system = ssl.get_default_verify_paths().cafile or "/etc/ssl/certs/ca-certificates.crt"
    assert dovecot.ca_file is not None
    file.write_bytes(Path(system).read_bytes() + dovecot.ca_file.read_bytes())
    os.environ["SSL_CERT_FILE"] = str(file)


def measure(folder: Path, dovecot: Dovecot, relay_port: int, mailboxes: int, idle_seconds: float) -> tuple[float, ...]:
    """Seconds and CPU seconds until all were fetched; CPU seconds while idle; bytes resident then, and at the most."""
    office = Office(
        folder, dovecot, relay_port, {f"box{n}": f"box{n}@office.example" for n in range(mailboxes)},
        service={"sweep_seconds": 60, "outbox_seconds": 15, "renew_idle_seconds": 300},
        mailbox={"host": "localhost", "port": dovecot.tls_port, "security": "tls", "timeout_seconds": 60},
        forked=False,
    )  # fmt: skip
    start = time.monotonic()
    before = dict(office.query("SELECT name, fetched_at FROM mailboxes"))

    def fetched() -> bool:
        rows = office.query("SELECT name, fetched_at FROM mailboxes WHERE problem IS NULL")
        return sum(1 for name, at in rows if at and at != before.get(name)) == mailboxes

    with office:
        wait_until(fetched, f"{mailboxes} mailboxes were fetched", 300)
        took, used = time.monotonic() - start, cpu(office.pid)
        time.sleep(idle_seconds)
        return took, used, cpu(office.pid) - used, memory(office.pid, "VmRSS"), memory(office.pid, "VmHWM")


def main() -> None:
    """Run all and print a table."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    folder = Path(tempfile.mkdtemp(prefix="idle-"))
    try:
        with SmtpSink() as sink, Dovecot(tls=True) as dovecot:
            trust(folder / "trusted.pem", dovecot)
            rows = {
                "1 mailbox": measure(folder / "one", dovecot, sink.port, 1, IDLE_SECONDS),
                f"{many} new mailboxes": measure(folder / "many", dovecot, sink.port, many, 0),
                f"{many} known mailboxes": measure(folder / "many", dovecot, sink.port, many, IDLE_SECONDS),
            }
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{'':24}{'start s':>9}{'start CPU s':>13}{'idle CPU s':>12}{'resident MB':>13}{'highest MB':>12}")
    for name, (took, used, idle, resident, highest) in rows.items():
        print(f"{name:24}{took:9.1f}{used:13.1f}{idle:12.2f}{resident / 1e6:13.1f}{highest / 1e6:12.1f}")
    one, *others = rows.values()
    above = max(row[3] for row in others) - one[3]
    print(f"above one mailbox: {above / 1e6:.1f} MB resident, {above / (many - 1) / 1024:.0f} KiB for each mailbox")


if __name__ == "__main__":
    main()
