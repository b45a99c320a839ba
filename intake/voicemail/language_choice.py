# SPDX-License-Identifier: GPL-3.0-or-later
"""In which language a caller speaks, before anything is understood.

In this order: what the caller chose in the menu of the telephone system; the language of their earlier cases; what a
recogniser that can tell languages (Whisper) hears; and where there is none, the languages of the menu, of which at most
two are tried. What somebody chose stands unless it is clearly contradicted by ear: people press the wrong key, and
families share a telephone. The choice is a value with its confidence and its reasons, and never an error.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from intake.languages import LANGUAGES, UNDETERMINED
from intake.triage.language import Confidence
from intake.wording import language_name

CONTRADICTED = 0.02
"""Probability below which what was chosen is contradicted, …"""
PLAIN = 0.8
"""… if another language has this much. From here on what was heard is sure."""
FAIR = 0.5
"""From here on it is likely."""
MOST_TRIED = 2

Likely = Sequence[tuple[str, float]]
"""Languages and probabilities, the likeliest first; empty where nothing here can tell them."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The languages to try, the first one first, and why."""

    languages: tuple[str, ...]
    """At most two; none if nothing is known. More than one: the one that is understood better counts."""
    confidence: Confidence
    english: str
    german: str

    @property
    def code(self) -> str:
        """The first; ``und`` without any."""
        return self.languages[0] if self.languages else UNDETERMINED


def choose(*, chosen: str, before: str, likely: Likely, usual: Sequence[str]) -> Choice:
    """``chosen`` in the menu, of the cases ``before``, ``likely`` by ear, ``usual`` here; any may be empty."""
    heard = likely[0] if likely else ("", 0.0)
    given = next((code for code in (chosen, before) if code in LANGUAGES), "")
    if given:
        confidence: Confidence = "sure" if given == chosen else "likely"
        english = (
            f"chosen in the menu: {_english(given)}" if given == chosen else f"of an earlier case: {_english(given)}"
        )
        german = (
            f"{_german(given)}: im Sprachmenü gewählt"
            if given == chosen
            else f"{_german(given)}: wie im letzten Vorgang"
        )
        share = dict(likely).get(given, 0.0)
        if not likely or share >= CONTRADICTED or heard[1] < PLAIN:
            return Choice((given,), confidence, english, german)
        return Choice(
            (heard[0],),
            "likely",
            f"{english}, but heard: {_english(heard[0])} ({heard[1]:.0%})",
            f"{_german(heard[0])}: so gehört, obwohl {german}",
        )
    if likely:
        return _by_ear(likely)
    tried = tuple(dict.fromkeys(code for code in usual if code in LANGUAGES))[:MOST_TRIED]
    names, deutsch = " and ".join(_english(code) for code in tried), " und ".join(_german(code) for code in tried)
    if not tried:
        return Choice((), "unsure", "nothing tells the language", "Sprache: nicht erkannt")
    return Choice(tried, "unsure", f"tried: {names}", f"versucht: {deutsch}")


def _by_ear(likely: Likely) -> Choice:
    code, share = likely[0]
    if share >= FAIR:
        english, german = f"heard: {_english(code)} ({share:.0%})", f"{_german(code)}: so gehört ({share * 100:.0f} %)"
        return Choice((code,), "sure" if share >= PLAIN else "likely", english, german)
    tried = tuple(code for code, _ in likely[:MOST_TRIED])
    return Choice(
        tried,
        "unsure",
        "unclear by ear, tried: " + " and ".join(_english(code) for code in tried),
        "nach Gehör unklar, versucht: " + " und ".join(_german(code) for code in tried),
    )


def _english(code: str) -> str:
    return LANGUAGES[code].name


def _german(code: str) -> str:
    return language_name("de", code)
