"""Budget: how much callers may cost, and what they are told when it is nearly spent."""

from __future__ import annotations

from dataclasses import dataclass, replace

from agent.core.budget import Limits
from agent.options.checks import number, text

# US dollars. More than anybody means, and little enough to find a budget that was written in cents.
_MOST = 10_000_000.0

# The page's languages → the sentences by which a caller is warned, and by which a session ends.
WARNINGS = {
    "en": "A short note: the time for this conversation will soon be used up.",
    "de": "Ein kurzer Hinweis: Die Zeit für dieses Gespräch ist bald aufgebraucht.",
    "fr": "Une brève remarque : le temps prévu pour cette conversation sera bientôt écoulé.",
    "es": "Un breve aviso: el tiempo de esta conversación se acabará pronto.",
    "ja": "お知らせです。この会話に使える時間は、まもなくなくなります。",
    "ar": "تنبيه قصير: سينتهي الوقت المخصص لهذه المحادثة قريبًا.",
}
FAREWELLS = {
    "en": "I have to end our conversation here, because its limit has been reached. Thank you, and goodbye.",
    "de": "Ich muss unser Gespräch hier beenden, weil das Limit erreicht ist. Vielen Dank und auf Wiedersehen.",
    "fr": "Je dois mettre fin à notre conversation, car sa limite est atteinte. Merci et au revoir.",
    "es": "Tengo que terminar aquí nuestra conversación, porque se ha alcanzado su límite. Gracias y adiós.",
    "ja": "上限に達しましたので、ここで会話を終わります。ありがとうございました。失礼いたします。",
    "ar": "عليّ أن أنهي محادثتنا هنا لأنها بلغت حدّها. شكرًا لك، ومع السلامة.",
}


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How much callers may cost, in US dollars by the price table; None for no limit, or for what the settings say.

    Attributes:
        session: For one session.
        user: For one user in a day (UTC), over all sessions; callers that nobody knows are not counted there.
        day: For everybody in a day (UTC).
        warn_at: The share of a budget at which the caller is warned, 0.0 to 1.0; 1.0 for never.
        stop_at: The share at which a session ends without last words, 1.0 or more.
        warning: The sentence of the warning; by default one of ours in the session's language.
        farewell: The last words; by default ours.

    Raises:
        ConfigurationError: A value cannot be used; the text says which and why.
    """

    session: float | None = None
    user: float | None = None
    day: float | None = None
    warn_at: float = 0.8
    stop_at: float = 1.2
    warning: str | None = None
    farewell: str | None = None

    def __post_init__(self) -> None:
        for name in ("session", "user", "day"):
            number("Budget", name, getattr(self, name), 0.000_001, _MOST, "US dollars")
        number("Budget", "warn_at", self.warn_at, 0.0, 1.0)
        number("Budget", "stop_at", self.stop_at, 1.0, 100.0)
        text("Budget", "warning", self.warning)
        text("Budget", "farewell", self.farewell)

    def filled(self, *, session: float | None, user: float | None, day: float | None) -> Budget:
        """The same, with limits for what it leaves open."""
        return replace(
            self,
            session=session if self.session is None else self.session,
            user=user if self.user is None else self.user,
            day=day if self.day is None else self.day,
        )

    @property
    def limits(self) -> Limits:
        """How much may be spent."""
        return Limits(self.session, self.user, self.day, self.warn_at, self.stop_at)

    def words(self, language: str | None) -> tuple[str, str]:
        """The warning and the last words.

        Args:
            language: Of the session, as ISO 639-1; None for one that nobody has chosen.
        """
        known = language if language in WARNINGS else "en"
        return self.warning or WARNINGS[known or "en"], self.farewell or FAREWELLS[known or "en"]
