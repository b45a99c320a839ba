# SPDX-License-Identifier: GPL-3.0-or-later
"""What will be done about a message, by what it says and by what the ledger knows; nothing here touches either."""

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.cases.case import Case, Known
from intake.config import Configuration
from intake.languages import LANGUAGES
from intake.mail.assessment import Assessment
from intake.mail.eligibility import REASONS, Verdict
from intake.mail.plan import Plan, plan
from intake.message import Address
from intake.triage.language import LanguageGuess
from intake.triage.routing import Evidence, Routing

EXAMPLE = Path(__file__).parents[2] / "intake" / "example" / "intake.toml"
TABLES = tomllib.loads(EXAMPLE.read_text("utf-8"))
NOW = dt.datetime(2026, 3, 4, 9, 30, tzinfo=dt.UTC)
TEXTS = frozenset({"de", "en", "tr", "sr", "sr-Cyrl", "uk", "ar"})
REVIEWED = frozenset({"de", "en"})
"""The texts that may be used where drafts are switched off."""


def configured(**tables: Mapping[str, Any]) -> Configuration:
    """The example office with some keys of some tables changed."""
    return Configuration.model_validate(
        TABLES | {name: TABLES.get(name, {}) | dict(changes) for name, changes in tables.items()}
    )


CONFIGURATION = configured()
LIMITS = CONFIGURATION.limits


def case(**changes: Any) -> Case:
    """A case of the same sender, acknowledged a day ago."""
    yesterday = NOW - dt.timedelta(days=1)
    return replace(
        Case(7, "AB-7K3M9QX", "poststelle", "family", "tr", "open", "a key", yesterday, yesterday),
        **changes,
    )


def acknowledged(days: float) -> Case:
    """A case whose last acknowledgement is that many days old."""
    return case(acknowledged_at=NOW - dt.timedelta(days=days))


def guess(code: str, confidence: Any = "sure", script: str = "Latn") -> LanguageGuess:
    return LanguageGuess(code, confidence, (f"language {code}",), script)


def assessment(**changes: Any) -> Assessment:
    """A Turkish message about a residence permit, from a person who may be answered."""
    return replace(
        Assessment(
            verdict=Verdict(True, "eligible", Address("Jana", "jana@home.example"), "person", True, ("DMARC passed",)),
            language=guess("tr"),
            routing=Routing("residence-permit", (Evidence("oturma izni", "text", "residence-permit", 3.0),)),
            sender="jana@home.example",
            subject="Oturma izni",
            message_id="<1@home.example>",
            points_at=(),
            references_header=(),
            in_reply_to=(),
            references=(),
            identities=("identity",),
            text_key="text",
            delivery_failures=(),
        ),
        **changes,
    )


def refused(standing: Any = "machine", reason: str = "mailing-list") -> Verdict:
    return Verdict(False, reason, Address("", "jana@home.example"), standing, None)


def planned(
    message: Assessment | None = None,
    known: Known | None = None,
    *,
    configuration: Configuration = CONFIGURATION,
    texts: frozenset[str] = TEXTS,
    mailbox: str = "poststelle",
    age: dt.timedelta | None = dt.timedelta(0),
    backlog: bool = False,
) -> Plan:
    return plan(
        message or assessment(),
        known or Known(),
        configuration,
        texts,
        mailbox=mailbox,
        now=NOW,
        internal_date=None if age is None else NOW - age,
        backlog=backlog,
    )


def test_a_first_message_opens_a_case_in_its_queue_and_is_acknowledged_in_its_language() -> None:
    found = planned()
    assert (found.opens_case, found.joins, found.variant) == (True, None, "new")
    assert (found.queue, found.folder) == ("residence-permit", "Aufenthaltstitel")
    assert (found.language, found.confidence, found.languages, found.unsure) == ("tr", "sure", ("tr", "de"), False)
    assert (found.send, found.verdict.reply, found.verdict.reason) == ("queued", True, "eligible")
    assert not found.breaker
    assert found.notices == ()


