# SPDX-License-Identifier: GPL-3.0-or-later
"""Upload sets: ZIP files for telephone systems that somebody fills by hand, one for each family of them.

Nobody takes such a set back when a day is over, so it holds only what stays true: the announcements that never
change, and the hours of the usual week with the remark that holidays are closed, made from
:meth:`~intake.announcements.facts.Facts.undated`. There is no "today" in it. Where an upload command fills the
telephone system, the dated ones are added as they are true at this moment, because the next change brings the next set.

Systems that play a single file get a *combined* announcement (see ``combined``) in the set of the first language that
is on the line. File names are ASCII and at most 32 characters long, which
all of these systems take.
"""

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from intake.announcements.layout import Choice
from intake.announcements.plan import Plan
from intake.announcements.prompts import Prompt
from intake.announcements.speaking import Outcome
from intake.announcements.store import Store
from intake.audio import Format

FOLDER = "upload"
NAME_CHARACTERS = 32

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of every file: the same sounds give the same bytes."""


@dataclass(frozen=True, slots=True)
class Family:
    """What one kind of telephone system takes."""

    form: Format
    suffix: str
    systems: str


FAMILIES: Mapping[str, tuple[Family, ...]] = MappingProxyType(
    {
        "wav-8khz": (Family("wav", "wav", "3CX, Cisco CUCM, FRITZ!Box, elmeg: WAV, 8 kHz, 16 bit, mono"),),
        "wav-16khz": (Family("wav16", "wav", "Alcatel, Auerswald COMtrexx: WAV, 16 kHz, 16 bit, mono"),),
        "alaw": (Family("alaw", "alaw", "Agfeo, Avaya, older Auerswald: A-law, 8 kHz"),),
        "innovaphone": (
            Family("alaw", "g711a", "innovaphone: A-law"),
            Family("ulaw", "g711u", "innovaphone: µ-law"),
            Family("g722", "g722", "innovaphone: G.722"),
        ),
    }
)


def archives(
    plan: Plan,
    outcomes: Mapping[Prompt, Outcome],
    choice: Choice,
    store: Store,
    now: dt.datetime | None,
    combined: Prompt | None,
) -> dict[str, Callable[[], bytes]]:
    """Path → what makes the ZIP file, for each family and each language that is on the line in its own words.

    ``now``: add what is true at this instant, for an upload at every change; None leaves out all that is dated.
    """
    found: dict[str, Callable[[], bytes]] = {}
    for code in (code for code in plan.languages if choice.standings[code].own):
        prompts = {**plan.always[code], **plan.upload.get(code, {})}
        if combined is not None and combined.language == code:
            prompts[combined.id] = combined
        if now is not None:
            prompts |= next((dated.prompts[code] for dated in plan.dated if dated.interval.holds(now)), {})
        made = {name: outcomes[prompt].made for name, prompt in prompts.items()}
        keys = {name: one.key for name, one in made.items() if one is not None}
        for family, kinds in FAMILIES.items():
            found[f"{FOLDER}/{family}/{code}.zip"] = partial(_zipped, kinds, code, keys, store)
    return found


def _zipped(kinds: Sequence[Family], language: str, keys: Mapping[str, str], store: Store) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, key in keys.items():
            for kind in kinds:
                data = store.file(key, kind.form).read_bytes()
                archive.writestr(zipfile.ZipInfo(file_name(language, name, kind.suffix), _EPOCH), data)
        systems = "".join(f"{kind.systems}\r\n" for kind in kinds)
        archive.writestr(zipfile.ZipInfo("README.txt", _EPOCH), systems)
    return out.getvalue()


def file_name(language: str, name: str, suffix: str) -> str:
    """``de-hours-week.wav``; a longer name is cut before the suffix."""
    stem = f"{language}-{name}"
    return f"{stem[: NAME_CHARACTERS - len(suffix) - 1]}.{suffix}"
