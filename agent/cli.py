"""The command line: vocative run | ask | ingest | search | engine | check."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agent import commands, working
from agent.cloud import is_configured, named
from agent.config import Settings
from agent.errors import ModelError, UsageError, VocativeError
from agent.filling import fill
from agent.typed import Finite, Listen, Place, bare
from tools.errors import ToolsError

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT_INDEX = Path(".vocative") / "index.sqlite"


_documents = click.option(
    "--documents",
    multiple=True,
    type=Place(path_type=Path),
    help="A file or folder of documents; may be given several times. Default: the packaged samples; for an agent of "
    "your own, none.",
)
_index = click.option(
    "--index",
    multiple=True,
    type=Place(path_type=Path, dir_okay=False),
    help="An index file made by `vocative ingest`; or azure:NAME, an index of Azure AI Search (azure alone for the "
    "configured one). May be given several times, azure once. Default: what the environment configures, else the "
    "packaged samples; for an agent of your own, none.",
)
_host = click.option("--host", default="127.0.0.1", show_default=True, callback=bare, help="Address to listen on.")
_model = click.option(
    "--model",
    metavar="engine|azure|azure-preview|voice-live|openai|URL",
    help="The embedded engine, a service as the environment configures it (openai:NAME for a certain model or "
    "deployment), or the address of one. Default: what the environment configures, else the engine.",
)


def _together(*options: Callable[..., Any]) -> Callable[..., Any]:
    """Options that several commands have, as one decorator."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in options:
            command = option(command)
        return command

    return add


_asker = _together(
    click.option("--group", multiple=True, metavar="NAME", help="A group that user is in; may be given several times."),
    click.option("--user", metavar="ID", help="Search as this user would, where documents are not for everybody."),
)


_engine_options = _together(
    click.option("--reasoner-model", metavar="NAME", help="The model's name at the --reasoner endpoint."),
    click.option(
        "--reasoner", metavar="URL", help="An OpenAI-compatible chat endpoint, such as http://localhost:11434/v1."
    ),
    click.option("--ears", metavar="FOLDER", help="A CTranslate2 Whisper folder, in place of the default ears."),
)


_telemetry_options = _together(
    click.option("--log-content", is_flag=True, help="Write down what is said, too, and what tools are asked."),
    click.option(
        "--log-level", type=click.Choice(["debug", "info", "warning", "error"]), help="Of the log. Default: info."
    ),
    click.option(
        "--log-format",
        type=click.Choice(["text", "json"]),
        help="Write a line for each turn, call and session. Default: warnings and errors only.",
    ),
    click.option(
        "--metrics",
        type=Listen(),
        help="Serve /metrics for Prometheus there; a port alone is this machine's only. See docs/observability.md.",
    ),
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="vocative", prog_name="vocative")
def cli() -> None:
    """Voice assistants over your documents.

    \b
    Example:
      vocative run                      talk about the sample documents at http://127.0.0.1:8765
    """


