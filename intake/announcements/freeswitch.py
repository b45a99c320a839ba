# SPDX-License-Identifier: GPL-3.0-or-later
"""The dialplan for FreeSWITCH: one XML file to include, which is the same as long as the office keeps its menus.

FreeSWITCH reads an extension's conditions when a call comes to it, and only then does what is in it. So each
announcement has an extension of its own, and a call goes on by ``transfer``: what is true is looked up by FreeSWITCH's
own clock (``strftime_tz``, ``file_exists``; see ``layout``) at the moment it is played. No date stands in the file, so
a new version is heard by the next call without a reload.

Any key interrupts an announcement (``playback_terminators``). It is put in front of the name of the next extension:
without a key ``holiday`` comes after ``today``, with the key 4 it is ``4holiday``, and that is the key 4.

Contexts: ``intake`` with the extension ``line`` is the line, ``busy`` says that all lines are busy; ``intake-direct``
has a language's code as extension, for a number of its own. FreeSWITCH looks for a sound in the folder of its rate, of
which there are two: ``sounds/<language>/<country>/intake/8000`` and ``…/16000``. The voice is always called intake:
voices change with an announcement, paths do not. Nothing here was played by a FreeSWITCH, which cannot be installed
where this is developed; the file follows its documentation and the source of its dialplan and of ``mod_sndfile``, and
the tests walk it as that source would.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from xml.sax.saxutils import quoteattr

from intake.announcements.facts import Facts
from intake.announcements.menus import MENU_SECONDS, NEXT, Option, options
from intake.audio import Format
from intake.config import Announcements

FILE = "freeswitch/intake.xml"

RATES: Mapping[str, Format] = MappingProxyType({"8000": "wav", "16000": "wav16"})
"""Folder → what lies in it."""

COUNTRIES = MappingProxyType(
    {
        "en": "gb", "uk": "ua", "ar": "eg", "sq": "al", "sr": "rs", "bs": "ba", "fa": "ir", "ku": "tr", "ckb": "iq",
        "ti": "er", "am": "et", "ps": "af", "el": "gr", "ka": "ge", "hy": "am", "hi": "in", "ur": "pk", "zh": "cn",
        "vi": "vn",
    }
)  # fmt: skip
"""Of the folders' names, where it is not called like its language."""

_LANGUAGES, _MORE, _MAIN = "intake-languages", "intake-more", "intake-main"
_HOME = "${intake_home}"
_LANGUAGE = "${intake_language}"
_SOUNDS = f"{_HOME}/freeswitch/{_LANGUAGE}"
_KEY = "${playback_terminator_used}"
_QUIET = "silence_stream://100"
"""What is played after a key that a menu does not take."""

_Steps = Sequence[tuple[str, str]]
"""Application and its data."""


def always(language: str, name: str) -> Iterator[tuple[str, Format]]:
    """Where an announcement lies that is always true."""
    for rate, form in RATES.items():
        yield f"{_folder(language)}/{rate}/{name}.wav", form


def dated(folder: str, language: str) -> Iterator[tuple[str, Format]]:
    """Where it lies in the folder of an announcement that is true for a time."""
    for rate, form in RATES.items():
        yield f"{folder}/{rate}/{language}.wav", form


def links(language: str) -> Iterator[tuple[str, str]]:
    """A short way to a language's sounds, so that the dialplan need not know countries."""
    yield f"freeswitch/{language}", f"../{_folder(language)}"


def dialplan(wanted: Announcements, languages: Sequence[str], facts: Facts, current: Path) -> bytes:
    """The file to include; ``current`` is the absolute path of the library's link."""
    lines = [
        # No word of how to include it: FreeSWITCH follows an include in a comment, too.
        "<!-- Made by intake; see its docs/announcements.md -->",
        "<include>",
        *_context("intake", [*_line(wanted, current), *_busy(wanted, current)]),
        *_context("intake-direct", _direct(languages)),
        *_context(_LANGUAGES, [*_greeting(wanted), *_language_menu(_LANGUAGES, "language-menu", wanted)]),
        *(_context(_MORE, _language_menu(_MORE, "more-languages", wanted)) if wanted.more else ()),
        *_context(_MAIN, _main(wanted, facts)),
        "</include>",
        "",
    ]
    return "\n".join(lines).encode()


