"""One index of the stand-in: it stores documents, refuses what the service would refuse, and searches them."""

from __future__ import annotations

import math
import re
from collections import Counter

import numpy as np

from tests.tools.search.azure.contract.definitions import RefusedError, only
from tests.tools.search.azure.contract.embedding import embed, words
from tests.tools.search.azure.contract.odata import BadFilterError, compiled

_REQUEST = {"search", "top", "select", "filter", "orderby", "queryType", "semanticConfiguration", "semanticQuery"} | {
    "captions",
    "answers",
    "semanticErrorHandling",
    "semanticMaxWaitInMilliseconds",
    "vectorQueries",
    "vectorFilterMode",
    "count",
}
_VECTOR = {"kind", "vector", "text", "fields", "k"}
_KEY = re.compile(r"[A-Za-z0-9=-][A-Za-z0-9_=-]*")
_PYTHON = {"Edm.String": str, "Edm.Int32": int, "Edm.Int64": int, "Edm.Double": (int, float), "Edm.Boolean": bool}


class Index:
    def __init__(self, definition):
        self.definition = definition
        self.documents = {}

    @property
    def fields(self):
        return {field["name"]: field for field in self.definition["fields"]}

    @property
    def key(self):
        return next(field["name"] for field in self.definition["fields"] if field.get("key"))

    # -- writing

    def check(self, action):
        kind = action.get("@search.action", "upload")
        if kind not in {"upload", "merge", "mergeOrUpload", "delete"}:
            raise RefusedError(400, f"The action '{kind}' is unknown.")
        document = {name: value for name, value in action.items() if name != "@search.action"}
        key = document.get(self.key)
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            raise RefusedError(
                400,
                f"Invalid document key: '{key}'. Keys can only contain letters, digits, underscore (_), dash (-), or "
                "equal sign (=).",
                "InvalidDocumentKey",
            )
        only(document, set(self.fields), "search.documentFields")
        for name, value in document.items():
            self._check_value(self.fields[name], value)
        return kind, key, document

    def _check_value(self, field, value):
        wrong = RefusedError(400, f"Cannot convert the value of '{field['name']}' to the type '{field['type']}'.")
        if field["type"].startswith("Collection("):
            if not isinstance(value, list):
                raise wrong
            if field["type"] == "Collection(Edm.Single)" and len(value) != field["dimensions"]:
                raise RefusedError(
                    400,
                    f"There's a mismatch in vector dimensions. The vector field '{field['name']}', with dimension of "
                    f"'{field['dimensions']}', expects a length of that. The provided vector has '{len(value)}'.",
                )
            return
        if value is not None and not isinstance(value, _PYTHON[field["type"]]):
            raise wrong

    def apply(self, kind, key, document):
        if kind == "delete":
            self.documents.pop(key, None)
        elif kind == "upload":
            self.documents[key] = dict.fromkeys(self.fields) | document
        else:
            self.documents[key] = self.documents.get(key, {}) | document

    # -- searching

    def search(self, body, *, semantic=True, vectorizes=True):
        """The answer's status and body."""
        only(body, _REQUEST, "SearchRequest")
        top = body.get("top", 50)
        allowed = self._allowed(body.get("filter"))
        lists = []
        if body.get("search") is not None:
            lists.append(self._by_words(body["search"], allowed))
        lists += [self._by_vector(query, allowed, vectorizes=vectorizes) for query in body.get("vectorQueries") or ()]
        scores = _fused(lists) if len(lists) > 1 else dict(lists[0])
        ranked = sorted(scores, key=lambda key: -scores[key])
        if orderby := body.get("orderby"):
            name, _, direction = orderby.partition(" ")
            if not self.fields[name].get("sortable", True) or direction not in {"", "asc"}:
                raise RefusedError(400, f"The field '{name}' is not sortable.")
            ranked = sorted(scores, key=lambda key: self.documents[key][name])
        shown = self._shown(body.get("select"))
        status, extras, answers = 200, {}, None
        if body.get("queryType") == "semantic":
            status, extras, answers = self._semantic(body, ranked, semantic)
            ranked.sort(key=lambda key: -extras.get(key, {}).get("@search.rerankerScore", 0))
        value = [
            {"@search.score": scores[key], **extras.get(key, {})}
            | {name: self.documents[key].get(name) for name in shown}
            for key in ranked[:top]
        ]
        answer = {"value": value}
        if answers is not None:
            answer["@search.answers"] = answers
        if status == 206:
            answer |= {"@search.semanticPartialResponseReason": "maxWaitExceeded"}
            answer |= {"@search.semanticPartialResponseType": "baseResults"}
        return status, answer

    def _allowed(self, text):
        try:
            test = compiled(text, self.fields) if text else lambda _: True
        except BadFilterError as error:
            raise RefusedError(400, str(error)) from None
        return {key for key, document in self.documents.items() if test(document)}

    def _shown(self, select):
        retrievable = [name for name, field in self.fields.items() if field.get("retrievable", True)]
        if select is None:
            return retrievable
        names = select.split(",")
        for name in names:
            if name not in retrievable:
                raise RefusedError(
                    400, f"Could not find a retrievable property named '{name}' on type 'search.document'."
                )
        return names

    def _text(self, key):
        searched = [name for name, f in self.fields.items() if f["type"] == "Edm.String" and f.get("searchable", True)]
        return " ".join(str(self.documents[key].get(name) or "") for name in searched)

    def _by_words(self, search, allowed):
        if search == "*":
            return dict.fromkeys(allowed, 1.0)
        # The simple syntax: a minus before a word excludes it, unless it stands within a word.
        excluded = {word for each in re.findall(r"(?<!\w)-(\w+)", search) for word in words(each)}
        wanted = [word for word in words(search) if word not in excluded]
        counts = {key: Counter(words(self._text(key))) for key in self.documents}
        found = {}
        for key in allowed:
            score = 0.0
            for word in wanted:
                holding = sum(1 for each in counts.values() if each[word])
                score += counts[key][word] and math.log(1 + len(counts) / holding) * (1 + math.log(counts[key][word]))
            if score and not any(counts[key][word] for word in excluded):
                found[key] = score
        return found

    def _by_vector(self, query, allowed, *, vectorizes):
        only(query, _VECTOR, "VectorQuery")
        field = self.fields.get(query["fields"])
        if field is None or field["type"] != "Collection(Edm.Single)":
            raise RefusedError(400, f"The field '{query['fields']}' is no vector field.")
        if query["kind"] == "text":
            profiles = {each["name"]: each for each in self.definition["vectorSearch"]["profiles"]}
            if not profiles[field["vectorSearchProfile"]].get("vectorizer"):
                raise RefusedError(
                    400, f"The field '{field['name']}' has no vectorizer defined, so text cannot be used."
                )
            if not vectorizes:
                raise RefusedError(400, "Could not vectorize the query: the embedding model's endpoint answered 429.")
            vector = embed(query["text"], field["dimensions"])
        else:
            self._check_value(field, query["vector"])
            vector = np.array(query["vector"])
        near = {
            key: float(np.dot(vector, self.documents[key][field["name"]]))
            for key in allowed
            if self.documents[key].get(field["name"])
        }
        best = sorted(near, key=lambda key: -near[key])[: query["k"]]
        return {key: 1 / (2 - near[key]) for key in best}

    def _semantic(self, body, ranked, available):
        names = {each["name"] for each in (self.definition.get("semantic") or {}).get("configurations") or ()}
        if body.get("semanticConfiguration") not in names:
            raise RefusedError(400, f"Unknown semantic configuration '{body.get('semanticConfiguration')}'.")
        if available == "off":
            raise RefusedError(400, "Semantic search is not enabled for this service.", "FeatureNotSupportedInService")
        if body.get("semanticMaxWaitInMilliseconds", 700) < 700:
            raise RefusedError(400, "semanticMaxWaitInMilliseconds must be at least 700.")
        if available == "slow":
            if body.get("semanticErrorHandling") != "partial":
                raise RefusedError(504, "The semantic ranker did not answer.")
            return 206, {}, None
        asked = set(words(body.get("semanticQuery") or body.get("search") or ""))
        content = (self.definition["semantic"]["configurations"][0])["prioritizedFields"]["prioritizedContentFields"]
        extras, answers = {}, []
        for key in ranked[:50]:
            text = str(self.documents[key].get(content[0]["fieldName"]) or "")
            sentences = re.split(r"(?<=[.!?])\s+", text)
            share = {each: len(asked & set(words(each))) / max(len(asked), 1) for each in sentences}
            best = max(sentences, key=lambda each: share[each])
            extras[key] = {"@search.rerankerScore": round(4 * share[best], 4)}
            if body.get("captions", "").startswith("extractive"):
                extras[key]["@search.captions"] = [{"text": best, "highlights": None}]
            if body.get("answers", "").startswith("extractive") and share[best] >= 0.7:
                answers.append({"key": key, "text": best, "score": share[best], "highlights": None})
        return 200, extras, answers


def _fused(lists):
    scores = Counter()
    for each in lists:
        for rank, key in enumerate(sorted(each, key=lambda key: -each[key])):
            scores[key] += 1 / (60 + rank)
    return dict(scores)
