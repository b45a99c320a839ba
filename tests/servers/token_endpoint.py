# SPDX-License-Identifier: GPL-3.0-or-later
"""A token endpoint (RFC 6749) with introspection (RFC 7662) for Dovecot, on a free loopback port.

It issues tokens, remembers each, and says of each whether it still holds; a test makes it late, ill or strict.
What a token opens: every mailbox in ``opens[SUBJECT]``, else the subject's own.

    with TokenEndpoint() as endpoint:
        endpoint.expect_client("client", "client-secret", opens=["office@example.org"])
        ...
        endpoint.revoke_all()
"""

import base64
import json
import secrets
import ssl
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass(slots=True)
class Issued:
    """An access token: whose, until when (by the endpoint's clock), withdrawn or not."""

    subject: str
    ends_at: float
    revoked: bool = False


@dataclass(slots=True)
class Script:
    """What the endpoint does instead of agreeing; may be changed at any time."""

    life: float = 3600
    """Seconds that a token holds."""
    rotate: bool = False
    """Each refresh token is good once, and another comes with the answer."""
    error: dict[str, str] | None = None
    """The refusal for every request, with status 400."""
    status: int = 0
    """A status without a body, for every request."""
    body: bytes = b""
    """A body for every request, with status 200."""
    headers: dict[str, str] = field(default_factory=dict)
    hold: threading.Event | None = None
    """Answers wait for this event."""


