"""Opening: the books of a server, from what an agent declares and what the environment says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.pricing.books import Books
from agent.pricing.table import tariff

if TYPE_CHECKING:
    from agent.config import Settings
    from agent.options.budget import Budget
    from agent.pricing.ledger import Ledger
    from agent.services.service import Service


def open_books(budget: Budget, service: Service, settings: Settings, ledger: Ledger | None = None) -> Books:
    """Open them.

    Args:
        budget: The agent's own; the settings give the limits that it leaves open.
        service: Where its model is.
        settings: What the environment says.
        ledger: Where users' and days' spending is written down, if several processes share that.

    Raises:
        ConfigurationError: The price list in `VOCATIVE_PRICES` cannot be used.
    """
    filled = budget.filled(session=settings.budget_session, user=settings.budget_user, day=settings.budget_day)
    return Books(filled, tariff(service.profile, settings.prices), model=service.model, ledger=ledger)
