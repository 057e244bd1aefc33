"""A stand-in for Azure AI Search: the documented REST contract of 2026-04-01, with keys, roles, limits and faults.

It records what is sent, and refuses what the service would refuse. Stored documents are really searched.
"""

from __future__ import annotations

import asyncio
import json
import re

from aiohttp import web

from tests.tools.search.azure.contract.definitions import RefusedError, check_index
from tests.tools.search.azure.contract.index import Index
from tests.tools.search.azure.contract.indexers import Indexers
from tests.tools.search.azure.contract.knowledge import Knowledge

VERSION = "2026-04-01"
ADMIN, QUERY = "admin-key", "query-key"
READER, CONTRIBUTOR, OWNER = "Search Index Data Reader", "Search Index Data Contributor", "Search Service Contributor"
_ROUTES = [
    ("GET", r"/indexes\('(?P<index>[^']+)'\)", "get_index", OWNER),
    ("PUT", r"/indexes\('(?P<index>[^']+)'\)", "put_index", OWNER),
    ("POST", r"/indexes", "post_index", OWNER),
    ("POST", r"/indexes\('(?P<index>[^']+)'\)/docs/search\.post\.search", "search", READER),
    ("POST", r"/indexes\('(?P<index>[^']+)'\)/docs/search\.index", "write", CONTRIBUTOR),
    ("GET", r"/indexes\('(?P<index>[^']+)'\)/docs/\$count", "count", READER),
    ("POST", r"/knowledgebases\('(?P<name>[^']+)'\)/retrieve", "retrieve", READER),
    ("GET", r"/(?P<kind>knowledgebases|knowledgesources)\('(?P<name>[^']+)'\)", "get_knowledge", OWNER),
    ("PUT", r"/(?P<kind>datasources|skillsets|indexers)\('(?P<name>[^']+)'\)", "put_indexing", OWNER),
    ("POST", r"/indexers\('(?P<name>[^']+)'\)/search\.run", "run_indexer", OWNER),
    ("GET", r"/indexers\('(?P<name>[^']+)'\)/search\.status", "indexer_status", OWNER),
]


class SearchStandIn:
    """Holds indexes by name.

    Attributes:
        sent: Every request: method, path, body.
        tokens: Bearer tokens that are accepted, with the roles of each.
        semantic: `"on"`, `"off"` (not in this service's tier) or `"slow"`.
        vectorizes: Whether vectorizers work.
        largest: Bytes of a request that are accepted.
        refused: For a document's key, the statuses with which it is refused one after the other.
    """

    def __init__(self):
        self.indexes = {}
        self.sent = []
        self.tokens = {}
        self.semantic, self.vectorizes = "on", True
        self.largest = 16 * 1024 * 1024
        self.refused = {}
        self.indexing = Indexers(self)
        self.knowledge = Knowledge(self)
        self._faults = []
        self._held = []

    # -- for tests

    def make(self, definition, documents=()):
        check_index(definition)
        self.indexes[definition["name"]] = index = Index(definition)
        for document in documents:
            index.apply(*index.check({"@search.action": "upload", **document}))
        return index

    def bodies(self, part):
        """The bodies of the requests whose path holds a text."""
        return [body for _, path, body in self.sent if part in path]

    def fails(self, part, status, times=1, message="no", **headers):
        """Requests whose path holds a text are refused, so many times."""
        self._faults.append([part, times, status, message, headers])

    def holds(self, part, when=lambda _: True):
        """Requests whose path holds a text wait until the event that this returns is set."""
        event = asyncio.Event()
        self._held.append((part, when, event))
        return event

    def application(self):
        application = web.Application(client_max_size=64 * 1024 * 1024)
        application.router.add_route("*", "/{path:.*}", self._handle)
        return application

    # -- what the service does

    async def _handle(self, request):
        raw = await request.read()
        body = json.loads(raw) if raw else None
        path = request.path
        self.sent.append((request.method, path, body))
        for part, when, event in self._held:
            if part in path and when(body or {}):
                await event.wait()
        for fault in self._faults:
            if fault[0] in path and fault[1]:
                fault[1] -= 1
                return _error(RefusedError(fault[2], fault[3]), **fault[4])
        try:
            self._check(request, raw)
            return self._route(request, path, body)
        except RefusedError as refused:
            return _error(refused)

    def _check(self, request, raw):
        if request.query.get("api-version") != VERSION:
            raise RefusedError(400, f"Invalid or missing api-version query string parameter; use {VERSION}.")
        if len(raw) > self.largest:
            raise RefusedError(413, "The request entity is too large.")

    def _route(self, request, path, body):
        for method, pattern, name, role in _ROUTES:
            match = re.fullmatch(pattern, path)
            if match and method == request.method:
                self._admit(request, role)
                named = match.groupdict()
                if "index" in named and name != "put_index":
                    named["index"] = self._index(named["index"])
                return getattr(self, f"_{name}")(body, **named)
        raise RefusedError(404, f"The path {path} is not served.")

    def _admit(self, request, role):
        key = request.headers.get("api-key")
        authorization = request.headers.get("Authorization", "")
        if key is not None:
            if key == ADMIN or (key == QUERY and role == READER):
                return
            raise RefusedError(403, "Access denied: the api-key is not valid for this operation.", "Forbidden")
        roles = self.tokens.get(authorization.removeprefix("Bearer "))
        if roles is None:
            raise RefusedError(401, "Access denied due to invalid or missing credentials.", "Unauthorized")
        if role not in roles:
            raise RefusedError(403, "The caller does not have the required permissions.", "Forbidden")

    def _index(self, name):
        if name not in self.indexes:
            raise RefusedError(404, f"The index '{name}' was not found.", "ResourceNotFound")
        return self.indexes[name]

    def _get_index(self, _body, index):
        return web.json_response(index.definition)

    def _post_index(self, body):
        if body["name"] in self.indexes:
            raise RefusedError(409, "The index exists already.", "ResourceNameAlreadyInUse")
        self.make(body)
        return web.json_response(body, status=201)

    def _put_index(self, body, index):
        before = self.indexes.get(index)
        check_index(body, before.definition if before else None)
        if before is None:
            self.make(body)
        else:
            before.definition = body
        return web.json_response(body)

    def _search(self, body, index):
        status, answer = index.search(body, semantic=self.semantic, vectorizes=self.vectorizes)
        return web.json_response(answer, status=status)

    def _count(self, _body, index):
        return web.Response(text=str(len(index.documents)))

    def _write(self, body, index):
        if len(body["value"]) > 1000:
            raise RefusedError(400, "A batch may hold 1000 actions at most.")
        checked = [index.check(action) for action in body["value"]]
        results, worst = [], 200
        for kind, key, document in checked:
            status = self.refused[key].pop(0) if self.refused.get(key) else 200
            if status == 200:
                index.apply(kind, key, document)
            else:
                worst = 207
            message = None if status == 200 else "The document was not stored."
            results.append({"key": key, "status": status < 300, "errorMessage": message, "statusCode": status})
        return web.json_response({"value": results}, status=worst)

    def _retrieve(self, body, name):
        return self.knowledge.retrieve(name, body)

    def _get_knowledge(self, _body, kind, name):
        return web.json_response(self.knowledge.get(kind, name))

    def _put_indexing(self, body, kind, name):
        return web.json_response(self.indexing.put(kind, name, body))

    def _run_indexer(self, _body, name):
        self.indexing.run(name)
        return web.Response(status=202)

    def _indexer_status(self, _body, name):
        return web.json_response(self.indexing.status(name))


def _error(refused, **headers):
    body = {"error": {"code": refused.code, "message": refused.message}}
    return web.json_response(body, status=refused.status, headers={k.replace("_", "-"): v for k, v in headers.items()})
