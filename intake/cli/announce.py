# SPDX-License-Identifier: GPL-3.0-or-later
"""``intake announce``: build, list, preview, approve, publish, roll back.

``build`` speaks what is missing and changes nothing on the line; ``publish`` does the same first, and then puts it on
the line. Whoever publishes, approves or goes back is noted in the ledger's audit trail: what, when, and the name given.
"""

import asyncio
import contextlib
import datetime as dt
import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from intake import config
from intake.announcements import announcer, preview
from intake.announcements.announcer import Announcer, Built
from intake.announcements.library import Library
from intake.announcements.speaking import Outcome
from intake.announcements.store import put_in_place
from intake.cases import ledger as books
from intake.cases.clock import system_clock
from intake.cases.ledger import Ledger
from intake.config import Settings
from intake.errors import AnnouncementError
from intake.languages import LANGUAGES
from intake.office import Calendar

Echo = Callable[[str], None]

NAME_CHARACTERS = 80


async def build(file: Path, languages: Sequence[str], *, as_json: bool, echo: Echo) -> None:
    """Speak what is missing, and tell what there is."""
    settings = _load(file, languages)
    async with Announcer.open(settings) as office:
        built, seconds = await _build(office, languages)
    if as_json:
        echo(json.dumps(_told(built, seconds), ensure_ascii=False, indent=2))
    else:
        _table(built, seconds, echo)


async def publish(file: Path, name: str, *, echo: Echo) -> None:
    """Speak what is missing, and put it on the line."""
    settings = _load(file, ())
    async with Announcer.open(settings) as office:
        built, seconds = await _build(office, ())
        now = system_clock()
        published = await asyncio.to_thread(office.publish, built, now)
        own = [code for code, standing in published.choice.standings.items() if standing.own]
        others = [code for code in published.choice.standings if code not in own]
        await _note(
            settings, now, "announce publish", f"version {published.version}, by {_name(name)}: {', '.join(own)}"
        )
    _table(built, seconds, echo)
    echo("")
    echo(f"on the line: version {published.version}, in {settings.library / 'current'}")
    if others:
        echo(f"in the fallback language: {', '.join(others)}")


async def approve(file: Path, language: str, name: str, *, echo: Echo) -> None:
    """Let the announcements of a language go on the line, as they are built now."""
    settings = _load(file, (language,))
    async with Announcer.open(settings) as office:
        built, _ = await _build(office, (language,))
        now = system_clock()
        standing = office.approve(built, language, _name(name), now)
        await _note(settings, now, "announce approve", f"{language}, edition {standing.edition}, by {_name(name)}")
    echo(f"{LANGUAGES[language].name}: edition {standing.edition} {standing.reason}; now: intake announce publish")


async def roll_back(file: Path, version: int | None, name: str, *, echo: Echo) -> None:
    """Put an older version back on the line."""
    settings = _load(file, ())
    library = Library(settings.library.absolute())
    with library.lock():
        number = library.roll_back(version)
        await _note(settings, system_clock(), "announce rollback", f"version {number}, by {_name(name)}")
    echo(f"on the line: version {number}")
    echo("nothing is published automatically until the next: intake announce publish")


async def write_preview(file: Path, target: Path | None, languages: Sequence[str], *, echo: Echo) -> None:
    """One page with every announcement, for the person who approves."""
    settings = _load(file, languages)
    office_name, calendar = settings.configuration.office.name, Calendar(settings.configuration.office)
    path = target or settings.library / "preview.html"
    async with Announcer.open(settings) as office:
        built, _ = await _build(office, languages)
        html = await preview.page(built, office.store, office_name, calendar, system_clock())
    put_in_place(path.parent, path, html.encode())
    echo(str(path))


def show_list(file: Path, *, as_json: bool, echo: Echo) -> None:
    """The versions that are kept, and what callers hear now."""
    settings = _load(file, ())
    library = Library(settings.library.absolute())
    rows = {number: announcer.read_manifest(library, number) or {} for number in library.versions}
    if as_json:
        kept = [
            {
                "version": number, "on_the_line": number == library.current, "made_at": found.get("made_at"),
                "valid": found.get("valid"), **_languages(found),
            }
            for number, found in rows.items()
        ]  # fmt: skip
        echo(json.dumps({"versions": kept, "held": library.held}, ensure_ascii=False, indent=2))
        return
    if not rows:
        echo(f"{library.folder}: nothing is published yet; publish with: intake announce publish")
    for number, found in rows.items():
        counts = ", ".join(f"{len(codes)} {what}" for what, codes in _languages(found).items())
        mark = "  on the line" if number == library.current else ""
        echo(f"{number:>5}  {found.get('made_at')}  languages: {counts}{mark}")
    if library.held:
        echo("held: nothing is published automatically until the next: intake announce publish")


