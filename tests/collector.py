"""A collector: takes OTLP over HTTP as a real one does, and keeps what it was sent, decoded from protobuf."""

from __future__ import annotations

import threading

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.answering import Answering


class Collector(Answering):
    """Listens on a port of this machine, from `with` to its end.

    Attributes:
        headers: Of the latest request.
    """

    def __init__(self):
        super().__init__()
        self.headers = {}
        self._spans, self._metrics = [], []
        self._changed = threading.Condition()

    def answer(self, path, body, headers):
        """Takes it."""
        self._take(path, body, headers)
        return 200, "application/x-protobuf", b""

    @property
    def spans(self):
        """All spans so far, each with its attributes as a dictionary."""
        with self._changed:
            return list(self._spans)

    def span(self, name, seconds=30):
        """The span of a name, waited for."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._named(name), seconds), f"no {name} in {self._names()}"
            return self._named(name)[0]

    def metric(self, name, seconds=30):
        """The latest data points of a metric, waited for."""
        with self._changed:
            found = lambda: [each for each in self._metrics if each.name == name]  # noqa: E731
            assert self._changed.wait_for(found, seconds), f"no {name}"
            return found()[-1]

    def _named(self, name):
        return [each for each in self._spans if each.name == name]

    def _names(self):
        return sorted({each.name for each in self._spans})

    def _take(self, path, body, headers):
        with self._changed:
            self.headers = headers
            if path == "/v1/traces":
                request = ExportTraceServiceRequest.FromString(body)
                self._spans += [
                    Span(each, resource.resource)
                    for resource in request.resource_spans
                    for scope in resource.scope_spans
                    for each in scope.spans
                ]
            elif path == "/v1/metrics":
                request = ExportMetricsServiceRequest.FromString(body)
                self._metrics += [
                    each
                    for resource in request.resource_metrics
                    for scope in resource.scope_metrics
                    for each in scope.metrics
                ]
            self._changed.notify_all()


class Span:
    """One span as it was sent."""

    def __init__(self, sent, resource):
        self.name, self.id, self.parent, self.trace = sent.name, sent.span_id, sent.parent_span_id, sent.trace_id
        self.began, self.ended = sent.start_time_unix_nano / 1e9, sent.end_time_unix_nano / 1e9
        self.attributes = attributes(sent.attributes)
        self.resource = attributes(resource.attributes)
        self.status, self.kind = sent.status.code, sent.kind
        self.events = [event.name for event in sent.events]

    @property
    def seconds(self):
        """How long it took."""
        return self.ended - self.began

    def __repr__(self):
        return f"{self.name} {self.seconds:.3f}"


def attributes(sent):
    """Key and value pairs, in plain Python."""
    return {each.key: _value(each.value) for each in sent}


def _value(sent):
    kind = sent.WhichOneof("value")
    value = getattr(sent, kind)
    return [_value(each) for each in value.values] if kind == "array_value" else value
