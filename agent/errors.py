"""The tree of errors, split by blame. `str()` of any of them says what, where and what to do.

    VocativeError
    ├── UsageError               whoever typed the command or wrote the agent: exit code 2
    │   ├── ConfigurationError   a setting, an agent, an address
    │   └── InputError           a file or document that was handed to us
    ├── ModelError               the model's service: exit code 1
    │   └── DialError            it could not be reached, or refused us
    │       └── CredentialError  we have nothing to show it: nobody is signed in
    └── SessionRefusedError      the assistant cannot be made ready for this caller; the server goes on

A caller who breaks the protocol gets an `error` event and keeps the session: that is `core.firewall.Refused`.

Any other exception that escapes is a bug of ours.
"""

from __future__ import annotations


class VocativeError(Exception):
    """Base of the errors that are raised on purpose."""


class UsageError(VocativeError):
    """Something that was typed, configured or handed in is wrong."""


class ConfigurationError(UsageError):
    """A setting, an agent or an address that cannot be used."""


class SessionRefusedError(VocativeError):
    """A session that cannot be opened for this caller; its text is shown to them."""


class InputError(UsageError):
    """A file that cannot be used."""


class ModelError(VocativeError):
    """The model's service failed."""


class DialError(ModelError):
    """The model's service could not be reached, or refused us.

    Attributes:
        status: The HTTP status of the refusal, or None when there was no answer.
        retry_after: Seconds that the service asks to wait, or None when it does not say.
    """

    def __init__(self, message: str, status: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


class CredentialError(DialError):
    """No token could be had to dial the model's service with."""
