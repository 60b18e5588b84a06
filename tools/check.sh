#!/bin/sh
# What every commit passes. Runs everything, then says what failed.
set -u
PATH="$PWD/.venv/bin:$PATH"
failed=""
step() {
  name=$1; shift
  if out=$("$@" 2>&1); then echo "ok    $name"; else echo "FAIL  $name"; echo "$out"; failed="$failed $name"; fi
}
step format   ruff format --check -q .
step lint     ruff check -q .
step types    mypy
step contracts lint-imports
step numpydoc sh -c 'find src/gongjian/kernel -name "*.py" -print0 | xargs -0 numpydoc lint'
step templates djlint --lint --quiet src/gongjian
step writes   python tools/lint_writes.py src/gongjian
step messages python tools/messages.py check
step migrations python manage.py makemigrations --check --dry-run
step system   python manage.py check
step tests    python -m pytest -q -x tests/kernel tests/formats tests/playbooks tests/architecture src/gongjian/kernel
[ -z "$failed" ] || { echo "failed:$failed"; exit 1; }
