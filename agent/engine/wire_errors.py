"""WireError: a client's mistake, as the `error` event it will read. It never ends the session."""

from __future__ import annotations

from typing import Any


class WireError(Exception):
    """An event that is refused; nothing has been changed by it.

    Args:
        message: What is wrong and what to do, for the developer of the client.
        code: The service's error code, such as `"unknown_parameter"`.
        param: Path of the offending field, such as `"session.audio.output.voice"`.
        kind: The error's type on the wire.
    """

    def __init__(
        self, message: str, *, code: str, param: str | None = None, kind: str = "invalid_request_error"
    ) -> None:
        super().__init__(message)
        self.code = code
        self.param = param
        self.kind = kind

    def body(self, event_id: str | None) -> dict[str, Any]:
        """The `error` object of the event.

        Args:
            event_id: The id the client gave to its own event, if any.
        """
        return {
            "type": self.kind,
            "code": self.code,
            "message": str(self),
            "param": self.param,
            "event_id": event_id,
        }


class EventRefused(WireError):  # noqa: N818  (named for what happened)
    """An event that was refused before the session saw it.

    Args:
        error: What is wrong with it.
        event_id: The id that the client gave to it, if any.
    """

    def __init__(self, error: WireError, event_id: object) -> None:
        super().__init__(str(error), code=error.code, param=error.param, kind=error.kind)
        self.event_id = event_id if isinstance(event_id, str) else None


def invalid(path: str, message: str) -> WireError:
    """A value of the right type that cannot be accepted."""
    return WireError(message, code="invalid_value", param=path)


def missing(path: str) -> WireError:
    """A required field that is not there."""
    return WireError(f"Missing required parameter: '{path}'.", code="missing_required_parameter", param=path)
