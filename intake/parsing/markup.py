# SPDX-License-Identifier: GPL-3.0-or-later
"""HTML as text. Where the converter fails or loses words, only the tags are taken out: the words count."""

import html
import re
from collections.abc import Iterator

from inscriptis import get_text

from intake.parsing.limits import MAX_HTML, MAX_TEXT

_UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff]")


def clean(text: str) -> str:
    """``text`` with line ends ``\\n``, without control characters, at most 64 Ki characters of it."""
    text = text[: MAX_TEXT * 2].replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n")
    return _UNWANTED.sub("", text)[:MAX_TEXT].strip("\n")


_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,19})\b[^<>]*>")
_HIDDEN = re.compile(r"<!--|<(script|style|title)\b", re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/?p|/?div|/?tr|/?li|/?h[1-6]|/?table)\b[^<>]*>", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[/!?a-zA-Z][^<>]*>")
_LAYOUT = frozenset(
    {"table", "tbody", "thead", "tfoot", "tr", "td", "th", "center", "caption", "colgroup", "col", "form"}
)
_QUOTATION = re.compile(r"<blockquote\b[^<>]*(?:cite|quote)[^<>]*>", re.IGNORECASE)
_BLOCKQUOTE = re.compile(r"<(/?)blockquote\b[^<>]*>", re.IGNORECASE)
_MAX_QUOTATIONS = 40


def html_text(source: str) -> str:
    """HTML as text, quotations marked ``> ``; no attributes or tables: with them a stranger chooses the size."""
    source = _without_hidden(source[:MAX_HTML])
    pieces = [(0, source)]
    if len(_QUOTATION.findall(source)) in range(1, _MAX_QUOTATIONS):
        pieces = list(_by_quotation(source))
    lines: list[str] = []
    for depth, piece in pieces:
        text = clean(_converted(piece))
        if text.strip():
            lines += [f"{'> ' * depth}{line}" if depth else line for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))[:MAX_TEXT].strip("\n")


def _without_hidden(source: str) -> str:
    """Comments, scripts, styles and title removed in one pass; after one that is not closed nothing is."""
    kept: list[str] = []
    at = 0
    while opened := _HIDDEN.search(source, at):
        closed = re.compile(f"</{opened[1]}[^<>]*>?" if opened[1] else "-->", re.IGNORECASE).search(
            source, opened.end()
        )
        kept.append(source[at : opened.start()])
        if closed is None:
            at = opened.end()
            break
        at = closed.end()
    return "".join([*kept, source[at:]])


def _by_quotation(source: str) -> Iterator[tuple[int, str]]:
    """``source`` cut at its quotations: their depth and the HTML of each piece. Mere indentation is none."""
    marks: list[bool] = []
    at = 0
    for match in _BLOCKQUOTE.finditer(source):
        yield sum(marks), source[at : match.start()]
        at = match.end()
        if match[1]:
            if marks:
                marks.pop()
        elif len(marks) < _MAX_QUOTATIONS:
            marks.append(_QUOTATION.match(match[0]) is not None)
    yield sum(marks), source[at:]


def _converted(source: str) -> str:
    stripped = html.unescape(_ANY_TAG.sub(" ", _BREAK.sub("\n", source)))
    if not stripped.strip():
        return ""
    try:
        text = str(get_text(_TAG.sub(_bare_tag, source)))
    except Exception:  # a parser of strangers' HTML may fail in any way; the words count, not their layout
        return stripped
    # lxml drops what is nested deeper than about 250 levels, without a word.
    return text if 2 * len(text.split()) >= len(stripped.split()) else stripped


def _bare_tag(tag: re.Match[str]) -> str:
    name = tag[2].lower()
    return f"<{tag[1]}{'div' if name in _LAYOUT else name}>"
