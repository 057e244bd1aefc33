# After what the app stands on was made: .env for this machine, the application for the sign-in, and the documents.
# As postprovision.sh, for Windows.
$ErrorActionPreference = 'Stop'
# A refusal by `az` is an answer here, and no end.
$PSNativeCommandUseErrorActionPreference = $false

# Written to .env:
$written = @('VOCATIVE_MODEL', 'AZURE_OPENAI_ENDPOINT', 'AZURE_OPENAI_REALTIME_DEPLOYMENT', 'AZURE_OPENAI_TRANSCRIPTION_DEPLOYMENT',
    'AZURE_OPENAI_EMBEDDING_DEPLOYMENT', 'AZURE_OPENAI_EMBEDDING_MODEL', 'AZURE_VOICELIVE_ENDPOINT', 'AZURE_VOICELIVE_MODEL', 'AZURE_SEARCH_ENDPOINT', 'AZURE_SEARCH_INDEX',
    'AZURE_STORAGE_CONNECTION', 'AZURE_STORAGE_CONTAINER')

$begin = '# azd: begin (written anew by infra/hooks; your own lines go outside)'
$end = '# azd: end'

function Fail($text) {
    Write-Host "x $text" -ForegroundColor Red
    exit 1
}
function Get-Setting($name, $default = '') {
    $value = [Environment]::GetEnvironmentVariable($name)
    if ([string]::IsNullOrEmpty($value)) { $default } else { $value }
}

function Write-Settings {
    $lines = [Collections.Generic.List[string]]::new()
    $skip = $false
    if (Test-Path .env) {
        foreach ($line in Get-Content .env) {
            if ($line -eq $begin) { $skip = $true }
            if (-not $skip) { $lines.Add($line) }
            if ($line -eq $end) { $skip = $false }
        }
    }
    $lines.Add($begin)
    foreach ($variable in $written) {
        $value = Get-Setting $variable
        if ($value) { $lines.Add("$variable=$value") }
    }
    $lines.Add($end)
    [IO.File]::WriteAllLines((Join-Path (Get-Location) '.env'), $lines)
    Write-Host 'Wrote .env: `vocative run` on this machine now uses the models and the index on Azure.'
}

# The application that people sign in to. It trusts the app's identity, so that there is no client secret to keep.
function Register-SignIn {
    if ((Get-Setting 'VOCATIVE_SIGN_IN' 'easy-auth') -ne 'easy-auth') { return }
    if (-not (Get-Command az -ErrorAction SilentlyContinue)) {
        Fail 'the Azure CLI is needed to register the sign-in: install it and run `az login`, or choose another with `azd env set VOCATIVE_SIGN_IN api-key`'
    }
    $callback = "$(Get-Setting 'VOCATIVE_APP_URL')/.auth/login/aad/callback"
    $id = Get-Setting 'AZURE_AUTH_CLIENT_ID'
    if (-not $id) {
        $id = az ad app create --display-name "Vocative ($(Get-Setting 'AZURE_ENV_NAME'))" --sign-in-audience AzureADMyOrg --web-redirect-uris $callback --enable-id-token-issuance true --query appId --output tsv
        if ($LASTEXITCODE -ne 0) {
            Fail "you may not register applications: have an administrator make one with the redirect address $callback, then ``azd env set AZURE_AUTH_CLIENT_ID ID``; or choose another sign-in with ``azd env set VOCATIVE_SIGN_IN api-key``"
        }
        azd env set AZURE_AUTH_CLIENT_ID $id
        Write-Host "Registered the application $id for the sign-in."
        az ad sp create --id $id --output none 2>$null
    }
    $trusted = az ad app federated-credential list --id $id --query "length([?name=='vocative'])" --output tsv 2>$null
    if ($LASTEXITCODE -ne 0) { Fail "the application $id cannot be read: have its owner run this hook (``azd hooks run postprovision``)" }
    if ($trusted -eq '0') {
        $file = New-TemporaryFile
        @{
            name      = 'vocative'
            issuer    = "https://login.microsoftonline.com/$(Get-Setting 'AZURE_TENANT_ID')/v2.0"
            subject   = Get-Setting 'VOCATIVE_IDENTITY_PRINCIPAL_ID'
            audiences = @('api://AzureADTokenExchange')
        } | ConvertTo-Json | Set-Content $file
        az ad app federated-credential create --id $id --output none --parameters "@$file"
        $code = $LASTEXITCODE
        Remove-Item $file
        if ($code -ne 0) { Fail "the application $id cannot be made to trust the app's identity: have its owner run this hook (``azd hooks run postprovision``)" }
        Write-Host "The application trusts the app's identity: no client secret."
    }
}

# A role that was just given is not known everywhere at once: try again for some minutes.
function Invoke-Persistently([scriptblock]$command) {
    $attempts = [int](Get-Setting 'INGEST_ATTEMPTS' '6')
    $pause = [int](Get-Setting 'INGEST_PAUSE' '45')
    for ($attempt = 1; ; $attempt++) {
        & $command
        if ($LASTEXITCODE -eq 0) { return }
        if ($attempt -ge $attempts) { Fail 'the documents were not ingested; run `azd hooks run postprovision` to go on where it stopped' }
        Write-Host "Trying again in $pause seconds, as roles take some minutes to have effect ($attempt)."
        Start-Sleep -Seconds $pause
    }
}

function Add-Documents {
    $how = Get-Setting 'VOCATIVE_INGEST' 'push'
    if ($how -eq 'none') { return }
    if ((Get-Setting 'VOCATIVE_PRIVATE_NETWORK' 'false') -eq 'true' -and (Get-Setting 'VOCATIVE_WITHIN_NETWORK' 'false') -ne 'true') {
        Write-Host 'The index is in a private network, so no documents were ingested. On a machine within it: `azd env set VOCATIVE_WITHIN_NETWORK true` and `azd hooks run postprovision`.'
        return
    }
    $documents = Get-Setting 'VOCATIVE_DOCUMENTS'
    if (-not $documents) { $documents = if (Test-Path documents) { 'documents' } else { 'agent/samples/documents' } }
    if (-not (Test-Path $documents)) { Fail "there are no documents at '$documents': run ``azd env set VOCATIVE_DOCUMENTS FOLDER`` and then ``azd hooks run postprovision``" }
    $vocative = if (Test-Path .venv/Scripts/vocative.exe) { '.venv/Scripts/vocative.exe' } else { (Get-Command vocative -ErrorAction SilentlyContinue).Source }
    if (-not $vocative) { Fail 'vocative is not installed on this machine, so no documents were ingested: run `make setup` and then `azd hooks run postprovision`' }
    switch ($how) {
        'push' {
            Write-Host "Ingesting $documents into the index $(Get-Setting 'AZURE_SEARCH_INDEX')"
            Invoke-Persistently { & $vocative ingest $documents --to azure }
        }
        'indexer' {
            Write-Host "Uploading $documents to the container $(Get-Setting 'AZURE_STORAGE_CONTAINER')"
            Invoke-Persistently { az storage blob upload-batch --auth-mode login --account-name (Get-Setting 'AZURE_STORAGE_ACCOUNT') --destination (Get-Setting 'AZURE_STORAGE_CONTAINER') --source $documents --overwrite --output none }
            Invoke-Persistently { & $vocative ingest --to azure --indexer --soft-delete }
        }
        default { Fail "VOCATIVE_INGEST is '$how': it can be push, indexer or none" }
    }
}

Write-Settings
Register-SignIn
Add-Documents
Write-Host "The assistant will be at $(Get-Setting 'VOCATIVE_APP_URL') when ``azd deploy`` is done."
