#!/bin/sh
# Builds the image and runs it as docs/container.md says, until it is healthy; then stops it. Needs Docker; CI calls it.
# The argument is ENGINE: 1 (default) with the embedded engine, 0 without.
set -eu
engine=${1:-1}
image=vocative:engine-$engine
name=vocative-smoke-$$
cd "$(dirname "$0")/../.."

docker build --file infra/container/Dockerfile --build-arg "ENGINE=$engine" --tag "$image" .

trap 'docker rm --force --volumes "$name" > /dev/null' EXIT
set -- --env VOCATIVE_API_KEYS="smoke-test-$$-not-a-secret" --volume "$PWD/agent/samples/documents:/documents:ro"
if [ "$engine" = 0 ]; then
  # A service is dialled when somebody calls, so none is needed to be healthy.
  set -- "$@" --env OPENAI_API_KEY=none --env VOCATIVE_MODEL=openai
fi
docker run --detach --init --name "$name" --read-only --tmpfs /tmp --cap-drop ALL \
  --security-opt no-new-privileges "$@" "$image"

waited=0
until [ "$(docker inspect --format '{{.State.Health.Status}}' "$name")" = healthy ]; do
  waited=$((waited + 2))
  if [ "$waited" -gt 180 ] || [ "$(docker inspect --format '{{.State.Running}}' "$name")" != true ]; then
    docker logs "$name"
    echo "it did not become healthy" >&2
    exit 1
  fi
  sleep 2
done
docker stop --time 40 "$name"
code=$(docker inspect --format '{{.State.ExitCode}}' "$name")
[ "$code" = 0 ] || { docker logs "$name"; echo "it ended with $code on SIGTERM" >&2; exit 1; }
echo "$image: healthy, and ended by SIGTERM"
