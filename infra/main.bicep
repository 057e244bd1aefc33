// All that the assistant stands on. The app itself comes after its image: infra/vocative.bicep, by `azd deploy`.
targetScope = 'subscription'

@description('Name of the environment: names and tags are made of it.')
@minLength(1)
@maxLength(48)
param environmentName string

@description('Region of everything; one of those where the Realtime models are offered.')
@allowed([
  'canadacentral'
  'centralus'
  'eastus2'
  'francecentral'
  'southindia'
  'swedencentral'
])
param location string

@description('Resource group; empty for one named after the environment.')
@maxLength(90)
param resourceGroupName string = ''

@description('Tags of everything, beside that of azd.')
param tags object = {}

@description('Object id of who deploys, and ingests documents; azd knows it. Empty: nobody gets these roles.')
param principalId string = ''

@description('What deploys: User, or ServicePrincipal in a pipeline.')
@allowed([
  'User'
  'ServicePrincipal'
])
param principalType string = 'User'

@description('Which service answers: azure-openai, or voice-live.')
@allowed([
  'azure-openai'
  'voice-live'
])
param modelService string = 'azure-openai'

@description('Realtime model.')
@allowed([
  'gpt-realtime-2.1'
  'gpt-realtime-2.1-mini'
])
param realtimeModel string = 'gpt-realtime-2.1'

@description('Its version.')
@allowed([
  '2026-07-07'
])
param realtimeVersion string = '2026-07-07'

@description('Its capacity, in the units of the quota.')
@minValue(1)
param realtimeCapacity int = 10

@description('Name of its deployment; empty for the name of the model. With an account that is there: which one to use.')
@maxLength(64)
param realtimeDeployment string = ''

@description('Model that writes down what the user says.')
@allowed([
  'gpt-realtime-whisper'
])
param transcriptionModel string = 'gpt-realtime-whisper'

@description('Its version.')
@allowed([
  '2026-05-06'
])
param transcriptionVersion string = '2026-05-06'

@description('Its capacity, in the units of the quota.')
@minValue(1)
param transcriptionCapacity int = 10

@description('Name of its deployment; empty for the name of the model. With an account that is there: which one to use.')
@maxLength(64)
param transcriptionDeployment string = ''

@description('Model that embeds passages and questions.')
@allowed([
  'text-embedding-3-large'
])
param embeddingModel string = 'text-embedding-3-large'

@description('Its version.')
@allowed([
  '1'
])
param embeddingVersion string = '1'

@description('Its capacity, in thousands of tokens a minute. Ingesting takes most of it.')
@minValue(1)
param embeddingCapacity int = 100

@description('Name of its deployment; empty for the name of the model. With an account that is there: which one to use.')
@maxLength(64)
param embeddingDeployment string = ''

@description('Size of AI Search.')
@allowed([
  'basic'
  'standard'
  'standard2'
  'standard3'
])
param searchSku string = 'basic'

@description('Semantic ranker of AI Search: free has a monthly limit, standard is paid by use.')
@allowed([
  'disabled'
  'free'
  'standard'
])
param semanticRanker string = 'free'

@description('Copies of the index. Two for the promise that it can be read at any time.')
@minValue(1)
@maxValue(12)
param searchReplicas int = 1

@description('Index of the documents.')
@minLength(2)
@maxLength(128)
param searchIndex string = 'documents'

@description('Container of blobs for an indexer.')
@minLength(3)
@maxLength(63)
param storageContainer string = 'documents'

@description('Days for which deleted documents can be had back.')
@minValue(1)
@maxValue(365)
param deletedDays int = 14

@description('Size of the container registry.')
@allowed([
  'Basic'
  'Standard'
  'Premium'
])
param registrySku string = 'Basic'

@description('Days for which logs are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Most gigabytes of logs in a day; -1 for no limit.')
@minValue(-1)
param logDailyQuotaGb int = 5

@description('An AI Services account that is there already; its deployments are used, and none are made.')
param existingAiAccountName string = ''

@description('Its resource group, if another.')
param existingAiResourceGroup string = ''

@description('A search service that is there already.')
param existingSearchName string = ''

@description('Its resource group, if another.')
param existingSearchResourceGroup string = ''

@description('A container registry that is there already.')
param existingRegistryName string = ''

@description('Its resource group, if another.')
param existingRegistryResourceGroup string = ''

@description('A storage account that is there already, with the container.')
param existingStorageName string = ''

@description('Its resource group, if another.')
param existingStorageResourceGroup string = ''

@description('Resource id of a Log Analytics workspace that is there already.')
param existingWorkspaceId string = ''

@description('Whether models, index and blobs are reached through a private network only. Documents are then ingested from within it.')
param usePrivateNetwork bool = false

@description('Addresses of that network, a /22 or larger.')
param addressPrefix string = '10.42.0.0/22'

