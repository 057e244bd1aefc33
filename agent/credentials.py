"""Credentials: what a service is shown when it is dialled. Keys from the settings, tokens from Microsoft Entra ID."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote

from agent.errors import ConfigurationError, CredentialError
from agent.services.sign_in import explain_sign_in

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from azure.core.credentials import AccessToken

    from agent.config import Settings
    from agent.services.service import Service

_log = logging.getLogger(__name__)

# Seconds. The developer tools that the chain of credentials asks may take ten each.
SIGN_IN_TIME = 45.0
# Before a token expires a new one is fetched in the background; azure-identity gives a new one out from then on.
REFRESH_BEFORE = 300.0
# A token that is nearer to its end than this is not used for a handshake any more.
TOO_SHORT = 20.0
RETRY_AFTER = 30.0


class TokenCredential(Protocol):
    """Where tokens come from, as `azure.core.credentials_async.AsyncTokenCredential` has it."""

    async def get_token(self, *scopes: str) -> AccessToken:
        """Fetch a token for a scope."""
        ...

    async def close(self) -> None:
        """Close its connections."""
        ...


@dataclass(frozen=True, slots=True)
class Access:
    """What one handshake is made with. Neither part is ever shown.

    Attributes:
        url: The address to dial.
        headers: Headers that say who we are.
    """

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


class Credentials:
    """Gives out what services are shown, for as long as a process runs; use it as an asynchronous context manager.

    Args:
        settings: Where the keys stand.
        make_credential: Makes the source of tokens; it is called once, off the event loop, when the first token is
            wanted. By default azure-identity's chain: service principal, workload identity, managed identity, the
            developer's tools.
        clock: Seconds since the epoch, as tokens state their expiry.
    """

    def __init__(
        self,
        settings: Settings,
        make_credential: Callable[[], TokenCredential] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._make_credential = make_credential or (lambda: default_credential(settings))
        self._clock = clock
        self._credential: asyncio.Future[TokenCredential] | None = None
        self._tokens: dict[str, _Token] = {}

    async def __aenter__(self) -> Credentials:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.close()

    async def access(self, service: Service) -> Access:
        """What a handshake with a service is made with.

        Raises:
            CredentialError: Nobody is signed in; the text says what was tried and what to do.
            ConfigurationError: The key is not there.
        """
        if service.authentication != "api-key-query":
            return Access(service.url, await self.headers(service))
        joint = "&" if "?" in service.url else "?"
        return Access(f"{service.url}{joint}api-key={quote(self._key(service), safe='')}", {})

    def prepare(self, service: Service) -> None:
        """Begin to fetch what a service will be shown, so that the first caller need not wait for it."""
        if service.authentication == "entra":
            self._for(service.scope or "").prepare()

    async def headers(self, service: Service) -> dict[str, str]:
        """The headers that say who we are, for a request to a service that takes them.

        Raises:
            CredentialError: Nobody is signed in; the text says what was tried and what to do.
            ConfigurationError: The key is not there.
        """
        if service.authentication == "entra":
            return {"Authorization": f"Bearer {await self._token(service)}"}
        if service.authentication == "bearer":
            return {"Authorization": f"Bearer {self._key(service)}"}
        return {} if service.authentication == "none" else {"api-key": self._key(service)}

    async def close(self) -> None:
        """Stop what is being fetched, and close the connections behind."""
        for token in self._tokens.values():
            await token.close()
        if self._credential is not None:
            await asyncio.wait([self._credential])
            if not _failed(self._credential):
                await self._credential.result().close()
            self._credential = None

    def _key(self, service: Service) -> str:
        key = self._settings.key(service.key_name) if service.key_name else None
        if key is None:
            raise ConfigurationError(f"{service.name} needs a key: set {service.key_name or service.kind.key_name}")
        return key

    async def _token(self, service: Service) -> str:
        try:
            return await self._for(service.scope or "").value()
        except TimeoutError:
            reason = f"nothing answered within {SIGN_IN_TIME:g} s"
        except Exception as error:  # a credential is anybody's code, and may raise anything
            reason = str(error) or type(error).__name__
        raise CredentialError(explain_sign_in(service, reason))

    def _for(self, scope: str) -> _Token:
        return self._tokens.setdefault(scope, _Token(lambda: self._fetch(scope), self._clock))

    async def _fetch(self, scope: str) -> AccessToken:
        async with asyncio.timeout(SIGN_IN_TIME):
            if self._credential is None or _failed(self._credential):
                # In a thread: to import azure-identity alone takes a good part of a second.
                self._credential = asyncio.ensure_future(asyncio.to_thread(self._make_credential))
            return await (await asyncio.shield(self._credential)).get_token(scope)


def _failed(future: asyncio.Future[TokenCredential]) -> bool:
    return future.done() and (future.cancelled() or future.exception() is not None)


class _Token:
    """One scope's token: fetched once for all who wait, and anew in good time before it expires."""

    def __init__(self, fetch: Callable[[], Awaitable[AccessToken]], clock: Callable[[], float]) -> None:
        self._fetch = fetch
        self._clock = clock
        self._value = ""
        self._expires = 0.0
        self._fetching: asyncio.Task[None] | None = None
        self._not_before = 0.0

    def prepare(self) -> None:
        # An error is for the callers, each of whom tries again.
        self._start().add_done_callback(lambda task: task.cancelled() or task.exception())

    async def value(self) -> str:
        now = self._clock()
        if self._expires - now > REFRESH_BEFORE:
            return self._value
        if self._expires - now > TOO_SHORT:
            if now >= self._not_before:
                self._not_before = now + RETRY_AFTER
                self._start().add_done_callback(_noted)
            return self._value
        # Shielded: a caller that gives up does not take the token away from the others.
        await asyncio.shield(self._start())
        return self._value

    async def close(self) -> None:
        if self._fetching is not None and not self._fetching.done():
            self._fetching.cancel()
            await asyncio.wait([self._fetching])

    def _start(self) -> asyncio.Task[None]:
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.create_task(self._renew())
        return self._fetching

    async def _renew(self) -> None:
        token = await self._fetch()
        self._value, self._expires = token.token, float(token.expires_on)


def _noted(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        # The old token still holds; the next handshake tries again. Its text may be long, and is told when it counts.
        _log.warning("a new token could not be fetched (%s); the old one is still good", type(error).__name__)


def default_credential(settings: Settings) -> TokenCredential:
    """azure-identity's credential for the settings: a service principal where one is configured, else its chain."""
    from azure.identity import aio  # noqa: PLC0415  (only who signs in pays for it)

    tenant, client, secret = settings.azure_tenant_id, settings.azure_client_id, settings.azure_client_secret
    if tenant and client and secret:
        # The chain would find these in the environment, but not in a `.env` file.
        return aio.ClientSecretCredential(tenant, client, secret.get_secret_value())
    return aio.DefaultAzureCredential(managed_identity_client_id=client)
