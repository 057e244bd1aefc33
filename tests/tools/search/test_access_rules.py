"""Access rules: what stands in a folder's `.vocative-access` decides who may read what is below it."""

from contextlib import closing

import pytest

from tools import User
from tools.errors import IngestError
from tools.search.access_rules import NAME, AccessRules
from tools.search.embedder import shared_embedder
from tools.search.index import LocalIndex
from tools.search.ingest import ingest

HR, BOARD = ("group:hr",), ("group:board",)


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "papers"
    for name in ("open.md", "hr/pay.md", "hr/sub/plan.md", "board/minutes.md", "hr (old)/pay.md"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"# {name}\n\nWhat stands in {name} is of some interest.\n")
    return root


def write(folder, text):
    (folder / NAME).write_text(text, "utf-8")


def of(folder, name, **options):
    return AccessRules(**options).of(folder / name)


@pytest.mark.parametrize(
    ("glob", "matched"),
    [
        ("hr", {"hr/pay.md", "hr/sub/plan.md"}),
        ("hr/", {"hr/pay.md", "hr/sub/plan.md"}),
        ("/hr", {"hr/pay.md", "hr/sub/plan.md"}),
        ("hr/**", {"hr/pay.md", "hr/sub/plan.md"}),
        ("hr/*", {"hr/pay.md", "hr/sub/plan.md"}),
        ("hr/*.md", {"hr/pay.md"}),
        ("pay.md", {"hr/pay.md", "hr (old)/pay.md"}),
        ("p*.md", {"hr/pay.md", "hr/sub/plan.md", "hr (old)/pay.md"}),
        ("**/plan.md", {"hr/sub/plan.md"}),
        ("*/*/plan.md", {"hr/sub/plan.md"}),
        ("hr?(old)", {"hr (old)/pay.md"}),
        ("/open.md", {"open.md"}),
        ("/pay.md", set()),
        ("**", {"open.md", "hr/pay.md", "hr/sub/plan.md", "board/minutes.md", "hr (old)/pay.md"}),
    ],
)
def test_a_pattern_is_about_documents_and_about_folders_with_all_that_is_in_them(folder, glob, matched):
    write(folder, f'[access]\n"{glob}" = ["group:hr"]\n')
    rules = AccessRules()
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*.md")]
    assert {name for name in names if rules.of(folder / name) == HR} == matched
    assert len(rules.unused([folder])) == (0 if matched else 1)


def test_of_several_rules_the_last_counts_and_the_nearer_file_before_one_farther_up(folder):
    write(folder, '[access]\n"**" = "group:board"\n"hr/**" = ["group:hr"]\n"open.md" = ["everyone"]\n')
    write(folder / "hr" / "sub", '[access]\n"nothing.md" = ["user:x"]\n')
    assert of(folder, "board/minutes.md") == BOARD
    assert of(folder, "hr/pay.md") == of(folder, "hr/sub/plan.md") == HR
    assert of(folder, "open.md") == ()
    write(folder / "hr" / "sub", '[access]\n"plan.md" = ["user:x"]\n')
    assert of(folder, "hr/sub/plan.md") == ("user:x",)


def test_a_link_is_ruled_by_where_it_stands_and_else_by_what_it_points_to(folder):
    write(folder, '[access]\n"hr/**" = ["group:hr"]\n')
    (folder / "board" / "link.md").symlink_to(folder / "hr" / "pay.md")
    assert of(folder, "board/link.md") == HR
    write(folder, '[access]\n"hr/**" = ["group:hr"]\n"board/**" = ["group:board"]\n')
    assert of(folder, "board/link.md") == BOARD


