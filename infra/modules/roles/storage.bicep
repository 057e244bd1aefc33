// Who may do what with the blobs. The app has no part in it: an indexer of the search service reads them.

@description('Name of the account.')
param accountName string

@description('Object id of the search service\'s identity; empty if it has none.')
param searchPrincipalId string

@description('Object id of who deploys, and uploads documents; empty for nobody.')
param userPrincipalId string

@description('What that is.')
@allowed([
  'User'
  'ServicePrincipal'
])
param userPrincipalType string

@description('Storage Blob Data Reader')
var blobDataReader = '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1'

@description('Storage Blob Data Contributor')
var blobDataContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'

resource account 'Microsoft.Storage/storageAccounts@2026-04-01' existing = {
  name: accountName
}

resource searchReads 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(searchPrincipalId)) {
  name: guid(account.id, searchPrincipalId, blobDataReader)
  scope: account
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataReader)
    principalId: searchPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource userUploads 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(userPrincipalId)) {
  name: guid(account.id, userPrincipalId, blobDataContributor)
  scope: account
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataContributor)
    principalId: userPrincipalId
    principalType: userPrincipalType
  }
}
