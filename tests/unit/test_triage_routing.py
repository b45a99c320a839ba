# SPDX-License-Identifier: GPL-3.0-or-later
"""The queue of a message follows from the rule files, with evidence; a wrong rule file is refused with a remedy."""

import pickle
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake import config
from intake.cli.init import EXAMPLE
from intake.errors import ConfigurationError
from intake.languages import LANGUAGES
from intake.message import Address, Header, Message, Part
from intake.triage import Evidence, Rules, route, triage
from intake.triage.routing import files
from tests.servers.office import toml
from tests.triage_queue_score import judge, mails_of
from tests.triage_score import QUEUES, share

RULES = Rules.shipped(QUEUES)
HUMAN = [queue for queue in QUEUES if queue not in ("system", "suspicious")]


def queue(
    text: str,
    *,
    subject: str = "",
    sender: str = "mail.example",
    attachments: tuple[str, ...] = (),
    recipients: tuple[str, ...] = (),
    language: str | None = None,
    rules: Rules = RULES,
) -> str:
    return route(
        rules, subject=subject, own_words=text, sender_domain=sender, attachments=attachments, recipients=recipients,
        language=language,
    ).queue  # fmt: skip


@pytest.mark.parametrize(
    ("name", "floor"),
    [("mails.toml", 0.95), ("hard.toml", 0.93), ("held_out.toml", 0.9), ("implicit.toml", 0.9), ("dev_a.toml", 0.85),
     ("dev_b.toml", 0.85)],
)  # fmt: skip
def test_mails_land_in_their_queue(name: str, floor: float) -> None:
    judged = [j for j in judge(RULES, mails_of([name])) if j.language != "und"]
    assert share(sum(j.right for j in judged), judged) >= floor


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
        ("Meine Tochter ist krank, können wir den Termin verschieben?", "appointments"),
        ("Ich suche für März einen Platz für ein Schülerpraktikum bei Ihnen im Amt.", "general"),
        ("Ich habe meine blaue Karte verlängert und möchte Deutscher werden.", "naturalisation"),
        ("Ich bin hier.", "general"),
        ("", "general"),
        ("😀", "general"),
    ],
)
def test_the_main_concern_decides(text: str, expected: str) -> None:
    assert queue(text) == expected


@pytest.mark.parametrize(
    "text", ["Einbürgeung", "Einbürgerrung", "Einbüregrung", "Einbürgurung", "Niderlassungserlaubnis"]
)
def test_one_wrong_letter_is_forgiven(text: str) -> None:
    assert queue(text) != "general"


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Хочу получить гражданство", "ru", "naturalisation"),
        ("hochu poluchit grazhdanstvo", None, "naturalisation"),
        ("Izgubio sam pasoš u vozu", "sr", "travel-documents"),
        ("Изгубио сам пасош у возу", "sr", "travel-documents"),
        ("thelo na kliso ena rantevou", None, "appointments"),
    ],
)
def test_both_alphabets_say_the_same(text: str, language: str | None, expected: str) -> None:
    assert queue(text, language=language) == expected


def test_a_short_word_means_nothing_outside_its_own_language() -> None:
    assert queue("me gustaría saber algo", language="es") == "general"
    assert queue("mẹ tôi muốn sang thăm", language="vi") == "visa-invitation"


@pytest.mark.parametrize(
    "sender",
    ["bamf.bund.de", "vg-karlsruhe.justiz.bwl.de", "verwaltungsgericht-musterstadt.example", "polizei.bwl.de",
     "kanzlei-beispiel.example", "ra-beispiel.example", "rechtsanwaelte-beispiel.example", "smith-lawyers.example"],
)  # fmt: skip
def test_lawyers_and_authorities_are_known_by_their_domain(sender: str) -> None:
    assert queue("Wir bitten um Auskunft zum Aufenthaltstitel.", sender=sender) == "lawyers-authorities"


def test_a_domain_pattern_does_not_reach_into_other_words() -> None:
    assert queue("Guten Tag", sender="terra-bau.example") == "general"


def test_the_address_written_to_counts() -> None:
    assert queue("Guten Tag", recipients=("office+family@musterstadt.example",)) == "family"


def test_a_web_forms_field_counts_more_than_the_text() -> None:
    assert queue("Name: Ana Roa\nAnliegen: Einbürgerung\nNachricht:\nMeine Karte läuft ab.") == "naturalisation"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("In der Sache 5 K 1234/26 wird um Vorlage gebeten.", "lawyers-authorities"),
        ("Diallo ./. Stadt Musterstadt", "lawyers-authorities"),
        ("Meine Nummer ist 1234567-475, was passiert jetzt?", "asylum"),
    ],
)
def test_file_numbers_say_who_writes(text: str, expected: str) -> None:
    assert queue(text) == expected


