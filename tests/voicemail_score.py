# SPDX-License-Identifier: GPL-3.0-or-later
"""How well voicemail is understood: ``python -m tests.voicemail_score`` prints it.

Callers' messages (``tests/data/voicemail/messages.toml``) are spoken by Pico and, in English, by Piper as well, sent
over a simulated line in several conditions, and go the whole way of a recording with Whisper's base model: decoded,
language, transcript, figures, queue. Printed for each condition and language: word error rate, how many languages and
queues were right, how much of what staff need in figures was there, and what the marks of unsure words are worth.

``--condition NAME`` only one; ``--every N`` only every Nth message; ``--vocabulary off`` without the office's words;
``--mistakes`` each of them; ``--people`` instead human speech: the prompts of Debian's ``asterisk-core-sounds-*-wav``.
"""

import argparse
import asyncio
import datetime as dt
import re
import sys
import tempfile
import tomllib
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import jiwer

from intake.audio import Sound, join, read_wav, wav
from intake.cli.explain import builtin
from intake.config import Listening, Settings
from intake.daemon import load_rules
from intake.listening import compare
from intake.listening.compare import normalised
from intake.voicemail import hearing
from intake.voicemail.listener import Listener
from intake.voicemail.values import KnownCaller, Recording, Understood
from intake.voices.pool import Voices
from tests.models import piper_english, whisper_base
from tests.voice_line import CONDITIONS, NOISE_20, Condition, line

