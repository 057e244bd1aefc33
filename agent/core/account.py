"""Account: what one caller's session has used and cost, over all sessions of the model's that it had."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from agent.core.usage import Usage

if TYPE_CHECKING:
    from agent.core.rates import Rate


@dataclass(slots=True)
class Account:
    """The sums of what the service reported.

    Attributes:
        responses: Tokens of responses, ours beside the conversation among them.
        transcriptions: Tokens or seconds of the transcription of the caller's words.
        count: How many responses were reported.
        priced: What of it has a price, in US dollars.
        unpriced: Models of which something has none, in the order in which that was found.
        reached: Whose budget has ended the session: `session`, `user` or `day`; "" for none.
    """

    responses: Usage = field(default_factory=Usage)
    transcriptions: Usage = field(default_factory=Usage)
    count: int = 0
    priced: float = 0.0
    unpriced: list[str] = field(default_factory=list[str])
    reached: str = ""

    @property
    def cost(self) -> float | None:
        """US dollars; None where a part has no known price, so that no sum would be true."""
        return None if self.unpriced else self.priced

    def respond(self, usage: Usage, model: str, rate: Rate | None) -> tuple[float, bool]:
        """Add a response. Gives back what of it has a price, and whether that was all of it."""
        self.responses, self.count = self.responses + usage, self.count + 1
        return self._charge(usage, model, rate)

    def transcribe(self, usage: Usage, model: str, rate: Rate | None) -> tuple[float, bool]:
        """Add a transcription; gives back the same of it."""
        self.transcriptions += usage
        return self._charge(usage, model, rate)

    def kept(self) -> dict[str, Any]:
        """The sums as JSON. Whether a budget has ended the session is left out: one that goes on is not at its end."""
        return {
            "responses": asdict(self.responses),
            "transcriptions": asdict(self.transcriptions),
            "count": self.count,
            "priced": self.priced,
            "unpriced": [*self.unpriced],
        }

    def restore(self, kept: dict[str, Any]) -> None:
        """Go on with what `kept` gave."""
        self.responses, self.transcriptions = Usage(**kept["responses"]), Usage(**kept["transcriptions"])
        self.count, self.priced, self.unpriced = kept["count"], kept["priced"], [*kept["unpriced"]]

    def _charge(self, usage: Usage, model: str, rate: Rate | None) -> tuple[float, bool]:
        cost, whole = (0.0, False) if rate is None else rate.cost(usage)
        if not whole and model not in self.unpriced:
            self.unpriced.append(model)
        self.priced += cost
        return cost, whole