def test_a_subject_counts_more_than_the_text() -> None:
    assert queue("Ehefrau", subject="Einbürgerung") == "naturalisation"


def test_attachment_names_count_a_little() -> None:
    assert queue("siehe Anhang", attachments=("Verpflichtungserklaerung_2026.pdf",)) == "visa-invitation"


def test_evidence_reads_as_a_reason_in_both_languages() -> None:
    routing = route(RULES, subject="", own_words="Guten Tag. Wo bleibt die Fiktionsbescheinigung?", sender_domain="")
    first = routing.evidence[0]
    assert first.german("Aufenthaltstitel") == '"Fiktionsbescheinigung" im zweiten Satz → Aufenthaltstitel'
    assert first.english() == '"Fiktionsbescheinigung" in the second sentence → residence-permit'
    assert Evidence("x", "sender", "asylum", -1.0).english() == '"x" as the sender\'s domain against asylum'
    assert Evidence("x", "text", "asylum", 1.0, 99).german() == '"x" weit unten → asylum'


def test_evidence_quotes_the_rules_and_never_the_person() -> None:
    routing = route(RULES, subject="", own_words="Geheimname-Aufenthaltstitelverlust", sender_domain="")
    assert routing.evidence
    assert all("geheim" not in e.term.lower() and "verlust" not in e.term for e in routing.evidence)


def test_the_ranking_says_which_queue_was_next() -> None:
    routing = route(RULES, subject="", own_words="Termin für die Einbürgerung", sender_domain="")
    assert [name for name, _ in routing.ranking[:2]] == ["naturalisation", "appointments"]
    assert routing.decision == "clear"


@pytest.mark.parametrize("code", [c for c in LANGUAGES if c not in ("hr", "bs")])
def test_every_language_can_speak_of_every_human_queue(code: str) -> None:
    """Each language has words for the concepts that settle a queue."""
    pack = files.shipped_pack()
    spoken = {concept for language, concept in pack.vocabulary if language == code}
    for name in HUMAN:
        strong = [concepts for (of, concepts), (weight, _) in pack.evidence.items() if of == name and weight >= 3.0]
        assert any(concepts <= spoken for concepts in strong), name


