# SPDX-License-Identifier: GPL-3.0-or-later
"""``intake voices`` and what ``intake check`` says of an office's own voices and models."""

import asyncio
import json
from pathlib import Path

from intake.cli.check import check
from intake.cli.init import EXAMPLE
from intake.cli.voices import show_voices
from intake.languages import LANGUAGES


def said(file: Path | None, *, as_json: bool = False) -> str:
    lines: list[str] = []
    show_voices(file, as_json=as_json, echo=lines.append)
    return "\n".join(lines)


def configured(folder: Path, text: str) -> Path:
    """The example office with these lines added."""
    example = EXAMPLE.read_text("utf-8")
    file = folder / "intake.toml"
    file.write_text(f"{example}\n{text}\n", "utf-8")
    return file


def test_every_language_is_shown_with_what_speaks_it_and_what_is_missing() -> None:
    text = said(None)
    assert "de German              pico:de-DE, espeak:de" in text
    assert "ckb, ps, so: nothing speaks these" in text
    assert "fa, ur: short vowels are not written" in text
    assert all(f"\n{code} " in f"\n{text}" for code in LANGUAGES)


def test_what_could_be_installed_is_shown_with_source_and_licence() -> None:
    text = said(None)
    for words in ("alphacephei.com/vosk/models", "docs/VOICES.md", "amtseingang[whisper]", "Apache-2.0: pico:de-DE"):
        assert words in text


def test_as_json_it_holds_the_same() -> None:
    found = json.loads(said(None, as_json=True))
    assert set(found["languages"]) == set(LANGUAGES)
    assert found["languages"]["ps"]["voices"] == []
    assert found["languages"]["fa"]["vowels_added"] is False
    assert found["languages"]["ar"]["vowels_added"] is True
    assert {voice["id"] for voice in found["voices"]} >= {"pico:de-DE", "espeak:uk"}
    assert [offer["engine"] for offer in found["available"]] == ["piper", "pico", "espeak", "vosk", "whisper"]
    assert found["problems"] == []


def test_the_office_s_order_counts_and_its_mistakes_are_named(tmp_path: Path) -> None:
    file = configured(tmp_path, '[voices.order]\nde = ["espeak:de"]\nfr = ["piper:none"]\n[listening]\nmodels = "m"')
    found = json.loads(said(file, as_json=True))
    assert found["languages"]["de"]["voices"] == ["espeak:de"]
    assert found["problems"] == [
        "voices for fr: piper:none is not installed; see: intake voices",
        f"{tmp_path / 'm'}: there is no such folder for recognisers' models; make it, or remove it from the "
        "configuration",
    ]


def test_check_names_what_is_wrong_with_voices_and_models(tmp_path: Path) -> None:
    (tmp_path / "models" / "vosk-model-small-de-0.15").mkdir(parents=True)
    file = configured(tmp_path, '[voices]\npiper = "voices"\n[listening]\nmodels = "models"')
    lines: list[str] = []
    assert asyncio.run(check(file, lines.append)) is False
    problems = [line for line in lines if line.startswith("problem")]
    model = tmp_path / "models" / "vosk-model-small-de-0.15"
    assert f"problem  {model}: am/final.mdl is missing or empty, so this is no whole model; unpack it again" in problems
    folder = tmp_path / "voices"
    assert any(line.startswith(f"problem  {folder}: there is no such folder for Piper voices") for line in problems)
