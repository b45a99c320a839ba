# SPDX-License-Identifier: GPL-3.0-or-later
"""``intake announce`` with a recogniser: what it hears decides which language goes on the line.

A small office with short texts, and an English voice that says something else than its text, as a broken one would:
its lexicon has been tampered with. Whisper's base model listens to each announcement once.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from intake import config
from intake.announcements.approval import HIGHEST_CER, HIGHEST_CER_OF_ONE, NEEDED
from intake.announcements.facts import Menu, facts_at
from intake.announcements.prompts import DATED, Prompt, PromptTexts, prompt_ids
from intake.announcements.texts import BLOCKS, VALUE_FILTERS
from intake.audio import Sound, master, silence, wav
from intake.cases.clock import system_clock
from intake.office import Calendar
from intake.resources import shipped
from intake.voices.pool import Voices
from tests.integration.test_announce import Office
from tests.models import whisper_base
from tests.sounds import babble, noise

pytestmark = pytest.mark.integration

CONFIGURATION = """
[office]
name = "Ausländerbehörde Musterstadt"
names = { en = "Immigration Office Musterstadt" }
address = "Rathausplatz 1, 79999 Musterstadt"
phone = "+49 7999 123-0"
email = "amt@musterstadt.example"
website = "https://amt.example"
appointment_url = "https://amt.example"
privacy_url = "https://amt.example"
emergency_phone = "110"
hours = {}

[queues]
general = { folder = "Allgemein" }
system = { folder = "System" }
suspicious = { folder = "Prüfen" }

[announcements]
languages = ["de", "en"]
menu = ["de", "en"]
more = []
fallback = ["de"]
days_ahead = 1

[listening]
models = "models"
"""

SENTENCES = {
    "de": "Guten Tag. Hier ist die Ausländerbehörde. Wir helfen Ihnen gern.",
    "en": "We help you gladly today.",
}
GARBLED = {"We": "Seven", "help": "green", "you": "bananas", "gladly": "under", "today": "water"}


def short_text(language: str) -> str:
    """A text whose announcements are all short, because the test listens to each of them."""
    blocks = []
    for name, values in BLOCKS.items():
        said = " ".join(f"{{{{ {value} | {min(VALUE_FILTERS[value] - {'counted'})} }}}}." for value in sorted(values))
        blocks.append(f"{{% block {name} %}}\n{SENTENCES[language]} {said}\n{{% endblock %}}\n")
    return "\n".join(blocks)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path / "office")
    (made.folder / "intake.toml").write_text(CONFIGURATION, "utf-8")
    (made.folder / "models").mkdir()
    (made.folder / "models" / "whisper-base").symlink_to(whisper_base())
    lexicon = made.folder / "voice_prompts" / "lexicon"
    lexicon.mkdir(parents=True)
    (lexicon / "en.toml").write_text("".join(f'{word} = "{other}"\n' for word, other in GARBLED.items()), "utf-8")
    for code in SENTENCES:
        (lexicon.parent / f"{code}.j2").write_text(short_text(code), "utf-8")
    return made


def prompts(office: Office, language: str) -> dict[str, Prompt]:
    """What there is to say now."""
    configuration = config.load(office.folder / "intake.toml").configuration
    texts = PromptTexts.load([office.folder / "voice_prompts"], [shipped("templates")])
    wanted = configuration.announcements
    facts = facts_at(configuration, Calendar(configuration.office), system_clock(), menu=Menu(wanted.menu, wanted.more))
    return {name: texts.render(name, language, facts) for name in prompt_ids(facts)}


def by_mistake_in_english() -> Sound:
    async def say() -> Sound:
        async with Voices() as voices:
            return master(await voices.say(voices.order("en")[0], "The office is closed. Please call again tomorrow."))

    return asyncio.run(say())


def record(office: Office, language: str, sounds: Mapping[str, bytes]) -> Path:
    """Recordings that claim to say what they should; their folder."""
    folder = office.folder / "voice_prompts" / "recordings" / language
    folder.mkdir(parents=True)
    texts = prompts(office, language)
    for name, data in sounds.items():
        (folder / f"{name}.wav").write_bytes(data)
        (folder / f"{name}.txt").write_text(texts[name].written, "utf-8")
    return folder


def heard(office: Office, language: str) -> list[dict[str, Any]]:
    """What the manifest tells of the announcements that callers of a language hear."""
    return [one for one in office.manifest()["announcements"] if one["language"] == language]


def test_what_a_recogniser_hears_decides_what_goes_on_the_line(office: Office) -> None:
    whole = wav(babble(4.0))
    recordings = {
        "voicemail-thanks": wav(silence(4.0, 16_000)),
        "all-lines-busy": wav(noise(4.0)),
        "emergency": whole[: len(whole) // 2],
        "goodbye": wav(by_mistake_in_english()),
    }
    # Each announcement takes a second or two to listen to: most of them cannot be played here.
    unneeded = dict.fromkeys(set(prompts(office, "de")) - DATED - {*NEEDED, "language-menu"}, b"")
    folder = record(office, "de", unneeded | recordings)
    record(office, "en", unneeded)
    told = office.build()
    thanks, busy, emergency = (
        next(text for text in told["missing"] if f"language de, announcement {name}: " in text)
        for name in ("voicemail-thanks", "all-lines-busy", "emergency")
    )
    assert "no speech" in thanks
    assert "no speech" in busy
    assert "damaged" in emergency
    assert told["languages"]["de"]["own"] is False
    assert told["languages"]["de"]["reason"].startswith("announcement goodbye: a recogniser heard something else")
    assert "nothing can be published" in office.run("publish", "--name", "Ada Beispiel", code=1)

    (folder / "goodbye.wav").unlink()
    office.run("publish", "--name", "Ada Beispiel")
    languages = office.manifest()["languages"]
    assert languages["de"]["own"] is True
    assert languages["de"]["character_error_rate"] <= HIGHEST_CER
    assert languages["de"]["approved"] is None
    for one in heard(office, "de"):
        assert one["compared"] == (one["id"] != "language-menu")
        if one["compared"]:
            assert one["heard"]["model"] == "whisper:whisper-base"
            assert 0 <= one["heard"]["cer"] <= HIGHEST_CER_OF_ONE
            assert one["heard"]["wer"] >= 0
    assert languages["en"]["own"] is False
    assert "a recogniser" in languages["en"]["reason"]
    assert {one["spoken_language"] for one in heard(office, "en")} == {"de"}

    # A person who has listened to it may find it good all the same.
    office.run("approve", "en", "--name", "Ada Beispiel")
    office.run("publish", "--name", "Ada Beispiel")
    assert office.manifest()["languages"]["en"]["approved"]["by"] == "Ada Beispiel"
    spoken = {one["id"]: one for one in heard(office, "en")}
    for name in NEEDED:
        assert spoken[name]["spoken_language"] == "en"
        assert spoken[name]["heard"]["cer"] > HIGHEST_CER
    assert spoken["goodbye"]["spoken_language"] == "de"  # its own cannot be played
