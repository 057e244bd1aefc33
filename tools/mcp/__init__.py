"""Tools of MCP servers; needs the extra `vocative[mcp]`, and nothing of it is imported before a server is declared."""

from tools.mcp.server import McpServer

__all__ = ["McpServer"]
