"""Who answers in one session: chosen for the user, handed to and fro, refused in words."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest

from agent import Agent, ConfigurationError, Page, ServerMcp, SessionRefusedError
from agent.cast import Cast
from agent.core.profiles import PROFILES
from agent.roster import Roster, key_of
from agent.staff import Fixed
from tools import DynamicToolset, HandOff, Outcome, PerSession, ToolContext, Toolset, User, tool
from tools.opening import Shared


@tool
def hours() -> str:
    """Tell the hours."""
    return "nine to five"


@tool(timeout_s=3)
def invoice() -> str:
    """Tell the total."""
    return "42 euros"


class Basket:
    """One session's."""

    def __init__(self):
        self.things = []

    @tool
    def add(self, thing: str) -> str:
        """Add a thing."""
        self.things.append(thing)
        return ", ".join(self.things)


BILLING = Agent(name="Billing", purpose="It knows invoices.", tools=[invoice], handoffs=["Front desk"], voice="cedar")
DESK = Agent(name="Front desk", tools=[hours, PerSession(Basket)], handoffs=[BILLING])


async def opened(agent=DESK, user=None, **options):
    return await Cast.open(agent, Shared(), user, extensions=True, **options)


async def run(cast, name, **arguments):
    return await cast.invoke(name, json.dumps(arguments), ToolContext())


def names(config):
    return [each.get("name") or each["server_label"] for each in config.session["tools"]]


async def test_each_agent_in_reach_has_a_tool_that_hands_over_to_it():
    cast = await opened()
    assert names(cast.config()) == ["hours", "transfer_to_billing", "add"]
    described = cast.toolset.spec("transfer_to_billing")
    assert described.description == "Hand the caller over to Billing. It knows invoices."
    assert described.parameters["properties"] == {}


async def test_the_session_is_handed_over_and_back_and_a_basket_keeps_what_is_in_it():
    cast = await opened()
    await run(cast, "add", thing="a lamp")
    outcome = await run(cast, "transfer_to_billing")
    assert outcome.hand_off == "Billing"
    outcome, config = await cast.hand_over(outcome)
    assert outcome.output == "The caller is handed over to Billing."
    assert names(config) == ["invoice", "transfer_to_front_desk"]
    assert config.timeouts["invoice"] == 3
    assert config.session["audio"]["output"]["voice"] == "cedar"
    assert config.ready["agent"]["name"] == "Billing"
    _, config = await cast.hand_over(await run(cast, "transfer_to_front_desk"))
    assert names(config) == ["hours", "transfer_to_billing", "add"]
    assert (await run(cast, "add", thing="a rug")).output == "a lamp, a rug"


async def test_a_tool_of_the_old_agent_is_refused_in_words_after_the_switch():
    cast = await opened()
    await cast.hand_over(await run(cast, "transfer_to_billing"))
    refused = await run(cast, "hours")
    assert (refused.ok, refused.error) == (False, "unknown_tool")
    assert "another agent's; you are 'Billing' now" in refused.output
    assert "There is no tool named" in (await run(cast, "nonsense")).output


@pytest.mark.parametrize("name", ["Nobody", "Front desk"])
async def test_an_agent_that_it_may_not_hand_over_to_is_refused_in_words(name):
    cast = await opened()
    outcome, config = await cast.hand_over(Outcome("x", hand_off=name))
    assert config is None
    assert f"cannot hand over to '{name}'" in outcome.output
    assert (await run(cast, "hours")).ok


async def test_an_agent_whose_tools_do_not_open_leaves_the_caller_where_they_are(caplog):
    def broken():
        raise KeyError("secret")

    target = Agent(name="Billing", tools=[PerSession(broken)])
    cast = await opened(Agent(name="Desk", tools=[hours], handoffs=[target]))
    outcome, config = await cast.hand_over(await run(cast, "transfer_to_billing"))
    assert config is None
    assert "could not be handed over" in outcome.output
    assert "secret" not in outcome.output
    assert (await run(cast, "hours")).ok


