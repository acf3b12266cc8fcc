# The commands of this house. `make demo` and `make test` are the two a newcomer needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help setup demo test check run oracles torture bench bench-tally screens lock clean
.DEFAULT_GOAL := help

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

setup: $(STAMP) ## make .venv and install the locked dependencies

$(STAMP): requirements.txt requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "louyuhui needs Python 3.11 or newer; say make PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.txt
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: setup ## a building meets, in your browser (HEADLESS=1: in this terminal)
	@$(BIN)/louyuhui demo $(if $(HEADLESS),--headless)

test: setup ## the whole test suite
	@$(BIN)/pytest -n auto

check: setup ## lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

run: setup ## the bot on real Telegram, with config.toml
	@$(BIN)/louyuhui run --config config.toml

oracles: ## compare the counting with other programs (in an environment of its own)
	@sh scripts/oracles

torture: setup ## kill the bot ROUNDS=200 times over; say what was lost (docs/faults.md)
	@$(BIN)/python -m tests.faults.torture
	@WRITE_POINTS=0 THOROUGH=1 $(BIN)/pytest -n 0 tests/faults/test_write_points.py tests/faults/test_damage.py \
		tests/faults/test_shapes.py tests/faults/test_strangers.py tests/services/test_races.py tests/handlers/test_races.py

bench: setup ## how fast it is, here and now (docs/performance.md)
	@$(BIN)/python -m bench

bench-tally: setup ## how long a count takes: every method, up to 100,000 votes
	@$(BIN)/python -m bench.tally

screens: setup ## take the pictures of the documentation anew (needs Chromium)
	@LOUYUHUI_SCREENS=docs/screens $(BIN)/pytest -n 0 tests/bot/test_demo.py tests/bot/pictures.py \
		tests/handlers/test_handbook.py

lock: setup ## make the locks anew from pyproject.toml
	sh scripts/lock

clean: ## remove what was made
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
