// Nobody is there to answer: told by the platform, as the app cannot say so itself.

@description('Name of the app.')
param appName string

@description('Tags.')
param tags object

@description('The app.')
param appId string

@description('Who is told; empty for nobody.')
param actionGroupId string

resource none 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: '${appName}-no-replica'
  location: 'global'
  tags: tags
  properties: {
    description: 'No replica of the assistant is there: callers find nobody. Look at the revision in the portal, and at ContainerAppSystemLogs'
    severity: 0
    enabled: true
    scopes: [
      appId
    ]
    evaluationFrequency: 'PT1M'
    windowSize: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'replicas'
          metricNamespace: 'Microsoft.App/containerApps'
          metricName: 'Replicas'
          timeAggregation: 'Maximum'
          operator: 'LessThan'
          threshold: 1
        }
      ]
    }
    actions: empty(actionGroupId) ? [] : [
      {
        actionGroupId: actionGroupId
      }
    ]
  }
}
