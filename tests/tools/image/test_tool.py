"""The image tool, over real HTTP."""

from __future__ import annotations

import asyncio
import base64
import json

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from tools import DefinitionError, Progress, ToolContext, Toolset, invoke, spec_of
from tools.image import ImageService, ImageSettings, image_tool
from tools.image.generating import MOST_BYTES
from tools.result import NOT_SHOWN

PROMPT = "A fox"
BUSY = {"error": {"code": "429", "message": "Requests to the image API have exceeded the call rate limit."}}


async def draw(made, prompt=PROMPT, *, shows=True, **context):
    context = ToolContext(shows=shows, **context)
    return await invoke(Toolset([made]), "image", json.dumps({"prompt": prompt}), context)


def openai(service, model="gpt-image-1", **fields):
    fields.setdefault("api_key", "sesame")
    return ImageService.openai(model, base_url=f"{service.url}/v1/", **fields)


def error_of(outcome):
    assert not outcome.ok
    return json.loads(outcome.output)["error"]["message"]


async def test_the_picture_goes_to_the_client_and_a_description_to_the_model(service):
    outcome = await draw(image_tool(openai(service)))
    (shown,) = outcome.for_client["images"]
    assert shown["url"].startswith("data:image/jpeg;base64,")
    assert base64.b64decode(shown["url"].split(",")[1]).startswith(b"\xff\xd8\xff")
    assert (shown["media_type"], shown["prompt"], shown["revised_prompt"]) == ("image/jpeg", PROMPT, None)
    assert json.loads(outcome.output) == {"message": "The picture is on the user's screen now.", "shows": PROMPT}
    assert "base64" not in outcome.output


async def test_no_picture_is_made_for_a_caller_who_could_not_see_it(service):
    assert "no screen" in error_of(await draw(image_tool(openai(service)), shows=False))
    assert service.asked == []


async def test_a_picture_that_was_put_elsewhere_is_not_said_to_be_on_a_screen_that_shows_none(service):
    async def publish(_picture):
        return "https://pictures.example/kept.png"

    outcome = await draw(image_tool(openai(service), publish=publish), shows=False)
    assert json.loads(outcome.output) == {"message": NOT_SHOWN, "shows": PROMPT}


@pytest.mark.parametrize("model", ["gpt-image-1", "gpt-image-1-mini", "gpt-image-1.5"])
async def test_a_gpt_image_model_is_never_sent_a_response_format(service, model):
    settings = ImageSettings(size="1536x1024", quality="low", n=2, output_format="png", background="transparent")
    outcome = await draw(image_tool(openai(service, model), settings))
    assert [shown["media_type"] for shown in outcome.for_client["images"]] == ["image/png"] * 2
    assert json.loads(outcome.output)["message"].startswith("2 pictures are")
    assert service.asked == [
        {
            "path": "/v1/images/generations",
            "model": model,
            "prompt": PROMPT,
            "n": 2,
            "size": "1536x1024",
            "quality": "low",
            "output_format": "png",
            "background": "transparent",
        }
    ]


@pytest.mark.parametrize("form", ["url", "b64_json", None])
async def test_dall_e_3_gives_an_address_or_base64_as_it_is_asked(service, form):
    at = ImageService.azure(service.url, "old", model="dall-e-3", api_key="sesame", api_version="2024-10-21")
    outcome = await draw(image_tool(at, ImageSettings(response_format=form, style="vivid", quality="hd")))
    (shown,) = outcome.for_client["images"]
    assert shown["url"].startswith("data:image/png" if form == "b64_json" else "https://pictures.example/1.png")
    assert shown["revised_prompt"] == json.loads(outcome.output)["shows"] == "A red fox, drawn in ink."
    assert service.asked[0].get("response_format") == form
    assert "model" not in service.asked[0]


async def test_azure_is_asked_at_the_path_of_its_version_and_the_v1_api_names_the_deployment(service):
    dated = ImageService.azure(
        f"{service.url}/", "pictures", model="gpt-image-1", api_key="sesame", api_version="2025-04-01-preview"
    )
    newest = ImageService.azure(f"{service.url}/openai/v1/", "pictures", model="gpt-image-1", api_key="sesame")
    for at in (dated, newest):
        assert (await draw(image_tool(at))).ok
    first, second = service.asked
    assert (first["path"], first.get("model")) == ("/openai/deployments/pictures/images/generations", None)
    assert (second["path"], second["model"]) == ("/openai/v1/images/generations", "pictures")


async def test_a_token_is_asked_for_each_time_plainly_or_awaited(service):
    given = []

    def plain():
        given.append("plain")
        return "sesame"

    async def awaited():
        given.append("awaited")
        return "sesame"

    for provider in (plain, awaited):
        made = image_tool(ImageService.azure(service.url, "pictures", model="gpt-image-1", token_provider=provider))
        assert (await draw(made)).ok
        assert (await draw(made)).ok
    assert given == ["plain", "plain", "awaited", "awaited"]


