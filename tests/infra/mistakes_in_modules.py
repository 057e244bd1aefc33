"""Mistakes in the modules: in one resource and what is read of it."""

from __future__ import annotations

from tests.infra.mutation import mutations

_MODULES = "infra/modules"

IN_MODULES = [
    *mutations(
        f"{_MODULES}/identity.bicep",
        (
            "an output under another name",
            "output principalId string",
            "output objectId string",
            "has no output 'principalId'",
            "infra/main.bicep",
        ),
        (
            "one output too many",
            "@description('Resource id, for",
            "@description('Its name.')\noutput name string = identity.name\n\n@description('Resource id, for",
            "read by no template",
        ),
    ),
    *mutations(
        f"{_MODULES}/app.bicep",
        ("a dropped brace", "  tags: union(tags, {", "  tags: union(tags, ", "cannot be read"),
        ("a dropped bracket", "          probes: [", "          probes: ", "cannot be read"),
        ("an unknown property", "terminationGracePeriodSeconds:", "terminationGracePeriod:", "has no property"),
        ("a property in the wrong case", "targetPort:", "targetport:", "'targetPort' is meant"),
        (
            "a property at the wrong level",
            "      ingress: {",
            "      stickySessions: {\n      }\n      ingress: {",
            "no property",
        ),
        ("a wrong enum", "affinity: 'sticky'", "affinity: 'stick'", "not one of none, sticky"),
        ("a wrong enum in a list", "type: 'Startup'", "type: 'Start'", "not one of Liveness, Readiness, Startup"),
        ("a text for a number", "cooldownPeriod: 600", "cooldownPeriod: '600'", "is to be int"),
        ("a number for a text", "string(sessionsPerReplica)", "sessionsPerReplica", "is to be string"),
        ("a parameter of another type", "targetPort: port", "targetPort: name", "is to be int"),
        ("an undefined symbol", "image: image", "image: imageName", "'imageName' is not declared"),
        (
            "an API version that is not known",
            "containerApps@2026-01-01",
            "containerApps@2026-13-01",
            "has no API version",
        ),
        ("a key twice", "  location: location\n", "  location: location\n  location: location\n", "twice"),
        (
            "a missing required property",
            "                path: '/healthz'\n                port: port",
            "                path: '/healthz'",
            "lacks 'port'",
        ),
        (
            "a service name that azd does not know",
            "'azd-service-name': 'vocative'",
            "'azd-service-name': 'web'",
            "azure.yaml has",
        ),
        (
            "revisions side by side",
            "activeRevisionsMode: 'Single'",
            "activeRevisionsMode: 'Multiple'",
            "sticky sessions need",
        ),
        ("callers who are not kept", "affinity: 'sticky'", "affinity: 'none'", "misses its session"),
        ("a probe of another path", "path: '/readyz'", "path: '/ready'", "Readiness probe asks for '/ready'"),
        ("a secret in the open", "@secure()\nparam secrets object", "param secrets object", "not @secure()"),
        (
            "a property that only the service sets",
            "    environmentId: environmentId",
            "    latestRevisionName: environmentId",
            "set by the service alone",
        ),
    ),
    *mutations(
        f"{_MODULES}/ai.bicep",
        (
            "a property of another type",
            "customSubDomainName: name",
            "subdomainName: name",
            "has no property 'subdomainName'",
        ),
        (
            "a read of what is not there",
            "created!.properties.customSubDomainName",
            "created!.properties.subdomain",
            "to be read",
        ),
        ("a read of what may be missing", "created!.properties", "created.properties", "under a condition only"),
        ("a deployment without parent", "  parent: created\n", "", "has no parent"),
        (
            "a wrong value in a condition",
            "isPrivate ? 'Deny' : 'Allow'",
            "isPrivate ? 'Deny' : 'Permit'",
            "'Permit', not one of",
        ),
        ("a truth as a text", "disableLocalAuth: true", "disableLocalAuth: 'true'", "is to be bool"),
        ("an unknown decorator", "@batchSize(1)", "@batchsize(1)\nparam other string", "no @description"),
    ),
    *mutations(
        f"{_MODULES}/search.bicep",
        (
            "an enum that another service has",
            "isPrivate ? 'disabled' : 'enabled'",
            "isPrivate ? 'Disabled' : 'enabled'",
            "'Disabled', not one of",
        ),
        ("a resource without name", "  name: name\n  location", "  location", "has no name"),
        (
            "an unknown resource type",
            "Microsoft.Search/searchServices@2025-05-01' = if",
            "Microsoft.Search/services@2025-05-01' = if",
            "not in the catalogue",
        ),
    ),
    *mutations(
        f"{_MODULES}/storage.bicep",
        ("a missing kind", "  kind: 'StorageV2'\n", "", "lacks 'kind'"),
        ("a child of another parent", "  parent: blobs", "  parent: created", "the parent of 'container' is"),
        ("an old TLS by a typing error", "'TLS1_2'", "'TLS_1_2'", "not one of"),
        ("a setting without what it is for", "  scope: blobs\n", "", "has no scope"),
    ),
    *mutations(
        f"{_MODULES}/environment.bicep",
        (
            "a variable that is looked into wrongly",
            "ingressMachines.name",
            "ingressMachines.title",
            "has no property 'title'",
        ),
        ("a wrong property in a variable", "workloadProfileType: 'D4'", "type: 'D4'", "has no property 'type'"),
        ("a log without being on", "        enabled: true\n", "", "lacks 'enabled'"),
    ),
    *mutations(
        f"{_MODULES}/private-endpoint.bicep",
        (
            "a loop's name outside of it",
            "privateDnsZoneId: zones[i].id",
            "privateDnsZoneId: zones[j].id",
            "'j' is not declared",
        ),
        ("an endpoint of no service", "privateLinkServiceId:", "serviceId:", "has no property 'serviceId'"),
    ),
    *mutations(
        f"{_MODULES}/alerts.bicep",
        (
            "criteria of no kind",
            "      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'\n",
            "",
            "lacks 'odata.type'",
        ),
        (
            "criteria of an unknown kind",
            "SingleResourceMultipleMetricCriteria",
            "SingleMetric",
            "not one of Microsoft.Azure",
        ),
        ("a wrong sum", "timeAggregation: 'Total'", "timeAggregation: 'Sum'", "'Sum', not one of"),
    ),
    *mutations(
        f"{_MODULES}/monitoring.bicep",
        (
            "a resource declared twice",
            "var workspaceId =",
            "var insights = ''\nvar workspaceId =",
            "is declared in line",
        ),
        (
            "a function that is not there",
            "empty(existingWorkspaceId)",
            "isEmpty(existingWorkspaceId)",
            "no function 'isEmpty'",
        ),
        ("an output in the wrong case", "properties.ConnectionString", "properties.connectionString", "to be read"),
        ("an undescribed parameter", "@description('Tags.')\n", "", "has no @description"),
        ("a limit on what has no size", "@minValue(30)", "@minLength(30)", "says nothing about"),
    ),
]
