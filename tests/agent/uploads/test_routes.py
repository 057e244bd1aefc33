"""Uploads: what a caller sends becomes their own documents, and everybody else's business it is not."""

from __future__ import annotations

import asyncio
import io
import json
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from agent import Agent
from agent.server import Server
from agent.uploads import receiving
from tools import User
from tools.errors import SearchError
from tools.search.personal.naming import folder_of
from tools.search.personal.shelf import OwnShelf
from tools.search.reading import parse
from tools.search.reading.isolation import IsolatedReader

TEXT = "# Ferries\n\nThe ferry to Bergen leaves at nine.\n"


def left_over(tmp_path):
    return list((tmp_path / "uploads").glob("*/incoming/*"))


async def test_a_file_that_is_sent_is_a_document_of_the_caller_at_once(house):
    house = await house()
    told = await house.brought("anna", ("my ferries.md", TEXT))
    assert told[0] == {"event": "received", "name": "my ferries.md", "bytes": len(TEXT)}
    assert [each for each in told if each["event"] == "progress"][-1]["done"] == 1
    assert told[-2:] == [
        {
            "event": "file",
            "name": "my ferries.md",
            "status": "added",
            "document": "uploads/my ferries.md",
            "reason": None,
        },
        {"event": "done", "added": 1, "updated": 0, "unchanged": 0, "refused": 0},
    ]
    found = await house.library.index.search("When does the ferry leave?", user=User("anna"))
    assert found[0].document == "uploads/my ferries.md"
    status, listed = await house.json("GET", "/api/documents", "anna")
    assert (status, listed["documents"][0]["path"], listed["documents"][0]["mine"]) == (
        200,
        "uploads/my ferries.md",
        True,
    )
    page = await house.call("GET", "/documents/uploads/my%20ferries.md", "anna")
    assert page.status == 200
    assert "Bergen" in await page.text()
    assert page.headers["Cache-Control"] == "private, no-cache"


async def test_nobody_else_sees_it_by_any_door(house):
    house = await house()
    await house.brought("anna", ("pay.md", TEXT))
    for user in ("bob", "Anna", "uploads"):
        assert (await house.json("GET", "/api/documents", user))[1]["documents"] == []
        assert (await house.json("GET", "/api/uploads", user))[1]["documents"] == []
        assert (await house.call("GET", "/documents/uploads/pay.md", user)).status == 404
        assert (await house.json("DELETE", "/api/uploads/pay.md", user))[0] == 404
        assert list(await house.library.index.search("ferry", user=User(user))) == []
    assert len((await house.json("GET", "/api/uploads", "anna"))[1]["documents"]) == 1


@pytest.mark.parametrize("name", ["pay.md", "uploads/pay.md", "uploads%2Fpay.md"])
async def test_what_was_brought_can_be_taken_away_by_either_name(house, tmp_path, name):
    house = await house()
    await house.brought("anna", ("pay.md", TEXT))
    assert (await house.call("DELETE", f"/api/uploads/{name}", "anna")).status == 204
    assert (await house.json("GET", "/api/uploads", "anna"))[1]["used"] == {"files": 0, "bytes": 0}
    assert list((tmp_path / "uploads" / folder_of(User("anna")) / "files").glob("*.md")) == []
    status, told = await house.json("DELETE", f"/api/uploads/{name}", "anna")
    assert (status, told["error"]["code"]) == (404, "no_such_document")
    assert "'pay.md'" in told["error"]["message"]


async def test_the_listing_tells_how_much_is_used_and_allowed(house):
    house = await house(max_files=3, max_bytes=1000, max_total=2000, formats=("markdown",))
    await house.brought("anna", ("a.md", TEXT))
    status, told = await house.json("GET", "/api/uploads", "anna")
    assert status == 200
    assert told["used"] == {"files": 1, "bytes": len(TEXT)}
    assert told["limits"] == {"max_bytes": 1000, "max_files": 3, "max_total": 2000, "formats": ["markdown"]}
    assert told["documents"][0]["name"] == "a.md"


