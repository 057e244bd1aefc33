"""The stand-in's indexers: data sources, skillsets and indexers that depend on each other, run blob by blob."""

from __future__ import annotations

import hashlib

from tests.tools.search.azure.contract.definitions import RefusedError, only
from tests.tools.search.azure.contract.embedding import embed

_ALLOWED = {
    "datasources": {
        "name",
        "type",
        "credentials",
        "container",
        "description",
        "dataDeletionDetectionPolicy",
        "@odata.etag",
    },
    "skillsets": {"name", "description", "skills", "indexProjections", "@odata.etag"},
    "indexers": {
        "name",
        "dataSourceName",
        "skillsetName",
        "targetIndexName",
        "parameters",
        "description",
        "@odata.etag",
    },
}
_SKILLS = {"#Microsoft.Skills.Text.SplitSkill", "#Microsoft.Skills.Text.AzureOpenAIEmbeddingSkill"}


class Indexers:
    """Attributes: `blobs`: text by name, for each container; None is a blob that cannot be read."""

    def __init__(self, service):
        self._service = service
        self.defined = {kind: {} for kind in _ALLOWED}
        self.blobs = {}
        self.broken = None  # why a whole run fails
        self._runs, self._number, self._seen = {}, 0, {}

    def put(self, kind, name, body):
        only(body, _ALLOWED[kind], kind)
        if body["name"] != name:
            raise RefusedError(400, "The name in the body is not that in the address.")
        getattr(self, f"_check_{kind}")(body)
        new = name not in self.defined[kind]
        self.defined[kind][name] = body
        if kind == "indexers" and new:
            self.run(name)  # a new indexer runs at once
        return body

    def _check_datasources(self, body):
        connection = (body.get("credentials") or {}).get("connectionString") or ""
        if body["type"] != "azureblob" or not ("AccountName=" in connection or connection.startswith("ResourceId=/")):
            raise RefusedError(400, "Credentials provided in the connection string are invalid or have expired.")
        if not body["container"].get("name"):
            raise RefusedError(400, "The container needs a name.")

    def _check_skillsets(self, body):
        for skill in body["skills"]:
            if skill["@odata.type"] not in _SKILLS or not skill["inputs"] or not skill["outputs"]:
                raise RefusedError(400, f"The skill '{skill.get('name')}' is invalid.")
        for selector in body["indexProjections"]["selectors"]:
            index = self._service._index(selector["targetIndexName"])
            key = index.fields[index.key]
            if key.get("analyzer") != "keyword" or not key.get("searchable"):
                raise RefusedError(400, "The key of a projection's index must be searchable with the keyword analyzer.")
            for name in [selector["parentKeyFieldName"], *(each["name"] for each in selector["mappings"])]:
                if name not in index.fields:
                    raise RefusedError(400, f"The index has no field '{name}'.")
            if not index.fields[selector["parentKeyFieldName"]].get("filterable"):
                raise RefusedError(400, "The parent key field must be filterable.")

    def _check_indexers(self, body):
        if body["dataSourceName"] not in self.defined["datasources"]:
            raise RefusedError(400, f"There is no data source '{body['dataSourceName']}'.")
        if body["skillsetName"] not in self.defined["skillsets"]:
            raise RefusedError(400, f"There is no skillset '{body['skillsetName']}'.")
        self._service._index(body["targetIndexName"])

    def run(self, name):
        if self._runs.get(name, {}).get("status") == "inProgress":
            raise RefusedError(
                409, "Another indexer invocation is currently in progress; concurrent ones are not allowed."
            )
        source = self.defined["datasources"][self.defined["indexers"][name]["dataSourceName"]]
        seen = self._seen.setdefault(name, {})
        waiting = [
            blob for blob, text in self.blobs.get(source["container"]["name"], {}).items() if seen.get(blob, "") != text
        ]
        self._number += 1
        self._runs[name] = {"status": "inProgress", "waiting": waiting, "done": 0, "failed": 0, "errors": []} | {
            "start": f"2026-11-25T10:{self._number:02}:00Z"
        }

    def status(self, name):
        """Each look moves the run on by one blob."""
        if name not in self.defined["indexers"]:
            raise RefusedError(404, f"There is no indexer '{name}'.", "ResourceNotFound")
        run = self._runs[name]
        answer = self._told(name, run)
        self._step(name, run)
        return answer

    def _step(self, name, run):
        if self.broken:
            run |= {"status": "transientFailure", "message": self.broken}
        elif run["waiting"]:
            self._take(name, run, run["waiting"].pop(0))
        elif run["status"] == "inProgress":
            run["status"] = "success"

    def _take(self, name, run, blob):
        indexer = self.defined["indexers"][name]
        container = self.defined["datasources"][indexer["dataSourceName"]]["container"]["name"]
        text = self.blobs[container][blob]
        if text is None:
            run["failed"] += 1
            error = {"key": f"https://account.blob/{container}/{blob}", "errorMessage": "Could not extract content."}
            run["errors"].append({**error, "statusCode": 422})
            return
        skillset = self.defined["skillsets"][indexer["skillsetName"]]
        cut = next(skill["maximumPageLength"] for skill in skillset["skills"] if "maximumPageLength" in skill)
        index = self._service.indexes[indexer["targetIndexName"]]
        parent = hashlib.sha256(blob.encode()).hexdigest()[:12]
        for key in [key for key, document in index.documents.items() if document.get("parent_id") == parent]:
            del index.documents[key]
        for number, start in enumerate(range(0, len(text), cut)):
            page = text[start : start + cut]
            known = {"/document/pages/*": page, "/document/metadata_storage_name": blob}
            known["/document/metadata_storage_path"] = f"https://account.blob.core.windows.net/{container}/{blob}"
            known["/document/pages/*/vector"] = list(embed(page, index.fields["vector"]["dimensions"]))
            mappings = skillset["indexProjections"]["selectors"][0]["mappings"]
            document = {each["name"]: known[each["source"]] for each in mappings}
            document |= {index.key: f"{parent}_pages_{number}", "parent_id": parent}
            index.apply(*index.check(document))
        run["done"] += 1
        self._seen[name][blob] = text

    def _told(self, name, run):
        result = {
            "status": run["status"],
            "errorMessage": run.get("message"),
            "startTime": run["start"],
            "endTime": None,
            "errors": run["errors"],
            "warnings": [],
            "itemsProcessed": run["done"],
            "itemsFailed": run["failed"],
        }
        return {"name": name, "status": "running", "lastResult": result, "executionHistory": [], "limits": {}}
