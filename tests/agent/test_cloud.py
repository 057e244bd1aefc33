"""Azure AI Search from the command line: ingest, search, ask and check against the stand-in, as a user would."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent import commands
from agent.cli import run_command
from agent.cloud import Cloud, named
from agent.config import Settings
from agent.errors import ConfigurationError
from tests.tools.search.azure.contract.service import ADMIN, QUERY, SearchStandIn
from tests.tools.search.azure.contract.threaded import threaded

ACCOUNT = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a"


@pytest.fixture
def stand_in():
    return SearchStandIn()


@pytest.fixture
def configured(stand_in, monkeypatch, tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "leave.md").write_text("# Leave\n\nEverybody has 25 days of annual leave.\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    with threaded(stand_in.application()) as address:
        monkeypatch.setenv("AZURE_SEARCH_ENDPOINT", address)
        monkeypatch.setenv("AZURE_SEARCH_API_KEY", ADMIN)
        yield monkeypatch


@pytest.fixture
def vocative(capsys):
    """Runs a command; gives its exit code and what it said."""

    def run(*arguments):
        code = run_command([*arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        assert ADMIN not in out + err
        return code, out, err

    return run


@pytest.mark.slow
def test_documents_are_pushed_searched_and_asked(configured, vocative, stand_in):
    code, _, err = vocative("ingest", "docs", "--to", "azure:handbook")
    assert code == 0
    assert "to: the index 'handbook' at http://127.0.0.1" in err
    assert "documents: 1 new (1 passages" in err
    code, out, _ = vocative("search", "annual leave", "--index", "azure:handbook", "--json")
    assert json.loads(out)["results"][0]["document"] == "leave.md"
    configured.setenv("AZURE_SEARCH_INDEX", "handbook")
    code, out, err = vocative("search", "annual leave")
    assert (code, "leave.md" in out) == (0, True)
    code, out, err = vocative(
        "ask", "How many days of annual leave does everybody have?", "--model", "engine", "--json"
    )
    assert code == 0
    assert "documents: the index 'handbook' of Azure AI Search" in err
    answer = json.loads(out)
    assert "25 days" in answer["answer"]
    assert answer["citations"][0]["document"] == "leave.md"


def test_groups_keep_documents_from_the_command_line_which_is_nobody_in_particular(configured, vocative):
    vocative("ingest", "docs", "--to", "azure:handbook", "--group", "staff")
    code, out, _ = vocative("search", "annual leave", "--index", "azure:handbook")
    assert (code, "Nothing in the documents matches." in out) == (0, True)


def test_whom_documents_are_for_can_be_said_as_labels_and_who_asks_too(configured, vocative):
    assert vocative("ingest", "docs", "--to", "azure:handbook", "--access", "group:hr", "--group", "staff")[0] == 0
    for asker, finds in (
        ((), False),
        (("--group", "hr"), True),
        (("--user", "hr"), False),
        (("--group", "staff"), True),
    ):
        _, out, _ = vocative("search", "annual leave", "--index", "azure:handbook", *asker)
        assert ("leave.md" in out) == finds
    assert vocative("ingest", "docs", "--to", "azure:handbook", "--access", "everyone")[0] == 0
    assert "leave.md" in vocative("search", "annual leave", "--index", "azure:handbook")[1]


def test_an_index_file_and_the_cloud_are_searched_at_once_with_what_callers_bring(configured, vocative, tmp_path):
    (tmp_path / "own.md").write_text("# Own\n\nAnnual leave is taken in the summer.\n", "utf-8")
    (tmp_path / "own.md").with_name(".vocative-access").write_text('[access]\n"own.md" = ["group:hr"]\n')
    vocative("ingest", "docs", "--to", "azure:handbook")
    vocative("ingest", "own.md", "--index", "own.sqlite")
    both = ("--index", "azure:handbook", "--index", "own.sqlite")

    def found(*asker):
        _, out, err = vocative("search", "annual leave", *both, "--json", *asker)
        assert err == ""
        return {each["document"] for each in json.loads(out)["results"]}

    assert found() == {"azure/leave.md"}
    assert found("--group", "hr") == {"azure/leave.md", "own.md"}
    given = {"documents": (), "index": (Path("azure:handbook"),), "model": None, "uploads": Path("brought")}
    agent, library, cloud = commands._agent(None, given, anonymous=True)
    assert agent.toolset.names == ("search", "list_documents", "open_document")
    assert library.documents() == []
    assert cloud is not None
    library.close()


def test_an_indexer_shows_its_progress_and_what_could_not_be_read(configured, vocative, stand_in, monkeypatch):
    from tools.search.azure import indexing

    monkeypatch.setattr(indexing, "INTERVAL", 0)
    stand_in.indexing.blobs["docs"] = {"leave.pdf": "Everybody has 25 days of annual leave.", "bad.pdf": None}
    for name, value in {
        "AZURE_STORAGE_CONNECTION": ACCOUNT,
        "AZURE_OPENAI_ENDPOINT": "https://r.openai.azure.com/",
        "AZURE_OPENAI_EMBEDDING_DEPLOYMENT": "mine",
        "AZURE_OPENAI_EMBEDDING_DIMENSIONS": "16",
    }.items():
        monkeypatch.setenv(name, value)
    code, _, err = vocative("ingest", "--to", "azure:handbook", "--indexer", "--container", "docs")
    assert code == 0
    assert "making the skillset" in err
    assert "blobs: 1 taken in, 1 failed" in err
    assert "bad.pdf: Could not extract content." in err
    code, out, _ = vocative("search", "leave", "--index", "azure:handbook")
    assert "leave.pdf" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ingest", "docs", "--to", "file"], "--to takes azure or azure:INDEX"),
        (["ingest", "--to", "azure:x"], "give the files and folders to push"),
        (["ingest", "docs", "--to", "azure:x", "--indexer"], "give no PATHs"),
        (["ingest", "docs", "--to", "azure:x", "--container", "c"], "belong to --indexer"),
        (["ingest", "docs", "--group", "g"], "need --to azure"),
        (["ingest"], "Missing argument"),
        (["ingest", "docs", "--to", "azure:x", "--access", "user:anna"], "give group:NAME"),
        (["ingest", "docs", "--to", "azure:x", "--access", "hr"], "--access: 'hr' says nobody"),
        (["ingest", "docs", "--to", "azure:x", "--access", "everyone", "--group", "g"], "do not go together"),
        (["ingest", "--to", "azure:x", "--indexer", "--access", "group:g"], "no --access with it"),
        (["ingest", "docs", "--to", "azure:x", "--watch"], "run --to azure again"),
        (["search", "x", "--index", "azure:x", "--index", "azure:y"], "give one of its indexes"),
        (["ingest", "docs", "--to", "azure"], "set AZURE_SEARCH_INDEX"),
        (["ingest", "docs", "--to", "azure:My_Index"], "is no name of an index"),
        (["ingest", "nowhere", "--to", "azure:x"], "there is no file or folder nowhere"),
        (["ingest", "--to", "azure:x", "--indexer"], "set AZURE_STORAGE_CONNECTION"),
        (["search", "x", "--index", "azure:x", "--documents", "docs"], "--documents goes into an index file"),
        (["search", "x", "--index", "azure:nothere"], "there is no such thing as the index 'nothere'"),
    ],
)
def test_what_does_not_go_together_is_exit_code_2_and_told(configured, vocative, arguments, said):
    code, _, err = vocative(*arguments)
    assert code == 2
    assert said in err


def test_without_a_service_it_is_said_what_to_set(vocative, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = vocative("search", "x", "--index", "azure:handbook")
    assert code == 2
    assert "set AZURE_SEARCH_ENDPOINT" in err


def test_check_tells_what_the_index_can_do(configured, vocative):
    vocative("ingest", "docs", "--to", "azure:handbook")
    configured.setenv("AZURE_SEARCH_INDEX", "handbook")
    code, out, _ = vocative("check", "--model", "engine")
    assert code == 0
    assert "the index 'handbook' at 127.0.0.1: 1 passages, found by words and by meaning" in out
    assert "ranked again by 'default'" in out
    assert "kept by 'groups' from who may not read them" in out


def test_check_tells_what_an_index_cannot_do(configured, vocative, stand_in):
    fields = [{"name": "id", "type": "Edm.String", "key": True}, {"name": "content", "type": "Edm.String"}]
    stand_in.make({"name": "bare", "fields": fields})
    configured.setenv("AZURE_SEARCH_INDEX", "bare")
    code, out, _ = vocative("check", "--model", "engine", "--json")
    told = json.loads(out)
    assert code == 0
    assert told["steps"][-1]["name"] == "search"
    assert "open to every caller" in told["steps"][-1]["message"]
    assert any("no semantic configuration" in note for note in told["notes"])


def test_check_tells_about_a_knowledge_base(configured, vocative, stand_in):
    vocative("ingest", "docs", "--to", "azure:handbook")
    stand_in.knowledge.add("hr", handbook="handbook")
    configured.setenv("AZURE_SEARCH_KNOWLEDGE_BASE", "hr")
    code, out, _ = vocative("check", "--model", "engine")
    assert code == 0
    assert "the knowledge base 'hr' at 127.0.0.1: indexes among its sources: 'handbook' (kept by 'groups'" in out
    code, out, _ = vocative("search", "annual leave")
    assert "leave.md" in out


@pytest.mark.parametrize(
    ("variables", "code", "said"),
    [
        ({"AZURE_SEARCH_INDEX": "nothere"}, 1, "there is no such thing as the index 'nothere'"),
        ({"AZURE_SEARCH_INDEX": "bare", "AZURE_SEARCH_API_KEY": "wrong"}, 1, "the key is wrong"),
        ({"AZURE_SEARCH_INDEX": "bare", "AZURE_SEARCH_CONTENT_FIELD": "chunk"}, 1, "no field 'chunk'"),
        ({"AZURE_SEARCH_INDEX": "No Name"}, 2, "AZURE_SEARCH_INDEX is no name of an index"),
        ({"AZURE_SEARCH_ENDPOINT": "https://a b"}, 2, "AZURE_SEARCH_ENDPOINT is no address of a search service"),
    ],
)
def test_check_names_what_is_wrong(configured, vocative, stand_in, variables, code, said):
    fields = [{"name": "id", "type": "Edm.String", "key": True}, {"name": "content", "type": "Edm.String"}]
    stand_in.make({"name": "bare", "fields": fields})
    for name, value in variables.items():
        configured.setenv(name, value)
    done, out, _ = vocative("check", "--model", "engine")
    assert (done, said in out) == (code, True)


def test_the_names_of_the_well_known_sample_are_read(configured, vocative, stand_in):
    fields = [{"name": "chunk_id", "type": "Edm.String", "key": True}, {"name": "chunk", "type": "Edm.String"}]
    fields.append({"name": "title", "type": "Edm.String"})
    stand_in.make(
        {"name": "voicerag", "fields": fields}, [{"chunk_id": "a_1", "chunk": "25 days", "title": "leave.md"}]
    )
    for name, value in {
        "AZURE_SEARCH_INDEX": "voicerag",
        "AZURE_SEARCH_IDENTIFIER_FIELD": "chunk_id",
        "AZURE_SEARCH_CONTENT_FIELD": "chunk",
        "AZURE_SEARCH_TITLE_FIELD": "title",
        "AZURE_SEARCH_USE_VECTOR_QUERY": "false",
        "AZURE_SEARCH_API_KEY": QUERY,
    }.items():
        configured.setenv(name, value)
    _code, out, _ = vocative("search", "days", "--json")
    (result,) = json.loads(out)["results"]
    assert (result["id"], result["document"], result["text"]) == ("a_1", "leave.md", "25 days")


@pytest.mark.parametrize(
    ("index", "name"), [("azure:x", "x"), ("azure", ""), ("azure:", None), ("x.sqlite", None), (None, None)]
)
def test_the_prefix_tells_an_index_in_the_cloud_from_a_file(index, name):
    assert named(index if index is None else Path(index)) == name


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"AZURE_OPENAI_EMBEDDING_DEPLOYMENT": "mine"}, "needs AZURE_OPENAI_ENDPOINT"),
        (
            {
                "AZURE_OPENAI_EMBEDDING_DEPLOYMENT": "mine",
                "AZURE_OPENAI_EMBEDDING_MODEL": "another",
                "AZURE_OPENAI_ENDPOINT": "https://r.openai.azure.com",
            },
            "set AZURE_OPENAI_EMBEDDING_DIMENSIONS",
        ),
    ],
)
async def test_half_a_configuration_of_embeddings_is_told(configured, variables, said):
    for name, value in variables.items():
        configured.setenv(name, value)
    async with Cloud(Settings(), "x") as cloud:
        with pytest.raises(ConfigurationError, match=f"(?i){said}"):
            cloud.destination()


@pytest.mark.parametrize(("model", "length"), [("text-embedding-3-large", 3072), ("text-embedding-ada-002", 1536)])
async def test_a_deployment_embeds_what_is_pushed_and_the_index_embeds_questions_with_it(configured, model, length):
    configured.setenv("AZURE_OPENAI_ENDPOINT", "https://r.openai.azure.com")
    configured.setenv("AZURE_OPENAI_EMBEDDING_DEPLOYMENT", "mine")
    configured.setenv("AZURE_OPENAI_EMBEDDING_MODEL", model)
    async with Cloud(Settings(), "handbook") as cloud:
        destination = cloud.destination(("staff",))
    assert destination.vectors.dimensions == length
    assert destination.embedding.deployment == "mine"
    assert (destination.index, destination.groups) == ("handbook", ("staff",))


async def test_an_indexer_needs_a_deployment_that_embeds(configured):
    configured.setenv("AZURE_STORAGE_CONNECTION", ACCOUNT)
    async with Cloud(Settings(), "x") as cloud:
        with pytest.raises(ConfigurationError, match="set AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_EMBEDDING_DEPLOYMENT"):
            cloud.indexing("docs", None, soft_delete=False)


async def test_only_a_knowledge_base_can_be_searched_but_not_filled(configured):
    configured.setenv("AZURE_SEARCH_KNOWLEDGE_BASE", "hr")
    async with Cloud(Settings()) as cloud:
        assert cloud.describe().startswith("the knowledge base 'hr'")
        with pytest.raises(ConfigurationError, match="no index is named to be filled"):
            cloud.destination()


async def test_without_a_key_a_token_is_fetched_once_it_is_wanted(configured, monkeypatch, tmp_path):
    import agent.cloud

    class Credential:
        closed = False

        async def get_token(self, *scopes, **_options):
            return scopes

        async def close(self):
            self.closed = True

    made = Credential()
    monkeypatch.setattr(agent.cloud, "default_credential", lambda _settings: made)
    async with agent.cloud.LazyCredential(Settings()) as credential:
        assert await credential.get_token("scope") == ("scope",)
        assert await credential.get_token("scope") == ("scope",)
    assert made.closed