@cli.command()
@_documents
@_index
@_model
@_host
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Port; 0 for any free one. Default: VOCATIVE_LISTEN_PORT, or 8765."
)
@click.option(
    "--allow-origin",
    multiple=True,
    metavar="ORIGIN",
    help="Pages of this origin, such as https://app.example, may use the assistant too; may be given several times.",
)
@click.option("--watch", is_flag=True, help="Take in what changes in the --documents while it is served.")
@click.option("--no-auth", is_flag=True, help="Let everybody in who can reach the address, without signing in.")
@click.option(
    "--instructions",
    metavar="FILE",
    type=Place(path_type=Path, dir_okay=False),
    help="The assistant's instructions (its system prompt), in place of those it has; plain text or Markdown.",
)
@click.option(
    "--reload",
    is_flag=True,
    help="Take over the --instructions file and APP's module when they change, for new sessions; SIGHUP does so too.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    metavar="N",
    help="So many processes that share the port, kept running: see docs/operation.md. Default: VOCATIVE_WORKERS, or 1.",
)
@click.option(
    "--sessions",
    metavar="URL",
    help="A Redis (redis://, rediss://, unix://), from which a caller's session can be gone on with by another worker. "
    "Default: VOCATIVE_SESSIONS_URL, else each worker keeps its own.",
)
@click.option(
    "--drain",
    default=20.0,
    show_default=True,
    type=Finite(min=0),
    metavar="SECONDS",
    help="How long running sessions may go on after SIGTERM; no new ones are taken then.",
)
@click.option(
    "--uploads",
    metavar="FOLDER",
    type=Place(path_type=Path, file_okay=False),
    help="Let callers bring documents of their own, which are kept in this folder: see docs/access.md.",
)
@click.option(
    "--uploads-keep",
    metavar="DAYS",
    type=Finite(min=0, min_open=True),
    help="Take such documents away after so many days.",
)
@_telemetry_options
@click.option("--webrtc", is_flag=True, help="Let pages speak with the model over WebRTC; tools still run here.")
@click.option(
    "--webrtc-preview",
    metavar="REGION",
    help="The same by Azure's preview; it shows instructions and tools to the page, and needs an API key.",
)
@_engine_options
@click.argument("app", required=False, metavar="[APP]")
def run(**options: Any) -> int:
    """Serve an assistant: the page, and a Realtime endpoint at /v1/realtime.

    APP is your own agent as module:name, such as hotel:agent.

    \b
    Examples:
      vocative run --documents handbook/
      vocative run hotel:agent --port 9000
    """
    return working.run(**options)


@cli.command()
@click.argument("question", required=False)
@click.option("--audio", type=Place(path_type=Path), help="Ask aloud: a WAV file of speech.")
@_documents
@_index
@_model
@click.option("--out", type=Place(path_type=Path, dir_okay=False), help="Write the spoken answer to this WAV file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--app", metavar="MODULE:NAME", help="Ask your own agent.")
@_asker
@_engine_options
def ask(**options: Any) -> int:
    """Ask one question, through the same relay, engine and tools that `vocative run` serves.

    \b
    Examples:
      vocative ask "How much is the Island Pass?"
      vocative ask --audio question.wav --documents handbook/ --out answer.wav
    """
    if bool(options["question"]) == bool(options["audio"]):
        raise click.UsageError("give either a QUESTION or --audio FILE")
    return commands.ask(**options)


@cli.command()
@click.argument("paths", nargs=-1, type=Place(path_type=Path), metavar="PATH...")
@click.option(
    "--index",
    default=DEFAULT_INDEX,
    show_default=True,
    type=Place(path_type=Path, dir_okay=False),
    help="The index file; made if missing.",
)
@click.option(
    "--access",
    multiple=True,
    metavar="LABEL",
    help="Who may read them: group:NAME, user:ID or everyone; may be given several times. See docs/access.md.",
)
@click.option("--watch", is_flag=True, help="Go on, and take in whatever changes, until Ctrl+C.")
@click.option(
    "--to", metavar="azure[:NAME]", help="Into an index of Azure AI Search in place of a file; made if missing."
)
@click.option(
    "--group", "groups", multiple=True, help="With --to: a group that may read the documents, as --access group:NAME."
)
@click.option("--indexer", is_flag=True, help="With --to: have the service read a container of blobs itself.")
@click.option("--container", metavar="NAME", help="With --indexer: the container, if not AZURE_STORAGE_CONTAINER.")
@click.option("--folder", metavar="PREFIX", help="With --indexer: only the blobs under this prefix.")
@click.option("--soft-delete", is_flag=True, help="With --indexer: the account keeps deleted blobs; take them out.")
def ingest(paths: tuple[Path, ...], index: Path, to: str | None, **options: Any) -> int:
    """Take documents into an index file. Unchanged files are skipped, removed ones removed.

    \b
    Examples:
      vocative ingest handbook/ --index handbook.sqlite
      vocative ingest handbook/ --watch
      vocative ingest handbook/ --to azure:handbook
      vocative ingest --to azure:handbook --indexer --container handbook
    """
    access, watch = options.pop("access"), options.pop("watch")
    if to is not None:
        if watch:
            raise click.UsageError("--watch keeps an index file up to date; run --to azure again instead")
        return fill(paths, to, access=access, **options)
    if any(options.values()):
        raise click.UsageError("--group, --indexer, --container, --folder and --soft-delete need --to azure")
    if not paths:
        raise click.UsageError("Missing argument 'PATH...'.")
    if named(index) is not None:
        raise click.UsageError(f"--index names a file here; to fill an index of Azure AI Search, write --to {index}")
    return commands.ingest(paths, index, access, watch=watch)


