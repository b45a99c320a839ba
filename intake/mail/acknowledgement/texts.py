# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts of the acknowledgement: found, checked once, compiled, and never changed afterwards.

One Jinja2 file per language holds the blocks of :data:`BLOCKS`. A text is plain words with ``{{ values }}``:
no tags, no filters, no attributes, no markup. That keeps every language equal in facts, lets HTML and plain
text come from one source, and leaves nothing that a text could do to the service. All texts are checked when
they are loaded and every mistake is reported at once, so a broken text is found by ``intake check`` and not
by a resident. An office overrides one file by placing its own under the same name.
"""

import datetime as dt
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from intake import resources
from intake.errors import ConfigurationError
from intake.languages import LANGUAGES
from intake.mail.acknowledgement.stencil import BodyStencil, Memory
from intake.template_nodes import leaves, words

PARAGRAPHS = 2048
"""Paragraphs remembered: every block of 34 texts, some of them in several versions; about 2 MB (measured)."""
DAYS = 64
"""Days of the calendar remembered: those on which the messages of a backlog arrived."""
STENCILS = 256
"""Bodies remembered: the languages and queues of a busy day; about 11 MB (measured)."""

BLOCKS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "subject": frozenset({"reference"}),
        "greeting": frozenset(),
        "received": frozenset({"received_at"}),
        "received_follow_up": frozenset({"received_at"}),
        "received_closed": frozenset({"next_opening"}),
        "reference": frozenset({"reference"}),
        "team": frozenset({"team"}),
        "expected": frozenset({"working_days"}),
        "closure": frozenset({"closure"}),
        "appointment": frozenset({"appointment_url"}),
        "appointment_first": frozenset({"appointment_url"}),
        "do_not": frozenset(),
        "not_a_decision": frozenset(),
        "emergency": frozenset({"emergency_phone"}),
        "hours": frozenset(),
        "service_point": frozenset({"service_point_address"}),
        "automatic": frozenset(),
        "privacy": frozenset({"privacy_url"}),
        "decisive": frozenset(),
        "unsure": frozenset(),
        "signature": frozenset({"office_name", "office_address", "office_phone", "office_website"}),
    }
)
"""Every block that a text must hold, and the values that it must use, no more and no fewer."""

HUMAN_QUEUES = (
    "appointments", "residence-permit", "work-study", "family", "naturalisation", "asylum", "ukraine",
    "visa-invitation", "travel-documents", "lawyers-authorities", "complaints", "general",
)  # fmt: skip
"""The queues that ``queues.toml`` names in each language."""

_CODES = frozenset({*LANGUAGES, "sr-Cyrl"})
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_STATUS = re.compile(r"\{#\s*status:\s*(draft|reviewed)\s*#\}")


@dataclass(frozen=True, slots=True)
class Isolated:
    """A value in a sentence: isolated, so that its direction does not disturb the words around it."""

    text: str

    def __str__(self) -> str:
        return f"\u2068{self.text}\u2069"

    def __html__(self) -> str:
        return Markup("<bdi>{}</bdi>").format(self.text)


@dataclass(frozen=True, slots=True)
class Important(Isolated):
    """A value that the eye should find first."""

    def __html__(self) -> str:
        return Markup("<strong><bdi>{}</bdi></strong>").format(self.text)


@dataclass(frozen=True, slots=True)
class German(Isolated):
    """German words in another language: a screen reader speaks them in German (WCAG 2.2, 3.1.2)."""

    def __html__(self) -> str:
        return Markup('<bdi lang="de">{}</bdi>').format(self.text)


@dataclass(frozen=True, slots=True)
class Glossed(Isolated):
    """A name in the person's language, with the German one in brackets."""

    german: str

    def __str__(self) -> str:
        return str(Isolated(f"{self.text} ({German(self.german)})"))

    def __html__(self) -> str:
        return Markup("<bdi>{} ({})</bdi>").format(self.text, German(self.german))