MESSAGES = Path(__file__).parent / "data" / "voicemail" / "messages.toml"
ENGINES = ("pico", "piper")
LEFT_AT = dt.datetime(2026, 11, 3, 8, 30, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Message:
    """What a caller says, and what must come of it."""

    text: str
    language: str
    queue: str
    also: tuple[str, ...]
    written: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """A message as it was understood."""

    message: Message
    understood: Understood
    wer: float
    marks: tuple[int, int, int, int]
    """Words: wrong and marked, wrong, right and marked, right."""

    @property
    def right_language(self) -> bool:
        return self.understood.language == self.message.language

    @property
    def right_queue(self) -> bool:
        return self.understood.queue in (self.message.queue, *self.message.also)

    @property
    def transcript(self) -> str:
        return "".join(piece.text for piece in self.understood.pieces).replace("\n", " ")

    @property
    def figures(self) -> int:
        """How much of what should be written is, whichever sign a recogniser sets between hours and minutes."""
        return sum(_plain(figure) in _plain(self.transcript) for figure in self.message.written)


def _plain(text: str) -> str:
    return re.sub(r"(?<=\d)[.:h](?=\d)", ":", text.replace(" ", ""))


def messages() -> list[Message]:
    """All of them, in the order of the file."""
    return [
        Message(one["text"], one["language"], one["queue"], tuple(one.get("also", ())), tuple(one["written"]))
        for one in tomllib.loads(MESSAGES.read_text("utf-8"))["message"]
    ]


def listener(models: Path) -> Listener:
    """As the daemon makes it, for the example office."""
    settings = builtin()
    configuration = settings.configuration.model_copy(update={"listening": Listening(models=models)})
    return Listener(Settings(configuration, None), load_rules(settings))


async def speak(wanted: Iterable[tuple[int, Message]]) -> list[tuple[int, Message, Sound]]:
    """Each message in a voice of its language; the voices of a language take turns."""
    turns: dict[str, int] = {}
    async with Voices(piper=piper_english()) as voices:
        said = []
        for number, message in wanted:
            own = [voice for voice in voices.order(message.language) if voice.engine in ENGINES]
            turn = turns[message.language] = turns.get(message.language, -1) + 1
            said.append((number, message, await voices.say(own[turn % len(own)], message.text)))
        return said


async def judge(
    ears: Listener, said: Sequence[tuple[int, Message, Sound]], condition: Condition, folder: Path
) -> list[Judged]:
    """What is understood of messages over a line."""
    found = []
    for number, message, sound in said:
        file = folder / "message.wav"
        file.write_bytes(wav(line(sound, condition, seed=number)))
        recording = Recording("spool", file.name, file, LEFT_AT, "", "", "")
        understood = await ears.understand(recording, KnownCaller())
        heard = " ".join(piece.original or piece.text for piece in understood.pieces)
        wer = compare(message.text, heard, message.language).wer
        found.append(Judged(message, understood, wer, _marks(message, understood)))
    return found


def _marks(message: Message, understood: Understood) -> tuple[int, int, int, int]:
    """Each word of the transcript, aligned with what was said: is it wrong, is it marked?"""
    words: list[tuple[str, bool]] = []
    for piece in understood.pieces:
        said = normalised(piece.original or piece.text, message.language).split()
        words += [(word, piece.unsure) for word in said]
    reference = normalised(message.text, message.language)
    if not words:
        return 0, 0, 0, 0
    aligned = jiwer.process_words(reference, " ".join(word for word, _ in words)).alignments[0]
    right = {n for part in aligned if part.type == "equal" for n in range(part.hyp_start_idx, part.hyp_end_idx)}
    wrong = [unsure for n, (_, unsure) in enumerate(words) if n not in right]
    fine = [unsure for n, (_, unsure) in enumerate(words) if n in right]
    return sum(wrong), len(wrong), sum(fine), len(fine)


def report(condition: Condition, found: Sequence[Judged], *, mistakes: bool) -> Iterator[str]:
    """The lines of one condition."""
    yield f"{condition.name}"
    yield f"  {'':8} {'messages':>8} {'words wrong':>12} {'language':>9} {'queue':>9} {'figures':>9}"
    for code in (*dict.fromkeys(one.message.language for one in found), "all"):
        some = [one for one in found if code in (one.message.language, "all")]
        wer = sum(one.wer for one in some) / len(some)
        languages, queues = sum(one.right_language for one in some), sum(one.right_queue for one in some)
        figures, wanted = sum(one.figures for one in some), sum(len(one.message.written) for one in some)
        yield (
            f"  {code:8} {len(some):8} {wer:12.1%} {languages:5}/{len(some):<3} {queues:5}/{len(some):<3}"
            f" {figures:5}/{wanted:<3}"
        )
    marked_wrong, wrong, marked_right, right = (sum(one.marks[n] for one in found) for n in range(4))
    yield (
        f"  marked as unsure: {marked_wrong / max(wrong, 1):.0%} of the words that are wrong, "
        f"{marked_right / max(right, 1):.0%} of those that are right"
    )
    if mistakes:
        for one in found:
            if not (one.right_language and one.right_queue):
                yield (
                    f"    {one.message.language} {one.message.queue}: {one.understood.language} "
                    f"{one.understood.queue}: {one.transcript}"
                )


# -- people: professional speakers of prompts, over a real telephone's bandwidth

SOUNDS = Path("/usr/share/asterisk/sounds")
SPEAKERS = {"en": "en_US_f_Allison", "fr": "fr_CA_f_June", "es": "es_MX_f_Allison", "it": "it_IT_m_Carlo",
            "ru": "ru_RU_f_IvrvoiceRU"}  # fmt: skip
PROMPTS, GROUPS = 4, 4
"""Prompts that are said in a row, and how many such rows."""
NUMBERS = ("01713920045", "06990009123")


async def people(ears: Listener, folder: Path, sounds: Path = SOUNDS) -> AsyncIterator[str]:
    """Languages told and telephone numbers read, of human speech: a line for each language."""
    yield f"{'':4} {'languages told':>15} {'numbers right':>14} {'digits right':>13}"
    for code, name in SPEAKERS.items():
        if not (sounds / name).is_dir():
            yield f"{code:4} not measured: asterisk-core-sounds-{code}-wav is not installed"
            continue
        files = sorted((sounds / name).glob("*.wav"))
        prompts = [sound for file in files if (sound := read_wav(file.read_bytes())).seconds > 2]
        groups = [join(prompts[at : at + PROMPTS], 0.3) for at in range(0, PROMPTS * GROUPS, PROMPTS)]
        told, right, digits = 0, 0, 0.0
        for number, sound in enumerate(groups):
            told += (await _understood(ears, line(sound, NOISE_20, seed=number), folder)).language == code
        for number, wanted in enumerate(NUMBERS):
            figures = [read_wav((sounds / name / "digits" / f"{figure}.wav").read_bytes()) for figure in wanted]
            sound = line(join(figures, 0.05), NOISE_20, seed=number)
            understood = await _understood(ears, sound, folder, code)
            heard = "".join(c for piece in understood.pieces for c in piece.text if c.isdecimal())
            right += heard == wanted
            digits += max(0.0, 1 - float(jiwer.cer(wanted, heard or "-")))
        yield f"{code:4} {told:12}/{GROUPS:<2} {right:11}/{len(NUMBERS):<2} {digits / len(NUMBERS):13.0%}"


async def _understood(ears: Listener, sound: Sound, folder: Path, language: str = "") -> Understood:
    file = folder / "prompt.wav"
    file.write_bytes(wav(sound))
    return await ears.understand(Recording("", "", file, LEFT_AT, "", "", language), KnownCaller())


async def main(arguments: Sequence[str]) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.voicemail_score", description=__doc__)
    parser.add_argument("--condition", choices=[one.name for one in CONDITIONS])
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--vocabulary", choices=["on", "off"], default="on")
    parser.add_argument("--mistakes", action="store_true")
    parser.add_argument("--people", action="store_true")
    parser.add_argument("--sounds", type=Path, default=SOUNDS)
    options = parser.parse_args(arguments)
    if options.vocabulary == "off":
        vars(hearing)["office_words"] = lambda _: ""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        models = folder / "models"
        models.mkdir()
        (models / "whisper-base").symlink_to(whisper_base())
        ears = listener(models)
        try:
            if options.people:
                async for told in people(ears, folder, options.sounds):
                    sys.stdout.write(f"{told}\n")
                    sys.stdout.flush()
                return
            said = await speak(list(enumerate(messages()))[:: options.every])
            for condition in CONDITIONS:
                if options.condition in (None, condition.name):
                    found = await judge(ears, said, condition, folder)
                    sys.stdout.write("\n".join([*report(condition, found, mistakes=options.mistakes), ""]))
                    sys.stdout.flush()
        finally:
            await ears.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
