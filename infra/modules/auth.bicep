// The platform's sign-in in front of the app: pages are sent to Entra ID, and only who is signed in gets through.

@description('Name of the app.')
param appName string

@description('Client id of the application in Entra ID.')
param clientId string

@description('Tenant of those who may sign in.')
param tenantId string

@description('Setting whose name tells the platform to sign in as the app\'s identity, so that there is no client secret.')
param clientSecretSettingName string

@description('Paths that take no sign-in.')
param openPaths array

resource app 'Microsoft.App/containerApps@2026-01-01' existing = {
  name: appName
}

resource signIn 'Microsoft.App/containerApps/authConfigs@2026-01-01' = {
  parent: app
  name: 'current'
  properties: {
    platform: {
      enabled: true
    }
    globalValidation: {
      unauthenticatedClientAction: 'RedirectToLoginPage'
      redirectToProvider: 'azureactivedirectory'
      excludedPaths: openPaths
    }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          clientId: clientId
          clientSecretSettingName: clientSecretSettingName
          openIdIssuer: '${environment().authentication.loginEndpoint}${tenantId}/v2.0'
        }
        validation: {
          allowedAudiences: [
            clientId
            'api://${clientId}'
          ]
        }
      }
    }
    login: {
      preserveUrlFragmentsForLogins: true
    }
  }
}
