# SPDX-License-Identifier: GPL-3.0-or-later
"""Small numbers are masked, so that nobody can be guessed from a table: statistical disclosure control.

The figures of the whole office by one property (queue, language, hour, reason, week) are shown as they are. A table of
two properties at once is not: that one person wrote in Georgian about asylum may name that person. There, 1 to 4 are
shown as ``<5``.

Its sums by row and by column are known, because they are figures of the whole office. So a masked number could be found
by subtraction if it stood alone in its row. Further cells are therefore covered (``x``: any number), the smallest ones
first, until no masked number follows from the rest of the table. That is decided exactly, not by rule of thumb: a
masked number is safe as long as another table with the same sums and the same visible cells exists in which it is
another number. Such a table differs from the true one along closed chains of hidden cells that go up and down by turns;
so it is enough to look for one closed chain through the cell (a cycle in the residual graph of the transportation
problem; Gusfield 1988).
"""

from collections.abc import Hashable, Mapping
from enum import Enum
from typing import TypeVar

MASKED_BELOW = 5


class Hidden(Enum):
    """What stands in a cell instead of its number."""

    SMALL = "<5"
    """A number from 1 to 4."""
    COVER = "x"
    """Any number: hidden so that no small one follows from the sums."""


Count = int | Hidden

R = TypeVar("R", bound=Hashable)
C = TypeVar("C", bound=Hashable)


def is_small(number: int) -> bool:
    """Whether a number is one that a table of two properties does not show."""
    return 0 < number < MASKED_BELOW


def masked(table: Mapping[tuple[R, C], int]) -> dict[tuple[R, C], Count]:
    """The table as it may be shown, where its sums by row and by column are known. What it does not name is 0."""
    rows, columns = dict.fromkeys(r for r, _ in table), dict.fromkeys(c for _, c in table)
    cells = {(row, column): table.get((row, column), 0) for row in rows for column in columns}
    hidden = {cell: Hidden.SMALL for cell, number in cells.items() if is_small(number)}
    for cell in [cell for cell, kind in hidden.items() if kind is Hidden.SMALL]:
        while not _is_safe(cell, cells, hidden):
            cover = _cover(cell, cells, hidden)
            if cover is None:
                break
            hidden[cover] = Hidden.COVER
    shown: dict[tuple[R, C], Count] = {}
    for cell, number in cells.items():
        if cell in hidden:
            shown[cell] = hidden[cell]
        elif number:
            shown[cell] = number
    return shown


def _is_safe(cell: tuple[R, C], cells: Mapping[tuple[R, C], int], hidden: Mapping[tuple[R, C], Hidden]) -> bool:
    """Whether the cell could be one more or one less, for all that can be seen."""
    return any(_may(cell, step, cells, hidden) and _chain(cell, step, cells, hidden) for step in (1, -1))


def _may(cell: tuple[R, C], step: int, cells: Mapping[tuple[R, C], int], hidden: Mapping[tuple[R, C], Hidden]) -> bool:
    """Whether a reader would believe the number that is one more (or less)."""
    kind = hidden.get(cell)
    number = cells[cell] + step
    return is_small(number) if kind is Hidden.SMALL else kind is Hidden.COVER and number >= 0


def _chain(
    start: tuple[R, C], step: int, cells: Mapping[tuple[R, C], int], hidden: Mapping[tuple[R, C], Hidden]
) -> bool:
    """Whether what ``start`` gains can be taken, by turns along its column and a row, until its own row is level."""
    by_row: dict[R, list[tuple[R, C]]] = {}
    by_column: dict[C, list[tuple[R, C]]] = {}
    for cell in hidden:
        if cell != start:
            by_row.setdefault(cell[0], []).append(cell)
            by_column.setdefault(cell[1], []).append(cell)
    seen, waiting = {start[1]}, [start[1]]
    while waiting:
        for other in by_column.get(waiting.pop(), ()):
            if not _may(other, -step, cells, hidden):
                continue
            if other[0] == start[0]:
                return True
            for third in by_row[other[0]]:
                if third[1] not in seen and _may(third, step, cells, hidden):
                    seen.add(third[1])
                    waiting.append(third[1])
    return False


def _cover(
    cell: tuple[R, C], cells: Mapping[tuple[R, C], int], hidden: Mapping[tuple[R, C], Hidden]
) -> tuple[R, C] | None:
    """The next cell to hide: in a line that has a hidden cell already, the smallest one with something in it.

    Where a line holds nothing else, an empty cell: a reader then cannot tell which of the two it was.
    """
    row, column = {cell[0]}, {cell[1]}
    # Whatever is linked to the cell by hidden cells can take part in a chain; a new one may close it.
    grown = True
    while grown:
        grown = False
        for r, c in hidden:
            if (r in row) != (c in column):
                row.add(r)
                column.add(c)
                grown = True
    near = [one for one in cells if one not in hidden and (one[0] in row or one[1] in column)]
    closing = [one for one in near if one[0] in row and one[1] in column]
    in_line = [one for one in near if one[0] == cell[0] or one[1] == cell[1]]
    candidates = [*closing] or in_line or near
    return min(candidates, key=lambda one: (not cells[one], cells[one], str(one)), default=None)
