// Who may do what with the index. The app may ask it, and no more: it is told the names of the fields.

@description('Name of the search service.')
param serviceName string

@description('Object id of the app\'s identity.')
param appPrincipalId string

@description('Object id of who deploys, and ingests documents; empty for nobody.')
param userPrincipalId string

@description('What that is.')
@allowed([
  'User'
  'ServicePrincipal'
])
param userPrincipalType string

@description('Search Index Data Reader')
var indexDataReader = '1407120a-92aa-4202-b7e9-c0e197c71c8f'

@description('Search Index Data Contributor')
var indexDataContributor = '8ebe5a00-799e-43f5-93ac-243d3dce84a7'

@description('Search Service Contributor')
var serviceContributor = '7ca78c08-252a-4471-8644-bb5ff32d4ba0'

resource service 'Microsoft.Search/searchServices@2025-05-01' existing = {
  name: serviceName
}

resource appAsks 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(service.id, appPrincipalId, indexDataReader)
  scope: service
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', indexDataReader)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource userFills 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(userPrincipalId)) {
  name: guid(service.id, userPrincipalId, indexDataContributor)
  scope: service
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', indexDataContributor)
    principalId: userPrincipalId
    principalType: userPrincipalType
  }
}

resource userMakesIndexes 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(userPrincipalId)) {
  name: guid(service.id, userPrincipalId, serviceContributor)
  scope: service
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', serviceContributor)
    principalId: userPrincipalId
    principalType: userPrincipalType
  }
}
