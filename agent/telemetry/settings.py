"""The settings of telemetry, as fields of the one class that reads the environment (`agent.config.Settings`)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from agent.addresses import has_place

LogFormat: TypeAlias = Literal["text", "json"]
LogLevel: TypeAlias = Literal["debug", "info", "warning", "error"]
_EXPORTERS = Literal["otlp", "none"]


def _address(value: str) -> str:
    value = value.strip()
    if not re.fullmatch(r"https?://[^\s/?#]+(?:/\S*)?", value) or not has_place(value):
        raise ValueError("is no address of a collector; it should look like http://localhost:4318")
    return value


def listen_address(value: str) -> str:
    """Read an address to listen on.

    Args:
        value: A port, which is then of this machine only, or HOST:PORT.

    Raises:
        ValueError: It is none.
    """
    host, _, port = value.strip().rpartition(":")
    if not port.isdecimal() or int(port) > 65535 or not _can_be_asked_for(host):
        raise ValueError("is no port to listen on; it should look like 9464 or 0.0.0.0:9464")
    return f"{host or '127.0.0.1'}:{port}"


def _can_be_asked_for(host: str) -> bool:
    try:
        host.encode("idna")
    except UnicodeError:  # two dots side by side, or more than 63 letters without one
        return False
    return True


def _sign_in(value: str) -> str:
    value = value.strip().strip(";")
    if not re.fullmatch(r"Authorization=AAD(?:;ClientId=[0-9a-f-]{36})?", value, re.IGNORECASE):
        raise ValueError("is to be Authorization=AAD, with ;ClientId=ID behind it for a user-assigned managed identity")
    return value


_Address = Annotated[str, AfterValidator(_address)]
_SignIn = Annotated[str, AfterValidator(_sign_in)]
Listen = Annotated[str, AfterValidator(listen_address)]


def _named(name: str, default: Any = None) -> Any:
    return Field(default=default, validation_alias=name)


class TelemetrySettings(BaseModel):
    """What is told of an assistant that runs, and to whom.

    Attributes:
        otlp_endpoint: `OTEL_EXPORTER_OTLP_ENDPOINT`: a collector; its paths are put behind it.
        otlp_traces_endpoint: `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`: where traces go, whole.
        otlp_metrics_endpoint: `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT`: where metrics go, whole.
        otlp_protocol: `OTEL_EXPORTER_OTLP_PROTOCOL`: `http/protobuf` is what can be spoken.
        otlp_headers: `OTEL_EXPORTER_OTLP_HEADERS`: what the collector is told beside, such as a key.
        otel_service_name: `OTEL_SERVICE_NAME`: how this assistant is called there.
        otel_traces_exporter: `OTEL_TRACES_EXPORTER`: `none` sends no traces.
        otel_metrics_exporter: `OTEL_METRICS_EXPORTER`: `none` sends no metrics.
        otel_sdk_disabled: `OTEL_SDK_DISABLED`: sends nothing at all.
        insights: `APPLICATIONINSIGHTS_CONNECTION_STRING`: Azure Monitor, beside the collector or without one.
        insights_authentication: `APPLICATIONINSIGHTS_AUTHENTICATION_STRING`: as whom, where the connection string is
            not enough: `Authorization=AAD`, and `;ClientId=ID` behind it for a user-assigned managed identity.
        metrics: `VOCATIVE_METRICS`: a port, or an address and a port, at which Prometheus finds `/metrics`.
        log_format: `VOCATIVE_LOG_FORMAT`: `json` or `text`.
        log_level: `VOCATIVE_LOG_LEVEL`: of our own lines.
        log_content: `VOCATIVE_LOG_CONTENT`: write down what is said, too.
    """

    model_config = ConfigDict(populate_by_name=True)

    otlp_endpoint: _Address | None = _named("OTEL_EXPORTER_OTLP_ENDPOINT")
    otlp_traces_endpoint: _Address | None = _named("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    otlp_metrics_endpoint: _Address | None = _named("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT")
    otlp_protocol: str = _named("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
    otlp_headers: SecretStr | None = _named("OTEL_EXPORTER_OTLP_HEADERS")
    otel_service_name: str = _named("OTEL_SERVICE_NAME", "vocative")
    otel_traces_exporter: _EXPORTERS = _named("OTEL_TRACES_EXPORTER", "otlp")
    otel_metrics_exporter: _EXPORTERS = _named("OTEL_METRICS_EXPORTER", "otlp")
    otel_sdk_disabled: bool = _named("OTEL_SDK_DISABLED", default=False)
    insights: SecretStr | None = _named("APPLICATIONINSIGHTS_CONNECTION_STRING")
    insights_authentication: _SignIn | None = _named("APPLICATIONINSIGHTS_AUTHENTICATION_STRING")
    metrics: Listen | None = _named("VOCATIVE_METRICS")
    log_format: LogFormat | None = _named("VOCATIVE_LOG_FORMAT")
    log_level: LogLevel = _named("VOCATIVE_LOG_LEVEL", "info")
    log_content: bool = _named("VOCATIVE_LOG_CONTENT", default=False)