@cli.command()
@click.argument("query")
@click.option("-k", "top", default=5, show_default=True, type=click.IntRange(1, 100), help="How many passages.")
@_documents
@_index
@_asker
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def search(query: str, top: int, documents: tuple[Path, ...], index: tuple[Path, ...], **options: Any) -> int:
    """Search documents, as the assistant does.

    Where neither --documents nor --index is given, nor Azure AI Search configured, the index that `vocative ingest`
    makes unasked, .vocative/index.sqlite, is searched if it is there.

    \b
    Example:
      vocative search "parental leave" --documents handbook/ -k 3
    """
    if not index and not documents and DEFAULT_INDEX.is_file() and not is_configured(Settings()):
        index = (DEFAULT_INDEX,)
    return commands.search(query, top, documents, index, **options)


@cli.command()
@_host
@click.option(
    "--port", default=8766, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 for any free one."
)
@click.option("--paced", is_flag=True, help="Speak in real time instead of as fast as possible.")
@click.option(
    "--faults",
    metavar="FILE",
    type=Place(path_type=Path, dir_okay=False),
    help="Go wrong as this TOML file says, to test a client: see docs/testing.md.",
)
@_engine_options
def engine(**options: Any) -> int:
    """Serve the embedded engine alone: a Realtime endpoint that any Realtime client can use.

    It listens at the paths of OpenAI, Azure OpenAI (GA and preview) and Voice Live, and speaks each one's dialect.

    \b
    Example:
      vocative engine --port 8766        then connect to ws://127.0.0.1:8766/v1/realtime
    """
    return commands.engine(**options)


@cli.command()
@_model
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@_engine_options
@click.argument("app", required=False, metavar="[APP]")
def check(**options: Any) -> int:
    """Tell which model is configured, dial it, and name what is wrong.

    APP is your own agent as module:name; its configuration is tried then. Nothing is said in the session, so it costs
    nothing. Exit code: 0 all is well, 1 the service or the way to it fails, 2 the configuration is wrong.

    \b
    Examples:
      vocative check
      vocative check --model voice-live --json
    """
    return commands.check(**options)


def run_command(arguments: list[str]) -> int:
    """Run a command line.

    Returns:
        The exit code: 0, 1 where a model or service failed, or the machine; 2 where what was typed or handed in is
        wrong.
    """
    try:
        code = cli.main(arguments, prog_name="vocative", standalone_mode=False)
    except click.exceptions.Abort:
        return 130
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (UsageError, ToolsError) as error:
        return _complain(error, 2)
    except ModelError as error:
        return _complain(error, 1)
    except BrokenPipeError:
        return 0
    except OSError as error:  # a disk is full, a folder gone, a name too long: no mistake of ours, wherever it happens
        return _excuse(error)
    return code if isinstance(code, int) else 0


def _complain(error: VocativeError | ToolsError, code: int) -> int:
    click.echo(f"vocative: {error}", err=True)
    return code


def _excuse(error: OSError) -> int:
    try:
        sys.stdout.flush()
    except OSError:  # it would be tried again at the end, and fail with a traceback
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    where = "" if error.filename is None else f"{error.filename}: "
    click.echo(f"vocative: {where}{error.strerror or error}", err=True)
    return 1
