"""Failures: what the service, the network or the sign-in says, told apart and put into words that help."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, cast

from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError

from tools.errors import SearchError

if TYPE_CHECKING:
    from tools.search.azure.service import SearchService

_BUSY = frozenset({429, 502, 503, 504})  # over the limit, or for a moment not there
_LONGEST = 300  # characters of the service's own words
# Words by which the service says that its semantic ranker is off, or that the month's free queries are used up.
_SEMANTIC = ("semantic",)
_VECTORIZER = ("vectoriz", "vectoris", "embedding")


class Task(Enum):
    """What is being done, by the role that an identity needs for it."""

    SEARCH = "Search Index Data Reader"
    FILL = "Search Index Data Contributor"
    DEFINE = "Search Service Contributor"


def status_of(error: BaseException) -> int | None:
    """The HTTP status with which a request was refused, if an answer came."""
    return error.status_code if isinstance(error, HttpResponseError) else None


def is_busy(error: BaseException) -> bool:
    """Whether the same request may succeed a little later."""
    status = status_of(error)
    if status is not None:
        return status in _BUSY
    return isinstance(error, AzureError) and not isinstance(error, ClientAuthenticationError)


def is_semantic(error: BaseException) -> bool:
    """Whether the service does not offer its semantic ranker, or does no longer this month."""
    return status_of(error) in {400, 402, 403, 429} and any(word in _words(error).lower() for word in _SEMANTIC)


def is_vectorizer(error: BaseException) -> bool:
    """Whether the index's own vectorizer could not turn the query into a vector."""
    return status_of(error) is not None and any(word in _words(error).lower() for word in _VECTORIZER)


def retry_after(error: BaseException) -> float | None:
    """Seconds that the service asks to wait, or None where it does not say."""
    response = error.response if isinstance(error, HttpResponseError) else None
    value = str(cast("Any", response).headers.get("Retry-After", "")) if response is not None else ""
    return float(value) if value.isascii() and value.isdigit() else None


def brief(said: object) -> str:
    """The beginning of what an error says, on one line."""
    return " ".join(str(said).split())[:_LONGEST]


def explained(error: BaseException, service: SearchService, what: str, task: Task) -> SearchError:
    """Say in words what went wrong, where, and what to do.

    Args:
        error: What the SDK raised.
        service: Who was asked.
        what: What it was asked about, such as `the index 'handbook'`.
        task: What was being done.
    """
    where = f"{what} at {service.host}"
    status = status_of(error)
    if isinstance(error, TimeoutError):
        return SearchError(f"{where} did not answer in time: try again, or allow it more time")
    if status is None:
        return SearchError(_unanswered(error, service, task))
    said = _said(error)
    if status in {401, 403}:
        return SearchError(f"{service.host} refuses us {what} ({status}): {_refused(service, status, task)}{said}")
    if status == 404:
        return SearchError(
            f"there is no such thing as {where}: check its name, or make it with `vocative ingest --to azure`"
        )
    if status in _BUSY:
        return SearchError(f"{where} is overloaded or not ready ({status}): try again later, or add replicas{said}")
    verdict = "failed: try again later" if status >= 500 else "does not accept the request"
    return SearchError(f"{where} {verdict} ({status}){said}")


def _refused(service: SearchService, status: int, task: Task) -> str:
    if service.by_key:
        kind = "a query key or an admin key" if task is Task.SEARCH else "an admin key (a query key may only search)"
        return f"the key is wrong, or not allowed to do that: it must be {kind} of this service, with keys enabled"
    if status == 401:
        return (
            "the token is not accepted: does the identity belong to the service's tenant, and does the service allow "
            "role-based access?"
        )
    return f"the identity needs the role {task.value!r} on the service; a new role takes some minutes to hold"


def _unanswered(error: BaseException, service: SearchService, task: Task) -> str:
    if isinstance(error, ClientAuthenticationError):
        return (
            f"nobody is signed in to {service.host}: {brief(error)}. Sign in with `az login`, or on Azure give the app "
            f"a managed identity with the role {task.value!r}; or set a key"
        )
    if service.proxy is not None and (by_proxy := service.proxy.explained(error, service.host)):
        return f"{service.host} cannot be reached: {by_proxy}"
    why = brief(error) or type(error).__name__
    return f"{service.host} cannot be reached: {why}. Check the name of the service, and whether a firewall lets us out"


def _said(error: BaseException) -> str:
    words = brief(_words(error))
    return f". It says: {words}" if words else ""


def _words(error: BaseException) -> str:
    told = getattr(error, "error", None)  # parsed by azure-core; missing where the body is no JSON
    return str(getattr(told, "message", None) or getattr(error, "message", None) or "")
