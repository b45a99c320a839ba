# SPDX-License-Identifier: GPL-3.0-or-later
"""What callers are told: the shipped texts in all languages, and what becomes of a wrong text."""

import datetime as dt
import re
import shutil
import tempfile
import unicodedata
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.announcements.facts import Facts, Menu, facts_at
from intake.announcements.forms import Segment, merged, segments
from intake.announcements.lexicon import Lexicon
from intake.announcements.prompts import DATED, LONGEST_MENU, PROMPT_IDS, PromptTexts, prompt_ids, seconds
from intake.config import Closure, Configuration
from intake.errors import ConfigurationError
from intake.languages import LANGUAGES, language
from intake.office import Calendar
from intake.resources import shipped
from intake.speech import Speaker

BERLIN = ZoneInfo("Europe/Berlin")
PHONE = "+49 7999 123-112"
QUEUES = (
    "appointments", "residence-permit", "work-study", "family", "naturalisation", "asylum", "ukraine",
    "visa-invitation", "travel-documents", "lawyers-authorities", "complaints", "general",
)  # fmt: skip
CONFIGURATION = Configuration.model_validate(
    {
        "office": {
            "name": "Ausländerbehörde Musterstadt",
            "names": {"en": "Immigration Office Musterstadt", "uk": "Відомство у справах іноземців Мустерштадт"},
            "address": "Rathausplatz 1, 79999 Musterstadt",
            "phone": "+49 7999 123-0",
            "email": "auslaenderbehoerde@musterstadt.example",
            "website": "https://www.musterstadt.example",
            "appointment_url": "https://termine.musterstadt.example/{language}",
            "privacy_url": "https://www.musterstadt.example/datenschutz",
            "emergency_phone": PHONE,
            "hours": {
                "mon": ("08:00-12:00", "13:30-15:30"),
                "tue": ("08:00-12:00",),
                "wed": ("08:00-12:00",),
                "thu": ("08:00-12:00", "14:00-18:00"),
                "fri": ("08:00-12:00",),
            },
            "service_point": {"address": "Rathausplatz 3, Erdgeschoss", "hours": {"thu": ("14:00-17:30",)}},
            "closures": (
                Closure(first=dt.date(2026, 12, 24), last=dt.date(2027, 1, 1), reason={"de": "Jahreswechsel"}),
                Closure(first=dt.date(2027, 2, 11), last=dt.date(2027, 2, 11)),
            ),
        },
        "queues": {name: {"folder": name} for name in (*QUEUES, "system", "suspicious")},
    }
)
CALENDAR = Calendar(CONFIGURATION.office)
INSTANTS = {
    "before opening": "2026-11-23 07:00",
    "open, with a break to come": "2026-11-23 09:00",
    "break": "2026-11-23 12:30",
    "open until the evening": "2026-11-26 16:00",
    "after closing": "2026-11-26 18:00",
    "Saturday": "2026-11-28 10:00",
    "two holidays ahead": "2026-04-02 10:00",
    "holiday": "2026-04-03 10:00",
    "closure ahead": "2026-12-22 10:00",
    "closure": "2026-12-28 10:00",
    "closure and a holiday behind it": "2026-12-31 10:00",
    "one day closed ahead": "2027-02-09 10:00",
    "leap day": "2028-02-29 10:00",
}
TEXTS = PromptTexts.load([shipped("voice_prompts")], [shipped("templates")])
LEXICON = Lexicon.load([shipped("voice_prompts")])


def facts(instant: str, *, menu: Menu | None = None) -> Facts:
    moment = dt.datetime.fromisoformat(instant).replace(tzinfo=BERLIN)
    return facts_at(CONFIGURATION, CALENDAR, moment, menu=menu)


def spoken(prompt: str, code: str, instant: str) -> str:
    return " ".join(segment.text for segment in TEXTS.render(prompt, code, facts(instant)).segments)


