# Before anything is made: is what is asked for to be had? As preprovision.sh, for Windows.
$ErrorActionPreference = 'Stop'
# A refusal by `az` is an answer here, and no end.
$PSNativeCommandUseErrorActionPreference = $false

$regions = 'canadacentral', 'centralus', 'eastus2', 'francecentral', 'southindia', 'swedencentral'
$script:problems = 0

function Warn($text) { Write-Host "  ! $text" -ForegroundColor Yellow }
function Fail($text) {
    Write-Host "  x $text" -ForegroundColor Red
    $script:problems += 1
}
function Get-Setting($name, $default = '') {
    $value = [Environment]::GetEnvironmentVariable($name)
    if ([string]::IsNullOrEmpty($value)) { $default } else { $value }
}
# A variable of azd that is chosen once and then stays.
function Keep($name, $value) {
    if (-not (Get-Setting $name)) {
        azd env set $name $value
        if ($LASTEXITCODE -ne 0) { throw "azd did not take $name" }
        Write-Host "  $name is set"
    }
}

Write-Host 'Checking what is asked for'

$location = Get-Setting 'AZURE_LOCATION'
$name = Get-Setting 'AZURE_ENV_NAME'
if (-not $name) { Fail 'there is no environment: run `azd env new NAME`' }
elseif ($name -notmatch '^[a-zA-Z0-9-]+$') { Fail "the environment's name '$name' may have letters, digits and hyphens only: run ``azd env new NAME``" }
if (-not $location) { Fail "there is no region: run ``azd env set AZURE_LOCATION eastus2`` (or one of: $regions)" }
elseif ($location -notin $regions) { Fail "the Realtime models are not offered in '$location': choose one of $regions with ``azd env set AZURE_LOCATION ...``" }

$signIn = Get-Setting 'VOCATIVE_SIGN_IN' 'easy-auth'
if ($signIn -notin 'easy-auth', 'entra', 'api-key', 'none') { Fail "VOCATIVE_SIGN_IN is '$signIn': it can be easy-auth, entra, api-key or none" }
if ($signIn -eq 'none') { Warn 'VOCATIVE_SIGN_IN is none: whoever finds the address will talk at your expense' }
if ($signIn -eq 'api-key' -and -not (Get-Setting 'VOCATIVE_API_KEYS')) {
    Fail 'VOCATIVE_SIGN_IN is api-key, and there is no key: run `azd env set VOCATIVE_API_KEYS KEY`, 16 characters or more'
}
if ($signIn -eq 'entra' -and -not (Get-Setting 'AZURE_AUTH_CLIENT_ID')) {
    Fail 'VOCATIVE_SIGN_IN is entra: run `azd env set AZURE_AUTH_CLIENT_ID ID` with the id of your application in Entra ID'
}
if ((Get-Setting 'AZURE_BUDGET_AMOUNT' '0') -ne '0' -and -not (Get-Setting 'AZURE_CONTACT_EMAIL')) {
    Warn 'AZURE_BUDGET_AMOUNT is set and AZURE_CONTACT_EMAIL is not: there will be no budget, as nobody could be told'
}
foreach ($each in 'AZURE_INTERNAL_ONLY', 'AZURE_ZONE_REDUNDANT') {
    if ((Get-Setting $each 'false') -eq 'true' -and (Get-Setting 'AZURE_USE_PRIVATE_NETWORK' 'false') -ne 'true') {
        Fail "$each takes a network: run ``azd env set AZURE_USE_PRIVATE_NETWORK true``"
    }
}
if ((Get-Setting 'AZURE_SEARCH_SEMANTIC_RANKER' 'free') -eq 'disabled' -and (Get-Setting 'AZURE_SEARCH_SEMANTIC_CONFIGURATION' 'default') -ne '-') {
    Fail 'AZURE_SEARCH_SEMANTIC_RANKER is disabled, so the app must not ask for it: run `azd env set AZURE_SEARCH_SEMANTIC_CONFIGURATION -`'
}

