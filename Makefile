# Every target is also a plain command, for machines without make (on Windows .venv\Scripts instead of .venv/bin):
#
#   make report     python3 tools/environment.py && .venv/bin/hotline report --params params/sample.yaml --month latest
#   make test       python3 tools/environment.py dev
#                   .venv/bin/python -m pytest -q tests -m "not browser and not office and not database and not spark and not slow" -n 2 --dist worksteal
#                   .venv/bin/python -m pytest -q -p tests.notebooks.elsewhere --nbval-lax --nbval-current-env notebooks/ -n 2 --dist loadfile
#                   .venv/bin/python -m pytest -q --nbval --nbval-current-env tests/notebooks/ -n 2 --dist loadfile
#   make lint       .venv/bin/ruff format --check . && .venv/bin/ruff check . && .venv/bin/lint-imports
#                   .venv/bin/python tools/lint_notebooks.py
#   make notebooks  the last two lines of make test
#   make lab        python3 tools/environment.py lab && .venv/bin/jupyter lab notebooks/start.ipynb
#   make bench      .venv/bin/python -m benchmarks
#   make prove      .venv/bin/python -m tests.prove && TRIED=whole .venv/bin/python -m pytest -q tests -m "not browser and not office and not database" -n 2
#   make bundle     python3 tools/environment.py && .venv/bin/python tools/bundle.py
#
# PYTHON=python3.12 names another Python; WHEELS=folder installs from a bundle without network; FOR=dev or FOR=lab
# bundles those wheels too; JOBS=4 runs the tests in four processes instead of two. Long simulations (marked slow) run in .ci/run.
# COVER=1 measures which branches of intake, measures and report the tests of `make test` take; .venv/bin/python tools/covered.py then says how many.

PYTHON ?= python3
WHEELS ?=
FOR    ?= report
JOBS   ?= 2
COVER  ?=
PARAMS ?= params/sample.yaml
MONTH  ?= latest

# The tests start Python some hundred times: each should find our modules compiled.
unexport PYTHONDONTWRITEBYTECODE
# Small matrices: a second thread only waits, and takes the processor of another test.
export OPENBLAS_NUM_THREADS := 1

BIN  := $(if $(filter Windows_NT,$(OS)),.venv/Scripts,.venv/bin)
SETUP = @command -v "$(PYTHON)" >/dev/null || { \
	echo "Python › there is no $(PYTHON); install Debian's packages python3 and python3-venv, or name one with PYTHON=." >&2; exit 69; }; \
	"$(PYTHON)" tools/environment.py $(if $(WHEELS),--wheels "$(WHEELS)")

.PHONY: report test lint lab notebooks bench prove bundle clean

report:
	$(SETUP) report
	@$(BIN)/hotline report --params $(PARAMS) --month $(MONTH)

test: dev
	$(BIN)/python -m pytest -q tests -m "not browser and not office and not database and not spark and not slow" -n $(JOBS) --dist worksteal $(if $(COVER),--cov --cov-report=)
	@$(MAKE) --no-print-directory nbval

notebooks: dev nbval

lint: dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/python tools/lint_notebooks.py

lab:
	$(SETUP) lab
	$(BIN)/jupyter lab notebooks/start.ipynb

bench: dev
	$(BIN)/python -m benchmarks

# The long simulations behind what the page says of chance, into docs/proof.md; then every test with all the examples of its laws.
prove: dev
	$(BIN)/python -m tests.prove
	TRIED=whole $(BIN)/python -m pytest -q tests -m "not browser and not office and not database" -n $(JOBS) --dist worksteal

bundle:
	$(SETUP) $(FOR)
	$(BIN)/python tools/bundle.py $(FOR)

# Rendered pages, stores, private folders and bundles stay.
clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage .coverage.* htmlcov
	find . \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +

.PHONY: dev nbval sample-notebooks
dev:
	$(SETUP) dev

# Kernels that share their imports, with the pictures of a notebook that somebody opens.
FORKED = JUPYTER_DEFAULT_PROVISIONER_NAME=hotline-forked MPLBACKEND=module://matplotlib_inline.backend_inline

NBVAL = $(FORKED) $(BIN)/python -m pytest -q -n $(JOBS) --dist loadfile --nbval-current-env -p hotline_analysis.report.forks

# Every notebook runs as committed, the report's on two thousand invented calls; those committed with their outputs give them again, cell by cell.
nbval:
	$(NBVAL) -p tests.notebooks.elsewhere --nbval-lax notebooks/
	$(NBVAL) --nbval tests/notebooks/

# All of them on the sample: a whole month and its pages for staff, which takes minutes (.ci/run).
sample-notebooks: dev
	$(NBVAL) --nbval-lax notebooks/
