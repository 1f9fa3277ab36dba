# Two commands: `make run` starts the explorer on a fresh machine and prints its address, `make test` runs every test.
# Everything is installed into .venv, as requirements/ locks it; both are quick the second time.

PYTHON ?= python3
BIN := .venv/bin
# Nothing but what a lock names, by its SHA-256; nothing is compiled, for which pip would fetch what no lock names.
LOCKED := --disable-pip-version-check --quiet --no-deps --require-hashes --only-binary :all:
PIP := $(BIN)/python -m pip

.PHONY: run test coverage quick lint licences sbom audit locks bench faults load compose-test secrets clean
run: .venv/ready-to-run
	$(BIN)/python -m frontend.together

# The second tier waits for browsers, clocks and processes half of its time: three workers on two cores.
test: .venv/ready-to-test
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow and not e2e and not compose"
	$(BIN)/python -m pytest -n 3 --dist worksteal -m "(slow or e2e) and not compose"

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

# Known vulnerabilities of all that is locked. Asks PyPI, and fails where a package could not be looked up.
audit: .tools/ready
	.tools/bin/pip-audit --strict --disable-pip --require-hashes \
	  $(patsubst %,--requirement %,$(filter-out %/cpu.txt,$(wildcard requirements/*.txt)))

# requirements/ anew from pyproject.toml: UPGRADE=--upgrade for newer releases, UPGRADE='--upgrade-package numpy' for one.
locks: .tools/ready
	.tools/bin/python -m scripts.locks $(UPGRADE)

bench: .venv/ready-to-test
	$(BIN)/ospo bench --json out/bench.json
	$(BIN)/python tests/benchmarks/estimators.py

# 500 random kills of worker, trainer, service and database, half on SQLite and half on PostgreSQL.
faults: .venv/ready-to-test
	$(BIN)/python -m tests.faults.campaign --kills 500

# Burst, clients that go, SIGTERM, fairness and ten steady minutes against their bounds; on a machine that rests otherwise.
load: .venv/ready-to-test
	$(BIN)/python -m tests.load

# The containers of docker-compose.yml on a real engine; skipped, with the reason, where none answers:
# with OSPO_REQUIRE_COMPOSE=1 that is a failure.
compose-test: .venv/ready-to-test
	$(BIN)/python -m pytest tests/compose -rs

# .env with a fresh token and a fresh database password, for docker compose.
secrets:
	scripts/write-secrets

clean:
	rm -rf .venv .tools out

# Of torch: the build that is there, else the one for processors alone if an index has it, else PyPI's with its libraries.
.venv/ready-to-run: pyproject.toml $(patsubst %,requirements/%.txt,cpu engine cuda screen models)
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) show --quiet torch 2> /dev/null || $(PIP) install $(LOCKED) --requirement requirements/cpu.txt 2> /dev/null \
	  || echo "No index here has torch for processors alone; it will be PyPI's build."
	$(PIP) install $(LOCKED) $(patsubst %,--requirement requirements/%.txt,engine screen models)
	! $(PIP) check | grep '^torch .* not installed' || $(PIP) install $(LOCKED) --requirement requirements/cuda.txt
	$(PIP) install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	touch $@

.venv/ready-to-test: .venv/ready-to-run requirements/test.txt
	$(PIP) install $(LOCKED) --requirement requirements/test.txt
	scripts/ensure-chromium
	scripts/ensure-postgres
	touch $@

.tools/ready: requirements/tools.txt
	test -x .tools/bin/python || $(PYTHON) -m venv .tools
	.tools/bin/python -m pip install $(LOCKED) --requirement requirements/tools.txt
	touch $@
