# SPDX-License-Identifier: GPL-3.0-or-later
"""The outgoing mail as files that a browser opens, and one page that lists everything.

Each acknowledgement is kept as it was sent (``.eml``), and its two bodies as ``.html`` and ``.txt``. The list names
every message, answered or not, and why not; it carries its own style, fetches nothing, and marks each language and
its direction, so that a screen reader speaks it and a browser sets it right. On a phone each message is a block of
its own with the columns' names before its values; roles keep it a table for a screen reader even then.
"""

import email
import email.policy
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from html import escape
from pathlib import Path

from intake.languages import LANGUAGES

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #bbb; padding: .4rem .6rem; text-align: left; vertical-align: top; }
caption { text-align: left; padding-bottom: .6rem; }
.case { white-space: nowrap; }
@media (max-width: 48rem) {
  table, caption, tbody, tr, th, td { display: block; }
  h1 { font-size: 1.4rem; }
  thead { position: absolute; clip-path: inset(50%); height: 1px; width: 1px; overflow: hidden; }
  th, td { border: 0; padding: 0; overflow-wrap: anywhere; }
  td::before { content: attr(data-column) ": "; }
  td:has(.case:empty) { display: none; }
  td:nth-of-type(1) { font-weight: bold; }
  td:nth-of-type(1)::before { content: none; }
  tr { border-bottom: 1px solid #bbb; padding: .8rem 0; }
}
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list. ``files``: the names, without ending, of its acknowledgements' files."""

    number: str
    title: str
    language: str
    queue: str
    folder: str
    reference: str
    why_not: str
    """In words; empty where it was acknowledged."""
    files: tuple[str, ...]
    result: str
    remarks: tuple[str, ...]


def keep(folder: Path, name: str, raw: bytes) -> None:
    """Write a mail as NAME.eml, and its bodies, where it has them, as NAME.html and NAME.txt."""
    (folder / f"{name}.eml").write_bytes(raw)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    for kind, ending in (("html", "html"), ("plain", "txt")):
        body = message.get_body((kind,)) if isinstance(message, EmailMessage) else None
        if body is not None:
            (folder / f"{name}.{ending}").write_text(body.get_content(), "utf-8")


def write_index(file: Path, entries: Sequence[Entry]) -> None:
    """Write the list as one HTML file; whoever has it open sees the old or the new one, never half."""
    rows = "\n".join(_row(entry) for entry in entries)
    answered = sum(bool(entry.files) for entry in entries)
    new = file.with_suffix(".new")
    new.write_text(
        f"""<!DOCTYPE html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Outgoing mail of the demo</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>Outgoing mail of the demo</h1>
<table role="table">
<caption>{len(entries)} messages, {answered} of them acknowledged. Nothing of this left this machine.</caption>
<thead role="rowgroup">
<tr role="row">{"".join(f'<th role="columnheader" scope="col">{name}</th>' for name in _COLUMNS)}</tr>
</thead>
<tbody role="rowgroup">
{rows}
</tbody>
</table>
</body>
</html>
""",
        "utf-8",
    )
    new.replace(file)


_COLUMNS = ("No.", "Message", "Language", "Folder", "Case", "Acknowledgement", "Result")


def _row(entry: Entry) -> str:
    mails = "<br>".join(
        f'<a href="{escape(name)}.html">as the person sees it</a>, <a href="{escape(name)}.txt">text</a>, '
        f'<a href="{escape(name)}.eml">source</a>'
        for name in entry.files
    )
    remarks = "".join(f"<br>{escape(remark)}" for remark in entry.remarks)
    cells = (
        escape(entry.title), _language(entry.language), f'<span lang="de">{escape(entry.folder)}</span>',
        f'<span class="case">{escape(entry.reference)}</span>',
        mails or escape(entry.why_not), escape(entry.result) + remarks,
    )  # fmt: skip
    row = "".join(
        f'<td role="cell" data-column="{column}">{cell}</td>' for column, cell in zip(_COLUMNS[1:], cells, strict=True)
    )
    return f'<tr role="row"><th role="rowheader" scope="row">{escape(entry.number)}</th>{row}</tr>'


def _language(code: str) -> str:
    row = LANGUAGES.get(code.split("-")[0])
    if row is None:
        return escape(code)
    endonym = f'<bdi lang="{escape(code)}" dir="{row.direction}">{escape(row.endonym)}</bdi>'
    return endonym if row.name == row.endonym else f"{escape(row.name)} {endonym}"
