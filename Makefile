# `make help` lists the targets. Works with GNU make 3.81 (macOS) and newer, in any POSIX shell.
# Which registry the packages come from is the machine's own pip setting; nothing here names one.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PIP := $(BIN)/python -m pip
PIP_QUIET := --quiet --no-input --disable-pip-version-check
# A .venv that is no environment of its own must never send packages into the machine's Python.
export PIP_REQUIRE_VIRTUALENV := 1
PYTHON ?=
WORKERS ?= 2
OUT := reports/output
SAMPLE := data/sample

# A virtual environment breaks when its folder is moved or copied, so the stamp names the folder it was
# made in; any other content makes the stamp out of date.
ifneq ($(shell cat $(STAMP) 2>/dev/null),$(CURDIR))
STALE := moved-or-missing
endif

.DEFAULT_GOAL := help
.PHONY: help env spark browser pages bench demo report lab notebooks test check licences audit lock clean moved-or-missing

help: ## print this list
	@echo "make TARGET, where TARGET is one of"
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  \1#\2/p' Makefile | awk -F'#' '{ printf "%-10s %s\n", $$1, $$2 }'

env: $(STAMP) ## make .venv with the pinned packages and this project in it

# Names of newer versions first. Each is run before it is believed: version managers leave commands
# behind that exist and fail, and Debian ships python3 without the modules that make environments.
FITS := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))

$(STAMP): requirements.lock pyproject.toml $(STALE)
	@if [ -f $(STAMP) ] && [ "`cat $(STAMP)`" != "$(CURDIR)" ]; then rm -rf $(VENV); fi; \
	if [ -f $(VENV)/pyvenv.cfg ] && $(BIN)/python -c '$(FITS)' >/dev/null 2>&1; then exit 0; fi; \
	if [ -n "$(PYTHON)" ]; then set -- "$(PYTHON)"; else set -- python3.13 python3.12 python3.11 python3; fi; \
	for candidate in "$$@"; do \
		if "$$candidate" -c '$(FITS)' >/dev/null 2>&1; then \
			echo "Making $(VENV) with $$candidate (`"$$candidate" --version`)"; \
			exec "$$candidate" -m venv --clear $(VENV); \
		fi; \
	done; \
	echo "No usable Python found (tried: $$*)." >&2; \
	echo "Needed: Python 3.11, 3.12 or 3.13 with venv and pip. Install one (on Debian and Ubuntu together with" >&2; \
	echo "the package python3-venv), or name the one to use: make env PYTHON=/path/to/python3.12" >&2; \
	exit 1
	@echo "Installing the pinned packages into $(VENV) (the first time takes a few minutes)"
	@$(PIP) install $(PIP_QUIET) --require-hashes -r requirements.lock
	@$(PIP) install $(PIP_QUIET) --no-deps --no-build-isolation -e .
	@printf '%s\n' "$(CURDIR)" > $(STAMP)

spark: env ## add PySpark (456 MB) and Dask to .venv, for work beyond one machine; Spark needs Java 17 or newer besides
	@echo "Installing PySpark and Dask into $(VENV) (460 MB; it takes a minute or a few)"
	@$(PIP) install $(PIP_QUIET) --require-hashes -r requirements-spark.lock
	@version=`"$${JAVA_HOME:+$$JAVA_HOME/bin/}java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p'`; \
	if [ "$${version:-0}" -ge 17 ]; then exit 0; fi; \
	echo "PySpark is installed, but it needs Java 17 or newer, and found Java $${version:-none}. Install one (on Debian and" >&2; \
	echo "Ubuntu the package default-jre-headless), or set JAVA_HOME to its folder. Then run again." >&2; \
	exit 1

# Debian's names; the tests take no browser that a test tool would download.
BROWSERS := chromium chromium-browser google-chrome google-chrome-stable
BROWSER_TESTS := tests/browser

browser: env ## what the tests in a real browser need: checks for Chromium and Java, fetches axe-core and the HTML checker
	@lacks=""; found="$(CHROMIUM)"; \
	for name in $(BROWSERS); do command -v $$name >/dev/null 2>&1 && found=$$name; done; \
	[ -n "$$found" ] || lacks="$$lacks Chromium (on Debian and Ubuntu the package chromium; or set CHROMIUM to its path)."; \
	command -v java >/dev/null 2>&1 || lacks="$$lacks Java (default-jre-headless)."; \
	command -v npm >/dev/null 2>&1 || lacks="$$lacks npm (npm)."; \
	if [ -n "$$lacks" ]; then echo "Missing, install and run again:$$lacks" >&2; exit 1; fi; \
	cd $(BROWSER_TESTS) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error

pages: browser ## 200 reports from an invented sample, each checked in the browser, by the HTML checker and for links
	$(BIN)/python $(BROWSER_TESTS)/check_pages.py --reports $(REPORTS)

REPORTS := 200

bench: env ## the table of what is claimed about speed, each figure beside the peer's (ROWS=1000000)
	$(BIN)/python benchmarks/bench.py --rows $(ROWS)

ROWS := 1000000

demo: env ## render reports from the invented sample in data/sample
	$(BIN)/investigate load $(SAMPLE)/logs --workspace $(SAMPLE)
	$(BIN)/investigate report --all --jobs 2 --workspace $(SAMPLE) --out $(OUT)
	@echo "Done. Everything in these reports is invented. Open in a browser:"
	@echo "  $(CURDIR)/$(OUT)/index.html"

