# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts of the announcements: found, checked, compiled.

One Jinja2 file per language holds the blocks of :data:`BLOCKS`; a block is a sentence or a few, and ``prompts`` puts
them together. A text is plain words with ``{{ value | filter }}`` and, for words of another language,
``{{ "Fiktionsbescheinigung" | in_language("de") }}``: no conditions, no loops, no attributes. Each block must use
exactly its values, so every language tells the same facts, and which sentence is said when stands in one place for all
languages.

A text with a mistake does not stop the other languages: it is left out, and each mistake is one sentence that names
file, language and block. An office overrides one language by placing its own file under the same name.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from intake import resources
from intake.announcements.forms import EXACTLY, FILTERS, Form
from intake.languages import LANGUAGES
from intake.template_nodes import leaves, words

BLOCKS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "greeting": frozenset({"office"}),
        "choose_language": frozenset({"key"}),
        "choose_more": frozenset({"key"}),
        "menu": frozenset(),
        "choose_hours": frozenset({"key"}),
        "choose_appointment": frozenset({"key"}),
        "choose_service_point": frozenset({"key"}),
        "choose_emergency": frozenset({"key"}),
        "choose_message": frozenset({"key"}),
        "hours": frozenset(),
        "hours_of_days": frozenset({"days", "hours"}),
        "closed_otherwise": frozenset(),
        "also_closed": frozenset({"closed"}),
        "open_now": frozenset({"closes"}),
        "open_again": frozenset({"opens"}),
        "open_later": frozenset({"opens"}),
        "closed_now": frozenset(),
        "closed_today": frozenset(),
        "next_opening": frozenset({"day", "opens"}),
        "holiday_today": frozenset(),
        "holiday_ahead": frozenset({"day"}),
        "closure": frozenset({"closed"}),
        "closure_reason": frozenset({"reason"}),
        "service_point": frozenset({"address"}),
        "appointments": frozenset({"appointment_url"}),
        "bring": frozenset(),
        "emergency": frozenset({"emergency_phone"}),
        "busy": frozenset({"website"}),
        "voicemail": frozenset({"recording_days", "privacy_url"}),
        "thanks": frozenset(),
        "goodbye": frozenset(),
        "neutral": frozenset({"website"}),
        "queue": frozenset({"team"}),
    }
)
"""Every block that a text must hold, and the values that it must use, no more and no fewer."""

