"""Errors of the tools package. `tools` is a leaf, so it has its own small tree.

ToolsError               anything this package raises on purpose; its text is fit for a user
├── ToolError            raised by a tool: its text is shown to the model
├── DefinitionError      a function that cannot be declared as a tool
├── SourceError          tools that cannot be opened for a session
├── ProxyError           a proxy that the environment names and that cannot be used
├── SearchError          an index that cannot be searched (missing, other version, locked)
└── IngestError          documents that cannot be taken in at all (no such folder, nothing readable)
"""

from __future__ import annotations


class ToolsError(Exception):
    """Base of the package's errors; `str()` says what, where and what to do."""


class ToolError(ToolsError):
    """Raise it in a tool to tell the model what went wrong; other exceptions are not shown to it."""


class DefinitionError(ToolsError, TypeError):
    """A function that cannot be declared as a tool."""


class SourceError(ToolsError):
    """Tools that cannot be opened for a session; its text is shown to the client."""


class ProxyError(ToolsError):
    """A proxy that cannot be used as the environment names it."""


class SearchError(ToolsError):
    """An index that cannot be searched."""


class IngestError(ToolsError):
    """Documents that cannot be taken in at all."""
