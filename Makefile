# Two commands do all the set-up: `make run` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
SAMPLE := SAFEGROUND_SAMPLE=true SAFEGROUND_SECURE_COOKIES=false
# The town is loaded once into the embedded store; into a database by URL it is looked after anew.
TOWN := $(if $(SAFEGROUND_DATABASE_URL)$(if $(wildcard var/safeground.db),,new),town,var/town.txt)

.PHONY: help run test check fmt bench sample picture postgis clean
.DEFAULT_GOAL := help

help: ## Show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: var/.ready $(TOWN) ## Open Safeground with the invented town on http://localhost:8501
	@cat var/town.txt
	@$(SAMPLE) $(BIN)/streamlit run app.py

test: var/.ready-to-test ## Run everything that CI runs, with its own Chromium and PostGIS
	@scripts/test.sh

check: var/.ready-to-test ## Style, types and import order only
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: var/.ready-to-test ## Put the code into the house's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: var/.ready-to-test ## Measure against peers in one run, as ratios
	$(BIN)/python -m bench

sample: var/.ready ## Draw the invented town anew from its seed
	$(BIN)/python data/sample/draw.py

picture: var/.ready-to-test ## Take the README's picture from the running app
	$(BIN)/python scripts/picture.py

postgis: var/.ready ## Start a private PostGIS for trials and print its URL
	@$(BIN)/python scripts/postgis.py start

clean: ## Remove the environment, the store and all that set-up made
	rm -rf $(VENV) var node_modules build *.egg-info

.PHONY: town
town var/town.txt: var/.ready $(wildcard data/sample/*.csv data/sample/*.json data/sample/*.gpkg)
	@$(SAMPLE) $(BIN)/safeground db upgrade
	@$(SAMPLE) $(BIN)/safeground sample load > var/town.txt

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Safeground needs Python 3.11 or newer. Run: make run PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "Python cannot make a virtual environment. Run: sudo apt-get install python3-venv"; exit 1; }

var/.ready: $(BIN)/python locks/run.txt package-lock.json pyproject.toml
	$(BIN)/python -m pip install --quiet --require-hashes --requirement locks/run.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python scripts/assets.py
	@touch $@

var/.ready-to-test: var/.ready locks/dev.txt
	$(BIN)/python -m pip install --quiet --require-hashes --requirement locks/dev.txt
	@touch $@
