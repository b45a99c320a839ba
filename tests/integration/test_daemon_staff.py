# SPDX-License-Identifier: GPL-3.0-or-later
"""What people do after the acknowledgement: clerks answer, residents write again, strangers quote, mail bounces."""

import datetime as dt
import email
import email.policy
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.dovecot import Dovecot
from tests.servers.office import PATIENCE, Office, id_of, message, sent_to, until
from tests.servers.postfix import postfix
from tests.servers.smtp_sink import SmtpSink

pytestmark = pytest.mark.integration

LOOK_OFTEN = "import intake.daemon as d\nd.STAFF_SECONDS = 1.0"


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    """A relay of its own."""
    with SmtpSink() as relay:
        yield relay


def state(office: Office, raw: bytes) -> tuple[str, dt.datetime | None]:
    """The state of a mail's case, and when it was answered."""
    [(name, at)] = office.query("SELECT state, answered_at FROM cases WHERE reference = ?", office.reference(raw))
    return str(name), dt.datetime.fromisoformat(at).replace(tzinfo=dt.UTC) if at else None


def reply(to: str, **headers: str) -> bytes:
    """A clerk's mail as it lies in the Sent folder."""
    return message(
        "office@office.example", to, headers.pop("subject", "AW: Ihr Anliegen"),
        "Guten Tag,\n\nbitte bringen Sie Ihren Pass mit.\n\nMit freundlichen Grüßen\nSchmidt\n", **headers,
    )  # fmt: skip


