# make demo and make test are the two commands of the README; each makes .venv by itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# one more than cores: a test that waits for a child or a timer leaves its core to another
PYTEST_WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)

.PHONY: demo test test-real terminals bench lint types docs words clean

$(VENV)/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "agent-tui needs Python 3.11 or newer; $(PYTHON) is older: make PYTHON=python3.11" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

demo: $(VENV)/.installed
	@if [ -t 0 ] && [ -t 1 ]; then $(BIN)/agent-tui demo; else $(BIN)/agent-tui demo --headless --until 60 --text -; fi

test: $(VENV)/.installed
	$(BIN)/python -m pytest -q -n $(PYTEST_WORKERS) -m "not real and not slow"

# six at a time whatever the cores: these tests wait for servers more than they work
test-real: $(VENV)/.installed
	$(BIN)/python -m pytest -q -rs -n 6 --dist load --maxschedchunk 1 -m "real or slow"

terminals: $(VENV)/.installed
	$(BIN)/python -m tests.terminals

bench: $(VENV)/.installed
	$(BIN)/python -m bench

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed
	$(BIN)/mypy

docs: $(VENV)/.installed
	$(BIN)/python -m agent_tui.docs_build
	$(BIN)/agent-tui demo run docs/demos/*.demo.toml

words: $(VENV)/.installed
	$(BIN)/python -m agent_tui.language.build

clean:
	rm -rf $(VENV) build *.egg-info
