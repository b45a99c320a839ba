# SPDX-License-Identifier: GPL-3.0-or-later
"""All languages of the acknowledgement say the same, in every variant, and ``intake check`` names what one lacks."""

import asyncio
import re
import shutil
import unicodedata
from pathlib import Path

import pytest

from intake.cli.check import check
from intake.languages import language
from intake.mail.acknowledgement.texts import BLOCKS, HUMAN_QUEUES
from tests.render_acknowledgements import CONFIGURATION, TEMPLATES, TEXTS, VARIANTS, acknowledgement, blocks_in, words

CODES = sorted(TEXTS.languages)
FOREIGN = [code for code in CODES if code != "de"]
RIGHT_TO_LEFT = [code for code in CODES if language(code).direction == "rtl"]
RULE = "-" * 40

ALWAYS = {
    "greeting", "reference", "team", "expected", "do_not", "not_a_decision", "emergency", "hours", "service_point",
    "automatic", "privacy", "signature",
}  # fmt: skip
SAID = {
    "new": {"received", "appointment"},
    "follow-up": {"received_follow_up", "appointment"},
    "out-of-hours": {"received", "received_closed", "appointment"},
    "closure-ahead": {"received", "closure", "appointment"},
    "closure": {"received", "received_closed", "closure", "appointment"},
    "appointments": {"received", "appointment_first"},
    "appointments-closure": {"received", "received_closed", "closure", "appointment_first"},
    "unsure": {"received", "appointment"},
}

SCRIPTS = {
    "Latn": "LATIN", "Cyrl": "CYRILLIC", "Arab": "ARABIC", "Ethi": "ETHIOPIC", "Grek": "GREEK", "Geor": "GEORGIAN",
    "Armn": "ARMENIAN", "Deva": "DEVANAGARI", "Hans": "CJK",
}  # fmt: skip
NAMES = {"Fiktionsbescheinigung", "ServicePoint"}
"""Stay German in every language."""
EVERYWHERE = {"Telefon", "Termin", "Adresse", "Internet"}
"""German words that other languages have as well."""


def own(code: str, variant: str) -> str:
    """The text in this language alone, without the German below it."""
    return acknowledgement(code, variant).text.split(RULE)[0]


def sentences(block: str) -> list[str]:
    """The sentences of a block; those of a list may end in semicolons."""
    block = re.sub(r"§ 81|81\. §|\{\{.*?\}\}", "value", block)
    return [s for s in re.split(r"[.!?。！？।。۔։።;；؛·؟](?:\s|$|(?<=[。！？]))", block) if s.strip()]


def numbers(text: str) -> set[int]:
    return {int(n) for n in re.findall(r"[0-9]+", text.replace("AB-7K3M9QX", ""))}


@pytest.mark.parametrize("code", CODES)
def test_a_variant_holds_the_same_blocks_in_every_language(code: str) -> None:
    for variant, said in SAID.items():
        expected = ALWAYS | said | ({"decisive"} if code != "de" else set())
        # The subject often has the words of another block.
        assert blocks_in(code, own(code, variant)) - {"subject"} == expected, variant


@pytest.mark.parametrize("code", FOREIGN)
def test_a_block_has_as_many_sentences_as_in_german(code: str) -> None:
    for block in sorted(set(BLOCKS) - {"subject", "greeting", "signature"}):
        assert len(sentences(words(code)[block])) == len(sentences(words("de")[block])), block


@pytest.mark.parametrize("code", FOREIGN)
def test_the_same_numbers_stand_in_every_language(code: str) -> None:
    for variant in VARIANTS:
        found, german = numbers(own(code, variant)), numbers(own("de", variant))
        assert german <= found, variant
        # Where months are numbers, in Chinese, Vietnamese and (beside their names) Tigrinya, these are more.
        assert found - german <= ({1, 11, 12} if code in ("zh", "vi", "ti") else set()), variant


@pytest.mark.parametrize("code", FOREIGN)
def test_reference_links_and_telephones_stand_in_the_same_order(code: str) -> None:
    fact = re.compile(r"AB-7K3M9QX|https://\S+|\+49[\d -]+\d|ServicePoint|Fiktionsbescheinigung|Rathausplatz 1")
    for variant in VARIANTS:
        assert fact.findall(own(code, variant)) == fact.findall(own("de", variant)), variant


@pytest.mark.parametrize("code", CODES)
def test_words_are_written_in_the_languages_own_letters(code: str) -> None:
    """A Latin a in a Cyrillic word looks right, and is read out wrongly and never found."""
    script = SCRIPTS["Cyrl" if code == "sr-Cyrl" else language(code).script]
    allowed = NAMES | ({"e", "mail"} if code == "el" else set())
    text = re.sub(r"\{\{.*?\}\}", "", " ".join(words(code).values()))
    for word in set(re.findall(r"[^\W\d_]+", text)) - allowed:
        assert all(script in unicodedata.name(c) for c in word if unicodedata.category(c) != "Lm"), word


@pytest.mark.parametrize("code", FOREIGN)
def test_no_german_word_is_left_but_names(code: str) -> None:
    def long_words(of: str) -> set[str]:
        return set(re.findall(r"[^\W\d_]{5,}", re.sub(r"\{\{.*?\}\}", "", " ".join(words(of).values()))))

    assert long_words(code) & long_words("de") <= NAMES | EVERYWHERE


@pytest.mark.parametrize("code", FOREIGN)
def test_no_sentence_is_that_of_a_language_that_is_not_related(code: str) -> None:
    related = {"sr", "hr", "bs"} if code in {"sr", "hr", "bs"} else set()
    mine = {s.strip() for block in words(code).values() for s in sentences(block)}
    for other in set(CODES) - related - {code}:
        theirs = {s.strip() for block in words(other).values() for s in sentences(block)}
        shared = {s for s in mine & theirs if len(s.split()) > 3}
        assert not shared, other


