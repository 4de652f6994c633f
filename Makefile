# Every command a person types. `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
LAYERS := chatsync wildberries database classifier viewer
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes

.DEFAULT_GOAL := help
.PHONY: help run view test setup setup-tests lint graph lock clean check eval mutants bench bench-viewer screenshots

help: ## Show this list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Exit code 1 is expected here: one of the simulated stores has an expired token, to show how that looks.
run: setup ## Sync the simulator's stores on this machine, end to end.
	@$(BIN)/python -m local sync || test $$? -eq 1

view: setup ## Show what is stored as pages in the browser, on this machine only.
	@$(BIN)/python -m local view

test: setup-tests lint ## Set up, then lint, type-check and run all tests.
	@$(BIN)/python -m pytest

lint: setup-tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/cfn-lint template.yaml templates/*.yaml
	@$(BIN)/python -m local graph --check README.md

graph: setup ## Write the state machine as a Mermaid diagram into the README.
	@$(BIN)/python -m local graph README.md

# Stamps hold what was installed: a changed lock file installs again, an unchanged one costs nothing.
setup: .local/setup-run .local/setup-lambda
setup-tests: setup .local/setup-tests .local/setup-sam

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name it: make PYTHON=python3.13 ...")'
	@echo "Making a virtual environment in .venv ..."
	@$(PYTHON) -m venv .venv

.local/setup-run: local/requirements.txt | .venv/bin/python
	@echo "Installing what the local engine needs (about a minute) ..."
	@$(PIP) -r local/requirements.txt
	@mkdir -p .local && touch $@

.local/setup-lambda: local/lambda-image.txt $(LAYERS:%=layers/%/requirements.txt) | .venv/bin/python
	@echo "Installing the functions' layers and Lambda's own libraries (about a minute) ..."
	@rm -rf .local/layers .local/lambda-image
	@for layer in $(LAYERS); do $(PIP) --target .local/layers/$$layer -r layers/$$layer/requirements.txt || exit 1; done
	@$(PIP) --target .local/lambda-image -r local/lambda-image.txt
	@mkdir -p .local && touch $@

.local/setup-tests: tests/requirements.txt | .local/setup-run
	@echo "Installing what the tests need (about two minutes) ..."
	@$(PIP) -r tests/requirements.txt
	@mkdir -p .local && touch $@

.local/setup-sam: tests/template/sam/requirements.txt | .venv/bin/python
	@echo "Installing the SAM transform ..."
	@rm -rf .local/sam
	@$(PIP) --target .local/sam -r tests/template/sam/requirements.txt
	@touch $@

lock: setup-tests ## Pin all libraries anew, with their hashes.
	@sh lock.sh

clean: ## Remove everything this Makefile made, the local database included.
	rm -rf .venv .local .aws-sam

eval: setup-tests ## Score the labels on the golden set (PROVIDER=openai for a model), and the masking.
	@$(BIN)/python $(if $(PROVIDER),-m local eval --provider $(PROVIDER),eval/report.py)
	@$(BIN)/python -m local leaks

check: setup-tests ## What takes minutes: every crash point of a run, in every mode.
	@$(BIN)/python -m pytest -m crash_all tests/crash

bench-viewer: setup-tests ## The viewer's plans and times over 5 million messages (20 minutes, 6 GB; CHATS=4000 for less).
	@$(BIN)/python tests/viewer/bench.py $(CHATS)

screenshots: setup-tests ## Take the README's pictures of the viewer anew (needs Chromium).
	@$(BIN)/python tests/viewer/screenshots.py

mutants: setup-tests ## Break each guard once, see its test go red, and write docs/guarantees.md (minutes).
	@$(BIN)/python tests/mutants/run.py $(LINES)

bench: setup-tests ## Measure whole runs and what they cost, into docs/performance.md (fifteen minutes on a quiet machine).
	@$(BIN)/python -m bench $(SCENARIOS)
