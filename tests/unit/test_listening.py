# SPDX-License-Identifier: GPL-3.0-or-later
"""Which models there are and what is wrong with them, how texts are compared, and whose turn it is."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.errors import ListeningError
from intake.languages import LANGUAGES
from intake.listening import Recogniser, compare
from intake.listening.models import VOSK_LANGUAGES, WHISPER_LANGUAGES, Model, find
from intake.listening.recogniser import Turns

VOSK_FILES = ("am/final.mdl", "conf/mfcc.conf", "graph/HCLr.fst", "graph/Gr.fst", "graph/phones/word_boundary.int")
OLD_VOSK_FILES = ("final.mdl", "mfcc.conf", "HCLr.fst", "Gr.fst", "word_boundary.int")
WHISPER_FILES = ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt")


def model(folder: Path, name: str, files: tuple[str, ...] = VOSK_FILES, readme: str = "") -> Path:
    """A folder that looks like a model from outside."""
    path = folder / name
    for file in files:
        (path / file).parent.mkdir(parents=True, exist_ok=True)
        (path / file).write_bytes(b"x")
    if readme:
        (path / "README").write_text(readme)
    return path


@pytest.mark.parametrize(
    ("name", "files", "language"),
    [
        ("vosk-model-small-de-0.15", VOSK_FILES, "de"),
        ("vosk-model-de-0.21", VOSK_FILES, "de"),
        ("vosk-model-small-en-us-0.15", VOSK_FILES, "en"),
        ("vosk-model-small-cn-0.22", VOSK_FILES, "zh"),
        ("vosk-model-small-uk-v3-small", VOSK_FILES, "uk"),
        ("vosk-model-ar-mgb2-0.4", VOSK_FILES, "ar"),
        ("vosk-model-small-vn-0.4", OLD_VOSK_FILES, "vi"),
    ],
)
def test_the_language_of_a_vosk_model_is_told_by_its_folder(
    tmp_path: Path, name: str, files: tuple[str, ...], language: str
) -> None:
    model(tmp_path, name, files)
    (found,), problems = find(tmp_path)
    assert (found.id, found.languages, problems) == (f"vosk:{name}", (language,), ())


def test_a_model_of_its_own_comes_before_one_for_many_languages(tmp_path: Path) -> None:
    model(tmp_path, "base", WHISPER_FILES)
    model(tmp_path, "vosk-model-small-de-0.15")
    recogniser = Recogniser(tmp_path)
    assert recogniser.model("de").id == "vosk:vosk-model-small-de-0.15"
    assert recogniser.model("uk").id == "whisper:base"
    assert recogniser.languages == set(WHISPER_LANGUAGES)
    assert recogniser.identifies
    with pytest.raises(ListeningError, match=r"no model here knows the language ku; see: intake voices"):
        recogniser.model("ku")


def test_an_english_whisper_model_knows_english_only_and_tells_no_languages(tmp_path: Path) -> None:
    model(tmp_path, "small.en", WHISPER_FILES)
    recogniser = Recogniser(tmp_path)
    assert recogniser.languages == {"en"}
    assert not recogniser.identifies


@pytest.mark.parametrize("missing", VOSK_FILES)
def test_a_vosk_model_with_a_missing_or_empty_file_is_named(tmp_path: Path, missing: str) -> None:
    path = model(tmp_path, "vosk-model-small-de-0.15")
    (path / missing).write_bytes(b"")
    for _ in range(2):
        models, (problem,) = find(tmp_path)
        assert models == ()
        assert problem.startswith(f"{path}: ")
        assert "unpack" in problem
        (path / missing).unlink(missing_ok=True)


@pytest.mark.parametrize("missing", WHISPER_FILES[1:])
def test_a_whisper_model_with_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    path = model(tmp_path, "base", WHISPER_FILES)
    (path / missing).unlink()
    assert find(tmp_path)[1][0].startswith(f"{path}: {missing} is missing")


def test_a_model_under_the_name_of_another_language_is_named(tmp_path: Path) -> None:
    path = model(tmp_path, "vosk-model-small-de-0.15", readme="Small Korean for Vosk (Android, RPi)")
    models, (problem,) = find(tmp_path)
    assert models == ()
    assert problem == (
        f"{path}: its README says Korean, but its name says German; give the folder the name that it came with"
    )


@pytest.mark.parametrize("readme", ["Small German for Vosk", "Lightweight wideband model", "German and English", ""])
def test_a_readme_that_agrees_or_says_nothing_is_no_problem(tmp_path: Path, readme: str) -> None:
    model(tmp_path, "vosk-model-small-de-0.15", readme=readme)
    assert find(tmp_path)[1] == ()


def test_what_is_no_model_is_named_and_what_is_hidden_is_not(tmp_path: Path) -> None:
    (tmp_path / "holiday-pictures").mkdir()
    (tmp_path / ".trash").mkdir()
    (tmp_path / "notes.txt").write_text("x")
    models, (problem,) = find(tmp_path)
    assert models == ()
    assert problem.startswith(f"{tmp_path / 'holiday-pictures'}: ")


def test_a_missing_folder_of_models_is_named_and_none_is_none(tmp_path: Path) -> None:
    assert str(tmp_path / "none") in find(tmp_path / "none")[1][0]
    assert find(None) == ((), ())


def test_a_model_that_has_gone_since_is_named(tmp_path: Path) -> None:
    with pytest.raises(ListeningError, match="there is no such folder"):
        Model("vosk", ("de",), tmp_path / "gone").check()


def test_the_languages_that_could_be_heard_are_languages_of_the_office() -> None:
    assert set(VOSK_LANGUAGES) <= set(WHISPER_LANGUAGES) <= set(LANGUAGES)


@pytest.mark.parametrize(
    ("language", "spoken", "heard"),
    [
        ("de", "Heute ist bis zwölf Uhr dreißig geöffnet.", "heute ist bis 12 Uhr 30 geöffnet"),
        ("de", "Straße", "STRASSE"),
        ("en", "Don't wait, please.", "dont wait please"),
        ("ar", "مَكْتَبُ الأجانب", "مكتب الاجانب"),
        ("fa", "کتاب‌های", "كتابهای"),
        ("ru", "Ещё раз", "еще раз"),
        ("sr", "Čekajte, molim.", "Чекајте молим"),
        ("sr", "Ljubav i džep, njega", "Љубав и џеп, њега"),
        ("el", "Ευχαριστούμε", "ευχαριστουμε"),
        ("zh", "今天开放。", "今天 开放"),
        ("ko", "여덟 시", "여덟 시!"),
    ],
)
def test_spelling_is_no_mishearing(language: str, spoken: str, heard: str) -> None:
    rates = compare(spoken, heard, language)
    assert (rates.wer, rates.cer) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("language", "spoken", "heard", "wer", "cer"),
    [
        ("de", "eins zwei drei vier", "eins zwei vier", 1 / 4, 4 / 16),
        ("de", "Service Point", "Servicepoint", 2 / 2, 0.0),
        ("de", "Das Amt ist zu.", "", 1.0, 1.0),
        ("de", "", "etwas", 1.0, 1.0),
        ("de", "…", "", 0.0, 0.0),
        ("zh", "今天开放", "今天开门", 1 / 4, 1 / 4),
    ],
)
def test_what_is_missing_wrong_or_added_counts(language: str, spoken: str, heard: str, wer: float, cer: float) -> None:
    rates = compare(spoken, heard, language)
    assert rates.wer == pytest.approx(wer)
    assert rates.cer == pytest.approx(cer)


def test_another_language_has_hardly_a_character_in_common() -> None:
    assert compare("Heute ist das Amt geschlossen.", "the office is closed today", "de").cer > 0.5


@given(st.text(max_size=80), st.text(max_size=80), st.sampled_from([*LANGUAGES, "ko"]))
def test_any_two_texts_can_be_compared_and_a_text_with_itself_is_perfect(one: str, two: str, language: str) -> None:
    rates = compare(one, two, language)
    assert rates.wer >= 0
    assert rates.cer >= 0
    assert compare(one, one, language).cer == 0


def test_those_who_want_the_model_in_memory_go_first_but_only_a_few_in_a_row() -> None:
    order: list[str] = []

    async def one(turns: Turns, want: str, name: str) -> None:
        async with turns.of(want):
            order.append(name)
            await asyncio.sleep(0)

    async def main() -> None:
        turns = Turns(in_a_row=3)
        wants = ["de", "tr", "de", "de", "de", "tr"]
        await asyncio.gather(*(one(turns, want, f"{want}{i}") for i, want in enumerate(wants)))
        assert turns.count == 0

    asyncio.run(main())
    assert order == ["de0", "de2", "de3", "tr1", "tr5", "de4"]


def test_who_gives_up_waiting_holds_nobody_up() -> None:
    async def main() -> list[str]:
        turns, order = Turns(in_a_row=3), []

        async def one(name: str) -> None:
            async with turns.of("de"):
                order.append(name)

        async with turns.of("de"):
            waiting = [asyncio.create_task(one(name)) for name in "abc"]
            await asyncio.sleep(0)
            assert turns.count == 4
            waiting[1].cancel()
            await asyncio.gather(waiting[1], return_exceptions=True)
            assert turns.count == 3
        # The turn has been given to the first by now, and he gives up as well.
        waiting[0].cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert turns.count == 0
        return order

    assert asyncio.run(main()) == ["c"]