def test_every_language_of_the_office_has_a_text_without_mistakes() -> None:
    assert TEXTS.languages == tuple(LANGUAGES)
    assert TEXTS.problems(*(facts(instant) for instant in INSTANTS.values())) == ()
    assert LEXICON.problems == ()


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("when", INSTANTS)
def test_every_prompt_is_words_that_a_voice_can_say(code: str, when: str) -> None:
    known = facts(INSTANTS[when])
    for name in prompt_ids(known):
        if name not in DATED and when != "closure":
            continue  # the same at every instant
        prompt = TEXTS.render(name, code, known)
        assert prompt.segments
        for segment in prompt.segments:
            where = f"{name}: {segment}"
            assert segment.language in LANGUAGES, where
            assert segment.text == unicodedata.normalize("NFC", segment.text).strip(), where
            assert any(c.isalpha() for c in segment.text), where
            assert not re.search(r"[\d§&/@{}|<>\x00-\x1f\u2066-\u2069]|  ", segment.text), where
        assert not re.search(r"[{}|\x00-\x1f]", prompt.written), f"{name}: {prompt.written}"


@pytest.mark.parametrize("code", [code for code in LANGUAGES if language(code).script != "Latn"])
def test_with_the_lexicon_no_latin_letter_is_left_to_a_voice_of_another_script(code: str) -> None:
    known = facts(INSTANTS["closure ahead"])
    for name in prompt_ids(known):
        for segment in TEXTS.render(name, code, known).segments:
            if segment.language == code:
                assert not re.search(r"[A-Za-z]", LEXICON.respelt(segment, "espeak")), segment


FACTS_OF_PROMPTS = {
    "online-appointments": "termine.musterstadt.example",
    "emergency": PHONE,
    "voicemail-greeting": "www.musterstadt.example/datenschutz",
    "servicepoint": "Rathausplatz 3, Erdgeschoss",
    "neutral": "www.musterstadt.example",
    "all-lines-busy": "www.musterstadt.example",
}


@pytest.mark.parametrize("code", LANGUAGES)
def test_each_prompt_tells_the_same_facts_in_every_language(code: str) -> None:
    known = facts(INSTANTS["closure ahead"])
    for name, fact in FACTS_OF_PROMPTS.items():
        assert fact in TEXTS.render(name, code, known).written
    assert "90" in TEXTS.render("voicemail-greeting", code, known).written
    week = TEXTS.render("hours-week", code, known).written
    for figure in ("13", "15", "18", "24", "2027"):
        assert figure in week
    today = TEXTS.render("today", code, facts(INSTANTS["open, with a break to come"])).written
    assert re.search(r"12\D00.*13\D30", today)
    after = TEXTS.render("today", code, facts(INSTANTS["closure"])).written
    assert re.search(r"4.*(?:8\D00)", after)
    assert len(re.findall(r"ServicePoint", TEXTS.render("servicepoint", code, known).written)) == 1
    assert "Fiktionsbescheinigung" in TEXTS.render("what-to-bring", code, known).written


@pytest.mark.parametrize(
    ("prompt", "instant", "words"),
    [
        ("today", "before opening", "Im Moment ist geschlossen. Heute öffnen wir um acht Uhr."),
        (
            "today",
            "open, with a break to come",
            "Wir haben jetzt geöffnet, bis zwölf Uhr. Danach ist Pause. "
            "Heute öffnen wir wieder um dreizehn Uhr dreißig.",
        ),
        ("today", "break", "Im Moment ist geschlossen. Heute öffnen wir um dreizehn Uhr dreißig."),
        ("today", "open until the evening", "Wir haben jetzt geöffnet, bis achtzehn Uhr."),
        (
            "today",
            "after closing",
            "Für heute ist geschlossen. Wir öffnen wieder am Freitag, dem siebenundzwanzigsten November, um acht Uhr.",
        ),
        (
            "today",
            "Saturday",
            "Heute ist geschlossen. Wir öffnen wieder am Montag, dem dreißigsten November, um acht Uhr.",
        ),
        (
            "holiday",
            "holiday",
            "Heute ist ein gesetzlicher Feiertag. Unser Büro ist geschlossen. Bitte beachten Sie: "
            "Montag, der sechste April, ist ein gesetzlicher Feiertag. An diesem Tag ist unser Büro geschlossen. "
            "Wir öffnen wieder am Dienstag, dem siebten April, um acht Uhr.",
        ),
        (
            "closure",
            "closure ahead",
            "Bitte beachten Sie: Unser Büro ist vorübergehend geschlossen, und zwar vom vierundzwanzigsten Dezember "
            "bis zum ersten Januar. Der Grund: Jahreswechsel. "
            "Wir öffnen wieder am Montag, dem vierten Januar, um acht Uhr.",
        ),
        (
            "closure",
            "one day closed ahead",
            "Bitte beachten Sie: Unser Büro ist vorübergehend geschlossen, und zwar am Donnerstag, dem elften Februar. "
            "Wir öffnen wieder am Freitag, dem zwölften Februar, um acht Uhr.",
        ),
    ],
)
def test_what_is_said_fits_the_instant(prompt: str, instant: str, words: str) -> None:
    assert spoken(prompt, "de", INSTANTS[instant]) == words


