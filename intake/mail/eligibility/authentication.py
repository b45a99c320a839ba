# SPDX-License-Identifier: GPL-3.0-or-later
"""Who says that a sender is genuine: Authentication-Results, from servers that we trust only (RFC 8601)."""

import re

from intake.config import Trust
from intake.message import Message


def dmarc_result(message: Message, trust: Trust) -> bool | None:
    """DMARC's result as told by whom we trust: pass, fail, or neither.

    Our server writes its results on top, so only those of the topmost hop that bears a trusted name count:
    a forged one of that name would stand below a Received line.
    """
    results: list[str] = []
    for header in message.headers:
        name = header.name.lower()
        if name == "received" and results:
            break
        if name != "authentication-results":
            continue
        server, methods = _results(header.value)
        if trust.authserv == "topmost-unnamed":
            results += methods if not server else []
            break
        if server in {s.lower() for s in trust.authserv}:
            results += methods or [""]
    dmarc = [m.split("=", 1)[1].strip().split()[0] for m in results if re.match(r"dmarc\s*=\s*\S", m)]
    return {"pass": True, "fail": False}.get(dmarc[0]) if dmarc else None


def _results(value: str) -> tuple[str, list[str]]:
    """The server's name (empty where none is written) and ``method=result …`` clauses, comments removed."""
    kept: list[str] = []
    depth, quoted = 0, False
    for character in value.lower():
        if character == '"' and not depth:
            quoted = not quoted
        elif quoted:
            kept.append("_" if character in ";=" else character)
        elif character == "(":
            depth += 1
        elif character == ")" and depth:
            depth -= 1
        elif not depth:
            kept.append(character)
    clauses = [" ".join(c.split()) for c in "".join(kept).split(";")]
    if "=" in clauses[0]:
        return "", clauses
    return (clauses[0].split() or [""])[0], clauses[1:]
