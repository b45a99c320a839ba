# SPDX-License-Identifier: GPL-3.0-or-later
"""The word lists of ``words.toml``: frequent words per language, greetings, requests for a language. Read once."""

import functools
import tomllib
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("words.toml")


@functools.cache
def lists() -> dict[str, Any]:
    """The tables of ``words.toml`` as they stand there; not to be changed."""
    return tomllib.loads(_FILE.read_text("utf-8"))


@functools.cache
def greetings() -> frozenset[str]:
    """Words that a greeting is made of, in all languages, case folded."""
    return frozenset(lists()["greetings"]["words"].casefold().split())
