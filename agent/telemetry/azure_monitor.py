"""Azure Monitor: traces, metrics and log lines for Application Insights, by Microsoft's exporters and nothing beside.

What those exporters do unasked is switched off: reports about themselves to hosts that nobody named, settings that they
fetch from Microsoft, and a folder in which they keep what could not be sent.
"""

from __future__ import annotations

import importlib
import logging
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator

    from opentelemetry.sdk._logs.export import LogRecordExporter
    from opentelemetry.sdk.metrics.export import MetricExporter
    from opentelemetry.sdk.trace.export import SpanExporter

EXTRA = "vocative[azure-monitor]"
# What the exporters would do by themselves; they read it from the environment only. Who has set one, has decided.
SWITCHES = {
    "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL": "true",  # reports to Microsoft, from where we run and how it goes
    "APPLICATIONINSIGHTS_SDKSTATS_DISABLED": "true",  # the same to the resource, where it is billed
    "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED": "true",  # Microsoft's switches, fetched every hour
    "APPLICATIONINSIGHTS_OPENTELEMETRY_RESOURCE_METRIC_DISABLED": "true",  # one metric more with every batch of spans
}
# Seconds of retries: about five. There is no folder for what could not be sent, and the next batch waits.
_RETRIES = 3
_RETRYING = re.compile(r"^Retry\w+ (?:due to )?server[ -](?:side )?(?:request |response )?error: ")
_LOGGER = "azure.monitor.opentelemetry.exporter"


class NotInstalledError(Exception):
    """A package is missing; the text names it and what to do."""


@dataclass(frozen=True, slots=True)
class Exporters:
    """What sends to Application Insights, a signal each."""

    spans: SpanExporter
    metrics: MetricExporter
    logs: LogRecordExporter


def exporters(connection_string: str, authentication: str | None = None) -> Exporters:
    """What sends to Application Insights.

    Args:
        connection_string: Of the resource, as the Azure portal shows it.
        authentication: Sign in with Microsoft Entra ID: `Authorization=AAD`, and behind it `;ClientId=ID` for a
            user-assigned managed identity. None where the connection string is enough.

    Raises:
        NotInstalledError: The exporters are not installed.
        ValueError: The connection string is none.
    """
    for name, value in SWITCHES.items():
        os.environ.setdefault(name, value)
    try:
        made: Any = importlib.import_module(_LOGGER)
    except ImportError:
        raise NotInstalledError(
            "APPLICATIONINSIGHTS_CONNECTION_STRING is set, but what sends traces, metrics and log lines there is not "
            f"installed: pip install '{EXTRA}'"
        ) from None
    options: dict[str, Any] = {
        "connection_string": connection_string,
        "credential": None if authentication is None else _credential(authentication),
        "disable_offline_storage": True,
        "retry_total": _RETRIES,
    }
    try:
        return Exporters(
            made.AzureMonitorTraceExporter(**options),
            made.AzureMonitorMetricExporter(**options),
            made.AzureMonitorLogExporter(**options),
        )
    except ValueError as problem:
        raise ValueError(
            f"APPLICATIONINSIGHTS_CONNECTION_STRING cannot be used ({str(problem).rstrip('.')}), and nothing is sent "
            "to Azure Monitor: copy it whole from the overview of the Application Insights resource; pairs "
            "such as InstrumentationKey=ID with semicolons between them and none at the end"
        ) from None


def _credential(authentication: str) -> Any:
    identity: Any = importlib.import_module("azure.identity")
    client = re.search(r"ClientId=([^;]+)", authentication, re.IGNORECASE)
    if client is None:
        return identity.DefaultAzureCredential()
    return identity.ManagedIdentityCredential(client_id=client[1].strip())


class Heard(logging.Filter):
    """Takes what the exporters log, and keeps the latest of it: why nothing is taken is told by us, and once.

    Attributes:
        latest: In one line; "" where nothing was said since it was last told.
    """

    def __init__(self) -> None:
        super().__init__()
        self.latest = ""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep a warning; nothing passes."""
        if record.levelno >= logging.WARNING:
            words = " ".join(record.getMessage().split())
            self.latest = _RETRYING.sub("", words)[:300].rstrip(".")
        return False

    def told(self) -> str:
        """The latest, once."""
        latest, self.latest = self.latest, ""
        return latest


@contextmanager
def heard() -> Generator[Heard]:
    """Hear what the exporters say, and let nobody else."""
    listener, logger = Heard(), logging.getLogger(f"{_LOGGER}.export._base")
    level = logger.level
    # Of its own: that of the others is so high that nothing comes here.
    logger.setLevel(logging.WARNING)
    logger.addFilter(listener)
    try:
        yield listener
    finally:
        logger.removeFilter(listener)
        logger.setLevel(level)
