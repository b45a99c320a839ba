# SPDX-License-Identifier: GPL-3.0-or-later
"""A telephone system on paper: reads a generated dialplan and walks through it as Asterisk would, by its own clock.

It knows the applications, functions and operators that our dialplan uses, and refuses any other, so a typing error
cannot pass for something that was played. What a caller hears is the list of files, in order. Semantics as in
Asterisk 20: variables and functions are replaced from the inside out, ``Background`` can be left by a key, ``Gosub``
returns, an unknown key goes to the extension ``i``, silence to ``t`` or on.
"""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

Exists = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Step:
    """One priority: its label, application and arguments."""

    label: str
    application: str
    arguments: str


@dataclass(slots=True)
class Call:
    """What happened in a call."""

    played: list[str] = field(default_factory=list)
    """Files without their suffix, in order."""
    voicemail: str = ""
    category: str = ""
    """Of the message that was left, where the system has such."""
    answered: bool = False
    ended: bool = False


def parse(text: str) -> dict[str, dict[str, list[Step]]]:
    """Context → extension → steps. AssertionError for a line that is none."""
    contexts: dict[str, dict[str, list[Step]]] = {}
    context: dict[str, list[Step]] = {}
    extension = ""
    for line in text.splitlines():
        code = line.partition(";")[0].rstrip()
        if not code:
            continue
        if header := re.fullmatch(r"\[([a-z-]+)\]", code):
            assert header[1] not in contexts, f"context {header[1]} stands there twice"
            context = contexts[header[1]] = {}
        elif first := re.fullmatch(r"exten => (\w+),1(?:\((\w+)\))?,(\w+)\((.*)\)", code):
            extension = first[1]
            assert extension not in context, f"extension {extension} stands there twice"
            context[extension] = [Step(first[2] or "", first[3], first[4])]
        else:
            other = re.fullmatch(r" same => n(?:\((\w+)\))?,(\w+)\((.*)\)", code)
            assert other, f"no line of a dialplan: {line}"
            context[extension].append(Step(other[1] or "", other[2], other[3]))
    return contexts


class Walker:
    """Walks. ``exists`` says whether a file is there, as STAT(e,…) would."""

    def __init__(self, text: str, exists: Exists) -> None:
        self.contexts = parse(text)
        self._exists = exists

    def call(
        self,
        at: dt.datetime,
        keys: Sequence[str] = (),
        *,
        start: tuple[str, str] = ("intake", "s"),
        variables: dict[str, str] | None = None,
    ) -> Call:
        """A call at an instant; ``keys`` are pressed one by one, each in the first menu that waits for one."""
        return _Walk(self.contexts, self._exists, at, list(keys), dict(variables or {})).run(*start)


