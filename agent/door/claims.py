"""Claims: what a token of Entra ID must say, and whom it then names. The signature has been verified before.

Sources: "Access tokens", "Secure applications and APIs by validating claims" and "Access token claims reference" of
the Microsoft identity platform on Microsoft Learn.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from agent.door.refusal import forbidden, unauthorized
from agent.errors import ConfigurationError
from tools.context import User

if TYPE_CHECKING:
    from collections.abc import Mapping

MULTI_TENANT = ("common", "organizations")
_PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad"  # the tenant of all personal Microsoft accounts
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

# Issuers of v1.0 tokens, by the authority's host; v2.0 tokens are issued by the authority itself.
_V1_ISSUERS = {
    "login.microsoftonline.com": "https://sts.windows.net/{tenantid}/",
    "login.microsoftonline.us": "https://sts.windows.net/{tenantid}/",
    "login.partner.microsoftonline.cn": "https://sts.chinacloudapi.cn/{tenantid}/",
}

LEEWAY = 60.0  # seconds by which clocks may differ


@dataclass(frozen=True, slots=True)
class Policy:
    """Whose tokens are taken.

    Attributes:
        tenants: Ids of the tenants; or `common`, `organizations` for any of that kind.
        audiences: Our own application, as `aud` names it: its client id, its `api://` URI, or both.
        authority: Where tokens are issued, without a trailing slash.
        scopes: One of these a token must have among its scopes or roles; empty for none needed.
    """

    tenants: tuple[str, ...]
    audiences: tuple[str, ...]
    authority: str = "https://login.microsoftonline.com"
    scopes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for tenant in self.tenants:
            if tenant not in MULTI_TENANT and not _GUID.fullmatch(tenant):
                raise ConfigurationError(
                    f"VOCATIVE_ENTRA_TENANT={tenant!r}: give the tenant's id (a GUID), several with commas between "
                    "them, or 'organizations' for any organisation"
                )
        if not self.tenants or not self.audiences:
            raise ConfigurationError(
                "VOCATIVE_ENTRA_TENANT and VOCATIVE_ENTRA_AUDIENCE belong together: whose tokens are taken, and for "
                "which application (its client id, or api://…)"
            )

    @property
    def keys_url(self) -> str:
        """Where the keys are published that tokens are signed with."""
        segment = self.tenants[0] if len(self.tenants) == 1 else "common"
        return f"{self.authority}/{segment}/discovery/v2.0/keys"

    @property
    def takes_several(self) -> bool:
        """Users of more than one tenant are admitted."""
        return len(self.tenants) > 1 or not set(self.tenants).isdisjoint(MULTI_TENANT)

    def issuers(self, tenant: str) -> tuple[str, ...]:
        """Who may have issued a token of a tenant: v2.0 first."""
        host = self.authority.partition("://")[2]
        templates = (f"{self.authority}/{{tenantid}}/v2.0", _V1_ISSUERS.get(host, ""))
        return tuple(each.replace("{tenantid}", tenant) for each in templates if each)

    def takes(self, tenant: str) -> bool:
        """Whether tokens of a tenant are taken."""
        if not _GUID.fullmatch(tenant):
            return False
        return (
            tenant in self.tenants
            or "common" in self.tenants
            or ("organizations" in self.tenants and tenant != _PERSONAL)
        )


def check(claims: Mapping[str, Any], policy: Policy, now: float, key_issuer: str | None = None) -> tuple[User, float]:
    """Judge the claims of a token.

    Args:
        claims: The token's payload.
        policy: Whose tokens are taken.
        now: Unix time.
        key_issuer: Whom the key that signed is published for, possibly with `{tenantid}` in it; None for anybody.

    Returns:
        Whom it names, and until when it is valid in Unix time.

    Raises:
        TurnedAway: Something in it is not as it must be.
    """
    expires = _time(claims, "exp")
    if expires is None or now >= expires + LEEWAY:
        raise unauthorized("expired_token", "the token has expired: sign in again")
    starts = _time(claims, "nbf")
    if starts is not None and now < starts - LEEWAY:
        raise unauthorized("invalid_token", "the token is not valid yet: are both clocks right?")
    audience = claims.get("aud")
    if not isinstance(audience, str) or audience not in policy.audiences:
        raise unauthorized("wrong_audience", "the token is for another application: ask for one for this assistant")
    _check_issuer(claims, policy, key_issuer)
    granted = {*_words(claims.get("scp")), *_words(claims.get("roles"))}
    if policy.scopes and not granted & set(policy.scopes):
        text = f"the token has none of the scopes or roles that this assistant asks for: {', '.join(policy.scopes)}"
        raise forbidden("missing_scope", text)
    return _user(claims, policy), expires


def _check_issuer(claims: Mapping[str, Any], policy: Policy, key_issuer: str | None) -> None:
    tenant, issuer = claims.get("tid"), claims.get("iss")
    if not isinstance(tenant, str) or not policy.takes(tenant):
        raise unauthorized("wrong_tenant", "the token is of a tenant whose users are not admitted here")
    issuers = policy.issuers(tenant)
    if issuer not in issuers:
        raise unauthorized("wrong_issuer", "the token was not issued by the authority that this assistant trusts")
    # Some published keys are one tenant's own. Such a key proves nothing about the users of another.
    if key_issuer is not None and key_issuer.replace("{tenantid}", tenant) != issuers[0]:
        raise unauthorized("wrong_issuer", "the token is signed with a key of another issuer")


def _user(claims: Mapping[str, Any], policy: Policy) -> User:
    identity = claims.get("oid") or claims.get("sub")
    if not isinstance(identity, str):
        raise unauthorized("invalid_token", "the token names nobody: it has neither oid nor sub")
    if policy.takes_several:
        identity = f"{claims['tid']}/{identity}"
    groups = dict.fromkeys([*_words(claims.get("groups")), *_words(claims.get("roles"))])
    name = claims.get("name") or claims.get("preferred_username")
    return User(identity, name if isinstance(name, str) else None, tuple(groups), dict(claims))


def _words(value: object) -> list[str]:
    listed = value.split() if isinstance(value, str) else value
    return [each for each in cast("list[object]", listed) if isinstance(each, str)] if isinstance(listed, list) else []


def _time(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
