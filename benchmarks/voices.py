# SPDX-License-Identifier: GPL-3.0-or-later
"""How well are the voices understood, and what do speaking and listening cost?

``python -m benchmarks.voices [LANGUAGE…]`` (all that have a voice and that Whisper knows, unless told). Each voice
says announcements of the example office; Whisper's base model (extra ``test-voices``) writes down what it hears, with
free decoding, of the 16 kHz master and of the same after A-law at 8 kHz. Printed for each voice: word and character
error rate in per cent for both; seconds of sound; seconds that speaking and listening took per second of sound.
"""

import asyncio
import datetime as dt
import sys
import tempfile
import time
from pathlib import Path

from intake import config
from intake.announcements.facts import facts_at
from intake.announcements.prompts import PromptTexts
from intake.audio import alaw, join, master, read, telephone
from intake.cli.init import EXAMPLE
from intake.listening import Rates, Recogniser, compare
from intake.office import Calendar
from intake.resources import shipped
from intake.voices import Voice
from intake.voices.pool import Voices
from tests.models import piper_english, whisper_base

PROMPTS = ("today", "what-to-bring", "voicemail-thanks")
AT = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)
PAUSE = 0.4


def texts(languages: list[str]) -> dict[str, list[str]]:
    """Language → what its own voice says of each prompt."""
    office = config.load(EXAMPLE).configuration
    prompts = PromptTexts.load([shipped("voice_prompts")], [shipped("templates")])
    found: dict[str, list[str]] = {}
    for code in languages or prompts.languages:
        facts = facts_at(office, Calendar(office.office), AT)
        rendered = [prompts.render(name, code, facts) for name in PROMPTS]
        found[code] = [" ".join(s.text for s in prompt.segments if s.language == code) for prompt in rendered]
    return found


async def measured(
    voices: Voices, recogniser: Recogniser, voice: Voice, said: list[str]
) -> tuple[Rates, Rates, float, float, float]:
    """Rates at 16 kHz and after A-law; seconds of sound, of speaking and of listening once."""
    start = time.monotonic()
    sound = master(join([await voices.say(voice, text) for text in said], PAUSE))
    spoken = time.monotonic()
    text = " ".join(said)
    wide = compare(text, (await recogniser.hear(sound, voice.language, times=False)).text, voice.language)
    heard = time.monotonic()
    line = read(alaw(telephone(sound)), "alaw")
    narrow = compare(text, (await recogniser.hear(line, voice.language, times=False)).text, voice.language)
    return wide, narrow, sound.seconds, spoken - start, heard - spoken


async def main() -> None:
    """Measure, a line for each voice."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "whisper-base").symlink_to(whisper_base())
        async with Voices(piper=piper_english()) as voices, Recogniser(Path(folder)) as recogniser:
            print(
                f"{'voice':24} {'16 kHz: words':>13} {'characters':>10} {'A-law: words':>13} {'characters':>10}", end=""
            )
            print(f" {'sound':>8} {'speaking':>9} {'listening':>9}")
            for code, said in texts(sys.argv[1:]).items():
                for voice in voices.order(code) if code in recogniser.languages else ():
                    wide, narrow, seconds, speaking, listening = await measured(voices, recogniser, voice, said)
                    print(
                        f"{voice.id:24} {wide.wer:13.1%} {wide.cer:10.1%} {narrow.wer:13.1%} {narrow.cer:10.1%}"
                        f" {seconds:6.1f} s {speaking / seconds:9.2f} {listening / seconds:9.2f}", flush=True,
                    )  # fmt: skip


if __name__ == "__main__":
    asyncio.run(main())
