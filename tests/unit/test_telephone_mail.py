# SPDX-License-Identifier: GPL-3.0-or-later
"""Voicemail by e-mail: whose mail it is believed to be, which part is the recording, and who called."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.config import Trust
from intake.mail.assessment import Reader, unheard
from intake.mail.eligibility import Policy, judge
from intake.mail.telephone import caller, spoken
from intake.message import parse
from intake.triage.routing import Rules
from intake.triage.text import own_words
from tests.telephone import MAKES, mail

PBX = "anlage@pbx.example"
OFFICE = "abh@office.example"
POLICY = Policy(
    own_addresses=frozenset({OFFICE}),
    trust=Trust(authserv=("mx.example.org",)),
    loop_token="loop-1234",
    voicemail_senders=frozenset({PBX}),
)
CALLERS = {
    "FRITZ!Box": "0761 4711",
    "STARFACE": "00380441234567",
    "3CX": "07999123456",
    "Asterisk": "07614711",
    "Telekom": "",
}


def reason(raw: bytes, policy: Policy = POLICY) -> tuple[str, str]:
    message = parse(raw)
    found = judge(message, own_words(message.text), policy)
    return found.reason, found.standing


@pytest.mark.parametrize("make", MAKES)
def test_the_recording_and_its_caller_are_found_in_the_mail_of_each_make(make: str) -> None:
    found = spoken(parse(mail(make, 1, OFFICE, PBX)))
    assert found is not None
    assert (found.leaf, found.filename, found.caller) == (1, MAKES[make][3], CALLERS[make])


@pytest.mark.parametrize("make", MAKES)
def test_the_mail_of_a_telephone_system_is_never_answered_and_its_recording_is_taken(make: str) -> None:
    assert reason(mail(make, 1, OFFICE, PBX)) == ("voicemail", "machine")


def test_a_telephone_system_that_sends_from_our_own_address_is_one_all_the_same() -> None:
    policy = replace(POLICY, voicemail_senders=frozenset({OFFICE}))
    assert reason(mail("FRITZ!Box", 1, OFFICE, OFFICE), policy) == ("voicemail", "machine")


def test_what_we_sent_ourselves_about_a_recording_is_no_new_recording() -> None:
    policy = replace(POLICY, voicemail_senders=frozenset({OFFICE}))
    ours = b"X-Loop: loop-1234\r\n" + mail("FRITZ!Box", 1, OFFICE, OFFICE)
    assert reason(ours, policy)[0] != "voicemail"


def test_without_proof_a_mail_lies_where_a_person_sees_it_unless_the_office_asks_for_none() -> None:
    unproven = mail("STARFACE", 1, OFFICE, PBX, proven=False)
    assert reason(unproven) == ("voicemail-unproven", "person")
    assert reason(unproven, replace(POLICY, voicemail_proven=False)) == ("voicemail", "machine")
    forged = b"Authentication-Results: mx.example.org; dmarc=fail\r\n" + unproven
    assert reason(forged, replace(POLICY, voicemail_proven=False))[0] != "voicemail"


def test_another_mail_of_a_telephone_system_and_anybody_elses_recording_are_judged_like_any_mail() -> None:
    status = mail("STARFACE", 1, OFFICE, PBX).replace(b"audio/wav", b"text/html").replace(b"voicemail.wav", b"a.html")
    assert reason(status)[0] not in ("voicemail", "voicemail-unproven")
    assert reason(mail("STARFACE", 1, OFFICE, "samira@home.example"))[0] not in ("voicemail", "voicemail-unproven")


def test_an_assessment_names_the_recording_and_a_recording_that_cannot_be_had_leaves_the_mail_to_a_team() -> None:
    reader = Reader(POLICY, Rules.shipped(QUEUES), b"key", "AB")
    said = reader.assess(mail("3CX", 1, OFFICE, PBX), None)
    assert said.spoken is not None
    left = unheard(said, "could not be fetched")
    assert (left.verdict.standing, left.verdict.reply, left.routing.queue) == ("person", False, "general")
    assert left.verdict.evidence[-1] == "could not be fetched"


@pytest.mark.parametrize(
    ("subject", "text", "expected"),
    [
        ("Anruf von unbekannt", "Rufnummer: anonym\nDauer: 0:23\nIhre Rufnummer 0761 5555", ""),
        ("Nachricht vom 03.04.2026 von 0761/47 11-0", "", "0761/47 11-0"),
        ("Neue Nachricht", "Am 03.04.2026 um 12:30 Uhr hat +49 171 1234567 angerufen.", ""),
        ("Neue Nachricht", "Nachricht von der Rufnummer +49 171 1234567 am 03.04.2026", "+49 171 1234567"),
("New message 3 in mailbox 100", 'you were just left a message\nfrom "Anna" <0761123456>', "<0761123456>"),
        ("Voicemail from 2026-04-03 12:30:11", "Length: 23", ""),
        ("Caller ID: +380 44 123 4567", "", "+380 44 123 4567"),
        # Asterisk, where the caller is withheld or has a name; FreePBX
        ("x", "a 0:23 long message (number 4)\nin mailbox 100 from an unknown caller, on Friday, April 03, 2026", ""),
        ("x", 'in mailbox 100 from "Büro 104" <0761 4711>, on Friday', "0761 4711"),
        ("There is a voicemail", '\tFrom:\t"Anna Q" <07614711>\n\tLength:\t0:23 seconds', "07614711"),
        # FreeSWITCH, 2600Hz, sipXecs
        ("23 sec Voicemail from Anna 07614711", "", "07614711"),
        ("Voicemail from Anna (07614711) - 23", "", "(07614711)"),
        ('Voicemail from "Anna" <07614711> 0:23', "", "07614711"),
        ("1:05 Voice Message from 07614711 (Anna)", "", "07614711"),
        # 3CX: the number in the place of the name, too; an extension; an area code with a dash is no number by itself
        ("New Voicemail from 0761471 - 0761471", "", "0761471"),
        ("New Voicemail from 104 - 104", "", "104"),
        ("Nachricht von 0761 - 4711", "", "0761 - 4711"),
        # whom they called is not who called
        ("Anruf von unbekannt für 0761 5555", "", ""),
        ("Voicemail from Anonymous to 0761 5555 on April 03, 2026", "", ""),
        # a table: its cells stand one under the other, or beside each other
        ("Neue Nachricht", "      Anrufer\n\n      Anna 0761 4711\n      Datum:\n      03.04.2026", "0761 4711"),
        ("Neue Nachricht", "Anrufer\nunbekannt\nNebenstelle\n104", ""),
        ("Neue Nachricht", "Rufnummer\t0761 4711", "0761 4711"),
    ],
)  # fmt: skip
def test_a_number_counts_only_where_it_is_said_to_be_the_callers(subject: str, text: str, expected: str) -> None:
    assert caller(subject, text).strip("<>") == expected.strip("<>")


@given(st.text(max_size=2000), st.text(max_size=2000))
def test_any_text_has_a_caller_or_none(subject: str, text: str) -> None:
    assert len(caller(subject, text)) <= 60


QUEUES = ["general", "system", "suspicious", "appointments"]
