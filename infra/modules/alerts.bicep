// What somebody should look at in what the app stands on. What callers hear of it is in call-alerts.bicep.

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

@description('Requests in 15 minutes that the models may refuse for want of capacity (429).')
@minValue(0)
param throttledRequests int

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
    // A replica that drains is not ready, and that is as it should be.
    query: 'ContainerAppSystemLogs | where ContainerAppName == "${appName}" and Reason in ("BackOff", "ContainerCrashing", "ProbeFailed", "ReplicaUnhealthy") and not(Reason == "ProbeFailed" and Log has "readiness")'
    threshold: 5
    window: 'PT15M'
  }
  {
    name: 'replica-not-ready'
    title: 'A replica of the assistant is not ready, for longer than any drain lasts'
    severity: 2
    query: 'ContainerAppSystemLogs | where ContainerAppName == "${appName}" and Reason == "ProbeFailed" and Log has "readiness" | summarize Spans = dcount(bin(TimeGenerated, 5m)) by ReplicaName | where Spans >= 4'
    threshold: 0
    window: 'PT30M'
  }
  {
    // A line of JSON tells its level, and may speak of an error that is none of ours; any other line is searched for words.
    name: 'errors-logged'
    title: 'The assistant logs errors'
    severity: 2
    query: 'ContainerAppConsoleLogs | where ContainerAppName == "${appName}" | extend Level = tostring(parse_json(Log)["level"]) | where Level in ("error", "critical") or (Level == "" and Log has_any ("ERROR", "CRITICAL", "Traceback"))'
    threshold: 10
    window: 'PT15M'
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
    windowSize: alert.window
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
          threshold: throttledRequests
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

@description('Who is told, for further rules; empty for nobody.')
output groupId string = empty(contactEmail) ? '' : people.id
