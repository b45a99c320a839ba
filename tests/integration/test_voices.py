# SPDX-License-Identifier: GPL-3.0-or-later
"""The engines themselves, in their worker processes: what they say, and that nothing they do harms anybody else."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from intake.audio import Sound, master
from intake.errors import VoiceError
from intake.voices import Voice
from intake.voices.pool import VoiceLimits, Voices
from tests.models import piper_english
from tests.servers.ports import wait_until

pytestmark = pytest.mark.integration

T = TypeVar("T")

GERMAN = "Heute ist das Amt von acht Uhr bis zwölf Uhr dreißig geöffnet."
TEXTS = {
    "pico:de-DE": GERMAN,
    "pico:fr-FR": "Le bureau est ouvert aujourd'hui.",
    "espeak:de": GERMAN,
    "espeak:en": "Today the office is open from eight to twelve thirty.",
    "espeak:ar": "مكتب الأجانب مفتوح اليوم من الثامنة",
    "espeak:ti": "ቤት ጽሕፈት ሎሚ ክፉት እዩ።",
    "espeak:cmn": "今天办公室开放。",
    "piper:en_US-joe-medium": "Today the office is open. Please bring your passport.",
}


def with_voices(
    what: Callable[[Voices], Awaitable[T]],
    *,
    limits: VoiceLimits | None = None,
    processes: int = 1,
    piper: bool = False,
) -> T:
    async def main() -> T:
        folder = piper_english() if piper else None
        async with Voices(piper=folder, processes=processes, limits=limits or VoiceLimits()) as voices:
            return await what(voices)

    return asyncio.run(main())


def voice(voices: Voices, name: str) -> Voice:
    return next(voice for voice in voices.installed() if voice.id == name)


def children() -> set[int]:
    """The processes that this one has started and that still run."""
    found = set()
    for task in Path("/proc/self/task").iterdir():
        for pid in (task / "children").read_text().split():
            if "intake.voices.worker" in Path(f"/proc/{pid}/cmdline").read_text():
                found.add(int(pid))
    return found


def ended(pid: int) -> bool:
    """Whether a process is gone, or has ended and waits for its parent to hear of it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def same(one: Sound, two: Sound) -> bool:
    return one.rate == two.rate and one.samples.tobytes() == two.samples.tobytes()


@pytest.mark.parametrize("name", TEXTS)
def test_the_same_text_and_voice_give_the_same_samples_whatever_was_said_before(name: str) -> None:
    async def twice(voices: Voices) -> tuple[Sound, Sound]:
        said = voice(voices, name)
        first = await voices.say(said, TEXTS[name])
        for other in ("espeak:en", "pico:de-DE", "espeak:de"):
            await voices.say(voice(voices, other), "Eins, zwei, drei.")
        return first, await voices.say(said, TEXTS[name])

    piper = name.startswith("piper:")
    first, second = with_voices(twice, piper=piper)
    assert same(first, second)
    assert same(first, with_voices(twice, piper=piper)[0])
    assert 1.0 < master(first).seconds < 10.0


def test_every_language_that_has_a_voice_is_really_spoken() -> None:
    async def all_of_them(voices: Voices) -> dict[str, float]:
        words = {
            "am": "ሰላም",
            "ti": "ሰላም",
            "ka": "გამარჯობა",
            "hy": "բարև",
            "hi": "नमस्ते",
            "zh": "你好",
            "el": "καλημέρα",
        }
        cyrillic, arabic = dict.fromkeys(("uk", "ru", "bg", "mk"), "добро"), dict.fromkeys(("ar", "fa", "ur"), "سلام")
        said = words | cyrillic | arabic
        sounds = await asyncio.gather(*(voices.say(v, said.get(v.language, "banana")) for v in voices.installed()))
        return {v.id: sound.seconds for v, sound in zip(voices.installed(), sounds, strict=True)}

    spoken = with_voices(all_of_them, processes=2)
    assert len(spoken) == 36
    assert all(0.2 < seconds < 3 for seconds in spoken.values())


@pytest.mark.parametrize("name", ["pico:de-DE", "espeak:de"])
def test_a_text_cannot_give_orders_to_an_engine(name: str) -> None:
    async def both(voices: Voices) -> tuple[Sound, Sound, Sound]:
        said = voice(voices, name)
        return (
            await voices.say(said, '<speed level="300">Das Amt ist offen</speed>'),
            await voices.say(said, 'speed level="300" Das Amt ist offen /speed'),
            await voices.say(said, "Das Amt ist offen"),
        )

    marked, plain, bare = with_voices(both)
    assert same(marked, plain)
    assert marked.seconds > bare.seconds


@pytest.mark.parametrize(
    ("name", "phonemes"), [("pico:de-DE", "'vORt"), ("espeak:de", "v'O6t"), ("piper:en_US-joe-medium", "bəˈnænə")]
)
def test_phonemes_of_the_engine_are_spoken_and_not_spelt(name: str, phonemes: str) -> None:
    async def both(voices: Voices) -> tuple[Sound, Sound]:
        said = voice(voices, name)
        return (
            await voices.say(said, f"Das ist ein [[{phonemes}]]."), await voices.say(said, f"Das ist ein {phonemes}.")
        )  # fmt: skip

    spoken, spelt = with_voices(both, piper=name.startswith("piper:"))
    assert not same(spoken, spelt)
    assert 0.5 < spoken.seconds < 4


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("pico:de-DE", "я", "it said nothing"),
        ("pico:de-DE", " .\x00 ", "there is nothing to say"),
        ("espeak:de", "[[ ]] []", "there is nothing to say"),
        ("espeak:de", "x" * 2001, "the text has 2001 characters; at most 2000 are said"),
    ],
)
def test_what_cannot_be_said_is_an_error_that_names_the_voice(name: str, text: str, said: str) -> None:
    async def one(voices: Voices) -> Sound:
        return await voices.say(voice(voices, name), text)

    with pytest.raises(VoiceError, match=f"^voice {name}: {said}"):
        with_voices(one)


