# SPDX-License-Identifier: GPL-3.0-or-later
"""One question to a token endpoint (RFC 6749 sections 4.4 and 6, RFC 7523): the only file that knows authlib.

Every failure is one sentence. What the endpoint says in prose never enters it, for that may quote an address or a
secret: only the error's code does (RFC 6749 section 5.2), and Microsoft's number, by which its manual is searched.

The endpoint gets :data:`MAX_ANSWER` octets to answer in; a redirection is no answer, because a secret goes nowhere
but to the address that was configured. A proxy is taken from ``HTTPS_PROXY``, as usual.
"""

import asyncio
import json
import logging
import re
import ssl
from collections.abc import AsyncIterator
from typing import Any

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncAssertionClient, AsyncOAuth2Client
from joserfc.jwk import RSAKey

from intake.errors import SignInError, SignInRefused
from intake.servers.oauth import Answer, Grant

MAX_ANSWER = 65_536
LONGEST_LIFE = 7 * 86_400.0
"""Seconds; nothing that claims more is believed."""

# Their DEBUG logs hold headers, and with them secrets.
for _name in ("httpx2", "httpcore2", "authlib"):
    logging.getLogger(_name).setLevel(logging.WARNING)

_PASSING = frozenset({"temporarily_unavailable", "server_error", "slow_down"})
_REMEDIES = {
    "invalid_client": "check client_id and the client's secret, which may have come to its end",
    "unauthorized_client": "allow this flow for the client at the provider",
    "unsupported_grant_type": "allow this flow for the client at the provider",
    "invalid_scope": "correct scope, or give the client the right to it",
    "invalid_request": "check tenant, client_id and scope",
}
_GRANT_REMEDIES = {
    "refresh-token": "the refresh token has ended or was withdrawn: sign in anew at the provider and replace it",
    "service-account": "check subject, its domain-wide delegation, and this machine's clock",
    "client-credentials": "check tenant and client_id, and that the client may do this",
}


async def request(grant: Grant, refresh_token: str) -> Answer:
    """Asks once. Raises :class:`SignInRefused` if the endpoint said no, :class:`SignInError` for what may pass."""
    try:
        ca_file = str(grant.ca_file) if grant.ca_file else None
        context = await asyncio.to_thread(ssl.create_default_context, cafile=ca_file)
    except OSError:
        raise SignInRefused(f"ca_file {grant.ca_file} cannot be read as certificates in PEM; correct it") from None
    options: dict[str, Any] = {
        "verify": context,
        "timeout": grant.timeout,
        "follow_redirects": False,
        "event_hooks": {"response": [_look_at]},
        "headers": {"Accept-Encoding": "identity"},
    }
    try:
        if grant.flow == "service-account":
            token = await _as_service_account(grant, options)
        else:
            token = await _as_client(grant, refresh_token, options)
    except OAuthError as error:
        raise _refusal(grant, str(error.error), str(error.description or "")) from None
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        raise SignInError(f"{grant.token_url} {_network(error)}; it is tried again") from None
    except (ValueError, TypeError, ArithmeticError, RecursionError):
        raise SignInError(
            f"{grant.token_url} gave an answer that is none of a token endpoint; check token_url; it is tried again"
        ) from None
    return _answer(token)


async def _as_client(grant: Grant, refresh_token: str, options: dict[str, Any]) -> Any:
    method = f"client_secret_{grant.client_auth}" if grant.secret else "none"
    async with AsyncOAuth2Client(
        grant.client_id, grant.secret or None, token_endpoint_auth_method=method, scope=grant.scope or None, **options
    ) as client:
        if grant.flow == "refresh-token":
            return await client.refresh_token(grant.token_url, refresh_token=refresh_token)
        return await client.fetch_token(grant.token_url, grant_type="client_credentials")


async def _as_service_account(grant: Grant, options: dict[str, Any]) -> Any:
    try:
        key = json.loads(grant.secret)
        issuer, private, number = key["client_email"], RSAKey.import_key(key["private_key"]), key["private_key_id"]
    except (ValueError, KeyError, TypeError):
        raise SignInRefused(
            "the service account's key is not the JSON file that the provider gives out; replace it"
        ) from None
    async with AsyncAssertionClient(
        grant.token_url,
        issuer=issuer,
        subject=grant.subject,
        claims={"scope": grant.scope},
        key=private,
        header={"alg": "RS256", "kid": number},
        **options,
    ) as client:
        return await client.refresh_token()


async def _look_at(response: httpx2.Response) -> None:
    """Before the answer is read: how it came, and from now on how much of it."""
    status = response.status_code
    if status == 429 or status >= 500:
        raise SignInError(f"{response.request.url} is not able to answer now ({status}); it is tried again")
    if 300 <= status < 400 or status == 404:
        raise SignInRefused(f"{response.request.url} is no token endpoint ({status}); correct token_url")
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise SignInError(f"{response.request.url} packs its answer although nobody asked it to; it is tried again")
    if isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = _Bounded(response.stream)


class _Bounded(httpx2.AsyncByteStream):
    """A body that ends in an error when it grows past :data:`MAX_ANSWER`."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        total = 0
        async for chunk in self._stream:
            total += len(chunk)
            if total > MAX_ANSWER:
                raise ValueError("too long")
            yield chunk

    async def aclose(self) -> None:
        """Closes what is underneath."""
        await self._stream.aclose()


def _answer(token: Any) -> Answer:
    def text(name: str) -> str:
        value = token.get(name)
        return value if isinstance(value, str) else ""

    try:
        life = float(token.get("expires_in") or 0)
    except (TypeError, ValueError, OverflowError):
        life = 0.0
    # A NaN is no number of seconds either.
    life = min(life, LONGEST_LIFE) if life > 0 else 0.0
    return Answer(text("access_token"), life, text("refresh_token"))


def _refusal(grant: Grant, code: str, prose: str) -> SignInError:
    known = code if re.fullmatch(r"[a-z_]{1,40}", code) else "no reason that can be shown"
    number = re.search(r"\bAADSTS\d{1,8}\b", prose)
    said = f"{known}, {number.group()}" if number else known
    if code in _PASSING:
        return SignInError(f"{grant.token_url} cannot give a token now ({said}); it is tried again")
    remedy = _REMEDIES.get(code, _GRANT_REMEDIES[grant.flow])
    return SignInRefused(f"{grant.token_url} refused to give a token ({said}); {remedy}")


def _network(error: Exception) -> str:
    """Why there was no answer, and what to do."""
    chain: list[BaseException] = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None and len(chain) < 8:
        chain.append(cause)
    for link in chain:
        if isinstance(link, ssl.SSLCertVerificationError):
            return f"shows a certificate that cannot be trusted ({link.verify_message}); name its issuer's with ca_file"
    for link in chain:
        if isinstance(link, ssl.SSLError):
            return "does not speak TLS as expected; check token_url"
    if isinstance(error, httpx2.TimeoutException):
        return "did not answer in time; check token_url and firewall"
    if isinstance(error, httpx2.ProxyError):
        return "cannot be reached through the proxy that HTTPS_PROXY names; check it"
    if isinstance(error, httpx2.ConnectError):
        return "cannot be reached; check token_url, name server and firewall"
    return "broke off before its answer was complete; check token_url"