async def test_a_token_that_cannot_be_had_is_the_operators_affair(service, caplog):
    def fails():
        raise RuntimeError("DefaultAzureCredential failed: run az login")

    outcome = await draw(image_tool(openai(service, api_key="", token_provider=fails)))
    assert "could not sign in" in error_of(outcome)
    assert "az login" in caplog.text
    assert "az login" not in outcome.output


async def test_what_is_against_the_content_policy_is_said_and_not_tried_again(service):
    assert "content policy" in error_of(await draw(image_tool(openai(service)), "a lot of blood"))
    assert len(service.asked) == 1


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (401, {"error": {"code": "401", "message": "bad key sk-123"}}, "does not let this assistant in"),
        (403, {"error": {"code": "Forbidden", "message": "Your resource has been blocked."}}, "does not let this"),
        (404, {"error": {"code": "DeploymentNotFound", "message": "no"}}, "There is no image model 'gpt-image-1'"),
        (
            400,
            {"error": {"code": "invalid_value", "message": "Invalid\nsize."}},
            "did not take the request: Invalid size.",
        ),
        (400, {"error": {"code": "moderation_blocked", "message": "no"}}, "content policy"),
        (400, {"error": {"code": "x", "innererror": {"code": "ResponsibleAIPolicyViolation"}}}, "content policy"),
        (400, {"error": "x"}, "it does not say why"),
        (400, "<html>", "it does not say why"),
        (307, "", "did not take the request"),
        (500, {}, "failed"),
        (503, "down", "may work when tried again"),
        (200, {"data": []}, "without a picture"),
        (200, {"data": [{"b64_json": "!!"}]}, "without a picture"),
        (200, {"data": [{"b64_json": base64.b64encode(b"<svg>").decode()}]}, "without a picture"),
        (200, {"data": [{"url": "javascript:alert(1)"}]}, "without a picture"),
        (200, {"data": [7]}, "without a picture"),
        (200, "[" * 100_000, "without a picture"),
        (200, [], "without a picture"),
    ],
)
async def test_whatever_the_service_says_the_model_reads_what_to_do(service, status, body, told):
    service.next = [(status, body, {"Location": "http://elsewhere.example/"} if status == 307 else None)]
    outcome = await draw(image_tool(openai(service)))
    assert told in error_of(outcome)
    assert "sk-123" not in outcome.output
    assert len(service.asked) == 1


@pytest.mark.parametrize("headers", [{"Retry-After": "0"}, {"retry-after-ms": "5"}, {"Retry-After": "0.01"}])
async def test_a_busy_service_is_asked_once_more_when_it_says_soon(service, headers):
    service.next = [(429, BUSY, headers)]
    assert (await draw(image_tool(openai(service)))).ok
    assert len(service.asked) == 2
    service.next = [(429, BUSY, headers)] * 2
    assert "busy" in error_of(await draw(image_tool(openai(service))))


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "90"}, "90 seconds"),
        (None, "a minute"),
        ({"Retry-After": "Wed, 25 Nov 2026 09:00:00 GMT"}, "a minute"),
    ],
)
async def test_a_service_that_is_busy_for_longer_is_not_waited_for(service, headers, wait):
    service.next = [(429, BUSY, headers)]
    assert f"again in about {wait}" in error_of(await draw(image_tool(openai(service))))
    assert len(service.asked) == 1


async def test_a_service_that_does_not_answer_is_given_up():
    async def never(_request):
        await asyncio.Event().wait()

    application = web.Application()
    application.router.add_post("/images/generations", never)
    async with TestServer(application, handler_cancellation=True) as server:
        at = ImageService.openai("gpt-image-1", api_key="k", base_url=str(server.make_url("/")))
        assert "within 0.05 s" in error_of(await draw(image_tool(at, time_limit=0.05)))


async def test_a_service_that_is_not_there_is_said_so():
    at = ImageService.openai("gpt-image-1", api_key="k", base_url=f"http://127.0.0.1:{unused_port()}/v1")
    assert "cannot be reached" in error_of(await draw(image_tool(at)))


