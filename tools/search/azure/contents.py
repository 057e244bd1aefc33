"""Contents: which documents an index of ours holds, read from the index itself; that is what a run goes on from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tools.search.azure.layout import FINGERPRINT
from tools.search.azure.persistence import persist
from tools.search.azure.security import quoted

if TYPE_CHECKING:
    from tools.search.azure.service import SearchService

_PAGE: Final = 1000  # passages in one answer; the service gives no more
_TRIES: Final = 8
_SELECT: Final = ["id", "document", "source", FINGERPRINT, "chunks"]


@dataclass(slots=True)
class Held:
    """What an index holds of a document.

    Attributes:
        source: The file it was read from.
        chunks: How many passages it should have.
        fingerprints: Of its content and of how that was taken in; more than one where a run did not finish.
        keys: The keys of its passages.
    """

    source: str = ""
    chunks: int = 0
    fingerprints: set[str] = field(default_factory=set[str])
    keys: set[str] = field(default_factory=set[str])

    def is_whole(self, fingerprint: str) -> bool:
        """Whether all of it is there, and of that content."""
        return self.fingerprints == {fingerprint} and len(self.keys) == self.chunks


async def contents(service: SearchService, index: str) -> dict[str, Held]:
    """Read through an index.

    Args:
        service: The search service.
        index: The name of an index of ours.

    Returns:
        Its documents by name.

    Raises:
        AzureError: The service does not answer, or refuses.
    """
    held: dict[str, Held] = {}
    # In the order of the keys: skipping a number of passages works for the first 100,000 only.
    given: dict[str, Any] = {"search_text": "*", "select": _SELECT, "order_by": ["id asc"], "top": _PAGE}
    while True:
        results, _ = await persist(lambda: service.search(index, **given), tries=_TRIES)
        for result in results:
            one = held.setdefault(str(result.get("document") or ""), Held())
            one.source = str(result.get("source") or one.source)
            one.chunks = int(result.get("chunks") or 0)
            one.fingerprints.add(str(result.get(FINGERPRINT) or ""))
            one.keys.add(str(result["id"]))
        if len(results) < _PAGE:
            return held
        given["filter"] = f"id gt {quoted(str(results[-1]['id']))}"
