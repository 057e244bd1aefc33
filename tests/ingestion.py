"""An ingestion endpoint: takes what Azure Monitor's exporters send, and has it as rows of Application Insights."""

from __future__ import annotations

import gzip
import json
import threading

from tests.answering import Answering

KEY = "11111111-2222-3333-4444-555555555555"
# What an envelope becomes: its table; then the table's columns, by the properties of what is sent. After the data model
# and the tables' reference (learn.microsoft.com, "Application Insights telemetry data model").
_TABLES = {
    "RequestData": ("requests", {"name": "name", "success": "success", "resultCode": "responseCode"}),
    "RemoteDependencyData": (
        "dependencies",
        {"name": "name", "success": "success", "resultCode": "resultCode", "type": "type", "target": "target"},
    ),
    "MessageData": ("traces", {"message": "message", "severityLevel": "severityLevel"}),
    "ExceptionData": ("exceptions", {"severityLevel": "severityLevel"}),
    "MetricData": ("customMetrics", {}),
}
_TAGS = {
    "operation_Id": "ai.operation.id",
    "operation_ParentId": "ai.operation.parentId",
    "session_Id": "ai.session.id",
    "cloud_RoleName": "ai.cloud.role",
    "cloud_RoleInstance": "ai.cloud.roleInstance",
}


class Ingestion(Answering):
    """Listens on a port of this machine, from `with` to its end.

    Args:
        status: What it answers, unless it is 200; a function of the request's headers does it by these.
        context: For TLS.

    Attributes:
        headers: Of the requests, in their order.
        paths: Likewise.
    """

    def __init__(self, status=lambda _headers: 200, context=None):
        super().__init__(context)
        self.headers, self.paths = [], []
        self.rows = {table: [] for table, _ in _TABLES.values()}
        self._status = status
        self._changed = threading.Condition()

    def answer(self, path, body, headers):
        """Takes what it is to take."""
        if headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        status, answer = self._take(path, body, headers)
        return status, "application/json", json.dumps(answer).encode()

    @property
    def connection_string(self):
        """As the Azure portal would show it, with a live endpoint."""
        # Whoever goes to the live endpoint goes wrong: nobody listens there.
        return f"InstrumentationKey={KEY};IngestionEndpoint={self.url}/;LiveEndpoint=http://127.0.0.1:9/"

    def wait(self, table, which, seconds=30):
        """Rows of a table that meet a condition, waited for."""
        with self._changed:
            found = lambda: [row for row in self.rows[table] if which(row)]  # noqa: E731
            assert self._changed.wait_for(found, seconds), f"none of {self.rows[table]}"
            return found()

    def metric(self, name, seconds=30):
        """The rows of a metric, waited for."""
        return self.wait("customMetrics", lambda row: row["name"] == name, seconds)

    def span(self, name, seconds=30):
        """The rows of the spans of a name, of whichever table, waited for."""
        with self._changed:
            tables = ("requests", "dependencies")
            found = lambda: [row for table in tables for row in self.rows[table] if row["name"] == name]  # noqa: E731
            assert self._changed.wait_for(found, seconds), f"no {name}"
            return found()

    def refused(self, seconds=30):
        """Wait until somebody has come."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.paths, seconds)

    def _take(self, path, body, headers):
        envelopes = json.loads(body)
        with self._changed:
            self.paths.append(path)
            self.headers.append(headers)
            status = self._status(headers)
            if status == 200:
                for envelope in envelopes:
                    self._keep(envelope)
            self._changed.notify_all()
        count = len(envelopes)
        return status, {"itemsReceived": count, "itemsAccepted": count if status == 200 else 0, "errors": []}

    def _keep(self, envelope):
        assert envelope["iKey"] == KEY
        told = envelope["data"]
        table, columns = _TABLES[told["baseType"]]
        data, tags = told["baseData"], envelope["tags"]
        row = {"timestamp": envelope["time"], "customDimensions": data.get("properties") or {}}
        row["itemCount"] = round(100 / (envelope.get("sampleRate") or 100))
        row |= {column: tags[tag] for column, tag in _TAGS.items() if tags.get(tag)}
        row |= {column: data[name] for column, name in columns.items() if name in data}
        if "duration" in data:
            row["duration"] = _milliseconds(data["duration"])
        if table == "customMetrics":
            row |= _metric(data)
        if table == "exceptions":
            row |= {"type": data["exceptions"][0]["typeName"], "outerMessage": data["exceptions"][0]["message"]}
        self.rows[table].append(row)


def _metric(data):
    (point,) = data["metrics"]
    value, count = point["value"], point.get("count") or 1
    least, most = point.get("min"), point.get("max")
    return {
        "name": point["name"],
        "value": value / count,
        "valueSum": value,
        "valueCount": count,
        "valueMin": value if least is None else least,
        "valueMax": value if most is None else most,
    }


def _milliseconds(text):
    """Of d.hh:mm:ss.ffffff."""
    days, _, time = text.partition(".") if text.count(".") == 2 else ("0", "", text)
    hours, minutes, seconds = time.split(":")
    return ((int(days) * 24 + int(hours)) * 60 + int(minutes)) * 60_000 + float(seconds) * 1000
