"""Branding: the page looks like the agent's from its first paint; what is set into it can never be more than a text."""

from __future__ import annotations

import json
import re

import pytest
from aiohttp.test_utils import TestClient, TestServer

from agent import Agent, Page
from agent.door.door import Door, Rules
from agent.door.origin import Origins
from agent.server import Server
from tests.agent.options.test_logo import SVG

PAGE = """<!doctype html><link rel="icon" type="image/svg+xml" href="./icon.svg" />
<link rel="stylesheet" href="./brand.css" /><title>Vocative</title>"""
AGENT = Agent(
    name="Hôtel </title><script>x</script>",
    greeting="I am an AI.",
    examples=("Soup?",),
    instructions="secret",
    page=Page(accent="#5b2a86", logo=SVG, panels=("history",), transcripts="device", notice="Kept here."),
)


@pytest.fixture
def bundle(tmp_path, monkeypatch):
    folder = tmp_path / "static" / "web"
    folder.mkdir(parents=True)
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    (folder / "embed.js").write_text("const told = JSON.parse(`%VOCATIVE_BRAND%`)", encoding="utf-8")
    monkeypatch.setattr("agent.server.__file__", str(tmp_path / "server.py"))
    return folder


@pytest.fixture
def visit(bundle):
    """A client of a server of an agent."""

    def of(agent=AGENT, *origins):
        door = Door(Rules(origins=Origins(origins)))
        return TestClient(TestServer(Server(agent, None, None, door).application()))

    return of


async def test_the_page_bears_the_name_and_the_picture_of_the_agent(visit):
    async with visit() as client:
        text = await (await client.get("/")).text()
        assert "<title>Hôtel &lt;/title&gt;&lt;script&gt;x&lt;/script&gt;</title>" in text
        address = re.search(r'<link rel="icon" type="image/svg\+xml" href="\./(brand/\w+\.svg)">', text)[1]
        answer = await client.get(f"/{address}")
        assert await answer.read() == SVG
        assert answer.content_type == "image/svg+xml"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert "immutable" in answer.headers["Cache-Control"]
        assert (await client.get("/brand/other.svg")).status == 404


async def test_what_the_page_is_told_before_it_connects_is_what_it_is_told_then(visit):
    async with visit() as client:
        told = await (await client.get("/api/page")).json()
    assert told == AGENT.session_config(extensions=True).ready["agent"]
    assert told["panels"] == ["history"]
    assert told["notice"] == "Kept here."
    assert "secret" not in json.dumps(told)


async def test_the_colours_are_a_style_sheet_of_their_own_for_light_and_dark(visit):
    async with visit() as client:
        answer = await client.get("/brand.css")
        assert answer.content_type == "text/css"
        light, dark = (await answer.text()).splitlines()
        assert "--accent:#5b2a86;" in light
        assert dark.startswith("@media (prefers-color-scheme:dark)")
        assert "--accent:#" in dark
        assert "#5b2a86" not in dark
    async with visit(Agent()) as client:
        assert await (await client.get("/brand.css")).text() == ""


async def test_a_page_around_ours_may_ask_for_another_accent_that_can_be_read(visit):
    async with visit() as client:
        text = await (await client.get("/", params={"accent": "#0f6b66"})).text()
        assert 'href="./brand.css?accent=%230f6b66"' in text
        sheet = await (await client.get("/brand.css", params={"accent": "#0f6b66"})).text()
        assert "--accent:#0f6b66;" in sheet
        for path in ("/", "/brand.css"):
            refusal = await client.get(path, params={"accent": "#ffcc00"})
            assert refusal.status == 400
            assert "4.5 to 1" in await refusal.text()
        assert (await client.get("/", params={"accent": '"><script>'})).status == 400


async def test_the_component_is_told_who_it_is_and_any_page_may_read_it(visit):
    async with visit() as client:
        answer = await client.get("/embed.js")
        assert answer.content_type == "text/javascript"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        told = re.fullmatch(r"const told = JSON\.parse\((.*)\)", await answer.text())[1]
        brand = json.loads(json.loads(told))
        assert brand["name"] == AGENT.name
        assert brand["accent"] == "#5b2a86"
        again = await client.get("/embed.js", headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status, await again.text()) == (304, "")


async def test_the_component_of_a_listed_page_is_read_with_its_name(visit):
    async with visit(AGENT, "https://app.example") as client:
        answer = await client.get("/embed.js", headers={"Origin": "https://app.example"})
        assert answer.headers["Access-Control-Allow-Origin"] == "https://app.example"


async def test_an_agent_without_a_picture_keeps_the_products_icon(visit):
    async with visit(Agent(name="Plain")) as client:
        assert 'href="./icon.svg"' in await (await client.get("/")).text()
        assert (await client.get("/brand/0.svg")).status == 404


async def test_an_unbuilt_component_says_what_to_do(visit, bundle):
    (bundle / "embed.js").unlink()
    async with visit() as client:
        answer = await client.get("/embed.js")
        assert answer.status == 503
        assert "make setup" in await answer.text()
