# SPDX-License-Identifier: GPL-3.0-or-later
"""How long does a person's message wait for its acknowledgement, side by side with Dovecot's own Sieve?

``python -m benchmarks.latency [MESSAGES]`` (50 unless told). From the moment in which the delivering server begins to
hand the message over (LMTP's DATA) to the moment in which the SMTP sink has accepted the acknowledgement, so that the
time of delivery itself counts on both sides. In one run, on one machine:

* **Sieve**: one message each 200 ms; a script files and answers (vacation) while the message is being delivered.
* **Intake, trickle**: one message each 200 ms into a mailbox that the daemon watches.
* **Intake, quiet**: one message each ten seconds; so the first thing that has to happen is Dovecot's push, which it
  holds back for half a second.

Absolute times depend on the machine and on what else it does; Sieve is there to compare with.
"""

import multiprocessing
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.drain import PADDING, SIEVE, messages
from tests.servers.dovecot import Dovecot
from tests.servers.office import Office
from tests.servers.ports import wait_until
from tests.servers.smtp_sink import Received, SmtpSink

USER = "office@office.example"
TRICKLE_SECONDS = 0.2
QUIET_SECONDS = 10.0
QUIET_MESSAGES = 6


class _ClockedSink(SmtpSink):
    """Notes when each mail was accepted. Linux's monotonic clock is one for all processes."""

    def __init__(self) -> None:
        super().__init__()
        self.accepted: dict[str, float] = {}

    def _keep(self, mail: Received) -> None:
        super()._keep(mail)
        self.accepted[mail.recipients[0]] = time.monotonic()


def _sink(pipe: Connection) -> None:
    with _ClockedSink() as sink:
        pipe.send(sink.port)
        while pipe.recv() is not None:
            pipe.send(dict(sink.accepted))


class Sink:
    """An SMTP sink in a process of its own: nobody waits for its interpreter but it."""

    def __enter__(self) -> "Sink":
        self._pipe, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.Process(target=_sink, args=(theirs,), daemon=True)
        self._process.start()
        self.port: int = self._pipe.recv()
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe.send(None)
        self._process.join(10)

    def accepted(self) -> dict[str, float]:
        """Recipient → when the mail to them was accepted."""
        self._pipe.send("accepted")
        return dict(self._pipe.recv())


def _deliver(dovecot: Dovecot, mails: Sequence[bytes], seconds: float) -> dict[str, float]:
    """One message each ``seconds``; sender → when its delivery began."""
    begun: dict[str, float] = {}
    start = time.monotonic()
    for number, raw in enumerate(mails):
        time.sleep(max(0.0, start + number * seconds - time.monotonic()))
        sender = raw.split(b"\r\n", 1)[0].removeprefix(b"From: ").decode()
        begun[sender] = time.monotonic()
        dovecot.lmtp(USER, raw, sender)
    return begun


def _waits(sink: Sink, begun: dict[str, float]) -> list[float]:
    """Seconds that each sender waited."""
    wait_until(lambda: begun.keys() <= sink.accepted().keys(), "all were acknowledged", 60)
    accepted = sink.accepted()
    return [accepted[sender] - at for sender, at in begun.items()]


def sieve(mails: Sequence[bytes]) -> list[float]:
    """Waits where Sieve answers."""
    with Sink() as sink, Dovecot(fsync="always", submission_port=sink.port) as dovecot:
        dovecot.sieve(USER, SIEVE.replace("TEXT", PADDING[:1500].replace('"', "'")))
        return _waits(sink, _deliver(dovecot, mails, TRICKLE_SECONDS))


def intake(trickle: Sequence[bytes], quiet: Sequence[bytes]) -> tuple[list[float], list[float]]:
    """Waits where the service answers, with a message each 200 ms, and with one each ten seconds."""
    folder = Path(tempfile.mkdtemp(prefix="latency-"))
    try:
        with Sink() as sink, Dovecot(fsync="always") as dovecot:
            periods = {"sweep_seconds": 60, "outbox_seconds": 15, "renew_idle_seconds": 300}
            with Office(folder, dovecot, sink.port, {"office": USER}, service=periods, forked=False):
                # The first message starts what sleeps: the worker process, the connection to the relay.
                _waits(sink, _deliver(dovecot, trickle[:1], 0))
                return (
                    _waits(sink, _deliver(dovecot, trickle[1:], TRICKLE_SECONDS)),
                    _waits(sink, _deliver(dovecot, quiet, QUIET_SECONDS)),
                )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _row(name: str, waits: Sequence[float], base: float) -> str:
    ordered = sorted(waits)
    p90, p99 = (ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.90, 0.99))
    median = statistics.median(ordered)
    return f"{name:24}{len(ordered):9}{median * 1000:12.0f}{p90 * 1000:8.0f}{p99 * 1000:8.0f}{median / base:12.1f}"


def main() -> None:
    """Run all and print a table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    mails = messages(count + 1 + QUIET_MESSAGES)
    by_sieve = sieve(mails[1 : count + 1])
    trickle, quiet = intake(mails[: count + 1], mails[count + 1 :])
    base = statistics.median(by_sieve)
    print(f"{'':24}{'messages':>9}{'median ms':>12}{'p90':>8}{'p99':>8}{'of Sieve':>12}")
    print(_row("Sieve, each 200 ms", by_sieve, base))
    print(_row("Intake, each 200 ms", trickle, base))
    print(_row("Intake, each 10 s", quiet, base))


if __name__ == "__main__":
    main()