# The models that this deployment will have: known here, not retired, offered in the region, within the quota.
$withAz = $false
if (Get-Command az -ErrorAction SilentlyContinue) {
    az account show --output none 2>$null
    $withAz = $LASTEXITCODE -eq 0
}
if (-not $withAz) { Warn 'the Azure CLI is missing or not signed in: regions and quotas are not looked up (`az login`)' }
$rows = Get-Content infra/models.txt | Where-Object { $_ -and -not $_.StartsWith('#') } | ForEach-Object { , ($_ -split '\s+') }

function Test-Model($model, $version, $capacity) {
    $row = $rows | Where-Object { $_[0] -eq $model -and $_[1] -eq $version } | Select-Object -First 1
    if (-not $row) {
        Fail "the model $model, version $version, is not in infra/models.txt"
        return
    }
    if ($row[2] -ne '-') {
        $day = [datetime]::ParseExact($row[2], 'yyyy-MM-dd', [cultureinfo]::InvariantCulture)
        if ($day -le (Get-Date)) {
            Fail "$model has retired on $($row[2]): choose another in infra/main.bicep and infra/models.txt"
            return
        }
        elseif ($day -le (Get-Date).AddMonths(3)) { Warn "$model retires on $($row[2]): plan its successor" }
    }
    if (-not $withAz -or -not $location) { return }
    $offered = az cognitiveservices model list --location $location --output tsv --query "length([?model.name=='$model' && model.version=='$version'])" 2>$null
    if ($offered -eq '0') {
        Fail "$model, version $version, is not offered in $location to this subscription: choose another region"
        return
    }
    # What is deployed already counts in the quota itself.
    if (Get-Setting 'AZURE_OPENAI_ENDPOINT') { return }
    $usage = az cognitiveservices usage list --location $location --output json --query "[?name.value=='$($row[3])'] | [0]" 2>$null | ConvertFrom-Json
    if (-not $usage) { Warn "the quota of $model is not known in ${location}: it is found out when it is deployed" }
    elseif ($usage.limit - $usage.currentValue -lt $capacity) {
        Fail "${model}: $capacity asked for, and $($usage.limit - $usage.currentValue) of $($usage.limit) left in ${location}: ask for less, free some, or ask Microsoft for more"
    }
}

if (-not (Get-Setting 'AZURE_EXISTING_AI_ACCOUNT')) {
    Test-Model (Get-Setting 'AZURE_REALTIME_MODEL' 'gpt-realtime-2.1') (Get-Setting 'AZURE_REALTIME_VERSION' '2026-07-07') ([int](Get-Setting 'AZURE_REALTIME_CAPACITY' '10'))
    Test-Model (Get-Setting 'AZURE_TRANSCRIPTION_MODEL' 'gpt-realtime-whisper') (Get-Setting 'AZURE_TRANSCRIPTION_VERSION' '2026-05-06') ([int](Get-Setting 'AZURE_TRANSCRIPTION_CAPACITY' '10'))
    Test-Model (Get-Setting 'AZURE_EMBEDDING_MODEL' 'text-embedding-3-large') (Get-Setting 'AZURE_EMBEDDING_VERSION' '1') ([int](Get-Setting 'AZURE_EMBEDDING_CAPACITY' '100'))
    if ($withAz -and -not (Get-Setting 'AZURE_OPENAI_ENDPOINT')) {
        # A deleted account keeps its name for two days.
        $group = Get-Setting 'AZURE_RESOURCE_GROUP_NAME' "rg-$name"
        foreach ($each in (az cognitiveservices account list-deleted --output tsv --query "[?contains(id, 'resourceGroups/$group/')].name" 2>$null)) {
            Fail "the account $each was deleted and still holds its name: ``az cognitiveservices account purge --name $each --resource-group $group --location $location``"
        }
    }
}

if ($script:problems -gt 0) {
    Write-Host "$($script:problems) to be put right; nothing was made." -ForegroundColor Red
    exit 1
}

$bytes = [byte[]]::new(32)
[Security.Cryptography.RandomNumberGenerator]::Fill($bytes)
Keep 'VOCATIVE_SECRET' ([Convert]::ToHexString($bytes).ToLowerInvariant())
Keep 'AZURE_BUDGET_START' (Get-Date -Format 'yyyy-MM-01')
Write-Host 'All is well.'