VALUE_FILTERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "address": frozenset({"address"}),
        "appointment_url": frozenset({"website"}),
        "closed": frozenset({"on_dates"}),
        "closes": frozenset({"time", "at_time"}),
        "day": frozenset({"date", "on_date"}),
        "days": frozenset({"weekdays"}),
        "emergency_phone": frozenset({"telephone"}),
        "hours": frozenset({"times"}),
        "key": frozenset({"number"}),
        "office": frozenset({"name"}),
        "opens": frozenset({"time", "at_time"}),
        "privacy_url": frozenset({"website"}),
        "reason": frozenset({"name"}),
        "recording_days": frozenset({"number", "counted"}),
        "team": frozenset({"name"}),
        "website": frozenset({"website"}),
    }
)
"""The filters that each value may go through."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_STATUS = re.compile(r"\{#\s*status:\s*(draft|reviewed)\s*#\}")
_CASES = re.compile(rf"zero|one|two|few|many|other|{EXACTLY}[0-9]{{1,4}}")


@dataclass(frozen=True, slots=True)
class Text:
    """The announcement text of one language, checked; compiled when it is first needed."""

    language: str
    path: Path
    status: Literal["draft", "reviewed"]
    source: str

    def block(self, name: str, form: Form, values: Mapping[str, object]) -> str:
        """One block with its values in a form; words of another language keep their mark, spaces as in the file."""
        template = _compiled(self.source)
        return "".join(template.blocks[name](template.new_context({**values, "form": form})))


def load(folders: Sequence[Path], problems: dict[str, list[str]]) -> Mapping[str, Text]:
    """The texts of all languages of the office, the first file on the path of each; mistakes by language."""
    texts: dict[str, Text] = {}
    for code in LANGUAGES:
        path = resources.first(folders, f"{code}.j2")
        if path is None:
            where = folders[-1] if folders else "voice_prompts"
            problems[code] = [f"{where}/{code}.j2: language {code}: the text is missing; put the file there"]
            continue
        found: list[str] = []
        source = resources.read_text(path, found)
        if source is not None:
            found += _mistakes(source)
        if found or source is None:
            problems[code] = [f"{path}: language {code}: {sentence}" for sentence in found]
            continue
        status = _STATUS.search(source)
        texts[code] = Text(code, path, "reviewed" if status and status[1] == "reviewed" else "draft", source)
    return MappingProxyType(texts)


def strangers(folders: Sequence[Path]) -> Iterator[str]:
    """A sentence for each text that belongs to no language of the office."""
    for path in sorted(path for folder in folders for path in folder.glob("*.j2")):
        if path.stem not in LANGUAGES:
            yield f"{path}: {path.stem} is no language of the office; rename or remove the file"


@lru_cache(maxsize=256)
def _mistakes(source: str) -> tuple[str, ...]:
    """What is wrong with a text, one sentence per mistake."""
    try:
        found = tuple(_mistakes_in_text(_environment().parse(source)))
        if not found:
            _environment().compile(source, raw=True)
    except TemplateSyntaxError as error:
        return (f"line {error.lineno}: {error.message}; correct that line",)
    except (RecursionError, ValueError, OverflowError):  # brackets in brackets, numbers of thousands of digits
        return ("it cannot be read; a text is plain words with {{ value | filter }}",)
    return found


@lru_cache(maxsize=256)
def _compiled(source: str) -> Template:
    return _environment().from_string(source)


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters = {name: _filter(name) for name in FILTERS}
    return environment


def _filter(name: str) -> Any:
    """The filter that asks the form of the running text."""

    @pass_context
    def apply(context: Context, value: object, *arguments: object, **words: object) -> str:
        said: str = getattr(context["form"], name)(value, *arguments, **words)
        return said

    return apply


def _mistakes_in_text(tree: nodes.Template) -> Iterator[str]:
    seen: set[str] = set()
    for node in tree.body:
        if isinstance(node, nodes.Block):
            if node.name not in BLOCKS:
                yield f"line {node.lineno}: block {node.name} is unknown; known are {', '.join(BLOCKS)}"
                continue
            seen.add(node.name)
            yield from (f"line {line}: block {node.name}: {what}" for line, what in _mistakes_in_block(node))
        elif words([node]).strip() or not isinstance(node, nodes.Output):
            yield f"line {node.lineno}: only blocks are allowed here; move the words into a block"
    for name in BLOCKS:
        if name not in seen:
            yield f"block {name} is missing; add {{% block {name} %}}…{{% endblock %}}"


def _mistakes_in_block(block: nodes.Block) -> Iterator[tuple[int, str]]:
    used: set[str] = set()
    for node in leaves(block.body):
        if isinstance(node, nodes.Filter):
            value = node.node
            if isinstance(value, nodes.Name):
                used.add(value.name)
            what = _mistake_in_filter(node, BLOCKS[block.name])
            if what:
                yield node.lineno, what
        elif isinstance(node, nodes.Name):
            used.add(node.name)
            filters = VALUE_FILTERS.get(node.name, frozenset()) if node.name in BLOCKS[block.name] else frozenset()
            known = _needs_filter(node.name, filters) if filters else _unknown(node.name, BLOCKS[block.name])
            yield node.lineno, known
        elif not isinstance(node, nodes.TemplateData):
            kind = type(node).__name__.lower()
            yield node.lineno, f"only words and {{{{ value | filter }}}} are allowed; remove the {kind}"
        elif _CONTROL.search(node.data):
            yield node.lineno, "a control character stands in the text; delete it"
        elif digits := "".join(c for c in node.data if c.isdigit()):
            yield node.lineno, f"figures ({digits[:8]}) are not spoken reliably; write them in words"
    for name in sorted(BLOCKS[block.name] - used):
        yield block.lineno, f"{{{{ {name} }}}} is missing; {_needs_filter(name, VALUE_FILTERS[name])}"
    if not BLOCKS[block.name] and not any(c.isalpha() for c in words(block.body)):
        yield block.lineno, "it has no words; write them"


def _mistake_in_filter(node: nodes.Filter, allowed: frozenset[str]) -> str | None:
    value = node.node
    arguments = [*node.args, *(pair.value for pair in node.kwargs)]
    if node.dyn_args or node.dyn_kwargs or not all(_is_text(argument) for argument in arguments):
        return f"the filter {node.name} takes words in quotation marks only"
    if isinstance(value, nodes.Const):
        codes = [argument.value for argument in arguments if isinstance(argument, nodes.Const)]
        if _is_text(value) and node.name == "in_language" and len(codes) == 1 and codes[0] in LANGUAGES:
            return None
        return 'words of another language are written {{ "…" | in_language("de") }}'
    if not isinstance(value, nodes.Name):
        return "only one filter on one value is allowed"
    if value.name not in allowed:
        return _unknown(value.name, allowed)
    if node.name not in VALUE_FILTERS[value.name]:
        return _needs_filter(value.name, VALUE_FILTERS[value.name])
    counted = {str(pair.key) for pair in node.kwargs}
    if node.name == "counted":
        fits = "other" in counted and all(_CASES.fullmatch(case) for case in counted)
    else:
        fits = not counted
    if node.args or not fits:
        return 'the filter counted needs the noun as in counted(one="Tag", other="Tage"); other filters need nothing'
    return None


def _is_text(node: nodes.Node | None) -> bool:
    return isinstance(node, nodes.Const) and isinstance(node.value, str) and not _CONTROL.search(node.value)


def _unknown(name: str, allowed: frozenset[str]) -> str:
    return f"{{{{ {name} }}}} is unknown here; this block may use {', '.join(sorted(allowed)) or 'no values'}"


def _needs_filter(name: str, filters: frozenset[str]) -> str:
    choices = " or ".join(f"{{{{ {name} | {filter_name} }}}}" for filter_name in sorted(filters))
    return f"write {choices}"
