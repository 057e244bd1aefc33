"""Declaring an MCP server: what cannot be used is refused where it is written."""

from __future__ import annotations

import importlib.util

import pytest

from tools import DefinitionError, McpServer


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: McpServer.stdio("", name="x"), "names no program"),
        (lambda: McpServer.stdio("python", "-m server", name="x"), "list of arguments"),
        (lambda: McpServer.stdio("python", name=""), "name=''"),
        (lambda: McpServer.stdio("python", name="a b"), "name='a b'"),
        (lambda: McpServer.http("example.com/mcp", name="x"), "whole address"),
        (lambda: McpServer.http("https://example.com", name="x", allow="one"), r"\['one'\]"),
        (lambda: McpServer.http("https://example.com", name="x", policies={"pay": True}), r"policies\['pay'\] is True"),
        (lambda: McpServer.http("https://example.com", name="x", headers=lambda _user: {}), "per_session=True"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(make, words):
    with pytest.raises(DefinitionError, match=words):
        make()


def test_without_the_sdk_the_extra_is_named(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(DefinitionError, match=r"vocative\[mcp\]"):
        McpServer.stdio("python", name="x")


def test_secrets_do_not_stand_in_its_representation():
    servers = [
        McpServer.http("https://example.com", name="x", headers={"Authorization": "s3cret"}),
        McpServer.stdio("python", name="x", env={"KEY": "s3cret"}),
    ]
    assert "s3cret" not in repr(servers)
