# SPDX-License-Identifier: GPL-3.0-or-later
"""The dialplan for Asterisk: one file to include, which is the same as long as the office keeps its menus.

It names no date: ``intake-pick`` looks up what is true by the clock of the telephone system (see ``layout``) at the
moment it is played, with Asterisk's functions STRFTIME, EPOCH and STAT. So a new version is heard by the next call,
without a reload. Every announcement can be interrupted by a key (Background).

Contexts: ``intake`` with the extension ``s`` is the line; who sets ``INTAKE_LANGUAGE`` before it, or goes to
``intake-direct`` with a language's code as extension (a number of its own for a language), skips the choice of
language. ``intake-busy`` says that all lines are busy and returns. A message is left with the caller's language as its
category, which :mod:`intake.voicemail.asterisk` reads.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from intake.announcements.facts import Facts
from intake.announcements.menus import MENU_SECONDS, Option, options
from intake.audio import Format
from intake.config import Announcements

FILE = "asterisk/intake.conf"

FORMATS: tuple[Format, ...] = ("wav", "wav16", "alaw", "ulaw", "g722")
"""All of a prompt, always together: Asterisk picks by the call's codec. They are also the files' suffixes."""

_HOME = "${INTAKE_HOME}"
_LANGUAGE = "${INTAKE_LANGUAGE}"
_SOUNDS = f"{_HOME}/sounds/{_LANGUAGE}"


def always(language: str, name: str) -> Iterator[tuple[str, Format]]:
    """Where an announcement lies that is always true."""
    for form in FORMATS:
        yield f"sounds/{language}/{name}.{form}", form


def dated(folder: str, language: str) -> Iterator[tuple[str, Format]]:
    """Where it lies in the folder of an announcement that is true for a time."""
    for form in FORMATS:
        yield f"{folder}/{language}.{form}", form


def links(language: str) -> Iterator[tuple[str, str]]:
    """None are needed."""
    yield from ()


def dialplan(wanted: Announcements, languages: Sequence[str], facts: Facts, current: Path) -> bytes:
    """The file to include; ``current`` is the absolute path of the library's link."""
    more = len(wanted.menu) + 1 if wanted.more else None
    greeted = ("Set(INTAKE_GREETED=1)", f"Background({_SOUNDS}/greeting)")
    lines = [
        "; Made by intake. In extensions.conf:",
        f";   #include {current}/{FILE}",
        "; and, where the office's number comes in:  Goto(intake,s,1)",
        "",
        "[intake]",
        *_extension(
            "s",
            "Answer()",
            "Wait(0.3)",
            f"Set(INTAKE_HOME={current})",
            f'GotoIf($["{_LANGUAGE}" != ""]?intake-main,s,1)',
            f"Set(INTAKE_LANGUAGE={wanted.menu[0]})",
            "Goto(intake-languages,s,1)",
        ),
        "",
        "[intake-languages]",
        *_language_menu("language-menu", wanted.menu, more, first=greeted),
    ]
    if wanted.more:
        lines += ["", "[intake-more]", *_language_menu("more-languages", wanted.more, None)]
    lines += [
        "",
        "[intake-direct]",
        *(line for code in languages for line in _extension(code, f"Set(INTAKE_LANGUAGE={code})", "Goto(intake,s,1)")),
        "",
        "[intake-main]",
        *_extension(
            "s",
            'GotoIf($["${INTAKE_GREETED}" = "1"]?today)',
            f"Background({_SOUNDS}/greeting)",
            *_pick("today", "neutral", label="today"),
            *_pick("holiday"),
            *_pick("closure"),
            f"Background({_SOUNDS}/main-menu)  @menu",
            f"WaitExten({MENU_SECONDS})",
            "Goto(intake-end,s,1)",
        ),
        *(line for key, name in options(facts).items() for line in _extension(str(key), *_option(name, wanted))),
        *_extension("i", "Goto(intake-main,s,menu)"),
        *_extension("t", "Goto(intake-end,s,1)"),
        "",
        "[intake-end]",
        *_extension("s", f"Playback({_SOUNDS}/goodbye)", "Hangup()"),
        "",
        "[intake-busy]  ; Gosub(intake-busy,s,1)",
        *_extension(
            "s",
            f"Set(INTAKE_HOME={current})",
            f'ExecIf($["{_LANGUAGE}" = ""]?Set(INTAKE_LANGUAGE={wanted.menu[0]}))',
            f"Playback({_SOUNDS}/all-lines-busy)",
            "Return()",
        ),
        "",
        "[intake-pick]  ; sets INTAKE_FILE to what is true now: of ARG1, else ARG2, else nothing",
        *_extension(
            "s",
            "Set(INTAKE_NOW=${STRFTIME(${EPOCH},UTC,%Y%m%d%H%M)})",
            "Set(INTAKE_SLOT=${INTAKE_NOW:0:11}${IF($[${INTAKE_NOW:11:1} < 5]?a:b)})",
            f"Set(INTAKE_FILE={_HOME}/at/${{INTAKE_SLOT}}/${{ARG1}}/{_LANGUAGE})",
            'GotoIf($["${STAT(e,${INTAKE_FILE}.wav)}" = "1"]?done)',
            "Set(INTAKE_FILE=)",
            f'ExecIf($["${{ARG2}}" != ""]?Set(INTAKE_FILE={_SOUNDS}/${{ARG2}}))',
            "Return()  @done",
        ),
        "",
    ]
    return "\n".join(lines).encode()


