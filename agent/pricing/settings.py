"""The settings of money, as fields of the one class that reads the environment (`agent.config.Settings`)."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  (pydantic reads the annotation)
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

_Dollars = Annotated[float, Field(gt=0, allow_inf_nan=False)] | None


class PricingSettings(BaseModel):
    """What may be spent, in US dollars, where the agent's own `Budget` leaves it open; each is read from `VOCATIVE_…`.

    Attributes:
        budget_session: `BUDGET_SESSION`: for one session.
        budget_user: `BUDGET_USER`: for one user in a day (UTC).
        budget_day: `BUDGET_DAY`: for everybody in a day (UTC).
        prices: `PRICES`: a price list that goes before ours.
    """

    model_config = ConfigDict(populate_by_name=True)

    budget_session: _Dollars = Field(default=None, validation_alias="VOCATIVE_BUDGET_SESSION")
    budget_user: _Dollars = Field(default=None, validation_alias="VOCATIVE_BUDGET_USER")
    budget_day: _Dollars = Field(default=None, validation_alias="VOCATIVE_BUDGET_DAY")
    prices: Path | None = Field(default=None, validation_alias="VOCATIVE_PRICES")
