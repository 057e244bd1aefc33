"""What must hold at the end of a run, whatever went wrong in it."""

from __future__ import annotations

from collections import Counter

from agent.core.remembered import UNTRANSCRIBED


def complaints(world):
    """Everything that is not as it should be; an empty list is what one wants to see."""
    shell = world.shell
    if shell.given_up is not None or not world.settled:
        return [f"it never came to rest: {shell.given_up or 'stuck'}"]
    final = shell.upstream.items
    return [
        *(f"a service refused {code}" for service in world.services for code, _ in service.errors),
        *(f"{call} was run {count} times" for call, count in Counter(shell.runs).items() if count > 1),
        *(f"the model asked again for {call}, which had been run" for call in world.repeated),
        *_calls(world, final),
        *_users(world, final),
        *_ends(shell.seen),
        *(f"{item_id} was taken back and is told again" for item_id in _resurrected(world, final)),
        *_order(shell, final),
        *(["the last thing said was never answered"] if _unanswered(world, final) else []),
    ]


def _calls(world, final):
    for call_id in world.shell.runs:
        calls = [place for place, item in enumerate(final) if _is(item, "function_call", call_id)]
        outputs = [place for place, item in enumerate(final) if _is(item, "function_call_output", call_id)]
        if len(calls) != 1 or len(outputs) != 1 or calls > outputs:
            yield f"{call_id} stands at {calls}, its output at {outputs}"
        elif final[outputs[0]]["output"] != world.outputs[call_id]:
            yield f"{call_id} has another's output"


def _users(world, final):
    texts = [_text(item) for item in final if item.get("role") == "user"]
    known = [text for text in texts if text != UNTRANSCRIBED]
    said = [text for text, _ in world.said]
    if known != [text for text in said if text in known]:
        yield f"the user's turns are {texts}"
    yield from (f"{text!r} was typed and is lost" for text, how in world.said if how == "typed" and text not in known)


def _ends(seen):
    begun = [event["response"]["id"] for event in seen if event["type"] == "response.created"]
    ended = Counter(event["response"]["id"] for event in seen if event["type"] == "response.done")
    yield from (f"{response_id} ended {ended[response_id]} times" for response_id in begun if ended[response_id] != 1)
    items = Counter(event["item"]["id"] for event in seen if event["type"] == "response.output_item.added")
    done = Counter(event["item"]["id"] for event in seen if event["type"] == "response.output_item.done")
    yield from (f"{item_id} ended {done[item_id]} times" for item_id in items if done[item_id] != 1)


def _order(shell, final):
    """The client, who follows `previous_item_id`, has the same conversation as the service."""
    shown = []
    for event in shell.seen:
        if event["type"] == "conversation.item.added":
            previous, item = event["previous_item_id"], event["item"]
            if item["id"] in shown:
                yield f"{item['id']} was shown twice"
            shown.insert(shown.index(previous) + 1 if previous in shown else len(shown), item["id"])
            if previous is not None and previous not in shown:
                yield f"{item['id']} is shown behind {previous}, which nobody knows"
            if previous is None and len(shown) > 1:
                yield f"{item['id']} is shown at the head"
        elif event["type"] == "conversation.item.deleted" and event["item_id"] in shown:
            shown.remove(event["item_id"])
    seeding = shell.continuity._lineage.seeding
    held = [(seeding and seeding.client_id(item["id"])) or item["id"] for item in final]
    if [item_id for item_id in shown if item_id in held] != held:
        yield f"the client has {shown}, the service {held}"


def _resurrected(world, final):
    seeding = world.shell.continuity._lineage.seeding
    held = {(seeding and seeding.client_id(item["id"])) or item["id"]: item for item in final}
    return [name for name, text in world.gone.items() if name in held and _text(held[name]) == text]


def _unanswered(world, final):
    if world.shell.upstream.nature.poisoned or world.shell.last_of_speech() == "input_audio_buffer.cleared":
        return False  # it answers nothing; or the connection was lost in the middle of the user's sentence
    return bool(final) and (final[-1].get("role") == "user" or final[-1]["type"] == "function_call_output")


def _is(item, kind, call_id):
    return item["type"] == kind and item["call_id"] == call_id


def _text(item):
    part = item["content"][0]
    return part.get("text") or part.get("transcript")
