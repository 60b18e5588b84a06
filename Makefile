# `make` alone prints this help. Everything below sets up what it needs.
.DEFAULT_GOAL := help
PY := .venv/bin/python
STAMP := .venv/.stamps
export GONGJIAN_SECRET_KEY ?= only-for-development-and-tests-0123456789abcdef
unexport_DEMO := env -u GONGJIAN_SECRET_KEY

.PHONY: help setup demo run test check fast bench soak lock messages frontend browser clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: $(STAMP)/python $(STAMP)/messages $(STAMP)/frontend ## everything that running needs

$(STAMP)/python: requirements-dev.lock pyproject.toml tools/bootstrap.sh
	@sh tools/bootstrap.sh
	@mkdir -p $(STAMP) && touch $@

$(STAMP)/messages: $(STAMP)/python $(shell find src/gongjian/locale -name '*.po' 2>/dev/null)
	@$(PY) tools/messages.py compile
	@touch $@

$(STAMP)/frontend: $(STAMP)/python $(shell find frontend -type f -not -path '*/node_modules/*' 2>/dev/null)
	@sh tools/frontend.sh
	@touch $@

demo: setup ## build the demonstration, if it is not there yet, and serve it
	@$(unexport_DEMO) .venv/bin/gongjian demo $(DEMO_ARGS)

run: setup ## serve the database that DATABASE_URL names, else the one in var/
	@$(unexport_DEMO) .venv/bin/gongjian run

messages: $(STAMP)/python ## bring the catalogues up to date with the sources
	@$(PY) tools/messages.py update

frontend: $(STAMP)/frontend ## build scripts and styles

fast: $(STAMP)/python ## tests of the kernel and of formats: seconds
	@$(PY) -m pytest -q -p no:randomly tests/kernel tests/formats tests/playbooks src/gongjian/kernel

check: setup ## what every commit passes: format, lint, types, contracts, catalogues, fast tests
	@sh tools/check.sh

test: setup browser ## the whole suite on SQLite and on a real PostgreSQL, then in a real browser
	@echo "== SQLite" && $(PY) -m pytest -q -n 2 -m "not browser" --ignore tests/soak
	@echo "== PostgreSQL" && $(PY) tools/postgres.py run -- $(PY) -m pytest -q -n 2 -m "not browser" tests/api tests/apps tests/cli
	@echo "== browser" && $(PY) -m pytest -q -n 2 -m browser

browser: $(STAMP)/python
	@sh tools/browser.sh

bench: setup ## measurements, with the known answer asserted
	@for bench in benches/bench_*.py; do \
	  PYTHONPATH=. $(PY) $$bench && PYTHONPATH=. $(PY) tools/postgres.py run -- $(PWD)/$(PY) $$bench || exit 1; done

soak: setup ## long proofs: many writers, many seeds
	@$(PY) -m pytest -q tests/soak
	@$(PY) tools/postgres.py run -- $(PY) -m pytest -q tests/soak

lock: ## work the lock files out again
	@.venv/bin/uv pip compile -q --generate-hashes --universal --no-emit-index-url pyproject.toml -o requirements.lock
	@.venv/bin/uv pip compile -q --generate-hashes --universal --no-emit-index-url --group dev pyproject.toml -o requirements-dev.lock

clean: ## remove what was built; keeps var/
	rm -rf .venv node_modules frontend/node_modules src/gongjian/lib/static/gongjian/dist
