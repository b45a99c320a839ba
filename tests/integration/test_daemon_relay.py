# SPDX-License-Identifier: GPL-3.0-or-later
"""Acknowledgements on their way out: relays that fail now or for good, switches, caps and the breaker.

Mail that must not go out is followed by one that must: when that one is settled, the others were decided.
"""

import email
import email.policy
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.dovecot import Dovecot
from tests.servers.office import PATIENCE, Office, id_of, message, sent_to, until
from tests.servers.postfix import postfix
from tests.servers.smtp_sink import Received, SmtpSink

pytestmark = pytest.mark.integration

RETRY_QUICKLY = """
import datetime as dt
import intake.mail.outbox as o
o.FIRST_WAIT = o.LONGEST_WAIT = dt.timedelta(seconds=0.5)
"""


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    """A relay of its own."""
    with SmtpSink() as relay:
        yield relay


def recipients(sink: SmtpSink) -> Counter[str]:
    return Counter(mail.recipients[0].partition("@")[0] for mail in sink.messages)


def about(number: int, sender: str) -> bytes:
    """A message that says something else for each number."""
    return message(sender, subject=f"Anliegen {number}", text=f"Guten Tag,\n\nich habe Frage Nummer {number} an Sie.\n")


def test_what_the_relay_cannot_take_now_is_sent_later_and_the_message_is_filed_meanwhile(
    dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    down = [message(f"down{n}@person.example") for n in range(2)]
    put_off, lost = message("later@person.example"), message("lost@person.example")
    with Office(tmp_path, dovecot, sink.port, {"office": user}, patches=RETRY_QUICKLY) as office:

        def is_seen_then_over() -> None:
            until(lambda: "relay" not in office.causes(), "the notice about the relay is closed")

        sink.stop()
        dovecot.deliver(user, *down)
        until(lambda: "relay" in office.causes(), "the outage is seen")
        until(lambda: all(row[3] == "filed" for raw in down for row in office.decisions(raw)), "filed all the same")
        assert office.status()["outbox"] == {"queued": 2}
        sink.start()
        office.wait_settled(*down)
        is_seen_then_over()

        sink.script.accepted = "451 4.3.0 try again later"
        dovecot.deliver(user, put_off)
        until(lambda: "relay" in office.causes(), "the deferral is seen")
        sink.script.accepted = "250 2.0.0 taken"
        office.wait_settled(put_off)
        is_seen_then_over()
        assert recipients(sink) == {"down0": 1, "down1": 1, "later": 1}

        sink.script.hang_up["dot"] = 1
        dovecot.deliver(user, lost)
        office.wait_settled(lost)
        first, second = (mail for mail in sink.messages if mail.recipients == ("lost@person.example",))
        assert (first.answered, second.answered) == (False, True)
        assert first.raw == second.raw
        folder = office.decisions(lost)[0][2]
        answers = [one for one in dovecot.stored(user, folder) if one.raw == second.raw]
        assert len(answers) == 1


def test_what_a_real_relay_refuses_for_good_is_told_to_staff_and_only_a_wrong_address_is_blocked(
    dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    refuse = {
        "gone@person.example": "550 5.1.1 no such mailbox",
        "full@person.example": "552 5.2.2 mailbox is full",
        "policy@person.example": "554 5.7.1 not from you",
    }
    with postfix(sink.port, refuse) as relay, Office(tmp_path, dovecot, relay.port, {"office": user}) as office:
        first = {address: about(1, address) for address in refuse}
        fine = about(1, "fine@person.example")
        dovecot.deliver(user, *first.values(), fine)
        office.wait_settled(*first.values(), fine)
        [sent] = sink.wait_for(1, seconds=PATIENCE)
        assert (sent.sender, sent.recipients) == ("", ("fine@person.example",))
        [copy] = [
            one.raw for one in dovecot.stored(user, office.decisions(fine)[0][2]) if id_of(one.raw) == id_of(sent.raw)
        ]
        assert sent.raw.endswith(copy)  # the relay put its Received before it, and changed nothing

        assert office.status()["outbox"] == {"failed": 3, "sent": 1}
        notices = [n for n in office.status()["notices"] if n["cause"] == "undeliverable"]
        assert {n["about"] for n in notices} == {office.reference(raw) for raw in first.values()}
        second = {address: about(2, address) for address in refuse}
        dovecot.deliver(user, *second.values())
        office.wait_settled(*second.values())
        assert {address: office.decisions(raw)[0][1] for address, raw in second.items()} == {
            "gone@person.example": "target-blocked",
            "full@person.example": "eligible",
            "policy@person.example": "eligible",
        }

        def told() -> list[str]:
            mails = [
                email.message_from_bytes(one.raw, policy=email.policy.default)
                for one in dovecot.stored(user, "Prüfen")
                if "\\Seen" not in one.flags
            ]
            return [str(m["Subject"]) + m.get_content() for m in mails if m["Auto-Submitted"] == "auto-generated"]

        until(lambda: len(told()) > 0, "staff find a notice")
        [notice] = told()  # five refusals of one kind, one notice a day
        assert "konnte nicht zugestellt werden" in notice
        assert "person.example" not in notice
        assert "Anliegen" not in notice


def test_a_relay_that_refuses_the_empty_sender_is_a_setting_to_mend_and_no_mail_is_lost_by_it(
    dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    raw = message("samira@person.example")
    sink.script.null_sender = "550 5.7.1 empty sender not allowed"
    with Office(tmp_path, dovecot, sink.port, {"office": user}, patches=RETRY_QUICKLY) as office:
        dovecot.deliver(user, raw)
        until(lambda: "relay" in office.causes(), "the refusal is seen")
        checked = office.command("check")
        assert checked.returncode == 1
        assert "smtp.bounce_address: the relay refuses the empty sender" in checked.stdout
        assert any("smtp.bounce_address" in n["sentence"] for n in office.status()["notices"])
        sink.script.null_sender = ""
        office.wait_settled(raw)
        assert [mail.recipients for mail in sink.messages] == [("samira@person.example",)]


def test_acknowledging_can_be_switched_off_for_one_mailbox_or_for_all(
    dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    other = f"quiet.{user}"
    quiet = message("quiet@person.example", to="quiet@office.example")
    loud, off = message("loud@person.example"), message("off@person.example")
    mailboxes = {"office": user, "quiet": {"user": other, "acknowledge": False}}
    with Office(tmp_path, dovecot, sink.port, mailboxes, service={"acknowledge": True}) as office:
        until(
            lambda: len(office.query("SELECT 1 FROM mailboxes WHERE fetched_at IS NOT NULL")) == 2, "both are fetched"
        )
        dovecot.deliver(other, quiet)
        dovecot.deliver(user, loud)
        office.wait_settled(quiet, loud)
        office.config.write_text(office.config.read_text("utf-8").replace("acknowledge = true", "acknowledge = false"))
        office.reload()
        until(lambda: "were read again" in office.log(), "the configuration is read again")
        dovecot.deliver(user, off)
        office.wait_settled(off)
        for raw in (quiet, off):
            assert [(row[1], row[3]) for row in office.decisions(raw)] == [("acknowledging-off", "filed")]
            assert office.reference(raw)
        assert recipients(sink) == {"loud": 1}


def test_no_address_and_no_domain_gets_more_than_its_cap(
    dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    limits = {"per_domain_per_hour": 5, "exempt_domains": ["provider.example"]}
    one = [about(n, "one@person.example") for n in range(5)]
    others = [about(n, f"other{n}@person.example") for n in range(4)]
    exempt = [about(n, f"customer{n}@provider.example") for n in range(7)]
    with Office(tmp_path, dovecot, sink.port, {"office": user}, limits=limits) as office:
        dovecot.deliver(user, *one)
        office.wait_settled(*one)
        dovecot.deliver(user, *others, *exempt)
        office.wait_settled(*others, *exempt)
        assert [office.decisions(raw)[0][1] for raw in one] == ["eligible"] * 3 + ["sender-cap"] * 2
        assert [office.decisions(raw)[0][1] for raw in others] == ["eligible"] * 2 + ["domain-cap"] * 2
        assert [office.decisions(raw)[0][1] for raw in exempt] == ["eligible"] * 7
        assert len(office.query("SELECT 1 FROM cases")) == 16
        assert len(sink.messages) == 12


def test_the_breaker_holds_what_goes_beyond_the_usual_and_a_person_sends_it_or_drops_it(
    dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    storm = [message(f"p{n}@d{n}.example") for n in range(12)]
    more = [message(f"q{n}@e{n}.example") for n in range(8)]

    def held(office: Office) -> int:
        return int(office.status()["outbox"].get("held", 0))

    with Office(tmp_path, dovecot, sink.port, {"office": user}, limits={"breaker_per_hour": 5}) as office:
        dovecot.deliver(user, *storm)
        office.wait_settled(*storm)
        assert [office.decisions(raw)[0][1] for raw in storm] == ["eligible"] * 5 + ["breaker-open"] * 7
        assert len(sink.messages) == 5
        seen = office.command("status").stdout
        assert "HELD (breaker) for mailbox office" in seen
        assert "notice breaker (office)" in seen
        assert "intake resume" in seen
        assert held(office) == 7

        assert "7 acknowledgement(s) will be sent" in office.command("resume").stdout
        office.wait_settled(*storm)
        assert recipients(sink) == {f"p{n}": 1 for n in range(12)}
        assert office.status()["holds"] == []
        assert "breaker" not in office.causes()

        # What was sent before a person looked opens nothing again: counting begins anew.
        dovecot.deliver(user, *more)
        office.wait_settled(*more)
        assert held(office) == 3
        assert "3 dropped" in office.command("resume", "--discard").stdout
        assert office.status()["outbox"] == {"sent": 17, "dropped": 3}
        assert recipients(sink) == {f"p{n}": 1 for n in range(12)} | {f"q{n}": 1 for n in range(5)}


def test_an_acknowledgement_held_by_the_breaker_is_stamped_with_the_same_message_id_when_it_goes_out(
    dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path
) -> None:
    first, held = message("p@first.example"), message("p@held.example")
    with Office(tmp_path, dovecot, sink.port, {"office": user}, limits={"breaker_per_hour": 1}) as office:
        dovecot.deliver(user, first, held)
        office.wait_settled(first, held)
        [(mail_id,)] = office.query("SELECT mail_id FROM outbox WHERE state = 'held'")
        office.stop()
        office.start()
        office.command("resume")
        office.wait_settled(held)
        [raw] = sent_to(sink, "p@held.example")
        assert id_of(raw) == mail_id
        mail: Received = sink.messages[-1]
        assert mail.recipients == ("p@held.example",)
