"""Checkup: findings for people and for machines."""

from __future__ import annotations

from agent.checkup import FAILED, MISCONFIGURED, Checkup
from agent.services.address import service_at

SERVICE = service_at("wss://me:hunter2@r.openai.azure.com/openai/v1/realtime?model=d&api-key=hunter3")


def test_a_person_is_told_what_is_configured_what_was_tried_and_what_to_know():
    checkup = Checkup(SERVICE, ["AZURE_OPENAI_ENDPOINT"])
    checkup.did("dial", "connected", 12.4)
    checkup.failed("session.created", "it is broken")
    checkup.notes.append("mind the step")
    assert list(checkup.lines()) == [
        "model    Azure OpenAI, deployment d at r.openai.azure.com, without a credential of ours",
        "address  wss://r.openai.azure.com/openai/v1/realtime?model=d&api-key=***",
        "set      AZURE_OPENAI_ENDPOINT",
        "ok       connected (12 ms)",
        "FAILED   it is broken",
        "note     mind the step",
    ]
    assert checkup.code == FAILED


def test_a_machine_is_told_the_same_without_any_secret():
    checkup = Checkup(SERVICE).failed("configuration", "wrong", MISCONFIGURED)
    told = checkup.as_json()
    assert (told["ok"], told["exit_code"]) == (False, 2)
    assert told["service"]["profile"] == "azure"
    assert told["steps"] == [{"name": "configuration", "ok": False, "message": "wrong", "took_ms": None}]
    assert "hunter" not in str(told)
    assert Checkup().as_json()["service"] is None
    assert list(Checkup().lines()) == ["set      no variable that counts here"]