def test_a_plan_gives_its_reasons_in_the_order_in_which_they_count() -> None:
    assert planned().evidence == ("DMARC passed", "language tr", '"oturma izni" in the text → residence-permit')


def test_a_known_case_is_the_reason_for_the_queue_where_there_is_one() -> None:
    assert planned(known=Known(threaded=CASE)).evidence[-1] == f"belongs to a known case → {CASE.queue}"
    assert planned(known=Known(foreign=CASE)).evidence[-1] == f"names a known case → {CASE.queue}"


def test_what_a_machines_message_is_about_is_no_reason() -> None:
    assert not any("→" in reason for reason in planned(assessment(verdict=refused())).evidence)


# -- cases: what joins what --------------------------------------------------------------------------------

CASE = case()
OTHER = case(id=8, reference="AB-0000000", queue="asylum")


@pytest.mark.parametrize(
    ("known", "joins", "reason"),
    [
        pytest.param(Known(threaded=CASE), CASE, "follow-up", id="it answers a message of the case"),
        pytest.param(Known(referenced=CASE), CASE, "follow-up", id="it carries the sender's own reference"),
        pytest.param(Known(same_text=CASE), CASE, "same-text", id="the sender said the same a while ago"),
        pytest.param(Known(seen=True, seen_case=CASE), CASE, "already-acknowledged", id="it was here before"),
        pytest.param(Known(seen=True), None, "already-acknowledged", id="it was here before, without a case"),
        pytest.param(Known(foreign=CASE), None, "eligible", id="it carries another sender's reference"),
        pytest.param(Known(threaded=CASE, foreign=OTHER), CASE, "follow-up", id="thread before a foreign reference"),
        pytest.param(Known(threaded=CASE, referenced=OTHER), CASE, "follow-up", id="thread before reference"),
        pytest.param(Known(seen_case=OTHER, threaded=CASE), OTHER, "follow-up", id="the message itself before thread"),
        pytest.param(Known(referenced=OTHER, same_text=CASE), OTHER, "follow-up", id="reference before the same text"),
    ],
)  # fmt: skip
def test_a_message_joins_the_case_that_it_belongs_to(known: Known, joins: Case | None, reason: str) -> None:
    found = planned(known=known)
    assert found.joins == joins
    assert found.verdict.reason == reason
    assert found.opens_case == (joins is None and not known.seen)
    if joins is not None:
        assert (found.queue, found.folder) == (joins.queue, CONFIGURATION.queues[joins.queue].folder)


@pytest.mark.parametrize(
    ("days", "send", "reason"),
    [
        (0.0, "no", "follow-up"),
        (6.99, "no", "follow-up"),
        (7.0, "queued", "follow-up-eligible"),
        (400.0, "queued", "follow-up-eligible"),
    ],
)
def test_a_follow_up_is_acknowledged_again_after_a_week_with_its_own_text(days: float, send: str, reason: str) -> None:
    found = planned(known=Known(referenced=acknowledged(days)))
    assert (found.send, found.verdict.reason, found.variant) == (send, reason, "follow-up")


def test_the_days_of_quiet_are_counted_from_the_opening_where_a_case_was_never_acknowledged() -> None:
    fresh = case(acknowledged_at=None, opened_at=NOW - dt.timedelta(days=1))
    old = case(acknowledged_at=None, opened_at=NOW - dt.timedelta(days=8))
    assert planned(known=Known(threaded=fresh)).verdict.reason == "follow-up"
    assert planned(known=Known(threaded=old)).verdict.reason == "follow-up-eligible"


def test_a_machine_joins_a_case_only_where_it_points_at_it() -> None:
    machine = assessment(verdict=refused())
    assert planned(machine, Known(threaded=CASE)).joins == CASE
    assert planned(machine, Known(same_text=CASE)).joins is None


