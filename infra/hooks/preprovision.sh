#!/bin/sh
# Before anything is made: is what is asked for to be had? azd runs this from the repository's root, with its variables.
# It may be run again at any time; it changes nothing but azd's own variables.
set -eu

REGIONS="canadacentral centralus eastus2 francecentral southindia swedencentral"
problems=0

say() { printf '%s\n' "$*"; }
warn() { say "  ! $*" >&2; }
fail() {
  say "  x $*" >&2
  problems=$((problems + 1))
}

# keep NAME VALUE: a variable of azd that is chosen once and then stays.
keep() {
  eval "present=\${$1:-}"
  if [ -z "$present" ]; then
    azd env set "$1" "$2"
    say "  $1 is set"
  fi
}

# one of WORD in LIST
listed() {
  for each in $2; do
    [ "$1" = "$each" ] && return 0
  done
  return 1
}

say "Checking what is asked for"

location=${AZURE_LOCATION:-}
name=${AZURE_ENV_NAME:-}
case $name in
  "") fail "there is no environment: run \`azd env new NAME\`" ;;
  *[!a-zA-Z0-9-]*) fail "the environment's name '$name' may have letters, digits and hyphens only: run \`azd env new NAME\`" ;;
esac
if [ -z "$location" ]; then
  fail "there is no region: run \`azd env set AZURE_LOCATION eastus2\` (or one of: $REGIONS)"
elif ! listed "$location" "$REGIONS"; then
  fail "the Realtime models are not offered in '$location': choose one of $REGIONS with \`azd env set AZURE_LOCATION ...\`"
fi

sign_in=${VOCATIVE_SIGN_IN:-easy-auth}
if ! listed "$sign_in" "easy-auth entra api-key none"; then
  fail "VOCATIVE_SIGN_IN is '$sign_in': it can be easy-auth, entra, api-key or none"
fi
[ "$sign_in" = "none" ] && warn "VOCATIVE_SIGN_IN is none: whoever finds the address will talk at your expense"
if [ "$sign_in" = "api-key" ] && [ -z "${VOCATIVE_API_KEYS:-}" ]; then
  fail "VOCATIVE_SIGN_IN is api-key, and there is no key: run \`azd env set VOCATIVE_API_KEYS KEY\`, 16 characters or more"
fi
if [ "$sign_in" = "entra" ] && [ -z "${AZURE_AUTH_CLIENT_ID:-}" ]; then
  fail "VOCATIVE_SIGN_IN is entra: run \`azd env set AZURE_AUTH_CLIENT_ID ID\` with the id of your application in Entra ID"
fi
if [ "${AZURE_BUDGET_AMOUNT:-0}" != "0" ] && [ -z "${AZURE_CONTACT_EMAIL:-}" ]; then
  warn "AZURE_BUDGET_AMOUNT is set and AZURE_CONTACT_EMAIL is not: there will be no budget, as nobody could be told"
fi
if [ "${AZURE_INTERNAL_ONLY:-false}" = "true" ] && [ "${AZURE_USE_PRIVATE_NETWORK:-false}" != "true" ]; then
  fail "AZURE_INTERNAL_ONLY takes a network: run \`azd env set AZURE_USE_PRIVATE_NETWORK true\`"
fi
if [ "${AZURE_ZONE_REDUNDANT:-false}" = "true" ] && [ "${AZURE_USE_PRIVATE_NETWORK:-false}" != "true" ]; then
  fail "AZURE_ZONE_REDUNDANT takes a network: run \`azd env set AZURE_USE_PRIVATE_NETWORK true\`"
fi

if [ "${AZURE_SEARCH_SEMANTIC_RANKER:-free}" = "disabled" ] && [ "${AZURE_SEARCH_SEMANTIC_CONFIGURATION:-default}" != "-" ]; then
  fail "AZURE_SEARCH_SEMANTIC_RANKER is disabled, so the app must not ask for it: run \`azd env set AZURE_SEARCH_SEMANTIC_CONFIGURATION -\`"
fi

# The models that this deployment will have: known here, not retired, offered in the region, within the quota.
today=$(date +%Y%m%d)
soon=$((today + 300)) # in three months, as dates are written; over the end of a year if need be
[ $((soon / 100 % 100)) -le 12 ] || soon=$((soon + 8800))
with_az=false
if command -v az >/dev/null 2>&1 && az account show --output none 2>/dev/null; then
  with_az=true
