"""EasyAuth: who the platform in front of us signed in, as Azure App Service and Container Apps tell in headers.

Anybody can send these headers. They mean something only where every request passes the platform's sign-in, which
replaces them; so they are read only when a setting says so. Format: "Work with user identities in Azure App Service
authentication" on Microsoft Learn.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any, cast

from agent.door.refusal import unauthorized
from tools.context import User

if TYPE_CHECKING:
    from collections.abc import Mapping

PRINCIPAL = "x-ms-client-principal"

_IDS = (
    "http://schemas.microsoft.com/identity/claims/objectidentifier",
    "oid",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier",
    "sub",
)
_NAMES = ("name", "preferred_username", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name")
_GROUPS = ("groups", "roles", "http://schemas.microsoft.com/ws/2008/06/identity/claims/role")


def user_of(headers: Mapping[str, str]) -> User | None:
    """Read the platform's headers.

    Args:
        headers: Of the request, names in lower case.

    Returns:
        Who signed in; None where the platform let somebody pass who had not.

    Raises:
        TurnedAway: The headers are there and cannot be read.
    """
    encoded = headers.get(PRINCIPAL)
    if encoded is None:
        identity = headers.get(f"{PRINCIPAL}-id")
        return User(identity, headers.get(f"{PRINCIPAL}-name")) if identity else None
    principal = _principal(encoded)
    claims = _claims(principal.get("claims"))
    role = str(principal.get("role_typ") or "")
    name = str(principal.get("name_typ") or "")
    identity = _first(claims, _IDS) or headers.get(f"{PRINCIPAL}-id")
    if not identity:
        raise _unreadable("it names nobody")
    groups = dict.fromkeys(value for kind in (*_GROUPS, role) for value in claims.get(kind, ()))
    shown = _first(claims, (*_NAMES, name)) or headers.get(f"{PRINCIPAL}-name")
    rest = {kind: values[0] if len(values) == 1 else list(values) for kind, values in claims.items()}
    return User(identity, shown, tuple(groups), rest)


def _principal(encoded: str) -> dict[str, Any]:
    try:
        said: Any = json.loads(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError):
        raise _unreadable("it is not base64 of JSON") from None
    if not isinstance(said, dict):
        raise _unreadable("it is not an object")
    return cast("dict[str, Any]", said)


def _claims(listed: object) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in cast("list[object]", listed) if isinstance(listed, list) else []:
        claim = cast("dict[str, Any]", each) if isinstance(each, dict) else {}
        kind, value = claim.get("typ"), claim.get("val")
        if isinstance(kind, str) and isinstance(value, str):
            found.setdefault(kind, []).append(value)
    return found


def _first(claims: Mapping[str, list[str]], kinds: tuple[str, ...]) -> str | None:
    return next((claims[kind][0] for kind in kinds if claims.get(kind)), None)


def _unreadable(why: str) -> Exception:
    return unauthorized("invalid_principal", f"the platform's X-MS-CLIENT-PRINCIPAL cannot be read: {why}")
