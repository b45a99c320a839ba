# SPDX-License-Identifier: GPL-3.0-or-later
"""Every acknowledgement in every language and variant, to be looked at.

``python -m tests.render_acknowledgements FOLDER [LANGUAGE …]`` writes each as text, as HTML, and as pictures at the
width of a phone and of a desktop, and prints a table: which block stands in which variant, and in how many languages.
"""

import datetime as dt
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from intake import config, resources
from intake.mail.acknowledgement import Body, Facts, Texts, render
from intake.mail.acknowledgement.texts import BLOCKS
from intake.office import Calendar
from tests.servers.chromium import Chromium

BERLIN = ZoneInfo("Europe/Berlin")
OPEN = dt.datetime(2026, 11, 3, 9, 30, tzinfo=BERLIN)
NIGHT = dt.datetime(2026, 11, 3, 21, 5, tzinfo=BERLIN)
BEFORE_CLOSURE = dt.datetime(2026, 12, 14, 9, 30, tzinfo=BERLIN)
IN_CLOSURE = dt.datetime(2026, 12, 27, 21, 5, tzinfo=BERLIN)

VARIANTS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "new": {},
        "follow-up": {"variant": "follow-up"},
        "out-of-hours": {"at": NIGHT},
        "closure-ahead": {"at": BEFORE_CLOSURE},
        "closure": {"at": IN_CLOSURE},
        "appointments": {"queue": "appointments"},
        "appointments-closure": {"queue": "appointments", "at": IN_CLOSURE},
        "unsure": {"unsure": True},
    }
)
"""What the office says in each situation, by name: what differs from a new message in office hours."""

PHONE, DESKTOP = 375, 800
"""CSS pixels."""

TEMPLATES = resources.shipped("templates")
TEXTS = Texts.load([TEMPLATES])
CONFIGURATION = config.parse(
    (Path(config.__file__).parent / "example" / "intake.toml").read_text("utf-8"), None
).configuration
CALENDAR = Calendar(CONFIGURATION.office)


def acknowledgement(code: str, variant: str, *, german_below: bool = True) -> Body:
    """The example office's acknowledgement in a language, with the German text below it."""
    values: dict[str, Any] = {
        "reference": "AB-7K3M9QX", "queue": "residence-permit", "variant": "new",
        "languages": (code, "de") if german_below else (code,), "unsure": False, "at": OPEN,
    }  # fmt: skip
    return render(TEXTS, CONFIGURATION, CALENDAR, Facts(**{**values, **VARIANTS[variant]}))


def words(code: str) -> dict[str, str]:
    """The words of each block of a language, as they stand in its file, by the block's name."""
    source = (TEMPLATES / "acknowledgement" / f"{code}.j2").read_text("utf-8")
    return {m[1]: m[2].strip() for m in re.finditer(r"\{% block (\w+) %\}(.*?)\{% endblock %\}", source, re.DOTALL)}


def blocks_in(code: str, text: str) -> set[str]:
    """The blocks of a language that stand in a text, each known by its longest words without a value."""
    flat = _flat(text)
    return {
        name
        for name, block in words(code).items()
        if max((_flat(part) for part in re.split(r"\{\{.*?\}\}", block)), key=len) in flat
    }


def _flat(text: str) -> str:
    return re.sub(r"[\s\u2066-\u2069]+", "", text)


def write(folder: Path, codes: Iterable[str]) -> str:
    """Write all forms of all variants in these languages below ``folder``; the table of their blocks."""
    found: dict[tuple[str, str], int] = {}
    with Chromium() as browser:
        for code in codes:
            for variant in VARIANTS:
                body = acknowledgement(code, variant)
                stem = folder / code / variant
                stem.parent.mkdir(parents=True, exist_ok=True)
                stem.with_suffix(".txt").write_text(f"{body.subject_prefix}\n\n{body.text}", "utf-8")
                stem.with_suffix(".html").write_text(body.html, "utf-8")
                for width in (PHONE, DESKTOP):
                    browser.show(body.html, width)
                    browser.picture(stem.parent / f"{variant}-{width}.png")
                for block in blocks_in(code, f"{body.subject_prefix}\n{body.text}"):
                    found[block, variant] = found.get((block, variant), 0) + 1
    rows = [["", *VARIANTS], *([b, *(str(found.get((b, v), "")) for v in VARIANTS)] for b in BLOCKS)]
    return "\n".join(f"{row[0]:20}" + "".join(f"{cell:>22}" for cell in row[1:]) for row in rows)


if __name__ == "__main__":
    sys.stdout.write(write(Path(sys.argv[1]), sys.argv[2:] or sorted(TEXTS.languages)) + "\n")
