"""Several workers and a real Redis, as an operator has them: what a user may have at once is counted once."""

from __future__ import annotations

import asyncio
import sys

import aiohttp
import pytest

from tests.agent.workers.house import HOTEL, House, Model
from tests.redis_server import redis_server

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it looks processes up in /proc")

KEY = "k" * 32


async def test_a_user_has_as_many_sessions_at_all_workers_as_one_may_have(tmp_path):
    settings = {"VOCATIVE_API_KEYS": KEY, "VOCATIVE_MAX_SESSIONS_PER_USER": "2"}
    with redis_server() as redis:
        settings["VOCATIVE_SESSIONS_URL"] = redis.url
        (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        async with Model() as model, aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"}) as http:
            model.resting = True
            (tmp_path / "hotel.py").write_text(HOTEL.format(port=model.port, instructions="Be brief."))
            async with House(tmp_path, "hotel:agent", "--workers", "2") as running:
                url = f"{running.url}/v1/realtime"
                open_ones = [await http.ws_connect(url) for _ in range(2)]
                # Whichever worker takes it.
                for _ in range(8):
                    with pytest.raises(aiohttp.WSServerHandshakeError) as no:
                        await http.ws_connect(url)
                    assert no.value.status == 429
                async with http.get(url) as told:
                    assert (await told.json())["error"]["code"] == "too_many_sessions"
                await open_ones[0].close()
                async with asyncio.timeout(30):
                    while True:
                        try:
                            open_ones.append(await http.ws_connect(url))
                        except aiohttp.WSServerHandshakeError:
                            continue
                        break
                with pytest.raises(aiohttp.WSServerHandshakeError):
                    await http.ws_connect(url)
                for each in open_ones[1:]:
                    await each.close()