async def test_the_list_of_all_documents_tells_whoever_may_bring_some_how_much_it_may_be(house):
    house = await house(max_files=3, max_bytes=1000, max_total=2000, formats=("markdown",))
    before = time.time() - 5
    await house.brought("anna", ("a.md", TEXT))
    listed = (await house.json("GET", "/api/documents", "anna"))[1]
    assert listed["uploads"] == {
        "used": {"files": 1, "bytes": len(TEXT)},
        "limits": {"max_bytes": 1000, "max_files": 3, "max_total": 2000, "formats": ["markdown"]},
    }
    assert listed["documents"][0]["bytes"] == len(TEXT)
    assert listed["documents"][0]["modified"] > before
    assert (await house.json("GET", "/api/documents", "bob"))[1]["uploads"]["used"]["files"] == 0


async def test_each_file_has_a_verdict_of_its_own_and_nothing_is_left_behind(house, tmp_path):
    house = await house(max_bytes=1000, max_files=5)
    told = await house.brought(
        "anna",
        ("good.md", TEXT),
        ("large.md", "x" * 1001),
        ("picture.md", b"\x89PNG\r\n" + bytes(60)),
        ("../../../tmp/evil.html", "<h1>Bags</h1><p>Two bags a guest.</p>"),
        ('quo"te\u202e.txt', "Bread is baked at six."),
    )
    files = [each for each in told if each["event"] == "file"]
    verdicts = {each["name"]: (each["status"], each["document"], each["reason"]) for each in files}
    assert verdicts["good.md"] == ("added", "uploads/good.md", None)
    assert verdicts["large.md"] == ("refused", None, "too large: a file may have 1,000 bytes")
    assert verdicts["picture.md"][2] == "not a document: a PNG picture"
    assert verdicts["../../../tmp/evil.html"][1] == "uploads/evil.html"
    assert [each[1] for name, each in verdicts.items() if name.endswith(".txt")] == ["uploads/quo_te.txt"]
    assert left_over(tmp_path) == []
    assert {path.name for path in tmp_path.iterdir()} == {"uploads"}


async def test_what_is_too_much_is_refused_before_it_fills_the_disk(house, tmp_path):
    house = await house(max_bytes=100_000, max_files=2, max_total=100_000)
    status, told = await house.json("POST", "/api/uploads", "anna", data=io.BytesIO(b"x" * 2_000_000), headers={
        "Content-Type": "multipart/form-data; boundary=b"})  # fmt: skip
    assert (status, told["error"]["code"]) == (413, "body_too_large")
    answer = await house.bring("anna", ("a.md", TEXT), ("b.md", TEXT), ("c.md", TEXT))
    assert (answer.status, (await answer.json())["error"]["code"]) == (413, "too_many_files")
    assert left_over(tmp_path) == []
    assert (await house.json("GET", "/api/uploads", "anna"))[1]["used"]["files"] == 0


async def test_a_body_without_a_length_is_read_no_further_than_the_quota(house, tmp_path, monkeypatch):
    monkeypatch.setattr(receiving, "_SLACK", 1000)
    house = await house(max_bytes=10_000, max_total=20_000)
    head = b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.md"\r\n\r\n'

    async def body():
        yield head
        for _ in range(1000):
            yield b"x" * 10_000

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    try:
        status, told = await house.json("POST", "/api/uploads", "anna", data=body(), headers=headers)
    except OSError:
        pass  # the server has closed the connection before all of it was sent
    else:
        assert (status, told["error"]["code"]) == (413, "body_too_large")
    assert left_over(tmp_path) == []


@pytest.mark.parametrize(
    ("kind", "body", "status", "code"),
    [
        ("application/json", b"{}", 415, "not_multipart"),
        ("multipart/form-data", b"x", 400, "invalid_body"),
        ("multipart/form-data; boundary=b", b"no multipart at all", 400, "invalid_body"),
        ("multipart/form-data; boundary=b", b"--b--\r\n", 400, "no_files"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n--b--\r\n',
            400,
            "no_files",
        ),
        (
            "multipart/form-data; boundary=b",
            b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--\r\n--b--\r\n",
            400,
            "invalid_body",
        ),
    ],
)
async def test_what_is_no_upload_is_refused_in_words(house, tmp_path, kind, body, status, code):
    house = await house()
    got, told = await house.json("POST", "/api/uploads", "anna", data=body, headers={"Content-Type": kind})
    assert (got, told["error"]["code"]) == (status, code)
    assert told["error"]["message"]
    assert left_over(tmp_path) == []