def _folder(language: str) -> str:
    return f"sounds/{language}/{COUNTRIES.get(language, language)}/intake"


def _line(wanted: Announcements, current: Path) -> list[str]:
    begin = (
        ("answer", ""),
        ("sleep", "300"),
        ("set", f"intake_home={current}"),
        ("set", "playback_terminators=any"),
    )
    ask = (("set", f"intake_language={wanted.menu[0]}"), ("transfer", f"greeting XML {_LANGUAGES}"))
    return _extension(
        "line",
        _named("line", begin),
        _condition(_LANGUAGE, "^$", ask, otherwise=(("transfer", f"greeting XML {_MAIN}"),)),
    )


def _busy(wanted: Announcements, current: Path) -> list[str]:
    home, first = ("set", f"intake_home={current}"), ("set", f"intake_language={wanted.menu[0]}")
    return _extension(
        "busy",
        _named("busy", (home,)),
        _condition(_LANGUAGE, "^$", (first,), never=True),
        _named("busy", (("playback", f"{_SOUNDS}/all-lines-busy.wav"),)),
    )


def _direct(languages: Sequence[str]) -> Iterator[str]:
    for code in languages:
        steps = (("set", f"intake_language={code}"), ("transfer", "line XML intake"))
        yield from _extension(code, _named(code, steps))


def _greeting(wanted: Announcements) -> list[str]:
    greeted = ("set", f"intake_greeted={wanted.menu[0]}")
    return _extension("greeting", _named("greeting", (greeted, *_play("greeting", "menu", _LANGUAGES))))


def _language_menu(context: str, prompt: str, wanted: Announcements) -> list[str]:
    codes = wanted.menu if context == _LANGUAGES else wanted.more
    to_main = ("transfer", f"greeting XML {_MAIN}")
    lines = [*_menu(prompt, "unchosen", context), *_extension("unchosen", _named("unchosen", (to_main,)))]
    for key, code in enumerate(codes, 1):
        lines += _extension(f"key-{key}", _key(str(key), (("set", f"intake_language={code}"), to_main)))
    if context == _LANGUAGES and wanted.more:
        lines += _extension("key-more", _key(str(len(codes) + 1), (("transfer", f"menu XML {_MORE}"),)))
    return lines + _any_other_key(context)


def _main(wanted: Announcements, facts: Facts) -> Iterator[str]:
    # The greeting was in the first language: a caller who chose another one is greeted in it.
    yield from _extension(
        "greeting",
        _named("greeting", ()),
        _condition(
            "${intake_greeted}",
            f"^{_LANGUAGE}$",
            (("transfer", f"today XML {_MAIN}"),),
            otherwise=(("set", f"intake_greeted={_LANGUAGE}"), *_play("greeting", "today", _MAIN)),
        ),
    )
    for name, after in NEXT.items():
        yield from _true_now(name, f"^{name}$", after, neutral=name == "today")
    yield from _menu("main-menu", "goodbye", _MAIN)
    goodbye = (("playback", f"{_SOUNDS}/goodbye.wav"), ("hangup", ""))
    yield from _extension("goodbye", _named("goodbye", goodbye))
    for key, option in options(facts).items():
        yield from _option(str(key), option, wanted)
    yield from _any_other_key(_MAIN)


def _option(key: str, option: Option, wanted: Announcements) -> list[str]:
    match option:
        case "hours":
            return _true_now("hours-week", _pressed(key), "menu", neutral=True)
        case "servicepoint":
            return _true_now("servicepoint", _pressed(key), "menu", neutral=True)
        case "appointment":
            bring = _extension("bring", _named("bring", _play("what-to-bring", "menu", _MAIN)))
            return [*_extension(f"key-{key}", _key(key, _play("online-appointments", "bring", _MAIN))), *bring]
        case "emergency":
            return _extension(f"key-{key}", _key(key, _play("emergency", "menu", _MAIN)))
        case "message":
            mailbox, _, name = wanted.voicemail.partition("@")
            # "default" is a context of Asterisk; here it would be a domain.
            domain = name if name not in ("", "default") else "${domain_name}"
            steps = (
                ("playback", f"{_SOUNDS}/voicemail-greeting.wav"),
                ("set", "skip_greeting=true"),
                ("set", "skip_instructions=true"),
                ("voicemail", f"default {domain} {mailbox}"),
                ("playback", f"{_SOUNDS}/voicemail-thanks.wav"),
                ("transfer", f"goodbye XML {_MAIN}"),
            )
            return _extension(f"key-{key}", _key(key, steps))