report: need-data env ## reports from your files: make report DATA=path [WORKSPACE=folder]
	@$(BIN)/investigate load "$(DATA)" $(IN_WORKSPACE) || { \
		status=$$?; [ $$status -eq 3 ] || exit $$status; \
		echo "Some files were refused (named above). Going on with the others."; }
	@$(BIN)/investigate report --all $(IN_WORKSPACE)

ifneq ($(WORKSPACE),)
IN_WORKSPACE := --workspace "$(WORKSPACE)"
endif

.PHONY: need-data
need-data:
	@if [ -z "$(DATA)" ]; then \
		echo "DATA is missing: which files? It takes one file, folder or archive of released lookup logs, such as"; \
		echo "  make report DATA=data/raw"; \
		echo "  make report DATA=\"../released files\" WORKSPACE=../my-story"; \
		exit 2; \
	fi >&2

lab: env ## open the notebooks in JupyterLab (this machine only, with its token)
	$(BIN)/jupyter lab --ip=127.0.0.1 --LabApp.default_url=/lab/tree/notebooks

notebooks: env ## run the notebooks on the sample and store their results; read the diff like prose
	INVESTIGATE_WORKSPACE=sample $(BIN)/jupyter nbconvert --log-level ERROR --to notebook --execute --inplace notebooks/*.ipynb
	$(BIN)/nbstripout --keep-count --keep-output --extra-keys \
		"metadata.papermill cell.metadata.papermill cell.metadata.execution metadata.language_info.version" notebooks/*.ipynb

test: env ## all tests: the package's, then every notebook's saved results
	INVESTIGATE_WORKSPACE= $(BIN)/python -m pytest tests -n $(WORKERS) --dist loadscope
	INVESTIGATE_WORKSPACE= $(BIN)/python -m pytest notebooks --nbval-lax --nbval-current-env -p no:cacheprovider

check: env ## style, types, generated files, licences, lock against pyproject.toml
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/investigate dictionary --check
	$(BIN)/python tools/licences.py --check
	$(BIN)/python -m pytest -q tests/test_setup.py -k "lock or conda"
	$(PIP) check --disable-pip-version-check

licences: env ## write LICENSES.md from the locks and the installed packages; refuses a licence that is not allowed
	$(BIN)/python tools/licences.py

# In an environment of its own: what the tool needs is neither audited nor added to what reporters install.
AUDIT := $(VENV)/audit

audit: env ## known vulnerabilities of the packages in both locks (asks osv.dev; says so where it cannot be reached)
	@[ -x $(AUDIT)/bin/pip-audit ] || { $(BIN)/python -m venv --clear $(AUDIT) && \
		$(AUDIT)/bin/python -m pip install $(PIP_QUIET) "pip-audit>=2.7,<3"; }
	@$(BIN)/python tools/audit.py $(AUDIT)/bin/pip-audit

# The last versions with ready-made packages for Macs with Intel processors. Newer ones would have to be
# compiled there, with a C or Rust compiler that a newsroom laptop lacks.
INTEL_MAC := sys_platform == 'darwin' and platform_machine == 'x86_64'
CONSTRAINTS := $(VENV)/constraints.txt
NEW_LOCK := $(VENV)/requirements.lock
NEW_SPARK_LOCK := $(VENV)/requirements-spark.lock
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links --annotation-style line $(if $(UPGRADE),--upgrade)
SPARK_NEEDS := import tomllib; extras = tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]; \
	print(*extras["spark"], *extras["dask"], sep="\n")

lock: env ## write both locks anew after a change in pyproject.toml; UPGRADE=1 takes newer versions too
	@$(BIN)/uv --version >/dev/null 2>&1 || \
		$(PIP) install $(PIP_QUIET) uv
	@printf '%s\n' "argon2-cffi-bindings<26; $(INTEL_MAC)" "cryptography<49; $(INTEL_MAC)" \
		"pyproj<3.8; $(INTEL_MAC)" > $(CONSTRAINTS)
	@cp requirements.lock $(NEW_LOCK)
	$(COMPILE) pyproject.toml --extra lab --extra dev --constraints $(CONSTRAINTS) --output-file $(NEW_LOCK) >/dev/null
	@printf '%s\n' "# Made by \`make lock\` from pyproject.toml; do not edit. Every package that \`make env\` installs," \
		"# with hashes, for Python 3.11 to 3.13 on Linux, macOS and Windows." > requirements.lock
	@cat $(NEW_LOCK) >> requirements.lock
	@cp requirements-spark.lock $(NEW_SPARK_LOCK)
	@$(BIN)/python -c '$(SPARK_NEEDS)' > $(VENV)/spark.in
	$(COMPILE) $(VENV)/spark.in --no-annotate --constraints $(NEW_LOCK) --output-file $(NEW_SPARK_LOCK) >/dev/null
	@printf '%s\n' "# Made by \`make lock\` from the extras \"spark\" and \"dask\" of pyproject.toml; do not edit. What \`make spark\` adds to" \
		"# \`make env\`, with hashes. PySpark is published as source only and is built on installing." > requirements-spark.lock
	@cat $(NEW_SPARK_LOCK) >> requirements-spark.lock

clean: ## remove what make can make again: .venv, caches, sample store, reports/output (never data/raw or data/store)
	rm -rf $(VENV) $(OUT) $(SAMPLE)/data .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
