"""How a session is opened with each kind of service, and what becomes of a field that one rejects."""

from __future__ import annotations

import pytest

from agent.core.profiles import PROFILES
from agent.core.state import Phase

REDUCTION = "audio.input.noise_reduction"
SESSION = {
    "type": "realtime",
    "instructions": "x",
    "truncation": "auto",
    "audio": {"input": {"noise_reduction": {"type": "near_field"}}, "output": {"voice": "alloy", "speed": 1.1}},
}


@pytest.fixture
def make(make_bench):
    def greeted(profile, **faces):
        bench = make_bench(profile=profile, session=SESSION, **faces)
        bench.model("session.created", session={})
        return bench

    return greeted


def reject(bench, param, *, named=True, message="Unknown parameter."):
    event_id = bench.sent("session.update")[-1]["event_id"] if named else None
    error = {"type": "x", "code": "unknown_parameter", "message": message, "param": param, "event_id": event_id}
    bench.model("error", error=error)


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_every_service_is_asked_in_its_own_names(make, profile):
    """Trap livekit#3489: one field that a service does not know rejects the whole update."""
    [update] = make(profile).sent("session.update")
    assert update["session"] == PROFILES[profile].lay_out(SESSION)


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize(
    ("profile", "param"),
    [
        ("azure", "session.audio.input.noise_reduction"),
        ("azure-preview", "session.input_audio_noise_reduction.type"),
        ("voice-live", "session.input_audio_noise_reduction"),
    ],
)
def test_a_field_that_a_service_rejects_and_a_session_can_do_without_is_left_out(make, profile, param, named):
    """Trap pipecat PR#4762: Azure rejects fields that OpenAI takes."""
    bench = make(profile)
    reject(bench, param, named=named)
    first, second = [event["session"] for event in bench.sent("session.update")]
    assert "near_field" in str(first)
    assert "near_field" not in str(second)
    assert bench.client == bench.hangups == []
    bench.model("session.updated", session={"id": "s"})
    assert bench.session.phase is Phase.OPEN
    assert bench.session.rejected == (REDUCTION,)


def test_several_fields_can_be_rejected_one_after_the_other(make):
    bench = make("azure")
    reject(bench, "session.audio.output.speed")
    reject(bench, None, message="Unknown parameter: 'session.truncation'.")
    assert bench.session.rejected == ("audio.output.speed", "truncation")
    kept = {name: value for name, value in SESSION.items() if name != "truncation"}
    assert bench.sent("session.update")[-1]["session"] == kept | {
        "audio": SESSION["audio"] | {"output": {"voice": "alloy"}}
    }


@pytest.mark.parametrize(
    ("param", "message", "said"),
    [
        ("session.instructions", "too long", "session.instructions"),
        (None, "Invalid 'session.voice'.", "session.voice"),
        (None, "no", "refused the session: no"),
    ],
)
def test_a_session_that_a_service_does_not_take_fails_and_names_the_field(make, param, message, said):
    bench = make("azure-preview")
    reject(bench, param, message=message)
    assert said in bench.seen("error")[0]["error"]["message"]
    assert bench.hangups


def test_a_service_that_goes_on_rejecting_the_same_field_is_given_up(make):
    bench = make("azure")
    reject(bench, "session.truncation")
    reject(bench, "session.truncation")
    assert bench.hangups
    assert len(bench.sent("session.update")) == 2


def test_the_attempts_together_take_no_longer_than_one(make):
    bench = make("azure")
    bench.now = 10.0
    reject(bench, "session.truncation")
    bench.tick(5.1)
    assert bench.seen("error")[0]["error"]["code"] == "upstream_timeout"


@pytest.mark.parametrize("profile", ["azure", "azure-preview", "voice-live"])
@pytest.mark.parametrize("client", ["ga", "preview", "voice-live"])
def test_what_is_in_force_is_understood_in_every_dialect(make_bench, profile, client):
    """What the session acts on, whatever it is called: here sound of which a byte lasts six times as long."""
    bench = make_bench(profile=profile, client=client)
    bench.open(audio={"output": {"format": {"type": "audio/pcmu"}}})
    bench.begins("r1")
    bench.audio("r1", ms=1000)  # 48 000 bytes
    bench.user()
    bench.caller("extension.playback", item_id="m1", played_ms=9999, stopped=True)
    assert bench.truncates == [("m1", 0, 6000)]


@pytest.mark.parametrize("profile", ["azure", "azure-preview", "voice-live"])
def test_voice_activity_that_is_off_is_understood_in_every_dialect(make_bench, profile):
    bench = make_bench(profile=profile).open()
    bench.user()
    bench.caller("response.create")
    assert bench.creates == []
    bench.model("session.updated", session={"audio": {"input": {"turn_detection": None}}})
    assert len(bench.creates) == 1


def test_voice_live_may_send_at_16_khz(make_bench):
    bench = make_bench(profile="voice-live", client="voice-live")
    bench.open(audio={"output": {"format": {"type": "audio/pcm", "rate": 16000}}})
    bench.begins("r1")
    bench.audio("r1", ms=1000)
    bench.user()
    bench.caller("extension.playback", item_id="m1", played_ms=9999, stopped=True)
    assert bench.truncates == [("m1", 0, 1500)]