class TokenEndpoint:
    """See the module."""

    def __init__(self, certificate: ssl.SSLContext | None = None) -> None:
        self._certificate = certificate
        self.script = Script()
        self.requests: list[dict[str, str]] = []
        """The form of each token request, with ``authorization`` where the header was there."""
        self.opens: dict[str, set[str]] = {}
        self.issued: dict[str, Issued] = {}
        self.refresh_tokens: dict[str, str] = {}
        """Good refresh tokens and their subjects."""
        self.used_up: set[str] = set()
        self.handed_out: set[str] = set()
        """Every access and refresh token that ever left this endpoint, for a search of what is on disk."""
        self.key = RSAKey.generate_key(2048)
        """Of a service account."""
        self._clients: dict[str, str] = {}
        self._lock = threading.RLock()
        self._server: ThreadingHTTPServer | None = None
        self.port = 0
        self.start()

    @property
    def url(self) -> str:
        """The token endpoint."""
        return f"http://127.0.0.1:{self.port}/token"

    @property
    def introspection(self) -> str:
        """Where Dovecot asks about a token; the mailbox's name is appended."""
        return f"http://127.0.0.1:{self.port}/introspect/"

    def reset(self) -> None:
        """As new, but on the same port."""
        self.start()
        with self._lock:
            if self.script.hold is not None:
                self.script.hold.set()
            self.script = Script()
            for known in (self.requests, self.opens, self.issued, self.refresh_tokens, self._clients):
                known.clear()
            self.used_up.clear()
            self.handed_out.clear()

    def expect_client(self, client_id: str, secret: str, opens: Collection[str] = ()) -> None:
        """A client that may have tokens in its own name."""
        self._clients[client_id] = secret
        self.opens[client_id] = set(opens)

    def expect_refresh(self, subject: str, opens: Collection[str] = ()) -> str:
        """A refresh token of somebody, whose tokens open their own mailbox or ``opens``."""
        self.opens[subject] = set(opens) or {subject}
        return self._refresh_token(subject)

    def revoke_all(self) -> None:
        """No access token that was issued until now holds any more."""
        with self._lock:
            for issued in self.issued.values():
                issued.revoked = True

    def granted(self) -> int:
        """How many access tokens were issued."""
        with self._lock:
            return len(self.issued)

    def holds(self, token: str, user: str) -> bool:
        """Whether a token opens a mailbox now."""
        with self._lock:
            issued = self.issued.get(token)
            if issued is None or issued.revoked or time.monotonic() >= issued.ends_at:
                return False
            return user in self.opens.get(issued.subject, set())

    # -- life

    def start(self) -> None:
        """Listens; after :meth:`stop`, on the same port."""
        if self._server is not None:
            return
        endpoint = self

        class Handler(_Handler):
            owner = endpoint

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        if self._certificate is not None:
            self._server.socket = self._certificate.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Nobody listens any more."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.script.hold is not None:
            self.script.hold.set()
        self.stop()

    # -- answers

    def answer(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Status and JSON for a token request."""
        with self._lock:
            if self.script.error is not None:
                return 400, dict(self.script.error)
            kind = form.get("grant_type", "")
            if kind == "client_credentials":
                return self._for_client(form)
            if kind == "refresh_token":
                return self._for_refresh(form.get("refresh_token", ""))
            if kind == JWT_BEARER:
                return self._for_assertion(form.get("assertion", ""))
            return 400, {"error": "unsupported_grant_type"}

    def _for_client(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        name, secret = form.get("client_id", ""), form.get("client_secret", "")
        if form.get("authorization", "").startswith("Basic "):
            name, _, secret = base64.b64decode(form["authorization"][6:]).decode().partition(":")
        if not name or self._clients.get(name) != secret:
            said = f"AADSTS7000215: Invalid client secret provided for {secret}."
            return 401, {"error": "invalid_client", "error_description": said}
        return 200, self._token(name)

    def _for_refresh(self, token: str) -> tuple[int, dict[str, Any]]:
        subject = self.refresh_tokens.get(token)
        if subject is None:
            said = f"AADSTS70008: The refresh token {token} has expired."
            return 400, {"error": "invalid_grant", "error_description": said}
        answer = self._token(subject)
        if self.script.rotate:
            del self.refresh_tokens[token]
            self.used_up.add(token)
            answer["refresh_token"] = self._refresh_token(subject)
        return 200, answer

    def _for_assertion(self, assertion: str) -> tuple[int, dict[str, Any]]:
        try:
            claims = jwt.decode(assertion, self.key, algorithms=["RS256"]).claims
        except Exception as error:
            return 400, {"error": "invalid_grant", "error_description": str(error)}
        if claims["aud"] != self.url or claims["exp"] < time.time():
            return 400, {"error": "invalid_grant"}
        self.opens.setdefault(str(claims["sub"]), {str(claims["sub"])})
        return 200, self._token(str(claims["sub"]))

    def _token(self, subject: str) -> dict[str, Any]:
        # Long, as real ones are: longer than an IMAP line that some would allow.
        token = f"access-{secrets.token_urlsafe(1100)}"
        self.handed_out.add(token)
        self.issued[token] = Issued(subject, time.monotonic() + self.script.life)
        return {"access_token": token, "token_type": "Bearer", "expires_in": self.script.life}

    def _refresh_token(self, subject: str) -> str:
        token = f"refresh-{secrets.token_urlsafe(40)}"
        self.handed_out.add(token)
        self.refresh_tokens[token] = subject
        return token


class _Handler(BaseHTTPRequestHandler):
    owner: TokenEndpoint

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        form = {key: values[0] for key, values in parse_qs(self.rfile.read(length).decode()).items()}
        if "Authorization" in self.headers:
            form["authorization"] = self.headers["Authorization"]
        owner, script = self.owner, self.owner.script
        owner.requests.append(form)
        if script.hold is not None:
            script.hold.wait(30)
        if script.status:
            self._send(script.status, b"")
        elif script.body:
            self._send(200, script.body)
        else:
            status, answer = owner.answer(form)
            self._send(status, json.dumps(answer).encode())

    def do_GET(self) -> None:
        """``/introspect/USER?token=TOKEN``: whether the token opens that mailbox now."""
        url = urlsplit(self.path)
        user = url.path.removeprefix("/introspect/")
        token = parse_qs(url.query).get("token", [""])[0]
        active = self.owner.holds(token, user)
        self._send(200, json.dumps({"active": active, "username": user} if active else {"active": False}).encode())

    def _send(self, status: int, body: bytes) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            for name, value in self.owner.script.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            pass  # the client has gone

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""
