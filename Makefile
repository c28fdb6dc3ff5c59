# The commands of CoinHub, for those who have make; each is `python3 -m coinhub ...`.

PYTHON ?= python3
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: up test check bench drill format help

up:     ## start everything; Ctrl-C ends it
	@$(PYTHON) -m coinhub up $(ARGS)

test:   ## run the tests on their own servers
	@$(PYTHON) -m coinhub test $(ARGS)

check:  ## formatting, lint, types, import rules, migrations, SQL
	@$(PYTHON) -m coinhub check $(ARGS)

bench:  ## run the benchmark on its own servers
	@$(PYTHON) -m coinhub bench $(ARGS)

drill:  ## run a drill: make drill ARGS="bank"
	@$(PYTHON) -m coinhub drill $(ARGS)

format: ## write the formatting that check asks for
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .

help:   ## this list
	@awk -F ':|##' '/^[a-z]+:.*##/ { printf "  make %-8s %s\n", $$1, $$3 }' $(MAKEFILE_LIST)
