# SPDX-License-Identifier: GPL-3.0-or-later
"""The languages of the office: one table, in order of need.

Whether a native speaker has reviewed a text is said by the text itself (``{# status: draft #}``); whether drafts are
used is the office's decision (``service.drafts``). Serbian is written in Latin letters; a person who wrote Cyrillic
gets ``sr-Cyrl``, a script of ``sr``, not a language of its own.
"""

from dataclasses import dataclass
from typing import Literal

UNDETERMINED = "und"
"""The code of any other language (ISO 639-2)."""


@dataclass(frozen=True, slots=True)
class Language:
    """One language: ISO 639 code, English name, own name, ISO 15924 script, direction, Babel locale."""

    code: str
    name: str
    endonym: str
    script: str
    direction: Literal["ltr", "rtl"]
    locale: str


_TABLE = (
    Language("de", "German", "Deutsch", "Latn", "ltr", "de"),
    Language("en", "English", "English", "Latn", "ltr", "en"),
    Language("uk", "Ukrainian", "Українська", "Cyrl", "ltr", "uk"),
    Language("tr", "Turkish", "Türkçe", "Latn", "ltr", "tr"),
    Language("ar", "Arabic", "العربية", "Arab", "rtl", "ar"),
    Language("ru", "Russian", "Русский", "Cyrl", "ltr", "ru"),
    Language("sq", "Albanian", "Shqip", "Latn", "ltr", "sq"),
    Language("sr", "Serbian", "Srpski", "Latn", "ltr", "sr_Latn"),
    Language("hr", "Croatian", "Hrvatski", "Latn", "ltr", "hr"),
    Language("bs", "Bosnian", "Bosanski", "Latn", "ltr", "bs_Latn"),
    Language("fa", "Persian", "فارسی", "Arab", "rtl", "fa"),
    Language("ku", "Kurdish (Kurmanji)", "Kurdî", "Latn", "ltr", "ku"),
    Language("ckb", "Kurdish (Sorani)", "کوردی", "Arab", "rtl", "ckb"),
    Language("ti", "Tigrinya", "ትግርኛ", "Ethi", "ltr", "ti"),
    Language("am", "Amharic", "አማርኛ", "Ethi", "ltr", "am"),
    Language("ps", "Pashto", "پښتو", "Arab", "rtl", "ps"),
    Language("so", "Somali", "Soomaali", "Latn", "ltr", "so"),
    Language("ro", "Romanian", "Română", "Latn", "ltr", "ro"),
    Language("bg", "Bulgarian", "Български", "Cyrl", "ltr", "bg"),
    Language("pl", "Polish", "Polski", "Latn", "ltr", "pl"),
    Language("hu", "Hungarian", "Magyar", "Latn", "ltr", "hu"),
    Language("el", "Greek", "Ελληνικά", "Grek", "ltr", "el"),
    Language("it", "Italian", "Italiano", "Latn", "ltr", "it"),
    Language("fr", "French", "Français", "Latn", "ltr", "fr"),
    Language("es", "Spanish", "Español", "Latn", "ltr", "es"),
    Language("pt", "Portuguese", "Português", "Latn", "ltr", "pt"),
    Language("mk", "Macedonian", "Македонски", "Cyrl", "ltr", "mk"),
    Language("ka", "Georgian", "ქართული", "Geor", "ltr", "ka"),
    Language("hy", "Armenian", "Հայերեն", "Armn", "ltr", "hy"),
    Language("hi", "Hindi", "हिन्दी", "Deva", "ltr", "hi"),
    Language("ur", "Urdu", "اردو", "Arab", "rtl", "ur"),
    Language("zh", "Chinese", "中文", "Hans", "ltr", "zh_Hans"),
    Language("vi", "Vietnamese", "Tiếng Việt", "Latn", "ltr", "vi"),
)

LANGUAGES: dict[str, Language] = {language.code: language for language in _TABLE}


def language(code: str) -> Language:
    """The table's row; a script tag is looked up by its language (``sr-Cyrl`` → ``sr``). KeyError if unknown."""
    return LANGUAGES[code] if code in LANGUAGES else LANGUAGES[code.split("-")[0]]
