"""docs/extension-events.md is the protocol: what the server sends and accepts, and what our page's client reads."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest

from agent import Agent
from agent.core import firewall, messages, notices, policies
from agent.core.approvals import Pending
from agent.core.calls import Call, CallResult
from agent.core.firewall import Refused, Rights
from agent.core.frames import Frame
from agent.core.resuming import GRACE
from agent.core.usage import Usage
from agent.door.credentials import AUTHENTICATE_EVENT
from agent.returns import Returns
from agent.speaking import Spoken, in_language

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "extension-events.md").read_text(encoding="utf-8")
PROTOCOL = (ROOT / "web" / "src" / "core" / "protocol.ts").read_text(encoding="utf-8")
# Sent by the door, which knows nothing of messages.
BY_THE_DOOR = {"extension.authenticated": set()}


def told(section: str) -> dict[str, set[str]]:
    """The table of a section: event → fields."""
    table = PAGE.split(f"## {section}")[1].split("##")[0]
    rows = re.findall(r"^\| `(extension\.[\w.]+)` \|([^|]*)\|", table, re.MULTILINE)
    assert len(rows) == len({name for name, _ in rows})
    return {name: set(re.findall(r"`(\w+)`", fields)) for name, fields in rows}


SERVER, CLIENT = told("From the server"), told("From the client")


def ready_fields() -> dict[str, Any]:
    """What `extension.ready` says beside the session's id."""
    agent = Agent()
    spoken = Spoken()
    config = in_language(agent.session_config(extensions=True), agent.language, spoken)
    return {**config.ready, **spoken.profile.introduction, **Returns(GRACE).ticket("s", None)}


def sample(name: str, annotation: str) -> Any:
    """Something that a builder of events takes as an argument."""
    call = Call("call_1", "search", "resp_1", 0.0, 10.0)
    # As full as they come: a field that is left out at times is on the page as well.
    values: dict[str, Any] = {
        "call": call,
        "pending": Pending(call, "{}", 30.0),
        "result": CallResult("{}", speculated=True),
        "fields": ready_fields(),
        "ready": ready_fields(),
        "heard": {},
        "found": [],
        "responses": Usage(),
        "transcriptions": Usage(),
    }
    simple: dict[str, Any] = {"str": "x", "int": 1, "float": 1.0, "bool": True, "str | None": None}
    return values[name] if name in values else simple.get(annotation)


def built() -> dict[str, set[str]]:
    """What every builder of an event of ours makes, by the code itself."""
    found: dict[str, set[str]] = {}
    for module in (messages, notices, policies):
        for name, builder in inspect.getmembers(module, inspect.isfunction):
            if builder.__module__ != module.__name__ or '"extension.' not in inspect.getsource(builder):
                continue
            parameters = inspect.signature(builder).parameters.values()
            given = {one.name: sample(one.name, str(one.annotation)) for one in parameters}
            positional = [given.pop(one.name) for one in parameters if one.kind is not one.KEYWORD_ONLY]
            event = json.loads(builder(*positional, **given).text)
            kind = event.pop("type")
            assert kind not in found, name
            found[kind] = set(event) - {"event_id"}
    return found


def in_protocol(union: str) -> dict[str, set[str]]:
    """The events of ours in a union of the page's client, with their fields."""
    text = re.sub(r"/\*\*.*?\*/", "", PROTOCOL.split(f"export type {union} =")[1].split(";\n\n")[0], flags=re.DOTALL)
    found: dict[str, set[str]] = {}
    for member in re.split(r"^  \| ", text, flags=re.MULTILINE):
        inside = member[member.find("{") + 1 : member.rfind("}")]
        flat = re.sub(r"\{[^{}]*\}", "", inside)  # fields of fields are described elsewhere
        for kind in re.findall(r'"(extension\.[\w.]+)"', flat.split(";")[0]):
            found[kind] = set(re.findall(r"readonly (\w+)\??:", flat)) - {"type"}
    return found


def test_the_page_names_every_event_that_the_server_sends_with_all_its_fields():
    assert built() | BY_THE_DOOR == SERVER


def test_no_event_of_ours_is_sent_that_the_page_does_not_name():
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "agent").rglob("*.py")]
    named = {name for text in sources for name in re.findall(r'"(extension\.[a-z_]+(?:\.[a-z_]+)*)"', text)}
    assert named == {*SERVER, *CLIENT}


def test_the_page_names_every_event_of_ours_that_a_client_may_send():
    assert {*firewall.EXTENSIONS, AUTHENTICATE_EVENT} == set(CLIENT)


@pytest.mark.parametrize(
    ("event", "bad"),
    [
        (
            {
                "type": "extension.playback",
                "item_id": "i",
                "content_index": 0,
                "played_ms": 7,
                "stopped": True,
                "underruns": 1,
            },
            "underruns",
        ),
        ({"type": "extension.tool.approval", "call_id": "c", "decision": "deny", "reason": "Too dear."}, "decision"),
    ],
)
def test_an_event_with_the_fields_on_the_page_passes_and_a_bad_one_is_answered_with_the_field(event, bad):
    assert set(event) - {"type"} == CLIENT[event["type"]]
    rights = Rights(extensions=True, decides=lambda _call: True)
    assert firewall.admit(Frame.of(event), rights).text == Frame.of(event).text
    with pytest.raises(Refused) as refusal:
        firewall.admit(Frame.of({**event, bad: [-1]}), rights)
    assert refusal.value.param == bad
    with pytest.raises(Refused):
        firewall.admit(Frame.of(event), Rights())


def test_the_client_of_our_page_reads_and_writes_no_event_and_no_field_that_the_page_does_not_name():
    reads, writes = in_protocol("ServerEvent"), in_protocol("ClientEvent")
    assert len(reads) >= 10
    for name, fields in reads.items():
        assert fields <= SERVER[name], name
    for name, fields in writes.items():
        assert fields <= CLIENT[name], name


def test_what_stands_in_agent_service_and_resume_is_described():
    ready = ready_fields()
    for group in ("agent", "service", "resume"):
        entry = re.search(rf"^- `{group}`:(.*?)^- ", PAGE, re.MULTILINE | re.DOTALL)[1]
        for field in ready[group]:
            assert f"`{field}`" in entry, field
