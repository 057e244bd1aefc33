"""Vectors by Azure OpenAI, over HTTP against a server that keeps the documented contract."""

from __future__ import annotations

import json

import pytest
from aiohttp import web
from azure.core.exceptions import ClientAuthenticationError

from tests.tools.search.azure.contract.embedding import embed
from tools.errors import SearchError
from tools.search.azure import embedding
from tools.search.azure.definition import EmbeddingModel
from tools.search.azure.embedding import AzureOpenAIVectors


class Embeddings:
    """A deployment `mine` of text-embedding-3-large, whose key is `key`."""

    def __init__(self):
        self.sent, self.statuses, self.length = [], [], None

    async def handle(self, request):
        body = json.loads(await request.read())
        self.sent.append(body)
        if self.statuses:
            status = self.statuses.pop(0)
            return web.json_response({"error": {"message": "slow down"}}, status=status, headers={"Retry-After": "0"})
        if request.headers.get("api-key") != "key":
            return web.json_response({"error": {"message": "Access denied"}}, status=401)
        if body["model"] != "mine":
            return web.json_response({"error": {"message": "The API deployment does not exist"}}, status=404)
        length = self.length or body["dimensions"]
        rows = [{"index": at, "embedding": list(embed(text, length))} for at, text in enumerate(body["input"])]
        return web.json_response({"data": rows[::-1], "model": "text-embedding-3-large"})


@pytest.fixture
async def deployment():
    server = Embeddings()
    application = web.Application()
    application.router.add_post("/openai/v1/embeddings", server.handle)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.address = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    yield server
    await runner.cleanup()


@pytest.fixture
async def vectors(deployment):
    opened = []

    def make(name="mine", key="key", dimensions=8):
        model = EmbeddingModel(deployment.address, name, "text-embedding-3-large", dimensions)
        opened.append(AzureOpenAIVectors(model, key))
        return opened[-1]

    yield make
    for each in opened:
        await each.close()


async def test_texts_get_their_vectors_in_order(deployment, vectors):
    made = await vectors().embed(["leave", "dental"])
    assert made == [list(embed("leave", 8)), list(embed("dental", 8))]
    assert deployment.sent == [{"model": "mine", "input": ["leave", "dental"], "dimensions": 8}]
    assert vectors().name == "text-embedding-3-large-8"


async def test_a_busy_deployment_is_asked_again(deployment, vectors):
    deployment.statuses = [429]
    assert len(await vectors().embed(["leave"])) == 1
    assert len(deployment.sent) == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"key": "wrong"}, r"'mine' at http://127\.0\.0\.1:\d+/ makes no vectors \(401\): is the key right"),
        ({"name": "other"}, r"'other' .* \(404\): check AZURE_OPENAI_EMBEDDING_DEPLOYMENT"),
    ],
)
async def test_what_is_refused_is_told(vectors, options, said):
    with pytest.raises(SearchError, match=said):
        await vectors(**options).embed(["leave"])


async def test_vectors_of_another_length_are_refused(deployment, vectors):
    deployment.length = 4
    with pytest.raises(SearchError, match="vectors of another length than 8"):
        await vectors().embed(["leave"])


async def test_a_deployment_that_cannot_be_reached_is_told(deployment, vectors, monkeypatch, unused_tcp_port):
    monkeypatch.setattr(embedding, "_TRIES", 1)
    deployment.address = f"http://127.0.0.1:{unused_tcp_port}"
    with pytest.raises(
        SearchError, match=r"'mine' at http://127\.0\.0\.1:\d+ cannot be reached: .+ AZURE_OPENAI_ENDPOINT"
    ):
        await vectors().embed(["leave"])


async def test_that_nobody_is_signed_in_is_told(deployment, vectors):
    class Nobody:
        async def get_token(self, *_scopes, **_options):
            raise ClientAuthenticationError("no credential was found")

    deployment.address = "https://127.0.0.1"
    with pytest.raises(SearchError, match=r"nobody is signed in to .*: .*no credential was found.* `az login`"):
        await vectors(key=Nobody()).embed(["leave"])