def test_another_senders_reference_opens_a_case_in_the_same_folder_and_tells_staff() -> None:
    found = planned(known=Known(foreign=CASE))
    assert (found.opens_case, found.queue, found.send) == (True, "family", "queued")
    assert [(n.cause, n.subject) for n in found.notices] == [("foreign-reference", CASE.reference)]
    assert CASE.reference in found.notices[0].german
    assert CASE.reference in found.notices[0].english


@pytest.mark.parametrize("standing", ["machine", "suspicious"])
def test_a_machine_that_names_a_reference_calls_nobody(standing: str) -> None:
    assert planned(assessment(verdict=refused(standing)), Known(foreign=CASE)).notices == ()


# -- queues ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("standing", "queue", "opens"), [("machine", "system", False), ("suspicious", "suspicious", True)]
)
@pytest.mark.parametrize("known", [Known(), Known(threaded=CASE), Known(foreign=CASE)])
def test_what_is_no_persons_mail_lies_apart_whatever_it_points_at(
    standing: str, queue: str, opens: bool, known: Known
) -> None:
    found = planned(assessment(verdict=refused(standing)), known)
    assert found.queue == queue
    assert found.opens_case == (opens and known.threaded is None)
    assert found.send == "no"


def test_a_person_who_may_not_be_answered_is_filed_with_the_others_and_has_a_case() -> None:
    found = planned(assessment(verdict=refused("person", "not-addressed")))
    assert (found.queue, found.opens_case, found.send) == ("residence-permit", True, "no")


# -- languages -------------------------------------------------------------------------------------------

UNSURE = Known(language_before="uk")


@pytest.mark.parametrize(
    ("language", "known", "texts", "expected"),
    [
        pytest.param(guess("tr"), Known(), TEXTS, ("tr", ("tr", "de"), False), id="sure"),
        pytest.param(guess("tr", "likely"), Known(), TEXTS, ("tr", ("tr", "de"), False), id="likely"),
        pytest.param(guess("de"), Known(), TEXTS, ("de", ("de",), False), id="German once"),
        pytest.param(guess("tr", "unsure"), Known(), TEXTS, ("tr", ("de", "en", "tr"), True), id="unsure: all three"),
        pytest.param(guess("und", "unsure"), Known(), TEXTS, ("und", ("de", "en"), True), id="nothing to go by"),
        pytest.param(guess("und", "unsure"), UNSURE, TEXTS, ("uk", ("uk", "de"), False), id="as they wrote before"),
        pytest.param(guess("tr"), UNSURE, TEXTS, ("tr", ("tr", "de"), False), id="what is sure needs no past"),
        pytest.param(
            guess("de", "unsure"), Known(language_before="und"), TEXTS, ("de", ("de", "en"), True), id="an unknown past"
        ),
        pytest.param(
            guess("de", "unsure"), Known(threaded=CASE, language_before="uk"), TEXTS, ("tr", ("tr", "de"), False),
            id="the case's language before the sender's",
        ),
        pytest.param(guess("hi"), Known(), TEXTS, ("hi", ("de", "en"), True), id="no text in this language"),
        pytest.param(guess("tr"), Known(), REVIEWED, ("tr", ("de", "en"), True), id="drafts are off"),
        pytest.param(guess("en"), Known(), REVIEWED, ("en", ("en", "de"), False), id="English was reviewed"),
        pytest.param(guess("sr"), Known(), TEXTS, ("sr", ("sr", "de"), False), id="Serbian"),
        pytest.param(
            guess("sr", script="Cyrl"), Known(), TEXTS, ("sr", ("sr-Cyrl", "de"), False), id="Serbian in Cyrillic"
        ),
        pytest.param(guess("uk", script="Cyrl"), Known(), TEXTS, ("uk", ("uk", "de"), False), id="Cyrillic otherwise"),
    ],
)  # fmt: skip
def test_the_languages_of_the_answer(
    language: LanguageGuess, known: Known, texts: frozenset[str], expected: tuple[str, tuple[str, ...], bool]
) -> None:
    found = planned(assessment(language=language), known, texts=texts)
    assert (found.language, found.languages, found.unsure) == expected


