"""Deployment: whether azure.yaml, the hooks, the outputs and the app's variables and arguments fit together."""

from __future__ import annotations

import re

from agent.cli import cli as command_line
from agent.config import Settings, variables_of
from tests.infra.checker import parameters
from tests.infra.checker.findings import File
from tests.infra.checker.syntax import body, line, literal, properties, property_of, text, walk
from tests.infra.checker.values import constant

# Outputs that azd itself reads.
AZD_READS = {"AZURE_RESOURCE_GROUP", "AZURE_CONTAINER_REGISTRY_ENDPOINT"}


def settings():
    """The variables that agent/config.py reads."""
    return {each for name, field in Settings.model_fields.items() for each in variables_of(name, field)}


def check(root, templates):
    yield from _azure_yaml(root, templates)
    yield from _outputs(root, templates["main.bicep"])
    yield from _variables(templates["vocative.bicep"])
    yield from _arguments(templates["vocative.bicep"])
    yield from _keyless_telemetry(templates["vocative.bicep"], templates["modules/monitoring.bicep"])
    yield from _whole_calls(templates["vocative.bicep"], templates["modules/app.bicep"])
    yield from _written(root, templates["main.bicep"])


def _azure_yaml(root, templates):
    file = File(root, root / "azure.yaml")
    told = file.path.read_text("utf-8")
    services = re.findall(r"^  (\w+):\n    project:", told, re.MULTILINE)
    app = templates["modules/app.bicep"]
    tags = [(key, value) for key, value in _pairs(app) if key == "azd-service-name"]
    for _, value in tags:
        if literal(value) not in services:
            yield app.finding(line(value), f"azd-service-name is {literal(value)!r}, and azure.yaml has {services}")
    if not tags:
        yield app.finding(1, "no resource has the tag azd-service-name, by which azd finds the app")
    for service in services:
        if f"{service}.bicep" not in templates:
            yield file.find(
                f"  {service}:", f"there is no infra/{service}.bicep, by which `azd deploy` makes revisions"
            )
    if not any(key == "azd-env-name" for key, _ in _pairs(templates["main.bicep"])):
        yield templates["main.bicep"].finding(1, "nothing has the tag azd-env-name, by which azd finds what it made")
    for named in re.findall(r"(?:run|path): (\S+/\S+)", told):
        # A copy of the templates alone has no image to build.
        if not (root / named).is_file() and (root / named).parent.is_dir():
            yield file.find(named, f"there is no {named}")


def _pairs(template):
    for node in walk(template.tree):
        if node.type == "object":
            yield from ((key, value) for key, _, value in properties(node))


def _outputs(root, main):
    hooks = "\n".join(path.read_text("utf-8") for path in sorted((root / "infra" / "hooks").glob("*.sh")))
    taken = set(re.findall(r"[A-Z][A-Z_]{4,}", hooks)) | AZD_READS
    taken |= set(parameters.variables(root, "infra/vocative.bicepparam"))
    for name, output in main.named("output").items():
        if name not in taken:
            yield main.finding(output.line, f"the output {name!r} is read by nobody: no hook, no template, not azd")


def _variables(template):
    known = settings()
    secrets = template.named("var")["secrets"]
    # A key that is made of an expression is one that the platform reads.
    kept = {key for node in walk(secrets.value) if node.type == "object" for key, _, _ in properties(node)}
    seen: dict[str, int] = {}
    for variable in template.of("var"):
        for node in walk(variable.value):
            if node.type != "object" or not variable.name.endswith("Variables"):
                continue
            name = literal(property_of(node, "name"))
            if name is None:
                continue
            if name not in known:
                yield template.finding(line(node) + 1, f"the app does not read {name!r}: see agent/config.py")
            if name in seen:
                yield template.finding(line(node) + 1, f"{name!r} is set in line {seen[name]} already")
            seen[name] = line(node) + 1
            secret = property_of(node, "secretRef")
            if secret is not None and literal(secret) not in kept:
                yield template.finding(line(secret), f"there is no secret {literal(secret)!r}")


def _keyless_telemetry(template, monitoring):
    """Application Insights takes telemetry only of who signs in, and the app does."""
    pairs = dict(_pairs(monitoring))
    if constant(pairs.get("DisableLocalAuth")) is not True:
        yield monitoring.find("WorkspaceResourceId", "takes telemetry from everybody who knows its connection string")
    given = {
        literal(property_of(node, "name")): property_of(node, "value")
        for node in walk(template.tree)
        if node.type == "object" and property_of(node, "name") is not None
    }
    signs_in = given.get("APPLICATIONINSIGHTS_AUTHENTICATION_STRING")
    if signs_in is None or "Authorization=AAD" not in text(signs_in):
        problem = "is told nothing by the app: it takes telemetry of those only who sign in"
        yield monitoring.find("DisableLocalAuth", problem)


def _arguments(template):
    options = {name for each in command_line.commands["run"].params for name in each.opts}
    for node in walk(template.named("var")["arguments"].value):
        value = literal(node)
        if value and value.startswith("--") and value not in options:
            yield template.finding(line(node), f"`vocative run` has no option {value!r}")


def _whole_calls(template, app):
    """A running call is not cut: one revision at a time, callers kept where they are, and time to drain."""
    given = property_of(body(template.named("module")["app"].value)[0], "params")
    grace = constant(property_of(given, "graceSeconds"))
    drain = template.named("param")["drainSeconds"]
    most = int(text(drain.decorators["maxValue"][0])) if "maxValue" in drain.decorators else None
    if grace is None or most is None or most >= grace:
        yield template.finding(
            drain.line, f"drainSeconds may be {most or 'anything'}, and a replica is killed after {grace}"
        )
    pairs = dict(_pairs(app))
    if literal(pairs.get("activeRevisionsMode")) != "Single":
        yield app.find("activeRevisionsMode", "sticky sessions need activeRevisionsMode 'Single'")
    if literal(pairs.get("affinity")) != "sticky":
        yield app.find("ingress:", "without sticky sessions a caller who comes back misses its session")
    probes = {"Startup": "/healthz", "Readiness": "/readyz", "Liveness": "/healthz"}
    for node in walk(app.tree):
        if node.type == "object" and property_of(node, "httpGet") is not None:
            kind, path = literal(property_of(node, "type")), literal(property_of(property_of(node, "httpGet"), "path"))
            if probes.pop(kind, None) != path:
                yield app.finding(line(node), f"the {kind} probe asks for {path!r}")
    for kind in probes:
        yield app.find("containers:", f"there is no {kind} probe")


def _written(root, main):
    """What the hooks write to .env is an output, and is read from there."""
    known = settings()
    for path in sorted((root / "infra" / "hooks").glob("postprovision.*")):
        file = File(root, path)
        told = file.path.read_text("utf-8")
        block = re.search(r"# Written to \.env:\n[^\n\"@]*(.*?)\n\n", told, re.DOTALL)
        for name in re.findall(r"[A-Z][A-Z_]{4,}", block[1]) if block else ():
            if name not in known:
                yield file.find(name, f"{name!r} is written to .env, and nothing reads it from there")
            if name not in main.named("output") and name not in parameters.AZD:
                yield file.find(name, f"{name!r} is written to .env, and is no output of {main.name}")
        if block is None:
            yield file.finding(1, "does not say what is written to .env")