async def test_an_upload_that_stalls_is_given_up_and_the_next_is_taken(house, tmp_path, monkeypatch):
    monkeypatch.setattr(receiving, "IDLE", 0.05)
    house = await house()
    waiting = asyncio.Event()

    async def body():
        yield b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.md"\r\n\r\nhello'
        await waiting.wait()

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    status, told = await house.json("POST", "/api/uploads", "anna", data=body(), headers=headers)
    assert (status, told["error"]["code"]) == (408, "upload_stalled")
    waiting.set()
    assert left_over(tmp_path) == []
    monkeypatch.setattr(receiving, "IDLE", 30.0)
    assert (await house.brought("anna", ("a.md", TEXT)))[-1]["added"] == 1


async def test_a_disk_that_is_full_is_told(house, monkeypatch, tmp_path):
    house = await house()

    def full(_self):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(OwnShelf, "incoming", full)
    answer = await house.bring("anna", ("a.md", TEXT))
    assert answer.status == 507
    assert "No space left" in (await answer.json())["error"]["message"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (SearchError("the index /srv/hunter2 is being written by another process"), "cannot be used now"),
        (OSError(28, "No space left on device"), "The disk cannot be used: No space left"),
        (RuntimeError("hunter2"), "an internal error"),
    ],
)
async def test_what_fails_while_files_are_read_is_the_last_line_and_keeps_secrets(house, monkeypatch, error, said):
    house = await house()

    def fail(*_):
        raise error

    monkeypatch.setattr(OwnShelf, "take", fail)
    told = await house.brought("anna", ("a.md", TEXT))
    assert told[-1]["event"] == "error"
    assert said in told[-1]["message"]
    assert "hunter2" not in json.dumps(told)


async def test_an_index_that_cannot_be_read_is_503(house, monkeypatch, caplog):
    house = await house()

    def fail(*_):
        raise SearchError("it is locked")

    await house.brought("anna", ("a.md", TEXT))
    monkeypatch.setattr(OwnShelf, "index", fail)
    status, told = await house.json("GET", "/api/uploads", "anna")
    assert (status, told["error"]["code"]) == (503, "index_unavailable")
    assert "it is locked" not in told["error"]["message"]
    assert "the documents cannot be used: it is locked" in caplog.text


async def test_who_has_not_signed_in_and_a_page_of_elsewhere_get_nothing(house):
    house = await house()
    for method, path in (("GET", "/api/uploads"), ("POST", "/api/uploads"), ("DELETE", "/api/uploads/a.md")):
        assert (await house.call(method, path)).status == 401
        foreign = {"Origin": "https://evil.example"}
        assert (await house.call(method, path, "anna", headers=foreign)).status == 403


