"""Access: no document that a caller may not read comes out by any door of the server: search, tools, pages, session."""

from __future__ import annotations

import asyncio
import json
import random

import pytest
from aiohttp.test_utils import TestClient, TestServer
from fpdf import FPDF

from agent import Agent, Uploads
from agent.door.api_keys import ApiKeys
from agent.door.door import Door, Rules
from agent.library import Library
from agent.server import Server
from agent.testing import Caller, Stage
from agent.testing.phone_line import PhoneLine
from agent.transports.memory import pair
from tools import ToolContext, User, invoke
from tools.search.access import may_read
from tools.search.personal.shelf import Sent

KEY = "k" * 20
RULES = """[access]
"hr/**" = ["group:hr"]
"board/**" = ["group:board", "user:anna"]
"board/open.md" = ["everyone"]
"""
ACCESS = {
    "open.md": (),
    "hr/pay.md": ("group:hr",),
    "hr/plan.pdf": ("group:hr",),
    "board/minutes.md": ("group:board", "user:anna"),
    "board/open.md": (),
}
PEOPLE = [None, User("anna"), User("bob", groups=("hr",)), User("carl", groups=("board", "staff")), User("hr")]


@pytest.fixture
def papers(tmp_path):
    folder = tmp_path / "papers"
    for name in ACCESS:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".pdf":
            pdf = FPDF()
            pdf.add_page()
            pdf.set_font("helvetica", size=12)
            pdf.cell(text="The plan for the falcon is in hr/plan.pdf.")
            pdf.output(str(path))
        else:
            path.write_text(f"# {name}\n\nThe falcon of {name} is spoken of here and nowhere else.\n")
    (folder / ".vocative-access").write_text(RULES)
    return folder


@pytest.fixture
def library(papers, tmp_path):
    shelves = Library.shelves(Uploads(folder=tmp_path / "uploads"), anonymous=False)
    library = Library(Library.gather([papers])[0].index, uploads=shelves)
    yield library
    library.close()


async def bring(library, user, text):
    path = library.uploads.incoming(user)
    path.write_text(text)
    await library.uploads.take([Sent("falcon.md", path)], user, lambda _: None)


@pytest.mark.slow
async def test_no_door_gives_anybody_a_document_that_they_may_not_read(library):
    await bring(library, User("anna"), "# Falcon\n\nThe falcon of anna alone.")
    owners = {**ACCESS, "uploads/falcon.md": ("user:anna",)}
    toolset = Agent().over(library.index).toolset
    door = Door(Rules(bind="0.0.0.0", keys=ApiKeys([KEY]), open_to_all=True))
    chance = random.Random(3)

    async def never():
        raise AssertionError

    server = Server(Agent(), never, library, door)
    async with TestClient(TestServer(server.application())) as http:

        async def get(path, user):
            headers = {}
            if user is not None:
                asked = {"user": {"id": user.id, "groups": list(user.groups)}}
                answer = await http.post("/v1/tickets", headers={"api-key": KEY}, json=asked)
                headers["Authorization"] = f"Bearer {(await answer.json())['ticket']}"
            return await http.get(path, headers=headers)

        for user in chance.sample(PEOPLE, len(PEOPLE)):
            context = ToolContext(user=user)
            readable = {name for name, access in owners.items() if may_read(access, user)}
            for query in ("falcon", "hr/pay.md", "the falcon of anna", "plan minutes pay"):
                outcome = await invoke(toolset, "search", json.dumps({"query": query}), context)
                assert {each["document"] for each in outcome.citations} <= readable
                found = await library.index.search(query, top=99, user=user)
                assert {each.document for each in found} == readable
                told = await (await get(f"/api/documents/search?top=50&q={query}", user)).json()
                assert {each["document"] for each in told["passages"]} == readable
            outcome = await invoke(toolset, "list_documents", "{}", context)
            assert {each["document"] for each in json.loads(outcome.output)["documents"]} == readable
            listed = (await (await get("/api/documents", user)).json())["documents"]
            assert {each["path"] for each in listed} == readable
            for name in owners:
                allowed = name in readable
                outcome = await invoke(toolset, "open_document", json.dumps({"document": name}), context)
                assert outcome.ok is allowed
                assert bool(outcome.citations) is allowed
                for query in ("", f"?view=passage&start=0&end=9{'&page=1' if name.endswith('pdf') else ''}"):
                    answer = await get(f"/documents/{name}{query}", user)
                    assert answer.status == (200 if allowed else 404)
                    assert allowed or "falcon" not in (await answer.text()).replace(name, "")


@pytest.mark.slow
def test_in_a_session_a_caller_is_answered_from_what_they_may_read_and_have_just_brought(library):
    """The embedded reasoner, the relay and the tools, with a caller whom the server knows."""
    questions = {"What is the falcon of hr/pay.md?": "hr/pay.md", "Who may ring the copper bell?": "uploads/falcon.md"}
    with Stage() as stage:

        async def call(user):
            async def connect():
                return stage.engine.connect()

            theirs, ours = pair()
            agent = Agent(modality="text").over(library.index)
            serving = Server(agent, connect, library).serve(theirs, extensions=True, user=user)
            stage._serving.append(asyncio.ensure_future(serving))
            stage._lines.append(PhoneLine(ours, stage._voice, 30.0))
            await stage._lines[-1].opened()
            return Caller(stage._lines[-1], stage._loop)

        def retrieved(user, question, caller=None):
            exchange = (caller or stage._run(call(user)))(question)
            return {each["document"] for seen in exchange.calls for each in seen.result["citations"]}

        pay, bell = questions
        assert "hr/pay.md" in retrieved(User("bob", groups=("hr",)), pay)
        assert "hr/pay.md" not in retrieved(User("hr"), pay)
        bob = User("bob", groups=("hr",))
        caller = stage._run(call(bob))
        assert "uploads/falcon.md" not in retrieved(bob, bell, caller)
        stage._run(bring(library, bob, "# Bells\n\nOnly the purser may ring the copper bell.\n"))
        exchange = caller(bell)
        exchange.expect_answer(contains="purser").expect_citation(document="uploads/falcon.md")
        assert "uploads/falcon.md" not in retrieved(User("carl"), bell)
