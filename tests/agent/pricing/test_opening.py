"""The books of a server, from what an agent declares and what the environment says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agent import Agent, Budget, ConfigurationError
from agent.config import Settings
from agent.pricing.ledger import LocalLedger
from agent.pricing.opening import open_books
from agent.services.service import ENGINE, Service


@pytest.fixture
def environment(monkeypatch, tmp_path):
    """Sets variables, away from any `.env`."""
    monkeypatch.chdir(tmp_path)

    def put(**values):
        for name, value in values.items():
            monkeypatch.setenv(f"VOCATIVE_{name}", str(value))
        return Settings()

    return put


async def terms_of(books):
    return (await books.funded(Agent().session_config(extensions=True), None)).terms


async def test_the_settings_give_the_limits_that_the_agent_leaves_open(environment):
    settings = environment(BUDGET_SESSION="0.50", BUDGET_USER="2", BUDGET_DAY="100")
    limits = (await terms_of(open_books(Budget(user=5.0, warn_at=0.5), ENGINE, settings))).limits
    assert (limits.session, limits.user, limits.day, limits.warn_at) == (0.5, 5.0, 100.0, 0.5)


async def test_a_ledger_that_workers_share_is_asked(environment):
    ledger = LocalLedger()
    await ledger.add(datetime.now(UTC).date(), "ann", 3.0)
    books = open_books(Budget(day=3.0), ENGINE, environment(), ledger)
    assert (await books.refusal("bob")).code == "budget_spent"


async def test_without_any_there_is_no_limit(environment):
    assert not (await terms_of(open_books(Budget(), ENGINE, environment()))).limits.any


@pytest.mark.parametrize("value", ["0", "-1", "much", "nan", "inf"])
def test_a_limit_that_is_no_amount_is_refused_by_name(environment, value):
    with pytest.raises(ConfigurationError, match="VOCATIVE_BUDGET_DAY"):
        environment(BUDGET_DAY=value)


async def test_the_operators_price_list_goes_before_ours_and_knows_deployments_by_their_names(environment, tmp_path):
    (tmp_path / "mine.toml").write_text('[models."house-voice"]\ntext_in = 1.5\ntext_out = 3\n', encoding="utf-8")
    service = Service("wss://r.openai.azure.com/openai/v1/realtime", "azure", "house-voice")
    terms = await terms_of(open_books(Budget(), service, environment(PRICES=tmp_path / "mine.toml")))
    assert terms.tariff.rate(["gpt-realtime", terms.model]).text_in == 1.5
    assert terms.tariff.rate(["gpt-realtime"]).text_in == 4.0


def test_a_price_list_that_cannot_be_used_stops_the_server_before_anybody_calls(environment, tmp_path):
    with pytest.raises(ConfigurationError, match=r"gone\.toml cannot be read"):
        open_books(Budget(), ENGINE, environment(PRICES=tmp_path / "gone.toml"))
