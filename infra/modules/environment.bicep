// Where the app runs: the Container Apps environment.

@description('Name of the environment.')
@minLength(2)
@maxLength(60)
param name string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Workspace for the logs of app and platform.')
param workspaceId string

@description('Subnet to run in; empty for none.')
param subnetId string

@description('Whether the app is reached from within the virtual network only.')
param internalOnly bool

@description('Whether replicas are spread over availability zones; takes a subnet.')
param zoneRedundant bool

@description('Whether the ingress runs on machines of its own, so that a long call is never cut when the platform is serviced.')
param premiumIngress bool

@description('Minutes for which a connection may be silent. Sessions are never silent for so long.')
@minValue(4)
@maxValue(30)
param idleMinutes int

@description('Seconds for which the ingress lets connections end.')
@minValue(0)
@maxValue(3600)
param ingressGraceSeconds int

var consumption = {
  name: 'Consumption'
  workloadProfileType: 'Consumption'
}

var ingressMachines = {
  name: 'ingress'
  workloadProfileType: 'D4'
  minimumCount: 2
  maximumCount: 4
}

resource environment 'Microsoft.App/managedEnvironments@2026-01-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    // By diagnostic settings, as the other way takes a key of the workspace.
    appLogsConfiguration: {
      destination: 'azure-monitor'
    }
    vnetConfiguration: empty(subnetId) ? null : {
      infrastructureSubnetId: subnetId
      internal: internalOnly
    }
    zoneRedundant: zoneRedundant && !empty(subnetId)
    workloadProfiles: premiumIngress ? [consumption, ingressMachines] : [consumption]
    ingressConfiguration: premiumIngress ? {
      workloadProfileName: ingressMachines.name
      requestIdleTimeout: idleMinutes
      terminationGracePeriodSeconds: ingressGraceSeconds
    } : null
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'vocative'
  scope: environment
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        categoryGroup: 'allLogs'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

@description('Resource id.')
output id string = environment.id

@description('Domain under which its apps are found.')
output defaultDomain string = environment.properties.defaultDomain

@description('Address of the ingress.')
output staticIp string = environment.properties.staticIp
