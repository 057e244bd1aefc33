import json

import pytest

from tools import ToolContext, Toolset, invoke


@pytest.fixture
def call():
    """Run one tool once: `await call(function, '{"a": 1}')`."""

    async def run(function, arguments="", context=None):
        toolset = Toolset([function])
        return await invoke(toolset, toolset.names[0], arguments, context or ToolContext())

    return run


@pytest.fixture
def error_of():
    """What the model reads of a failed call."""

    def read(outcome):
        assert not outcome.ok
        error = json.loads(outcome.output)["error"]
        assert error["code"] == outcome.error
        return error

    return read
