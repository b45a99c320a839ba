# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS for hundreds of mailboxes in one process: what one connection takes is taken hundreds of times.

* asyncio gives each TLS connection a buffer of 256 KiB, for its whole life. A TLS record holds 16 KiB at most
  (RFC 8446 section 5.1), and a mailbox is silent most of the time: :data:`BUFFER` is as good. asyncio has no
  parameter for it, only the attribute that :func:`slim_connections` sets; a test watches that it still counts.
* A context with the system's certificates takes 0.9 MiB, and 35 ms to make. Connections that trust the same
  certificates share one. It is made anew when the file of certificates has changed, and from time to time, because
  the system's own may change as well.
"""

import asyncio.sslproto
import ssl
from functools import lru_cache
from pathlib import Path

BUFFER = 16_384
"""Octets of the buffer for each TLS connection."""
FRESH_SECONDS = 86_400.0
"""For how long at most a context is used for new connections."""
CONTEXTS = 4
"""How many are kept: offices have one mail server, or two."""


def slim_connections() -> None:
    """Every TLS connection that this process opens from now on takes :data:`BUFFER` octets and no more."""
    asyncio.sslproto.SSLProtocol.max_size = BUFFER


def context(ca_file: Path | None, now: float) -> ssl.SSLContext:
    """A context that trusts the certificates in ``ca_file`` (PEM), or the system's. ``now``: seconds that only grow.

    Raises :class:`OSError` if the file cannot be read as certificates.
    """
    changed = ca_file.stat().st_mtime_ns if ca_file else 0
    return _context(ca_file, changed, now // FRESH_SECONDS)


@lru_cache(CONTEXTS)
def _context(ca_file: Path | None, _changed: int, _period: float) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