def test_the_languages_for_the_unsure_case_are_the_offices_choice() -> None:
    chosen = configured(service={"unsure_languages": ["de", "uk", "ar"]})
    assert planned(assessment(language=guess("und", "unsure")), configuration=chosen).languages == ("de", "uk", "ar")


def test_german_stands_in_where_no_language_has_a_text() -> None:
    assert planned(texts=frozenset({"de"})).languages == ("de",)


# -- caps, holds, breaker --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (Known(sender_count_24h=2), "eligible"),
        (Known(sender_count_24h=3), "sender-cap"),
        (Known(domain_count_1h=39), "eligible"),
        (Known(domain_count_1h=40), "domain-cap"),
        (Known(blocked=True), "target-blocked"),
        (Known(answers_clerk=True), "reply-to-staff"),
        (Known(answers_clerk=True, threaded=acknowledged(9)), "follow-up-eligible"),
    ],
)
def test_what_the_ledger_knows_stops_an_acknowledgement(known: Known, reason: str) -> None:
    found = planned(known=known)
    assert found.verdict.reason == reason
    assert found.send == ("queued" if reason.endswith("eligible") else "no")


def test_a_large_mail_provider_has_no_cap_for_its_domain() -> None:
    found = planned(assessment(sender="jana@GMX.de"), Known(domain_count_1h=4_000))
    assert found.send == "queued"


def test_a_reply_to_a_clerks_mail_is_the_clerks_business_unless_a_case_knows_it() -> None:
    clerks = configured(trust={"clerk_domains": ["rathaus.example"]})
    reply = assessment(points_at=("<a@elsewhere.example>", "<b@RATHAUS.example>"))
    assert planned(reply, configuration=clerks).verdict.reason == "reply-to-staff"
    assert planned(reply, Known(threaded=acknowledged(9)), configuration=clerks).send == "queued"
    assert planned(reply).send == "queued"


@pytest.mark.parametrize(
    ("sent", "usual", "breaks"),
    [
        (59, 0.0, False),
        (60, 0.0, True),
        (60, 12.0, True),
        (60, 12.1, False),
        (99, 20.0, False),
        (100, 20.0, True),
    ],
)
def test_the_breaker_opens_at_five_times_the_usual_hour_but_at_least_sixty(
    sent: int, usual: float, breaks: bool
) -> None:
    found = planned(known=Known(mailbox_count_1h=sent, usual_hour=usual))
    assert found.breaker is breaks
    assert found.send == ("held" if breaks else "queued")
    assert found.verdict.reason == ("breaker-open" if breaks else "eligible")
    assert [n.cause for n in found.notices] == (["breaker"] if breaks else [])


@pytest.mark.parametrize(("hold", "reason"), [("breaker", "breaker-open"), ("restored", "held-after-restore")])
def test_what_is_held_waits_and_opens_nothing_a_second_time(hold: str, reason: str) -> None:
    found = planned(known=Known(hold=hold, mailbox_count_1h=1_000))
    assert (found.send, found.verdict.reply, found.verdict.reason) == ("held", False, reason)
    assert not found.breaker
    assert found.notices == ()
    assert found.opens_case


@pytest.mark.parametrize(
    "message", [assessment(verdict=refused()), assessment(verdict=refused("person", "not-addressed"))]
)
def test_what_would_not_be_answered_anyway_neither_opens_the_breaker_nor_is_held(message: Assessment) -> None:
    found = planned(message, Known(hold="breaker", mailbox_count_1h=1_000))
    assert (found.send, found.breaker, found.verdict.reason) == ("no", False, message.verdict.reason)


# -- switched off, old, from before ----------------------------------------------------------------------


