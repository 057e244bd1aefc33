// The dashboard: calls, latency, tools, tokens and money, over Application Insights. docs/dashboards.md tells of it.

@description('Title, as it is found in the portal.')
param title string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Application Insights that it is over, and in whose list it stands.')
param insightsId string

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  // The name has to be a GUID; the same one each time, so that a deployment puts it in place of the last.
  name: guid(insightsId, 'vocative-workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: title
    description: 'Calls, latency, tools, tokens and money of the assistant'
    category: 'workbook'
    sourceId: insightsId
    version: 'Notebook/1.0'
    serializedData: loadTextContent('../dashboards/vocative-workbook.json')
  }
}
