"""Roles: whether ids are those of the roles that they are called, and whether each call that the code makes is allowed.

What is given and not needed is found too: a right that nobody uses is one too many.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.services.service import KINDS
from tests.infra.checker.findings import Finding
from tests.infra.checker.syntax import body, line, literal, named, property_of, text, walk

# Microsoft's built-in roles.
IDS = {
    "Cognitive Services OpenAI User": "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd",
    "Cognitive Services User": "a97b65f3-24c7-4388-baec-2e87135dc908",
    "Azure AI User": "53ca6127-db72-4b80-b1b0-d745d6d5456d",
    "Search Index Data Reader": "1407120a-92aa-4202-b7e9-c0e197c71c8f",
    "Search Index Data Contributor": "8ebe5a00-799e-43f5-93ac-243d3dce84a7",
    "Search Service Contributor": "7ca78c08-252a-4471-8644-bb5ff32d4ba0",
    "Storage Blob Data Reader": "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
    "Storage Blob Data Contributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
    "Monitoring Metrics Publisher": "3913510d-42f4-4e42-8a64-420c390055eb",
    "AcrPull": "7f951dda-4ed3-4680-a7ca-43fe172d538d",
}
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True)
class Need:
    """A role that somebody must have for a call that is made.

    Attributes:
        who: The parameter of the module that names them.
        role: The role.
        module: The template that gives it.
        file: Where the call is made.
        call: What stands there.
    """

    who: str
    role: str
    module: str
    file: str
    call: str


APP, SEARCH, USER = "appPrincipalId", "searchPrincipalId", "userPrincipalId"
NEEDS = (
    Need(APP, KINDS["azure"].role, "modules/roles/ai.bicep", "agent/credentials.py", "get_token"),
    Need(APP, KINDS["voice-live"].role, "modules/roles/ai.bicep", "agent/credentials.py", "get_token"),
    Need(APP, "Search Index Data Reader", "modules/roles/search.bicep", "tools/search/azure/service.py", ".search("),
    Need(
        APP,
        "Monitoring Metrics Publisher",
        "modules/roles/insights.bicep",
        "agent/telemetry/azure_monitor.py",
        "ManagedIdentityCredential(",
    ),
    Need(APP, "AcrPull", "modules/roles/registry.bicep", "infra/modules/app.bicep", "registries: ["),
    Need(
        SEARCH,
        "Cognitive Services OpenAI User",
        "modules/roles/ai.bicep",
        "tools/search/azure/definition.py",
        "AzureOpenAIVectorizer(",
    ),
    Need(
        SEARCH,
        "Storage Blob Data Reader",
        "modules/roles/storage.bicep",
        "tools/search/azure/indexer.py",
        "ResourceId=",
    ),
    Need(
        USER,
        "Cognitive Services OpenAI User",
        "modules/roles/ai.bicep",
        "tools/search/azure/embedding.py",
        "async def embed",
    ),
    Need(
        USER,
        "Search Index Data Contributor",
        "modules/roles/search.bicep",
        "tools/search/azure/uploading.py",
        "index_documents(",
    ),
    Need(
        USER,
        "Search Service Contributor",
        "modules/roles/search.bicep",
        "tools/search/azure/definition.py",
        "create_index(",
    ),
    Need(
        USER,
        "Storage Blob Data Contributor",
        "modules/roles/storage.bicep",
        "infra/hooks/postprovision.sh",
        "blob upload-batch",
    ),
)


def check(root, templates):
    given = set()
    for path, template in templates.items():
        yield from _names(template)
        for declaration in template.of("resource"):
            if declaration.type.startswith("Microsoft.Authorization/roleAssignments@"):
                found = list(_assignment(template, declaration))
                yield from (each for each in found if isinstance(each, Finding))
                given |= {(path, *each, declaration.line) for each in found if not isinstance(each, Finding)}
    called = {each.type for each in templates["main.bicep"].of("module")}
    wanted = {(need.module, need.who, need.role): need for need in NEEDS}
    for (module, who, role), need in wanted.items():
        template = templates[module]
        if module not in called:
            yield templates["main.bicep"].finding(1, f"{module} is not called, so nobody has its roles")
        if (module, who, role) not in {each[:3] for each in given}:
            yield template.finding(1, f"{who} is not given {role!r}, which {need.call!r} in {need.file} needs")
    for module, who, role, at in given:
        if (module, who, role) not in wanted:
            yield templates[module].finding(at, f"{who} is given {role!r}, which no call is known to need")


def _names(template):
    for node in walk(template.tree):
        value = literal(node)
        if value and _GUID.fullmatch(value):
            holder = next((each for each in template.of("var") if each.value == node), None)
            told = (
                literal(holder.decorators["description"][0]) if holder and "description" in holder.decorators else None
            )
            if told is None:
                yield template.finding(line(node), f"{value} is to be a variable whose @description is the role's name")
            elif IDS.get(told) != value:
                right = f"it is {IDS[told]}" if told in IDS else f"the roles known are {', '.join(IDS)}"
                yield template.finding(line(node), f"{value} is not the id of the role {told!r}: {right}")


def _assignment(template, declaration):
    """The assignment as (who, role); or what is wrong with it."""
    node, _ = body(declaration.value)
    inside = property_of(node, "properties")
    definition, who = property_of(inside, "roleDefinitionId"), property_of(inside, "principalId")
    arguments = named(named(definition)[1]) if definition.type == "call_expression" else []
    if len(arguments) != 2 or literal(arguments[0]) != "Microsoft.Authorization/roleDefinitions":
        yield template.finding(
            line(definition), "write subscriptionResourceId('Microsoft.Authorization/roleDefinitions', ID)"
        )
        return
    variable = template.named("var").get(text(arguments[1]))
    told = literal(variable.decorators["description"][0]) if variable and "description" in variable.decorators else None
    name = property_of(node, "name")
    parts = [text(each) for each in named(named(name)[1])] if name.type == "call_expression" else []
    scope = text(property_of(node, "scope"))
    if text(named(name)[0]) != "guid" or parts != [f"{scope}.id", text(who), text(arguments[1])]:
        yield template.finding(
            line(name),
            f"the name is to be guid({scope}.id, {text(who)}, {text(arguments[1])}), so that another deployment finds "
            "it again",
        )
    yield text(who), told or text(arguments[1])
