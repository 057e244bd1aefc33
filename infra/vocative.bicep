// The app, with its image. `azd deploy` runs this when the image is built; `azd provision` has made what is around it.

@description('Name of the app.')
@minLength(2)
@maxLength(32)
param appName string

@description('Region.')
param location string = resourceGroup().location

@description('Container Apps environment.')
@minLength(1)
param environmentId string

@description('Identity that the app runs as.')
@minLength(1)
param identityId string

@description('Its client id.')
@minLength(1)
param identityClientId string

@description('Host of the registry.')
@minLength(1)
param registryServer string

@description('Image, with its tag.')
@minLength(1)
param image string

@description('Your own agent as module:name; empty for the ready-made one. It has to be in the image.')
param agent string = ''

@description('How callers sign in: at the platform (easy-auth), with a token that the app checks (entra), with a key (api-key), or not at all (none: whoever finds the address talks at your expense).')
@allowed([
  'easy-auth'
  'entra'
  'api-key'
  'none'
])
param signIn string = 'easy-auth'

@description('Client id of the application in Entra ID, for easy-auth and entra.')
param authClientId string = ''

@description('Tenant of those who may sign in.')
param authTenantId string = tenant().tenantId

@description('Scopes or roles of which a token must have one, for entra; commas between them.')
param authScopes string = ''

@description('Keys for api-key, of 16 characters or more; commas between them. They may be set beside another way to sign in.')
@secure()
param apiKeys string = ''

@description('Paths that take no sign-in at the platform, such as webhooks of telephony; commas between them.')
param openPaths string = ''

@description('Origins of other pages that may use the assistant; commas between them.')
param allowedOrigins string = ''

@description('What tickets are signed with, alike on every replica.')
@secure()
@minLength(32)
param ticketSecret string

@description('Address of a Redis that you have, with its password, by which callers come back on another replica: rediss://:KEY@HOST:PORT/0. Empty for none.')
@secure()
param sessionsUrl string = ''

@description('What sessions are encrypted with in that Redis; 32 characters or more, or empty for not at all.')
@secure()
param sessionsKey string = ''

@description('US dollars that one session may cost; empty for no limit. These budgets end calls; AZURE_BUDGET_AMOUNT only tells somebody.')
param budgetSession string = ''

@description('US dollars that one user may cost in a day; empty for no limit. Without that Redis, each replica counts by itself.')
param budgetUser string = ''

@description('US dollars that everybody together may cost in a day; empty for no limit.')
param budgetDay string = ''

@description('Form of the log: json, whose fields Log Analytics can ask for, or text.')
@allowed([
  'json'
  'text'
])
param logFormat string = 'json'

@description('Short form of the service that answers: azure, or voice-live.')
@allowed([
  'azure'
  'voice-live'
])
param model string = 'azure'

@description('Realtime and embedding models.')
@minLength(1)
param openAiEndpoint string

@description('Realtime deployment.')
@minLength(1)
param realtimeDeployment string

@description('Deployment that writes down what the user says.')
param transcriptionDeployment string

@description('Embedding deployment.')
param embeddingDeployment string

@description('Model of that deployment.')
param embeddingModel string

@description('Voice Live, if it answers.')
param voiceLiveEndpoint string = ''

@description('Model that Voice Live is to use.')
param voiceLiveModel string = ''

@description('Search service.')
@minLength(1)
param searchEndpoint string

@description('Index.')
@minLength(2)
param searchIndex string

@description('Semantic configuration of the index, by default that of an index that `vocative ingest` made; - for none.')
param semanticConfiguration string = 'default'

@description('Field of the vectors, by default as `vocative ingest` has it; - for none.')
param embeddingField string = 'vector'

@description('Field of the groups that may read a passage, by default as `vocative ingest` has it; - for none.')
param groupsField string = 'groups'

@description('Where traces go; empty for nowhere.')
param connectionString string = ''

@description('An OTLP collector of your own; empty for none.')
param otlpEndpoint string = ''

@description('Action group that is told if no replica is there; empty for nobody.')
param alertGroupId string = ''

@description('Cores of a replica. The container needs memory in gigabytes of twice that number.')
@allowed([
  '0.5'
  '1.0'
  '2.0'
  '4.0'
])
param cpu string = '1.0'

@description('Fewest replicas. With 0, the first caller waits for one to start.')
@minValue(0)
@maxValue(300)
param minReplicas int = 1

@description('Most replicas.')
@minValue(1)
@maxValue(300)
param maxReplicas int = 5

@description('Sessions of a replica beyond which another is started.')
@minValue(1)
param sessionsPerReplica int = 20

@description('Sessions of a replica beyond which callers are refused.')
@minValue(1)
param maxSessionsPerReplica int = 60

@description('Seconds for which running sessions may go on when a replica is to end. It is killed at 600.')
@minValue(0)
@maxValue(590)
param drainSeconds int = 540

var port = 8765
var identitySecret = 'override-use-mi-fic-assertion-client-id'
var memories = {
  '0.5': '1Gi'
  '1.0': '2Gi'
  '2.0': '4Gi'
  '4.0': '8Gi'
}

var arguments = concat(
  [
    'run'
  ],
  // An agent of one's own searches only what it is told to; unless it has a tool for that itself, it is the index.
  empty(agent) ? [] : [
    agent
    '--index'
    'azure'
  ],
  [
    '--host'
    '0.0.0.0'
    '--port'
    string(port)
    '--drain'
    string(drainSeconds)
  ],
  signIn == 'none' ? ['--no-auth'] : []
)

