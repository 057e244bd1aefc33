"""Signing in: keys and tokens; a token goes over TLS only."""

from __future__ import annotations

import ssl
import time

import aiohttp
import pytest
import trustme
from aiohttp import web
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError
from azure.core.pipeline.transport import AioHttpTransport

from tests.tools.search.azure.contract.service import CONTRIBUTOR, READER
from tools.context import User
from tools.errors import SearchError
from tools.search.azure import AzureSearch, SearchService
from tools.search.azure.uploading import Uploader


class Tokens:
    """A credential of azure-identity's kind."""

    def __init__(self, token):
        self.token, self.scopes = token, []

    async def get_token(self, *scopes, **_options):
        self.scopes += scopes
        if self.token is None:
            raise ClientAuthenticationError("DefaultAzureCredential failed to retrieve a token.")
        return AccessToken(self.token, int(time.time()) + 3600)

    async def close(self):
        pass


@pytest.fixture
async def secure(stand_in, monkeypatch):
    """The stand-in over TLS, by a certificate of an authority that the SDK's connections trust here."""
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    runner = web.AppRunner(stand_in.application(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    made = AioHttpTransport.__init__

    def trust(self, **options):
        session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trusting), auto_decompress=False)
        made(self, **options | {"session": session, "session_owner": True})

    monkeypatch.setattr(AioHttpTransport, "__init__", trust)
    yield f"https://localhost:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
async def signed_in(secure, stand_in):
    opened = []

    def sign_in(*roles, token="token"):
        stand_in.tokens["token"] = set(roles)
        credential = Tokens(token)
        opened.append(SearchService(secure, credential))
        return opened[-1], credential

    yield sign_in
    for each in opened:
        await each.close()


async def test_a_reader_may_search_and_its_documents_are_kept_by_the_same_filter(handbook, signed_in):
    service, credential = signed_in(READER)
    found = await AzureSearch(service, "handbook").search("annual leave of directors")
    assert {each.id for each in found} == {"leave"}
    found = await AzureSearch(service, "handbook").search("directors", user=User("u", groups=("directors",)))
    assert found[0].id == "secret"
    assert set(credential.scopes) == {"https://search.azure.com/.default"}


@pytest.mark.parametrize(("roles", "role"), [((), READER), ((CONTRIBUTOR,), READER)])
async def test_a_missing_role_is_named(handbook, signed_in, roles, role):
    service, _ = signed_in(*roles)
    with pytest.raises(SearchError, match=rf"\(403\): the identity needs the role '{role}'"):
        await AzureSearch(service, "handbook").search("leave")


async def test_the_role_for_filling_is_named(handbook, signed_in):
    service, _ = signed_in(READER)
    with pytest.raises(SearchError, match=rf"needs the role '{CONTRIBUTOR}'"):
        await Uploader(service, "handbook").send([{"@search.action": "delete", "id": "leave"}])


async def test_a_token_that_is_not_accepted_is_told(handbook, signed_in):
    service, _ = signed_in(token="another")
    with pytest.raises(SearchError, match=r"\(401\): the token is not accepted: .* role-based access"):
        await AzureSearch(service, "handbook").search("leave")


async def test_nobody_signed_in_is_told(handbook, signed_in):
    service, _ = signed_in(token=None)
    with pytest.raises(SearchError, match=r"nobody is signed in to localhost: .*`az login`"):
        await AzureSearch(service, "handbook").search("leave")


@pytest.mark.parametrize(
    ("endpoint", "credential", "said"),
    [
        ("handbook", "key", "'handbook' is no address of a search service"),
        ("ftp://x", "key", "is no address"),
        ("https://x.search.windows.net", "  ", "key of the search service is empty"),
        ("http://x.search.windows.net", Tokens("t"), "a token is never sent there"),
    ],
)
def test_what_cannot_be_used_is_refused_at_once(endpoint, credential, said):
    with pytest.raises(SearchError, match=said):
        SearchService(endpoint, credential)
