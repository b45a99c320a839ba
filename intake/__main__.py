# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m intake`` is the same as the command ``intake``."""

from intake.cli import main

if __name__ == "__main__":
    main()