@dataclass(frozen=True, slots=True)
class Team(Glossed):
    """The team that has the case; found first."""

    def __html__(self) -> str:
        return Markup("<strong>{}</strong>").format(Glossed(self.text, self.german))


@dataclass(frozen=True, slots=True)
class Reference(Isolated):
    """The case reference: always left to right, never broken over two lines."""

    def __html__(self) -> str:
        return Markup('<strong dir="ltr" style="white-space:nowrap">{}</strong>').format(self.text)


@dataclass(frozen=True, slots=True)
class Phone(Isolated):
    """A telephone number that a phone can dial at a touch (RFC 3966)."""

    def __html__(self) -> str:
        digits = re.sub(r"[^\d+]", "", self.text)
        return Markup('<a href="tel:{}" dir="ltr" style="white-space:nowrap">{}</a>').format(digits, self.text)


@dataclass(frozen=True, slots=True)
class Link(Isolated):
    """An address on the web, to be broken after a slash; what is not http or https is shown, not linked."""

    def __str__(self) -> str:
        return self.text

    def __html__(self) -> str:
        if not self.text.startswith(("https://", "http://")):
            return Markup('<bdi dir="ltr">{}</bdi>').format(self.text)
        shown = Markup("<wbr>").join(re.split(r"(?<=[^:/]/)", self.text))
        return Markup('<a href="{}" dir="ltr">{}</a>').format(self.text, shown)


_GERMAN_WORDS: Mapping[str, German] = MappingProxyType(
    {word: German(word) for word in ("Fiktionsbescheinigung", "ServicePoint")}
)
"""Names that every language leaves in German; texts hold them as plain words."""
_GERMAN_WORD = re.compile("|".join(_GERMAN_WORDS))


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One block in both forms, with the rows of a table below it (label, hours in HTML) where it has one."""

    html: Markup
    text: str
    rows: tuple[tuple[str, str], ...]
    tag: str
    direction: str


@dataclass(frozen=True, slots=True)
class Section:
    """One language of the body, or (without a name) the lines in several languages at its end."""

    name: str
    tag: str
    direction: str
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Openings:
    """One day of the office calendar, in UTC: from when until when it is open, and when it opens after that day."""

    spans: tuple[tuple[dt.datetime, dt.datetime], ...]
    after: dt.datetime | None


class Texts:
    """All acknowledgement texts, checked; immutable. A language is compiled when it is first needed."""

    __slots__ = (
        "_compiled", "_environments", "_html", "_sources", "_status", "_teams", "_text", "languages", "openings",
        "paragraphs", "stencils",
    )  # fmt: skip

    def __init__(
        self,
        sources: Mapping[str, str],
        status: Mapping[str, Literal["draft", "reviewed"]],
        teams: Mapping[str, Mapping[str, str]],
        layouts: tuple[Template, Template],
    ) -> None:
        self._sources = sources
        self._environments = _environments()
        self._compiled: dict[str, tuple[Template, Template]] = {}
        self._status = status
        self._teams = teams
        self._html, self._text = layouts
        self.languages = frozenset(sources)
        """The codes that have a text; ``sr-Cyrl`` stands beside ``sr``."""
        self.paragraphs: Memory[Paragraph] = Memory(PARAGRAPHS)
        self.openings: Memory[Openings] = Memory(DAYS)
        self.stencils: Memory[BodyStencil] = Memory(STENCILS)

    @classmethod
    def load(cls, search_path: Sequence[Path]) -> "Texts":
        """The texts in ``search_path``, the office's own folder first (see ``resources.search_path``).

        Raises :class:`ConfigurationError`, one line per mistake: file, line or block, and what to do.
        """
        problems: list[str] = []
        sources: dict[str, str] = {}
        status: dict[str, Literal["draft", "reviewed"]] = {}
        environments = _environments()
        for code, path in _language_files(search_path, problems):
            source = resources.read_text(path, problems, f"{path}: ")
            tree = None if source is None else _parsed(environments[0], source, path, problems)
            if source is None or tree is None:
                continue
            found = list(_mistakes(tree, path))
            problems += found
            if not found:
                sources[code] = source
                match = _STATUS.search(source)
                status[code] = "reviewed" if match and match[1] == "reviewed" else "draft"
        if "de" not in sources and not problems:
            problems.append("acknowledgement/de.j2: the German text is missing; every acknowledgement needs it")
        teams = _teams(search_path, sources, problems)
        layouts = [
            _layout(environment, search_path, name, problems)
            for environment, name in zip(environments, ("layout.html.j2", "layout.txt.j2"), strict=True)
        ]
        html_layout, text_layout = layouts
        if problems or html_layout is None or text_layout is None:
            raise ConfigurationError("\n".join(problems))
        return cls(MappingProxyType(sources), MappingProxyType(status), teams, (html_layout, text_layout))

    def usable(self, *, drafts: bool) -> frozenset[str]:
        """The languages that may be used: all, or those that a native speaker has reviewed; German always."""
        return frozenset(c for c in self._sources if drafts or c == "de" or self._status[c] == "reviewed")

    def team(self, code: str, queue: str) -> str:
        """The name of a queue's team in a language, or an empty string."""
        return self._teams.get(code, {}).get(queue, "")

    def block(self, code: str, block: str, values: Mapping[str, Isolated], *, html: bool) -> str:
        """One block with its values, as HTML or as plain text with isolates; spaces as in the file."""
        if code not in self._compiled:
            escaping, plain = self._environments
            source = self._sources[code]
            if code != "de":
                source = _GERMAN_WORD.sub(r"{{ \g<0> }}", source)
            self._compiled[code] = escaping.from_string(source), plain.from_string(source)
        template = self._compiled[code][0 if html else 1]
        return "".join(template.blocks[block](template.new_context({**_GERMAN_WORDS, **values})))

    def layout_html(self, sections: Sequence[object], title: str) -> str:
        """The HTML document of these sections (:class:`Section`)."""
        return self._html.render(sections=sections, title=title)

    def layout_text(self, sections: Sequence[object]) -> str:
        """The plain text of these sections."""
        return self._text.render(sections=sections)


