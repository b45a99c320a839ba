# SPDX-License-Identifier: GPL-3.0-or-later
"""A telephone system on paper: reads a generated XML dialplan and walks through it as FreeSWITCH would.

FreeSWITCH first *hunts*: it reads the conditions of the extensions of a context, from the one that is called like the
destination on, and collects the actions of the first that fits; actions marked inline are done at once. Then it
executes what it collected, and only then fills in variables. A condition that is false adds its anti-actions and ends
the extension, unless it says ``break="never"``. ``mod_sndfile`` looks for a sound in the folder of the call's rate.

It knows what our dialplan uses and refuses everything else, so a typing error cannot pass for something played.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath
from xml.etree import ElementTree

from tests.dialplan import Call

Exists = Callable[[str], bool]
Action = tuple[str, str]

RATES = ("8000", "16000")
QUIET = "silence_stream://100"


class Walker:
    """Walks. ``exists`` says whether a file is there."""

    def __init__(self, text: str, exists: Exists) -> None:
        # FreeSWITCH follows an include that stands in a comment, and reads line by line.
        assert "X-PRE-PROCESS" not in text
        assert all(len(line) < 1024 for line in text.splitlines())
        root = ElementTree.fromstring(text)
        assert root.tag == "include"
        self.contexts = {context.attrib["name"]: list(context) for context in root}
        assert len(self.contexts) == len(root), "a context stands there twice"
        for extensions in self.contexts.values():
            names = [extension.attrib["name"] for extension in extensions]
            assert len(names) == len(set(names)), "an extension stands there twice"
        self._exists = exists

    def call(
        self,
        at: dt.datetime,
        keys: Sequence[str] = (),
        *,
        start: tuple[str, str] = ("intake", "line"),
        variables: Mapping[str, str] | None = None,
        meanwhile: Mapping[str, str] | None = None,
    ) -> Call:
        """A call at an instant; ``keys`` are pressed one by one, each in the first menu that waits for one.

        ``meanwhile``: announcement → the key that is pressed while it is played, once.
        """
        walk = _Walk(self.contexts, self._exists, at, list(keys), dict(variables or {}), dict(meanwhile or {}))
        return walk.run(*start)


class _Walk:
    def __init__(
        self,
        contexts: Mapping[str, list[ElementTree.Element]],
        exists: Exists,
        at: dt.datetime,
        keys: list[str],
        variables: dict[str, str],
        meanwhile: dict[str, str],
    ) -> None:
        self.contexts, self.exists, self.at, self.keys = contexts, exists, at, keys
        self.variables, self.meanwhile = variables, meanwhile
        self.call = Call()
        self.transferred = ("", "")

    def run(self, context: str, destination: str) -> Call:
        self.transferred = (context, destination)
        for _ in range(100):
            if self.call.ended or not self.transferred[0]:
                return self.call
            (context, destination), self.transferred = self.transferred, ("", "")
            for application, data in self._hunted(context, destination):
                if self.transferred[0] or self.call.ended:
                    break
                self._do(application, self._filled(data))
        raise AssertionError("the call never ends")

    def _hunted(self, context: str, destination: str) -> list[Action]:
        extensions = self.contexts[context]
        names = [extension.attrib["name"] for extension in extensions]
        begin = names.index(destination) if destination in names else 0
        for extension in extensions[begin:]:
            found, fits = self._read(extension, destination)
            if fits:
                return found
        raise AssertionError(f"nothing in {context} fits {destination}")

    def _read(self, extension: ElementTree.Element, destination: str) -> tuple[list[Action], bool]:
        collected: list[Action] = []
        fits = False
        for condition in extension:
            assert condition.tag == "condition"
            assert set(condition.attrib) <= {"field", "expression", "break"}
            field = condition.attrib["field"]
            assert field == "destination_number" or field.startswith("${"), f"no field that we use: {field}"
            value = destination if field == "destination_number" else self._filled(field)
            found = re.search(self._filled(condition.attrib["expression"]), value)
            fits = found is not None
            steps = condition.findall("action" if fits else "anti-action")
            for step in steps:
                data = step.attrib["data"]
                if found is not None and found.groups():
                    data = re.sub(r"\$(\d)", lambda mark, groups=found: groups[int(mark[1])], data)
                if step.attrib.get("inline") == "true":
                    assert step.attrib["application"] == "set", "only set may be done while FreeSWITCH hunts"
                    self._do("set", self._filled(data))
                else:
                    collected.append((step.attrib["application"], data))
            if not fits:
                fits = bool(steps)
                if condition.attrib.get("break") != "never":
                    break
                assert not steps
                fits = True  # what comes next decides
        return collected, fits

    def _do(self, application: str, data: str) -> None:
        match application:
            case "answer":
                self.call.answered = True
            case "sleep":
                assert int(data) <= 1000
            case "set":
                name, _, value = data.partition("=")
                self.variables[name] = value
            case "unset":
                self.variables.pop(data, None)
            case "playback":
                self._play(data)
                key = self.meanwhile.pop(PurePosixPath(data).stem, "")
                assert not key or self.variables["playback_terminators"] == "any"
                self.variables["playback_terminator_used"] = key
            case "play_and_get_digits":
                least, most, tries, _, terminator, file, quiet, name, expression = data.split(" ")
                assert (least, most, tries, terminator, quiet) == ("1", "1", "1", "#", QUIET)
                self._play(file)
                if self.keys and re.search(expression, key := self.keys.pop(0)):
                    self.variables[name] = key
            case "transfer":
                destination, plan, context = data.split(" ")
                assert plan == "XML"
                self.transferred = (context, destination)
            case "voicemail":
                assert self.variables["skip_greeting"] == self.variables["skip_instructions"] == "true"
                profile, domain, mailbox = data.split(" ")
                self.call.voicemail = f"{mailbox}@{domain}"
                assert profile == "default"
            case "hangup":
                self.call.ended = True
            case _:
                raise AssertionError(f"no application that we use: {application}")

    def _play(self, path: str) -> None:
        file = PurePosixPath(path)
        for rate in RATES:
            assert self.exists(str(file.parent / rate / file.name)), f"there is no {file.parent}/{rate}/{file.name}"
        self.call.played.append(str(file.parent / RATES[0] / file.stem))

    def _filled(self, text: str) -> str:
        """With variables and functions replaced, the innermost first."""
        while found := re.search(r"\$\{([^${}]*)\}", text):
            text = text[: found.start()] + self._value(found[1]) + text[found.end() :]
        return text

    def _value(self, name: str) -> str:
        function = re.fullmatch(r"(\w+)\((.*)\)", name)
        if function is None:
            return self.variables.get(name, "")
        match function[1]:
            case "strftime_tz":
                zone, _, form = function[2].partition(" ")
                assert zone == "Etc/UTC"
                return self.at.astimezone(dt.UTC).strftime(form)
            case "file_exists":
                return "true" if self.exists(function[2]) else "false"
            case _:
                raise AssertionError(f"no function that we use: {function[1]}")
