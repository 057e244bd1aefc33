#!/bin/sh
# What the container runs: `vocative` with the arguments given, by default `run`, on the address that reaches out of the
# container and over what is mounted at /documents. The last line replaces this shell, so signals reach the server.
set -eu

case "${1:-}" in
  "" | -h | --help | --version) ;;
  -*) set -- run "$@" ;; # options alone are those of `run`
esac
[ "$#" -gt 0 ] || set -- run

if [ "$1" = run ]; then
  shift
  chosen=
  for argument in "$@"; do
    case "$argument" in --documents | --documents=* | --index | --index=*) chosen=yes ;; esac
  done
  if [ -z "$chosen" ] && [ -n "$(find /documents -follow -type f -print 2>/dev/null | head -n 1)" ]; then
    set -- --documents /documents --index /data/index.sqlite "$@"
  fi
  # First, so that a --host of one's own, which comes later, is the one that counts.
  set -- run --host 0.0.0.0 "$@"
fi
exec vocative "$@"
