# SPDX-License-Identifier: GPL-3.0-or-later
"""The words that a recogniser is told beforehand, by language (``office_words.toml``)."""

import tomllib
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("office_words.toml")


@cache
def office_words(language: str) -> str:
    """Words with commas between them; the German names of papers for a language without words of its own."""
    told = tomllib.loads(_FILE.read_text("utf-8"))
    own = told["words"].get(language, "")
    return f"{own}, {told['papers']}" if own else str(told["papers"])
