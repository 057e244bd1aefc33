"""Nothing that is secret and nothing that was said ever stands in a log, however much is logged."""

from __future__ import annotations

import base64
import json
import logging

from tests.agent.door.issuer import claims, token
from tests.attacks.conftest import KEY, PROMPT

SPOKEN = base64.b64encode(b"the sound of a private matter" * 20).decode()
TYPED = "my account number is 4711-0815"


def bearer(presented):
    return {"Authorization": f"Bearer {presented}"}


async def test_neither_secrets_nor_content_are_logged_at_any_level(house, key_server, caplog):
    caplog.set_level(logging.DEBUG)
    genuine = token(claims(key_server.authority, name="Ada Lovelace"))
    wrong = token(claims(key_server.authority, aud="other"))
    ticket = await house.ticket(id="ada@private.example", name="Ada Lovelace", claims={"iban": "DE00-1234"})
    fresh = await house.ticket(id="ada@private.example")
    bad_key, bad_ticket = "sk-wrong-but-somebodys", ticket[:-4] + "AAAA"

    for refused in (bearer(wrong), bearer(bad_ticket), bearer(bad_key), {"api-key": bad_key}):
        assert await house.status(headers=refused) == 401
    assert await house.status(protocols=("realtime", f"openai-insecure-api-key.{bad_key}")) == 401
    async with house.caller(headers=bearer(genuine)) as caller:
        await caller.until("session.created")
    async with house.caller(headers={}, protocols=("realtime", f"vocative.ticket.{ticket}")) as caller:
        await caller.until("session.created")
        await caller.send("extension.authenticate", ticket=fresh)
        await caller.until("extension.authenticated")
        await caller.send("input_audio_buffer.append", audio=SPOKEN)
        content = [{"type": "input_text", "text": TYPED}]
        await caller.send("conversation.item.create", item={"type": "message", "role": "user", "content": content})
        await caller.socket.send_str('{"type": "broken", ' + TYPED)
        await caller.until("error")
        await caller.send("response.create")
        await house.called()
    async with house.caller() as caller:
        await caller.until("session.created")
        for _ in range(600):
            if caller.socket.closed:
                break
            await caller.send("input_audio_buffer.clear", event_id=TYPED)
        assert (await caller.end())[0] == 1008

    logged = caplog.text + json.dumps([record.__dict__ for record in caplog.records], default=repr)
    assert "turned away" in logged, "refusals are logged"
    assert "shown out" in logged
    hidden = [KEY, genuine, wrong, ticket, fresh, bad_key, bad_ticket, PROMPT, SPOKEN[:40], TYPED, "Lovelace"]
    hidden += ["ada@private", "DE00-1234", "genuine answer", house.door.rules.secret.hex(), "secret_name"]
    hidden += [part for each in (genuine, ticket, fresh) for part in each.split(".")[1:]]
    assert [each for each in hidden if each in logged] == []
