# SPDX-License-Identifier: GPL-3.0-or-later
"""Which language to answer in, how sure that is, and why.

The costly error is an answer in a third language that is neither the person's nor German nor English. So:

* Somebody who asks for a language gets it ("please answer in English", ``requested.py``).
* The first paragraph of the person's own words decides (measured: 94–95 % there, 13–48 % on whole mails);
  the rest is asked only if that says too little, the subject only if the body says nothing at all.
* The script settles Georgian, Armenian, Greek and Chinese. Otherwise words, letters and the statistical detector
  add up (``evidence.py``).
* langdetect, seeded, is a second opinion on what is not plain: where it agreed the answer was right in 98.6 % of
  mails, where it disagreed it was never right. So it confirms or casts doubt, and never overrides.
* What the headers say, and the language of the person's earlier cases, tip the scales where words hardly do.
* A third language that is barely ahead, or that only the shape of two words speaks for (a name?), is not named, not
  even as the best guess.
* Serbian, Croatian and Bosnian in Latin script are one to the confidence: any of them is understood.

``sure`` and ``likely`` lead to an answer in that language; ``unsure`` to one in several languages.
"""

import re
from dataclasses import dataclass
from typing import Literal

from intake.languages import LANGUAGES, UNDETERMINED
from intake.patterns import Pattern, compile_all
from intake.triage import identifier, requested, romanised
from intake.triage import text as wrapping
from intake.triage.evidence import Evidence, gather
from intake.triage.scripts import LETTERS, MAX_CHARACTERS, NAMES, SETTLED, dominant
from intake.triage.second_opinion import NEVER_SEEN, second_opinion
from intake.triage.text import ENOUGH_LETTERS, first_paragraph, letters
from intake.triage.words import BCMS, lexicon

Confidence = Literal["sure", "likely", "unsure"]

PLAIN = 5.0
"""From this lead on, with words and the detector of one mind, langdetect is not asked: it never overrides, and
it costs 1–2 ms."""

CLEAR = 3.0
"""From this lead on the language is sure, if langdetect does not doubt it."""

FAIR = 1.5
"""From this lead on the language is likely."""

SLIGHT = 0.8
"""Below this lead an unsure third language is not even named as the best guess."""

A_SENTENCE = 40
"""Letters from which langdetect's opinion weighs: on less it is often wrong, both ways."""

HINT = 1.5
"""What a header or the sender's earlier case adds to a lead."""

NO_THIRD = ("de", "en", UNDETERMINED)
"""What is never a wrong third language: where a guess is unsure, these are answered in anyway."""

_LINKS = Pattern(r"https?://\S+|www\.\S+|\S{1,64}@\S+|[#*_=<>|\[\]{}]+")
_NUMBERED = re.compile(r"\S{0,40}\d\S*")
_TYPED = re.compile(r"[(„“\"]?[a-z'’]*(?:[235679][a-z'’]+)*[235679]?[.,;:!?)“”\"]*", re.IGNORECASE)
"""A word with digits for Arabic letters ("ma3loumat", "7atta"), not "24h" or "B1"."""

_REPLY = re.compile(r"^(?:\s*(?:re|aw|fwd?|wg|antw|sv|tr|rv|ynt|ilt|odp|vs|fw)\s*:)+", re.IGNORECASE)


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


def detect(own_words: str, *, subject: str = "", hints: tuple[str, ...] = ()) -> LanguageGuess:
    """The language of ``own_words``; the ``subject`` speaks only if they say nothing, ``hints`` (codes) last of all.

    Deterministic, bounded, safe to call from several threads; never raises.
    """
    hinted = tuple(dict.fromkeys(code for code in (_known_code(hint) for hint in hints[:10]) if code))
    asked = requested.requested(f"{subject[:300]}\n{own_words[:MAX_CHARACTERS]}")
    if asked:
        code, name = asked
        return LanguageGuess(code, "sure", (f"asked for {LANGUAGES[code].name}: “{name}”",), dominant(own_words)[0])
    first = _without_noise(first_paragraph(own_words))
    guess = _judge(first, hinted) if letters(first) >= 2 else None
    if guess is None or guess.confidence == "unsure":
        whole = _without_noise(own_words)
        if letters(whole) >= 2 and whole.strip() != first.strip():
            on_all = _judge(whole, hinted)
            guess = _better(guess, on_all) if guess else on_all
    if guess:
        return guess
    said = _without_noise(_REPLY.sub("", subject[:300]))
    if letters(said) >= 2:
        guess = _judge(said, hinted)
        confidence: Confidence = "likely" if guess.confidence == "sure" else guess.confidence
        return LanguageGuess(guess.code, confidence, ("only the subject has words", *guess.evidence), guess.script)
    if hinted:
        return LanguageGuess(hinted[0], "unsure", ("no words; header or history",), "")
    return LanguageGuess(UNDETERMINED, "unsure", ("no words",), "")


