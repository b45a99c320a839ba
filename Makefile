# SPDX-License-Identifier: GPL-3.0-or-later
#
# On a bare Debian 12 with python3, python3-venv, python3-dev, make and gcc:
#
#     make demo     the whole service on this machine, with sample mail
#     make test     everything that must hold before a change is merged
#     make install  as root: the service into this Debian (docs/administrator.md)
#
# The first two set up what they need in .venv and do nothing twice: .venv is filled again only when a lock, pyproject.toml,
# the Python version or the checkout's place has changed.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

PYTHON ?= python3
JOBS ?= 2
FLAGS ?=

# What the tests start beside Python. Make it empty to answer for these yourself: make test SYSTEM_PACKAGES=
SYSTEM_PACKAGES ?= dovecot-imapd dovecot-lmtpd dovecot-sieve postfix postgresql baresip-core chromium \
	fonts-noto-core fonts-noto-cjk

# Relative, so that a checkout in a path with spaces works.
BIN := .venv/bin
BUILD_LOCK := requirements-build.lock
RUN_LOCK := requirements.lock
DEV_LOCK := requirements-dev.lock
# Voices and models that are on PyPI for the tests alone. Should one disappear, its tests are skipped and say so.
VOICES_LOCK := requirements-voices.lock

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
export PIP_ROOT_USER_ACTION := ignore

.PHONY: help demo test measure lint setup setup-dev system-packages install install-program install-files lock clean

help:
	@echo "make demo    run the whole service here, with an embedded mail server and sample mail (FLAGS=--once: then end)"
	@echo "make test    style, types, import order, and all tests (FLAGS='-k name': some of them)"
	@echo "make measure what is too long for the tests: every moment of the kill test, speed, scores; writes a report"
	@echo "make lint    style, types and import order only"
	@echo "make install as root: install or upgrade the service here (DESTDIR=… for a package)"
	@echo "make lock    resolve the dependencies anew and write the requirements*.lock files"
	@echo "make clean   remove .venv and everything else that these commands made"

demo: setup
	@echo "demo: starting the service with sample mail; Ctrl-C ends it"
	exec $(BIN)/python -m intake demo $(FLAGS)

test: lint system-packages
	@$(BIN)/python -m compileall -q intake tests  # some hundred processes are started that would each compile them
	echo "test: running the tests, $(JOBS) at a time"
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(FLAGS)

measure: setup-dev system-packages
	@echo "measure: this takes about half an hour; the report goes to docs/measurements"
	$(BIN)/python -m benchmarks.measure "$$(date +%F)"

lint: setup-dev
	@echo "lint: style"
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	echo "lint: types"
	$(BIN)/mypy
	echo "lint: imports run downwards"
	$(BIN)/lint-imports

# One recipe for both: what is installed is noted in .venv/installed; "dev" contains "run".
setup: KIND := run
setup-dev: KIND := dev
setup setup-dev:
	@if ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
		echo "setup: $(PYTHON) is missing or older than Python 3.11; install python3, or name another: make PYTHON=…" >&2
		exit 1
	fi
	if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then
		echo "setup: $(PYTHON) cannot make virtual environments; install it with: apt-get install python3-venv" >&2
		exit 1
	fi
	hash=$$(cat $(BUILD_LOCK) $(RUN_LOCK) $(DEV_LOCK) $(VOICES_LOCK) pyproject.toml | sha256sum)
	wanted="$${hash%% *} $$($(PYTHON) -V) $$(pwd -P)"
	for kind in dev $(KIND); do
		if [ -f .venv/installed ] && [ "$$(cat .venv/installed)" = "$$kind $$wanted" ]; then exit 0; fi
	done
	rm -f .venv/installed
	if ! $(BIN)/python -c 'import sys; sys.exit(sys.argv[1:] != ["Python " + sys.version.split()[0], sys.prefix])' \
			"$$($(PYTHON) -V)" "$$(pwd -P)/.venv" 2>/dev/null; then
		echo "setup: making the virtual environment .venv with $$($(PYTHON) -V)"
		rm -rf .venv
		$(PYTHON) -m venv .venv
	fi
	pip() { $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --progress-bar off "$$@"; }
	echo "setup: installing the locked dependencies (the first time takes a minute or two)"
	pip --require-hashes -r $(BUILD_LOCK)
	pip --require-hashes -r $(RUN_LOCK)
	if [ $(KIND) = dev ]; then
		echo "setup: installing the locked tools for development"
		pip --require-hashes -r $(DEV_LOCK)
		echo "setup: installing voices and models for the tests"
		pip --require-hashes -r $(VOICES_LOCK) ||
			echo "setup: a voice or model of $(VOICES_LOCK) cannot be installed; the tests that need one are skipped" >&2
	fi
	echo "setup: installing this checkout, editable"
	pip --editable .
	echo "$(KIND) $$wanted" > .venv/installed

