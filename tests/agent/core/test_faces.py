"""Each side of a session is spoken to in its own names."""

from __future__ import annotations

import pytest

from agent.core.actions import CancelCall, ToClient, ToUpstream
from agent.core.dialect import DIALECTS, GA, PREVIEW, VOICE_LIVE
from agent.core.faces import Faces
from agent.core.frames import Frame

AUDIO = {"type": "response.output_audio.delta", "delta": "AAAA"}
OVERRIDDEN = {"type": "response.create", "response": {"output_modalities": ["text"]}}


def test_where_both_speak_as_the_core_thinks_nothing_is_touched():
    actions = [ToClient(Frame.of(AUDIO))]
    assert Faces(GA, GA).plain
    assert Faces(GA, GA).spoken(actions) is actions


@pytest.mark.parametrize("dialect", [PREVIEW, VOICE_LIVE])
def test_a_frame_of_the_models_that_its_client_understands_is_the_identical_action(dialect):
    """Preview service, preview client: also audio passes as it came."""
    action = ToClient(Frame.of(AUDIO | {"type": "response.audio.delta"}, dialect.name))
    assert Faces(dialect, dialect).spoken([action])[0] is action


def test_what_we_write_ourselves_is_put_into_the_clients_names():
    [action] = Faces(PREVIEW, PREVIEW).spoken([ToClient(Frame.of(AUDIO))])
    assert action.frame.type == "response.audio.delta"


def test_what_goes_to_the_model_is_put_into_the_models_names():
    frames = [action.frame for action in Faces(PREVIEW, GA).spoken([ToUpstream(Frame.of(OVERRIDDEN))])]
    assert frames[0].data["response"] == {"modalities": ["text"]}
    same = ToUpstream(Frame.of({"type": "response.create"}))
    assert Faces(PREVIEW, GA).spoken([same])[0] is same


def test_what_is_no_frame_passes():
    assert Faces(PREVIEW, GA).spoken([CancelCall("c1")]) == [CancelCall("c1")]


@pytest.mark.parametrize("upstream", sorted(DIALECTS))
@pytest.mark.parametrize("client", sorted(DIALECTS))
def test_all_combinations_agree_on_what_a_delta_is_called(upstream, client):
    kind = DIALECTS[upstream].event_from_ga(AUDIO["type"])
    given = ToClient(Frame.of(AUDIO | {"type": kind}, upstream))
    [action] = Faces(DIALECTS[upstream], DIALECTS[client]).spoken([given])
    assert action.frame.type == DIALECTS[client].event_from_ga(AUDIO["type"])


def test_a_frame_that_cannot_be_translated_is_not_shown_and_takes_nothing_else_with_it():
    broken = ToClient(Frame('{"type":"response.done","response":', "preview"))
    stays = CancelCall("c1")
    assert Faces(PREVIEW, GA).spoken([broken, stays]) == [stays]