def _extension(name: str, *steps: str) -> list[str]:
    """An extension's lines; a step may end in ``  @label``."""
    lines = []
    for number, step in enumerate(steps):
        application, _, label = step.partition("  @")
        mark = f"({label})" if label else ""
        lines.append(f"exten => {name},1{mark},{application}" if number == 0 else f" same => n{mark},{application}")
    return lines


def _language_menu(prompt: str, codes: Sequence[str], more: int | None, *, first: Sequence[str] = ()) -> list[str]:
    steps = (f"Background({_SOUNDS}/{prompt})  @menu", f"WaitExten({MENU_SECONDS})", "Goto(intake-main,s,1)")
    lines = _extension("s", *first, *steps)
    for key, code in enumerate(codes, 1):
        # The greeting was in the first language: a caller who chooses another one is greeted in it.
        lines += _extension(
            str(key),
            f'ExecIf($["{_LANGUAGE}" != "{code}"]?Set(INTAKE_GREETED=0))',
            f"Set(INTAKE_LANGUAGE={code})",
            "Goto(intake-main,s,1)",
        )
    if more is not None:
        lines += _extension(str(more), "Goto(intake-more,s,1)")
    lines += _extension("i", "Goto(s,menu)")
    return lines + _extension("t", "Goto(intake-main,s,1)")


def _pick(prompt: str, otherwise: str = "", *, label: str = "") -> list[str]:
    """Look up what is true now, and play it if there is anything."""
    mark = f"  @{label}" if label else ""
    return [
        f"Gosub(intake-pick,s,1({prompt},{otherwise})){mark}",
        'ExecIf($["${INTAKE_FILE}" != ""]?Background(${INTAKE_FILE}))',
    ]


_AGAIN = "Goto(intake-main,s,menu)"


def _option(option: Option, wanted: Announcements) -> list[str]:
    match option:
        case "hours":
            return [*_pick("hours-week", "neutral"), _AGAIN]
        case "servicepoint":
            return [*_pick("servicepoint", "neutral"), _AGAIN]
        case "appointment":
            return [f"Background({_SOUNDS}/online-appointments)", f"Background({_SOUNDS}/what-to-bring)", _AGAIN]
        case "emergency":
            return [f"Background({_SOUNDS}/emergency)", _AGAIN]
        case "message":
            return [
                f"Background({_SOUNDS}/voicemail-greeting)",
                f"Set(VM_CATEGORY={_LANGUAGE})",
                f"VoiceMail({wanted.voicemail},s)",
                f"Playback({_SOUNDS}/voicemail-thanks)",
                "Goto(intake-end,s,1)",
            ]
