# SPDX-License-Identifier: GPL-3.0-or-later
"""Intake: every e-mail to the office filed, every person acknowledged exactly once."""

__version__ = "0.1.0"
