# SPDX-License-Identifier: GPL-3.0-or-later
"""Seeing it work: the page for Prometheus and the line for Nagios, of a daemon that serves real mail."""

import re
import socket
import sqlite3
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.servers.dovecot import Dovecot
from tests.servers.office import Office, message
from tests.servers.ports import free_ports, wait_until
from tests.servers.smtp_sink import SmtpSink

pytestmark = pytest.mark.integration

OFTEN = "import intake.daemon\nintake.daemon.HEALTH_SECONDS = 0.2\n"
LIST_MAIL = {"List_Id": "<news.example.com>", "Precedence": "bulk"}


def with_metrics(office: Office) -> Callable[[], dict[str, float]]:
    """Switch the metrics on; how to read them: ``name{label=value,…}`` → value."""
    [port] = free_ports(1)
    text = office.config.read_text("utf-8")
    office.config.write_text(f"{text}\n[metrics]\nport = {port}\n", "utf-8")

    def read() -> dict[str, float]:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as page:
            return {
                s.name + "".join(f"{{{k}={v}}}" for k, v in sorted(s.labels.items())): s.value
                for family in text_string_to_metric_families(page.read().decode())
                for s in family.samples
            }

    return read


def listening(pid: int) -> set[tuple[str, int]]:
    """The addresses (as the kernel writes them) and ports on which a process listens."""
    inodes = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        found = re.match(r"socket:\[(\d+)\]", str(descriptor.readlink()) if descriptor.is_symlink() else "")
        if found:
            inodes.add(found[1])
    addresses = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                address, _, port = fields[1].partition(":")
                addresses.add((address, int(port, 16)))
    return addresses


def test_the_figures_follow_what_happens_and_name_nobody(dovecot: Dovecot, user: str, tmp_path: Path) -> None:
    with SmtpSink() as sink:
        office = Office(tmp_path, dovecot, sink.port, {"office": user}, patches=OFTEN)
        read = with_metrics(office)
        started = time.time()
        with office:
            people = [message(f"p{n}@person.example") for n in range(3)]
            dovecot.deliver(user, *people, message("news@shop.example", **LIST_MAIL))
            office.wait_recorded(4)
            name = "intake_messages_total{queue=residence-permit}{reason=eligible}"
            wait_until(lambda: read().get(name) == 3, "three acknowledged")
            wait_until(
                lambda: read()["intake_mailbox_last_fetch_timestamp_seconds{mailbox=office}"] > started, "fetched"
            )
            found: dict[str, float] = {}

            def emptied() -> bool:
                # The outbox's gauges are taken from time to time, not at each change.
                found.update(read())
                return found["intake_outbox_mails{state=queued}"] == found["intake_outbox_oldest_seconds"] == 0

            wait_until(emptied, "the gauges show an empty outbox")
            listed = [k for k in found if k.startswith("intake_messages_total") and "queue=system" in k]
            assert [found[k] for k in listed] == [1]
            assert found["intake_mailbox_up{mailbox=office}"] == 1
            assert found["intake_acknowledgement_seconds_count"] == 3
            assert 0 <= found["intake_acknowledgement_seconds_sum"] < 3 * 120
            assert found["intake_decision_seconds_count"] == found["intake_detector_seconds_count"] == 4
            assert 0 < found["intake_detector_seconds_sum"] < found["intake_decision_seconds_sum"]
            assert found["intake_mailbox_to_be_filed{mailbox=office}"] == 0
            assert found["intake_holds"] == 0
            assert not [k for k in found if k.startswith("intake_notices_open")]

            sink.stop()
            dovecot.deliver(user, message("late@person.example"))
            wait_until(lambda: read()["intake_outbox_mails{state=queued}"] == 1, "one waits")
            wait_until(lambda: read().get("intake_notices_open{cause=relay}") == 1, "its notice is open")
            wait_until(lambda: read()["intake_outbox_oldest_seconds"] > 0, "it grows old")
            everything = str(read())
            assert "person.example" not in everything
            assert "@" not in everything
            assert {address for address, _ in listening(office.pid)} == {"0100007F"}


def test_a_mailbox_that_cannot_be_reached_is_down_and_the_other_is_up(
    dovecot: Dovecot, user: str, tmp_path: Path
) -> None:
    nobody = free_ports(1)[0]
    with SmtpSink() as sink:
        mailboxes = {"office": user, "gone": {"user": user, "port": nobody}}
        office = Office(tmp_path, dovecot, sink.port, mailboxes, patches=OFTEN)
        read = with_metrics(office)
        with office:
            wait_until(lambda: read().get("intake_mailbox_up{mailbox=office}") == 1, "one is up")
            assert read()["intake_mailbox_up{mailbox=gone}"] == 0
            assert read()["intake_mailbox_last_fetch_timestamp_seconds{mailbox=gone}"] == 0


def test_without_a_port_nothing_listens_and_a_port_that_is_taken_is_told_in_one_sentence(
    dovecot: Dovecot, user: str, tmp_path: Path
) -> None:
    with SmtpSink() as sink, Office(tmp_path, dovecot, sink.port, {"office": user}) as office:
        assert listening(office.pid) == set()
        office.stop()
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            text = office.config.read_text("utf-8")
            office.config.write_text(f"{text}\n[metrics]\nport = {port}\n", "utf-8")
            done = office.command("run")
        assert done.returncode == 1
        assert re.fullmatch(rf"intake: metrics\.port: the port {port} [^\n]*choose another\n", done.stderr)


def test_the_health_command_follows_the_service_from_before_its_first_start_to_its_end(
    dovecot: Dovecot, user: str, tmp_path: Path
) -> None:
    with SmtpSink() as sink:
        office = Office(tmp_path, dovecot, sink.port, {"office": user}, patches=OFTEN)

        def health() -> tuple[int, str]:
            done = office.command("health")
            assert done.stderr == ""
            assert done.stdout.count("\n") == 1
            return done.returncode, done.stdout.strip()

        code, line = health()
        assert code == 3
        assert line.startswith("INTAKE UNKNOWN - ")
        assert "there is no ledger yet" in line
        with office:
            alive = "SELECT 1 FROM meta WHERE key = 'alive_at'"
            wait_until(lambda: office.query(alive) != [], "it is alive")
            code, line = health()
            assert (code, line[:11]) == (0, "INTAKE OK -"), line
            assert "'fetched_office'=" in line
            sink.stop()
            dovecot.deliver(user, message())
            wait_until(lambda: "relay" in office.causes(), "mail waits")
            code, line = health()
            assert code == 1
            assert "1 notices are open (relay)" in line
            office.kill()
        # Nobody notes any more that the service is alive.
        with sqlite3.connect(tmp_path / "data" / "ledger.sqlite3") as connection:
            connection.execute("UPDATE meta SET value = '2026-01-01T08:00:00+00:00' WHERE key = 'alive_at'")
        connection.close()
        code, line = health()
        assert code == 2
        assert "the service does not run, or hangs" in line
        office.config.write_text("[service]\nnonsense = 1\n")
        code, line = health()
        assert code == 3
        assert "service.nonsense" in line