var secrets = union(
  {
    'ticket-secret': ticketSecret
  },
  empty(apiKeys) ? {} : {
    'api-keys': apiKeys
  },
  empty(sessionsUrl) ? {} : {
    'sessions-url': sessionsUrl
  },
  empty(sessionsKey) ? {} : {
    'sessions-key': sessionsKey
  },
  signIn == 'easy-auth' ? {
    '${identitySecret}': identityClientId
  } : {}
)

var modelVariables = [
  {
    name: 'AZURE_CLIENT_ID'
    value: identityClientId
  }
  {
    name: 'VOCATIVE_MODEL'
    value: model
  }
  {
    name: 'AZURE_OPENAI_ENDPOINT'
    value: openAiEndpoint
  }
  {
    name: 'AZURE_OPENAI_REALTIME_DEPLOYMENT'
    value: realtimeDeployment
  }
  {
    name: 'AZURE_OPENAI_TRANSCRIPTION_DEPLOYMENT'
    value: transcriptionDeployment
  }
  {
    name: 'AZURE_OPENAI_EMBEDDING_DEPLOYMENT'
    value: embeddingDeployment
  }
  {
    name: 'AZURE_OPENAI_EMBEDDING_MODEL'
    value: embeddingModel
  }
  {
    name: 'AZURE_VOICELIVE_ENDPOINT'
    value: voiceLiveEndpoint
  }
  {
    name: 'AZURE_VOICELIVE_MODEL'
    value: voiceLiveModel
  }
]

// The app may ask the index, and not read its definition: so it is told the names that it cannot find out.
var searchVariables = [
  {
    name: 'AZURE_SEARCH_ENDPOINT'
    value: searchEndpoint
  }
  {
    name: 'AZURE_SEARCH_INDEX'
    value: searchIndex
  }
  {
    name: 'AZURE_SEARCH_SEMANTIC_CONFIGURATION'
    value: semanticConfiguration
  }
  {
    name: 'AZURE_SEARCH_EMBEDDING_FIELD'
    value: embeddingField
  }
  {
    name: 'AZURE_SEARCH_GROUPS_FIELD'
    value: groupsField
  }
]

var signInVariables = concat(
  [
    {
      name: 'VOCATIVE_SECRET'
      secretRef: 'ticket-secret'
    }
    {
      name: 'VOCATIVE_EASY_AUTH'
      value: signIn == 'easy-auth' ? 'true' : 'false'
    }
    {
      name: 'VOCATIVE_ALLOWED_ORIGINS'
      value: allowedOrigins
    }
    {
      name: 'VOCATIVE_MAX_SESSIONS'
      value: string(maxSessionsPerReplica)
    }
  ],
  empty(apiKeys) ? [] : [
    {
      name: 'VOCATIVE_API_KEYS'
      secretRef: 'api-keys'
    }
  ],
  empty(sessionsUrl) ? [] : [
    {
      name: 'VOCATIVE_SESSIONS_URL'
      secretRef: 'sessions-url'
    }
  ],
  empty(sessionsKey) ? [] : [
    {
      name: 'VOCATIVE_SESSIONS_KEY'
      secretRef: 'sessions-key'
    }
  ],
  signIn == 'entra' ? [
    {
      name: 'VOCATIVE_ENTRA_TENANT'
      value: authTenantId
    }
    {
      name: 'VOCATIVE_ENTRA_AUDIENCE'
      value: '${authClientId},api://${authClientId}'
    }
    {
      name: 'VOCATIVE_ENTRA_SCOPES'
      value: authScopes
    }
    {
      name: 'VOCATIVE_ENTRA_AUTHORITY'
      value: environment().authentication.loginEndpoint
    }
  ] : []
)

// An empty one counts as not set.
var budgetVariables = [
  {
    name: 'VOCATIVE_BUDGET_SESSION'
    value: budgetSession
  }
  {
    name: 'VOCATIVE_BUDGET_USER'
    value: budgetUser
  }
  {
    name: 'VOCATIVE_BUDGET_DAY'
    value: budgetDay
  }
]

var tracingVariables = [
  {
    name: 'VOCATIVE_LOG_FORMAT'
    value: logFormat
  }
  {
    name: 'APPLICATIONINSIGHTS_CONNECTION_STRING'
    value: connectionString
  }
  {
    name: 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING'
    value: 'Authorization=AAD;ClientId=${identityClientId}'
  }
  {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT'
    value: otlpEndpoint
  }
  {
    name: 'OTEL_SERVICE_NAME'
    value: 'vocative'
  }
]

module app 'modules/app.bicep' = {
  name: 'app'
  params: {
    name: appName
    location: location
    tags: resourceGroup().tags
    environmentId: environmentId
    identityId: identityId
    registryServer: registryServer
    image: image
    arguments: arguments
    port: port
    variables: concat(modelVariables, searchVariables, signInVariables, budgetVariables, tracingVariables)
    secrets: secrets
    cpu: cpu
    memory: memories[cpu]
    minReplicas: minReplicas
    maxReplicas: maxReplicas
    sessionsPerReplica: sessionsPerReplica
    graceSeconds: 600
  }
}

module auth 'modules/auth.bicep' = if (signIn == 'easy-auth') {
  name: 'auth'
  params: {
    appName: app.outputs.name
    clientId: authClientId
    tenantId: authTenantId
    clientSecretSettingName: identitySecret
    openPaths: concat(['/healthz'], empty(openPaths) ? [] : split(openPaths, ','))
  }
}

// Where none has to be there while nobody calls, none is no alarm.
module replicaAlert 'modules/replica-alert.bicep' = if (minReplicas > 0) {
  name: 'replica-alert'
  params: {
    appName: app.outputs.name
    tags: resourceGroup().tags
    appId: app.outputs.id
    actionGroupId: alertGroupId
  }
}

@description('Address of the assistant.')
output VOCATIVE_APP_URL string = app.outputs.url