def test_the_week_is_told_with_its_closed_days() -> None:
    assert spoken("hours-week", "de", INSTANTS["two holidays ahead"]).endswith(
        "An allen anderen Tagen und an Feiertagen ist geschlossen. "
        "Geschlossen ist auch: am Freitag, dem dritten April. Geschlossen ist auch: am Montag, dem sechsten April."
    )


def test_a_prompt_without_anything_to_say_does_not_exist() -> None:
    known = facts(INSTANTS["Saturday"])
    assert not {"holiday", "closure"} & set(prompt_ids(known))
    with pytest.raises(ValueError, match="no prompt holiday"):
        TEXTS.render("holiday", "de", known)


def test_undated_prompts_name_no_day_that_passes() -> None:
    known = facts(INSTANTS["closure ahead"]).undated()
    assert not {"today", "holiday", "closure"} & set(prompt_ids(known))
    for name in prompt_ids(known):
        assert not re.search(r"Dezember|Januar|heute\b", TEXTS.render(name, "de", known).written)


def test_only_dated_prompts_change_with_the_calendar() -> None:
    once: dict[str, str] = {}
    changing = set()
    for instant in INSTANTS.values():
        for name in prompt_ids(facts(instant)):
            written = TEXTS.render(name, "de", facts(instant)).written
            if once.setdefault(name, written) != written:
                changing.add(name)
    assert changing == DATED


def test_every_prompt_of_the_list_exists_at_some_instant() -> None:
    found = {name for instant in INSTANTS.values() for name in prompt_ids(facts(instant))}
    assert found == {*PROMPT_IDS, *(f"queue-{name}" for name in QUEUES)}


def test_the_language_menu_speaks_each_option_in_its_own_language() -> None:
    menu = TEXTS.render("language-menu", "de", facts(INSTANTS["Saturday"]))
    assert [segment.language for segment in menu.segments] == ["de", "en", "uk", "tr", "de", "en"]
    assert menu.segments == TEXTS.render("language-menu", "ar", facts(INSTANTS["Saturday"])).segments
    more = TEXTS.render("more-languages", "de", facts(INSTANTS["Saturday"]))
    assert [segment.language for segment in more.segments] == ["ar", "ru", "sq", "sr", "fa"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_menu_has_more_options_than_a_caller_can_remember(code: str) -> None:
    known = facts(INSTANTS["Saturday"])
    for name in ("language-menu", "more-languages", "main-menu"):
        keys = {int(key) for key in re.findall(r"\d+", TEXTS.render(name, code, known).written)}
        assert keys == set(range(1, LONGEST_MENU + 1))


def test_a_menu_that_is_too_long_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="language-menu has 6 options, the limit is 5"):
        TEXTS.render("language-menu", "de", facts(INSTANTS["Saturday"], menu=Menu(("de", "en", "uk", "tr", "ar"))))


def test_without_more_languages_there_is_no_way_to_them() -> None:
    known = facts(INSTANTS["Saturday"], menu=Menu(("de", "en", "uk", "tr", "ar"), ()))
    assert "more-languages" not in prompt_ids(known)
    assert len(TEXTS.render("language-menu", "de", known).segments) == LONGEST_MENU