def _languages(manifest: dict[str, Any]) -> dict[str, list[str]]:
    """Those that a version has words of its own in, and those that are heard in the fallback language."""
    languages = manifest.get("languages", {})
    return {
        "own": [code for code, one in languages.items() if one["own"]],
        "fallback": [code for code, one in languages.items() if not one["own"]],
    }


async def _build(office: Announcer, languages: Sequence[str]) -> tuple[Built, float]:
    """What was built, and the seconds it took."""
    begin = time.monotonic()
    with _progress() as tell:
        built = await office.build(system_clock(), progress=tell, languages=languages)
    return built, time.monotonic() - begin


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[Outcome, int], None]]:
    """A bar on stderr, where that is a terminal."""
    columns = (TextColumn("speaking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("speaking", total=None)
        yield lambda outcome, total: bar.update(task, total=total, advance=1)


def _load(file: Path, languages: Sequence[str]) -> Settings:
    for code in languages:
        if code not in LANGUAGES:
            raise AnnouncementError(f"{code} is no language of the office; there are: {', '.join(LANGUAGES)}")
    return config.load(file)


def _name(name: str) -> str:
    clean = "".join(c for c in name if c.isprintable()).strip()[:NAME_CHARACTERS]
    if not clean:
        raise AnnouncementError("name the person who does this: --name NAME")
    return clean


async def _note(settings: Settings, now: dt.datetime, action: str, detail: str) -> None:
    ledger = await asyncio.to_thread(Ledger.open, settings.ledger_url, settings.data)
    try:
        await ledger.write(books.note, now, action, detail)
    finally:
        ledger.close()


def _told(built: Built, seconds: float) -> dict[str, object]:
    sound = sum(one.made.seconds for one in built.spoken if one.made)
    return {
        "languages": {
            code: {**_counts(built, code), "own": standing.own, "reason": standing.reason, "cer": standing.cer}
            for code, standing in built.standings.items()
        },
        "seconds": round(seconds, 1),
        "real_time_factor": round(seconds / sound, 4) if sound else None,
        "missing": [outcome.problem for outcome in built.missing],
        "remarks": list(built.remarks),
    }


def _counts(built: Built, code: str | None) -> dict[str, float]:
    mine = [one for one in built.outcomes.values() if code in (None, one.prompt.language)]
    return {
        "prompts": len(mine),
        "spoken": sum(one.made is not None and not one.reused for one in mine),
        "reused": sum(one.made is not None and one.reused for one in mine),
        "missing": sum(one.made is None for one in mine),
        "audio_seconds": round(sum(one.made.seconds for one in mine if one.made), 1),
    }


def _table(built: Built, seconds: float, echo: Echo) -> None:
    console = Console(width=140, highlight=False, no_color=True)
    table = Table(box=None, pad_edge=False, header_style="")
    table.add_column("language", no_wrap=True)
    for title in ("prompts", "spoken", "reused", "missing", "seconds"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("on the line", max_width=70)
    for code, standing in built.standings.items():
        reason = standing.reason if standing.own else f"fallback: {standing.reason}"
        table.add_row(f"{code} {LANGUAGES[code].name}", *(f"{n:g}" for n in _counts(built, code).values()), reason)
    table.add_row("all", *(f"{n:g}" for n in _counts(built, None).values()), "")
    with console.capture() as capture:
        console.print(table)
    echo(capture.get().rstrip())
    for problem in (*built.remarks, *_grouped(built.missing)):
        echo(f"problem  {problem}")
    sound = sum(one.made.seconds for one in built.spoken if one.made)
    factor = f", real-time factor {seconds / sound:.3f}" if sound else ""
    echo(f"{seconds:.1f} s for {sound:.0f} s of new audio{factor}")


def _grouped(missing: Sequence[Outcome]) -> Iterator[str]:
    """A sentence for each language and reason, however many announcements it concerns."""
    reasons: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in missing:
        reason = outcome.problem.rpartition(f"announcement {outcome.prompt.id}: ")[2]
        reasons.setdefault((outcome.prompt.language, reason), []).append(outcome)
    for (code, reason), outcomes in reasons.items():
        yield outcomes[0].problem if len(outcomes) == 1 else f"language {code}, {len(outcomes)} announcements: {reason}"
