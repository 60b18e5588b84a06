#!/bin/sh
# Make .venv hold exactly what requirements-dev.lock names, and the project itself.
set -eu
python=""
for name in "${PYTHON:-}" python3.13 python3.12 python3.11 python3; do
  if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 &&
    "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$name
    break
  fi
done
if [ -z "$python" ] && command -v apt-get >/dev/null 2>&1; then
  sudo=""; [ "$(id -u)" = 0 ] || sudo="sudo -n"
  $sudo apt-get update -qq && $sudo apt-get install -y -qq --no-install-recommends python3 python3-venv >&2 || true
  python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && python=python3
fi
if [ -z "$python" ]; then
  echo "需要 Python 3.11 或更高版本（含 venv），请先安装。/ Python 3.11 or newer with venv is needed: install it first." >&2
  exit 3
fi
[ -x .venv/bin/python ] || "$python" -m venv .venv
[ -x .venv/bin/uv ] || .venv/bin/python -m pip install -q --disable-pip-version-check "uv>=0.9"
.venv/bin/uv pip sync -q --python .venv/bin/python --require-hashes requirements-dev.lock 2>.venv/uv.log ||
  { cat .venv/uv.log >&2; exit 3; }
.venv/bin/uv pip install -q --python .venv/bin/python --no-deps --no-build-isolation -e . 2>.venv/uv.log ||
  { cat .venv/uv.log >&2; exit 3; }
