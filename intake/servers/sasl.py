# SPDX-License-Identifier: GPL-3.0-or-later
"""Signing in with a token instead of a password, as both IMAP and SMTP need it.

Two mechanisms say the same. OAUTHBEARER (RFC 7628) is the standard one and is preferred where it is offered;
XOAUTH2 is what Microsoft 365 has, and Google had first. In both the user is the *mailbox*: whose token it is
stands in the token, so a shared mailbox is opened with the token of an account that may use it.

Where the token is refused, neither server says so at once: it sends a challenge (JSON, in base64), and waits. XOAUTH2
wants an empty line then, OAUTHBEARER the octet 1 (RFC 7628 section 3.2.3); only after that comes the refusal.
"""

import base64
import re
from collections.abc import Collection
from typing import Protocol

MECHANISMS = ("OAUTHBEARER", "XOAUTH2")
"""Best first."""

_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")


class Tokens(Protocol):
    """Where a connection gets its token."""

    @property
    def name(self) -> str:
        """As the configuration calls it."""

    async def token(self, refused: str = "") -> str:
        """A token to sign in with; another one than ``refused``, if there is one. Raises :class:`SignInError`."""


def is_token(text: str) -> bool:
    """True if ``text`` can be a bearer token (RFC 6750 section 2.1), so that nothing in it ends it early."""
    return _TOKEN.fullmatch(text) is not None


def choose(offered: Collection[str]) -> str:
    """The best mechanism that the server offers (any case); empty if it takes no token."""
    names = {name.upper() for name in offered}
    return next((name for name in MECHANISMS if name in names), "")


def first_message(mechanism: str, *, user: str, token: str, host: str, port: int) -> bytes:
    """What the client says first, in base64."""
    if mechanism == "OAUTHBEARER":
        # RFC 5801 section 4: these two would end the name.
        name = user.replace("=", "=3D").replace(",", "=2C")
        text = f"n,a={name},\1host={host}\1port={port}\1auth=Bearer {token}\1\1"
    else:
        text = f"user={user}\1auth=Bearer {token}\1\1"
    return base64.b64encode(text.encode("utf-8", "surrogateescape"))


def answer_to_challenge(mechanism: str) -> bytes:
    """What the client says to the challenge of a server that refuses the token, in base64."""
    return base64.b64encode(b"\1") if mechanism == "OAUTHBEARER" else b""
