"""Diagnosis: what a refused handshake means for this service, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.services.refusal import Refusal, read_refusal
from agent.services.retirement import LATEST_PREVIEW, retirement_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agent.services.service import Service

# What Azure's services say when a token is good and its owner may still not do it.
_NO_ROLE = ("lacks the required data action", "PermissionDenied", "does not have access")
_NO_KEYS = ("AuthenticationTypeDisabled", "Key based authentication", "disableLocalAuth")
_NETWORK = (
    "Virtual Network",
    "Firewall",
    "private endpoint",
    "Public access is disabled",
    "network rules",
    "Traffic is not",
)
_GONE = ("retired", "deprecated", "decommissioned")


def explain(service: Service, status: int, headers: Mapping[str, str], body: str | bytes | None) -> str:
    """Say in words why a service refused the handshake.

    Args:
        service: Who was dialled, and as whom.
        status: The HTTP status of the answer.
        headers: Its headers; names in any case.
        body: Its body, as much as is there; None where nobody has read it.

    Returns:
        What happened, where, why as far as can be told, and what to do; on one line, without any credential.
    """
    refusal = read_refusal(status, headers, body)
    reason = _REASONS.get(status)
    if reason is None:
        reason = _trouble if status >= 500 else _redirect if 300 <= status < 400 else _odd
    return f"{service.name} at {service.host} refused with HTTP {status}: {reason(service, refusal)}{refusal.quoted}"


def _bad_request(service: Service, refusal: Refusal) -> str:
    if _names_version(service, refusal):
        return f"it does not know api-version {service.api_version} (any more): {_version_advice(service)}"
    if refusal.says("OperationNotSupported", "does not work with the specified model", "not supported"):
        what = f"{service.kind.noun} {service.model}" if service.model else "model"
        return f"the {what} is none for Realtime sessions: deploy or name one that is, such as gpt-realtime-2.1"
    return f"the service does not like the request: check the path and its parameters, {service.shown}"


def _unauthorized(service: Service, refusal: Refusal) -> str:
    if service.authentication == "entra":
        if refusal.says(*_NO_ROLE):
            return _role(service)
        return (
            "the Entra token is not accepted: it must come from the tenant of the resource "
            f"(`az login --tenant …`), and the identity needs the role {service.kind.role!r} there"
        )
    if refusal.says(*_NO_KEYS):
        return f"this resource takes no keys: remove {service.key_name or 'the key'} to use Microsoft Entra ID"
    if service.authentication == "none":
        advice = f"set {service.kind.key_name}" if service.kind.key_name else "it wants a credential"
        if service.kind.role:
            advice += ", or VOCATIVE_MODEL_AUTH=entra to sign in without one"
        return f"no key was sent, or the one in the address is wrong: {advice}"
    where = ""
    if service.kind.role:
        where = " A key belongs to one resource; and after it was made anew, the old one is void."
    return f"the key in {service.key_name} is wrong, expired, or of somebody else's.{where}"


def _role(service: Service) -> str:
    return (
        f"the identity may not use this resource: give it the role {service.kind.role!r} there (`az role assignment "
        f"create --role {service.kind.role!r} --assignee … --scope …`; it takes some minutes to have effect)"
    )


def _forbidden(service: Service, refusal: Refusal) -> str:
    if refusal.says(*_NETWORK):
        return (
            "its network rules keep us out: allow this machine's address (or its virtual network, or a private "
            "endpoint) under Networking of the resource"
        )
    if refusal.says(*_NO_KEYS):
        return f"this resource takes no keys: remove {service.key_name or 'the key'} to use Microsoft Entra ID"
    if service.authentication == "entra":
        return f"{_role(service)}; if it has it, look at the network rules under Networking of the resource"
    if refusal.says("unsupported_country"):
        return "the service is not offered where this machine is"
    network = "" if not service.kind.role else ", or the resource's network rules keep this machine out"
    return f"the key or the identity may not use this model{network}"


def _not_found(service: Service, refusal: Refusal) -> str:
    version = service.api_version
    if _names_version(service, refusal):
        return f"it does not know api-version {version} (any more): {_version_advice(service)}"
    noun = service.kind.noun
    named = f"{noun} named {service.model}" if service.model else "such path, model or deployment"
    text = f"there is no {named}; names count to the letter"
    if noun == "deployment":
        text += ", a new deployment takes some minutes"
    hints = [f"or the api-version {version} is not served any more: {_version_advice(service)}"] if version else []
    if service.profile == "voice-live":
        hints.append("or the resource is in a region without Voice Live")
    if not service.kind.parameter:
        hints.append(f"or the path is wrong: {service.shown}")
    return "; ".join([text + _end_of(service), *hints])


def _names_version(service: Service, refusal: Refusal) -> bool:
    return bool(service.api_version) and refusal.says("api-version", "api version", "ApiVersion")


def _version_advice(service: Service) -> str:
    if service.profile == "azure-preview":
        better = f"use {LATEST_PREVIEW}, or " if service.api_version != LATEST_PREVIEW else "use "
        return f"{better}the GA protocol (--model azure)"
    return "leave it out of the address to get the current one"


def _end_of(service: Service) -> str:
    end = retirement_of(service.profile, service.model)
    if end is None:
        return ""
    return f" ({end.seller} announced the end of {end.model} for {end.day.isoformat()}: use {end.replacement})"


def _gone(service: Service, _refusal: Refusal) -> str:
    return f"the model behind {service.model or 'it'} has retired{_end_of(service)}: deploy or name a current one"


def _too_many(service: Service, refusal: Refusal) -> str:
    if refusal.says("insufficient_quota", "billing"):
        return "the quota is used up: see plan and billing of the account that the key belongs to"
    wait = f"wait {refusal.retry_after:.0f} s" if refusal.retry_after is not None else "wait"
    more = f"raise the quota of deployment {service.model}" if service.kind.noun == "deployment" else "raise the limit"
    return f"the quota is used up, or too many sessions are open: {wait}, or {more}"


def _trouble(_service: Service, refusal: Refusal) -> str:
    wait = f" in {refusal.retry_after:.0f} s" if refusal.retry_after is not None else ""
    return f"the service has trouble of its own: try again{wait}; if it lasts, see its status page or its own log"


def _redirect(_service: Service, refusal: Refusal) -> str:
    where = f" to {refusal.location}" if refusal.location else ""
    return f"it redirects{where}, which a WebSocket cannot follow: give the final address"


def _odd(service: Service, refusal: Refusal) -> str:
    if refusal.says(*_GONE):
        return _gone(service, refusal)
    return f"what answers there speaks no WebSocket: check the path, {service.shown}; see the service's own log"


_REASONS: dict[int, Callable[[Service, Refusal], str]] = {
    400: _bad_request,
    401: _unauthorized,
    403: _forbidden,
    404: _not_found,
    410: _gone,
    429: _too_many,
}
