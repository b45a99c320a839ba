# SPDX-License-Identifier: GPL-3.0-or-later
"""What the demo says on the terminal: a line for each message as it is done, then a table, then where to look.

It reads well at 100 columns. Where the output is no terminal, lines are 100 columns wide, without colour.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from intake.demo.pages import Entry

WIDTH = 100

_STYLES = {"right": "green", "known gap": "yellow", "wrong": "bold red", "": "none"}


class Screen:
    """The output."""

    def __init__(self) -> None:
        # A terminal that cannot show a letter shows a question mark: better than to end in an error.
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(errors="replace")
        self._console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False, emoji=False)
        self._unicode = self._console.encoding.lower().startswith("utf")

    def say(self, text: str) -> None:
        """One plain line, however long: a path in it stays whole."""
        self._console.print(escape(text), soft_wrap=True)

    def live(self, entry: Entry) -> None:
        """One message is done."""
        answer = f"acknowledged, {entry.reference}" if entry.files else f"not acknowledged: {entry.why_not}"
        line = f"{entry.number}  {entry.language:<7} {entry.folder}: {answer}"
        self._console.print(escape(line), overflow="ellipsis", no_wrap=True)

    def table(self, entries: Sequence[Entry]) -> None:
        """All of them, with their results; what differs from what is wanted is told below it."""
        table = Table(box=box.SIMPLE_HEAD if self._unicode else box.ASCII2, pad_edge=False, padding=(0, 1, 0, 0))
        for name, wraps in (("No.", False), ("Message", True), ("Language", False), ("Queue", False)):
            table.add_column(name, no_wrap=not wraps, overflow="fold")
        table.add_column("Acknowledged, or why not", overflow="fold")
        table.add_column("Result", no_wrap=True)
        for entry in entries:
            answer = f"{entry.reference}, {', '.join(f'{name}.html' for name in entry.files)}"
            cells = (entry.number, entry.title, entry.language, entry.queue, answer if entry.files else entry.why_not)
            table.add_row(*map(escape, cells), self._mark(entry.result))
        self._console.print(table)

    def summary(self, entries: Sequence[Entry]) -> None:
        """What came out otherwise than expected, and the counts."""
        for entry in entries:
            for remark in entry.remarks:
                self._console.print(f"[{_STYLES[entry.result]}]{entry.result}[/] {entry.number}: {escape(remark)}")
        counts = {name: sum(entry.result == name for entry in entries) for name in ("right", "known gap", "wrong")}
        gaps = "1 known gap" if counts["known gap"] == 1 else f"{counts['known gap']} known gaps"
        self.say(f"{len(entries)} messages: {counts['right']} as expected, {gaps}, {counts['wrong']} wrong.")

    def where(self, output: Path, configuration: Path, imap: str, smtp: str, address: str) -> None:
        """How to look for oneself, and how to end."""
        self.say(f"Outgoing mail:  {output / 'index.html'}")
        self.say(f"The account:    IMAP {imap}, no encryption")
        self.say(f"Write yourself: SMTP {smtp}, no encryption, no password, to {address}")
        self.say(f"Ask the ledger: intake status --config {configuration}")
        self.say("The service keeps running; Ctrl-C ends it.")

    def _mark(self, result: str) -> str:
        sign = {"right": "✓ right", "wrong": "✗ wrong"}.get(result, result) if self._unicode else result
        return f"[{_STYLES[result]}]{sign}[/]"