class _Environment(ImmutableSandboxedEnvironment):
    """The sandbox, except that fields of a section are handed out unexamined: it halves the time of a layout."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, (Section, Paragraph)) and attribute in obj.__slots__:
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)


def _environments() -> tuple[ImmutableSandboxedEnvironment, ImmutableSandboxedEnvironment]:
    """One that escapes for HTML, and one for plain text."""

    def environment(autoescape: bool) -> ImmutableSandboxedEnvironment:
        return _Environment(
            autoescape=autoescape,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )

    return environment(True), environment(False)


def _language_files(search_path: Sequence[Path], problems: list[str]) -> Iterator[tuple[str, Path]]:
    """Each language's file, the first on the path; a file that belongs to no language is a mistake."""
    found: dict[str, Path] = {}
    for folder in search_path:
        for path in sorted((folder / "acknowledgement").glob("*.j2")):
            if path.stem not in _CODES:
                problems.append(f"{path}: {path.stem} is no language of the office; rename or remove the file")
            found.setdefault(path.stem, path)
    return ((code, found[code]) for code in sorted(found) if code in _CODES)


def _first(search_path: Sequence[Path], name: str, problems: list[str]) -> Path | None:
    path = resources.first(search_path, name)
    if path is None:
        problems.append(f"{name}: missing; put the file back into {search_path[-1] if search_path else 'templates'}")
    return path


def _parsed(
    environment: ImmutableSandboxedEnvironment, source: str, path: Path, problems: list[str]
) -> nodes.Template | None:
    try:
        return environment.parse(source)
    except TemplateSyntaxError as error:
        problems.append(f"{path}:{error.lineno}: {error.message}; correct that line")
    except RecursionError:
        problems.append(f"{path}: nested too deeply; a text is plain words with {{{{ values }}}}")
    return None


