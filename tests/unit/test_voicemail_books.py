# SPDX-License-Identifier: GPL-3.0-or-later
"""Recordings in the ledger: each once, in its case, understood, filed, and forgotten with its caller."""

import asyncio
import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from intake.cases import forgotten, keys, ledger, recordings, records, retention
from intake.cases.forgotten import Forgotten
from intake.cases.ledger import Ledger
from intake.cases.spool import PrivateSpool
from intake.cases.tables import cases, messages, outbox, seen, threads
from intake.cases.tables import recordings as spoken
from intake.config import Configuration, Retention
from intake.voicemail.books import Books, Decided, admit, decide, enter, file_name, identities
from intake.voicemail.values import Arrived, Understood
from tests.books import open_case
from tests.servers.office import EXAMPLE
from tests.telephone import sound

NOW = dt.datetime(2026, 4, 3, 12, 0, tzinfo=dt.UTC)
LEFT = dt.datetime(2026, 4, 3, 10, 30, 15, 500_000, tzinfo=dt.UTC)
CALLER = "0761 4711"
UNDERSTOOD = Understood(
    state="heard", language="tr", confidence="likely", queue="appointments", evidence=("says Termin",), reasons=(),
    references=(), seconds=12.5, pieces=(), problem="", sound=b"", sound_name="n.wav", sound_type="audio/x-wav",
)  # fmt: skip


def configuration(**changes: Any) -> Configuration:
    from intake.config import parse

    given = parse(EXAMPLE.read_text("utf-8"), None).configuration
    return given.model_copy(update=changes)


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite3'}", tmp_path)
    yield opened
    opened.close()


