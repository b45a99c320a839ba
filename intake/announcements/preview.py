# SPDX-License-Identifier: GPL-3.0-or-later
"""One self-contained page for the person who approves: every announcement with its words, its sound and its figures.

Nothing is loaded from anywhere. Sound is Opus in the page itself (the WAV files of thirty languages would be a quarter
of a gigabyte); what callers hear are the published files, which were measured. What is missing, stale or beyond a bar
is said in red and in words.
"""

import asyncio
import base64
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from intake.announcements.announcer import Built
from intake.announcements.approval import HIGHEST_CER_OF_ONE, heard_wrongly
from intake.announcements.plan import Interval
from intake.announcements.prompts import END_OF_ISOLATE, ISOLATE, Prompt
from intake.announcements.speaking import Outcome, audible
from intake.announcements.store import Made, Store
from intake.audio import Sound, read
from intake.audio.opus import opus
from intake.languages import LANGUAGES
from intake.office import Calendar

_BARS = 160
_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Row:
    """One announcement on the page."""

    id: str
    lines: tuple[str, ...]
    """The words; sentences in another language on lines of their own, because they may run in another direction."""
    valid: str
    verdict: str
    bad: bool
    figures: str
    audio: str
    """Ogg Opus in base64; empty if there is no sound."""
    wave: str
    bars: int = _BARS


@dataclass(frozen=True, slots=True)
class Chapter:
    """A language on the page."""

    code: str
    name: str
    endonym: str
    direction: str
    own: bool
    standing: str
    announcements: tuple[Row, ...]


async def page(built: Built, store: Store, office: str, calendar: Calendar, now: dt.datetime) -> str:
    """The page. It shows of each dated announcement the one that is true next."""
    limit = asyncio.Semaphore(_AT_ONCE)

    async def row(prompt: Prompt, interval: Interval | None) -> Row:
        async with limit:
            return await asyncio.to_thread(_row, built.outcomes[prompt], interval, store, calendar)

    chapters = []
    for code in built.plan.languages:
        rows = await asyncio.gather(*(row(*shown) for shown in _shown(built, code, now)))
        language, standing = LANGUAGES[code], built.standings[code]
        chapters.append(
            Chapter(
                code, language.name, language.endonym, language.direction, standing.own, standing.reason, tuple(rows)
            )
        )
    return _template().render(
        office=office,
        now=f"{calendar.local(now):%Y-%m-%d %H:%M}",
        problems=built.remarks,
        languages=chapters,
    )


def _shown(built: Built, code: str, now: dt.datetime) -> Iterator[tuple[Prompt, Interval | None]]:
    for prompt in built.plan.always[code].values():
        yield prompt, None
    seen = set()
    for dated in built.plan.dated:
        if dated.interval.until <= now:
            continue
        for name, prompt in dated.prompts[code].items():
            if name not in seen:
                seen.add(name)
                yield prompt, dated.interval


def _row(outcome: Outcome, interval: Interval | None, store: Store, calendar: Calendar) -> Row:
    prompt, made = outcome.prompt, outcome.made
    valid = ""
    if interval is not None:
        first, until = calendar.local(interval.first), calendar.local(interval.until)
        valid = f"from {first:%Y-%m-%d %H:%M} until {until:%Y-%m-%d %H:%M}"
    if made is None:
        return Row(prompt.id, _lines(prompt), valid, outcome.problem, True, "", "", "")
    sound = read(store.file(made.key, "wav16").read_bytes(), "wav16")
    audio = base64.b64encode(opus(sound)).decode()
    strange = (heard_wrongly(outcome) or 0) > HIGHEST_CER_OF_ONE
    return Row(prompt.id, _lines(prompt), valid, _verdict(outcome, made), strange, _figures(made), audio, _wave(sound))


def _lines(prompt: Prompt) -> tuple[str, ...]:
    pieces = re.split(f"({ISOLATE}[^{END_OF_ISOLATE}]*{END_OF_ISOLATE})", prompt.written)
    return tuple(piece.strip(f" {ISOLATE}{END_OF_ISOLATE}") for piece in pieces if piece.strip())


def _verdict(outcome: Outcome, made: Made) -> str:
    if not audible(outcome.prompt):
        return "every bar kept; it has words of another language, so no recogniser compares it"
    if made.heard is None:
        return "every bar kept; nothing here has listened to it"
    return f"every bar kept; heard with {made.heard.cer:.0%} of the characters wrong: “{made.heard.text}”"


def _figures(made: Made) -> str:
    who = ", ".join(dict.fromkeys(made.voices)) if made.synthetic else "recorded by a person"
    return f"{made.seconds:.1f} s · {made.level:.1f} dBov · {who}".replace("-", "−", 1)


def _wave(sound: Sound) -> str:
    """The peaks of equal parts, as a path of vertical strokes in a box of height 40 that the highest of them fills."""
    peaks = np.array([part.max(initial=0) for part in np.array_split(np.abs(sound.samples), _BARS)])
    heights = np.maximum(peaks / max(peaks.max(), 1e-9) * 19, 0.4)
    return "".join(f"M{x}.5 {20 - height:.1f}V{20 + height:.1f}" for x, height in enumerate(heights))


@cache
def _template() -> Template:
    folder = Path(__file__).parent
    environment = Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("preview.html.j2")