def test_a_clerks_answer_is_noticed_however_it_is_given(
    dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    names = ("thread", "subject", "flag", "robot", "nothing")
    mails = {name: message(f"{name}@person.example") for name in names}
    with Office(tmp_path, dovecot, sink.port, {"office": user}, patches=LOOK_OFTEN) as office:
        dovecot.deliver(user, *mails.values())
        office.wait_settled(*mails.values())
        at = dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(minutes=7)
        vacation = reply("robot@person.example", In_Reply_To=id_of(mails["robot"]), Auto_Submitted="auto-replied")
        by_thread = reply("thread@person.example", In_Reply_To=id_of(mails["thread"]))
        spelt = office.reference(mails["subject"]).lower().replace("-", " ")
        by_reference = reply("subject@person.example", subject=f"Ihr Anliegen {spelt}")
        dovecot.deliver(user, vacation, by_thread, by_reference, folder="Sent", date=at)
        folder = office.decisions(mails["flag"])[0][2]
        with dovecot.client(user) as clerk:
            clerk.select_folder(folder)
            clerk.add_flags(clerk.search(["HEADER", "Message-ID", id_of(mails["flag"])]), ["\\Answered"])
        until(lambda: state(office, mails["subject"])[0] == "answered", "the last reply in Sent was read")
        until(lambda: state(office, mails["flag"])[0] == "answered", "the flag was seen")
        assert state(office, mails["thread"]) == ("answered", at)
        assert state(office, mails["subject"]) == ("answered", at)
        assert state(office, mails["robot"]) == ("open", None)
        assert state(office, mails["nothing"]) == ("open", None)
        assert "answered" in office.command("case", office.reference(mails["thread"])).stdout

        again = message(
            "thread@person.example",
            subject="Re: AW: Ihr Anliegen",
            text="Guten Tag,\n\nvielen Dank. Genügt auch eine Kopie des Passes?\n\nMaria\n",
            In_Reply_To=id_of(by_thread),
        )
        stranger_in_thread = message("colleague@person.example", In_Reply_To=id_of(by_thread), subject="Nachtrag")
        dovecot.deliver(user, again, stranger_in_thread)
        office.wait_settled(again, stranger_in_thread)
        assert office.decisions(again) == [("office", "follow-up", office.decisions(mails["thread"])[0][2], "filed")]
        assert office.reference(again) == office.reference(mails["thread"])
        assert state(office, mails["thread"]) == ("open", None)
        assert len(sent_to(sink, "thread@person.example")) == 1
        assert sent_to(sink, "colleague@person.example") == []


def test_who_writes_again_joins_the_case_and_who_quotes_anothers_reference_does_not(
    dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    text = "Guten Tag,\n\nich möchte die deutsche Staatsangehörigkeit beantragen: Einbürgerung.\n\nOlena\n"
    first = message("olena@person.example", subject="Einbürgerung", text=text)
    with Office(tmp_path, dovecot, sink.port, {"office": user}) as office:
        dovecot.deliver(user, first)
        office.wait_settled(first)
        reference, folder = office.reference(first), office.decisions(first)[0][2]
        acknowledgement = id_of(sink.messages[0].raw)
        joining = {
            "same-text": message("olena@person.example", subject="Einbürgerung", text=text),
            "follow-up": message("olena@person.example", subject=f"Nachtrag zu {reference}", text="Anbei der Pass.\n"),
        }
        answered = message(
            "olena@person.example", subject="Re: Eingang", text="Danke, noch eine Frage.\n", In_Reply_To=acknowledgement
        )
        stranger = message(
            "boris@other.example", subject=f"Frage zu {reference}", text="Guten Tag,\n\nich frage für eine Freundin.\n"
        )
        dovecot.deliver(user, *joining.values(), answered, stranger)
        office.wait_settled(*joining.values(), answered, stranger)
        for reason, raw in (*joining.items(), ("follow-up", answered)):
            assert office.decisions(raw) == [("office", reason, folder, "filed")]
            assert office.reference(raw) == reference
        assert len(sent_to(sink, "olena@person.example")) == 1

        assert office.reference(stranger) not in ("", reference)
        assert office.decisions(stranger) == [("office", "eligible", folder, "filed")]
        assert len(sent_to(sink, "boris@other.example")) == 1
        [notice] = [n for n in office.status()["notices"] if n["cause"] == "foreign-reference"]
        assert notice["about"] == reference

        def told() -> list[str]:
            return [
                str(mail["Subject"]) + mail.get_content()
                for one in dovecot.stored(user, "Prüfen")
                for mail in [email.message_from_bytes(one.raw, policy=email.policy.default)]
            ]

        until(lambda: len(told()) == 1, "staff find the notice")
        assert reference in told()[0]
        assert "anderen Adresse" in told()[0]
        assert not re.search(r"other\.example|person\.example|Freundin|Staatsangehörigkeit", told()[0])


def test_a_real_bounce_to_the_bounce_address_blocks_the_address_and_nobody_elses(
    dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    returned = f"bounce.{user}"
    mailboxes = {"office": user, "bounce": returned}
    sink.script.recipients["gone@person.example"] = "550 5.1.1 no such mailbox"
    sink.script.recipients["full@person.example"] = "552 5.2.2 mailbox is full"
    with (
        postfix(sink.port) as relay,
        Office(tmp_path, dovecot, relay.port, mailboxes, smtp={"bounce_address": "bounce@office.example"}) as office,
    ):
        until(
            lambda: len(office.query("SELECT 1 FROM mailboxes WHERE fetched_at IS NOT NULL")) == 2, "both are fetched"
        )
        gone, full, fine = (message(f"{name}@person.example") for name in ("gone", "full", "fine"))
        dovecot.deliver(user, gone, full, fine)
        office.wait_settled(gone, full, fine)
        mails = sink.wait_for(3, seconds=PATIENCE)
        [accepted] = [mail for mail in mails if mail.recipients == ("fine@person.example",)]
        assert accepted.sender == f"bounce+{office.reference(fine).lower()}@office.example"
        reports = [mail for mail in mails if mail.sender == ""]
        assert {mail.recipients[0] for mail in reports} == {
            f"bounce+{office.reference(raw).lower()}@office.example" for raw in (gone, full)
        }
        forged = message(
            "mailer-daemon@mx.example.net",
            "bounce@office.example",
            "Undelivered",
            "Final-Recipient: fine@person.example",
        ).replace(b"text/plain", b"message/delivery-status")
        for mail in (*(m.raw for m in reports), forged):
            dovecot.lmtp(returned, mail, sender="")
        for mail in (*(m.raw for m in reports), forged):
            office.wait_settled(mail)
        again = {
            name: message(f"{name}@person.example", subject="Noch etwas", text="Guten Tag, ich habe noch eine Frage.\n")
            for name in ("gone", "full", "fine")
        }
        dovecot.deliver(user, *again.values())
        office.wait_settled(*again.values())
        assert {name: office.decisions(raw)[0][1] for name, raw in again.items()} == {
            "gone": "target-blocked",
            "full": "eligible",
            "fine": "eligible",
        }
        assert [n["about"] for n in office.status()["notices"] if n["cause"] == "undeliverable"] == [
            office.reference(gone)
        ]
        assert {row[2] for m in reports for row in office.decisions(m.raw)} == {"System"}
