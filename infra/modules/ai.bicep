// The account with the models: one that speaks, one that transcribes, one that embeds. Keys are off.

@description('Name of the account; its address is made of it.')
@minLength(2)
@maxLength(64)
param name string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Whether it is there already, and is taken as it is, with its deployments.')
param exists bool

@description('Deployments to make, each with name, model, version, sku and capacity.')
param deployments array

@description('Whether only private endpoints, and Azure services with a role, may come in.')
param isPrivate bool

@description('Workspace that is told who did what.')
param workspaceId string

resource created 'Microsoft.CognitiveServices/accounts@2026-05-01' = if (!exists) {
  name: name
  location: location
  tags: tags
  kind: 'AIServices'
  sku: {
    name: 'S0'
  }
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    // Tokens of Entra ID are taken at a name of one's own only.
    customSubDomainName: name
    disableLocalAuth: true
    publicNetworkAccess: 'Enabled'
    networkAcls: {
      defaultAction: isPrivate ? 'Deny' : 'Allow'
      // AI Search, which embeds questions as its identity, has no address in the private network.
      bypass: 'AzureServices'
    }
  }
}

// The account takes one change at a time.
@batchSize(1)
resource deployment 'Microsoft.CognitiveServices/accounts/deployments@2026-05-01' = [for each in deployments: if (!exists) {
  parent: created
  name: each.name
  sku: {
    name: each.sku
    capacity: each.capacity
  }
  properties: {
    model: {
      format: 'OpenAI'
      name: each.model
      version: each.version
    }
    // A new version may sound different, or cost more: it is chosen, not happened upon.
    versionUpgradeOption: 'OnceCurrentVersionExpired'
  }
}]

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!exists) {
  name: 'vocative'
  scope: created
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
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

resource present 'Microsoft.CognitiveServices/accounts@2026-05-01' existing = if (exists) {
  name: name
}

var subdomain = exists ? present!.properties.customSubDomainName : created!.properties.customSubDomainName

@description('Name, once it is there.')
output name string = exists ? present.name : created.name

@description('Resource id.')
output id string = exists ? present.id : created.id

@description('Address of the Realtime and embedding models.')
output openAiEndpoint string = 'https://${subdomain}.openai.azure.com/'

@description('Address of Voice Live.')
output voiceLiveEndpoint string = 'https://${subdomain}.services.ai.azure.com/'
