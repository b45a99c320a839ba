# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints how many messages of each class are judged wrongly; see ``tests/unit/test_corpus.py``."""

import sys

import pytest

from tests.unit.test_corpus import CORPUS, HELD_OUT, OWN, wrong


def main() -> None:
    """One line a set and class."""
    lines = []
    for title, folder in (("public corpus", CORPUS), ("own", OWN), ("held out", HELD_OUT)):
        try:
            total, mistaken, names = wrong(folder)
        except pytest.skip.Exception as absent:
            lines.append(f"{title}: {absent}")
            continue
        for kind in sorted(total):
            lines.append(f"{title:14} {kind:10} {mistaken[kind]:3} wrong of {total[kind]:3}")
        lines += [f"    {name}" for name in names]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
