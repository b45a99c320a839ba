# SPDX-License-Identifier: GPL-3.0-or-later
"""Which voices there are, which is preferred for a language, and what an office could install.

By default Piper before Pico before eSpeak NG: a neural voice that the office got for itself is the clearest; Pico is
the best small voice that comes with a package; eSpeak NG is plain, but has nearly every language. The configuration
may name another order for a language; then only the voices that it names are used.

No engine here speaks Sorani, Pashto and Somali: people's recordings are the only way, until then the announcements of
these languages are published in the fallback language.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from intake.languages import LANGUAGES
from intake.voices import espeak, pico, piper
from intake.voices.voice import Voice


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that an office could install."""

    engine: str
    languages: tuple[str, ...]
    source: str
    """Where an office gets it."""
    licence: str


OFFERS = (
    Offer(
        piper.ENGINE,
        (
            "de", "en", "uk", "tr", "ar", "ru", "sr", "fa", "ro", "pl", "hu", "el", "it", "fr", "es", "pt", "ka", "zh",
            "vi",
        ),
        "the Piper project's list of voices (github.com/OHF-Voice/piper1-gpl, docs/VOICES.md); put the .onnx, the "
        ".onnx.json and the MODEL_CARD of a voice into the folder of Piper voices",
        "one for each voice, in its MODEL_CARD",
    ),
    Offer(
        pico.ENGINE, tuple(dict.fromkeys(pico.VOICES.values())), f"the Python package {pico.PACKAGE}", pico.LICENCE
    ),
    Offer(
        espeak.ENGINE,
        tuple(espeak.VOICES),
        f"the Python package {espeak.PACKAGE}, or Debian's libespeak-ng1 (without Tigrinya)",
        espeak.LICENCE,
    ),
)  # fmt: skip
"""In the order of preference."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The voices of this machine in the order of preference."""

    voices: tuple[Voice, ...]
    orders: Mapping[str, tuple[Voice, ...]]
    """Where the office wants another order."""
    problems: tuple[str, ...]

    def order(self, language: str) -> tuple[Voice, ...]:
        """The voices for a language, the best first."""
        return self.orders.get(language, tuple(voice for voice in self.voices if voice.language == language))


def look(folder: Path | None, wanted: Mapping[str, Sequence[str]]) -> Catalogue:
    """The catalogue; ``folder`` has Piper voices, ``wanted`` is language → ids."""
    own, found = piper.installed(folder)
    voices = (*own, *pico.installed(), *espeak.installed())
    by_id = {voice.id: voice for voice in voices}
    orders: dict[str, tuple[Voice, ...]] = {}
    problems = list(found)
    for language, ids in wanted.items():
        chosen = []
        for name in ids:
            voice = by_id.get(name)
            if voice is None:
                problems.append(f"voices for {language}: {name} is not installed; see: intake voices")
            elif voice.language != language:
                problems.append(f"voices for {language}: {name} speaks {LANGUAGES[voice.language].name}; name another")
            else:
                chosen.append(voice)
        orders[language] = tuple(chosen)
    return Catalogue(voices, orders, tuple(problems))
