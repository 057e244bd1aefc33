// The documents' index. Keys are off; the service has an identity, to embed questions and read blobs.

@description('Name of the service; its address is made of it.')
@minLength(2)
@maxLength(60)
param name string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Whether it is there already, and is taken as it is.')
param exists bool

@description('Size and price.')
@allowed([
  'basic'
  'standard'
  'standard2'
  'standard3'
])
param sku string

@description('The semantic ranker: free has a monthly limit, standard is paid by use.')
@allowed([
  'disabled'
  'free'
  'standard'
])
param semanticRanker string

@description('Copies. Two are needed for the promise that it can be read at any time.')
@minValue(1)
@maxValue(12)
param replicas int

@description('Whether only private endpoints, and Azure services with a role, may come in.')
param isPrivate bool

@description('Workspace that is told who did what.')
param workspaceId string

resource created 'Microsoft.Search/searchServices@2025-05-01' = if (!exists) {
  name: name
  location: location
  tags: tags
  sku: {
    name: sku
  }
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    replicaCount: replicas
    partitionCount: 1
    hostingMode: 'default'
    semanticSearch: semanticRanker
    // With keys off, authOptions must be left out.
    disableLocalAuth: true
    publicNetworkAccess: isPrivate ? 'disabled' : 'enabled'
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!exists) {
  name: 'vocative'
  scope: created
  properties: {
    workspaceId: workspaceId
    // Not the operation logs: they hold the questions.
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

resource present 'Microsoft.Search/searchServices@2025-05-01' existing = if (exists) {
  name: name
}

@description('Name, once it is there.')
output name string = exists ? present.name : created.name

@description('Resource id.')
output id string = exists ? present.id : created.id

@description('Address.')
output endpoint string = 'https://${name}.search.windows.net'

@description('Object id of its own identity; empty if a service that was there has none.')
output principalId string = exists ? (present.?identity.?principalId ?? '') : created!.identity.principalId
