# SPDX-License-Identifier: GPL-3.0-or-later
"""Recognisers themselves, in their child process: what they hear, what they do not, and that the child can be lost.

Vosk is shown with the one model that installs as a package: a small one for Korean, for which there is no good voice.
So these tests show that the real interface works (models, words, times, confidences, errors), and not how well Vosk
hears. How well announcements are understood is shown with Whisper's base model.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

from intake.audio import MASTER_RATE, Sound, alaw, join, master, read, silence, telephone
from intake.errors import ListeningError
from intake.listening import ListeningLimits, Recogniser, compare
from intake.voices import Voice
from intake.voices.pool import Voices
from tests.models import vosk_korean, whisper_base
from tests.servers.ports import wait_until
from tests.sounds import tone

pytestmark = pytest.mark.integration

T = TypeVar("T")

GERMAN = "Heute ist das Amt geschlossen. Am Montag öffnen wir um acht Uhr. Bitte bringen Sie Ihren Pass mit."
KOREAN = Voice("espeak:ko", "espeak", "ko", None, "", "")
KOREAN_TEXT = "오늘 사무실은 여덟 시부터 열두 시까지 엽니다"
KO = "vosk-model-small-ko-0.22"

BAR = 0.15
"""Character error rate; above it an announcement is not published by itself."""


@pytest.fixture(scope="module")
def spoken() -> dict[str, Sound]:
    """German, French and Korean as they would be announced."""

    async def main() -> dict[str, Sound]:
        async with Voices() as voices:
            return {
                "de": master(await voices.say(voices.order("de")[0], GERMAN)),
                "fr": master(await voices.say(voices.order("fr")[0], "Le bureau est fermé. Nous ouvrons lundi.")),
                "ko": master(await voices.say(KOREAN, KOREAN_TEXT)),
            }

    return asyncio.run(main())


@pytest.fixture
def whisper(tmp_path: Path) -> Path:
    (tmp_path / "whisper-base").symlink_to(whisper_base())
    return tmp_path


@pytest.fixture
def vosk(tmp_path: Path) -> Path:
    (tmp_path / KO).symlink_to(vosk_korean())
    return tmp_path


def with_recogniser(
    folder: Path, what: Callable[[Recogniser], Awaitable[T]], limits: ListeningLimits | None = None
) -> T:
    async def main() -> T:
        async with Recogniser(folder, limits=limits or ListeningLimits()) as recogniser:
            return await what(recogniser)

    return asyncio.run(main())


def listener() -> set[int]:
    """The child processes of this one that listen."""
    found = set()
    for task in Path("/proc/self/task").iterdir():
        for pid in (task / "children").read_text().split():
            if "intake.listening.worker" in Path(f"/proc/{pid}/cmdline").read_text():
                found.add(int(pid))
    return found


def noise(seconds: float) -> Sound:
    return Sound.of(np.random.default_rng(7).normal(0, 0.1, round(seconds * MASTER_RATE)), MASTER_RATE)


def test_german_is_understood_from_the_master_and_over_a_line(whisper: Path, spoken: dict[str, Sound]) -> None:
    line = read(alaw(telephone(spoken["de"])), "alaw")
    heard = with_recogniser(whisper, lambda r: asyncio.gather(r.hear(spoken["de"], "de"), r.hear(line, "de")))
    for result in heard:
        assert compare(GERMAN, result.text, "de").cer <= BAR
        assert (result.language, result.model) == ("de", "whisper:whisper-base")
    words = heard[0].words
    assert len(words) > 12
    assert all(0 <= a.begin <= a.end <= b.end <= spoken["de"].seconds + 0.1 for a, b in pairwise(words))
    assert all(0 <= word.confidence <= 1 for word in words)


def test_the_same_sound_is_heard_the_same_and_without_times_too(whisper: Path, spoken: dict[str, Sound]) -> None:
    async def twice(recogniser: Recogniser) -> tuple[str, str, int]:
        first = await recogniser.hear(spoken["fr"], "fr", times=False)
        second = await recogniser.hear(spoken["fr"], "fr", times=False)
        return first.text, second.text, len(first.words)

    first, second, words = with_recogniser(whisper, twice)
    assert first == second != ""
    assert words == 0


def test_the_language_is_told_and_a_stranger_is_not(whisper: Path, spoken: dict[str, Sound]) -> None:
    async def tell(recogniser: Recogniser) -> tuple[list[str], str, tuple[tuple[str, float], ...]]:
        likely = [(await recogniser.identify(spoken[code]))[0][0] for code in ("de", "fr")]
        among = await recogniser.identify(spoken["fr"], among=("de", "fr"))
        return likely, (await recogniser.hear(spoken["de"])).language, among

    likely, found, among = with_recogniser(whisper, tell)
    assert likely == ["de", "fr"]
    assert found == "de"
    assert among[0][0] == "fr"
    assert sum(probability for _, probability in among) == pytest.approx(1)


def test_what_is_no_announcement_does_not_pass_for_one(whisper: Path, spoken: dict[str, Sound]) -> None:
    german = spoken["de"]
    half = Sound(german.samples[: len(german.samples) // 2], german.rate)
    wrong = {
        "digital silence": silence(5, MASTER_RATE), "noise": noise(5), "a tone": tone(440, 5),
        "cut in the middle": half, "another language": spoken["fr"],
    }  # fmt: skip

    async def all_of_them(recogniser: Recogniser) -> dict[str, float]:
        return {
            name: compare(GERMAN, (await recogniser.hear(sound, "de")).text, "de").cer for name, sound in wrong.items()
        }

    rates = with_recogniser(whisper, all_of_them)
    assert all(rate > 2 * BAR for rate in rates.values()), rates


def test_silence_is_told_without_asking_a_model(whisper: Path) -> None:
    async def quiet(recogniser: Recogniser) -> tuple[str, str, tuple[tuple[str, float], ...]]:
        heard = await recogniser.hear(silence(3, 8000), "de")
        return heard.text, heard.model, await recogniser.identify(silence(3, 8000))

    assert with_recogniser(whisper, quiet) == ("", "", ())
    assert not listener()


def test_vosk_decodes_freely_with_times_and_confidences_at_8_khz_too(vosk: Path, spoken: dict[str, Sound]) -> None:
    line = read(alaw(telephone(spoken["ko"])), "alaw")
    heard = with_recogniser(vosk, lambda r: asyncio.gather(r.hear(spoken["ko"], "ko"), r.hear(line, "ko")))
    for result in heard:
        assert result.model == f"vosk:{KO}"
        assert result.text == " ".join(word.text for word in result.words) != ""
        begins = [word.begin for word in result.words]
        assert begins == sorted(begins)
        assert all(0 <= word.begin < word.end <= spoken["ko"].seconds + 0.1 for word in result.words)
        assert all(0 < word.confidence <= 1 for word in result.words)


def test_vosk_hears_next_to_nothing_in_noise(vosk: Path) -> None:
    heard = with_recogniser(vosk, lambda r: r.hear(noise(5), "ko"))
    assert len(heard.words) <= 3


def test_a_language_without_a_model_and_one_not_given_are_errors(vosk: Path, spoken: dict[str, Sound]) -> None:
    async def ask(recogniser: Recogniser) -> None:
        with pytest.raises(ListeningError, match="no model here knows the language de; see: intake voices"):
            await recogniser.hear(spoken["de"], "de")
        with pytest.raises(ListeningError, match="no model here can tell languages; install a Whisper model"):
            await recogniser.hear(spoken["de"])

    with_recogniser(vosk, ask)


def broken(folder: Path, whole: Path, name: str, victim: str) -> Path:
    """The model with one of its files cut in the middle."""
    path = folder / name
    for file in whole.rglob("*"):
        if file.is_file():
            copy = path / file.relative_to(whole)
            copy.parent.mkdir(parents=True, exist_ok=True)
            if file.relative_to(whole).as_posix() == victim:
                copy.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
            else:
                copy.symlink_to(file)
    return path


@pytest.mark.parametrize("victim", ["am/final.mdl", "graph/HCLr.fst", "graph/Gr.fst"])
def test_a_broken_vosk_model_is_named_with_its_remedy_and_ends_nobody(tmp_path: Path, victim: str) -> None:
    path = broken(tmp_path, vosk_korean(), KO, victim)
    (problem,) = with_recogniser(tmp_path, lambda r: r.trial())
    assert problem.startswith(f"{path}: ")


def test_a_broken_whisper_model_is_named_with_its_remedy(tmp_path: Path) -> None:
    path = broken(tmp_path, whisper_base(), "whisper-base", "model.bin")
    (problem,) = with_recogniser(tmp_path, lambda r: r.trial())
    assert problem == f"{path}: the model cannot be loaded: it is damaged or incomplete; unpack it again"


def test_whole_models_pass_their_trial(tmp_path: Path) -> None:
    (tmp_path / KO).symlink_to(vosk_korean())
    (tmp_path / "whisper-base").symlink_to(whisper_base())
    assert with_recogniser(tmp_path, lambda r: r.trial()) == ()


def test_one_model_at_a_time_and_those_for_the_same_go_together(tmp_path: Path, spoken: dict[str, Sound]) -> None:
    (tmp_path / KO).symlink_to(vosk_korean())
    (tmp_path / "whisper-base").symlink_to(whisper_base())
    short = Sound(spoken["fr"].samples[:MASTER_RATE], MASTER_RATE)
    seen: list[tuple[str, int]] = []

    async def ask(recogniser: Recogniser) -> None:
        async def one(language: str) -> None:
            await recogniser.hear(short, language, times=False)
            (child,) = listener()
            seen.append((language, child))

        await asyncio.gather(*(one(language) for language in ("ko", "fr", "ko", "fr")))
        assert recogniser.backlog == 0

    with_recogniser(tmp_path, ask)
    assert [language for language, _ in seen] == ["ko", "ko", "fr", "fr"]
    assert len({child for _, child in seen}) == 2


@pytest.mark.parametrize("limits", [ListeningLimits(sounds=1), ListeningLimits(memory=100_000_000)])
def test_the_child_is_replaced_by_count_and_by_size(vosk: Path, limits: ListeningLimits) -> None:
    async def ask(recogniser: Recogniser) -> list[set[int]]:
        seen = []
        for _ in range(2):
            await recogniser.hear(noise(0.5), "ko")
            seen.append(listener())
        return seen

    assert with_recogniser(vosk, ask, limits) == [set(), set()]
    assert with_recogniser(vosk, ask)[0] != set()


def test_a_recogniser_that_crashes_or_hangs_is_an_error_for_one_sound(vosk: Path, spoken: dict[str, Sound]) -> None:
    async def ask(recogniser: Recogniser) -> str:
        before = (await recogniser.hear(spoken["ko"], "ko")).text
        (victim,) = listener()
        os.kill(victim, signal.SIGSTOP)
        recogniser._limits = ListeningLimits(patience=0.5, patience_for_each=0)  # for what never answers
        with pytest.raises(ListeningError, match=f"{KO}: the recogniser was lost: it did not answer within"):
            await recogniser.hear(spoken["ko"], "ko")
        recogniser._limits = ListeningLimits()
        assert (await recogniser.hear(spoken["ko"], "ko")).text == before
        (victim,) = listener()
        os.kill(victim, signal.SIGSTOP)
        asked = asyncio.create_task(recogniser.hear(spoken["ko"], "ko"))
        await asyncio.to_thread(wait_until, lambda: recogniser.backlog == 1, "it is being asked")
        os.kill(victim, signal.SIGABRT)
        os.kill(victim, signal.SIGCONT)
        with pytest.raises(ListeningError, match=r"the recogniser was lost: it crashed \(SIGABRT\)"):
            await asked
        return before if (await recogniser.hear(spoken["ko"], "ko")).text == before else ""

    assert with_recogniser(vosk, ask)


def test_a_recording_that_is_too_long_is_refused(vosk: Path) -> None:
    with pytest.raises(ListeningError, match="the recording lasts 6 s; at most 5 s are listened to"):
        with_recogniser(vosk, lambda r: r.hear(join([noise(3), noise(3)]), "ko"), ListeningLimits(seconds=5))
