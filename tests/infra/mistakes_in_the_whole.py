"""Mistakes in how things fit together: modules, parameters, roles, models, azd, hooks and the app."""

# ruff: noqa: E501  (a row stands on its own, as the text of a template does)
from __future__ import annotations

from tests.infra.mutation import mutations

IN_THE_WHOLE = [
    *mutations(
        "infra/main.bicep",
        (
            "a missing module parameter",
            "    deletedDays: deletedDays\n",
            "",
            "does not give modules/storage.bicep its parameter 'deletedDays'",
        ),
        (
            "an unknown module parameter",
            "    replicas: searchReplicas",
            "    replicaCount: searchReplicas",
            "has no parameter 'replicaCount'",
        ),
        ("an unknown module", "'modules/search.bicep'", "'modules/find.bicep'", "no module 'modules/find.bicep'"),
        ("a wrong output", "search.outputs.principalId", "search.outputs.identityId", "has no output 'identityId'"),
        ("a module read without its outputs", "ai.outputs.id", "ai.id", "only outputs can be read"),
        ("a module without scope", "  name: 'identity'\n  scope: group\n", "  name: 'identity'\n", "needs a scope"),
        (
            "a network that may not be there",
            "network!.outputs.appSubnetId",
            "network.outputs.appSubnetId",
            "under a condition only",
        ),
        (
            "a parameter of the wrong type",
            "    exists: hasAi\n",
            "    exists: existingAiAccountName\n",
            "to be bool, and it is string",
        ),
        ("a value that a module does not allow", "    sku: registrySku", "    sku: 'Free'", "which is not allowed"),
        (
            "an unused parameter",
            "param budgetAmount int = 0",
            "param budgetAmount int = 0\n\n@description('Spare.')\nparam spare string = ''",
            "'spare' is never used",
        ),
        ("an unused variable", "var appName =", "var spare = 1\nvar appName =", "the var 'spare' is never used"),
        (
            "a default that is not allowed",
            "param searchSku string = 'basic'",
            "param searchSku string = 'free'",
            "'free', which is not allowed",
        ),
        (
            "a default out of bounds",
            "param deletedDays int = 14",
            "param deletedDays int = 400",
            "against @maxValue(365)",
        ),
        (
            "a default of another type",
            "param zoneRedundant bool = false",
            "param zoneRedundant bool = 'no'",
            "declared as bool, and is string",
        ),
        ("time outside of a default", "'rg-${environmentName}'", "'rg-${utcNow()}'", "in a parameter's default only"),
        ("a function that is hidden", "az.environment()", "environment()", "write az.environment()"),
        (
            "a resource in the wrong scope",
            "targetScope = 'subscription'",
            "targetScope = 'resourceGroup'",
            "cannot be deployed to a resourceGroup",
        ),
        ("an output that nobody reads", "output AZURE_STORAGE_ACCOUNT", "output AZURE_BLOBS", "read by nobody"),
        ("a retired model", "  'gpt-realtime-2.1-mini'\n", "  'gpt-4o-realtime-preview'\n", "was announced to retire"),
        (
            "a model that is not in the table",
            "  'text-embedding-3-large'\n",
            "  'text-embedding-4'\n",
            "which is not allowed",
        ),
        (
            "a version that does not exist",
            "  '2026-05-06'\n",
            "  '2026-05-06'\n  '2027-01-01'\n",
            "has no version '2027-01-01'",
        ),
        (
            "roles that are not given",
            "'modules/roles/storage.bicep'",
            "'modules/roles/search.bicep'",
            "modules/roles/search.bicep",
        ),
        ("what azd would not find again", "'azd-env-name': environmentName", "'env': environmentName", "azd-env-name"),
    ),
    *mutations(
        "infra/vocative.bicep",
        (
            "a variable that the app does not read",
            "name: 'AZURE_SEARCH_INDEX'",
            "name: 'AZURE_SEARCH_INDEX_NAME'",
            "the app does not read",
        ),
        ("a variable twice", "name: 'AZURE_VOICELIVE_MODEL'", "name: 'VOCATIVE_MODEL'", "already"),
        ("an option that is not there", "'--drain'", "'--grace'", "has no option '--grace'"),
        ("a drain beyond the grace", "@maxValue(590)", "@maxValue(900)", "a replica is killed after 600"),
        ("a grace beyond the platform's", "graceSeconds: 600", "graceSeconds: 900", "against @maxValue(600)"),
        ("a secret that is not kept", "secretRef: 'api-keys'", "secretRef: 'keys'", "no secret 'keys'"),
        ("a budget that nobody holds to", "'VOCATIVE_BUDGET_USER'", "'VOCATIVE_USER_BUDGET'", "the app does not read"),
        ("a budget twice", "'VOCATIVE_BUDGET_DAY'", "'VOCATIVE_BUDGET_SESSION'", "already"),
        (
            "a form of the log that is none",
            "param logFormat string = 'json'",
            "param logFormat string = 'jsonl'",
            "which is not allowed",
        ),
        ("sessions that nobody finds", "secretRef: 'sessions-url'", "secretRef: 'redis-url'", "no secret 'redis-url'"),
        ("a secret in the open that was hidden", "@secure()\n@minLength(32)", "@minLength(32)", "is not @secure()"),
    ),
    *mutations(
        "infra/modules/roles/ai.bicep",
        (
            "another role's id",
            "a97b65f3-24c7-4388-baec-2e87135dc908",
            "53ca6127-db72-4b80-b1b0-d745d6d5456d",
            "not the id of the role",
        ),
        (
            "another role's name",
            "@description('Cognitive Services User')",
            "@description('Azure AI User')",
            "not the id of the role",
        ),
        (
            "a role without name",
            "@description('Cognitive Services User')\n",
            "",
            "whose @description is the role's name",
        ),
        (
            "a name that is not found again",
            "guid(account.id, appPrincipalId, openAiUser)",
            "guid(account.id, openAiUser)",
            "so that another deployment",
        ),
    ),
    *mutations(
        "infra/modules/roles/search.bicep",
        (
            "more rights than are needed",
            "'Microsoft.Authorization/roleDefinitions', indexDataReader)",
            "'Microsoft.Authorization/roleDefinitions', serviceContributor)",
            "the name is to be",
        ),
        ("a role given to another", "principalId: appPrincipalId", "principalId: userPrincipalId", "the name is to be"),
        (
            "an assignment of another name",
            "resource userFills 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(userPrincipalId)) {\n  name: guid(service.id, userPrincipalId, indexDataContributor)",
            "resource userFills 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(userPrincipalId)) {\n  name: guid(service.id, userPrincipalId, serviceContributor)",
            "so that another deployment",
        ),
        (
            "a role that is needed and not given",
            "@description('Search Index Data Contributor')\nvar indexDataContributor = '8ebe5a00-799e-43f5-93ac-243d3dce84a7'",
            "@description('Search Index Data Reader')\nvar indexDataContributor = '1407120a-92aa-4202-b7e9-c0e197c71c8f'",
            "is not given 'Search Index Data Contributor'",
        ),
        (
            "a role that nobody needs",
            "@description('Search Index Data Contributor')\nvar indexDataContributor = '8ebe5a00-799e-43f5-93ac-243d3dce84a7'",
            "@description('Search Index Data Reader')\nvar indexDataContributor = '1407120a-92aa-4202-b7e9-c0e197c71c8f'",
            "which no call is known to need",
        ),
    ),
    *mutations(
        "infra/modules/monitoring.bicep",
        (
            "telemetry that anybody may send",
            "DisableLocalAuth: true",
            "DisableLocalAuth: false",
            "takes telemetry from everybody who knows its connection string",
        ),
    ),
    *mutations(
        "infra/vocative.bicep",
        (
            "telemetry without a credential",
            "'Authorization=AAD;ClientId=${identityClientId}'",
            "''",
            "is told nothing by the app: it takes telemetry of those only who sign in",
            "infra/modules/monitoring.bicep",
        ),
    ),
    *mutations(
        "infra/main.parameters.json",
        ("a parameter that is not there", '"searchSku"', '"searchSize"', "has no parameter 'searchSize'"),
        (
            "a default that differs",
            "AZURE_SEARCH_SKU=basic",
            "AZURE_SEARCH_SKU=standard",
            "'basic' in infra/main.bicep",
        ),
        ("a default that is no number", "AZURE_SEARCH_REPLICAS=1", "AZURE_SEARCH_REPLICAS=one", "is no int"),
        (
            "a variable that nothing sets",
            "${AZURE_SEARCH_SKU=basic}",
            "${AZURE_SEARCH_SKU}",
            "nothing sets 'AZURE_SEARCH_SKU'",
        ),
        ("JSON that is none", '"parameters": {', '"parameters": ', "is no file of parameters"),
    ),
    *mutations(
        "infra/vocative.bicepparam",
        (
            "an output that there is not",
            "'AZURE_OPENAI_ENDPOINT'",
            "'AZURE_AI_ENDPOINT'",
            "nothing sets 'AZURE_AI_ENDPOINT'",
        ),
        (
            "a text where a number is wanted",
            "int(readEnvironmentVariable('AZURE_APP_MIN_REPLICAS', '1'))",
            "readEnvironmentVariable('AZURE_APP_MIN_REPLICAS', '1')",
            "is to be int",
        ),
        (
            "a default that is not allowed there",
            "'AZURE_APP_CPU', '1.0'",
            "'AZURE_APP_CPU', '1.5'",
            "which is not allowed",
        ),
        (
            "a parameter that is a fixed value",
            "readEnvironmentVariable('AZURE_LOCATION')",
            "'eastus2'",
            "is not `param",
        ),
    ),
    *mutations(
        "infra/models.txt",
        (
            "a model that has retired",
            "2026-07-07  2027-06-25  OpenAI.GlobalStandard.gpt-realtime-2.1\n",
            "2026-07-07  2026-06-25  OpenAI.GlobalStandard.gpt-realtime-2.1\n",
            "has retired",
        ),
        (
            "a model that cannot be chosen",
            "text-embedding-3-large  1",
            "text-embedding-3-small  1",
            "can be chosen by no parameter",
        ),
    ),
    *mutations(
        "azure.yaml",
        (
            "a hook that is not there",
            "infra/hooks/preprovision.sh",
            "infra/hooks/before.sh",
            "there is no infra/hooks/before.sh",
        ),
        ("a service without template", "  vocative:\n", "  web:\n", "by which `azd deploy` makes revisions"),
    ),
    *mutations(
        "infra/hooks/postprovision.sh",
        (
            "a variable for .env that nothing reads",
            'WRITTEN="VOCATIVE_MODEL',
            'WRITTEN="VOCATIVE_APP_NAME',
            "nothing reads it",
        ),
    ),
]