def warm_up() -> None:
    """Load the word lists, patterns and py3langid now (about a second) instead of at the first message.

    langdetect's profiles take another second and are loaded when it is first asked: four mails in a hundred need it.
    """
    lexicon()
    wrapping.warm_up()
    compile_all([_LINKS])
    requested.warm_up()
    romanised.warm_up()
    identifier.warm_up()


def _judge(text: str, hints: tuple[str, ...]) -> LanguageGuess:
    script, share = dominant(text)
    if script in SETTLED:
        return LanguageGuess(SETTLED[script], "sure" if share > 0.5 else "likely", (f"{NAMES[script]} script",), script)
    if script in ("Hani", "Jpan"):
        japanese = any("\u3040" <= c <= "\u30ff" for c in text)
        code = UNDETERMINED if japanese else "zh"
        return LanguageGuess(code, "sure" if share > 0.5 else "likely", (f"{NAMES[script]} script",), script)
    if script not in LETTERS and script != "Deva":
        sure: Confidence = "sure" if script else "unsure"
        return LanguageGuess(UNDETERMINED, sure, ("a script of no language of the office",), script)
    return _weigh(text, script, gather(text, script), hints)


def _weigh(text: str, script: str, found: Evidence, hints: tuple[str, ...]) -> LanguageGuess:
    """The evidence, the hints and the second opinion → a guess with its confidence."""
    best, lead = found.best, found.lead
    reasons = [_describe(found, script)]
    for code, total in found.sums[1:]:
        if code in hints and best not in hints and found.sums[0][1] - total < HINT:
            best, lead = code, HINT - (found.sums[0][1] - total)
            reasons = ["header or history"]
            break
    else:
        if best in hints:
            lead += HINT
            reasons.append("header or history says so too")
    if best == UNDETERMINED and not found.worded and letters(text) < ENOUGH_LETTERS:
        return LanguageGuess(UNDETERMINED, "unsure", ("no word that is known",), script)
    if lead >= PLAIN and found.worded >= 2 and (found.fitting or found.romanised or found.lettered):
        return LanguageGuess(best, "sure", tuple(reasons), script)
    opinion = _opinion(best, second_opinion(text), found.romanised)
    if opinion:
        reasons.append(opinion)
    short = letters(text) < A_SENTENCE
    confidence: Confidence
    if opinion.endswith("agrees"):
        confidence = "sure" if lead >= (CLEAR if short else FAIR) else "likely" if lead >= FAIR / 2 else "unsure"
    elif opinion:
        confidence = "likely" if lead >= (FAIR if short else CLEAR) else "unsure"
    else:
        confidence = "sure" if lead >= CLEAR else "likely" if lead >= FAIR else "unsure"
    a_name = found.worded < SLIGHT / 2 and not found.lettered and found.tokens <= 2
    if best not in NO_THIRD and best not in hints and (a_name or (confidence == "unsure" and lead < SLIGHT)):
        near = [code for code, total in found.sums if code in NO_THIRD and found.sums[0][1] - total < HINT]
        named = UNDETERMINED if found.romanised or not near else near[0]
        return LanguageGuess(named, "unsure", (f"perhaps {_name(best)}, perhaps not", *reasons), script)
    return LanguageGuess(best, confidence, tuple(reasons), script)


def _better(first: LanguageGuess, whole: LanguageGuess) -> LanguageGuess:
    """The guess on all words where it is surer; where it is another language, no more than likely."""
    if whole.confidence == "unsure":
        return first if first.code != UNDETERMINED else whole
    if whole.code == first.code:
        return whole
    return LanguageGuess(whole.code, "likely", whole.evidence, whole.script)


def _describe(found: Evidence, script: str) -> str:
    if found.known:
        latin = " in Latin letters" if found.romanised else ""
        return f"words of {_name(found.best)}{latin}: " + ", ".join(found.known)
    return f"{'letters' if found.lettered else 'shape of the words'} of {_name(found.best)} ({script})"


def _name(code: str) -> str:
    return LANGUAGES[code].name if code in LANGUAGES else "another language"


def _without_noise(text: str) -> str:
    text = _LINKS.sub(" ", text[:MAX_CHARACTERS].encode("utf-8", "replace").decode())
    return _NUMBERED.sub(lambda found: found.group() if _typed_by_sound(found.group()) else " ", text)


def _typed_by_sound(token: str) -> bool:
    return letters(token) >= 3 and _TYPED.fullmatch(token) is not None


def _known_code(hint: str) -> str:
    base = hint.strip().lower().split("-")[0].split("_")[0]
    return base if base in LANGUAGES else {"kmr": "ku", "prs": "fa", "zho": "zh", "gsw": "de"}.get(base, "")


def _opinion(best: str, second: str, in_latin: bool) -> str:
    """How the second opinion bears on ``best``; empty where it has none, as on languages that it has never seen."""
    if not second or best in NEVER_SEEN or in_latin:
        return ""
    if best in BCMS:
        agrees = second in ("hr", "sl") or (second == "mk" and best == "sr")
    elif best == UNDETERMINED:
        agrees = second not in LANGUAGES
    else:
        agrees = best == second
    return "langdetect agrees" if agrees else f"langdetect says {second}"