else
  warn "the Azure CLI is missing or not signed in: regions and quotas are not looked up (\`az login\`)"
fi

check_model() {
  model=$1 version=$2 capacity=$3
  row=$(awk -v m="$model" -v v="$version" '$1 == m && $2 == v' infra/models.txt)
  if [ -z "$row" ]; then
    fail "the model $model, version $version, is not in infra/models.txt: choose one of $(awk '!/^#/ {printf "%s (%s) ", $1, $2}' infra/models.txt)"
    return
  fi
  retires=$(printf '%s' "$row" | awk '{print $3}')
  quota=$(printf '%s' "$row" | awk '{print $4}')
  if [ "$retires" != "-" ]; then
    day=$(printf '%s' "$retires" | tr -d -)
    if [ "$day" -le "$today" ]; then
      fail "$model has retired on $retires: choose another in infra/main.bicep and infra/models.txt"
      return
    elif [ "$day" -le "$soon" ]; then
      warn "$model retires on $retires: plan its successor"
    fi
  fi
  [ "$with_az" = true ] || return 0
  [ -n "$location" ] || return 0
  offered=$(az cognitiveservices model list --location "$location" --output tsv \
    --query "length([?model.name=='$model' && model.version=='$version'])" 2>/dev/null) || offered=""
  if [ "$offered" = "0" ]; then
    fail "$model, version $version, is not offered in $location to this subscription: choose another region"
    return
  fi
  # What is deployed already counts in the quota itself.
  [ -z "${AZURE_OPENAI_ENDPOINT:-}" ] || return 0
  left=$(az cognitiveservices usage list --location "$location" --output tsv \
    --query "[?name.value=='$quota'].[limit, currentValue] | [0]" 2>/dev/null | tr '\n' ' ') || left=""
  limit=$(printf '%s' "$left" | awk '{print int($1)}')
  current=$(printf '%s' "$left" | awk '{print int($2)}')
  if [ -z "$left" ] || [ "$left" = "None " ]; then
    warn "the quota of $model is not known in $location: it is found out when it is deployed"
  elif [ $((limit - current)) -lt "$capacity" ]; then
    fail "$model: $capacity asked for, and $((limit - current)) of $limit left in $location: ask for less, free some, or ask Microsoft for more"
  fi
}

if [ -z "${AZURE_EXISTING_AI_ACCOUNT:-}" ]; then
  check_model "${AZURE_REALTIME_MODEL:-gpt-realtime-2.1}" "${AZURE_REALTIME_VERSION:-2026-07-07}" "${AZURE_REALTIME_CAPACITY:-10}"
  check_model "${AZURE_TRANSCRIPTION_MODEL:-gpt-realtime-whisper}" "${AZURE_TRANSCRIPTION_VERSION:-2026-05-06}" "${AZURE_TRANSCRIPTION_CAPACITY:-10}"
  check_model "${AZURE_EMBEDDING_MODEL:-text-embedding-3-large}" "${AZURE_EMBEDDING_VERSION:-1}" "${AZURE_EMBEDDING_CAPACITY:-100}"
  if [ "$with_az" = true ] && [ -z "${AZURE_OPENAI_ENDPOINT:-}" ]; then
    # A deleted account keeps its name for two days.
    group=${AZURE_RESOURCE_GROUP_NAME:-rg-$name}
    deleted=$(az cognitiveservices account list-deleted --output tsv \
      --query "[?contains(id, 'resourceGroups/$group/')].name" 2>/dev/null) || deleted=""
    for each in $deleted; do
      fail "the account $each was deleted and still holds its name: \`az cognitiveservices account purge --name $each --resource-group $group --location $location\`"
    done
  fi
fi

if [ "$problems" -gt 0 ]; then
  say "$problems to be put right; nothing was made." >&2
  exit 1
fi

if [ -z "${VOCATIVE_SECRET:-}" ]; then
  keep VOCATIVE_SECRET "$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')"
fi
keep AZURE_BUDGET_START "$(date +%Y-%m-01)"
say "All is well."