@description('Whether the app too is reached from within that network only.')
param internalOnly bool = false

@description('Whether replicas are spread over availability zones; takes the private network.')
param zoneRedundant bool = false

@description('Whether the ingress gets machines of its own: two more are paid for, and silent or long calls outlive what the platform does.')
param premiumIngress bool = false

@description('With such an ingress: minutes for which a connection may be silent.')
@minValue(4)
@maxValue(30)
param ingressIdleMinutes int = 30

@description('With such an ingress: seconds for which it lets calls end.')
@minValue(0)
@maxValue(3600)
param ingressGraceSeconds int = 3600

@description('Who is told of alerts and of the budget; empty for nobody.')
param contactEmail string = ''

@description('Alert: sessions in 15 minutes that may fail.')
@minValue(0)
param alertFailedSessions int = 5

@description('Alert: milliseconds from the end of what a caller says to the first audio, for 19 of 20 turns.')
@minValue(1)
param alertLatencyMilliseconds int = 3000

@description('Alert: callers in 15 minutes who may be refused, shed load included.')
@minValue(0)
param alertRefusedCallers int = 20

@description('Alert: percent of the tool calls that may fail or time out.')
@minValue(0)
@maxValue(100)
param alertToolErrorPercent int = 20

@description('Alert: requests in 15 minutes that the models may refuse for want of capacity.')
@minValue(0)
param alertThrottledRequests int = 5

@description('Money in a month beyond which contactEmail is told; 0 for no budget.')
@minValue(0)
param budgetAmount int = 0

@description('First day of the month from which the budget counts; kept by azd, as it cannot be changed.')
param budgetStart string = utcNow('yyyy-MM-01')

var token = toLower(uniqueString(subscription().id, environmentName, location))
var allTags = union(tags, { 'azd-env-name': environmentName })
var groupName = empty(resourceGroupName) ? 'rg-${environmentName}' : resourceGroupName
var appName = 'ca-${token}'

var hasAi = !empty(existingAiAccountName)
var hasSearch = !empty(existingSearchName)
var hasRegistry = !empty(existingRegistryName)
var hasStorage = !empty(existingStorageName)

var aiGroup = hasAi && !empty(existingAiResourceGroup) ? existingAiResourceGroup : groupName
var searchGroup = hasSearch && !empty(existingSearchResourceGroup) ? existingSearchResourceGroup : groupName
var registryGroup = hasRegistry && !empty(existingRegistryResourceGroup) ? existingRegistryResourceGroup : groupName
var storageGroup = hasStorage && !empty(existingStorageResourceGroup) ? existingStorageResourceGroup : groupName

var realtimeName = empty(realtimeDeployment) ? realtimeModel : realtimeDeployment
var transcriptionName = empty(transcriptionDeployment) ? transcriptionModel : transcriptionDeployment
var embeddingName = empty(embeddingDeployment) ? embeddingModel : embeddingDeployment

var deployments = [
  {
    name: realtimeName
    model: realtimeModel
    version: realtimeVersion
    sku: 'GlobalStandard'
    capacity: realtimeCapacity
  }
  {
    name: transcriptionName
    model: transcriptionModel
    version: transcriptionVersion
    sku: 'GlobalStandard'
    capacity: transcriptionCapacity
  }
  {
    name: embeddingName
    model: embeddingModel
    version: embeddingVersion
    sku: 'GlobalStandard'
    capacity: embeddingCapacity
  }
]

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: groupName
  location: location
  tags: allTags
}

module identity 'modules/identity.bicep' = {
  name: 'identity'
  scope: group
  params: {
    name: 'id-${token}'
    location: location
    tags: allTags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    workspaceName: 'log-${token}'
    insightsName: 'appi-${token}'
    location: location
    tags: allTags
    existingWorkspaceId: existingWorkspaceId
    retentionDays: logRetentionDays
    dailyQuotaGb: logDailyQuotaGb
  }
}

module registry 'modules/registry.bicep' = {
  name: 'registry'
  scope: resourceGroup(registryGroup)
  dependsOn: [
    group
  ]
  params: {
    name: hasRegistry ? existingRegistryName : 'cr${token}'
    location: location
    tags: allTags
    exists: hasRegistry
    sku: registrySku
    workspaceId: monitoring.outputs.workspaceId
  }
}

module ai 'modules/ai.bicep' = {
  name: 'ai'
  scope: resourceGroup(aiGroup)
  dependsOn: [
    group
  ]
  params: {
    name: hasAi ? existingAiAccountName : 'ai-${token}'
    location: location
    tags: allTags
    exists: hasAi
    deployments: deployments
    isPrivate: usePrivateNetwork
    workspaceId: monitoring.outputs.workspaceId
  }
}