def _true_now(name: str, destination: str, after: str, *, neutral: bool) -> list[str]:
    """Look up what is true at this moment, and play it; else the neutral announcement, or nothing."""
    there = f"{_HOME}/at/${{intake_slot}}/{name}"
    go_on = ("transfer", f"{_KEY}{after} XML {_MAIN}")
    at_once = ("transfer", f"{after} XML {_MAIN}")
    played = (("playback", f"{there}/{_LANGUAGE}.wav"), go_on)
    otherwise = (("playback", f"{_SOUNDS}/neutral.wav"), go_on) if neutral else (at_once,)
    now = ("set", "intake_now=${strftime_tz(Etc/UTC %Y%m%d%H%M)}")
    exists = f"${{file_exists({there}/8000/{_LANGUAGE}.wav)}}"
    return _extension(
        name,
        _condition("destination_number", destination, (now, ("set", "intake_slot=unknown")), inline=True),
        _condition("${intake_now}", "^([0-9]{11})[0-4]$", (("set", "intake_slot=$1a"),), inline=True, never=True),
        _condition("${intake_now}", "^([0-9]{11})[5-9]$", (("set", "intake_slot=$1b"),), inline=True, never=True),
        _condition(exists, "^true$", played, otherwise=otherwise),
    )


def _play(prompt: str, after: str, context: str) -> _Steps:
    return (("playback", f"{_SOUNDS}/{prompt}.wav"), ("transfer", f"{_KEY}{after} XML {context}"))


def _menu(prompt: str, unchosen: str, context: str) -> list[str]:
    steps = (
        ("unset", "intake_key"),
        (
            "play_and_get_digits",
            f"1 1 1 {MENU_SECONDS * 1000} # {_SOUNDS}/{prompt}.wav {_QUIET} intake_key [0-9*]",
        ),
        ("transfer", f"${{intake_key}}{unchosen} XML {context}"),
    )
    return _extension("menu", _named("menu", steps))


def _any_other_key(context: str) -> list[str]:
    return _extension("other-key", _key("[0-9*#]", (("transfer", f"menu XML {context}"),)))


def _context(name: str, extensions: Iterable[str]) -> list[str]:
    return [f"  <context name={quoteattr(name)}>", *extensions, "  </context>"]


def _extension(name: str, *conditions: list[str]) -> list[str]:
    inner = [line for condition in conditions for line in condition]
    return [f"    <extension name={quoteattr(name)}>", *inner, "    </extension>"]


def _named(name: str, steps: _Steps) -> list[str]:
    return _condition("destination_number", f"^{name}$", steps)


def _key(key: str, steps: _Steps) -> list[str]:
    return _condition("destination_number", _pressed(key), steps)


def _pressed(key: str) -> str:
    """A key alone, or in front of the extension that would have come next."""
    return f"^{key}[a-z]*$"


def _condition(
    field: str,
    expression: str,
    steps: _Steps,
    *,
    otherwise: _Steps = (),
    inline: bool = False,
    never: bool = False,
) -> list[str]:
    """``inline``: done while the conditions are read, so that the next one sees it. ``never``: go on if it is false."""
    marks = ' break="never"' if never else ""
    at_once = ' inline="true"' if inline else ""
    return [
        f"      <condition field={quoteattr(field)} expression={quoteattr(expression)}{marks}>",
        *(f"        <action application={quoteattr(name)} data={quoteattr(data)}{at_once}/>" for name, data in steps),
        *(f"        <anti-action application={quoteattr(name)} data={quoteattr(data)}/>" for name, data in otherwise),
        "      </condition>",
    ]
