"""An issuer of tokens like Entra ID: keys, a key set, and tokens with whatever is to be wrong about them."""

from __future__ import annotations

import json
from functools import cache

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

TENANT = "11111111-2222-3333-4444-555555555555"
OTHER_TENANT = "99999999-2222-3333-4444-555555555555"
AUDIENCE = "aaaaaaaa-0000-0000-0000-000000000001"
NOW = 1_800_000_000.0  # Unix time


@cache
def _generated(_name: str, bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def private_key(name: str = "first", bits: int = 2048) -> rsa.RSAPrivateKey:
    return _generated(name, bits)


def public_pem(name: str = "first") -> bytes:
    return private_key(name).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def jwk(name: str = "first", bits: int = 2048, **fields) -> dict:
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(private_key(name, bits).public_key()))
    public.pop("key_ops", None)
    return {**public, "kid": name, "use": "sig", **fields}


def claims(authority: str = "https://login.microsoftonline.com", now: float = NOW, **said) -> dict:
    tenant = said.get("tid", TENANT)
    usual = {
        "iss": f"{authority}/{tenant}/v2.0",
        "aud": AUDIENCE,
        "tid": tenant,
        "oid": "user-1",
        "sub": "pairwise",
        "name": "Ada",
        "exp": int(now) + 3600,
        "nbf": int(now) - 10,
        "iat": int(now) - 10,
        "groups": ["g1", "g2"],
        "roles": ["Reader"],
        "scp": "Voice.Use profile",
    }
    return {name: value for name, value in {**usual, **said}.items() if value is not None}


def token(said: dict | None = None, *, kid: str | None = "first", signer: str = "first", algorithm: str = "RS256"):
    headers = {} if kid is None else {"kid": kid}
    return jwt.encode(said or claims(), private_key(signer), algorithm, headers=headers)


class KeyServer:
    """A real HTTP server that publishes keys where Entra ID does."""

    def __init__(self) -> None:
        self.keys = [jwk()]
        self.asked = 0
        self.status = 200
        self.authority = ""

    async def __aenter__(self):
        application = web.Application()
        application.router.add_get("/{tenant}/discovery/v2.0/keys", self._answer)
        self._runner = web.AppRunner(application)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.authority = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_):
        await self._runner.cleanup()

    async def _answer(self, request):
        self.asked += 1
        return web.json_response({"keys": self.keys}, status=self.status)
