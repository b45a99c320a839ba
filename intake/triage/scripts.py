# SPDX-License-Identifier: GPL-3.0-or-later
"""Scripts and the letters that only some of their languages use: the first evidence of a language.

The script alone settles Georgian, Armenian and Greek. Within a script, letters tell languages apart that share it:
``і`` and ``ї`` are Ukrainian and never Russian, ``ښ`` is Pashto, ``ۆ`` Sorani, ``ş`` with ``ê`` Kurmanji.
"""

import functools
from collections import Counter

MAX_CHARACTERS = 4_000
"""Characters that are looked at; more changes no answer."""

# Letters, in NFC and lower case, that of the languages written in a script only these use, and how loudly each speaks.
LETTERS: dict[str, tuple[tuple[str, str, float], ...]] = {
    "Ethi": (
        ("ti", "ቐቑቒቓቔቕቘሓዓዅዀኸኽኹኺኻኼኾ", 1.0),
        ("ti", "ኣ", 0.6),
        ("am", "ኧኘሸጨኟ", 0.3),
    ),
    "Arab": (
        ("ps", "ټډړږښڼېۍځڅګۀ", 2.0),
        ("ur", "ٹڈڑںےہۓ", 2.0),
        ("ckb", "ێۆڕڵەڤ", 2.0),
        ("fa", "چپژگ", 0.4),
        ("ckb", "چپژگ", 0.2),
        ("fa", "یک", 0.15),
        ("ckb", "یک", 0.1),
        ("ur", "یک", 0.1),
        ("ps", "ی", 0.1),
        ("ar", "ةأإؤىثذضظ", 0.3),
        ("ar", "يك", 0.1),
        ("und", "ۇۈۋ", 0.5),
    ),
    "Cyrl": (
        ("uk", "іїєґ", 1.5),
        ("ru", "ыэё", 1.5),
        ("bg", "ъ", 0.8),
        ("ru", "ъ", 0.1),
        ("mk", "ѓќѕ", 2.5),
        ("sr", "ђћ", 2.5),
        ("mk", "јљњџ", 0.5),
        ("sr", "јљњџ", 0.5),
        ("und", "ўқғҳңөүұәһҷӣӯҙҫҡ", 3.0),
    ),
    "Latn": (
        ("de", "ß", 2.0),
        ("de", "äöü", 0.4),
        ("tr", "ığş", 0.9),
        ("tr", "öü", 0.3),
        ("tr", "ç", 0.3),
        ("ku", "êîû", 0.9),
        ("ku", "çş", 0.4),
        ("sq", "ë", 0.8),
        ("sq", "ç", 0.3),
        ("ro", "ășțţ", 1.0),
        ("ro", "âî", 0.4),
        ("pl", "ąęłżźńś", 1.2),
        ("pl", "ćó", 0.3),
        ("hu", "őű", 2.0),
        ("hu", "áéíóöüú", 0.3),
        ("fr", "œùèêàâûëï", 0.5),
        ("fr", "éç", 0.3),
        ("es", "ñ¿¡", 1.5),
        ("es", "áéíóú", 0.3),
        ("pt", "ãõ", 1.5),
        ("pt", "áéíóúâêôàç", 0.3),
        ("it", "àèìòù", 0.4),
        ("vi", "ơưăạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ", 1.5),
        ("vi", "đ", 0.5),
        ("hr", "đćčšž", 0.5),
        ("sr", "đćčšž", 0.5),
        ("bs", "đćčšž", 0.5),
        ("und", "řěůťďňľĺŕčšž", 0.35),
        ("und", "řěůťďľĺŕ", 1.5),
        ("und", "ėųįāēīūņķļģ", 1.5),
        ("und", "åøæ", 0.9),
        ("und", "ə", 3.0),
        ("und", "ɓɗƙŋɛɔẹọṣ", 0.8),
    ),
}