async def test_an_answer_without_end_is_not_read_to_it():
    async def flood(request):
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(MOST_BYTES // (1 << 20) + 2):
            await response.write(b" " * (1 << 20))
        return response

    application = web.Application()
    application.router.add_post("/images/generations", flood)
    async with TestServer(application) as server:
        at = ImageService.openai("gpt-image-1", api_key="k", base_url=str(server.make_url("/")))
        assert "too large" in error_of(await draw(image_tool(at)))


async def test_a_picture_too_large_for_the_client_is_told_or_put_elsewhere(service):
    assert "too large to be shown" in error_of(await draw(image_tool(openai(service), largest=10)))
    kept = []

    async def publish(picture):
        kept.append(picture.content)
        return "https://here.example/1"

    outcome = await draw(image_tool(openai(service), largest=10, publish=publish))
    assert outcome.for_client["images"][0]["url"] == "https://here.example/1"
    assert kept[0].startswith(b"\xff\xd8\xff")


@pytest.mark.parametrize(("prompt", "told"), [("  \u200b ", "what is to be seen"), ("x" * 4001, "at most 4000")])
async def test_a_prompt_that_no_service_takes_is_not_sent(service, prompt, told):
    assert told in error_of(await draw(image_tool(openai(service, "dall-e-3")), prompt))
    assert service.asked == []


async def test_the_client_hears_of_it_while_it_is_made(service):
    told = []
    await draw(image_tool(openai(service)), emit=told.append)
    assert told == [Progress("Making a picture …")]


def test_the_call_may_take_as_long_as_the_picture():
    made = image_tool(ImageService.openai("gpt-image-1", api_key="k"), time_limit=30, name="draw", description="Draw.")
    assert (spec_of(made).name, spec_of(made).timeout_s, spec_of(made).description) == ("draw", 35, "Draw.")


@pytest.mark.parametrize(
    ("model", "settings", "told"),
    [
        ("gpt-image-1", {"response_format": "b64_json"}, "always returns its pictures as base64"),
        ("gpt-image-1-mini", {"response_format": "url"}, "always returns"),
        ("gpt-image-2.5-flare", {"style": "vivid"}, "no such setting"),
        ("gpt-image-1", {"quality": "hd"}, "low, medium, high, auto"),
        ("gpt-image-2", {"quality": "max"}, "low, medium, high, auto"),
        ("gpt-image-1", {"size": "1792x1024"}, "1024x1024, 1536x1024"),
        ("gpt-image-1", {"n": 11}, "1 to 10"),
        ("gpt-image-1", {"n": 0}, "1 to 10"),
        ("gpt-image-1", {"output_format": "gif"}, "png, jpeg, webp"),
        ("gpt-image-1", {"output_format": "jpeg", "background": "transparent"}, "no transparency"),
        ("gpt-image-1", {"output_compression": 50}, "only JPEG and WebP"),
        ("gpt-image-1", {"output_compression": 101, "output_format": "webp"}, "0 to 100"),
        ("gpt-image-2", {"size": "1000x1000"}, "multiples of 16"),
        ("gpt-image-2", {"size": "3840x1024"}, "at most 3 times"),
        ("gpt-image-2", {"size": "3840x3840"}, "between"),
        ("gpt-image-2", {"size": "large"}, "WIDTHxHEIGHT"),
        ("dall-e-3", {"n": 2}, "1 to 1"),
        ("dall-e-3", {"size": "auto"}, "1792x1024"),
        ("dall-e-3", {"quality": "low"}, "standard, hd"),
        ("dall-e-3", {"style": "noir"}, "vivid, natural"),
        ("dall-e-3", {"background": "opaque"}, "no such setting"),
        ("dall-e-3", {"output_format": "png"}, "no such setting"),
        ("dall-e-3", {"response_format": "png"}, "url, b64_json"),
        ("dall-e-3", {"output_compression": 5}, "only JPEG and WebP"),
    ],
)
def test_a_setting_that_a_model_does_not_take_is_refused_before_anything_is_asked(model, settings, told):
    with pytest.raises(DefinitionError) as raised:
        image_tool(ImageService.openai(model, api_key="k"), ImageSettings(**settings))
    assert told in str(raised.value)
    assert model in str(raised.value)


@pytest.mark.parametrize(
    ("model", "settings"),
    [
        ("gpt-image-2.5-sunburst", {"quality": "max", "size": "1536x864"}),
        ("gpt-image-2-2026-04-21", {"size": "3840x2160"}),
        ("chatgpt-image-latest", {"size": "auto", "output_format": "webp", "output_compression": 80}),
        ("gpt-image-3", {"quality": "high"}),
        ("Dalle3", {"style": "natural"}),
    ],
)
def test_a_setting_that_a_model_takes_is_taken(model, settings):
    assert image_tool(ImageService.openai(model, api_key="k"), ImageSettings(**settings))


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: ImageService.azure("R.openai.azure.com", "gpt-image-1", api_key="k"), "no address"),
        (lambda: ImageService.azure("https://r.example", "pictures", api_key="k"), "the model that is deployed there"),
        (lambda: ImageService.openai("sora", api_key="k"), "no image model"),
        (lambda: ImageService.openai("gpt-image-1"), "either api_key= or token_provider="),
        (lambda: ImageService.openai("gpt-image-1", api_key="k", token_provider=str), "not both"),
    ],
)
def test_a_service_that_cannot_be_is_refused(make, told):
    with pytest.raises(DefinitionError, match=told):
        make()


def test_no_key_is_ever_shown():
    assert "sesame" not in repr(ImageService.openai("gpt-image-1", api_key="sesame"))