async def test_a_listed_page_may_read_the_answer(house):
    house = await house()
    answer = await house.bring("anna", ("a.md", TEXT), headers={"Origin": "https://app.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "https://app.example"
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "DELETE"}
    allowed = await house.call("OPTIONS", "/api/uploads/a.md", headers=asked)
    assert "DELETE" in allowed.headers["Access-Control-Allow-Methods"]


async def test_callers_of_this_machine_share_one_shelf_and_a_server_open_to_all_has_none(house):
    local = await house(rules={"bind": "127.0.0.1"})
    assert (await local.brought(None, ("a.md", TEXT)))[-1]["added"] == 1
    assert (await local.json("GET", "/api/documents"))[1]["documents"][0]["path"] == "uploads/a.md"
    assert (await local.library.index.search("ferry"))[0].document == "uploads/a.md"
    everybody = await house(rules={"bind": "0.0.0.0", "open_to_all": True})
    for method in ("GET", "POST"):
        status, told = await everybody.json(method, "/api/uploads")
        assert (status, told["error"]["code"]) == (403, "no_uploads")
    assert (await everybody.json("GET", "/api/documents"))[1] == {"documents": []}
    assert list(await everybody.library.index.search("ferry")) == []


async def test_uploads_of_one_user_at_the_same_time_are_all_taken(house):
    house = await house(max_files=3)
    told = await asyncio.gather(*(house.brought("anna", (f"{number}.md", TEXT)) for number in range(5)))
    assert sorted(each[-1]["added"] for each in told) == [0, 0, 1, 1, 1]
    assert (await house.json("GET", "/api/uploads", "anna"))[1]["used"]["files"] == 3


async def test_a_client_that_leaves_has_its_files_taken_and_the_next_upload_waits_for_that(house, monkeypatch):
    house = await house()
    gone = ConnectionResetError("gone")

    async def write(_self, _data):
        raise gone

    with monkeypatch.context() as patch:
        patch.setattr(web.StreamResponse, "write", write)
        answer = await house.bring("anna", ("a.md", TEXT))
        answer.close()
    await house.brought("anna", ("b.md", TEXT))
    assert (await house.json("GET", "/api/uploads", "anna"))[1]["used"]["files"] == 2


async def test_what_was_kept_long_enough_is_gone_once_the_server_starts(house, tmp_path):
    first = await house()
    await first.brought("anna", ("old.md", TEXT), ("new.md", TEXT))
    os.utime(tmp_path / "uploads" / folder_of(User("anna")) / "files" / "old.md", (1000, 1000))
    second = await house(keep_days=1)
    async with asyncio.timeout(10):
        while (await second.json("GET", "/api/uploads", "anna"))[1]["used"]["files"] == 2:
            pass
    assert (await second.json("GET", "/api/uploads", "anna"))[1]["documents"][0]["name"] == "new.md"


async def test_without_uploads_there_are_no_such_routes():
    async def never():
        raise AssertionError

    async with TestClient(TestServer(Server(Agent(), never, None).application())) as http:
        assert (await http.get("/api/uploads")).status == 404
        assert (await http.post("/api/uploads", data=b"x")).status == 404


async def test_documents_for_all_are_found_beside_ones_own_and_keep_their_names(house, tmp_path):
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "fares.md").write_text("# Fares\n\nThe ferry costs nine crowns.\n")
    house = await house(documents=tmp_path / "papers")
    await house.brought("anna", ("ferries.md", TEXT))
    found = {each.document for each in await house.library.index.search("ferry", user=User("anna"))}
    assert found == {"fares.md", "uploads/ferries.md"}
    assert {each.document for each in await house.library.index.search("ferry", user=User("bob"))} == {"fares.md"}
    listed = (await house.json("GET", "/api/documents", "anna"))[1]["documents"]
    assert [(each["path"], each.get("mine", False)) for each in listed] == [
        ("fares.md", False),
        ("uploads/ferries.md", True),
    ]


async def test_what_takes_long_to_be_shown_holds_up_nobody_but_its_owner(house, tmp_path, monkeypatch):
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "fares.md").write_text("# Fares\n\nThe ferry costs nine crowns.\n")
    house = await house(documents=tmp_path / "papers")
    loop, begun, finish = asyncio.get_running_loop(), asyncio.Event(), threading.Event()
    loop.set_default_executor(ThreadPoolExecutor(4))
    running, most = [], []

    def slowly(reader, data, name):
        running.append(name)
        most.append(len(running))
        loop.call_soon_threadsafe(begun.set)
        finish.wait(30)
        running.pop()
        return parse(data, name)

    await house.brought("anna", ("ferries.md", TEXT))
    monkeypatch.setattr(IsolatedReader, "parse", slowly)
    looks = [house.call("GET", "/documents/uploads/ferries.md?view=text", "anna") for _ in range(8)]
    shown = [asyncio.ensure_future(look) for look in looks]
    await begun.wait()
    try:
        assert (await house.json("GET", "/api/documents/search?q=ferry", "bob"))[0] == 200
        assert (await house.json("GET", "/documents/fares.md?view=text", "bob"))[0] == 200
    finally:
        finish.set()
    assert {answer.status for answer in await asyncio.gather(*shown)} == {200}
    assert max(most) == 1
