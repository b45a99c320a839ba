# SPDX-License-Identifier: GPL-3.0-or-later
"""``intake voices``: what can speak and listen here, language by language, and what could be installed.

It only looks at files; ``intake check`` also loads the models.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from intake import config
from intake.config import Settings, Voices
from intake.languages import LANGUAGES
from intake.listening import models
from intake.voices import catalogue, diacritics
from intake.voices.catalogue import Catalogue

Echo = Callable[[str], None]


def show_voices(file: Path | None, *, as_json: bool, echo: Echo) -> None:
    """Print it; without a configuration for the example office, which has installed nothing of its own."""
    settings = config.load(file) if file else None
    wanted = settings.configuration.voices if settings else Voices()
    speaking = catalogue.look(_folder(settings, wanted.piper), wanted.order)
    listening, problems = models.find(_folder(settings, settings.configuration.listening.models if settings else None))
    found = _found(speaking, listening, (*speaking.problems, *problems))
    if as_json:
        echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    console = Console(width=120, highlight=False, no_color=True)
    with console.capture() as capture:
        console.print(_languages(found))
        console.print()
        for line in _remarks(found):
            console.print(line, soft_wrap=True, markup=False)
    echo(capture.get().rstrip())


def _folder(settings: Settings | None, named: Path | None) -> Path | None:
    return settings.folder / named if settings and named else None


def _found(speaking: Catalogue, listening: tuple[models.Model, ...], problems: tuple[str, ...]) -> dict[str, Any]:
    return {
        "languages": {
            code: {
                "name": language.name,
                "voices": [voice.id for voice in speaking.order(code)],
                "recognisers": [model.id for model in listening if code in model.languages],
                "vowels_added": not (code in diacritics.UNWRITTEN and not diacritics.version(code)),
            }
            for code, language in LANGUAGES.items()
        },
        "voices": [
            {"id": voice.id, "language": voice.language, "licence": voice.licence, "version": voice.version}
            for voice in speaking.voices
        ],
        "recognisers": [{"id": model.id, "folder": str(model.path)} for model in listening],
        "available": [
            {
                "engine": offer.engine, "languages": list(offer.languages), "source": offer.source,
                "licence": offer.licence,
            }
            for offer in (*catalogue.OFFERS, *_RECOGNISERS)
        ],
        "problems": list(problems),
    }  # fmt: skip


_RECOGNISERS = (
    catalogue.Offer(
        models.VOSK, models.VOSK_LANGUAGES,
        f"{models.VOSK_SOURCE}; unpack a model into the folder of models, under the name that it came with",
        "one for each model, most of them Apache-2.0",
    ),
    catalogue.Offer(
        models.WHISPER, models.WHISPER_LANGUAGES,
        f"{models.WHISPER_SOURCE}, into the folder of models; and pip install 'amtseingang[whisper]'", "MIT",
    ),
)  # fmt: skip


def _languages(found: dict[str, Any]) -> Table:
    table = Table("language", "speaks, the best first", "listens", box=None, pad_edge=False, header_style="")
    for code, row in found["languages"].items():
        table.add_row(
            f"{code} {row['name']}",
            ", ".join(row["voices"]) or "nothing here: recordings only",
            ", ".join(row["recognisers"]) or "-",
        )
    return table


def _remarks(found: dict[str, Any]) -> Iterator[str]:
    rows = found["languages"].items()
    if silent := [code for code, row in rows if not row["voices"]]:
        yield (
            f"{', '.join(silent)}: nothing speaks these; until people have recorded them, "
            "their announcements are in the fallback language"
        )
    if bare := [code for code, row in rows if row["voices"] and not row["vowels_added"]]:
        yield f"{', '.join(bare)}: short vowels are not written, and nothing here adds them; let a speaker listen first"
    yield ""
    yield "Licences of what is installed:"
    by_licence: dict[str, list[str]] = {}
    for voice in found["voices"]:
        by_licence.setdefault(voice["licence"], []).append(voice["id"])
    for licence, ids in by_licence.items():
        yield f"  {licence}: {', '.join(ids)}"
    yield ""
    yield "What could be installed:"
    for offer in found["available"]:
        yield f"  {offer['engine']} ({', '.join(offer['languages'])}): {offer['source']}. Licence: {offer['licence']}."
    for problem in found["problems"]:
        yield f"problem  {problem}"
