# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammars of the office's languages, one file for each or for a family of close relatives."""

from collections.abc import Mapping
from types import MappingProxyType

from intake.speech.grammar import Grammar
from intake.speech.grammars.albanian import Albanian
from intake.speech.grammars.arabic import Arabic
from intake.speech.grammars.armenian import Armenian
from intake.speech.grammars.balkan_slavic import Bulgarian, Macedonian
from intake.speech.grammars.chinese import Chinese
from intake.speech.grammars.english import English
from intake.speech.grammars.ethiopic import Amharic, Tigrinya
from intake.speech.grammars.french import French
from intake.speech.grammars.georgian import Georgian
from intake.speech.grammars.german import German
from intake.speech.grammars.greek import Greek
from intake.speech.grammars.hindustani import Hindi, Urdu
from intake.speech.grammars.hungarian import Hungarian
from intake.speech.grammars.iranian import Pashto, Persian
from intake.speech.grammars.italian import Italian
from intake.speech.grammars.kurdish import Kurmanji, Sorani
from intake.speech.grammars.polish import Polish
from intake.speech.grammars.portuguese import Portuguese
from intake.speech.grammars.romanian import Romanian
from intake.speech.grammars.russian import Russian
from intake.speech.grammars.somali import Somali
from intake.speech.grammars.south_slavic import Bosnian, Croatian, Serbian
from intake.speech.grammars.spanish import Spanish
from intake.speech.grammars.turkish import Turkish
from intake.speech.grammars.ukrainian import Ukrainian
from intake.speech.grammars.vietnamese import Vietnamese

_CLASSES: tuple[type[Grammar], ...] = (
    German, English, Ukrainian, Turkish, Arabic, Russian, Albanian, Serbian, Croatian, Bosnian, Persian, Kurmanji,
    Sorani, Tigrinya, Amharic, Pashto, Somali, Romanian, Bulgarian, Polish, Hungarian, Greek, Italian, French, Spanish,
    Portuguese, Macedonian, Georgian, Armenian, Hindi, Urdu, Chinese, Vietnamese,
)  # fmt: skip

GRAMMARS: Mapping[str, Grammar] = MappingProxyType({grammar.code: grammar() for grammar in _CLASSES})
"""Every language of the office."""

SPEAKERS = ("de", "en", "uk", "tr", "ar", "ru", "sr", "ro", "pl", "it", "fr", "es")
"""The languages whose spoken forms are written down in the tests, and which read free text with its abbreviations."""