def test_without_a_rule_the_nearest_default_counts_and_else_nothing_is_said(folder):
    assert of(folder, "open.md") is None
    defaults = {folder: HR, folder / "board": BOARD, folder / "open.md": ()}
    assert of(folder, "hr/pay.md", defaults=defaults) == HR
    assert of(folder, "board/minutes.md", defaults=defaults) == BOARD
    assert of(folder, "open.md", defaults=defaults) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[access]\n\n"a/**" = ["hr"]\n', r"line 3: 'a/\*\*': 'hr' says nobody"),
        ("[access]\n'a' = []\n", "line 2: 'a': it names nobody"),
        ("[access]\na = 7\n", "line 2: 'a': give a list of texts"),
        ('[access]\na = ["group:x", 7]\n', "line 2: 'a': give a list of texts"),
        ('[access]\n"../x" = ["group:x"]\n', "line 2: '../x': this is no pattern"),
        ('[access]\n"\\u0061" = 7\n', "line 1: 'a'"),
        ('[access]\n"" = ["group:x"]\n', "line 2: '': this is no pattern"),
        ('[access]\n"a//b" = ["group:x"]\n', "no pattern"),
        ("[access]\n'a\\b' = ['group:x']\n", "no pattern"),
        ('[access]\n"a" = ["group:x"\n', "Unclosed array"),
        ("[access]\n\na b = 1\n", "at line 3"),
        ('"a" = ["group:x"]\n', r"one table \[access\].*it also has a"),
        ("[access]\n[other]\n", r"one table \[access\].*it also has other"),
        ("", r"one table \[access\]"),
        ("access = 1", r"one table \[access\]"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_its_line(folder, text, said):
    write(folder, text)
    with pytest.raises(IngestError, match=said) as raised:
        of(folder, "open.md")
    assert str(folder / NAME) in str(raised.value)


def test_a_file_that_cannot_be_read_is_never_gone_without(folder):
    (folder / NAME).mkdir()
    with pytest.raises(IngestError, match="who may read the documents is not known"):
        of(folder, "open.md")
    (folder / NAME).rmdir()
    (folder / NAME).write_bytes(b"\xff\xfe[access]")
    with pytest.raises(IngestError, match="save it as UTF-8"):
        of(folder, "open.md")
    (folder / NAME).write_bytes(b"#" * 1_000_001)
    with pytest.raises(IngestError, match="too large"):
        of(folder, "open.md")


@pytest.fixture
def index(words_embedder):
    index = LocalIndex.in_memory(embedder=words_embedder)
    yield index
    index.close()


@pytest.fixture
def take(index, words_embedder):
    return lambda *paths, **options: ingest(paths, index, embedder=words_embedder, **options)


def seen(index, *groups):
    return sorted(each.path for each in index.documents(User("u", groups=groups)))


def test_an_ingest_gives_documents_the_access_that_the_rules_say_and_follows_a_change_of_them(folder, index, take):
    write(folder, '[access]\n"hr/**" = ["group:hr"]\n"never.md" = ["group:x"]\n')
    summary = take(folder)
    assert seen(index) == ["board/minutes.md", "hr (old)/pay.md", "open.md"]
    assert seen(index, "hr") == sorted([*seen(index), "hr/pay.md", "hr/sub/plan.md"])
    assert summary.unused == [f"{folder / NAME}, line 3: nothing matches 'never.md'"]
    write(folder, '[access]\n"board" = ["group:board"]\n"hr/sub" = ["everyone"]\n"hr/*.md" = ["group:hr"]\n')
    summary = take(folder)
    assert (summary.unchanged, summary.granted, summary.unused) == (5, 2, [])
    assert seen(index) == ["hr (old)/pay.md", "hr/sub/plan.md", "open.md"]


def test_a_document_that_cannot_be_read_any_more_is_shut_all_the_same(folder, index, take):
    take(folder)
    (folder / "hr" / "pay.md").write_bytes(b"\x89PNG not text")
    write(folder, '[access]\n"hr" = ["group:hr"]\n')
    assert take(folder).skipped[0].path == "hr/pay.md"
    assert index.search_now("hr/pay.md", 99, User("x"))
    assert "hr/pay.md" not in {each.document for each in index.search_now("hr/pay.md", 99, User("x"))}


def test_what_a_killed_ingest_had_staged_is_shut_by_what_is_said_when_it_is_gone_on_with(folder, words_embedder):
    class Killed:
        dimensions, name = words_embedder.dimensions, words_embedder.name

        def embed(self, texts):
            if any("Later" in text for text in texts):
                raise KeyboardInterrupt
            return words_embedder.embed(texts)

    (folder / "z.md").write_text("# Z\n\nLater.")
    (folder / "hr" / "pay.md").write_text(
        "\n\n".join(f"# Pay {part}\n\n" + f"paid{part} " * 150 for part in range(130))
    )
    with closing(LocalIndex.open(folder / "index.sqlite", create=True, embedder=words_embedder)) as index:
        with pytest.raises(KeyboardInterrupt):
            ingest([folder], index, embedder=Killed(), workers=1)
        write(folder, '[access]\n"hr" = ["group:hr"]\n')
        summary = ingest([folder], index, embedder=words_embedder)
        assert (summary.added, summary.reused >= 130, summary.granted) == (6, True, 0)
        assert seen(index) == ["board/minutes.md", "hr (old)/pay.md", "open.md", "z.md"]
        assert "hr/pay.md" in seen(index, "hr")


def test_what_the_rules_say_when_all_has_been_read_counts(folder, index, take):
    def shut_it(progress):
        if progress.done == progress.total and not progress.document:
            write(folder, '[access]\n"hr" = ["group:hr"]\n')

    take(folder, progress=shut_it)
    assert seen(index) == ["board/minutes.md", "hr (old)/pay.md", "open.md"]


def test_a_document_that_changed_and_one_that_is_for_others_now_are_both_told(folder, index, take):
    take(folder)
    write(folder, '[access]\n"hr" = ["group:hr"]\n')
    (folder / "hr" / "pay.md").write_text("# Pay\n\nQuite another thing.\n")
    (folder / "hr" / "sub" / "plan.md").unlink()
    summary = take(folder)
    assert (summary.updated, summary.granted, summary.removed, summary.unchanged) == (1, 1, 1, 3)
    assert index.search_now("another", 9) == [] or "hr/pay.md" not in seen(index)


def test_what_was_said_of_a_folder_holds_for_what_comes_later_until_something_else_is_said(folder, index, take):
    take(folder, access=["group:hr", "user:anna"])
    (folder / "new.md").write_text("# New\n\nSomething new is said here.\n")
    take(folder)
    assert seen(index) == []
    assert "new.md" in seen(index, "hr")
    take(folder / "open.md", access=["everyone"])
    take(folder)
    assert seen(index) == ["open.md"]
    take(folder, access=["group:board"])
    assert seen(index) == seen(index, "hr") == []


def test_a_document_whose_rule_is_gone_stays_shut(folder, index, take):
    write(folder, '[access]\n"hr" = ["group:hr"]\n')
    take(folder)
    (folder / NAME).unlink()
    take(folder)
    assert "hr/pay.md" not in seen(index)
    take(folder, access=["everyone"])
    assert "hr/pay.md" in seen(index)


def test_a_part_of_a_folder_keeps_the_protection_of_the_whole(folder, index, take):
    write(folder, '[access]\n"hr" = ["group:hr"]\n')
    take(folder / "hr" / "sub" / "plan.md", folder / "open.md")
    assert seen(index) == ["open.md"]


@pytest.mark.parametrize("wrong", ["rules", "option"])
def test_a_wrong_rule_leaves_the_index_as_it_was(folder, index, take, wrong):
    take(folder)
    write(folder, '[access]\n"hr" = ["hr"]\n' if wrong == "rules" else "[access]\n")
    (folder / "more.md").write_text("# More\n\nSomething more is said here.\n")
    with pytest.raises(IngestError, match="says nobody"):
        take(folder, **({} if wrong == "rules" else {"access": ["hr"]}))
    assert len(seen(index)) == 5


def test_the_packaged_embedder_finds_for_each_what_they_may_read(folder):
    write(folder, '[access]\n"hr" = ["group:hr"]\n')
    index = LocalIndex.in_memory()
    ingest([folder], index, embedder=shared_embedder())
    assert {each.document for each in index.search_now("What does the plan say?", 9)}.isdisjoint({"hr/sub/plan.md"})
    assert index.search_now("What does the plan say?", 1, User("u", groups=("hr",)))[0].document == "hr/sub/plan.md"
    index.close()