async def test_a_tool_of_ones_own_may_hand_over_with_words_for_the_next_agent():
    @tool
    def pay() -> HandOff:
        """Pay."""
        return HandOff("billing", "They want to pay invoice 12.", {"show": "bill"})

    cast = await opened(Agent(name="Front desk", tools=[pay], handoffs=[BILLING]))
    outcome = await run(cast, "pay")
    assert (outcome.output, outcome.for_client) == ("They want to pay invoice 12.", {"show": "bill"})
    assert (await cast.hand_over(outcome))[1] is not None


async def test_tools_are_chosen_for_the_user_plain_or_async():
    async def later(user):
        return [invoice]

    for choose, expected in ((lambda user: [hours] if user else [], ["hours"]), (later, ["invoice"])):
        assert names((await opened(Agent(tools=choose), User("ada"))).config()) == expected


async def test_documents_stand_beside_tools_that_are_chosen_or_opened():
    class Backend:
        async def search(self, query, *, top=5, user=None):
            return []

    for tools in ((lambda _user: [hours]), [hours, PerSession(Basket)]):
        config = (await opened(Agent(tools=tools).over(Backend()))).config()
        assert {"hours", "search"} <= set(names(config))

    @tool
    def search() -> str:
        """Mine."""
        return "mine"

    assert names((await opened(Agent(tools=lambda _user: [search]).over(Backend()))).config()) == ["search"]


async def test_the_agent_is_chosen_for_the_user():
    async def agent_for(user):
        return Agent(name=f"For {user.id}", tools=[invoice])

    config = (await opened(Agent(for_user=agent_for, voice="marin"), User("ada"))).config()
    assert config.ready["agent"]["name"] == "For ada"
    assert config.session["audio"]["output"]["voice"] == "marin"


async def test_whoever_answers_is_on_the_page_that_was_opened():
    theirs = Agent(name="Billing", page=Page(notice="Theirs.", transcripts="device"))
    desk = Agent(name="Desk", handoffs=[theirs], page=Page(notice="Ours.", panels=("history",)))
    cast = await opened(desk)
    _, config = await cast.hand_over(await run(cast, "transfer_to_billing"))
    chosen = (await opened(replace(desk, for_user=lambda _user: theirs), User("ada"))).config()
    for ready in (config.ready, chosen.ready):
        assert ready["agent"] == {**desk.brand().introduction, "name": "Billing"}


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (Agent(for_user=lambda _user: None), "must return an Agent"),
        (Agent(for_user=lambda _user: Agent(model="openai")), "leave it out"),
        (Agent(for_user=lambda _user: 1 / 0), "ZeroDivisionError"),
        (Agent(tools=lambda _user: [3]), "not callable"),
        (Agent(tools=lambda _user: None), "given as a list"),
        (Agent(tools=lambda _user: [], tool_choice="ghost"), "there is no such tool"),
        (Agent(tools=[PerSession(object)]), "no method"),
    ],
)
async def test_a_session_that_cannot_be_made_ready_is_refused_in_words(agent, words):
    with pytest.raises(SessionRefusedError, match=words):
        await opened(agent, User("ada"))


async def test_a_session_that_is_refused_leaves_nothing_open():
    closed = []

    class Line(DynamicToolset):
        @property
        def toolset(self):
            return Toolset([hours])

        async def close(self):
            closed.append(True)

    with pytest.raises(SessionRefusedError):
        await opened(Agent(tools=[PerSession(Line)], tool_choice="ghost"))
    assert closed == [True]


class Changing(DynamicToolset):
    def __init__(self):
        super().__init__()
        self.tools = Toolset([hours])

    @property
    def toolset(self):
        return self.tools


async def test_other_tools_are_told_while_their_agent_has_the_floor(caplog):
    line, told = Changing(), []
    cast = await opened(Agent(name="Desk", tools=[line], handoffs=[Agent(name="Billing")]))
    line.changed()
    await asyncio.sleep(0)
    cast.watch(told.append)
    line.tools = Toolset([invoice])
    line.changed()
    await asyncio.sleep(0)
    assert names(told.pop()) == ["transfer_to_billing", "invoice"]
    await cast.hand_over(await run(cast, "transfer_to_billing"))
    line.changed()
    await asyncio.sleep(0)
    assert told == []
    await cast.close()