class _Walk:
    def __init__(
        self,
        contexts: dict[str, dict[str, list[Step]]],
        exists: Exists,
        at: dt.datetime,
        keys: list[str],
        variables: dict[str, str],
    ) -> None:
        self.contexts, self.exists, self.at, self.keys, self.variables = contexts, exists, at, keys, variables
        self.call = Call()
        self.stack: list[tuple[str, str, int, str, str]] = []
        self.place = ("", "", 0)

    def run(self, context: str, extension: str) -> Call:
        self.place = (context, extension, 0)
        for _ in range(500):
            if self.call.ended:
                return self.call
            context, extension, number = self.place
            steps = self.contexts[context][extension]
            if number >= len(steps):
                self.call.ended = True
                continue
            self.place = (context, extension, number + 1)
            self._do(steps[number].application, self._filled(steps[number].arguments))
        raise AssertionError("the call never ends")

    def _do(self, application: str, arguments: str) -> None:
        match application:
            case "Answer":
                self.call.answered = True
            case "Wait":
                assert float(arguments) <= 1
            case "Set":
                name, _, value = arguments.partition("=")
                self.variables[name] = value
            case "Goto":
                self._go(arguments)
            case "GotoIf":
                condition, _, targets = arguments.partition("?")
                yes, _, no = targets.partition(":")
                target = yes if _true(condition) else no
                if target:
                    self._go(target)
            case "ExecIf":
                condition, _, inner = arguments.partition("?")
                if _true(condition):
                    found = re.fullmatch(r"(\w+)\((.*)\)", inner)
                    assert found, inner
                    self._do(found[1], found[2])
            case "Gosub":
                found = re.fullmatch(r"([\w-]+),(\w+),1(?:\((.*)\))?", arguments)
                assert found, arguments
                self.stack.append((*self.place, self.variables.get("ARG1", ""), self.variables.get("ARG2", "")))
                given = (found[3] or "").split(",")
                self.variables["ARG1"], self.variables["ARG2"] = given[0], given[1] if len(given) > 1 else ""
                self.place = (found[1], found[2], 0)
            case "Return":
                if not self.stack:
                    self.call.ended = True
                    return
                context, extension, number, one, two = self.stack.pop()
                self.variables["ARG1"], self.variables["ARG2"] = one, two
                self.place = (context, extension, number)
            case "Background" | "Playback":
                assert arguments, "nothing to play"
                assert self.exists(f"{arguments}.wav"), f"there is no {arguments}.wav"
                self.call.played.append(arguments)
            case "WaitExten":
                self._wait()
            case "VoiceMail":
                self.call.voicemail = arguments
                self.call.category = self.variables.get("VM_CATEGORY", "")
            case "Hangup":
                self.call.ended = True
            case _:
                raise AssertionError(f"no application that we use: {application}")

    def _wait(self) -> None:
        context = self.place[0]
        extensions = self.contexts[context]
        if not self.keys:
            if "t" in extensions:
                self.place = (context, "t", 0)
            return
        key = self.keys.pop(0)
        self.place = (context, key if key in extensions else "i", 0)

    def _go(self, target: str) -> None:
        parts = target.split(",")
        context, extension = self.place[0], self.place[1]
        where = parts[-1]
        if len(parts) == 3:
            context, extension = parts[0], parts[1]
        elif len(parts) == 2:
            extension = parts[0]
        steps = self.contexts[context][extension]
        if where.isdigit():
            number = int(where) - 1
        else:
            number = next(index for index, step in enumerate(steps) if step.label == where)
        self.place = (context, extension, number)

    def _filled(self, text: str) -> str:
        """With variables, functions and expressions replaced, the innermost first."""
        pattern = re.compile(r"\$\{([^${}]*)\}|\$\[([^$\[\]]*)\]")
        while found := pattern.search(text):
            value = self._value(found[1]) if found[1] is not None else _expression(found[2])
            text = text[: found.start()] + value + text[found.end() :]
        return text

    def _value(self, name: str) -> str:
        name, *cut = re.split(r":(?=\d+(?::\d+)?$|\d+:\d+$)", name, maxsplit=1)
        value = self._function(name) if "(" in name else self._variable(name)
        if cut:
            first, _, length = cut[0].partition(":")
            value = value[int(first) :][: int(length)] if length else value[int(first) :]
        return value

    def _variable(self, name: str) -> str:
        return str(int(self.at.timestamp())) if name == "EPOCH" else self.variables.get(name, "")

    def _function(self, text: str) -> str:
        found = re.fullmatch(r"(\w+)\((.*)\)", text)
        assert found, text
        name, arguments = found[1], found[2]
        if name == "STRFTIME":
            epoch, zone, form = arguments.split(",")
            assert zone == "UTC"
            return dt.datetime.fromtimestamp(int(epoch), dt.UTC).strftime(form)
        if name == "STAT":
            flag, _, path = arguments.partition(",")
            assert flag == "e"
            return "1" if self.exists(path) else "0"
        assert name == "IF", f"no function that we use: {name}"
        condition, _, choices = arguments.partition("?")
        yes, _, no = choices.partition(":")
        return yes if _true(condition) else no


def _true(condition: str) -> bool:
    return condition.strip() not in ("", "0")


def _expression(text: str) -> str:
    found = re.fullmatch(r'("[^"]*"|\d+) (=|!=|<) ("[^"]*"|\d+)', text.strip())
    assert found, f"no expression that we use: {text}"
    left, operator, right = found[1], found[2], found[3]
    if operator == "<":
        return "1" if int(left) < int(right) else "0"
    return "1" if (left == right) == (operator == "=") else "0"
