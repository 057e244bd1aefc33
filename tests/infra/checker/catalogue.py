"""Catalogue: the resource types that the templates use, in which versions, and which model of the SDK each is.

A version is listed when its reference has been read; a newer one is added here first. Diagnostic settings are in no
model of the SDK's present release: their shape is written here.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.infra.checker.shapes import Property, Shape, shape_of


@dataclass(frozen=True)
class Type:
    """One resource type.

    Attributes:
        versions: The API versions that may be written.
        module: Where the SDK has its models; empty for a shape of our own.
        model: The model that is sent.
        seen: The model that comes back, if that is another: outputs read its properties.
        scopes: What it can be deployed to.
    """

    versions: tuple[str, ...]
    module: str = ""
    model: str = ""
    seen: str = ""
    scopes: tuple[str, ...] = ("resourceGroup",)


_ENABLED = {
    "enabled": Property("bool", required=True),
    "category": Property("string"),
    "categoryGroup": Property("string"),
}
_LOG = Shape("LogSettings", _ENABLED)
_METRIC = Shape("MetricSettings", {name: each for name, each in _ENABLED.items() if name != "categoryGroup"})
_DIAGNOSTICS = Shape(
    "DiagnosticSettings",
    {
        "properties": Property(
            "object",
            Shape(
                "DiagnosticSettings.properties",
                {
                    "workspaceId": Property("string"),
                    "storageAccountId": Property("string"),
                    "eventHubAuthorizationRuleId": Property("string"),
                    "eventHubName": Property("string"),
                    "marketplacePartnerId": Property("string"),
                    "serviceBusRuleId": Property("string"),
                    "logAnalyticsDestinationType": Property(
                        "string", values=frozenset({"Dedicated", "AzureDiagnostics"})
                    ),
                    "logs": Property("array", Shape("", {"": Property("object", _LOG)})),
                    "metrics": Property("array", Shape("", {"": Property("object", _METRIC)})),
                },
            ),
            required=True,
        )
    },
)

_APPS, _AI, _NETWORK = (
    "azure.mgmt.appcontainers.models",
    "azure.mgmt.cognitiveservices.models",
    "azure.mgmt.network.models",
)
_STORAGE, _MONITOR, _DNS = "azure.mgmt.storage.models", "azure.mgmt.monitor.models", "azure.mgmt.privatedns.models"

TYPES = {
    "Microsoft.Resources/resourceGroups": Type(
        ("2025-04-01",), "azure.mgmt.resource.resources.models", "ResourceGroup", scopes=("subscription",)
    ),
    "Microsoft.ManagedIdentity/userAssignedIdentities": Type(
        ("2024-11-30",), "azure.mgmt.msi.v2024_11_30.models", "Identity"
    ),
    "Microsoft.OperationalInsights/workspaces": Type(("2025-07-01",), "azure.mgmt.loganalytics.models", "Workspace"),
    "Microsoft.Insights/components": Type(
        ("2020-02-02",), "azure.mgmt.applicationinsights.v2020_02_02.models", "ApplicationInsightsComponent"
    ),
    "Microsoft.Insights/diagnosticSettings": Type(("2021-05-01-preview",)),
    "Microsoft.Insights/actionGroups": Type(("2023-01-01",), _MONITOR, "ActionGroupResource"),
    "Microsoft.Insights/scheduledQueryRules": Type(("2023-12-01",), _MONITOR, "ScheduledQueryRuleResource"),
    "Microsoft.Insights/workbooks": Type(
        ("2023-06-01",), "azure.mgmt.applicationinsights.v2023_06_01.models", "Workbook"
    ),
    "Microsoft.Insights/metricAlerts": Type(("2018-03-01",), _MONITOR, "MetricAlertResource"),
    "Microsoft.ContainerRegistry/registries": Type(("2025-11-01",), "azure.mgmt.containerregistry.models", "Registry"),
    "Microsoft.CognitiveServices/accounts": Type(("2026-05-01",), _AI, "Account"),
    "Microsoft.CognitiveServices/accounts/deployments": Type(("2026-05-01",), _AI, "Deployment"),
    "Microsoft.Search/searchServices": Type(("2025-05-01",), "azure.mgmt.search.models", "SearchService"),
    "Microsoft.Storage/storageAccounts": Type(
        ("2026-04-01",), _STORAGE, "StorageAccountCreateParameters", seen="StorageAccount"
    ),
    "Microsoft.Storage/storageAccounts/blobServices": Type(("2026-04-01",), _STORAGE, "BlobServiceProperties"),
    "Microsoft.Storage/storageAccounts/blobServices/containers": Type(("2026-04-01",), _STORAGE, "BlobContainer"),
    "Microsoft.App/managedEnvironments": Type(("2026-01-01",), _APPS, "ManagedEnvironment"),
    "Microsoft.App/containerApps": Type(("2026-01-01",), _APPS, "ContainerApp"),
    "Microsoft.App/containerApps/authConfigs": Type(("2026-01-01",), _APPS, "AuthConfig"),
    "Microsoft.Authorization/roleAssignments": Type(
        ("2022-04-01",), "azure.mgmt.authorization.v2022_04_01.models", "RoleAssignmentCreateParameters"
    ),
    "Microsoft.Network/virtualNetworks": Type(("2025-05-01",), _NETWORK, "VirtualNetwork"),
    "Microsoft.Network/privateEndpoints": Type(("2025-05-01",), _NETWORK, "PrivateEndpoint"),
    "Microsoft.Network/privateEndpoints/privateDnsZoneGroups": Type(("2025-05-01",), _NETWORK, "PrivateDnsZoneGroup"),
    "Microsoft.Network/privateDnsZones": Type(("2024-06-01",), _DNS, "PrivateZone"),
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks": Type(("2024-06-01",), _DNS, "VirtualNetworkLink"),
    "Microsoft.Network/privateDnsZones/A": Type(("2024-06-01",), _DNS, "RecordSet"),
    "Microsoft.Consumption/budgets": Type(
        ("2024-08-01",), "azure.mgmt.consumption.models", "Budget", scopes=("subscription", "resourceGroup")
    ),
}


def sent(name):
    """The shape of what is deployed."""
    told = TYPES[name]
    return shape_of(told.module, told.model) if told.module else _DIAGNOSTICS


def seen(name):
    """The shape of what can be read of it afterwards."""
    told = TYPES[name]
    return shape_of(told.module, told.seen or told.model) if told.module else _DIAGNOSTICS