def test_the_office_is_called_by_its_own_name_in_a_language_and_by_its_german_one_elsewhere() -> None:
    def named(code: str) -> list[Segment]:
        return list(TEXTS.render("greeting", code, facts(INSTANTS["Saturday"])).segments)

    assert [segment.language for segment in named("en")] == ["en"]
    assert named("it")[1] == Segment("de", "Ausländerbehörde Musterstadt.")
    assert [segment.language for segment in named("it")] == ["it", "de", "it"]


@pytest.mark.parametrize(
    ("code", "days", "words"),
    [
        ("de", 1, "spätestens nach einem Tag."),
        ("de", 30, "spätestens nach dreißig Tagen."),
        ("uk", 1, "через один день."),
        ("uk", 90, "через дев’яносто днів."),
        ("ar", 1, "يوم واحد"),
        ("ar", 2, ": يومان"),
        ("ro", 1, "o zi"),
        ("el", 1, "μία ημέρα"),
        ("it", 1, "un giorno"),
        ("hu", 2, "két nap"),
        ("zh", 2, "两天"),
    ],
)
def test_a_number_of_days_agrees_with_its_noun(code: str, days: int, words: str) -> None:
    promised = replace(facts("2026-11-23 09:00"), recording_days=days)
    prompt = TEXTS.render("voicemail-greeting", code, promised)
    assert words in " ".join(part.text for part in prompt.segments)
    assert str(days) in prompt.written


def test_noon_in_tigrinya_is_not_taken_for_six_in_the_evening() -> None:
    noon, evening = (Speaker.of("ti").time(dt.time(hour)) for hour in (12, 18))
    assert "ሽዱሽተ" in noon
    assert "ድሕሪ" not in noon
    assert "ሽዱሽተ" not in evening


def test_german_terms_are_said_by_a_german_voice() -> None:
    bring = TEXTS.render("what-to-bring", "ar", facts(INSTANTS["Saturday"]))
    assert Segment("de", "Fiktionsbescheinigung.") in bring.segments


def test_an_address_on_the_web_may_hold_the_language() -> None:
    assert "termine.musterstadt.example/pl" in TEXTS.render("online-appointments", "pl", facts("2026-11-23")).written


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_team_has_a_short_name(code: str) -> None:
    known = facts(INSTANTS["Saturday"])
    for queue in QUEUES:
        assert 0.3 < seconds(TEXTS.render(f"queue-{queue}", code, known).segments) < 6


def test_greetings_say_that_a_computer_speaks_in_the_time_a_greeting_has() -> None:
    greetings = [TEXTS.render("greeting", code, facts(INSTANTS["Saturday"])) for code in LANGUAGES]
    assert max(seconds(greeting.segments) for greeting in greetings) < 20
    assert "Computerstimme" in greetings[0].written


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("Guten Tag.", [("de", "Guten Tag.")]),
        ("an der \x02en\x03front door\x04.", [("de", "an der"), ("en", "front door.")]),
        ("\x02ar\x03مرحبا\x04, und", [("ar", "مرحبا,"), ("de", "und")]),
        ("a (\x02en\x03b\x04) c", [("de", "a ("), ("en", "b"), ("de", ") c")]),
        ("\x02en\x03b\x04", [("en", "b")]),
    ],
)
def test_a_text_is_cut_where_its_language_changes(text: str, cut: list[tuple[str, str]]) -> None:
    assert segments("de", text) == tuple(Segment(*piece) for piece in cut)


def test_neighbours_of_one_language_are_said_in_one_breath() -> None:
    pieces = [Segment("de", "Eins."), Segment("de", "Zwei."), Segment("zh", "一。"), Segment("zh", "二。")]
    assert merged(pieces) == (Segment("de", "Eins. Zwei."), Segment("zh", "一。二。"))


# -- what an office may get wrong -------------------------------------------------------------------------------------


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "voice_prompts"
    folder.mkdir()
    return folder


def load(own: Path) -> PromptTexts:
    return PromptTexts.load([own, shipped("voice_prompts")], [shipped("templates")])


