// Who may do what with the models.

@description('Name of the account.')
param accountName string

@description('Object id of the app\'s identity.')
param appPrincipalId string

@description('Object id of the search service\'s identity; empty if it has none.')
param searchPrincipalId string

@description('Object id of who deploys, and ingests documents; empty for nobody.')
param userPrincipalId string

@description('What that is.')
@allowed([
  'User'
  'ServicePrincipal'
])
param userPrincipalType string

@description('Whether the app talks to Voice Live.')
param voiceLive bool

@description('Cognitive Services OpenAI User')
var openAiUser = '5e0bd9bd-7b93-4f28-af87-19fc36ad61bd'

@description('Cognitive Services User')
var cognitiveServicesUser = 'a97b65f3-24c7-4388-baec-2e87135dc908'

resource account 'Microsoft.CognitiveServices/accounts@2026-05-01' existing = {
  name: accountName
}

resource appTalks 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, appPrincipalId, openAiUser)
  scope: account
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', openAiUser)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource appTalksByVoiceLive 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (voiceLive) {
  name: guid(account.id, appPrincipalId, cognitiveServicesUser)
  scope: account
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', cognitiveServicesUser)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource searchEmbeds 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(searchPrincipalId)) {
  name: guid(account.id, searchPrincipalId, openAiUser)
  scope: account
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', openAiUser)
    principalId: searchPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource userEmbeds 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(userPrincipalId)) {
  name: guid(account.id, userPrincipalId, openAiUser)
  scope: account
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', openAiUser)
    principalId: userPrincipalId
    principalType: userPrincipalType
  }
}
