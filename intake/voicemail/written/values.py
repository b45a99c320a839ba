# SPDX-License-Identifier: GPL-3.0-or-later
"""What the readers of a transcript get and give."""

from dataclasses import dataclass
from typing import Literal

from intake.voicemail.written.forms import Forms

Kind = Literal["word", "number", "date", "time", "telephone", "file number", "reference", "paper"]


@dataclass(frozen=True, slots=True)
class Context:
    """What is known beside the tokens."""

    forms: Forms
    prefix: str
    country: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a stretch of so many tokens is written as, without the punctuation after it."""

    text: str
    count: int
    kind: Kind