def changed(own: Path, old: str, new: str, code: str = "tr") -> PromptTexts:
    """The texts with one passage of a language changed by the office."""
    source = (shipped("voice_prompts") / f"{code}.j2").read_text("utf-8")
    assert old in source
    (own / f"{code}.j2").write_text(source.replace(old, new, 1), "utf-8")
    return load(own)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("{{ team | name }}", "{{ chief | name }}", "{{ chief }} is unknown here; this block may use team"),
        ("{{ team | name }}", "{{ team }}", "write {{ team | name }}"),
        ("{{ team | name }}", "{{ team | upper }}", "write {{ team | name }}"),
        ("{{ team | name }}", "", "block queue: {{ team }} is missing; write {{ team | name }}"),
        ("{{ team | name }}", "{{ team.__class__ | name }}", "only one filter on one value is allowed"),
        ("{{ team | name }}", "{{ team | name }", "correct that line"),
        ("{{ team | name }}", "{% if team %}a{% endif %}{{ team | name }}", "remove the if"),
        ("{{ team | name }}", "{% for a in team %}a{% endfor %}{{ team | name }}", "remove the for"),
        ("{{ team | name }}", "{{ team | name }} {{ 7 * 7 }}", "remove the mul"),
        ("{{ team | name }}", "{{ team | name }} Oda 12", "figures (12) are not spoken reliably"),
        ("{{ team | name }}", '{{ team | name }} {{ "Hello" | in_language("xx") }}', "in_language("),
        ("{{ team | name }}", "{{ team | name }} \x07", "a control character"),
        ("{% block queue %}", "{% block team %}", "block team is unknown"),
        ("{% block queue %}", "{% block goodbye %}", "block goodbye: {{ team }} is unknown here"),
        ("{% block queue %}", "Merhaba {% block queue %}", "only blocks are allowed here"),
        ('counted(other="gün")', "counted", "the filter counted needs the noun"),
        ('counted(other="gün")', 'counted(many="gün")', "the filter counted needs the noun"),
    ],
)
def test_a_mistake_is_one_sentence_that_names_file_and_language_and_stops_no_other(
    own: Path, old: str, new: str, sentence: str
) -> None:
    texts = changed(own, old, new)
    problems = texts.problems()
    assert all(problem.startswith(f"{own / 'tr.j2'}: language tr: ") for problem in problems)
    assert any(sentence in problem for problem in problems), problems
    assert texts.languages == tuple(code for code in LANGUAGES if code != "tr")
    assert texts.render("goodbye", "de", facts(INSTANTS["Saturday"])).written.startswith("Danke")
    with pytest.raises(ConfigurationError, match=r"announcement goodbye cannot be spoken: .*tr\.j2: language tr"):
        texts.render("goodbye", "tr", facts(INSTANTS["Saturday"]))


def test_a_missing_block_is_named(own: Path) -> None:
    source = (shipped("voice_prompts") / "tr.j2").read_text("utf-8")
    (own / "tr.j2").write_text(source[: source.index("{% block queue %}")], "utf-8")
    assert load(own).problems() == (
        f"{own / 'tr.j2'}: language tr: block queue is missing; add {{% block queue %}}…{{% endblock %}}",
    )


@pytest.mark.parametrize(
    ("octets", "sentence"),
    [
        (b"\xff\xfe", "is not UTF-8 text; save it as UTF-8"),
        (b"{# " + b"a" * 70_000 + b" #}", "larger than 64 KiB; shorten it"),
        (b"{{ " + b"(" * 20_000, "it cannot be read"),
        (b"{{ " + b"7" * 20_000 + b" }}", "it cannot be read"),
    ],
)
def test_a_file_that_is_no_text_is_named(own: Path, octets: bytes, sentence: str) -> None:
    (own / "tr.j2").write_bytes(octets)
    (problem,) = load(own).problems()
    assert problem.startswith(f"{own / 'tr.j2'}: language tr: ")
    assert sentence in problem


