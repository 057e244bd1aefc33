// The assistant itself. Its connections are calls: nothing here may cut one that runs.

@description('Name of the app.')
@minLength(2)
@maxLength(32)
param name string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Container Apps environment.')
param environmentId string

@description('Identity that the app runs as.')
param identityId string

@description('Host of the registry.')
param registryServer string

@description('Image, with its tag.')
param image string

@description('Arguments of `vocative`.')
param arguments array

@description('Port that is listened on.')
param port int

@description('Environment variables, each with name and value or secretRef.')
param variables array

@description('Secrets by name.')
@secure()
param secrets object

@description('Cores of a replica, such as 1.0.')
param cpu string

@description('Memory of a replica, such as 2Gi.')
param memory string

@description('Fewest replicas. With none, the first caller waits for one to start.')
@minValue(0)
param minReplicas int

@description('Most replicas.')
@minValue(1)
param maxReplicas int

@description('Sessions of a replica beyond which another is started.')
@minValue(1)
param sessionsPerReplica int

@description('Seconds from SIGTERM until what still runs is killed; more than the drain.')
@minValue(30)
@maxValue(600)
param graceSeconds int

resource app 'Microsoft.App/containerApps@2026-01-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'vocative' })
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    environmentId: environmentId
    workloadProfileName: 'Consumption'
    configuration: {
      // Traffic goes over when the new revision is ready; the old one is then told to end, and drains.
      activeRevisionsMode: 'Single'
      ingress: {
        external: true
        targetPort: port
        transport: 'auto'
        allowInsecure: false
        // Who comes back after a break finds the session where it was left.
        stickySessions: {
          affinity: 'sticky'
        }
      }
      registries: [
        {
          server: registryServer
          identity: identityId
        }
      ]
      secrets: [for secret in items(secrets): {
        name: secret.key
        value: secret.value
      }]
    }
    template: {
      terminationGracePeriodSeconds: graceSeconds
      containers: [
        {
          name: 'vocative'
          image: image
          command: [
            'vocative'
          ]
          args: arguments
          env: variables
          resources: {
            cpu: json(cpu)
            memory: memory
          }
          probes: [
            {
              type: 'Startup'
              httpGet: {
                path: '/healthz'
                port: port
              }
              periodSeconds: 3
              failureThreshold: 40
            }
            {
              // What is not ready gets no new callers; those that it has keep talking.
              type: 'Readiness'
              httpGet: {
                path: '/readyz'
                port: port
              }
              periodSeconds: 5
              timeoutSeconds: 5
              failureThreshold: 3
            }
            {
              type: 'Liveness'
              httpGet: {
                path: '/healthz'
                port: port
              }
              periodSeconds: 10
              timeoutSeconds: 5
              failureThreshold: 6
            }
          ]
        }
      ]
      scale: {
        minReplicas: minReplicas
        maxReplicas: maxReplicas
        // Fewer replicas cut nobody off either: the ones that go are drained. But slowly, as calls last.
        cooldownPeriod: 600
        rules: [
          {
            name: 'sessions'
            http: {
              metadata: {
                concurrentRequests: string(sessionsPerReplica)
              }
            }
          }
        ]
      }
    }
  }
}

@description('Name, once it is there.')
output name string = app.name

@description('Resource id.')
output id string = app.id

@description('Address.')
output url string = 'https://${app.properties.configuration.ingress.fqdn}'