def write(books: Ledger, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return asyncio.run(books.write(work, *args, **kwargs))


def rows(books: Ledger, table: sa.Table) -> list[Any]:
    return asyncio.run(books.read(lambda c: list(c.execute(sa.select(table)))))


def context(books: Ledger, **changes: Any) -> Books:
    return Books(configuration(**changes), books.secret)


def arrived(said: str = "a", **changes: Any) -> Arrived:
    usual: dict[str, Any] = {
        "source": "pbx", "name": "default/100/INBOX/msg0000.WAV", "data": sound(said), "left_at": LEFT,
        "caller": CALLER, "mailbox": "100@default", "identity": f"id-{said}",
    }  # fmt: skip
    return Arrived(**usual | changes)


def come_in(books: Ledger, one: Arrived, now: dt.datetime = NOW) -> str | None:
    known_as = identities(books.secret, one)
    reference: str | None = write(books, admit, context(books), one, known_as, file_name(known_as[0], one), now)
    return reference


def understand(books: Ledger, understood: Understood = UNDERSTOOD, now: dt.datetime = NOW) -> Decided:
    """Let the oldest recording that waits be understood."""
    of = context(books)
    row = asyncio.run(books.read(recordings.next_due, now))
    decided: Decided = asyncio.run(books.read(decide, of, row, understood))
    assert write(books, enter, of, row, understood, decided, 1000, now)
    return decided


# -- coming in


def test_a_recording_opens_a_case_in_general_with_its_caller_and_waits_to_be_heard(books: Ledger) -> None:
    reference = come_in(books, arrived())
    (case,), (message,), (recording,) = rows(books, cases), rows(books, messages), rows(books, spoken)
    assert (case.reference, case.channel, case.queue, case.sender) == (
        reference,
        "voicemail",
        "general",
        "tel:+497614711",
    )
    assert case.sender_key == message.sender_key == keys.sender(books.secret, "tel:+497614711")
    assert (message.filing, message.uidvalidity, message.uid, message.reply) == ("spooled", 0, 1, False)
    assert message.internal_date == LEFT.replace(microsecond=0), "mailboxes know whole seconds"
    assert (recording.transcript, recording.caller, recording.attempts) == ("not-yet", CALLER, 0)
    assert Path(recording.file).suffix == ".wav"


def test_the_same_sound_is_the_same_recording_whichever_way_it_comes(books: Ledger) -> None:
    assert come_in(books, arrived()) is not None
    assert come_in(books, arrived(source="mail", name="x.wav", identity="<1@pbx>", caller="", left_at=NOW)) is None
    assert len(rows(books, cases)) == 1


def test_what_the_telephone_system_calls_the_same_is_the_same(books: Ledger) -> None:
    assert come_in(books, arrived()) is not None
    assert come_in(books, arrived(data=sound("a") + b"trailer")) is None
    assert come_in(books, arrived(data=sound("other"), source="another", identity="id-a")) is not None


@pytest.mark.parametrize("silence", [b"", bytes(80_000), b"\xd5" * 80_000], ids=["nothing", "zeros", "A-law"])
def test_silence_is_alike_for_everybody_and_so_the_moment_counts(books: Ledger, silence: bytes) -> None:
    assert come_in(books, arrived(data=silence, identity="")) is not None
    assert come_in(books, arrived(data=silence, identity="")) is None
    assert come_in(books, arrived(data=silence, identity="", left_at=LEFT + dt.timedelta(minutes=1))) is not None


def test_a_withheld_number_identifies_nobody(books: Ledger) -> None:
    come_in(books, arrived(caller=""))
    (case,) = rows(books, cases)
    assert (case.sender, case.sender_key) == (None, None)


def test_names_that_strangers_chose_are_harmless(books: Ledger) -> None:
    come_in(books, arrived(name="../../\x1b[31m\n" + "x" * 1000 + ".eml", caller="0761\n4711"))
    (recording,) = rows(books, spoken)
    assert recording.name.isprintable()
    assert len(recording.name) <= 300
    assert recording.file.isalnum(), "a suffix that is ours is left out"


def test_a_ledger_that_forgot_a_recording_gives_it_the_same_reference_again(books: Ledger) -> None:
    first = come_in(books, arrived())
    (before,) = rows(books, messages)

    def lose(connection: sa.Connection) -> None:
        for table in (spoken, threads, messages, cases, seen):
            connection.execute(table.delete())

    write(books, lose)
    assert come_in(books, arrived()) == first
    assert rows(books, messages)[0].message_id == before.message_id


# -- understood


def test_what_was_understood_is_entered_in_message_case_and_recording(books: Ledger) -> None:
    reference = come_in(books, arrived())
    decided = understand(books)
    (case,), (message,), (recording,) = rows(books, cases), rows(books, messages), rows(books, spoken)
    assert (decided.reference, decided.folder) == (reference, "Termine")
    assert (case.queue, case.language) == ("appointments", "tr")
    assert (message.queue, message.folder, message.language, message.filing) == (
        "appointments",
        "Termine",
        "tr",
        "composed",
    )
    assert message.size == 1000
    assert message.evidence == ["says Termin"]
    assert (recording.transcript, recording.seconds) == ("heard", 12.5)


def test_a_queue_that_the_office_does_not_have_is_general(books: Ledger) -> None:
    come_in(books, arrived())
    assert understand(books, replace(UNDERSTOOD, queue="cooking")).queue == "general"


def test_who_says_the_reference_of_their_own_case_joins_it(books: Ledger) -> None:
    own = come_in(books, arrived("first"))
    understand(books)
    write(books, records.answered, rows(books, cases)[0].id, NOW)
    come_in(books, arrived("second"))
    decided = understand(books, replace(UNDERSTOOD, queue="family", references=(str(own),)))
    assert (decided.reference, decided.queue, decided.named) == (own, "appointments", "")
    (case,) = rows(books, cases)
    assert (case.reference, case.state) == (own, "open"), "who calls again waits again"
    assert {row.case_id for row in rows(books, messages)} == {case.id}
    assert {row.reference for row in rows(books, seen)} == {own}
    assert len(rows(books, threads)) == 2


def test_who_says_the_reference_of_anothers_case_has_a_case_of_their_own_in_its_queue(books: Ledger) -> None:
    other = write(books, open_case, books.secret, NOW, queue="family", sender="samira@example.net").reference
    mine = come_in(books, arrived())
    decided = understand(books, replace(UNDERSTOOD, references=("AB-0000000", other)))
    assert (decided.reference, decided.named, decided.queue) == (mine, other, "family")
    assert len(rows(books, cases)) == 2


def test_a_withheld_number_joins_nothing(books: Ledger) -> None:
    first = come_in(books, arrived("first", caller=""))
    understand(books)
    second = come_in(books, arrived("second", caller=""))
    decided = understand(books, replace(UNDERSTOOD, references=(str(first),)))
    assert (decided.reference, decided.named) == (second, first)


def test_the_language_of_a_callers_earlier_case_is_known(books: Ledger) -> None:
    come_in(books, arrived("first"))
    understand(books)
    come_in(books, arrived("second"))
    row = asyncio.run(books.read(recordings.next_due, NOW))
    assert asyncio.run(books.read(recordings.language_before, row.sender_key, row.case_id)) == "tr"
    assert asyncio.run(books.read(recordings.language_before, None, row.case_id)) == ""


def test_a_team_with_an_address_is_told_of_the_case_once_it_is_theirs(books: Ledger) -> None:
    queues = configuration().queues
    queues = queues | {"appointments": queues["appointments"].model_copy(update={"notify": "termine@example.org"})}
    come_in(books, arrived())
    of = context(books, queues=queues)
    assert rows(books, outbox) == []
    row = asyncio.run(books.read(recordings.next_due, NOW))
    decided = asyncio.run(books.read(decide, of, row, UNDERSTOOD))
    write(books, enter, of, row, UNDERSTOOD, decided, 1000, NOW)
    (mail,) = rows(books, outbox)
    assert (mail.kind, mail.recipient, mail.state) == ("notification", "termine@example.org", "queued")


def test_with_a_ledger_from_a_backup_the_folder_is_asked_before_anything_is_put_there(books: Ledger) -> None:
    write(books, ledger.hold, "restored", "", NOW, "from a backup")
    come_in(books, arrived())
    understand(books)
    assert rows(books, messages)[0].filing == "appending"


def test_an_attempt_counts_before_it_is_made_and_the_next_one_waits(books: Ledger) -> None:
    come_in(books, arrived("a"))
    come_in(books, arrived("b"))
    first = asyncio.run(books.read(recordings.next_due, NOW))
    write(books, recordings.count_attempt, first.id, 1, NOW + dt.timedelta(minutes=1))
    assert asyncio.run(books.read(recordings.next_due, NOW)).id != first.id
    again = asyncio.run(books.read(recordings.next_due, NOW + dt.timedelta(minutes=2)))
    assert (again.id, again.attempts) == (first.id, 1)


# -- forgotten


def erase(books: Ledger, number: str, now: dt.datetime) -> retention.Erasure:
    person = Forgotten(keys.sender(books.secret, number), now)
    return asyncio.run(retention.erase(books, [person], now))


def test_a_caller_is_forgotten_with_the_recordings_that_are_not_in_their_folder_yet(books: Ledger) -> None:
    come_in(books, arrived("filed"))
    understand(books)
    filed = rows(books, messages)[0]
    write(books, recordings.filed, filed.id, filed.folder, 7, 8)
    come_in(books, arrived("waits"))
    come_in(books, arrived("another", caller="+380441234567"))
    waits = rows(books, spoken)[1].file
    done = erase(books, "tel:+497614711", NOW)
    assert (done.cases, done.messages, done.recordings, done.files) == (2, 2, 1, {waits})
    assert [place.folder for place in done.places] == ["Termine"], "what never got there is no official file"
    told = {row.id: row for row in rows(books, messages)}
    assert [told[row.message_id].filing for row in rows(books, spoken)] == ["filed", "gone", "spooled"]
    assert [(row.caller, row.name) for row in rows(books, spoken)[:2]] == [(None, "")] * 2
    assert rows(books, spoken)[2].caller == "+380441234567"


def test_what_is_understood_of_a_caller_who_was_forgotten_meanwhile_is_not_entered(books: Ledger) -> None:
    come_in(books, arrived())
    of = context(books)
    row = asyncio.run(books.read(recordings.next_due, NOW))
    decided = asyncio.run(books.read(decide, of, row, UNDERSTOOD))
    erase(books, "tel:+497614711", NOW)
    assert not write(books, enter, of, row, UNDERSTOOD, decided, 1000, NOW)
    assert rows(books, messages)[0].filing == "gone"


def test_retention_empties_and_then_deletes_recordings_with_their_cases(books: Ledger) -> None:
    terms = Retention()
    come_in(books, arrived("filed"))
    understand(books)
    write(books, recordings.filed, rows(books, messages)[0].id, "Termine", 7, 8)
    come_in(books, arrived("waits"))
    later = NOW + dt.timedelta(days=terms.person_days + 1)
    asyncio.run(retention.run(books, terms, later))
    assert [(row.caller, row.name, row.file) for row in rows(books, spoken)] == [(None, "", "")] * 2
    assert asyncio.run(books.read(recordings.files)) == set(), "the private copy is nobody's now"
    assert rows(books, cases)[0].sender is None
    asyncio.run(retention.run(books, terms, NOW + dt.timedelta(days=terms.figures_days + 1)))
    assert rows(books, spoken) == rows(books, messages) == rows(books, cases) == []


def test_the_backlog_is_counted_until_a_recording_lies_in_its_folder(books: Ledger) -> None:
    assert asyncio.run(books.read(recordings.waiting)) == (0, None)
    come_in(books, arrived("a"))
    come_in(books, arrived("b"), NOW + dt.timedelta(minutes=5))
    assert asyncio.run(books.read(recordings.waiting)) == (2, NOW)
    write(books, recordings.filed, rows(books, messages)[0].id, "Termine", 7, 8)
    assert asyncio.run(books.read(recordings.waiting))[0] == 1


# -- the private spool


def test_the_private_spool_is_for_the_service_alone_and_holds_only_what_is_named(tmp_path: Path) -> None:
    spool = PrivateSpool(tmp_path / "voicemail")
    assert spool.tidy(()) == 0
    spool.keep("a.wav", b"sound")
    spool.keep_message("a.wav", b"mail")
    spool.keep("b.wav", b"sound")
    (spool.folder / "a.wav.eml.new").write_bytes(b"a message that is being written")
    assert spool.folder.stat().st_mode & 0o777 == 0o700
    assert spool.file("a.wav").stat().st_mode & 0o777 == 0o600
    assert (spool.message("a.wav"), spool.message("b.wav")) == (b"mail", None)
    assert spool.tidy({"a.wav"}) == 1
    (spool.folder / "a.wav.eml.new").unlink()
    spool.forget(["a.wav", "never there"])
    assert list(spool.folder.iterdir()) == []


def test_a_person_is_forgotten_by_number_with_a_receipt_that_does_not_say_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from intake.cli.privacy import forget

    config = tmp_path / "intake.toml"
    config.write_text(EXAMPLE.read_text("utf-8"), "utf-8")
    (tmp_path / "data").mkdir()
    books = Ledger.open(f"sqlite:///{tmp_path / 'data' / 'ledger.sqlite3'}", tmp_path / "data")
    come_in(books, arrived())
    spool = PrivateSpool(tmp_path / "data" / "voicemail")
    spool.keep(rows(books, spoken)[0].file, b"sound")
    books.close()
    asyncio.run(forget(config, "+49 761 4711", as_json=False, echo=print))
    said = capsys.readouterr().out
    assert "Aufnahmen, die noch nicht in ihrem Ordner lagen: 1" in said
    assert "4711" not in said
    assert list(spool.folder.iterdir()) == []
    assert len(forgotten.read(tmp_path / "data")) == 1