async def test_a_tool_choice_that_goes_away_is_told_in_the_log(caplog):
    line, told = Changing(), []
    cast = await opened(Agent(name="Desk", tools=[line], tool_choice="hours"))
    cast.watch(told.append)
    line.tools = Toolset()
    line.changed()
    await asyncio.sleep(0)
    assert told == []
    assert "there is no such tool" in caplog.text


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Roster(Agent(handoffs=["Nobody"])), "'Nobody', who is not there"),
        (lambda: Roster(Agent(name="A", handoffs=[Agent(name="B"), Agent(name="b", voice="x")])), "name of its own"),
        (lambda: Roster(Agent(name="A", handoffs=[Agent(name="???")])), "letters or digits"),
        (lambda: Roster(Agent(name="A", handoffs=[Agent(name="B", model="openai")])), "same model|leave it out"),
        (lambda: Roster(Agent(name="A", handoffs=[Agent(name=f"B{n}") for n in range(70)])), "there may be 64"),
        (lambda: Agent(handoffs="Billing"), "list of agents"),
        (lambda: Agent(handoffs=[3]), "agents, or their names"),
    ],
)
def test_agents_that_cannot_be_handed_to_are_refused_where_they_are_written(make, words):
    with pytest.raises(ConfigurationError, match=words):
        make()


def test_an_agent_reached_on_two_ways_is_one():
    shared = Agent(name="C")
    roster = Roster(Agent(name="A", handoffs=[Agent(name="B", handoffs=[shared]), shared]))
    assert [agent.name for agent in roster.agents] == ["A", "B", "C"]
    assert roster.get("c") is shared
    assert key_of("Front desk (UK)") == "front_desk_uk"


async def test_a_relay_with_tools_alone_hands_over_to_nobody():
    staff = Fixed(Toolset([hours]))
    staff.watch(lambda _config: None)
    assert (await staff.invoke("hours", "", ToolContext())).ok
    outcome, config = await staff.hand_over(Outcome("x", hand_off="Billing"))
    assert config is None
    assert "no agent 'Billing'" in outcome.output


# ── servers whose tools the model's service calls ──

WIKI = ServerMcp(
    label="wiki",
    url="https://example.com/mcp",
    allowed_tools=["look_up"],
    approve=["look_up"],
    authorization="s3cret",
    headers={"X-Key": "s3cret"},
)


async def test_a_server_goes_into_the_session_as_the_services_take_it():
    config = (await opened(Agent(tools=[hours, WIKI]))).config()
    assert config.session["tools"][1] == {
        "type": "mcp",
        "server_label": "wiki",
        "server_url": "https://example.com/mcp",
        "allowed_tools": ["look_up"],
        "authorization": "s3cret",
        "headers": {"X-Key": "s3cret"},
        "require_approval": "always",
    }
    assert config.approved == {"wiki": ("look_up",)}
    assert "s3cret" not in repr(WIKI)


@pytest.mark.parametrize(
    ("profile", "taken"), [("openai", True), ("voice-live", True), ("azure-preview", False), ("engine", False)]
)
def test_a_service_that_calls_no_servers_is_not_told_of_them(profile, taken):
    session = Agent(tools=[hours, WIKI]).session_config(extensions=False).session
    sent = PROFILES[profile].lay_out(session)["tools"]
    assert len(sent) == 1 + taken
    assert ("tools (wiki)" in PROFILES[profile].left_out(session)) is not taken


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"label": "a b", "url": "https://x"}, "label='a b'"),
        ({"label": "a"}, "either url or connector_id"),
        ({"label": "a", "url": "https://x", "connector_id": "c"}, "either url or connector_id"),
        ({"label": "a", "url": "example.com"}, "no address"),
        ({"label": "a", "url": "https://x", "approve": "all"}, "list of names"),
        ({"label": "a", "url": "https://x", "require_approval": "sometimes"}, "'always', 'never'"),
    ],
)
def test_a_server_that_cannot_be_used_is_refused_where_it_is_written(fields, words):
    with pytest.raises(ConfigurationError, match=words):
        ServerMcp(**fields)


def test_two_servers_of_one_label_are_refused():
    with pytest.raises(ConfigurationError, match="same label"):
        Agent(tools=[WIKI, WIKI])