# Debian starts a service as soon as it is installed, unless policy-rc.d says no: the tests start their own.
system-packages:
	@missing=()
	for package in $(SYSTEM_PACKAGES); do
		status=$$(dpkg-query -W -f '$${db:Status-Status}' "$$package" 2>/dev/null || true)
		[ "$$status" = installed ] || missing+=("$$package")
	done
	if [ $${#missing[@]} -eq 0 ]; then exit 0; fi
	if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
		echo "test: these Debian packages are missing; install them as root: apt-get install $${missing[*]}" >&2
		exit 1
	fi
	echo "test: installing the Debian packages $${missing[*]}"
	policy=/usr/sbin/policy-rc.d
	if [ ! -e "$$policy" ]; then
		trap 'rm -f "$$policy"' EXIT
		printf '#!/bin/sh\nexit 101\n' > "$$policy"
		chmod 755 "$$policy"
	fi
	export DEBIAN_FRONTEND=noninteractive
	apt-get -qq update
	apt-get -qq install --yes --no-install-recommends "$${missing[@]}" < /dev/null > /dev/null

# -- Installing on Debian. DESTDIR stands before every path, as packagers know it.

DESTDIR ?=
PROGRAM := /opt/intake
SETTINGS := /etc/intake
UNITS := /usr/lib/systemd/system
DOCS := /usr/share/doc/intake
# What the program is installed from; both are hashed, so that nothing else can be installed.
INSTALL_LOCKS ?= $(BUILD_LOCK) $(RUN_LOCK)

install: install-program install-files
	@if [ -n "$(DESTDIR)" ]; then exit 0; fi
	systemd-sysusers intake.conf
	systemd-tmpfiles --create intake.conf
	if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
	if systemctl is-active --quiet intake 2>/dev/null; then
		echo "install: done; to run the new version: systemctl restart intake"
	else
		echo "install: done; adapt $(SETTINGS)/intake.toml, put the passwords into $(SETTINGS)/secrets, then:"
		echo "    systemctl enable --now intake intake-backup.timer"
	fi

# The new program is made beside the old one and takes its place when it is complete, so that a failed upgrade changes
# nothing. The old one stays as $(PROGRAM).old until the next upgrade.
install-program:
	@if [ -z "$(DESTDIR)" ] && [ "$$(id -u)" != 0 ]; then
		echo "install: only root can install here; run: sudo make install" >&2
		exit 1
	fi
	if ! $(PYTHON) -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
		echo "install: Python 3.11 or newer with venv is needed; install it with: apt-get install python3-venv" >&2
		exit 1
	fi
	umask 022
	place="$(DESTDIR)$(PROGRAM)"
	new="$$place.new"
	echo "install: making $$place"
	rm -rf "$$new"
	mkdir -p "$$(dirname "$$place")"
	$(PYTHON) -m venv "$$new"
	pip() { "$$new/bin/python" -m pip install --quiet --no-deps --no-build-isolation --progress-bar off "$$@"; }
	for lock in $(INSTALL_LOCKS); do pip --require-hashes -r "$$lock"; done
	pip .
	test -x "$$new/bin/intake"
	# Programs name their interpreter by its full path: the one where it will lie.
	grep -rlIF "$$new" "$$new/bin" "$$new/pyvenv.cfg" | while IFS= read -r file; do
		sed -i "s|$$new|$(PROGRAM)|g" "$$file"
	done
	if [ -d "$$place" ]; then
		rm -rf "$$place.old"
		mv "$$place" "$$place.old"
	fi
	mv "$$new" "$$place"

install-files:
	@echo "install: units, guides and $(SETTINGS)"
	root="$(DESTDIR)"
	install -d "$$root$(UNITS)" "$$root/usr/lib/sysusers.d" "$$root/usr/lib/tmpfiles.d" "$$root$(DOCS)" "$$root/usr/local/bin"
	install -m 644 systemd/intake.service systemd/intake-backup.service systemd/intake-backup.timer "$$root$(UNITS)"
	install -m 644 systemd/sysusers.conf "$$root/usr/lib/sysusers.d/intake.conf"
	install -m 644 systemd/tmpfiles.conf "$$root/usr/lib/tmpfiles.d/intake.conf"
	install -m 644 docs/*.md systemd/asterisk.conf systemd/freeswitch.conf LICENSE "$$root$(DOCS)"
	ln -sfn $(PROGRAM)/bin/intake "$$root/usr/local/bin/intake"
	install -d -m 750 "$$root$(SETTINGS)"
	install -d -m 755 "$$root$(SETTINGS)/templates" "$$root$(SETTINGS)/templates/acknowledgement"
	install -d -m 700 "$$root$(SETTINGS)/secrets"
	# An office's own configuration is never touched.
	if [ ! -e "$$root$(SETTINGS)/intake.toml" ]; then
		sed -e 's|^data = "data" *|data = "/var/lib/intake"   |' \
			-e 's|^password_file = "secrets/|password_credential = "secrets_|' \
			intake/example/intake.toml > "$$root$(SETTINGS)/intake.toml"
		chmod 640 "$$root$(SETTINGS)/intake.toml"
	fi

lock:
	@echo "lock: resolving the dependencies"
	tools=$$(mktemp -d)
	trap 'rm -rf "$$tools"' EXIT
	$(PYTHON) -m venv "$$tools"
	"$$tools/bin/python" -m pip install --quiet uv
	compile() {
		"$$tools/bin/uv" pip compile --quiet --no-config --universal --python-version 3.11 --upgrade \
			--generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" "$$@"
	}
	compile --group build --output-file $(BUILD_LOCK)
	compile pyproject.toml --extra demo --extra postgresql --constraint $(BUILD_LOCK) --output-file $(RUN_LOCK)
	compile pyproject.toml --extra learn --extra whisper --group dev --constraint $(BUILD_LOCK) --constraint $(RUN_LOCK) \
		--output-file $(DEV_LOCK)
	compile pyproject.toml --extra test-voices --constraint $(DEV_LOCK) --output-file "$$tools/voices"
	# Only what the other locks have not.
	grep -oE '^[a-z0-9-]+==' $(DEV_LOCK) > "$$tools/known"
	awk 'FILENAME == ARGV[1] { known[$$1] = 1; next }
		/^[a-z0-9]/ { split($$1, name, "=="); keep = !((name[1] "==") in known) }
		keep || /^#/' "$$tools/known" "$$tools/voices" > $(VOICES_LOCK)

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build *.egg-info
	find intake tests -name __pycache__ -type d -prune -exec rm -rf {} +