def test_acknowledging_is_switched_off_for_all_or_for_one_mailbox() -> None:
    mailboxes = {"poststelle": TABLES["mailboxes"]["poststelle"] | {"acknowledge": False}}
    assert planned(configuration=configured(service={"acknowledge": False})).verdict.reason == "acknowledging-off"
    assert planned(configuration=configured(mailboxes=mailboxes)).verdict.reason == "acknowledging-off"
    assert planned(configuration=configured(mailboxes=mailboxes), mailbox="").send == "queued"


@pytest.mark.parametrize(
    ("age", "backlog", "reason"),
    [
        (dt.timedelta(hours=72), False, "eligible"),
        (dt.timedelta(hours=72, seconds=1), False, "too-old"),
        (dt.timedelta(0), True, "before-first-start"),
        (dt.timedelta(days=-3), False, "eligible"),
        (None, False, "eligible"),
    ],
)
def test_old_mail_is_filed_and_not_answered(age: dt.timedelta | None, backlog: bool, reason: str) -> None:
    found = planned(age=age, backlog=backlog)
    assert found.verdict.reason == reason
    assert found.opens_case
    assert found.queue == "residence-permit"


# -- whatever is known -----------------------------------------------------------------------------------

cases = st.none() | st.builds(
    case,
    queue=st.sampled_from(sorted(CONFIGURATION.queues)),
    language=st.sampled_from([*LANGUAGES, "und"]),
    acknowledged_at=st.none() | st.just(NOW - dt.timedelta(days=1)) | st.just(NOW - dt.timedelta(days=30)),
)
facts = st.builds(
    Known,
    seen=st.booleans(), seen_case=cases, same_text=cases, threaded=cases, answers_clerk=st.booleans(),
    referenced=cases, foreign=cases, sender_count_24h=st.integers(0, 5), domain_count_1h=st.integers(0, 80),
    mailbox_count_1h=st.integers(0, 200), usual_hour=st.floats(0, 50), blocked=st.booleans(),
    hold=st.sampled_from([None, None, "breaker", "restored"]),
    language_before=st.none() | st.sampled_from([*LANGUAGES, "und"]),
)  # fmt: skip
verdicts = st.sampled_from(
    [assessment().verdict, refused(), refused("suspicious", "spam-flagged"), refused("person", "not-addressed")]
)
languages = st.builds(
    guess,
    st.sampled_from([*LANGUAGES, "und"]),
    st.sampled_from(["sure", "likely", "unsure"]),
    st.sampled_from(["Latn", "Cyrl", ""]),
)


@settings(max_examples=400, deadline=None)
@given(verdicts, languages, facts, st.booleans(), st.booleans(), st.integers(-100, 200))
def test_whatever_is_known_a_plan_makes_sense(
    verdict: Verdict, language: LanguageGuess, known: Known, drafts: bool, backlog: bool, hours: int
) -> None:
    message = assessment(verdict=verdict, language=language)
    texts = TEXTS if drafts else REVIEWED
    found = planned(message, known, texts=texts, age=dt.timedelta(hours=hours), backlog=backlog)

    assert found.verdict.reason in REASONS
    if not verdict.reply:
        assert found.send == "no"
        assert found.verdict == verdict
    assert (found.send == "queued") == found.verdict.reply
    if found.send != "no":
        assert found.verdict.target == verdict.target is not None
        assert not known.seen
        assert not backlog
        assert found.joins is not None or found.opens_case, "an acknowledgement without a case"
        assert found.queue not in ("system", "suspicious") or found.joins is not None
    if found.send == "held":
        assert known.hold or found.breaker
    assert found.breaker <= (found.send == "held" and known.hold is None)
    assert not (found.joins is not None and found.opens_case)
    assert found.variant == ("follow-up" if found.joins is not None else "new")
    assert found.folder == CONFIGURATION.queues[found.queue].folder
    assert found.languages
    assert set(found.languages) <= texts
    assert "de" in found.languages
    assert len(set(found.languages)) == len(found.languages)
    assert found.unsure or len(found.languages) <= 2
    assert all("@" not in n.german + n.english + n.subject for n in found.notices)
