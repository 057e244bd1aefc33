// What callers hear of: rules over the metrics that the app sends to Application Insights. docs/dashboards.md lists them.

@description('Name of the app, which the rules are named after.')
param appName string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Application Insights of the app; the rules see nothing else.')
param insightsId string

@description('Who is told; empty for nobody.')
param actionGroupId string

@description('Sessions in 15 minutes that may fail.')
@minValue(0)
param failedSessions int

@description('Milliseconds from the end of what a caller says to the first audio, for 19 of 20 turns.')
@minValue(1)
param latencyMilliseconds int

@description('Callers in 15 minutes who may be refused, shed load included.')
@minValue(0)
param refusedCallers int

@description('Percent of the tool calls that may fail or time out.')
@minValue(0)
@maxValue(100)
param toolErrorPercent int

// A share or a percentile of a few says nothing: such rules wait for ten.
var rules = [
  {
    name: 'sessions-fail'
    title: 'Sessions fail'
    text: 'The model, the connection to it or the app itself gives up in mid-call. The workbook shows the reasons.'
    severity: 1
    query: 'customMetrics | where name == "vocative.sessions" and tostring(customDimensions["outcome"]) == "failed"'
    measure: 'valueSum'
    aggregation: 'Total'
    threshold: failedSessions
  }
  {
    name: 'answers-late'
    title: 'Answers come late'
    text: 'The 95th percentile of the response latency, in milliseconds. The workbook shows which stage takes the time.'
    severity: 2
    query: 'customMetrics | where name == "vocative.turn.response_latency" and valueCount > 0 | summarize Milliseconds = 1000.0 * percentilew(valueSum / valueCount, valueCount, 95), Turns = sum(valueCount) | where Turns >= 10'
    measure: 'Milliseconds'
    aggregation: 'Maximum'
    threshold: latencyMilliseconds
  }
  {
    name: 'callers-refused'
    title: 'Callers are refused'
    text: 'Refused at the door, those included who are shed to keep the calls that run. More replicas, or sessions for each, let more in.'
    severity: 2
    query: 'customMetrics | where name == "vocative.refusals"'
    measure: 'valueSum'
    aggregation: 'Total'
    threshold: refusedCallers
  }
  {
    name: 'tools-fail'
    title: 'Tools fail'
    text: 'Percent of the tool calls that end in an error or a timeout.'
    severity: 2
    query: 'customMetrics | where name == "vocative.tool.calls" | extend Outcome = tostring(customDimensions["outcome"]) | summarize Failed = sumif(valueSum, Outcome in ("error", "timeout")), Calls = sum(valueSum) | where Calls >= 10 | project Percent = 100.0 * Failed / Calls'
    measure: 'Percent'
    aggregation: 'Maximum'
    threshold: toolErrorPercent
  }
  {
    name: 'budget-reached'
    title: 'The budget of the day is reached'
    text: 'Every call is ended, and nobody is let in until the day is over. A budget that one session or one user reaches raises no alert.'
    severity: 1
    query: 'customMetrics | where name == "vocative.budget.reached" and tostring(customDimensions["scope"]) == "day"'
    measure: 'valueSum'
    aggregation: 'Total'
    threshold: 0
  }
]

resource byMetrics 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for rule in rules: {
  name: '${appName}-${rule.name}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: rule.title
    description: rule.text
    severity: rule.severity
    enabled: true
    scopes: [
      insightsId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    skipQueryValidation: true
    autoMitigate: true
    criteria: {
      allOf: [
        {
          query: rule.query
          metricMeasureColumn: rule.measure
          timeAggregation: rule.aggregation
          operator: 'GreaterThan'
          threshold: rule.threshold
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: empty(actionGroupId) ? [] : [actionGroupId]
    }
  }
}]
