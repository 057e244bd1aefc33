# Before the app is deployed: can people sign in? And the template is to be deployed as a whole. As predeploy.sh, for Windows.
$ErrorActionPreference = 'Stop'

$signIn = if ($env:VOCATIVE_SIGN_IN) { $env:VOCATIVE_SIGN_IN } else { 'easy-auth' }
if ($signIn -eq 'easy-auth' -and -not $env:AZURE_AUTH_CLIENT_ID) {
    Write-Host 'x there is no application to sign in to, so nothing was deployed: run `azd hooks run postprovision`, or choose another sign-in with `azd env set VOCATIVE_SIGN_IN api-key`' -ForegroundColor Red
    exit 1
}

# azd changes only the image while infra/vocative.bicep is as it was, and looks at neither its modules nor its parameters:
# a changed setting would never reach the app. So it is made to forget what it deployed.
azd env set SERVICE_VOCATIVE_TEMPLATE_HASH anew
if ($LASTEXITCODE -ne 0) { throw 'azd did not take SERVICE_VOCATIVE_TEMPLATE_HASH' }
