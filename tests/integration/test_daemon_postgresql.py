# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon on a PostgreSQL ledger; and the note to a queue's own address."""

from email import message_from_bytes, policy
from pathlib import Path

import sqlalchemy as sa

from tests.servers.dovecot import Dovecot
from tests.servers.office import PATIENCE, Office, message, sent_to
from tests.servers.ports import wait_until
from tests.servers.postgresql import PostgreSQL
from tests.servers.smtp_sink import SmtpSink


def test_the_daemon_serves_from_postgresql_and_tells_the_queue_without_content(
    tmp_path: Path, dovecot: Dovecot, user: str
) -> None:
    with PostgreSQL() as server, SmtpSink() as sink:
        url = server.database("intake")
        office = Office(tmp_path, dovecot, sink.port, {"office": user}, service={"ledger": url})
        text = office.config.read_text()
        assert 'folder = "Aufenthaltstitel"' in text
        office.config.write_text(
            text.replace('folder = "Aufenthaltstitel"', 'folder = "Aufenthaltstitel"\nnotify = "team@office.example"')
        )
        engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))

        def fetched() -> bool:
            if not sa.inspect(engine).has_table("mailboxes"):
                return False
            with engine.connect() as connection:
                return connection.execute(sa.text("SELECT fetched_at FROM mailboxes")).scalar() is not None

        try:
            office.start_process()
            wait_until(fetched, f"the daemon serves\n{office.log()}", PATIENCE)
            dovecot.deliver(user, message("samira@example.net", subject="Aufenthaltserlaubnis verlängern"))
            sink.wait_for(2)

            def settled() -> bool:
                with engine.connect() as connection:
                    return connection.execute(sa.text("SELECT copy FROM outbox ORDER BY id")).scalars().all() == [
                        "done",
                        "none",
                    ]

            wait_until(settled, f"the copy is filed\n{office.log()}")
            office.stop()
        finally:
            office.kill()
            engine.dispose()
        (acknowledgement,) = sent_to(sink, "samira@example.net")
        (note,) = sent_to(sink, "team@office.example")
        assert len(dovecot.stored(user, "Aufenthaltstitel")) == 2
        told = message_from_bytes(note, policy=policy.default)
        reference = told["Subject"].split()[2]
        assert reference in message_from_bytes(acknowledgement, policy=policy.default)["Subject"]
        assert told["Auto-Submitted"] == "auto-generated"
        body = told.get_content()
        assert "Deutsch" in body
        assert "samira" not in note.decode().lower()
        assert "verlängern" not in body
