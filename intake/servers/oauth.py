# SPDX-License-Identifier: GPL-3.0-or-later
"""One source of tokens for each table ``[sign_in.NAME]``, shared by every mailbox and relay that names it.

* One renewal at a time, however many ask. It goes on if the one who asked is gone: the answer may hold a new
  refresh token, and with some providers the old one is void from then on.
* Renewed ahead of the end: when a fifth of the life is left, at most five minutes. While the endpoint is down,
  a token serves until its end.
* A server may refuse a token before its end (withdrawn, keys changed). Then one new token is asked for at once, at
  most one a minute: a mailbox that never may be opened must not wear out the endpoint.
* After a failure nobody asks again until a pause is over: it doubles from one second to one minute where the
  failure may pass, and is five minutes where the endpoint said no. Meanwhile whoever asks gets the same sentence.
* Secrets are read anew for every renewal: a replaced one counts without a restart.
* A new refresh token (RFC 6749 section 6, RFC 9700 section 4.14) is on disk before the access token that came
  with it is used. Where the disk refuses, it is kept here and written with the next chance.

Time is measured with a clock that only grows, so a corrected clock ends no token early or late.
"""

import asyncio
import contextlib
import importlib
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from intake.config import Settings, SignIn
from intake.errors import ConfigurationError, SignInError, SignInRefused
from intake.servers.oauth_store import Store
from intake.servers.sasl import is_token

AHEAD_SECONDS = 300.0
AHEAD_PART = 0.2
FORCED_SECONDS = 60.0
"""Between two renewals because a server refused a token that seemed good."""
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
REFUSED_PAUSE = 300.0
DEFAULT_LIFE = 3600.0
"""Where the endpoint does not say how long a token lives."""
CLOSE_SECONDS = 5.0

_log = logging.getLogger(__name__)

Flow = Literal["client-credentials", "refresh-token", "service-account"]


@dataclass(frozen=True, slots=True)
class Grant:
    """What is asked of a token endpoint. ``secret`` is the client's; for a service account, its key file's text."""

    flow: Flow
    token_url: str
    client_id: str = ""
    secret: str = field(default="", repr=False)
    client_auth: Literal["post", "basic"] = "post"
    scope: str = ""
    subject: str = ""
    refresh_token: str = field(default="", repr=False)
    """The first one, as configured."""
    ca_file: Path | None = None
    timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a token endpoint gave: seconds of life (0: not said) and, with some, a new refresh token."""

    access_token: str = field(repr=False)
    life: float = 0.0
    refresh_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class _Token:
    access: str = field(repr=False)
    renew_at: float
    ends_at: float


class TokenSource:
    """See the module.

    ``grant`` reads the secrets, and may raise :class:`ConfigurationError`; ``clock`` gives seconds that only grow.
    """

    def __init__(
        self,
        name: str,
        grant: Callable[[], Grant],
        store: Store,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = name
        self._grant = grant
        self._store = store
        self._clock = clock
        self._held: _Token | None = None
        self._renewal: asyncio.Task[_Token | SignInError] | None = None
        self._problem: SignInError | None = None
        self._failures = 0
        self._ask_from = 0.0
        self._force_from = 0.0
        self._unsaved: tuple[str, str] | None = None

    @property
    def name(self) -> str:
        """The table's name."""
        return self._name

    async def token(self, refused: str = "") -> str:
        """A token to sign in with.

        ``refused``: a server would not take this one. If it is still the newest, a new one is asked for, unless that
        happened within :data:`FORCED_SECONDS`; then the same comes back, and the caller gives up.

        Raises :class:`SignInRefused` where the endpoint said no, else :class:`SignInError`.
        """
        held, now = self._held, self._clock()
        if held is not None and held.access == refused:
            if not self._renewing:
                if now < self._force_from:
                    return refused
                self._force_from = now + FORCED_SECONDS
        elif held is not None and now < held.renew_at:
            return held.access
        outcome = await self._renewed(now)
        if isinstance(outcome, _Token):
            return outcome.access
        if held is not None and held.access != refused and now < held.ends_at:
            return held.access
        raise outcome

    async def close(self) -> None:
        """Waits a little for a renewal under way, so that a new refresh token is not lost."""
        if self._renewal is not None:
            await asyncio.wait([self._renewal], timeout=CLOSE_SECONDS)
            self._renewal.cancel()

    @property
    def _renewing(self) -> bool:
        return self._renewal is not None and not self._renewal.done()

    async def _renewed(self, now: float) -> _Token | SignInError:
        if self._renewal is None or not self._renewing:
            if self._problem is not None and now < self._ask_from:
                return type(self._problem)(str(self._problem))
            self._renewal = asyncio.create_task(self._renew(), name=f"sign-in {self._name}")
        return await asyncio.shield(self._renewal)

    async def _renew(self) -> _Token | SignInError:
        error: SignInError
        try:
            token = await self._ask()
        except ConfigurationError as problem:
            error = SignInRefused(str(problem))
        except SignInError as problem:
            error = type(problem)(f"sign_in.{self._name}: {problem}")
        except Exception as unexpected:
            # A fault of ours. Its text might quote a secret: only its kind is told.
            kind = type(unexpected).__name__
            error = SignInError(f"sign_in.{self._name}: unexpected {kind}; please report it; it is tried again")
        else:
            self._held, self._problem, self._failures = token, None, 0
            return token
        self._problem = error
        passing = min(FIRST_PAUSE * 2 ** min(self._failures, 10), LONGEST_PAUSE)
        self._failures += 1
        self._ask_from = self._clock() + (REFUSED_PAUSE if isinstance(error, SignInRefused) else passing)
        return error

    async def _ask(self) -> _Token:
        grant = await asyncio.to_thread(self._grant)
        if grant.flow != "refresh-token":
            asked_at = self._clock()
            return _checked(await _request(grant, ""), asked_at, grant)
        async with self._store.locked(grant.timeout):
            current = await self._current(grant)
            asked_at = self._clock()
            answer = await _request(grant, current)
            if answer.refresh_token and answer.refresh_token != current:
                self._unsaved = (answer.refresh_token, grant.refresh_token)
            await self._save()
        return _checked(answer, asked_at, grant)

    async def _current(self, grant: Grant) -> str:
        """The newest refresh token: one that could not be written yet, else the stored one, else the configured one."""
        if self._unsaved is not None and self._unsaved[1] == grant.refresh_token:
            return self._unsaved[0]
        self._unsaved = None
        return await asyncio.to_thread(self._store.read, grant.refresh_token)

    async def _save(self) -> None:
        if self._unsaved is None:
            return
        try:
            await asyncio.to_thread(self._store.write, *self._unsaved)
        except OSError as error:
            _log.warning(
                "sign_in.%s: the new refresh token cannot be written to %s (%s); make room there, do not stop the "
                "service before", self._name, self._store.file, error.strerror,
            )  # fmt: skip
        else:
            self._unsaved = None


