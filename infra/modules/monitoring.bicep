// Logs, traces and metrics: one workspace, and Application Insights upon it.

@description('Name of the workspace, if it is made here.')
param workspaceName string

@description('Name of the Application Insights component.')
param insightsName string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Resource id of a workspace that is there already; empty to make one.')
param existingWorkspaceId string

@description('How many days are kept.')
@minValue(30)
@maxValue(730)
param retentionDays int

@description('Most gigabytes taken in a day, beyond which no more is; -1 for no limit.')
param dailyQuotaGb int

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' = if (empty(existingWorkspaceId)) {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: retentionDays
    workspaceCapping: {
      dailyQuotaGb: dailyQuotaGb
    }
    features: {
      enableLogAccessUsingOnlyResourcePermissions: true
    }
  }
}

var workspaceId = empty(existingWorkspaceId) ? workspace.id : existingWorkspaceId

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: insightsName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspaceId
    // Who sends has to sign in; the key in the connection string is none.
    DisableLocalAuth: true
  }
}

@description('Resource id of the workspace.')
output workspaceId string = workspaceId

@description('Resource id of the Application Insights component.')
output insightsId string = insights.id

@description('Its name.')
output insightsName string = insights.name

@description('Where the app sends its traces. It says where to, and is no right to read anything.')
output connectionString string = insights.properties.ConnectionString
