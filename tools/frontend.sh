#!/bin/sh
# Build scripts and styles: with the machine's Node from version 20 on, else with the one from the wheel.
set -eu
[ -f frontend/package-lock.json ] || exit 0
if ! node -e 'process.exit(process.versions.node.split(".")[0] < 20)' >/dev/null 2>&1 ||
  ! command -v npm >/dev/null 2>&1; then
  PATH="$PWD/.venv/bin:$PATH"
fi
cd frontend
npm ci --silent --ignore-scripts --no-audit --no-fund
node build.mjs
