// Blobs for an indexer to read. Shared keys and public blobs are off.

@description('Name of the account.')
@minLength(3)
@maxLength(24)
param name string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Whether it is there already, and is taken as it is.')
param exists bool

@description('Container of the documents.')
@minLength(3)
@maxLength(63)
param containerName string

@description('Days for which a deleted document can be had back, and an indexer learns that it is gone.')
@minValue(1)
@maxValue(365)
param deletedDays int

@description('Whether only private endpoints, and Azure services with a role, may come in.')
param isPrivate bool

@description('Workspace that is told who did what.')
param workspaceId string

resource created 'Microsoft.Storage/storageAccounts@2026-04-01' = if (!exists) {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: 'Standard_LRS'
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: 'Enabled'
    networkAcls: {
      defaultAction: isPrivate ? 'Deny' : 'Allow'
      bypass: 'AzureServices'
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2026-04-01' = if (!exists) {
  parent: created
  name: 'default'
  properties: {
    deleteRetentionPolicy: {
      enabled: true
      days: deletedDays
    }
    containerDeleteRetentionPolicy: {
      enabled: true
      days: deletedDays
    }
  }
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-04-01' = if (!exists) {
  parent: blobs
  name: containerName
  properties: {
    publicAccess: 'None'
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!exists) {
  name: 'vocative'
  scope: blobs
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        categoryGroup: 'audit'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'Transaction'
        enabled: true
      }
    ]
  }
}

resource present 'Microsoft.Storage/storageAccounts@2026-04-01' existing = if (exists) {
  name: name
}

@description('Name, once it is there.')
output name string = exists ? present.name : created.name

@description('Resource id, by which an indexer finds the account without a key.')
output id string = exists ? present.id : created.id
