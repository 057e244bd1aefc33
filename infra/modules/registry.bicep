// Where the app's image is built and kept. Its admin user stays off: the app pulls as its identity.

@description('Name of the registry.')
@minLength(5)
@maxLength(50)
param name string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Whether it is there already, and is taken as it is.')
param exists bool

@description('Size and price.')
@allowed([
  'Basic'
  'Standard'
  'Premium'
])
param sku string

@description('Workspace that is told who did what.')
param workspaceId string

resource created 'Microsoft.ContainerRegistry/registries@2025-11-01' = if (!exists) {
  name: name
  location: location
  tags: tags
  sku: {
    name: sku
  }
  properties: {
    adminUserEnabled: false
    anonymousPullEnabled: false
  }
}

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

resource present 'Microsoft.ContainerRegistry/registries@2025-11-01' existing = if (exists) {
  name: name
}

@description('Name, once it is there.')
output name string = exists ? present.name : created.name

@description('Host that images are pushed to and pulled from.')
output loginServer string = exists ? present!.properties.loginServer : created!.properties.loginServer