def _mistakes(tree: nodes.Template, path: Path) -> Iterator[str]:
    """What is wrong with a language's text, one sentence per mistake."""
    seen: set[str] = set()
    for node in tree.body:
        if isinstance(node, nodes.Block):
            if node.name not in BLOCKS:
                yield f"{path}:{node.lineno}: block {node.name} is unknown; known are {', '.join(BLOCKS)}"
                continue
            seen.add(node.name)
            yield from _mistakes_in_block(node, path)
        elif words([node]).strip() or not isinstance(node, nodes.Output):
            yield f"{path}:{node.lineno}: only blocks are allowed here; move the words into a block"
    for name in BLOCKS:
        if name not in seen:
            yield f"{path}: block {name} is missing; add {{% block {name} %}}…{{% endblock %}}"


def _mistakes_in_block(block: nodes.Block, path: Path) -> Iterator[str]:
    used: set[str] = set()
    for node in leaves(block.body):
        where = f"{path}:{node.lineno}: block {block.name}"
        if isinstance(node, nodes.Name):
            used.add(node.name)
            if node.name not in BLOCKS[block.name]:
                known = ", ".join(sorted(BLOCKS[block.name])) or "no values"
                yield f"{where}: {{{{ {node.name} }}}} is unknown here; this block may use {known}"
        elif not isinstance(node, nodes.TemplateData):
            kind = type(node).__name__.lower()
            yield f"{where}: only words and {{{{ values }}}} are allowed; remove the {kind}"
        elif re.search(r"[<>&]", node.data):
            yield f"{where}: <, > and & are not allowed in a text; write it without markup"
        elif _CONTROL.search(node.data):
            yield f"{where}: a control character stands in the text; delete it"
    for name in sorted(BLOCKS[block.name] - used):
        yield f"{path}:{block.lineno}: block {block.name}: {{{{ {name} }}}} is missing; add it"
    if not words(block.body).strip():
        yield f"{path}:{block.lineno}: block {block.name} has no words; write it"


def _teams(search_path: Sequence[Path], codes: Iterable[str], problems: list[str]) -> Mapping[str, Mapping[str, str]]:
    path = _first(search_path, "queues.toml", problems)
    text = None if path is None else resources.read_text(path, problems, f"{path}: ")
    if text is None:
        return {}
    try:
        tables: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problems.append(f"{path}: not valid TOML: {error}; correct that line")
        return {}
    for code in sorted(codes):
        names = tables.get(code)
        missing = [
            queue
            for queue in HUMAN_QUEUES
            if not isinstance(names, dict)
            or not isinstance(names.get(queue), str)
            or not names[queue].strip()
            or _CONTROL.search(names[queue])
        ]
        problems += [f'{path}: {code}.{queue} is missing; add the team\'s name, {queue} = "…"' for queue in missing]
    return MappingProxyType(tables)


def _layout(
    environment: ImmutableSandboxedEnvironment, search_path: Sequence[Path], name: str, problems: list[str]
) -> Template | None:
    """A layout, tried once on a small body, so that its mistakes show at the start too."""
    path = _first(search_path, name, problems)
    source = None if path is None else resources.read_text(path, problems, f"{path}: ")
    if source is None:
        return None
    try:
        template = environment.from_string(source)
        html, text = Markup("<b>\x01Aa  a</b>"), "\x03\x01Aa  a\n  a: a"
        paragraphs = (Paragraph(html, text, (("a", "a"),), "de", "ltr"), Paragraph(html, text, (), "de", "ltr"))
        laid_out = template.render(sections=[Section("a", "de", "ltr", paragraphs)] * 2, title="a")
    except TemplateSyntaxError as error:
        problems.append(f"{path}:{error.lineno}: {error.message}; correct that line")
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError) as error:
        problems.append(f"{path}: {error}; compare it with the shipped {name}")
    else:
        expected = re.escape(html) if name == "layout.html.j2" else f"^{re.escape(text)}$"
        if len(re.findall(expected, laid_out, re.MULTILINE)) == 4:
            return template
        problems.append(
            f"{path}: each paragraph must stand in the layout once and unchanged; compare it with the shipped {name}"
        )
    return None
