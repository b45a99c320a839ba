# SPDX-License-Identifier: GPL-3.0-or-later
"""Which queue a message belongs to, and why: rules that an administrator can read and change.

``rules.toml`` says which concepts speak for which queue and what a message's form says; ``vocabulary/`` says, one file
a language, which words stand for which concept. How the files are read and merged is told in :mod:`.files`, how words
are found in :mod:`.index`, and how the decision is made in :mod:`.decision`.

Every term is tried on every message, because people mix languages ("mein Aufenthaltstitel is expired").
"""

from intake.triage.routing.decision import route
from intake.triage.routing.rules import Rules
from intake.triage.routing.values import Evidence, Opinion, Routing

__all__ = ["Evidence", "Opinion", "Routing", "Rules", "route"]
