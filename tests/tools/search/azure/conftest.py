from __future__ import annotations

import numpy as np
import pytest
from aiohttp import web

from tests.tools.search.azure.contract.embedding import embed
from tests.tools.search.azure.contract.service import ADMIN, SearchStandIn
from tools.search.azure import AzureSearch, SearchService
from tools.search.azure.definition import EmbeddingModel, index_definition

MODEL = EmbeddingModel("https://r.openai.azure.com", "embeddings", "text-embedding-3-large", 16)


class StandInEmbedder:
    """Embeds as the stand-in's vectorizer does."""

    name = "stand-in"

    def __init__(self, dimensions=16):
        self.dimensions = dimensions

    def embed(self, texts):
        return np.array([embed(text, self.dimensions) for text in texts], dtype=np.float32)


@pytest.fixture
def embedder():
    return StandInEmbedder()


@pytest.fixture
def stand_in():
    return SearchStandIn()


@pytest.fixture
async def endpoint(stand_in):
    runner = web.AppRunner(stand_in.application(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
async def service(endpoint):
    service = SearchService(endpoint, ADMIN)
    yield service
    await service.close()


@pytest.fixture
async def searching(endpoint):
    """Opens an index: `searching("handbook", embedder=…)`; `key` is what we sign in with."""
    opened = []

    def open_index(index="handbook", *, key=ADMIN, **options):
        opened.append(AzureSearch(SearchService(endpoint, key), index, **options))
        return opened[-1]

    yield open_index
    for each in opened:
        await each.close()


LEAVE = "Everybody has 25 days of annual leave. Unused days lapse in March."
DENTAL = "The dental plan pays for two check-ups a year."
SECRET = "Directors have 40 days of annual leave."


def as_wire(definition):
    """A definition made with the SDK's classes, as it goes over the wire."""
    import json

    from azure.search.documents.indexes._utils.model_base import SdkJSONEncoder

    return json.loads(json.dumps(definition, cls=SdkJSONEncoder, exclude_readonly=True))


def document(key, text, *, name="handbook.pdf", page=1, groups=(), dimensions=16, **more):
    return {
        "id": key,
        "document": name,
        "title": "Handbook",
        "headings": '["Benefits"]',
        "text": text,
        "page": page,
        "start": 10,
        "end": 10 + len(text),
        "groups": list(groups),
        "vector": [float(number) for number in embed(f"Handbook {text}", dimensions)],
        "fingerprint": "f",
        "chunks": 1,
    } | more


@pytest.fixture
def handbook(stand_in):
    """An index of ours that embeds queries itself."""
    documents = [document("leave", LEAVE), document("dental", DENTAL, page=2)]
    documents.append(document("secret", SECRET, page=3, groups=["directors", "o'hara, and co"]))
    return stand_in.make(as_wire(index_definition("handbook", 16, MODEL)), documents)


@pytest.fixture
def bare(stand_in):
    """Somebody else's index: no vectors, no semantic configuration, other names."""
    fields = [
        {"name": "doc_id", "type": "Edm.String", "key": True, "filterable": False},
        {"name": "content", "type": "Edm.String"},
        {"name": "sourcepage", "type": "Edm.String"},
        {"name": "sourcefile", "type": "Edm.String"},
        {"name": "storageUrl", "type": "Edm.String"},
    ]
    documents = [
        {
            "doc_id": "file-bGVhdmU=-page-3",
            "content": LEAVE,
            "sourcepage": "leave.pdf#page=3",
            "sourcefile": "leave.pdf",
            "storageUrl": "https://a.blob.core.windows.net/docs/leave.pdf",
        }
    ]
    return stand_in.make({"name": "bare", "fields": fields}, documents)