@pytest.mark.parametrize("code", FOREIGN)
def test_every_team_has_a_name_of_its_own_in_the_language(code: str) -> None:
    names = [TEXTS.team(code, queue) for queue in HUMAN_QUEUES]
    assert len(set(names)) == len(HUMAN_QUEUES)
    assert not {TEXTS.team("de", queue) for queue in HUMAN_QUEUES} & {"", *names}


@pytest.mark.parametrize("code", FOREIGN)
def test_a_screen_reader_is_told_what_is_german(code: str) -> None:
    """WCAG 2.2, 3.1.2: names, the clerk's word for the team, the address."""
    document = acknowledgement(code, "new", german_below=False).html
    german = re.findall(r'<bdi lang="de">(.*?)</bdi>', document)
    assert german == [
        "Team Aufenthaltstitel", "Fiktionsbescheinigung", "ServicePoint", "Rathausplatz 1, Erdgeschoss",
        "Ausländerbehörde Musterstadt", "Rathausplatz 1, 79999 Musterstadt",
    ]  # fmt: skip
    assert 'lang="de"' not in acknowledgement("de", "new").html.replace('lang="de" dir', "")


@pytest.mark.parametrize("code", RIGHT_TO_LEFT)
def test_german_words_in_a_text_from_right_to_left_are_isolated(code: str) -> None:
    text = own(code, "closure")
    for word in (*NAMES, "Team Aufenthaltstitel", "Rathausplatz 1, Erdgeschoss", "Rathausplatz 1, 79999 Musterstadt"):
        assert f"\u2068{word}\u2069" in text


@pytest.mark.parametrize("code", CODES)
def test_an_address_on_the_web_stands_on_a_line_of_its_own(code: str) -> None:
    document = acknowledgement(code, "appointments", german_below=False).html
    for before, after in re.findall(r'(.{4}|\n)<a href="http[^>]*>[^/]*//.*?</a>(.{4}|\n)', document):
        assert before.endswith(("<br>", "\n"))
        assert after in ("<br>", "</p>", "\n")


# What a text lacks --------------------------------------------------------------------------------------


OFFICE = """
[service]
data = "data"
[office]
name = "Ausländerbehörde Musterstadt"
address = "Rathausplatz 1, 79999 Musterstadt"
phone = "+49 7999 123-0"
email = "auslaenderbehoerde@musterstadt.example"
website = "https://www.musterstadt.example"
appointment_url = "https://termine.musterstadt.example"
privacy_url = "https://www.musterstadt.example/datenschutz"
[office.hours]
mon = ["08:00-12:00"]
"""
QUEUES = "".join(
    f'[queues.{queue}]\nfolder = "{known.folder}"\n' + ("working_days = [5, 10]\n" if known.working_days else "")
    for queue, known in CONFIGURATION.queues.items()
)


def checked(folder: Path, configuration: str) -> tuple[bool, list[str]]:
    """What ``intake check`` says of an office in this folder."""
    (folder / "intake.toml").write_text(configuration, "utf-8")
    lines: list[str] = []
    return asyncio.run(check(folder / "intake.toml", lines.append)), lines


LACKS = [(block, "") for block in BLOCKS] + [(block, value) for block in BLOCKS for value in sorted(BLOCKS[block])]
"""Each block, and each value of a block."""


@pytest.mark.parametrize("lacks", [LACKS[: len(CODES)], LACKS[len(CODES) :]])
def test_check_reports_each_block_and_each_value_that_the_offices_texts_lack(
    tmp_path: Path, lacks: list[tuple[str, str]]
) -> None:
    """One is taken from each language."""
    shutil.copytree(TEMPLATES / "acknowledgement", tmp_path / "templates" / "acknowledgement")
    complaints = []
    for code, (block, value) in zip(CODES, lacks, strict=False):
        path = tmp_path / "templates" / "acknowledgement" / f"{code}.j2"
        text = path.read_text("utf-8")
        whole = re.search(rf"\{{% block {block} %\}}.*?\{{% endblock %\}}", text, re.DOTALL)
        assert whole is not None
        line = text.count("\n", 0, whole.start()) + 1
        if value:
            less = whole[0].replace(f"{{{{ {value} }}}}", "…")
            complaints.append(f"{path}:{line}: block {block}: {{{{ {value} }}}} is missing; add it")
        else:
            less = ""
            complaints.append(f"{path}: block {block} is missing; add {{% block {block} %}}…{{% endblock %}}")
        path.write_text(text.replace(whole[0], less), "utf-8")
    fine, lines = checked(tmp_path, OFFICE + QUEUES)
    assert not fine
    assert [line.removeprefix("problem  ") for line in lines if line.startswith("problem")] == complaints


def test_check_says_which_languages_there_are_and_which_nobody_reviewed(tmp_path: Path) -> None:
    fine, lines = checked(tmp_path, OFFICE + QUEUES)
    assert fine
    assert f"ok       texts in {len(CODES)} languages: {', '.join(CODES)}" in lines
    assert any(line.startswith("warning  texts that no native speaker has reviewed are used (am, ar") for line in lines)


def test_check_warns_of_a_team_that_people_would_read_in_german_only(tmp_path: Path) -> None:
    own_queue = '[queues.eu]\nfolder = "Freizügigkeit EU"\nnames = { de = "Team EU", fr = "équipe UE" }\n'
    _, lines = checked(tmp_path, OFFICE + QUEUES + own_queue)
    (warning,) = (line for line in lines if "queues.eu.names" in line)
    assert warning.startswith("warning  ")
    assert " en," in warning
    assert " fr," not in warning
