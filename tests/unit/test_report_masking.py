# SPDX-License-Identifier: GPL-3.0-or-later
"""Masked tables: a reader with pencil and paper, who knows every sum, finds no number from 1 to 4.

The reader of these tests is thorough: it lists every table that agrees with all that can be seen.
"""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from intake.cases.masking import Hidden, is_small, masked

Table = dict[tuple[str, str], int]

TABLES = st.integers(1, 3).flatmap(
    lambda rows: st.integers(1, 3).flatmap(
        lambda columns: st.fixed_dictionaries(
            {
                cell: st.sampled_from([0, 0, 1, 2, 3, 5])
                for cell in product("abc"[:rows], "xyz"[:columns])
            }
        )
    )
)  # fmt: skip


def possible(table: Table, seen: dict[tuple[str, str], int | Hidden]) -> dict[tuple[str, str], set[int]]:
    """Each cell → what it may be, for all that can be seen of the table and for its sums."""
    rows = {row: sum(n for (r, _), n in table.items() if r == row) for row, _ in table}
    columns = {column: sum(n for (_, c), n in table.items() if c == column) for _, column in table}
    cells = sorted(table)
    found: dict[tuple[str, str], set[int]] = {cell: set() for cell in cells}
    chosen: list[int] = []

    def choose() -> None:
        if len(chosen) == len(cells):
            if not any(rows.values()) and not any(columns.values()):
                for cell, number in zip(cells, chosen, strict=True):
                    found[cell].add(number)
            return
        row, column = cells[len(chosen)]
        shown = seen.get((row, column), 0)
        most = min(rows[row], columns[column])
        if isinstance(shown, Hidden):
            numbers = [*range(1, 5)] if shown is Hidden.SMALL else [*range(most + 1)]
        else:
            numbers = [shown]
        if column == cells[-1][1]:  # the last of its row is what is left
            numbers = [number for number in numbers if number == rows[row]]
        for number in numbers:
            if number <= most:
                rows[row] -= number
                columns[column] -= number
                chosen.append(number)
                choose()
                chosen.pop()
                rows[row] += number
                columns[column] += number

    choose()
    return found


@given(TABLES)
def test_no_small_number_follows_from_what_is_seen_unless_it_follows_from_the_sums_alone(table: Table) -> None:
    seen = masked(table)
    small = [cell for cell, number in table.items() if is_small(number)]
    assert all(seen[cell] is Hidden.SMALL for cell in small)
    read = possible(table, seen)
    everything: dict[tuple[str, str], int | Hidden] = {
        cell: Hidden.SMALL if cell in small else Hidden.COVER for cell in table
    }
    hidden_altogether = possible(table, everything)
    for cell in small:
        assert len(read[cell]) > 1 or len(hidden_altogether[cell]) == 1


@given(TABLES)
def test_what_is_seen_is_true_and_nothing_is_hidden_without_need(table: Table) -> None:
    seen = masked(table)
    assert all(number == table[cell] for cell, number in seen.items() if isinstance(number, int))
    if not any(is_small(number) for number in table.values()):
        assert seen == {cell: number for cell, number in table.items() if number}


def test_one_small_number_takes_three_others_with_it_and_the_smallest_ones() -> None:
    table = {
        ("tr", "asylum"): 2, ("tr", "family"): 60, ("tr", "general"): 9,
        ("en", "asylum"): 50, ("en", "family"): 70, ("en", "general"): 8,
        ("de", "asylum"): 90, ("de", "family"): 95, ("de", "general"): 99,
    }  # fmt: skip
    seen = masked(table)
    assert {cell for cell, number in seen.items() if isinstance(number, Hidden)} == {
        ("tr", "asylum"), ("tr", "general"), ("en", "asylum"), ("en", "general"),
    }  # fmt: skip


def test_an_empty_cell_covers_who_is_alone_in_a_language() -> None:
    """The language's own sum is 1; that it was about asylum shall not follow from the empty cells beside it."""
    table = {("ka", "asylum"): 1, ("ka", "family"): 0, ("tr", "asylum"): 30, ("tr", "family"): 40}
    assert masked(table) == {
        ("ka", "asylum"): Hidden.SMALL, ("ka", "family"): Hidden.COVER,
        ("tr", "asylum"): Hidden.COVER, ("tr", "family"): Hidden.COVER,
    }  # fmt: skip
