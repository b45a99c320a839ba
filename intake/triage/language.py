# SPDX-License-Identifier: GPL-3.0-or-later
"""Which language to answer in, how sure that is, and why.

The costly error is an answer in a third language that is neither the person's nor German nor English. So:

* Somebody who asks for a language gets it ("please answer in English").
* The first paragraph of the person's own words decides (measured: 94–95 % there, 13–48 % on whole mails);
  the rest is asked only if that says too little, the subject only if the body says nothing at all.
* The script settles Georgian, Armenian, Greek, Hindi, Chinese; letters and frequent words tell Tigrinya from
  Amharic, Persian from Arabic, Pashto, Urdu and Sorani, the Cyrillic languages from one another, and the Latin ones.
  The words are in ``words.toml``; a word that n languages share counts 1/n for each of them. Words of
  languages the office has no text for are there too, so that Finnish is recognised as "other".
* langdetect, seeded, is a second opinion on languages it knows: where it agreed the answer was right in 98.6 % of
  mails, where it disagreed it was never right. So it confirms or casts doubt, and never overrides. Its own
  probability is not used (it says 0.9999 for wrong answers).
* Serbian, Croatian and Bosnian in Latin script are one to the confidence: any of them is understood.

``sure`` and ``likely`` lead to an answer in that language; ``unsure`` to one in several languages.
"""

import functools
import re
import threading
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from intake.languages import LANGUAGES, UNDETERMINED
from intake.triage.text import ENOUGH_LETTERS, first_paragraph, letters
from intake.triage.words import lists

Confidence = Literal["sure", "likely", "unsure"]

MAX_CHARACTERS = 4_000
"""Characters that are looked at; more changes no answer."""

MAX_TOKENS = 400
"""Words that are looked at."""

SEED = 0
"""langdetect draws at random; with this seed every detector draws the same."""

MURMUR = 0.35
"""A sum below this is a word or two that many languages share, which says nothing."""

BCMS = frozenset({"sr", "hr", "bs"})

