# SPDX-License-Identifier: GPL-3.0-or-later
"""How voices say names and terms that they would get wrong: ``voice_prompts/lexicon/<language>.toml``.

The words of a prompt stay as they are, for the preview and for the comparison with what a recogniser hears; only what
goes to an engine is respelt. A term stands for itself and for the forms with an ending that a language hangs on it
("ServicePoint", "ServicePointu", "ServicePoint-ში"), so it is looked for at the beginning of a word. One spelling for
all engines, or a table where they differ::

    ServicePoint = "Sörwis-Peunt"
    Duldung = { pico = "Dulldung", any = "Duldung" }

An office adds its own names in a file of its own; a term in both is said as the office writes it.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from intake import resources
from intake.announcements.forms import Segment
from intake.languages import LANGUAGES

ANY_ENGINE = "any"
TERM_CHARACTERS = 200
"""A term or its spelling is a few words; what is longer is a mistake."""

Spellings = Mapping[str, str]
"""Engine, or :data:`ANY_ENGINE`, → spelling."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The terms of all languages; immutable."""

    _terms: Mapping[str, Mapping[str, Spellings]]
    problems: tuple[str, ...]
    """Every mistake in the files, one sentence each; what is wrong is left out."""

    @classmethod
    def load(cls, folders: Sequence[Path]) -> "Lexicon":
        """The lexicons in ``folders``, the office's own folder first. Never raises for a wrong file."""
        problems: list[str] = []
        terms: dict[str, dict[str, Spellings]] = {}
        for folder in reversed(folders):
            for path in sorted((folder / "lexicon").glob("*.toml")):
                if path.stem in LANGUAGES:
                    terms.setdefault(path.stem, {}).update(_read(path, problems))
                else:
                    problems.append(f"{path}: {path.stem} is no language of the office; rename or remove the file")
        return cls(terms, tuple(problems))

    def respelt(self, segment: Segment, engine: str) -> str:
        """The segment's words as this engine ("pico", "espeak", "piper") should read them."""
        spellings = {
            term: by_engine.get(engine) or by_engine.get(ANY_ENGINE) or term
            for term, by_engine in self._terms.get(segment.language, {}).items()
        }
        if not spellings:
            return segment.text
        longest_first = sorted(spellings, key=len, reverse=True)
        pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})")
        return pattern.sub(lambda found: spellings[found[0]], segment.text)


def _read(path: Path, problems: list[str]) -> dict[str, Spellings]:
    mistakes: list[str] = []
    source = resources.read_text(path, mistakes)
    table: dict[str, Any] = {}
    try:
        table = tomllib.loads(source or "")
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        mistakes.append(f"not valid TOML: {error}; correct that line")
    terms: dict[str, Spellings] = {}
    for term, said in table.items():
        spellings = {ANY_ENGINE: said} if isinstance(said, str) else said
        if _fits(term) and isinstance(spellings, dict) and spellings and all(map(_fits, spellings.values())):
            terms[term] = spellings
        else:
            mistakes.append(f'{term[:40]}: expected words such as {term[:40]} = "…", or one spelling for each engine')
    problems += [f"{path}: language {path.stem}: {mistake}" for mistake in mistakes]
    return terms


def _fits(words: object) -> bool:
    return isinstance(words, str) and bool(words.strip()) and len(words) <= TERM_CHARACTERS and words.isprintable()
