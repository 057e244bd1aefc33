#!/bin/sh
# After what the app stands on was made: .env for this machine, the application for the sign-in, and the documents.
# azd runs this from the repository's root, with its variables. It may be run again at any time, and goes on where it was.
set -eu

# Written to .env:
WRITTEN="VOCATIVE_MODEL AZURE_OPENAI_ENDPOINT AZURE_OPENAI_REALTIME_DEPLOYMENT AZURE_OPENAI_TRANSCRIPTION_DEPLOYMENT
AZURE_OPENAI_EMBEDDING_DEPLOYMENT AZURE_OPENAI_EMBEDDING_MODEL AZURE_VOICELIVE_ENDPOINT AZURE_VOICELIVE_MODEL AZURE_SEARCH_ENDPOINT AZURE_SEARCH_INDEX
AZURE_STORAGE_CONNECTION AZURE_STORAGE_CONTAINER"

BEGIN="# azd: begin (written anew by infra/hooks; your own lines go outside)"
END="# azd: end"

say() { printf '%s\n' "$*"; }
fail() {
  say "x $*" >&2
  exit 1
}

write_env() {
  rest=""
  [ ! -f .env ] || rest=$(awk -v b="$BEGIN" -v e="$END" '$0 == b {skip = 1} !skip {print} $0 == e {skip = 0}' .env)
  (
    umask 077
    {
      [ -z "$rest" ] || printf '%s\n' "$rest"
      printf '%s\n' "$BEGIN"
      for variable in $WRITTEN; do
        eval "value=\${$variable:-}"
        # shellcheck disable=SC2154  # set by eval
        [ -z "$value" ] || printf '%s=%s\n' "$variable" "$value"
      done
      printf '%s\n' "$END"
    } >.env.new
  )
  mv .env.new .env
  say "Wrote .env: \`vocative run\` on this machine now uses the models and the index on Azure."
}

# The application that people sign in to. It trusts the app's identity, so that there is no client secret to keep.
register() {
  [ "${VOCATIVE_SIGN_IN:-easy-auth}" = "easy-auth" ] || return 0
  command -v az >/dev/null 2>&1 || fail "the Azure CLI is needed to register the sign-in: install it and run \`az login\`, or choose another with \`azd env set VOCATIVE_SIGN_IN api-key\`"
  callback="${VOCATIVE_APP_URL}/.auth/login/aad/callback"
  id=${AZURE_AUTH_CLIENT_ID:-}
  if [ -z "$id" ]; then
    id=$(az ad app create --display-name "Vocative (${AZURE_ENV_NAME})" --sign-in-audience AzureADMyOrg \
      --web-redirect-uris "$callback" --enable-id-token-issuance true --query appId --output tsv) ||
      fail "you may not register applications: have an administrator make one with the redirect address $callback, then \`azd env set AZURE_AUTH_CLIENT_ID ID\`; or choose another sign-in with \`azd env set VOCATIVE_SIGN_IN api-key\`"
    azd env set AZURE_AUTH_CLIENT_ID "$id"
    say "Registered the application $id for the sign-in."
    az ad sp create --id "$id" --output none 2>/dev/null || true
  fi
  trusted=$(az ad app federated-credential list --id "$id" --query "length([?name=='vocative'])" --output tsv 2>/dev/null) || trusted=""
  if [ "$trusted" = "0" ]; then
    az ad app federated-credential create --id "$id" --output none --parameters "{
      \"name\": \"vocative\",
      \"issuer\": \"https://login.microsoftonline.com/${AZURE_TENANT_ID}/v2.0\",
      \"subject\": \"${VOCATIVE_IDENTITY_PRINCIPAL_ID}\",
      \"audiences\": [\"api://AzureADTokenExchange\"]
    }" || fail "the application $id cannot be made to trust the app's identity: have its owner run this hook (\`azd hooks run postprovision\`)"
    say "The application trusts the app's identity: no client secret."
  elif [ -z "$trusted" ]; then
    fail "the application $id cannot be read: have its owner run this hook (\`azd hooks run postprovision\`)"
  fi
}

vocative_command() {
  for each in .venv/bin/vocative .venv/Scripts/vocative.exe; do
    if [ -x "$each" ]; then
      printf '%s' "$each"
      return
    fi
  done
  command -v vocative || fail "vocative is not installed on this machine, so no documents were ingested: run \`make setup\` and then \`azd hooks run postprovision\`"
}

# A role that was just given is not known everywhere at once: try again for some minutes.
persist() {
  attempt=1
  until "$@"; do
    [ "$attempt" -lt "${INGEST_ATTEMPTS:-6}" ] || fail "the documents were not ingested; run \`azd hooks run postprovision\` to go on where it stopped"
    say "Trying again in ${INGEST_PAUSE:-45} seconds, as roles take some minutes to have effect ($attempt)."
    sleep "${INGEST_PAUSE:-45}"
    attempt=$((attempt + 1))
  done
}

ingest() {
  how=${VOCATIVE_INGEST:-push}
  [ "$how" != "none" ] || return 0
  if [ "${VOCATIVE_PRIVATE_NETWORK:-false}" = "true" ] && [ "${VOCATIVE_WITHIN_NETWORK:-false}" != "true" ]; then
    say "The index is in a private network, so no documents were ingested. On a machine within it: \`azd env set VOCATIVE_WITHIN_NETWORK true\` and \`azd hooks run postprovision\`."
    return 0
  fi
  documents=${VOCATIVE_DOCUMENTS:-}
  if [ -z "$documents" ]; then
    documents=documents
    [ -d "$documents" ] || documents=agent/samples/documents
  fi
  [ -e "$documents" ] || fail "there are no documents at '$documents': run \`azd env set VOCATIVE_DOCUMENTS FOLDER\` and then \`azd hooks run postprovision\`"
  vocative=$(vocative_command)
  case $how in
    push)
      say "Ingesting $documents into the index ${AZURE_SEARCH_INDEX}"
      persist "$vocative" ingest "$documents" --to azure
      ;;
    indexer)
      say "Uploading $documents to the container ${AZURE_STORAGE_CONTAINER}"
      persist az storage blob upload-batch --auth-mode login --account-name "$AZURE_STORAGE_ACCOUNT" \
        --destination "$AZURE_STORAGE_CONTAINER" --source "$documents" --overwrite --output none
      persist "$vocative" ingest --to azure --indexer --soft-delete
      ;;
    *) fail "VOCATIVE_INGEST is '$how': it can be push, indexer or none" ;;
  esac
}

write_env
register
ingest
say "The assistant will be at ${VOCATIVE_APP_URL} when \`azd deploy\` is done."
