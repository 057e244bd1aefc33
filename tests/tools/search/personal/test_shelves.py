"""All users' documents: each finds their own, whoever else is there."""

import asyncio
import os
import threading

import pytest

from tools import User
from tools.errors import SearchError
from tools.search.backend import Shelf
from tools.search.personal.naming import folder_of
from tools.search.personal.quota import Quota
from tools.search.personal.shelf import Sent
from tools.search.personal.shelves import OwnShelves

ANNA, BOB = User("anna"), User("bob")


@pytest.fixture
def shelves(tmp_path, words_embedder):
    shelves = OwnShelves(tmp_path / "uploads", embedder=words_embedder, open_at_once=2)
    yield shelves
    shelves.close()


async def bring(shelves, user, name, text):
    path = shelves.incoming(user)
    path.write_text(text, "utf-8")
    sent = Sent(name, path)
    await shelves.take([sent], user, lambda _: None)
    return sent


async def test_each_user_finds_what_they_brought_and_nothing_of_others(shelves):
    assert isinstance(shelves, Shelf)
    await bring(shelves, ANNA, "a.md", "secret pay of anna")
    await bring(shelves, BOB, "b.md", "secret pay of bob")
    for user, name in ((ANNA, "a.md"), (BOB, "b.md")):
        assert [each.document for each in await shelves.search("secret pay", top=9, user=user)] == [name]
        assert [each.path for each in shelves.documents(user)] == [name]
        assert shelves.document(name, user).path == name
        assert len(shelves.text_of(name, None, user)) == 1
    for user in (None, User("carl"), User("a.md")):
        assert list(await shelves.search("secret pay", top=9, user=user)) == []
        assert shelves.documents(user) == []
        assert shelves.document("a.md", user) is None
        assert shelves.text_of("a.md", None, user) == []
        assert not shelves.remove("a.md", user)
    assert shelves.document("b.md", ANNA) is None
    assert not shelves.remove("b.md", ANNA)
    assert shelves.remove("b.md", BOB)


async def test_who_has_not_signed_in_has_a_shelf_only_where_that_was_said(shelves, tmp_path, words_embedder):
    assert not shelves.has_shelf(None)
    with pytest.raises(PermissionError):
        shelves.incoming(None)
    with pytest.raises(PermissionError):
        await shelves.take([], None, lambda _: None)
    local = OwnShelves(tmp_path / "uploads", embedder=words_embedder, anonymous=True)
    await bring(local, None, "a.md", "secret pay")
    assert [each.document for each in await local.search("pay")] == ["a.md"]
    # A server that is open to all, on the same folder, gives nobody what was brought on the machine itself.
    assert list(await shelves.search("pay")) == []
    local.close()


async def test_a_search_that_runs_sees_a_new_document_the_next_time(shelves):
    await bring(shelves, ANNA, "a.md", "bread")
    assert len(await shelves.search("bread", user=ANNA)) == 1
    await bring(shelves, ANNA, "b.md", "bread and butter")
    assert len(await shelves.search("bread", user=ANNA)) == 2
    shelves.remove("a.md", ANNA)
    assert [each.document for each in await shelves.search("bread", user=ANNA)] == ["b.md"]


async def test_more_users_than_are_held_open_lose_nothing(shelves):
    people = [User(f"u{number}") for number in range(5)]
    for user in people:
        await bring(shelves, user, "a.md", f"bread of {user.id}")
    assert len(shelves._shelves) == 2
    for _ in range(2):
        found = await asyncio.gather(*(shelves.search("bread", user=user) for user in people))
        assert [each[0].text for each in found] == [f"bread of {user.id}" for user in people]


async def test_a_shelf_in_use_is_not_closed(shelves):
    await bring(shelves, ANNA, "a.md", "bread")
    with shelves._leased(folder_of(ANNA)) as shelf:
        index = shelf.index()
        for number in range(4):
            shelves.documents(User(f"u{number}"))
        assert index.search_now("bread", 1)
    for number in range(4):
        shelves.documents(User(f"u{number}"))
    with pytest.raises(SearchError, match="closed"):
        index.search_now("bread", 1)


def test_uploads_of_one_user_take_turns_and_of_two_do_not(shelves):
    turn = shelves.turn(ANNA)
    assert shelves.turn(User("anna", name="Anna")) is turn
    assert shelves.turn(BOB) is not turn


async def test_two_uploads_at_once_are_both_taken(shelves):
    seen = []

    async def one(name):
        path = shelves.incoming(ANNA)
        path.write_text(f"bread {name}", "utf-8")
        await shelves.take([Sent(name, path)], ANNA, lambda _: seen.append(threading.get_ident()))

    await asyncio.gather(*(one(f"{number}.md") for number in range(4)))
    assert len(shelves.documents(ANNA)) == 4
    assert threading.get_ident() not in seen


async def test_what_was_kept_long_enough_is_taken_away_of_every_user(tmp_path, words_embedder):
    shelves = OwnShelves(tmp_path / "uploads", embedder=words_embedder, keep_days=1, quota=Quota(max_files=9))
    assert shelves.expire() == 0
    for user in (ANNA, BOB):
        await bring(shelves, user, "old.md", "bread")
        await bring(shelves, user, "new.md", "butter")
        os.utime(tmp_path / "uploads" / folder_of(user) / "files" / "old.md", (1000, 1000))
    (tmp_path / "uploads" / "somebody else's").mkdir()
    (tmp_path / "uploads" / "note.txt").write_text("x")
    assert shelves.expire() == 2
    assert [each.path for each in shelves.documents(ANNA)] == ["new.md"]
    shelves.close()


@pytest.mark.parametrize("broken", [ANNA, BOB])
async def test_an_index_that_is_broken_keeps_nobody_elses_documents_longer(tmp_path, words_embedder, broken, caplog):
    shelves = OwnShelves(tmp_path / "uploads", embedder=words_embedder, keep_days=1)
    for user in (ANNA, BOB):
        await bring(shelves, user, "old.md", "bread")
        os.utime(tmp_path / "uploads" / folder_of(user) / "files" / "old.md", (1000, 1000))
    shelves.close()
    (tmp_path / "uploads" / folder_of(broken) / "index.sqlite").write_bytes(b"not an index at all" * 100)
    assert shelves.expire() == 1
    assert shelves.documents(BOB if broken is ANNA else ANNA) == []
    assert "could not be cleared away" in caplog.text
    shelves.close()
