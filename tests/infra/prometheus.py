"""Prometheus: a real server, filled with all that the assistant reports, that a dashboard's queries can be asked of."""

from __future__ import annotations

import itertools
import json
import math
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from tests.infra.metric_names import COUNTER, GAUGE, METRICS, label

# An hour of samples, a minute apart: their end is where queries are asked.
STEP, SAMPLES = 60, 60
_BOUNDS = (0.05, 0.25, 1.0, 2.5, 10.0, math.inf)
_ANYTHING = ("one", "another")


def exposition(end):
    """All metrics in OpenMetrics, with every value that an attribute may have, from two instances.

    Args:
        end: The time of the last sample, in seconds.
    """
    rows = []
    for metric in METRICS:
        family = metric.prometheus.removesuffix("_total") if metric.kind == COUNTER else metric.prometheus
        rows.append(f"# TYPE {family} {metric.kind}")
        own = metric.attributes or {}
        series = itertools.product(*(values or _ANYTHING for values in own.values()))
        for values, instance in itertools.product(series, ("a:8765", "b:8765")):
            labels = {label(name): value for name, value in zip(own, values, strict=True)}
            labels |= {"job": "vocative", "instance": instance, "gen_ai_request_model": "gpt-realtime-2.1"}
            labels |= {"gen_ai_provider_name": "azure.ai.openai"}
            text = ",".join(f'{name}="{value}"' for name, value in labels.items())
            for count in range(1, SAMPLES + 1):
                rows += _samples(metric, text, count, end - (SAMPLES - count) * STEP)
    return "\n".join([*rows, "# EOF", ""])


def _samples(metric, labels, count, at):
    if metric.kind in {COUNTER, GAUGE}:
        return [f"{metric.prometheus}{{{labels}}} {count} {at}"]
    # Each minute one value between the bounds more, in every bucket.
    buckets = [
        f'{metric.prometheus}_bucket{{{labels},le="{"+Inf" if bound == math.inf else bound}"}} {count * place} {at}'
        for place, bound in enumerate(_BOUNDS, 1)
    ]
    total = count * len(_BOUNDS)
    return [
        *buckets,
        f"{metric.prometheus}_sum{{{labels}}} {total * 1.5} {at}",
        f"{metric.prometheus}_count{{{labels}}} {total} {at}",
    ]


def installed():
    """Whether the server and its tool are on this machine."""
    return bool(shutil.which("prometheus") and shutil.which("promtool"))


@contextmanager
def filled():
    """A server with all metrics; gives a function that a query is asked with, which returns its samples."""
    end = int(time.time()) - STEP
    with tempfile.TemporaryDirectory() as name, socket.create_server(("127.0.0.1", 0)) as free:
        folder, port = Path(name), free.getsockname()[1]
        (folder / "all.txt").write_text(exposition(end), "utf-8")
        (folder / "prometheus.yml").write_text("global: {}\n", "utf-8")
        load = ["promtool", "tsdb", "create-blocks-from", "openmetrics", str(folder / "all.txt"), str(folder / "data")]
        subprocess.run(load, check=True, capture_output=True)
        free.close()
        options = [f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}"]
        address = f"127.0.0.1:{port}"
        command = ["prometheus", *options, f"--web.listen-address={address}"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
            try:
                _until_ready(server)
                yield lambda query: _asked(address, query, end)
            finally:
                server.terminate()


def _until_ready(server):
    """Read its log until it says so."""
    told = []
    for row in server.stderr:
        told.append(row)
        if "ready to receive web requests" in row:
            return
    raise RuntimeError(f"prometheus ended: {''.join(told)}")


def _asked(address, query, at):
    told = urllib.parse.urlencode({"query": query, "time": at})
    with urllib.request.urlopen(f"http://{address}/api/v1/query?{told}") as answer:
        return json.load(answer)["data"]["result"]