module search 'modules/search.bicep' = {
  name: 'search'
  scope: resourceGroup(searchGroup)
  dependsOn: [
    group
  ]
  params: {
    name: hasSearch ? existingSearchName : 'srch-${token}'
    location: location
    tags: allTags
    exists: hasSearch
    sku: searchSku
    semanticRanker: semanticRanker
    replicas: searchReplicas
    isPrivate: usePrivateNetwork
    workspaceId: monitoring.outputs.workspaceId
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  scope: resourceGroup(storageGroup)
  dependsOn: [
    group
  ]
  params: {
    name: hasStorage ? existingStorageName : 'st${token}'
    location: location
    tags: allTags
    exists: hasStorage
    containerName: storageContainer
    deletedDays: deletedDays
    isPrivate: usePrivateNetwork
    workspaceId: monitoring.outputs.workspaceId
  }
}

module registryRoles 'modules/roles/registry.bicep' = {
  name: 'registry-roles'
  scope: resourceGroup(registryGroup)
  params: {
    registryName: registry.outputs.name
    appPrincipalId: identity.outputs.principalId
  }
}

module aiRoles 'modules/roles/ai.bicep' = {
  name: 'ai-roles'
  scope: resourceGroup(aiGroup)
  params: {
    accountName: ai.outputs.name
    appPrincipalId: identity.outputs.principalId
    searchPrincipalId: search.outputs.principalId
    userPrincipalId: principalId
    userPrincipalType: principalType
    voiceLive: modelService == 'voice-live'
  }
}

module searchRoles 'modules/roles/search.bicep' = {
  name: 'search-roles'
  scope: resourceGroup(searchGroup)
  params: {
    serviceName: search.outputs.name
    appPrincipalId: identity.outputs.principalId
    userPrincipalId: principalId
    userPrincipalType: principalType
  }
}

module storageRoles 'modules/roles/storage.bicep' = {
  name: 'storage-roles'
  scope: resourceGroup(storageGroup)
  params: {
    accountName: storage.outputs.name
    searchPrincipalId: search.outputs.principalId
    userPrincipalId: principalId
    userPrincipalType: principalType
  }
}

module insightsRoles 'modules/roles/insights.bicep' = {
  name: 'insights-roles'
  scope: group
  params: {
    insightsName: monitoring.outputs.insightsName
    appPrincipalId: identity.outputs.principalId
  }
}

module network 'modules/network.bicep' = if (usePrivateNetwork) {
  name: 'network'
  scope: group
  params: {
    name: 'vnet-${token}'
    location: location
    tags: allTags
    addressPrefix: addressPrefix
  }
}

module aiEndpoint 'modules/private-endpoint.bicep' = if (usePrivateNetwork) {
  name: 'ai-endpoint'
  scope: group
  params: {
    name: 'pe-ai-${token}'
    location: location
    tags: allTags
    networkId: network!.outputs.id
    subnetId: network!.outputs.endpointsSubnetId
    targetId: ai.outputs.id
    groupId: 'account'
    zoneNames: [
      'privatelink.cognitiveservices.azure.com'
      'privatelink.openai.azure.com'
      'privatelink.services.ai.azure.com'
    ]
  }
}

module searchEndpoint 'modules/private-endpoint.bicep' = if (usePrivateNetwork) {
  name: 'search-endpoint'
  scope: group
  params: {
    name: 'pe-search-${token}'
    location: location
    tags: allTags
    networkId: network!.outputs.id
    subnetId: network!.outputs.endpointsSubnetId
    targetId: search.outputs.id
    groupId: 'searchService'
    zoneNames: [
      'privatelink.search.windows.net'
    ]
  }
}

module storageEndpoint 'modules/private-endpoint.bicep' = if (usePrivateNetwork) {
  name: 'storage-endpoint'
  scope: group
  params: {
    name: 'pe-storage-${token}'
    location: location
    tags: allTags
    networkId: network!.outputs.id
    subnetId: network!.outputs.endpointsSubnetId
    targetId: storage.outputs.id
    groupId: 'blob'
    zoneNames: [
      'privatelink.blob.${az.environment().suffixes.storage}'
    ]
  }
}

module environment 'modules/environment.bicep' = {
  name: 'environment'
  scope: group
  params: {
    name: 'cae-${token}'
    location: location
    tags: allTags
    workspaceId: monitoring.outputs.workspaceId
    subnetId: usePrivateNetwork ? network!.outputs.appSubnetId : ''
    internalOnly: internalOnly
    zoneRedundant: zoneRedundant
    premiumIngress: premiumIngress
    idleMinutes: ingressIdleMinutes
    ingressGraceSeconds: ingressGraceSeconds
  }
}

module appDomain 'modules/app-domain.bicep' = if (usePrivateNetwork && internalOnly) {
  name: 'app-domain'
  scope: group
  params: {
    domain: environment.outputs.defaultDomain
    address: environment.outputs.staticIp
    networkId: network!.outputs.id
    tags: allTags
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    groupName: 'ag-${token}'
    location: location
    tags: allTags
    contactEmail: contactEmail
    workspaceId: monitoring.outputs.workspaceId
    appName: appName
    aiAccountId: ai.outputs.id
    searchServiceId: search.outputs.id
    throttledRequests: alertThrottledRequests
  }
}

module callAlerts 'modules/call-alerts.bicep' = {
  name: 'call-alerts'
  scope: group
  params: {
    appName: appName
    location: location
    tags: allTags
    insightsId: monitoring.outputs.insightsId
    actionGroupId: alerts.outputs.groupId
    failedSessions: alertFailedSessions
    latencyMilliseconds: alertLatencyMilliseconds
    refusedCallers: alertRefusedCallers
    toolErrorPercent: alertToolErrorPercent
  }
}

module workbook 'modules/workbook.bicep' = {
  name: 'workbook'
  scope: group
  params: {
    title: 'Vocative (${environmentName})'
    location: location
    tags: allTags
    insightsId: monitoring.outputs.insightsId
  }
}

module budget 'modules/budget.bicep' = if (budgetAmount > 0 && !empty(contactEmail)) {
  name: 'budget'
  scope: group
  params: {
    name: 'budget-${token}'
    amount: max(budgetAmount, 1)
    startDate: budgetStart
    contactEmail: contactEmail
  }
}

// azd keeps these as variables: for the app's template, the hooks and the .env of this machine.
@description('Resource group, in which azd deploys the app.')
output AZURE_RESOURCE_GROUP string = group.name

@description('Registry that azd has the image built in.')
output AZURE_CONTAINER_REGISTRY_ENDPOINT string = registry.outputs.loginServer

@description('Tenant that the app, and those who sign in, belong to.')
output AZURE_TENANT_ID string = tenant().tenantId

@description('Container Apps environment.')
output AZURE_CONTAINER_APPS_ENVIRONMENT_ID string = environment.outputs.id

@description('Name of the app.')
output VOCATIVE_APP_NAME string = appName

@description('Where the app will be.')
output VOCATIVE_APP_URL string = 'https://${appName}.${environment.outputs.defaultDomain}'

@description('Identity that the app runs as.')
output VOCATIVE_IDENTITY_ID string = identity.outputs.id

@description('Its client id.')
output VOCATIVE_IDENTITY_CLIENT_ID string = identity.outputs.clientId

@description('Its object id, which the sign-in trusts in place of a client secret.')
output VOCATIVE_IDENTITY_PRINCIPAL_ID string = identity.outputs.principalId

@description('Where traces go.')
output APPLICATIONINSIGHTS_CONNECTION_STRING string = monitoring.outputs.connectionString

@description('Who is told of alerts; empty for nobody.')
output VOCATIVE_ALERT_GROUP_ID string = alerts.outputs.groupId

@description('Realtime and embedding models.')
output AZURE_OPENAI_ENDPOINT string = ai.outputs.openAiEndpoint

@description('Realtime deployment.')
output AZURE_OPENAI_REALTIME_DEPLOYMENT string = realtimeName

@description('Deployment that writes down what the user says.')
output AZURE_OPENAI_TRANSCRIPTION_DEPLOYMENT string = transcriptionName

@description('Embedding deployment.')
output AZURE_OPENAI_EMBEDDING_DEPLOYMENT string = embeddingName

@description('Model of that deployment.')
output AZURE_OPENAI_EMBEDDING_MODEL string = embeddingModel

@description('Voice Live; empty where it is not the service that answers.')
output AZURE_VOICELIVE_ENDPOINT string = modelService == 'voice-live' ? ai.outputs.voiceLiveEndpoint : ''

@description('Model that Voice Live is to use.')
output AZURE_VOICELIVE_MODEL string = modelService == 'voice-live' ? realtimeModel : ''

@description('Short form of the service that answers.')
output VOCATIVE_MODEL string = modelService == 'voice-live' ? 'voice-live' : 'azure'

@description('Search service.')
output AZURE_SEARCH_ENDPOINT string = search.outputs.endpoint

@description('Index.')
output AZURE_SEARCH_INDEX string = searchIndex

@description('Storage account, as an indexer is told it.')
output AZURE_STORAGE_CONNECTION string = storage.outputs.id

@description('Storage account, as the upload is told it.')
output AZURE_STORAGE_ACCOUNT string = storage.outputs.name

@description('Container of documents.')
output AZURE_STORAGE_CONTAINER string = storageContainer

@description('Whether models, index and blobs are out of this machine\'s reach.')
output VOCATIVE_PRIVATE_NETWORK bool = usePrivateNetwork
