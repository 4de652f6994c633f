# Every command a person types. `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
LAYERS := chatsync wildberries database classifier reading viewer
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes

.DEFAULT_GOAL := help
TOOLS := .local/tools
SAM := SAM_CLI_TELEMETRY=0 $(TOOLS)/sam/bin/sam
# What `make deploy` was last told, as samconfig.toml has it.
STACK ?= $(shell sed -n 's/^stack_name = "\(.*\)"$$/\1/p' samconfig.toml | tail -n 1)
REGION = $(shell sed -n 's/^region = "\(.*\)"$$/\1/p' samconfig.toml | tail -n 1)
IN_REGION = $(if $(REGION),AWS_REGION=$(REGION))
DEBIAN_13 ?= .local/debian-13
# The functions' Python and processor, where they are not the template's. layers/Makefile takes both, and the pip of this
# environment, from sam's environment.
RUNTIME_GIVEN = $(if $(RUNTIME),PythonRuntime=python$(RUNTIME))
GIVEN = $(if $(RUNTIME)$(ARCHITECTURE),--parameter-overrides $(RUNTIME_GIVEN) $(if $(ARCHITECTURE),Architecture=$(ARCHITECTURE)))
BUILD = PIP="$(CURDIR)/$(BIN)/python -m pip" $(SAM) build
# This machine's Python and processor, for running here what was built.
PYTHON_HERE = $$($(BIN)/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')
PROCESSOR_HERE := $(subst aarch64,arm64,$(shell uname -m))
EVENT = events/$$(echo $(FN) | sed -E 's/Function$$//; s/([a-z])([A-Z])/\1_\2/g' | tr A-Z a-z).json
PYTHONS = layers/chatsync/python:layers/wildberries/python:layers/database/python
# Two processes at a time; tests that share an engine, a browser or a name in the database are in the same one.
PYTEST = $(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder
.PHONY: help run view test test-fast setup setup-tests lint graph lock clean check check-deploy eval tokens mutants bench bench-viewer screenshots \
	check-machine check-simulator check-313 build build-here deploy protect invoke invoke-here start logs destroy

help: ## Show this list.
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Exit code 1 is expected here: one of the simulated stores has an expired token, to show how that looks.
run: setup ## Sync the simulator's stores on this machine, end to end.
	@./chats sync || test $$? -eq 1

view: setup ## Show what is stored as pages in the browser, on this machine only.
	@./chats view

test: setup-tests lint ## Set up, then lint, type-check and run all tests; of crash points and histories a sample.
	@$(PYTEST)

test-fast: setup-tests ## Run the tests that need neither the state machine nor a browser (a minute).
	@$(PYTEST) -m "not machine and not browser and not built and not generated"

lint: setup-tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/cfn-lint template.yaml templates/*.yaml
	@$(BIN)/python docs/graph.py --check

graph: $(TOOLS)/graphviz ## Draw the state machine's picture anew, after its states changed (needs Node.js).
	@$(BIN)/python docs/graph.py

# Stamps hold what was installed: a changed lock file installs again, an unchanged one costs nothing.
setup: .local/setup-run .local/setup-lambda
setup-tests: setup .local/setup-tests .local/setup-sam

# An environment without pip (python3-venv was not installed), of a Python that is gone, or in which an installation was
# cut off, is made anew. Otherwise the file keeps its time, and nothing that depends on it is done again.
.venv/ready: FORCE
	@$(BIN)/python -c 'import pip' 2>/dev/null && test ! -e .venv/unfinished || { \
		$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name it: make PYTHON=python3.13 ...")' && \
		echo "Making a virtual environment in .venv ..." && rm -rf .venv && $(PYTHON) -m venv .venv; }
	@test -e $@ || touch $@

FORCE:

.local/setup-run: local/requirements.txt .venv/ready
	@echo "Installing what the local engine needs (about a minute) ..."
	@touch .venv/unfinished
	@$(PIP) -r local/requirements.txt
	@rm .venv/unfinished && mkdir -p .local && touch $@

# Under other names first: a half of them is never taken for all.
.local/setup-lambda: local/lambda-image.txt $(LAYERS:%=layers/%/requirements.txt) .venv/ready
	@echo "Installing the functions' layers and Lambda's own libraries (about a minute) ..."
	@rm -rf .local/layers.new .local/lambda-image.new
	@for layer in $(LAYERS); do $(PIP) --target .local/layers.new/$$layer -r layers/$$layer/requirements.txt || exit 1; done
	@$(PIP) --target .local/lambda-image.new -r local/lambda-image.txt
	@rm -rf .local/layers .local/lambda-image
	@mv .local/layers.new .local/layers && mv .local/lambda-image.new .local/lambda-image && touch $@

.local/setup-tests: tests/requirements.txt .local/setup-run
	@echo "Installing what the tests need (about two minutes) ..."
	@touch .venv/unfinished
	@$(PIP) -r tests/requirements.txt
	@rm .venv/unfinished && touch $@

.local/setup-sam: tests/template/sam/requirements.txt | .venv/ready
	@echo "Installing the SAM transform ..."
	@rm -rf .local/sam
	@$(PIP) --target .local/sam -r tests/template/sam/requirements.txt
	@touch $@

lock: setup-tests ## Pin all libraries anew, with their hashes.
	@sh lock.sh

# Run by root below a closed folder, the database lies elsewhere, behind a link.
clean: ## Remove everything this Makefile made, the local database included.
	@if test -L .local/postgres; then data=$$(readlink -f .local/postgres) && \
		rm -rf "$$data" "$$data".*; fi
	rm -rf .venv .local .aws-sam

eval: setup-tests ## Score the labels on the golden set (PROVIDER=openai for a model), and the masking.
	@$(BIN)/python -m eval $(if $(PROVIDER),labels --provider $(PROVIDER),report)
	@$(BIN)/python -m eval masking

tokens: setup-tests $(TOOLS)/gpt-tokenizer ## Compare the estimate of tokens with tokenizers, into eval/tokens.md (needs Node.js).
	@$(BIN)/python -m eval tokens

check: setup-tests check-deploy check-simulator ## What takes minutes: the proofs of stack and simulator, every crash point, all histories, the largest store.
	@TEST_SEED=all $(BIN)/python -m pytest tests/crash
	@TEST_SEED=all $(PYTEST) tests/properties tests/sync/test_scale.py

bench-viewer: setup-tests ## The viewer's plans and times over 5 million messages (six minutes, 6 GB; CHATS=4000 for less).
	@$(BIN)/python tests/viewer/bench.py $(CHATS)

screenshots: setup-tests ## Take the README's pictures of the viewer anew (needs Chromium).
	@$(BIN)/python tests/viewer/screenshots.py

mutants: setup-tests ## Break each guard once, see its test go red, and write docs/guarantees.md (minutes).
	@$(BIN)/python tests/mutants/run.py $(LINES)

bench: setup-tests $(TOOLS)/dlt ## Measure whole runs, beside dlt too, and what they cost, into docs/performance.md (about twenty minutes on a quiet machine).
	@$(BIN)/python -m bench $(SCENARIOS)

build: $(TOOLS)/sam ## Build the stack for AWS; needs python3.13, or another: make build RUNTIME=3.12 (ARCHITECTURE=x86_64)
	@$(BUILD) $(GIVEN)

deploy: build ## Deploy it (docs/deploy.md): asks for everything the first time, ARGS=--guided asks again.
	@if grep -q s3_prefix samconfig.toml; then $(SAM) deploy $(GIVEN) $(ARGS); \
		else $(SAM) deploy --guided $(GIVEN) $(ARGS); fi
	@$(MAKE) --no-print-directory protect

# Not before a deploy has succeeded: a first one that fails must be able to take its empty database back. A make of its
# own, as only now samconfig.toml has the answers of a first deploy.
protect: setup
	@$(IN_REGION) ./chats protection on --stack $(STACK)

invoke: $(TOOLS)/sam ## Run one deployed function with its example event: make invoke FN=ListStoresFunction
	@test -n "$(FN)" || { echo "Name a function: make invoke FN=ListStoresFunction"; exit 2; }
	@$(SAM) remote invoke $(FN) --stack-name $(STACK) --event-file $(EVENT)

build-here: $(TOOLS)/sam ## Build the functions for this machine's processor, for make invoke-here.
	@ARCHITECTURE=$(PROCESSOR_HERE) $(BUILD) --build-dir .local/build/here \
		--parameter-overrides $(RUNTIME_GIVEN) Architecture=$(PROCESSOR_HERE)

# On Linux only Docker knows the machine's address; its other systems know the name by themselves.
invoke-here: build-here ## Run one function on this machine, in Docker (docs/operate.md): make invoke-here FN=ListStoresFunction
	@test -n "$(FN)" || { echo "Name a function: make invoke-here FN=ListStoresFunction"; exit 2; }
	@test -f events/env.json || { echo "Copy events/env.json.example to events/env.json and fill it in."; exit 2; }
	@$(SAM) local invoke $(FN) --template .local/build/here/template.yaml --event $(EVENT) --env-vars events/env.json \
		--add-host host.docker.internal:host-gateway --parameter-overrides $(RUNTIME_GIVEN) Architecture=$(PROCESSOR_HERE)

start: $(TOOLS)/sam ## Sync all active stores of the deployed stack now, or INPUT='{"store_ids": ["my-shop"], "full": true}'.
	@$(SAM) remote invoke SyncStateMachine --stack-name $(STACK) --event '$(or $(INPUT),{})'

logs: $(TOOLS)/sam ## Follow the logs of the deployed functions: make logs, or make logs FN=FetchHistoryFunction
	@$(SAM) logs --stack-name $(STACK) $(if $(FN),--name $(FN)) --tail

# A deletion that AWS refuses half-way leaves a stack without functions, so what would be refused is asked first.
destroy: setup $(TOOLS)/sam ## Delete the stack, whatever state it is in; says first what stays and what prevents it.
	@echo "Deleting the stack $(STACK) keeps:"
	@echo "  - the bucket of pages, until you empty and delete it"
	@echo "  - a last snapshot of the database and its automated backups"
	@echo "  - the stores' tokens in the parameter store: remove the stores first, if they shall go"
	@$(IN_REGION) ./chats protection check --stack $(STACK)
	@$(SAM) delete --stack-name $(STACK) || { \
		echo "If sam cannot read the stack: aws cloudformation delete-stack --stack-name $(STACK)"; exit 1; }

# Each tool in an environment of its own: they hold back each other's libraries.
$(TOOLS)/%: tests/deploy/tools/%.txt | .venv/ready
	@echo "Installing $* (about a minute) ..."
	@rm -rf $@ && $(BIN)/python -m venv $@
	@$@/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

$(TOOLS)/graphviz: | .venv/ready
	@echo "Installing Graphviz for Node.js ..."
	@npm install --silent --no-save --ignore-scripts --prefix $@ @viz-js/viz@3.31.0

$(TOOLS)/gpt-tokenizer: | .venv/ready
	@echo "Installing the tokenizers for Node.js ..."
	@npm install --silent --no-save --ignore-scripts --prefix $@ gpt-tokenizer@4.0.0

# Its lock file has each package's hash, and no address: npm takes them from the registry that it is configured for.
$(TOOLS)/aws-local-stepfunctions: tests/deploy/tools/aws-local-stepfunctions/package-lock.json
	@echo "Installing a second interpreter for Node.js ..."
	@rm -rf $@ && mkdir -p $@ && cp $(<D)/package.json $< $@
	@npm ci --silent --ignore-scripts --prefix $@
	@touch $@

check-machine: setup-tests $(TOOLS)/aws-local-stepfunctions ## Run the state machine through its scenarios in two interpreters (needs Node.js).
	@$(BIN)/python -m pytest -m "second or not second" tests/interpreters

check-simulator: setup-tests $(TOOLS)/wildberries-sdk ## Read the simulator with a client that is generated from WB's published description.
	@$(BIN)/python -m pytest -m generated tests/simulator

check-deploy: setup-tests check-machine $(TOOLS)/sam $(TOOLS)/checkov $(TOOLS)/ministack $(TOOLS)/awscli ## Prove the stack without AWS: linters, builds, every event through it, deploys, a sync (needs Node.js).
	@AWS_DEFAULT_REGION=eu-central-1 $(SAM) validate --lint
	@$(TOOLS)/checkov/bin/checkov --framework cloudformation --quiet --compact --config-file .checkov.yaml \
		-f template.yaml templates/network.yaml templates/database.yaml templates/observability.yaml
	@$(BIN)/python tests/deploy/definition.py .local/machine.json
	@npx --yes asl-validator@4.0.0 --json-path .local/machine.json
	@export RUNTIME=$(PYTHON_HERE) AWS_DEFAULT_REGION=eu-central-1; \
	build() { ARCHITECTURE=$$2 PIP="$(CURDIR)/$$3/bin/python -m pip" $(SAM) build --no-cached --build-dir .local/build/$$1 \
		--parameter-overrides PythonRuntime=python$$RUNTIME Architecture=$$2; }; \
	mkdir -p .local/build; { build lambda arm64 .venv && build here $(PROCESSOR_HERE) .venv && \
		build again $(PROCESSOR_HERE) $(TOOLS)/sam; } > .local/build.log 2>&1 || { cat .local/build.log; exit 1; }
	@BUILT=.local/build/here BUILT_AGAIN=.local/build/again BUILT_FOR_LAMBDA=.local/build/lambda \
		$(BIN)/python -m pytest -m built tests/deploy
	@PYTHONPATH=.:$(PYTHONS) $(BIN)/python tests/deploy/deploy_to_emulator.py .local/build/here .local/build/again \
		$(CURDIR)/$(TOOLS)/sam/bin/sam $(CURDIR)/$(TOOLS)/ministack/bin/ministack
	@PYTHONPATH=.:$(PYTHONS) $(BIN)/python tests/deploy/deploy_defaults.py .local/build/here \
		$(CURDIR)/$(TOOLS)/sam/bin/sam $(CURDIR)/$(TOOLS)/ministack/bin/ministack

check-313: ## Run make test on the deployed Python, in a Debian 13 of its own (Linux, root, debootstrap; a quarter of an hour).
	@sh tests/debian-13.sh $(DEBIAN_13)