PIECES = st.sampled_from(
    [
        "{% block queue %}",
        "{% endblock %}",
        "{{ team | name }}",
        "{{",
        "}}",
        "{%",
        "%}",
        "{#",
        "#}",
        "|",
        "(",
        '"',
        "a ",
        "\n",
    ]
)


@settings(max_examples=100, deadline=None)
@given(st.lists(PIECES | st.text(max_size=5), max_size=12).map("".join))
def test_whatever_a_file_holds_the_other_languages_go_on(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "tr.j2").write_text(text, "utf-8", "surrogatepass")
        texts = load(Path(folder))
    assert texts.problems()
    assert "tr" not in texts.languages
    assert "de" in texts.languages


def test_a_text_over_the_limit_is_refused_with_its_length(own: Path) -> None:
    texts = changed(own, "{% block goodbye %}", "{% block goodbye %}" + " Hoşça kalın ve yine bekleriz." * 40)
    (problem,) = texts.problems(facts(INSTANTS["Saturday"]))
    assert re.fullmatch(
        rf"{own / 'tr.j2'}: language tr: announcement goodbye would take about \d+ seconds, the limit is 45; "
        "shorten the text",
        problem,
    )


def test_a_missing_language_is_named(own: Path) -> None:
    shutil.copy(shipped("voice_prompts") / "de.j2", own)
    texts = PromptTexts.load([own], [shipped("templates")])
    assert texts.languages == ("de",)
    assert f"{own}/en.j2: language en: the text is missing; put the file there" in texts.problems()
    with pytest.raises(ConfigurationError, match=r"announcement language-menu cannot be spoken: .*language en"):
        texts.render("language-menu", "de", facts(INSTANTS["Saturday"]))


def test_a_file_of_no_language_is_named(own: Path) -> None:
    (own / "xx.j2").write_text("", "utf-8")
    assert load(own).problems() == (f"{own / 'xx.j2'}: xx is no language of the office; rename or remove the file",)


def test_an_own_text_takes_the_place_of_the_shipped_one(own: Path) -> None:
    texts = changed(own, "Auf Wiederhören.", "Adele.", code="de")
    assert texts.render("goodbye", "de", facts(INSTANTS["Saturday"])).written == "Danke für Ihren Anruf. Adele."


def test_only_reviewed_texts_are_used_where_the_office_wants_no_drafts(own: Path) -> None:
    assert TEXTS.usable(drafts=True) == tuple(LANGUAGES)
    assert TEXTS.usable(drafts=False) == ("de",)
    texts = changed(own, "{# status: draft #}", "{# status: reviewed #}")
    assert texts.usable(drafts=False) == ("de", "tr")


# -- the lexicon ------------------------------------------------------------------------------------------------------


def test_a_term_is_respelt_with_its_ending_and_for_its_engine(own: Path) -> None:
    (own / "lexicon").mkdir()
    (own / "lexicon" / "hr.toml").write_text('Duldung = { pico = "Doldung", any = "Duldunk" }\n', "utf-8")
    lexicon = Lexicon.load([own, shipped("voice_prompts")])
    segment = Segment("hr", "U ServicePointu: Duldung, Geduldung.")
    assert lexicon.respelt(segment, "espeak") == "U Servis-Pointu: Duldunk, Geduldung."
    assert lexicon.respelt(segment, "pico") == "U Servis-Pointu: Doldung, Geduldung."
    assert lexicon.respelt(Segment("so", "Duldung"), "pico") == "Duldung"


@pytest.mark.parametrize("line", ["a = 1", 'a = ""', "a = {}", "a = { pico = 2 }", "a b", f'a = "{"x" * 300}"'])
def test_a_wrong_line_of_a_lexicon_is_named(own: Path, line: str) -> None:
    (own / "lexicon").mkdir()
    (own / "lexicon" / "hr.toml").write_text(line, "utf-8")
    lexicon = Lexicon.load([own])
    (problem,) = lexicon.problems
    assert problem.startswith(f"{own / 'lexicon' / 'hr.toml'}: language hr: ")
    assert lexicon.respelt(Segment("hr", "a b"), "pico") == "a b"