_NOISE = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|\S*\d\S*|[#*_=<>|\[\]{}]+")
_LETTER = r"(?:[^\W\d_]|[\u0900-\u0dff])"  # vowel signs of the Indic scripts are no \w
_TOKEN = re.compile(rf"{_LETTER}+(?:[\u200c\u200d’'ʼ`´-]{_LETTER}+)*")

# Letters, in NFC and lower case, that of the languages written in a script only these use, and how loudly each speaks.
_LETTERS: dict[str, tuple[tuple[str, str, float], ...]] = {
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

_SETTLED = {"Geor": "ka", "Armn": "hy", "Grek": "el"}
_BLOCKS = (
    (0x0041, 0x024F, "Latn"), (0x0250, 0x02AF, "Latn"), (0x1E00, 0x1EFF, "Latn"), (0x0370, 0x03FF, "Grek"),
    (0x1F00, 0x1FFF, "Grek"), (0x0400, 0x052F, "Cyrl"), (0x0530, 0x058F, "Armn"), (0x0590, 0x05FF, "Hebr"),
    (0x0600, 0x06FF, "Arab"), (0x0750, 0x077F, "Arab"), (0x08A0, 0x08FF, "Arab"), (0xFB50, 0xFDFF, "Arab"),
    (0xFE70, 0xFEFF, "Arab"), (0x0900, 0x097F, "Deva"), (0x10A0, 0x10FF, "Geor"), (0x1C90, 0x1CBF, "Geor"),
    (0x2D00, 0x2D2F, "Geor"), (0x1200, 0x139F, "Ethi"), (0x2D80, 0x2DDF, "Ethi"), (0xAB00, 0xAB2F, "Ethi"),
    (0x3040, 0x30FF, "Jpan"), (0x3400, 0x4DBF, "Hani"), (0x4E00, 0x9FFF, "Hani"), (0xF900, 0xFAFF, "Hani"),
    (0x20000, 0x3FFFF, "Hani"), (0xAC00, 0xD7AF, "Kore"), (0x1100, 0x11FF, "Kore"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LanguageGuess:
    """The language to answer in.

    ``code`` is one of :data:`intake.languages.LANGUAGES` or ``und`` (another language, or nothing to go by);
    ``script`` the ISO 15924 code of what was written (``Cyrl`` tells Cyrillic Serbian from Latin), empty if
    nothing was. ``evidence`` is for people and holds no word that is not in our own lists.
    """

    code: str
    confidence: Confidence
    evidence: tuple[str, ...]
    script: str


@dataclass(frozen=True, slots=True)
class _Scores:
    """What words and letters say: sums per language, words recognised, the best and its rival."""

    sums: tuple[tuple[str, float], ...]
    known: tuple[str, ...]
    """At most six recognised words of the best language, for the evidence."""
    tokens: int
    lettered: bool
    """Letters, not only words, speak for the best language."""

    def preferring(self, code: str) -> "_Scores":
        """The same with ``code`` first, which must be tied with the best."""
        first = [pair for pair in self.sums if pair[0] == code]
        return replace(self, sums=(*first, *(pair for pair in self.sums if pair[0] != code)), known=())

    @property
    def best(self) -> str:
        return self.sums[0][0] if self.sums else UNDETERMINED

    @property
    def score(self) -> float:
        return self.sums[0][1] if self.sums else 0.0

    @property
    def rival(self) -> float:
        """The best sum of a language that a reader of the best one would not understand."""
        kin = BCMS if self.best in BCMS else {self.best}
        return next((total for code, total in self.sums if code not in kin), 0.0)


def detect(own_words: str, *, subject: str = "", hints: tuple[str, ...] = ()) -> LanguageGuess:
    """The language of ``own_words``; the ``subject`` speaks only if they say nothing, ``hints`` (codes) last of all.

    Deterministic, bounded, safe to call from several threads; never raises.
    """
    hinted = tuple(dict.fromkeys(code for code in (_known_code(hint) for hint in hints[:10]) if code))
    whole = _without_noise(own_words)
    requested = _requested(f"{subject[:300]}\n{own_words[:MAX_CHARACTERS]}")
    if requested:
        code, phrase = requested
        return LanguageGuess(code, "sure", (f"asked for {LANGUAGES[code].name}: “{phrase}”",), _dominant(whole)[0])
    if letters(whole) >= 2:
        guess = _judge(_without_noise(first_paragraph(own_words)), hinted)
        if guess.confidence == "unsure":
            guess = _better(guess, _judge(whole, hinted))
        return guess
    said = _without_noise(
        re.sub(r"^(?:\s*(?:re|aw|fwd?|wg|antw|sv|tr|rv|ynt|ilt|odp|vs|fw)\s*:)+", "", subject[:300], flags=re.I)
    )
    if letters(said) >= 2:
        guess = _judge(said, hinted)
        confidence: Confidence = "likely" if guess.confidence == "sure" else guess.confidence
        return LanguageGuess(guess.code, confidence, ("only the subject has words", *guess.evidence), guess.script)
    if hinted:
        return LanguageGuess(hinted[0], "unsure", ("no words; header or history",), "")
    return LanguageGuess(UNDETERMINED, "unsure", ("no words",), "")


def warm_up() -> None:
    """Load the word lists and langdetect's profiles now (about a second) instead of at the first message."""
    _lexicon()
    _second_opinion("Guten Tag, ich habe eine Frage.")


def _judge(text: str, hints: tuple[str, ...]) -> LanguageGuess:
    script, share = _dominant(text)
    if script in _SETTLED:
        return LanguageGuess(_SETTLED[script], "sure" if share > 0.5 else "likely", (f"{script} script",), script)
    if script in ("Hani", "Jpan"):
        japanese = any("\u3040" <= c <= "\u30ff" for c in text)
        code = UNDETERMINED if japanese else "zh"
        return LanguageGuess(code, "sure" if share > 0.5 else "likely", (f"{script} script",), script)
    if script not in _LETTERS and script != "Deva":
        sure: Confidence = "sure" if script else "unsure"
        return LanguageGuess(UNDETERMINED, sure, ("a script of no language of the office",), script)
    scores = _score(text, script)
    return _weigh(text, script, scores, hints)


def _weigh(text: str, script: str, scores: _Scores, hints: tuple[str, ...]) -> LanguageGuess:
    """Words and letters, the second opinion and the hints → a guess with its confidence."""
    second = _second_opinion(text)
    if scores.score < MURMUR and not scores.lettered:
        return _without_words(text, script, second, hints)
    best, lead = scores.best, scores.score - scores.rival
    if lead == 0 and second in dict(scores.sums) and dict(scores.sums)[second] == scores.score:
        scores = scores.preferring(second)
        best = second
    evidence = [_describe(scores, script)]
    strong = scores.score >= 2.0 and lead >= max(0.8, 0.35 * scores.score)
    fair = scores.score >= 0.7 and lead >= max(0.3, 0.25 * scores.score)
    if best not in ("de", "en") and len(scores.known) < 2 and scores.tokens > 2 and not scores.lettered:
        strong = fair = False  # one word of a third language among strangers: a misspelling, or a name
    confidence: Confidence
    opinion = _opinion(best, second)
    if opinion == "agrees":
        evidence.append("langdetect agrees")
        confidence = "sure" if strong else "likely" if fair or lead >= 0.2 else "unsure"
    elif opinion == "disagrees":
        evidence.append(f"langdetect says {second}")
        overwhelming = scores.score >= 4.0 and lead >= 0.5 * scores.score
        short = letters(text) < 40
        confidence = "likely" if overwhelming or (short and strong) else "unsure"
        if short and fair and best in ("de", "en"):
            confidence = "likely"
    else:
        confidence = "sure" if strong else "likely" if fair else "unsure"
    if confidence == "unsure" and best in hints:
        evidence.append("header or history says so too")
        confidence = "likely" if fair else "unsure"
    return LanguageGuess(best, confidence, tuple(evidence), script)


def _without_words(text: str, script: str, second: str, hints: tuple[str, ...]) -> LanguageGuess:
    """No word and no telling letter: the second opinion or a hint is a mere guess, and only worth it on enough text."""
    if script == "Arab" and not second:
        return LanguageGuess("ar", "unsure", ("Arabic script",), script)
    candidates = [code for code in (second, *hints) if code in LANGUAGES and _writes(code, script)]
    if candidates and (letters(text) >= 3 * ENOUGH_LETTERS or candidates[0] in hints or script != "Latn"):
        source = "langdetect only" if candidates[0] == second else "header or history only"
        return LanguageGuess(candidates[0], "unsure", (source,), script)
    return LanguageGuess(UNDETERMINED, "unsure", ("no word that is known",), script)


def _better(first: LanguageGuess, whole: LanguageGuess) -> LanguageGuess:
    """The guess on all words where it is surer; where it is another language, no more than likely."""
    if whole.confidence == "unsure":
        return first if first.code != UNDETERMINED else whole
    if whole.code == first.code:
        return whole
    return LanguageGuess(whole.code, "likely", whole.evidence, whole.script)


def _score(text: str, script: str) -> _Scores:
    lexicon = _lexicon()
    tokens = [t.casefold().replace("’", "'").replace("ʼ", "'") for t in _TOKEN.findall(text)[:MAX_TOKENS]]
    counts = Counter(t for t in tokens if t not in lexicon.neutral)
    sums: dict[str, float] = {}
    known: dict[str, list[str]] = {}
    for token, times in counts.items():
        for code, weight in lexicon.weights(token, script):
            sums[code] = sums.get(code, 0.0) + weight * min(times, 2)
            if lexicon.holds(token):
                known.setdefault(code, []).append(token)
    worded = dict(sums)
    _add_letters(" ".join(counts), script, sums)
    allowed = {code: total for code, total in sums.items() if total > 0 and _writes(code, script)}
    order = list(LANGUAGES)
    ranked = sorted(allowed.items(), key=lambda item: (-item[1], order.index(item[0]) if item[0] in order else 99))
    best = ranked[0][0] if ranked else UNDETERMINED
    lettered = sums.get(best, 0.0) > worded.get(best, 0.0)
    return _Scores(tuple(ranked), tuple(known.get(best, ())[:6]), len(tokens), lettered)


def _add_letters(text: str, script: str, sums: dict[str, float]) -> None:
    """Letters speak at most as loudly as a few words, however often they occur."""
    present = Counter(text)
    for code, alphabet, weight in _LETTERS.get(script, ()):
        count = sum(present[letter] for letter in alphabet)
        if count:
            sums[code] = sums.get(code, 0.0) + weight * min(count, 4) / 2


def _describe(scores: _Scores, script: str) -> str:
    if scores.known:
        return f"words of {_name(scores.best)}: " + ", ".join(scores.known)
    return f"letters of {_name(scores.best)} ({script})"


def _name(code: str) -> str:
    return LANGUAGES[code].name if code in LANGUAGES else "another language"


def _writes(code: str, script: str) -> bool:
    if code == UNDETERMINED or code == "sr":
        return script in ("Latn", "Cyrl") or code == UNDETERMINED
    if script == "Latn":  # any language may come romanised; words.toml says which do
        return True
    return code in LANGUAGES and LANGUAGES[code].script == script


def _dominant(text: str) -> tuple[str, float]:
    """The script most of ``text`` is in, and its share of the letters; a foreign script wins from 30 % on.

    German words ("Aufenthaltstitel") stand in mails of every language, the other way round never. Empty: no letters.
    """
    counts: Counter[str] = Counter()
    for character in text[:MAX_CHARACTERS]:
        if character.isalpha():
            script = _script(character)
            counts[script] += 3 if script in ("Hani", "Jpan", "Kore") else 1
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
def _script(character: str) -> str:
    point = ord(character)
    return next((script for low, high, script in _BLOCKS if low <= point <= high), "Zyyy")


def _without_noise(text: str) -> str:
    return _NOISE.sub(" ", text[:MAX_CHARACTERS])


def _known_code(hint: str) -> str:
    base = hint.strip().lower().split("-")[0].split("_")[0]
    return base if base in LANGUAGES else {"kmr": "ku", "prs": "fa", "zho": "zh", "gsw": "de"}.get(base, "")


def _requested(text: str) -> tuple[str, str] | None:
    """The language somebody asks to be answered in, and the words of our list that say so."""
    folded = " ".join(_fold(text).split())
    for phrase, code in _lexicon().requests:
        if phrase in folded:
            return code, phrase
    return None


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return (
        "".join(c for c in decomposed if not unicodedata.combining(c))
        .replace("ı", "i")
        .replace("ł", "l")
        .replace("đ", "d")
    )


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """``words.toml``, indexed: word → languages; the same without diacritics; romanised words; requests."""

    exact: dict[str, frozenset[str]]
    folded: dict[str, frozenset[str]]
    romanised: dict[str, frozenset[str]]
    endings: dict[str, tuple[tuple[str, str], ...]]
    neutral: frozenset[str]
    requests: tuple[tuple[str, str], ...]

    def holds(self, token: str) -> bool:
        """Whether ``token`` is one of our own words, so that it may be shown as evidence."""
        return token in self.exact or _fold(token) in self.folded or _fold(token) in self.romanised

    def weights(self, token: str, script: str) -> list[tuple[str, float]]:
        """The languages that ``token`` speaks for, and how loudly: shared words, guessed spellings whisper."""
        plain = _fold(token) if script == "Latn" else token
        romanised = self.romanised.get(plain, frozenset()) if script == "Latn" else frozenset()
        codes = self.exact.get(token, frozenset())
        loudness = 1.0
        if not codes and script == "Latn":
            codes, loudness = self.folded.get(plain, frozenset()), 0.7
        if codes or romanised:
            crowd = _crowd(codes | romanised)
            spoken = [(code, loudness / crowd) for code in sorted(codes)]
            return spoken + [(code, 0.8 / crowd) for code in sorted(romanised - codes)]
        matching = [
            code
            for code, ending in self.endings.get(script, ())
            if token.endswith(ending) and len(token) > len(ending) + 1
        ]
        return [(code, 0.3 / len(matching)) for code in sorted(set(matching))]


def _crowd(codes: frozenset[str]) -> int:
    """How many languages share a word, Serbian, Croatian and Bosnian counted once."""
    return max(1, len(codes) - max(0, len(codes & BCMS) - 1))


@functools.cache
def _lexicon() -> _Lexicon:
    table = lists()
    exact: dict[str, set[str]] = {}
    folded: dict[str, set[str]] = {}
    for code, words in table["words"].items():
        for word in unicodedata.normalize("NFC", words).casefold().split():
            exact.setdefault(word, set()).add(code)
            plain = _fold(word)
            if plain != word:
                folded.setdefault(plain, set()).add(code)
    romanised: dict[str, set[str]] = {}
    for code, words in table["romanised"].items():
        for word in words.split():
            romanised.setdefault(_fold(word), set()).add(code)
    endings: dict[str, list[tuple[str, str]]] = {}
    for code, words in table["endings"].items():
        for ending in words.split():
            endings.setdefault(_script(ending[-1]), []).append((code, unicodedata.normalize("NFC", ending)))
    requests = [
        (" ".join(_fold(phrase).split()), code) for code, phrases in table["requests"].items() for phrase in phrases
    ]
    return _Lexicon(
        exact={word: frozenset(codes) for word, codes in exact.items()},
        folded={word: frozenset(codes) for word, codes in folded.items()},
        romanised={word: frozenset(codes) for word, codes in romanised.items()},
        endings={script: tuple(pairs) for script, pairs in endings.items()},
        neutral=frozenset(table["neutral"]["words"].casefold().split()),
        requests=tuple(sorted(requests, key=lambda item: -len(item[0]))),
    )


_LOADING = threading.Lock()

# What langdetect calls by another name, and what it calls a language that it does not know (that is no disagreement).
_RENAMED = {"zh-cn": "zh", "zh-tw": "zh"}
_UNKNOWN_TO_IT = frozenset({"ku", "ckb", "ti", "am", "ps", "ka", "hy"})


def _second_opinion(text: str) -> str:
    """langdetect's answer: a code of ours, another code for another language, or empty if it has none."""
    from langdetect.lang_detect_exception import LangDetectException

    if letters(text) < ENOUGH_LETTERS:
        return ""
    detector = _factory().create()
    detector.append(text[:MAX_CHARACTERS].casefold())
    try:
        answer = str(detector.detect())
    except LangDetectException:
        return ""
    return "" if answer == "unknown" else _RENAMED.get(answer, answer)


def _factory() -> Any:
    with _LOADING:
        return _load_factory()


@functools.cache
def _load_factory() -> Any:
    """langdetect with its profiles in a fixed order: the order in which a folder is listed must not decide."""
    from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory

    factory = DetectorFactory()
    factory.set_seed(SEED)
    files = sorted(path for path in Path(PROFILES_DIRECTORY).iterdir() if path.is_file() and path.name[0] != ".")
    factory.load_json_profile([path.read_text("utf-8") for path in files])
    return factory


def _opinion(best: str, second: str) -> Literal["agrees", "disagrees", "none"]:
    """How the second opinion bears on ``best``; it has none on languages that it has never seen."""
    if not second or best in _UNKNOWN_TO_IT:
        return "none"
    if best in BCMS and second in ("hr", "sl", "mk"):
        return "agrees" if second != "mk" or best == "sr" else "disagrees"
    if best == UNDETERMINED:
        return "disagrees" if second in LANGUAGES else "agrees"
    return "agrees" if best == second else "disagrees"
