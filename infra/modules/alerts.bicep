// What somebody should look at: callers hear these before anybody sees them.

@description('Name of whom to tell.')
param groupName string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Who is told; empty for nobody, and alerts are seen in the portal only.')
param contactEmail string

@description('Workspace with the logs of the app.')
param workspaceId string

@description('Name of the app.')
param appName string

@description('Account with the models.')
param aiAccountId string

@description('Search service.')
param searchServiceId string

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(contactEmail)) {
  name: groupName
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'vocative'
    enabled: true
    emailReceivers: [
      {
        name: 'operator'
        emailAddress: contactEmail
        useCommonAlertSchema: true
      }
    ]
  }
}

var told = empty(contactEmail) ? [] : [people.id]

// By logs: each of these is a sentence about the app that is true when rows come back.
var logAlerts = [
  {
    name: 'replicas-fail'
    title: 'Replicas of the assistant fail or are restarted'
    severity: 1
    query: 'ContainerAppSystemLogs | where ContainerAppName == "${appName}" and Reason in ("BackOff", "ContainerCrashing", "ProbeFailed", "ReplicaUnhealthy")'
    threshold: 5
  }
  {
    name: 'errors-logged'
    title: 'The assistant logs errors'
    severity: 2
    query: 'ContainerAppConsoleLogs | where ContainerAppName == "${appName}" and Log has_any ("ERROR", "CRITICAL", "Traceback")'
    threshold: 10
  }
]

resource byLogs 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for alert in logAlerts: {
  name: '${appName}-${alert.name}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: alert.title
    severity: alert.severity
    enabled: true
    scopes: [
      workspaceId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    // The tables come into being with the first row.
    skipQueryValidation: true
    autoMitigate: true
    criteria: {
      allOf: [
        {
          query: alert.query
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: alert.threshold
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: told
    }
  }
}]

resource throttledModels 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: '${appName}-models-throttled'
  location: 'global'
  tags: tags
  properties: {
    description: 'The models refuse requests: raise the capacity of the deployments, or ask for quota'
    severity: 2
    enabled: true
    scopes: [
      aiAccountId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'refused'
          metricNamespace: 'Microsoft.CognitiveServices/accounts'
          metricName: 'AzureOpenAIRequests'
          dimensions: [
            {
              name: 'StatusCode'
              operator: 'Include'
              values: [
                '429'
              ]
            }
          ]
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 5
          skipMetricValidation: true
        }
      ]
    }
    actions: [for id in told: {
      actionGroupId: id
    }]
  }
}

resource throttledSearch 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: '${appName}-search-throttled'
  location: 'global'
  tags: tags
  properties: {
    description: 'The search service refuses questions: add a replica'
    severity: 2
    enabled: true
    scopes: [
      searchServiceId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'refused'
          metricNamespace: 'Microsoft.Search/searchServices'
          metricName: 'ThrottledSearchQueriesPercentage'
          timeAggregation: 'Average'
          operator: 'GreaterThan'
          threshold: 1
        }
      ]
    }
    actions: [for id in told: {
      actionGroupId: id
    }]
  }
}
