"""Azure Monitor: traces and metrics for Application Insights, by its own exporter where that is installed."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics.export import MetricExporter
    from opentelemetry.sdk.trace.export import SpanExporter

PACKAGE = "azure-monitor-opentelemetry-exporter"


class NotInstalledError(Exception):
    """A package is missing; the text names it and what to do."""


def exporters(connection_string: str) -> tuple[SpanExporter, MetricExporter]:
    """What sends to Application Insights.

    Args:
        connection_string: Of the resource, as the Azure portal shows it.

    Raises:
        NotInstalledError: The exporter is not installed.
        ValueError: The connection string is none.
    """
    try:
        # It is published as a pre-release only, so it cannot be a dependency of ours.
        made: Any = importlib.import_module("azure.monitor.opentelemetry.exporter")
    except ImportError:
        raise NotInstalledError(
            "APPLICATIONINSIGHTS_CONNECTION_STRING is set, but what sends traces and metrics there is not installed: "
            f"pip install --pre {PACKAGE}"
        ) from None
    return (
        made.AzureMonitorTraceExporter(connection_string=connection_string),
        made.AzureMonitorMetricExporter(connection_string=connection_string),
    )