async def _request(grant: Grant, refresh_token: str) -> Answer:
    # Loaded only where it is needed, and not on the loop: it takes a quarter of a second.
    module = await asyncio.to_thread(importlib.import_module, "intake.servers.oauth_request")
    try:
        async with asyncio.timeout(grant.timeout):
            answer: Answer = await module.request(grant, refresh_token)
    except TimeoutError:
        raise SignInError(
            f"{grant.token_url} did not answer within {grant.timeout:g} seconds; check token_url and firewall; "
            "it is tried again"
        ) from None
    return answer


def _checked(answer: Answer, asked_at: float, grant: Grant) -> _Token:
    if not is_token(answer.access_token):
        raise SignInError(
            f"{grant.token_url} answered without a usable token; check that token_url is the token endpoint"
        )
    life = answer.life if answer.life > 0 else DEFAULT_LIFE
    return _Token(answer.access_token, asked_at + life - min(AHEAD_SECONDS, life * AHEAD_PART), asked_at + life)


def grant(settings: Settings, name: str, environment: Mapping[str, str]) -> Grant:
    """What the table ``[sign_in.NAME]`` asks for. Raises :class:`ConfigurationError` if a secret cannot be read."""
    table: SignIn = settings.configuration.sign_in[name]
    where = f"sign_in.{name}"
    return Grant(
        flow=table.flow,
        token_url=table.endpoint,
        client_id=table.client_id,
        secret=settings.secret(table, "secret", where, environment),
        client_auth=table.client_auth,
        scope=table.scopes,
        subject=table.subject,
        refresh_token=settings.secret(table, "refresh_token", where, environment),
        ca_file=settings.folder / table.ca_file if table.ca_file else None,
        timeout=table.timeout_seconds,
    )


def token_source(settings: Settings, name: str, environment: Mapping[str, str]) -> TokenSource:
    """The source of a table. Raises :class:`ConfigurationError` if a secret cannot be read now."""

    def read() -> Grant:
        return grant(settings, name, environment)

    read()
    return TokenSource(name, read, Store(settings.data / "tokens" / name))


def token_sources(settings: Settings, environment: Mapping[str, str]) -> dict[str, TokenSource]:
    """A source for each table, by its name. Raises what :func:`token_source` raises."""
    return {name: token_source(settings, name, environment) for name in settings.configuration.sign_in}


async def close_all(sources: Mapping[str, TokenSource]) -> None:
    """:meth:`TokenSource.close` for each; never raises."""
    with contextlib.suppress(Exception):
        await asyncio.gather(*(source.close() for source in sources.values()))
