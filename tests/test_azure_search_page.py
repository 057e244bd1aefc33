"""docs/azure-search.md says what the code does, and its example runs."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import AliasChoices

from agent.search_settings import SearchSettings
from tests.tools.search.azure.contract.service import ADMIN, SearchStandIn
from tests.tools.search.azure.contract.threaded import threaded
from tools import ToolContext, User, invoke

PAGE = Path(__file__).parent.parent.joinpath("docs", "azure-search.md").read_text("utf-8")


async def test_the_example_runs_and_its_tool_finds_what_the_caller_may_read(monkeypatch):
    stand_in = SearchStandIn()
    fields = [{"name": "id", "type": "Edm.String", "key": True}, {"name": "text", "type": "Edm.String"}]
    fields.append({"name": "groups", "type": "Collection(Edm.String)"})
    documents = [{"id": "a", "text": "25 days of leave", "groups": []}]
    documents.append({"id": "b", "text": "40 days of leave", "groups": ["directors"]})
    stand_in.make({"name": "handbook", "fields": fields}, documents)
    with threaded(stand_in.application()) as address:
        monkeypatch.setenv("AZURE_SEARCH_ENDPOINT", address)
        monkeypatch.setenv("AZURE_SEARCH_API_KEY", ADMIN)
        names = {}
        exec(compile(re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1], "docs/azure-search.md", "exec"), names)
        toolset = names["agent"].toolset
        anybody = await invoke(toolset, "search", '{"query": "leave"}', ToolContext())
        director = ToolContext(user=User("u", groups=("directors",)))
        director = await invoke(toolset, "search", '{"query": "leave"}', director)
        await names["service"].close()
    assert ("25 days" in anybody.output, "40 days" in anybody.output) == (True, False)
    assert "40 days" in director.output


def test_every_variable_is_listed_and_no_other():
    known = set()
    for name, field in SearchSettings.model_fields.items():
        alias = field.validation_alias
        known |= {str(each).upper() for each in (alias.choices if isinstance(alias, AliasChoices) else [alias or name])}
    table = PAGE.split("\n## Variables\n", 1)[1].split("\n## ", 1)[0]
    assert set(re.findall(r"`([A-Z_]{8,})`", table)) - {"AZURE_OPENAI_ENDPOINT"} == known