SMALL = """
[settings]
fallback = "general"
minimum = 2.0
margin = 1.0
subject = 1.0
form = 2.0
attachment = 0.5
early = 1.0
question = 1.0
late = 1.0
apart = 0.5
further = 0.5
yielding = 0.0
misspelt = 0.8
[queues.asylum.evidence]
asylum = 3
"away & city" = 3
[queues.family.evidence]
child = 2.5
"child & ill" = -2
[queues.appointments.yields]
appointment = 9
[vocabulary.de]
asylum = "asyl, duld*, *gestattung*, *pflicht, zwei wörter, drei* wort*"
away = "weg"
city = "Ulm"
child = "kind"
ill = "krank"
appointment = "termin"
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
        ("zwei Woerter", "asylum"),
        ("zwei mal Wörter", "general"),
        ("in dreien Worten", "asylum"),
        ("weg nach Ulm", "asylum"),
        ("Ulm ist weit. Ich will weg.", "general"),
        ("Asyl Kind", "general"),
        ("Kind Termin", "family"),
        ("Kind krank Termin", "appointments"),
        ("Termin", "appointments"),
    ],
)
def test_terms_match_as_they_are_written(text: str, expected: str) -> None:
    assert queue(text, rules=Rules.load(SMALL, "regeln.toml", QUEUES)) == expected


def test_an_office_adds_takes_away_and_weighs_anew() -> None:
    own = """
    extends = "shipped"
    [queues.naturalisation.evidence]
    citizenship = 0
    citizenship-test = 0
    [queues.general.evidence]
    canteen = 5
    [vocabulary.de]
    canteen = "Kantine*"
    fiktion = "Zettel"
    gestattung = "-Ankunftsnachweis*"
    [[senders]]
    queue = "asylum"
    weight = 9
    domains = ["heim.example"]
    """
    rules = Rules.load(own, "routing.toml", QUEUES)
    assert queue("Wo ist die Kantine?", rules=rules) == "general"
    assert queue("Wo bleibt mein Zettel?", rules=rules) == "residence-permit"
    assert queue("Wo bleibt der Ankunftsnachweis?") == "asylum"
    assert queue("Wo bleibt der Ankunftsnachweis?", rules=rules) == "general"
    assert queue("Einbürgerung", rules=rules) == "general"
    assert queue("Guten Tag", sender="ulm.heim.example", rules=rules) == "asylum"
    assert queue("Einbürgerung") == "naturalisation"


def test_rules_travel_to_another_process_as_the_text_that_they_were_read_from(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text('extends = "shipped"\n[queues.general.evidence]\ncitizenship = 90\n', "utf-8")
    rules = Rules.read(file, QUEUES)
    rules.warm_up()
    sent = pickle.dumps(rules)
    file.write_text("[not a rule file", "utf-8")
    assert queue("Einbürgerung", rules=pickle.loads(sent)) == queue("Einbürgerung", rules=rules) == "general"
    assert len(sent) < 2_000


def test_an_offices_file_without_extends_stands_alone() -> None:
    assert queue("Einbürgerung", rules=Rules.load(SMALL, "regeln.toml", QUEUES)) == "general"


@pytest.mark.parametrize(
    ("line", "text", "says"),
    [
        (2, '\nextends = "mine"', ["extends", '"shipped"']),
        (1, 'extends = ["shipped"]', ["extends", '"shipped"']),
        (1, "colour = 1", ["colour", "unknown"]),
        (2, "[settings]\nminimum = -1", ["settings.minimum", "0 to 100"]),
        (2, "[settings]\nheight = 1", ["settings.height", "unknown"]),
        (2, '[settings]\nfallback = "x"', ["settings.fallback", '"x"']),
        (2, '[settings]\nfallback = ["general"]', ["settings.fallback", "no queue"]),
        (2, "[settings]\nminimum = nan", ["settings.minimum", "0 to 100"]),
        (1, "settings = 1", ["settings", "expected a table"]),
        (2, '[matching]\ninside = ["xx"]', ["matching.inside", "language codes"]),
        (2, "[matching]\ninside = 5", ["matching.inside", "language codes"]),
        (2, '[matching]\nbeginning = [["tr"]]', ["matching.beginning", "language codes"]),
        (2, "[matching]\nend = []", ["matching.end", "unknown"]),
        (1, "[queues.genral]", ["queues.genral", "general"]),
        (2, "[queues.general]\nweak = 1", ["queues.general.weak", "evidence, yields"]),
        (2, "[queues.general]\nevidence = 3", ["queues.general.evidence", "table"]),
        (2, "[queues.general.evidence]\nparking = true", ["queues.general.evidence.parking", "number"]),
        (2, '[queues.general.evidence]\nparking = "5"', ["queues.general.evidence.parking", "number"]),
        (2, "[queues.general.evidence]\nparking = 101", ["queues.general.evidence.parking", "-100 to 100"]),
        (3, '[queues.general.evidence]\n"passport & lost" = 1\n"lost & passport" = 2',
         ["lost & passport", "evidence.passport & lost already"]),
        (4, "[queues.general.evidence]\nparking = 1\n[queues.general.yields]\nparking = 1",
         ["yields.parking", "evidence.parking already"]),
        (2, '[queues.general.evidence]\n"lost & lost" = 1', ["up to three different concepts"]),
        (2, '[queues.general.evidence]\n"a & b & c & d" = 1', ["up to three different concepts"]),
        (2, '[queues.general.evidence]\n"parking & " = 1', ["up to three different concepts"]),
        (3, "[queues.general.evidence]\nparking = 1\nparkng = 1", ["parkng", "no vocabulary"]),
        (1, "[vocabulary.xx]", ["vocabulary.xx", "no such language"]),
        (2, "[vocabulary.de]\nparking = 1", ["vocabulary.de.parking", "commas"]),
        (2, '[vocabulary.de]\nparking = "Park?platz"', ['"Park?platz"', "letters and digits"]),
        (2, '[vocabulary.de]\nparking = "a*b"', ['"a*b"', "letters and digits"]),
        (4, '[vocabulary.de]\nparking = """\nParkplatz,\nPark_platz"""', ['"Park_platz"', "letters and digits"]),
        (2, '[vocabulary.de]\nparking = "*"', ["letters and digits"]),
        (2, '[vocabulary.de]\nparking = "-Kamel"', ['"Kamel"', "take away"]),
        (2, '[vocabulary.de]\nparking = ""', ["vocabulary.de.parking", "empty term"]),
        (2, '[vocabulary.de]\nparking = "Stellplatz,, Tiefgarage"', ["vocabulary.de.parking", "empty term"]),
        (3, '[vocabulary.de]\nparking = """Stellplatz,\nTiefgarage, Stellplatz\nhoch,Tiefgarage,"""',
         ['"Tiefgarage"', "stands there twice"]),
        (2, '[vocabulary.de]\nparking = "' + "x" * 81 + '"', ["letters and digits"]),
        (3, '[vocabulary.de]\nparking = "Stellplatz"\nlost = "' + ",".join(f"w{n}" for n in range(100_000)) + '"',
         ["vocabulary.de.lost", "more than 100,000 terms"]),
        (2, '[vocabulary.de]\nkantine = "Kantine"', ["vocabulary.de.kantine", "no queue"]),
        (1, "[senders]", ["senders", "two brackets"]),
        (3, '[[senders]]\nqueue = "asylum"\nweight = "a"\ndomains = ["b"]', ["senders.weight", "number"]),
        (1, '[[senders]]\nqueue = "asylum"\nweight = 1', ["senders.domains", "list of patterns"]),
        (6, '[[senders]]\nqueue="asylum"\nweight=1\ndomains=["a"]\n[[senders]]\nqueue="b"\nweight=1\ndomains=["a"]',
         ["senders", '"b"']),
        (4, '[[numbers]]\nqueue = "asylum"\nweight = 1\npattern = "("', ["numbers.pattern", "regular expression"]),
        (4, '[[numbers]]\nqueue = "asylum"\nweight = 1\npattern = "a*"', ["numbers.pattern", "nothing at all"]),
        (2, '[[numbers]]\nqueue = ["asylum"]\nweight = 1\npattern = "a"', ["numbers.queue", "no queue"]),
        (5, '[[recipients]]\nqueue = "asylum"\nweight = 1\naddresses = ["a"]\ndomains = ["b"]',
         ["recipients.domains", "unknown"]),
        (2, "[forms]\nfields = 1", ["forms.fields", "list of field names"]),
    ],
)  # fmt: skip
def test_a_wrong_rule_file_is_refused_with_file_line_key_and_remedy(line: int, text: str, says: list[str]) -> None:
    extends = "" if "extends" in text else 'extends = "shipped"\n'
    with pytest.raises(ConfigurationError) as caught:
        Rules.load(extends + text, "regeln.toml", QUEUES)
    message = str(caught.value)
    assert message.startswith(f"regeln.toml, line {line + extends.count(chr(10))}: ")
    assert all(said in message for said in says)


@pytest.mark.parametrize(
    ("line", "text", "says"),
    [(1, "queues = [", "Invalid value"), (2, "[a]\n[a]", "twice"), (3, "\nx = 1\nx = 2\n", "a second time"),
     (4, "x = 1\n\n\ny = 'a", "Expected"), (1, "a = " + "[" * 3_000, "nested too deeply")],
)  # fmt: skip
def test_a_file_that_is_no_toml_is_refused_with_its_line(line: int, text: str, says: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Rules.load(text, "regeln.toml", QUEUES)
    assert str(caught.value).startswith(f"regeln.toml, line {line}: not valid TOML: ")
    assert says in str(caught.value)
    assert str(caught.value).endswith("; correct that line")


def test_every_mistake_is_named_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Rules.load('extends = "shipped"\n[queues.x]\n[settings]\nminimum = "a"\n', "regeln.toml", QUEUES)
    assert len(str(caught.value).splitlines()) == 2


def test_of_a_thousand_mistakes_some_are_named_and_the_others_counted() -> None:
    keys = "".join(f"colour{n} = 1\n" for n in range(1_000))
    with pytest.raises(ConfigurationError) as caught:
        Rules.load(f'extends = "shipped"\n{keys}', "regeln.toml", QUEUES)
    *named, last = str(caught.value).splitlines()
    assert named[0].startswith("regeln.toml, line 2: colour0: ")
    assert (len(named), last) == (50, "… and 950 more")


def test_a_file_that_stands_alone_must_be_whole() -> None:
    with pytest.raises(ConfigurationError, match=r"settings\.minimum: this key is missing"):
        Rules.load("[queues.general]", "regeln.toml", QUEUES)


@pytest.mark.parametrize(
    ("octets", "says"),
    [
        (None, r"own\.toml: the rules cannot be read \(No such file or directory\); correct triage\.rules"),
        ('extends = "shipped"\n# Bürger\n'.encode("latin-1"), r"own\.toml, line 2: this is not UTF-8 .*save the file"),
        (b"#" * (2 * 1024 * 1024 + 1), r"own\.toml: this is larger than 2,048 KiB"),
        (b'extends = "shipped"\n[vocabulary.de]\nlost = "' + b"a," * 2_000_000 + b'"', "larger than 2,048 KiB"),
    ],
    ids=["missing", "Latin-1", "large", "two million terms"],
)
def test_a_rule_file_that_cannot_be_read_is_an_error_with_its_remedy(
    tmp_path: Path, octets: bytes | None, says: str
) -> None:
    file = tmp_path / "own.toml"
    if octets is not None:
        file.write_bytes(octets)
    with pytest.raises(ConfigurationError, match=says):
        Rules.read(file, QUEUES)


PARTS = (
    "extends", "settings", "minimum", "fallback", "matching", "inside", "queues", "general", "evidence", "yields",
    "vocabulary", "de", "lost", "senders", "domains", "numbers", "pattern", "queue", "weight", "forms", "fields",
)  # fmt: skip


def mistakes(text: str) -> list[str]:
    """What is said of a rule file; nothing if it can be used."""
    try:
        Rules.load(text, "regeln.toml", QUEUES)
    except ConfigurationError as error:
        return str(error).splitlines()
    return []


@settings(deadline=None, max_examples=100)
@given(
    st.dictionaries(
        st.sampled_from(PARTS),
        st.recursive(
            st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | st.sampled_from(PARTS),
            lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(PARTS), inner, max_size=4),
        ),
    )
)
def test_whatever_stands_in_a_rule_file_is_read_or_refused_with_its_line(table: dict[str, Any]) -> None:
    text = "\n".join(f"{key} = {toml(value)}" for key, value in table.items())
    assert all(re.match(r"regeln\.toml, line \d+: |… and", line) for line in mistakes(text))


def test_rules_are_read_from_the_file_that_the_office_names(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text('extends = "shipped"\n[vocabulary.de]\nparking = "Stellplatz"\n', "utf-8")
    assert queue("Gibt es einen Stellplatz?", rules=Rules.read(tmp_path / "own.toml", QUEUES)) == "general"


def test_an_office_with_fewer_queues_can_use_the_shipped_rules() -> None:
    rules = Rules.shipped(("general", "family", "system", "suspicious"))
    assert queue("Einbürgerung", rules=rules) == "general"
    assert queue("Familiennachzug", rules=rules) == "family"


def test_the_shipped_rules_name_only_queues_of_the_example_office() -> None:
    example = tomllib.loads(EXAMPLE.read_text("utf-8"))
    assert {queue for queue, _ in files.shipped_pack().evidence} <= set(example["queues"])
    assert config.parse(EXAMPLE.read_text("utf-8"), None).configuration.triage.rules is None


def test_rules_sent_to_another_process_answer_alike() -> None:
    text = "Mein Pass ist weg. Kann ich den Termin verschieben?"
    copy = pickle.loads(pickle.dumps(RULES))
    kinds = {"subject": "Pass", "own_words": text, "sender_domain": "mail.example"}
    assert route(copy, **kinds) == route(RULES, **kinds)


@settings(deadline=None)
@given(st.text(max_size=500), st.text(max_size=100), st.text(max_size=50))
def test_any_text_has_a_queue(text: str, subject: str, sender: str) -> None:
    routing = route(
        RULES, subject=subject, own_words=text, sender_domain=sender, attachments=(subject,), recipients=(sender,)
    )
    assert routing.queue in QUEUES
    assert len(routing.evidence) <= 8


@pytest.mark.parametrize(
    "piece", ["a", "termin ", "weg lost ", "ﷺ", "pass verloren ", "aufenthalts", "termin? ", "x. ", "aaaaaaa "]
)
def test_two_megabytes_have_a_queue(piece: str) -> None:
    assert queue(piece * (2_000_000 // len(piece))) in QUEUES


def test_triage_of_a_message_brings_language_and_queue_together() -> None:
    message = Message(
        headers=(Header("Content-Language", "de-DE"),),
        from_=(Address("Ana", "ana@mail.example"),),
        subject="oturum izni",
        parts=(Part("application/pdf", attachment=True, filename="pasaport.pdf"),),
    )
    result = triage(message, "Merhaba, oturum iznimi uzatmak istiyorum.", RULES)
    assert (result.language.code, result.queue.queue) == ("tr", "residence-permit")


def test_an_empty_message_has_a_triage() -> None:
    result = triage(Message(), "", RULES)
    assert (result.language.code, result.language.confidence, result.queue.queue) == ("und", "unsure", "general")
