# Two commands matter: 'make demo' shows the whole way of an issue, 'make test' checks everything.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NEWSLETTER := $(BIN)/newsletter
DEMO_ISSUE := 2022-08
ROUNDS ?= 200
# Two for each processor: tests wait for a disk, a clock or a server about as long as they work.
JOBS ?= $(shell echo $$((2 * $$(nproc 2>/dev/null || echo 1))))
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.DEFAULT_GOAL := help
# What the tests use without installing it: Debian's programs in .debian/, npm's in .node/, and
# mails of other makers in .samples/.
OPENDKIM := .debian/opendkim.stamp
EXIM := .debian/exim4-daemon-light.stamp
NGINX := .debian/nginx.stamp
DOVECOT := .debian/dovecot-core.stamp .debian/dovecot-imapd.stamp
MAILPARSER := .node/mailparser-3.14.2.stamp
SAMPLES := .samples/flufl_bounce-6.0.0.stamp

.PHONY: help demo catalogues quick test lint check unit wheel-test crash-test fuzz screenshots bench bench-quick profile system clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

catalogues: $(VENV)/installed-dev ## Compile what the program says: newsletter/locale/*/*.po
	$(BIN)/python -m tests.catalogues

demo: $(VENV)/installed ## Compose August 2022, import readers, send a test, dispatch to outbox/
	@$(BIN)/python examples/demo.py $(DEMO_ISSUE)

quick: $(VENV)/installed-dev lint ## Style, types, contracts and the fast tests, within a minute
	$(BIN)/pytest --quick -n $(JOBS) --dist loadfile

# The tests wait now and then; style, types and the wheel take those moments.
test: system $(VENV)/installed-dev $(OPENDKIM) $(EXIM) $(NGINX) $(DOVECOT) $(MAILPARSER) $(SAMPLES) ## Everything that has to hold before a change lands
	@$(MAKE) --no-print-directory -j3 unit lint wheel-test
	@echo "All checks passed."

lint: $(VENV)/installed-dev ## Style, types, and the direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(VENV)/installed-dev $(OPENDKIM) $(EXIM) $(NGINX) $(DOVECOT) $(MAILPARSER) $(SAMPLES) ## The test suite
	$(BIN)/pytest -n $(JOBS) --dist worksteal

wheel-test: $(VENV)/installed-dev ## Build the wheel; a site made from it alone must compose
	@rm -rf build/wheel && mkdir -p build/wheel
	$(BIN)/python -m build --wheel --outdir build/wheel . > build/wheel/log.txt 2>&1 || { cat build/wheel/log.txt; exit 1; }
	$(PYTHON) -m venv build/wheel/venv
	build/wheel/venv/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt build/wheel/*.whl
	cd build/wheel && venv/bin/newsletter init site && cd site && ../venv/bin/newsletter compose "$$(ls issues | grep -m1 '^[0-9]')"

crash-test: $(VENV)/installed-dev ## Kill dispatches, servers and disks ROUNDS times (200); compare person by person
	$(BIN)/python -m tests.crash --rounds $(ROUNDS) --write docs/reliability.md

fuzz: $(VENV)/installed-dev $(SAMPLES) ## Read 100,000 mutated mails that came back
	$(BIN)/python -m tests.feedback.fuzz

screenshots: system $(VENV)/installed-dev ## Pictures of every edition, page and mail in build/screenshots/
	$(BIN)/python -m tests.browser.screenshots

bench: $(VENV)/installed ## Measure beside smtp-source, nodemailer, smtplib: benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks $(if $(filter 0,$(MILLION)),--no-million)

bench-quick: $(VENV)/installed ## The same with few letters; writes nothing
	$(BIN)/python -m benchmarks --quick

profile: $(VENV)/installed ## Which functions of a dispatch take the processor's time
	$(BIN)/python -m benchmarks profile

# The tests need a database server, a mail sink, three mail servers, a web server, Perl and npm to
# read letters with, a browser, and fonts for it: Hangul, and Latin as wide as Arial; and curl.
# Exim, which is only unpacked because Postfix excludes it, insists on a user of its own; nginx and
# Dovecot are only unpacked so that they do not serve the machine's own ports.
system:
	@missing=""; \
	PATH="$$PATH:/usr/sbin"; \
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$$missing postgresql"; \
	command -v smtp-sink >/dev/null || missing="$$missing postfix"; \
	command -v chromium >/dev/null || missing="$$missing chromium"; \
	command -v curl >/dev/null || missing="$$missing curl"; \
	command -v npm >/dev/null || missing="$$missing npm"; \
	perl -MMIME::Parser -e 1 2>/dev/null || missing="$$missing libmime-tools-perl"; \
	fc-list :lang=ko 2>/dev/null | grep -q . || missing="$$missing fonts-noto-cjk"; \
	fc-list 2>/dev/null | grep -q 'Liberation Sans' || missing="$$missing fonts-liberation"; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ]; then \
	    echo "Installing$$missing"; \
	    echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $$missing fontconfig >/dev/null; \
	  else \
	    echo "The tests need:$$missing. Run this once, then make test again:"; \
	    echo "  sudo apt-get update && sudo apt-get install --no-install-recommends -y$$missing fontconfig"; \
	    exit 1; \
	  fi; \
	fi
	@if [ "$$(id -u)" = 0 ] && ! getent passwd Debian-exim >/dev/null; then \
	  useradd --system --user-group --no-create-home --home-dir /var/spool/exim4 --shell /usr/sbin/nologin Debian-exim; \
	fi

$(OPENDKIM) $(EXIM) $(NGINX) $(DOVECOT): tests/system/unpack_debian.sh | system
	@rm -f $@
	@tests/system/unpack_debian.sh $(basename $(notdir $@))

$(MAILPARSER): | system
	@echo "Installing mailparser into .node/ (once)"
	@rm -rf .node/node_modules && mkdir -p .node
	@npm install --prefix .node --no-package-lock --no-save --no-audit --no-fund --loglevel=error mailparser@3.14.2 >/dev/null
	@touch $@

# The source of flufl.bounce (Apache-2.0): its tests have mails of servers of twenty years.
$(SAMPLES): | $(VENV)/installed-dev
	@echo "Unpacking samples of mails that came back into .samples/ (once)"
	@mkdir -p .samples
	@$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: --dest .samples flufl.bounce==6.0.0
	@tar -xzf .samples/flufl_bounce-6.0.0.tar.gz -C .samples
	@touch $@

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; 'make demo PYTHON=python3.12' uses another one."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "No virtual environment can be made here. Run: apt install python3-venv"; exit 1; }

$(VENV)/installed: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "Installing into $(VENV)/ (once)"
	@$(PIP) --editable .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	@echo "Installing what the tests need into $(VENV)/ (once)"
	@$(PIP) --editable '.[dev]'
	@touch $@

clean: ## Remove what was made here, but not the readers or the ledger
	rm -rf build outbox .debian .node .samples $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis
