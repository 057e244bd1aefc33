"""The stand-in's knowledge bases: they ask the indexes behind their sources, and name what they found."""

from __future__ import annotations

import json

from aiohttp import web

from tests.tools.search.azure.contract.definitions import RefusedError, only

_REQUEST = {"intents", "maxRuntimeInSeconds", "maxOutputSizeInTokens", "includeActivity", "knowledgeSourceParams"}
_SOURCE = {"kind", "knowledgeSourceName", "includeReferences", "includeReferenceSourceData", "rerankerThreshold"} | {
    "filterAddOn"
}


class Knowledge:
    def __init__(self, service):
        self._service = service
        self.bases, self.sources, self.failing = {}, {}, set()
        self.bare, self.prose = False, None  # references without their fields; an answer that is no list of passages

    def add(self, base, **indexes):
        """A knowledge base over indexes: source's name → index's name, or an address for a source on the web."""
        self.bases[base] = {"name": base, "knowledgeSources": [{"name": source} for source in indexes]}
        for source, index in indexes.items():
            if index.startswith("https://"):
                self.sources[source] = {"name": source, "kind": "web", "webParameters": {}, "address": index}
            else:
                of = {"searchIndexName": index, "sourceDataFields": []}
                self.sources[source] = {"name": source, "kind": "searchIndex", "searchIndexParameters": of}

    def get(self, kind, name):
        found = (self.bases if kind == "knowledgebases" else self.sources).get(name)
        if found is None:
            raise RefusedError(404, f"'{name}' was not found.", "ResourceNotFound")
        return found

    def retrieve(self, base, body):
        only(body, _REQUEST, "KnowledgeBaseRetrievalRequest")
        definition = self.get("knowledgebases", base)
        (intent,) = body["intents"]
        if intent["type"] != "semantic" or not intent["search"]:
            raise RefusedError(400, "An intent needs a search.")
        parameters = {}
        for each in body.get("knowledgeSourceParams") or ():
            only(each, _SOURCE, "KnowledgeSourceParams")
            parameters[each["knowledgeSourceName"]] = each
        references, activity, texts = [], [], []
        for number, source in enumerate(definition["knowledgeSources"]):
            name = source["name"]
            record = {"id": number, "type": self.sources[name]["kind"], "knowledgeSourceName": name, "elapsedMs": 5}
            activity.append(record)
            if name in self.failing:
                record["error"] = {"code": "Timeout", "message": "The source did not answer."}
                continue
            for found in self._found(name, intent["search"], parameters.get(name, {})):
                reference = {"id": str(len(references)), "activitySource": number, **found}
                text = reference.pop("content")
                texts.append({"ref_id": reference["id"], "title": reference.pop("title_"), "content": text})
                references.append(reference)
        message = {"role": "assistant", "content": [{"type": "text", "text": self.prose or json.dumps(texts)}]}
        answer = {"response": [message], "references": references}
        if body.get("includeActivity"):
            answer["activity"] = activity
        return web.json_response(answer, status=206 if self.failing else 200)

    def _found(self, name, search, parameters):
        source = self.sources[name]
        if source["kind"] == "web":
            yield {
                "type": "web",
                "url": source["address"],
                "title": "A page",
                "title_": "A page",
                "content": f"About {search}",
            }
            return
        index = self._service._index(source["searchIndexParameters"]["searchIndexName"])
        body = {"search": search, "top": 5, "filter": parameters.get("filterAddOn")}
        body |= {"queryType": "semantic", "semanticConfiguration": "default", "semanticQuery": search}
        _, answer = index.search(body)
        for result in answer["value"]:
            data = {field: value for field, value in result.items() if not field.startswith("@search.")}
            yield {
                "type": "searchIndex",
                "docKey": result[index.key],
                "sourceData": data if parameters.get("includeReferenceSourceData") and not self.bare else None,
                "rerankerScore": result["@search.rerankerScore"],
                "content": str(result.get("text") or result.get("chunk")),
                "title_": str(result.get("title")),
            }