SETTLED = {"Geor": "ka", "Armn": "hy", "Grek": "el"}
"""Scripts that only one language of ours is written in."""

NAMES = {"Geor": "Georgian", "Armn": "Armenian", "Grek": "Greek", "Hani": "Chinese", "Jpan": "Japanese"}
"""Scripts that decide by themselves, as evidence names them."""

_BLOCKS = (
    (0x0041, 0x024F, "Latn"), (0x0250, 0x02AF, "Latn"), (0x1E00, 0x1EFF, "Latn"), (0x0370, 0x03FF, "Grek"),
    (0x1F00, 0x1FFF, "Grek"), (0x0400, 0x052F, "Cyrl"), (0x0530, 0x058F, "Armn"), (0x0590, 0x05FF, "Hebr"),
    (0x0600, 0x06FF, "Arab"), (0x0750, 0x077F, "Arab"), (0x08A0, 0x08FF, "Arab"), (0xFB50, 0xFDFF, "Arab"),
    (0xFE70, 0xFEFF, "Arab"), (0x0900, 0x097F, "Deva"), (0x10A0, 0x10FF, "Geor"), (0x1C90, 0x1CBF, "Geor"),
    (0x2D00, 0x2D2F, "Geor"), (0x1200, 0x139F, "Ethi"), (0x2D80, 0x2DDF, "Ethi"), (0xAB00, 0xAB2F, "Ethi"),
    (0x3040, 0x30FF, "Jpan"), (0x3400, 0x4DBF, "Hani"), (0x4E00, 0x9FFF, "Hani"), (0xF900, 0xFAFF, "Hani"),
    (0x20000, 0x3FFFF, "Hani"), (0xAC00, 0xD7AF, "Kore"), (0x1100, 0x11FF, "Kore"),
)  # fmt: skip


def dominant(text: str) -> tuple[str, float]:
    """The script most of ``text`` is in, and its share of the letters; a foreign script wins from 30 % on.

    German words ("Aufenthaltstitel") stand in mails of every language, the other way round never. Empty: no letters.
    """
    counts: Counter[str] = Counter()
    for character, times in Counter(text[:MAX_CHARACTERS]).items():
        if character.isalpha():
            script = script_of(character)
            counts[script] += 3 * times if script in ("Hani", "Jpan", "Kore") else times
    total = sum(counts.values())
    if not total:
        return "", 0.0
    if counts["Hani"] and counts["Jpan"]:
        counts["Jpan"] += counts.pop("Hani")
    foreign = sorted(((n, s) for s, n in counts.items() if s != "Latn"), reverse=True)
    if foreign and foreign[0][0] >= 0.3 * total:
        return foreign[0][1], foreign[0][0] / total
    return ("Latn", counts["Latn"] / total) if counts["Latn"] else (foreign[0][1], foreign[0][0] / total)


@functools.lru_cache(maxsize=4096)
def script_of(character: str) -> str:
    """The ISO 15924 code of a letter's script; ``Zyyy`` for scripts that none of our languages is near to."""
    point = ord(character)
    return next((script for low, high, script in _BLOCKS if low <= point <= high), "Zyyy")


@functools.cache
def _telling(script: str) -> frozenset[str]:
    """All letters of ``script`` that tell anything."""
    return frozenset("".join(alphabet for _, alphabet, _ in LETTERS.get(script, ())))


def letter_evidence(text: str, script: str) -> list[tuple[str, float]]:
    """What telling letters of ``script`` in ``text`` (lower case) say: languages with weights, some more than once.

    Letters speak at most as loudly as a few words, however often they occur.
    """
    present = Counter(text)
    telling = [(letter, present[letter]) for letter in present.keys() & _telling(script)]
    if not telling:
        return []
    counts = [
        (code, weight, sum(times for letter, times in telling if letter in alphabet))
        for code, alphabet, weight in LETTERS[script]
    ]
    return [(code, weight * min(count, 4) / 2) for code, weight, count in counts if count]
