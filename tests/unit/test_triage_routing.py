# SPDX-License-Identifier: GPL-3.0-or-later
"""The queue of a message follows from the rule file, with evidence; a wrong rule file is refused with a remedy."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.errors import ConfigurationError
from intake.message import Address, Header, Message, Part
from intake.triage import Evidence, Rules, own_words, route, triage
from tests.triage_score import QUEUES, judge, share

RULES = Rules.shipped(QUEUES)


def queue(text: str, *, subject: str = "", sender: str = "mail.example", attachments: tuple[str, ...] = ()) -> str:
    return route(RULES, subject=subject, own_words=text, sender_domain=sender, attachments=attachments).queue


@pytest.mark.parametrize(
    ("name", "floor"), [("mails.toml", 0.95), ("hard.toml", 0.90), ("held_out.toml", 0.90), ("implicit.toml", 0.85)]
)
def test_mails_land_in_their_queue(name: str, floor: float) -> None:
    judged = judge(name)
    assert share(sum(j.queue == j.routing.queue for j in judged), judged) >= floor


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ich brauche einen Termin.", "appointments"),
        ("Ich brauche einen Termin für meine Einbürgerung.", "naturalisation"),
        ("Bitte Termin wegen Fiktionsbescheinigung", "residence-permit"),
        ("EINBUERGERUNG", "naturalisation"),
        ("einburgerungsantrag", "naturalisation"),
        ("Mein Reisepass wurde mir gestern gestohlen.", "travel-documents"),
        ("I lost yesterday my passport", "travel-documents"),
        ("Ich bin hier.", "general"),
        ("", "general"),
        ("😀", "general"),
    ],
)
def test_the_main_concern_decides(text: str, expected: str) -> None:
    assert queue(text) == expected


@pytest.mark.parametrize(
    "sender",
    ["bamf.bund.example", "verwaltungsgericht-musterstadt.example", "polizei.example", "kanzlei-beispiel.example",
     "ra-beispiel.example", "rechtsanwaelte-beispiel.example", "jva.justiz.example"],
)  # fmt: skip
def test_lawyers_and_authorities_are_known_by_their_domain(sender: str) -> None:
    assert queue("Wir bitten um Auskunft zum Aufenthaltstitel.", sender=sender) == "lawyers-authorities"


def test_a_subject_counts_more_than_the_text() -> None:
    assert queue("Ehefrau", subject="Einbürgerung") == "naturalisation"


def test_attachment_names_count_a_little() -> None:
    assert queue("siehe Anhang", attachments=("Verpflichtungserklaerung_2026.pdf",)) == "visa-invitation"


def test_evidence_reads_as_a_reason_in_both_languages() -> None:
    routing = route(RULES, subject="", own_words="Wo bleibt die Fiktionsbescheinigung?", sender_domain="")
    assert routing.evidence[0] == Evidence("fiktionsbescheinigung", "text", "residence-permit", 4.0)
    assert routing.evidence[0].german("Aufenthaltstitel") == '"fiktionsbescheinigung" im Text → Aufenthaltstitel'
    assert routing.evidence[0].english() == '"fiktionsbescheinigung" in the text → residence-permit'


def test_evidence_quotes_the_rules_and_never_the_person() -> None:
    routing = route(RULES, subject="", own_words="Geheimname-Aufenthaltstitelverlust", sender_domain="")
    assert all("geheim" not in e.term and "verlust" not in e.term for e in routing.evidence)


SMALL = """
fallback = "general"
minimum = 2.0
margin = 1.0
[queues.asylum]
[[queues.asylum.terms]]
weight = 3
de = ["asyl", "duld*", "*gestattung*", "*pflicht", "weg .. nach", "zwei wörter"]
[queues.family]
terms = [{ weight = 2.5, de = ["kind"] }]
[queues.appointments]
weak = true
terms = [{ weight = 9, de = ["termin"] }]
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Asyl!", "asylum"),
        ("Asylheim", "general"),
        ("Duldung", "asylum"),
        ("Aufenthaltsgestattungen", "asylum"),
        ("Residenzpflicht", "asylum"),
        ("Residenzpflichten", "general"),
        ("weg von hier sofort nach Ulm", "asylum"),
        ("weg von hier jetzt gleich sofort nach Ulm", "general"),
        ("zwei Woerter", "asylum"),
        ("zwei mal Wörter", "general"),
        ("nach weg", "general"),
        ("Asyl Kind", "general"),
        ("Kind Termin", "family"),
        ("Termin", "appointments"),
    ],
)
def test_terms_match_as_they_are_written(text: str, expected: str) -> None:
    rules = Rules.load(SMALL, "regeln.toml", QUEUES)
    assert route(rules, subject="", own_words=text, sender_domain="").queue == expected


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("queues = [", ["TOML"]),
        ("minimum = 1", ["[queues"]),
        ("minimum = -1\n[queues.general]", ["minimum", "0 to 1000"]),
        ("colour = 1\n[queues.general]", ["colour", "unknown"]),
        ("[queues.genral]", ["queues.genral", "general"]),
        ('fallback = "x"\n[queues.general]', ["fallback", '"x"']),
        ("[queues.general]\nweak = 1", ["queues.general.weak", "true"]),
        ("[queues.general.terms]\nweight = 1", ["queues.general.terms", "two brackets"]),
        ('[[queues.general.terms]]\nde = ["a"]', ["weight"]),
        ("[[queues.general.terms]]\nweight = 1\nde = [1]", [".de", "list of terms"]),
        ('[[queues.general.terms]]\nweight = 1\nxx = ["a"]', [".xx", "unknown"]),
        ('[[queues.general.terms]]\nweight = 1\nde = ["a*b"]', ['"a*b"', "ends"]),
        ('[[queues.general.terms]]\nweight = 1\nde = [".. a"]', ['".. a"', "begins"]),
        ('[[queues.general.terms]]\nweight = 1\nde = [""]', ["begins"]),
        ("queues = 3", ["[queues"]),
        ("[queues]\ngeneral = 3", ["queues.general", "table"]),
    ],
)
def test_a_wrong_rule_file_is_refused_with_file_key_and_remedy(text: str, names: list[str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Rules.load(text, "regeln.toml", QUEUES)
    message = str(caught.value)
    assert message.startswith("regeln.toml")
    assert all(name in message for name in names)


def test_an_office_with_fewer_queues_can_use_the_shipped_rules() -> None:
    rules = Rules.shipped(("general", "family", "system", "suspicious"))
    assert route(rules, subject="", own_words="Einbürgerung", sender_domain="").queue == "general"
    assert route(rules, subject="", own_words="Familiennachzug", sender_domain="").queue == "family"


@settings(deadline=None)
@given(st.text(max_size=500), st.text(max_size=100), st.text(max_size=50))
def test_any_text_has_a_queue(text: str, subject: str, sender: str) -> None:
    routing = route(RULES, subject=subject, own_words=text, sender_domain=sender, attachments=(subject,))
    assert routing.queue in QUEUES
    assert len(routing.evidence) <= 8


@pytest.mark.parametrize("piece", ["a", "termin ", "weg lost ", "ﷺ", "pass verloren ", "aufenthalts"])
def test_two_megabytes_have_a_queue(piece: str) -> None:
    assert queue(piece * (2_000_000 // len(piece))) in QUEUES


def test_triage_of_a_message_brings_language_and_queue_together() -> None:
    message = Message(
        headers=(Header("Content-Language", "de-DE"),),
        from_=(Address("Ana", "ana@mail.example"),),
        subject="oturum izni",
        text="Merhaba, oturum iznimi uzatmak istiyorum.\n\nAm 1.1.2026 schrieb Amt:\n> Guten Tag",
        parts=(Part("application/pdf", attachment=True, filename="pasaport.pdf"),),
    )
    result = triage(message, own_words(message.text), RULES)
    assert (result.language.code, result.queue.queue) == ("tr", "residence-permit")


def test_an_empty_message_has_a_triage() -> None:
    result = triage(Message(), "", RULES)
    assert (result.language.code, result.language.confidence, result.queue.queue) == ("und", "unsure", "general")
