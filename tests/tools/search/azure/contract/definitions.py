"""What the service accepts as the definition of an index."""

from __future__ import annotations

TYPES = {
    "Edm.String",
    "Edm.Int32",
    "Edm.Int64",
    "Edm.Double",
    "Edm.Boolean",
    "Collection(Edm.String)",
    "Collection(Edm.Single)",
}
_INDEX = {"name", "description", "fields", "vectorSearch", "semantic", "@odata.etag", "suggesters", "scoringProfiles"}
_FIELD = {"name", "type", "key", "searchable", "filterable", "sortable", "facetable", "retrievable", "analyzer"} | {
    "dimensions",
    "vectorSearchProfile",
    "stored",
}
# What cannot be changed once a field is there.
_FIXED = ("type", "key", "searchable", "filterable", "sortable", "facetable", "dimensions", "analyzer")


class RefusedError(Exception):
    """The service answers with a status and an error."""

    def __init__(self, status, message, code="InvalidRequestParameter"):
        super().__init__(message)
        self.status, self.message, self.code = status, message, code


def only(given, allowed, what):
    if unknown := set(given) - allowed:
        raise RefusedError(400, f"The property '{min(unknown)}' does not exist on type '{what}'.")


def check_index(definition, before=None):
    only(definition, _INDEX, "Microsoft.Azure.Search.V2026_04_01.SearchIndex")
    fields = {}
    for field in definition["fields"]:
        only(field, _FIELD, "SearchField")
        if field["type"] not in TYPES:
            raise RefusedError(400, f"The field '{field['name']}' has the unknown type '{field['type']}'.")
        if field["name"] in fields:
            raise RefusedError(400, f"The field '{field['name']}' is defined twice.")
        fields[field["name"]] = field
    keys = [field for field in fields.values() if field.get("key")]
    if len(keys) != 1 or keys[0]["type"] != "Edm.String":
        raise RefusedError(400, "Each index must have exactly one key field of type Edm.String.")
    _check_vectors(definition, fields)
    _check_semantic(definition, fields)
    for field in before["fields"] if before else ():
        now = fields.get(field["name"])
        if now is None or any(field.get(name) != now.get(name) for name in _FIXED):
            raise RefusedError(400, f"Existing field '{field['name']}' cannot be changed.", "CannotChangeExistingField")


def _check_vectors(definition, fields):
    search = definition.get("vectorSearch") or {}
    algorithms = {each["name"] for each in search.get("algorithms") or ()}
    vectorizers = {each["name"] for each in search.get("vectorizers") or ()}
    profiles = {}
    for profile in search.get("profiles") or ():
        if profile["algorithm"] not in algorithms:
            raise RefusedError(400, f"There is no algorithm '{profile['algorithm']}'.")
        if profile.get("vectorizer") and profile["vectorizer"] not in vectorizers:
            raise RefusedError(400, f"There is no vectorizer '{profile['vectorizer']}'.")
        profiles[profile["name"]] = profile
    for vectorizer in search.get("vectorizers") or ():
        if vectorizer["kind"] != "azureOpenAI" or not vectorizer["azureOpenAIParameters"].get("modelName"):
            raise RefusedError(400, f"The vectorizer '{vectorizer['name']}' lacks its modelName.")
    for field in fields.values():
        vector = field["type"] == "Collection(Edm.Single)"
        if vector and (not field.get("dimensions") or field.get("vectorSearchProfile") not in profiles):
            raise RefusedError(400, f"The vector field '{field['name']}' needs dimensions and a known profile.")
        if vector and (field.get("filterable") or field.get("sortable") or field.get("facetable")):
            raise RefusedError(400, f"The vector field '{field['name']}' cannot be filtered, sorted or faceted.")


def _check_semantic(definition, fields):
    for each in (definition.get("semantic") or {}).get("configurations") or ():
        chosen = each["prioritizedFields"]
        named = [chosen.get("titleField"), *chosen.get("prioritizedContentFields", ())]
        for entry in [*named, *chosen.get("prioritizedKeywordsFields", ())]:
            if entry and not fields.get(entry["fieldName"], {}).get("searchable", True):
                raise RefusedError(400, f"The semantic field '{entry['fieldName']}' must be searchable.")
            if entry and entry["fieldName"] not in fields:
                raise RefusedError(400, f"There is no field '{entry['fieldName']}'.")
