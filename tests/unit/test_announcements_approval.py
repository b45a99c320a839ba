# SPDX-License-Identifier: GPL-3.0-or-later
"""Which languages go on the line, what their callers hear otherwise, and how files for other systems are called."""

import datetime as dt
from dataclasses import replace
from typing import Literal

import pytest

from intake.announcements.approval import HIGHEST_CER, NEEDED, Approval, Standing, edition, error_rate, standing
from intake.announcements.flat import NAME_CHARACTERS, file_name
from intake.announcements.forms import Segment
from intake.announcements.layout import Choice
from intake.announcements.prompts import Prompt
from intake.announcements.speaking import Outcome
from intake.announcements.store import Heard
from tests.paper_line import made

NOW = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)
ADA = Approval("Ada Beispiel", NOW)


def outcome(name: str, text: str = "zwanzig Zeichen hier", *, cer: float | None = None, mixed: bool = False) -> Outcome:
    pieces = (Segment("uk", text), *((Segment("de", "Amt"),) if mixed else ()))
    prompt = Prompt(name, "uk", pieces, text)
    heard = None if cer is None else Heard("something", "vosk:x", cer, cer)
    return Outcome(prompt, replace(made(prompt), heard=heard))


def all_heard(cer: float | None) -> list[Outcome]:
    return [outcome(name, cer=cer) for name in NEEDED]


def stands(
    outcomes: list[Outcome],
    *,
    approvals: dict[str, Approval] | None = None,
    asks: Literal["listening", "person"] = "listening",
    approved_by: str = "",
) -> Standing:
    return standing("uk", "edition", outcomes, approvals or {}, asks=asks, approved_by=approved_by, now=NOW)


@pytest.mark.parametrize(
    ("cer", "own"), [(0.0, True), (HIGHEST_CER, True), (HIGHEST_CER + 0.01, False), (1.0, False), (None, False)]
)
def test_a_recogniser_lets_a_language_on_the_line_up_to_the_bar(cer: float | None, own: bool) -> None:
    found = stands(all_heard(cer))
    assert found.own is own
    assert own or "intake announce approve uk --name NAME" in found.reason


def test_one_announcement_that_is_not_understood_at_all_keeps_its_language_off_the_line() -> None:
    long, short = [outcome(name, "x" * 200, cer=0.0) for name in NEEDED], outcome("goodbye", cer=0.9)
    found = stands([*long, short])
    assert found.cer is not None
    assert found.cer < HIGHEST_CER
    assert not found.own
    assert found.reason.startswith("announcement goodbye: a recogniser heard something else")
    assert stands([*long, outcome("goodbye", cer=0.5)]).own
    assert stands([*long, short], approvals={"edition": ADA}).own


def test_a_person_lets_a_language_on_the_line_that_no_recogniser_understood() -> None:
    assert stands(all_heard(0.9), approvals={"edition": ADA}).approved == ADA
    assert not stands(all_heard(0.9), approvals={"another edition": ADA}).own
    assert stands(all_heard(None), approved_by="Leitung").reason == "approved by Leitung"


def test_where_a_person_is_asked_a_recogniser_is_not_enough() -> None:
    found = stands(all_heard(0.0), asks="person")
    assert not found.own
    assert "a person to approve" in found.reason
    assert stands(all_heard(0.0), asks="person", approvals={"edition": ADA}).own


@pytest.mark.parametrize("name", NEEDED)
def test_a_language_without_a_main_announcement_is_not_on_the_line_whoever_approves(name: str) -> None:
    outcomes = [one for one in all_heard(0.0) if one.prompt.id != name]
    broken = Outcome(outcome(name).prompt, None, f"language uk, announcement {name}: the voice crashed")
    found = stands([*outcomes, broken], approved_by="Leitung")
    assert (found.own, found.reason) == (False, f"announcement {name}: the voice crashed")


def test_errors_are_weighted_by_length_and_mixed_announcements_do_not_count() -> None:
    assert error_rate([outcome("a", "x" * 30, cer=0.0), outcome("b", "x" * 10, cer=0.4)]) == pytest.approx(0.1)
    assert error_rate([outcome("a", cer=0.1), outcome("b", mixed=True)]) == pytest.approx(0.1)
    assert error_rate([outcome("a", cer=0.1), outcome("b")]) is None
    assert error_rate([outcome("b", mixed=True)]) is None


def test_another_word_voice_or_text_is_another_edition() -> None:
    one = outcome("goodbye")
    assert one.made is not None
    other_voice = Outcome(one.prompt, replace(one.made, voices=("paper:other",)))
    other_word = Outcome(one.prompt, replace(one.made, spoken=("other",)))
    editions = {
        edition(source, [one.prompt], {one.prompt: found})
        for source, found in (("text", one), ("other text", one), ("text", other_voice), ("text", other_word))
    }
    assert len(editions) == 4
    assert edition("text", [one.prompt], {one.prompt: one}) in editions


@pytest.mark.parametrize(
    ("language", "candidates"), [("uk", ("uk", "en")), ("tr", ("en",)), ("en", ("en",)), ("xx", ("en",))]
)
def test_callers_hear_their_own_language_or_the_first_fallback_that_is_on_the_line(
    language: str, candidates: tuple[str, ...]
) -> None:
    on_line = {"uk": True, "tr": False, "de": False, "en": True}
    standings = {code: Standing(code, "edition", own, "") for code, own in on_line.items()}
    assert Choice(standings, ("de", "en")).candidates(language) == candidates


@pytest.mark.parametrize("name", ["greeting", "queue-lawyers-authorities-of-the-whole-country"])
@pytest.mark.parametrize("suffix", ["wav", "g711a"])
def test_names_of_files_for_other_systems_are_short(name: str, suffix: str) -> None:
    assert len(file_name("ckb", name, suffix)) <= NAME_CHARACTERS
    assert file_name("de", "greeting", suffix) == f"de-greeting.{suffix}"
