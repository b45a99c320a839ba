# SPDX-License-Identifier: GPL-3.0-or-later
"""The languages of the office: one table, in order of need.

``reviewed`` means that a native speaker has read the texts of that language; ``draft`` that nobody has.
Whether drafts are used is the office's decision (``service.drafts``). Serbian is written in Latin
letters; a person who wrote Cyrillic gets ``sr-Cyrl``, a script of ``sr``, not a language of its own.
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
    status: Literal["reviewed", "draft"]


_TABLE = (
    Language("de", "German", "Deutsch", "Latn", "ltr", "de", "draft"),
    Language("en", "English", "English", "Latn", "ltr", "en", "draft"),
    Language("uk", "Ukrainian", "Українська", "Cyrl", "ltr", "uk", "draft"),
    Language("tr", "Turkish", "Türkçe", "Latn", "ltr", "tr", "draft"),
    Language("ar", "Arabic", "العربية", "Arab", "rtl", "ar", "draft"),
    Language("ru", "Russian", "Русский", "Cyrl", "ltr", "ru", "draft"),
    Language("sq", "Albanian", "Shqip", "Latn", "ltr", "sq", "draft"),
    Language("sr", "Serbian", "Srpski", "Latn", "ltr", "sr_Latn", "draft"),
    Language("hr", "Croatian", "Hrvatski", "Latn", "ltr", "hr", "draft"),
    Language("bs", "Bosnian", "Bosanski", "Latn", "ltr", "bs_Latn", "draft"),
    Language("fa", "Persian", "فارسی", "Arab", "rtl", "fa", "draft"),
    Language("ku", "Kurdish (Kurmanji)", "Kurdî", "Latn", "ltr", "ku", "draft"),
    Language("ckb", "Kurdish (Sorani)", "کوردی", "Arab", "rtl", "ckb", "draft"),
    Language("ti", "Tigrinya", "ትግርኛ", "Ethi", "ltr", "ti", "draft"),
    Language("am", "Amharic", "አማርኛ", "Ethi", "ltr", "am", "draft"),
    Language("ps", "Pashto", "پښتو", "Arab", "rtl", "ps", "draft"),
    Language("so", "Somali", "Soomaali", "Latn", "ltr", "so", "draft"),
    Language("ro", "Romanian", "Română", "Latn", "ltr", "ro", "draft"),
    Language("bg", "Bulgarian", "Български", "Cyrl", "ltr", "bg", "draft"),
    Language("pl", "Polish", "Polski", "Latn", "ltr", "pl", "draft"),
    Language("hu", "Hungarian", "Magyar", "Latn", "ltr", "hu", "draft"),
    Language("el", "Greek", "Ελληνικά", "Grek", "ltr", "el", "draft"),
    Language("it", "Italian", "Italiano", "Latn", "ltr", "it", "draft"),
    Language("fr", "French", "Français", "Latn", "ltr", "fr", "draft"),
    Language("es", "Spanish", "Español", "Latn", "ltr", "es", "draft"),
    Language("pt", "Portuguese", "Português", "Latn", "ltr", "pt", "draft"),
    Language("mk", "Macedonian", "Македонски", "Cyrl", "ltr", "mk", "draft"),
    Language("ka", "Georgian", "ქართული", "Geor", "ltr", "ka", "draft"),
    Language("hy", "Armenian", "Հայերեն", "Armn", "ltr", "hy", "draft"),
    Language("hi", "Hindi", "हिन्दी", "Deva", "ltr", "hi", "draft"),
    Language("ur", "Urdu", "اردو", "Arab", "rtl", "ur", "draft"),
    Language("zh", "Chinese", "中文", "Hans", "ltr", "zh_Hans", "draft"),
    Language("vi", "Vietnamese", "Tiếng Việt", "Latn", "ltr", "vi", "draft"),
)

LANGUAGES: dict[str, Language] = {language.code: language for language in _TABLE}


def language(code: str) -> Language:
    """The table's row; a script tag is looked up by its language (``sr-Cyrl`` → ``sr``). KeyError if unknown."""
    return LANGUAGES[code] if code in LANGUAGES else LANGUAGES[code.split("-")[0]]
