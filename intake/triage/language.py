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

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import Literal

from intake.languages import LANGUAGES, UNDETERMINED
from intake.triage.scripts import LETTERS, MAX_CHARACTERS, SETTLED, dominant, letter_evidence
from intake.triage.second_opinion import NEVER_SEEN, second_opinion
from intake.triage.text import ENOUGH_LETTERS, first_paragraph, letters
from intake.triage.words import BCMS, lexicon, plain_spelling

Confidence = Literal["sure", "likely", "unsure"]

MAX_TOKENS = 400
"""Words that are looked at."""

PLAIN = 6.0
"""From this sum on, with a clear lead, the second opinion is not asked: it never overrides, and it costs 2 ms."""

MURMUR = 0.35
"""A sum below this is a word or two that many languages share, which says nothing."""

_NOISE = re.compile(r"https?://\S+|www\.\S+|\S{1,64}@\S+|\S{0,40}\d\S*|[#*_=<>|\[\]{}]+")
_LETTER = r"(?:[^\W\d_]|[\u0900-\u0dff])"  # vowel signs of the Indic scripts are no \w
_TOKEN = re.compile(rf"{_LETTER}+(?:[\u200c\u200d’'ʼ`´-]{_LETTER}+)*")


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
        return LanguageGuess(code, "sure", (f"asked for {LANGUAGES[code].name}: “{phrase}”",), dominant(whole)[0])
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
    lexicon()
    second_opinion("Guten Tag, ich habe eine Frage.")


def _judge(text: str, hints: tuple[str, ...]) -> LanguageGuess:
    script, share = dominant(text)
    if script in SETTLED:
        return LanguageGuess(SETTLED[script], "sure" if share > 0.5 else "likely", (f"{script} script",), script)
    if script in ("Hani", "Jpan"):
        japanese = any("\u3040" <= c <= "\u30ff" for c in text)
        code = UNDETERMINED if japanese else "zh"
        return LanguageGuess(code, "sure" if share > 0.5 else "likely", (f"{script} script",), script)
    if script not in LETTERS and script != "Deva":
        sure: Confidence = "sure" if script else "unsure"
        return LanguageGuess(UNDETERMINED, sure, ("a script of no language of the office",), script)
    scores = _score(text, script)
    return _weigh(text, script, scores, hints)


def _weigh(text: str, script: str, scores: _Scores, hints: tuple[str, ...]) -> LanguageGuess:
    """Words and letters, the second opinion and the hints → a guess with its confidence."""
    best, lead = scores.best, scores.score - scores.rival
    if scores.score >= PLAIN and lead >= 0.6 * scores.score and len(scores.known) >= 4:
        return LanguageGuess(best, "sure", (_describe(scores, script),), script)
    second = second_opinion(text)
    if scores.score < MURMUR and not scores.lettered:
        return _without_words(text, script, second, hints)
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
    known_words = lexicon()
    tokens = [t.casefold().replace("’", "'").replace("ʼ", "'") for t in _TOKEN.findall(text)[:MAX_TOKENS]]
    counts = Counter(t for t in tokens if t not in known_words.neutral)
    sums: dict[str, float] = {}
    known: dict[str, list[str]] = {}
    for token, times in counts.items():
        for code, weight in known_words.weights(token, script):
            sums[code] = sums.get(code, 0.0) + weight * min(times, 2)
            if known_words.holds(token):
                known.setdefault(code, []).append(token)
    worded = dict(sums)
    for code, weight in letter_evidence(" ".join(counts), script):
        sums[code] = sums.get(code, 0.0) + weight
    allowed = {code: total for code, total in sums.items() if total > 0 and _writes(code, script)}
    order = list(LANGUAGES)
    ranked = sorted(allowed.items(), key=lambda item: (-item[1], order.index(item[0]) if item[0] in order else 99))
    best = ranked[0][0] if ranked else UNDETERMINED
    lettered = sums.get(best, 0.0) > worded.get(best, 0.0)
    return _Scores(tuple(ranked), tuple(known.get(best, ())[:6]), len(tokens), lettered)


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


def _without_noise(text: str) -> str:
    return _NOISE.sub(" ", text[:MAX_CHARACTERS])


def _known_code(hint: str) -> str:
    base = hint.strip().lower().split("-")[0].split("_")[0]
    return base if base in LANGUAGES else {"kmr": "ku", "prs": "fa", "zho": "zh", "gsw": "de"}.get(base, "")


def _requested(text: str) -> tuple[str, str] | None:
    """The language somebody asks to be answered in, and the words of our list that say so."""
    folded = " ".join(plain_spelling(text).split())
    for phrase, code in lexicon().requests:
        if phrase in folded:
            return code, phrase
    return None


def _opinion(best: str, second: str) -> Literal["agrees", "disagrees", "none"]:
    """How the second opinion bears on ``best``; it has none on languages that it has never seen."""
    if not second or best in NEVER_SEEN:
        return "none"
    if best in BCMS and second in ("hr", "sl", "mk"):
        return "agrees" if second != "mk" or best == "sr" else "disagrees"
    if best == UNDETERMINED:
        return "disagrees" if second in LANGUAGES else "agrees"
    return "agrees" if best == second else "disagrees"
