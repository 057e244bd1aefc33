#!/bin/sh
# Before the app is deployed: can people sign in? And the template is to be deployed as a whole.
set -eu

if [ "${VOCATIVE_SIGN_IN:-easy-auth}" = "easy-auth" ] && [ -z "${AZURE_AUTH_CLIENT_ID:-}" ]; then
  printf '%s\n' "x there is no application to sign in to, so nothing was deployed: run \`azd hooks run postprovision\`, or choose another sign-in with \`azd env set VOCATIVE_SIGN_IN api-key\`" >&2
  exit 1
fi

# azd changes only the image while infra/vocative.bicep is as it was, and looks at neither its modules nor its parameters:
# a changed setting would never reach the app. So it is made to forget what it deployed.
azd env set SERVICE_VOCATIVE_TEMPLATE_HASH anew
