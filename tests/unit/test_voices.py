# SPDX-License-Identifier: GPL-3.0-or-later
"""Which voices there are and which is preferred, what a text may hold, and what of an engine's answer is believed."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.audio import Sound, silence
from intake.languages import LANGUAGES
from intake.voices import catalogue, espeak, pico, pieces, piper
from intake.voices.pool import Voices, implausible
from tests.sounds import tone

SILENT = ("ckb", "ps", "so")


def piper_voice(folder: Path, name: str = "tr_TR-example-medium", *, kind: str = "espeak", card: str = "") -> Path:
    """Two files that look like a Piper voice from outside."""
    folder.mkdir(parents=True, exist_ok=True)
    model = folder / f"{name}.onnx"
    model.write_bytes(b"no model: " + name.encode())
    (folder / f"{name}.onnx.json").write_text(json.dumps({"phoneme_type": kind}))
    if card:
        (folder / "MODEL_CARD").write_text(card)
    return model


def test_every_language_of_the_office_has_a_voice_but_three() -> None:
    speaking = {voice.language for voice in catalogue.look(None, {}).voices}
    assert speaking == set(LANGUAGES) - set(SILENT)


def test_pico_comes_before_espeak_and_british_before_american_english() -> None:
    found = catalogue.look(None, {})
    assert [voice.id for voice in found.order("de")] == ["pico:de-DE", "espeak:de"]
    assert [voice.id for voice in found.order("en")] == ["pico:en-GB", "pico:en-US", "espeak:en"]
    assert [voice.id for voice in found.order("zh")] == ["espeak:cmn"]
    assert found.order("ckb") == ()


def test_a_voice_that_the_office_got_for_itself_comes_first(tmp_path: Path) -> None:
    piper_voice(tmp_path / "tr", card="# Model card\n\n* License: CC0\n")
    found = catalogue.look(tmp_path, {})
    first, second = found.order("tr")
    assert (first.id, first.licence, second.id) == ("piper:tr_TR-example-medium", "CC0", "espeak:tr")
    assert not found.problems


def test_the_office_may_want_another_order_and_then_gets_only_that() -> None:
    found = catalogue.look(None, {"de": ["espeak:de"], "en": ["pico:en-US", "pico:en-GB"]})
    assert [voice.id for voice in found.order("de")] == ["espeak:de"]
    assert [voice.id for voice in found.order("en")] == ["pico:en-US", "pico:en-GB"]
    assert [voice.id for voice in found.order("fr")] == ["pico:fr-FR", "espeak:fr"]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("piper:de_DE-nobody-high", "voices for de: piper:de_DE-nobody-high is not installed; see: intake voices"),
        ("pico:fr-FR", "voices for de: pico:fr-FR speaks French; name another"),
    ],
)
def test_an_order_that_cannot_be_kept_is_a_problem_with_a_remedy(wanted: str, said: str) -> None:
    found = catalogue.look(None, {"de": [wanted, "espeak:de"]})
    assert found.problems == (said,)
    assert [voice.id for voice in found.order("de")] == ["espeak:de"]


def test_the_version_of_a_piper_voice_tells_one_file_from_another(tmp_path: Path) -> None:
    model = piper_voice(tmp_path)
    before = piper.installed(tmp_path)[0][0].version
    model.write_bytes(b"another model of another length")
    assert piper.installed(tmp_path)[0][0].version != before


def test_a_piper_voice_must_have_the_checksum_that_its_list_says(tmp_path: Path) -> None:
    model = piper_voice(tmp_path)
    sums = tmp_path / "SHA256SUMS"
    sums.write_text(f"{hashlib.sha256(model.read_bytes()).hexdigest()}  {model.name}\n")
    assert piper.installed(tmp_path)[1] == ()
    sums.write_text(f"{'0' * 64}  {model.name}\n")
    voices, (problem,) = piper.installed(tmp_path)
    assert voices == ()
    assert str(model) in problem
    assert "checksum" in problem


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda model: model.with_name(model.name + ".json").unlink(), "tr_TR-example-medium.onnx.json is missing"),
        (lambda model: model.with_name(model.name + ".json").write_bytes(b"\xff{"), "cannot be read"),
        (lambda model: model.with_name(model.name + ".json").write_text("[]"), "cannot be read"),
        (lambda model: model.with_name(model.name + ".json").write_text('{"phoneme_type": "pinyin"}'), "downloaded"),
    ],
)  # fmt: skip
def test_a_piper_voice_that_cannot_be_used_is_named_with_its_file(tmp_path: Path, spoil, said: str) -> None:  # type: ignore[no-untyped-def]
    model = piper_voice(tmp_path)
    spoil(model)
    voices, (problem,) = piper.installed(tmp_path)
    assert voices == ()
    assert problem.startswith(f"{model}: ")
    assert said in problem


def test_a_missing_folder_of_piper_voices_is_named(tmp_path: Path) -> None:
    assert str(tmp_path / "none") in catalogue.look(tmp_path / "none", {}).problems[0]


def test_a_piper_voice_of_no_language_of_the_office_is_left_alone(tmp_path: Path) -> None:
    piper_voice(tmp_path, "sw_CD-example-medium")
    assert piper.installed(tmp_path) == ((), ())


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ("", "not stated: it has no MODEL_CARD"),
        ("# Model card\n* Language: tr_TR\n", "not stated in its MODEL_CARD"),
        ("## Dataset\n* URL: x\n* License: CC BY 4.0\n", "CC BY 4.0"),
    ],
)
def test_the_licence_of_a_piper_voice_is_what_its_card_says(tmp_path: Path, card: str, licence: str) -> None:
    piper_voice(tmp_path, card=card)
    assert piper.installed(tmp_path)[0][0].licence == licence


def test_a_process_that_speaks_starts_without_the_libraries_for_sound() -> None:
    program = "import sys, intake.voices.worker; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True)
    assert not set(done.stdout.split()) & {"numpy", "soxr", "onnxruntime", "piper", "intake.audio"}


def test_espeak_and_pico_are_found_without_loading_them() -> None:
    assert {voice.licence for voice in pico.installed()} == {"Apache-2.0"}
    arabic = next(voice for voice in espeak.installed() if voice.language == "ar")
    assert "vowels by piper-tts" in arabic.version


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Guten Tag.", [("Guten Tag.", False)]),
        ("Das Amt [[m'u:st3]] ist zu.", [("Das Amt ", False), ("m'u:st3", True), (" ist zu.", False)]),
        ("a <speed level='9'>b</speed> & c", [("a speed level='9' b /speed & c", False)]),
        ("offen [[ und [zu] und ]]", [("offen und zu und ", False)]),
        ("[[]] Tag", [(" Tag", False)]),
        ("سه\u200cشنبه\u202e", [("سه\u200cشنبه ", False)]),
        (" \x00\t ", []),
    ],
)
def test_a_text_has_words_and_phonemes_and_no_other_marks(text: str, found: list[tuple[str, bool]]) -> None:
    assert pieces(text) == found


@given(st.text(max_size=300))
def test_no_text_smuggles_a_mark_to_an_engine(text: str) -> None:
    for words, phonemes in pieces(text):
        assert phonemes or not set(words) & set("<>[]{}|\\\x00\n")


@pytest.mark.parametrize(
    ("sound", "letters", "said"),
    [
        (tone(440, 2.0), 20, ""),
        (tone(440, 0.3), 2, ""),
        (tone(440, 1.5), 1, ""),
        (silence(0, 16_000), 20, "said nothing"),
        (silence(2, 16_000), 20, "silence"),
        (tone(440, 0.5), 300, "cannot be right"),
        (tone(440, 60), 20, "cannot be right"),
    ],
)
def test_what_an_engine_gives_must_fit_the_text(sound: Sound, letters: int, said: str) -> None:
    problem = implausible(sound, letters)
    assert said in problem
    assert bool(problem) == bool(said)


def test_what_could_be_installed_names_a_source_and_a_licence_for_each_engine() -> None:
    offers = Voices().available()
    assert [offer.engine for offer in offers] == ["piper", "pico", "espeak"]
    assert all(offer.languages and offer.source and offer.licence for offer in offers)
    assert not {code for offer in offers for code in offer.languages} & set(SILENT)