def test_a_voice_that_its_engine_does_not_have_is_an_error() -> None:
    async def one(voices: Voices) -> Sound:
        return await voices.say(Voice("espeak:xx-none", "espeak", "de", None, "", ""), "Guten Tag.")

    with pytest.raises(VoiceError, match=r"voice espeak:xx-none: the engine has no voice xx-none"):
        with_voices(one)


def test_a_damaged_piper_voice_is_an_error_that_names_its_file(tmp_path: Path) -> None:
    whole = piper_english() / "en_US-joe-medium.onnx"
    damaged = tmp_path / whole.name
    damaged.write_bytes(whole.read_bytes()[:1_000_000])
    (tmp_path / f"{whole.name}.json").write_bytes(whole.with_name(f"{whole.name}.json").read_bytes())

    async def main() -> None:
        async with Voices(piper=tmp_path, processes=1) as voices:
            with pytest.raises(VoiceError, match=f"{damaged} cannot be loaded: it is damaged or incomplete"):
                await voices.say(voices.order("en")[0], "Good morning.")
            assert (await voices.say(voices.order("en")[1], "Good morning.")).seconds > 0.5

    asyncio.run(main())


def test_a_crash_is_an_error_for_one_text_and_the_others_do_not_notice() -> None:
    async def crash(voices: Voices) -> list[Sound | BaseException]:
        said = voice(voices, "pico:de-DE")
        await asyncio.gather(voices.say(said, "Eins."), voices.say(said, "Zwei."))
        victim = min(children())
        os.kill(victim, signal.SIGSTOP)
        asked = [asyncio.create_task(voices.say(said, GERMAN)) for _ in range(2)]
        await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        os.kill(victim, signal.SIGSEGV)
        os.kill(victim, signal.SIGCONT)
        first = await asyncio.gather(*asked, return_exceptions=True)
        return [*first, await voices.say(said, GERMAN)]

    results = with_voices(crash, processes=2)
    lost = [result for result in results if isinstance(result, BaseException)]
    spoken = [result for result in results if isinstance(result, Sound)]
    assert [str(error) for error in lost] == ["voice pico:de-DE: it crashed (SIGSEGV)"]
    assert len(spoken) == 2
    assert same(*spoken)


def test_a_hang_is_an_error_and_the_worker_is_replaced() -> None:
    async def hang(voices: Voices) -> Sound:
        said = voice(voices, "espeak:de")
        await voices.say(said, "Eins.")
        (victim,) = children()
        os.kill(victim, signal.SIGSTOP)
        voices._limits = VoiceLimits(patience=0.5)  # for what never answers; a start may take its time
        with pytest.raises(VoiceError, match=r"voice espeak:de: it did not answer within 0\.5 s"):
            await voices.say(said, GERMAN)
        voices._limits = VoiceLimits()
        assert victim not in children()
        return await voices.say(said, GERMAN)

    assert with_voices(hang).seconds > 2


def test_a_worker_that_is_not_asked_may_die_unnoticed() -> None:
    async def die(voices: Voices) -> Sound:
        said = voice(voices, "pico:de-DE")
        await voices.say(said, "Eins.")
        (victim,) = children()
        os.kill(victim, signal.SIGKILL)
        await asyncio.to_thread(wait_until, lambda: ended(victim), "the worker has ended")
        return await voices.say(said, GERMAN)

    assert with_voices(die).seconds > 2


def test_memory_has_a_limit() -> None:
    async def one(voices: Voices) -> Sound:
        return await voices.say(voice(voices, "piper:en_US-joe-medium"), "Good morning.")

    with pytest.raises(VoiceError, match=r"^voice piper:en_US-joe-medium: "):
        with_voices(one, piper=True, limits=VoiceLimits(memory=250_000_000))


def test_workers_are_replaced_after_a_while_and_end_with_the_voices() -> None:
    async def many(voices: Voices) -> list[set[int]]:
        said = voice(voices, "espeak:de")
        seen = []
        for _ in range(4):
            await voices.say(said, "Eins.")
            seen.append(children())
        return seen

    seen = with_voices(many, limits=VoiceLimits(texts=3))
    assert seen[0] == seen[1] != set()
    assert seen[2] == set()
    assert seen[3].isdisjoint(seen[0])
    assert not children()


def test_whoever_is_cancelled_leaves_no_worker_that_would_answer_somebody_else() -> None:
    async def cancel(voices: Voices) -> tuple[Sound, Sound]:
        said = voice(voices, "pico:de-DE")
        alone = await voices.say(said, "Zwei.")
        asked = asyncio.create_task(voices.say(said, GERMAN))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
        return alone, await voices.say(said, "Zwei.")

    assert same(*with_voices(cancel))


def test_workers_end_when_the_service_is_killed() -> None:
    program = (
        "import asyncio\n"
        "from intake.voices.pool import Voices\n"
        "async def main():\n"
        "    voices = Voices(processes=1)\n"
        "    await voices.say(voices.order('de')[0], 'Eins.')\n"
        "    print('ready', flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )

    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        workers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        process.kill()
    assert workers
    wait_until(lambda: all(ended(int(pid)) for pid in workers), "the workers have ended")
