# One command per job, the same ones CI runs. `make help` lists them.
.DEFAULT_GOAL := help
.SUFFIXES:
SHELL := /bin/bash

PYTHON  ?= python3
SERVICE := .venv-service
DEV     := .venv
RUN     := $(DEV)/bin/python
export MLFLOW_DISABLE_TELEMETRY := true
export DO_NOT_TRACK := true

# Only what was typed after `make` counts: a HOST that the shell happens to export is the machine's name.
ifeq ($(origin HOST),command line)
export NERVEROOT_HOST := $(HOST)
endif
ifeq ($(origin PORT),command line)
export NERVEROOT_PORT := $(PORT)
MLFLOW_PORT := $(PORT)
endif
MLFLOW_PORT ?= 5000

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: serve
serve: $(SERVICE)/.installed ## run the service (HOST=127.0.0.1 PORT=8000; settings: NERVEROOT_*)
	@exec $(SERVICE)/bin/python -m service

.PHONY: migrate
migrate: $(SERVICE)/.installed ## bring the record to the schema of this software (settings: NERVEROOT_DATABASE_URL)
	@$(SERVICE)/bin/python -m service.record migrate

.PHONY: verify-record
verify-record: $(SERVICE)/.installed ## find altered or missing rows of the record (ANCHOR=seq:hash noted earlier)
	@$(SERVICE)/bin/python -m service.record verify $(if $(ANCHOR),--anchor $(ANCHOR))

.PHONY: purge
purge: $(SERVICE)/.installed ## remove the clinical content of old answers (OLDER_THAN=3650d or 2016-12-31; DRY_RUN=1)
	@$(SERVICE)/bin/python -m service.record purge --older-than "$(OLDER_THAN)" $(if $(DRY_RUN),--dry-run)

.PHONY: outcomes-export
outcomes-export: $(SERVICE)/.installed ## write answers with an outcome as a labelled table for `make train` (OUT=exams.jsonl TENANT=name)
	@$(SERVICE)/bin/python -m service.record export-outcomes --out "$(or $(OUT),exams.jsonl)" $(if $(TENANT),--tenant "$(TENANT)") \
		$(if $(OVERWRITE),--overwrite)

# The status of the program would be lost in make's own: it is told in words, and `python -m batch` has it as it is.
.PHONY: batch
batch: $(DEV)/.installed ## answer many examinations (IN=exams.parquet OUT=answers.parquet, or .jsonl, or folders; docs/batch.md)
	@$(RUN) -m batch --in "$(IN)" --out "$(OUT)" $(if $(SCHEDULER),--scheduler "$(SCHEDULER)") \
		$(if $(WORKERS),--workers "$(WORKERS)") $(if $(ONLY),--only "$(ONLY)") $(if $(AT),--at "$(AT)") \
		$(if $(CHUNK_ROWS),--chunk-rows "$(CHUNK_ROWS)") $(if $(ONE_BY_ONE),--one-by-one) \
		$(if $(OVERWRITE),--overwrite) $(ARGS)

.PHONY: api-key
api-key: $(SERVICE)/.installed ## make a key for a caller and print it once (TENANT=clinic NAME=app SCOPES=assess,read EXPIRES=2027-12-31)
	@$(SERVICE)/bin/python -m service.identity create --tenant "$(TENANT)" --name "$(NAME)" --scopes "$(SCOPES)" \
		$(if $(EXPIRES),--expires $(EXPIRES))

.PHONY: api-keys
api-keys: $(SERVICE)/.installed ## list the keys of callers
	@$(SERVICE)/bin/python -m service.identity list

.PHONY: api-key-revoke
api-key-revoke: $(SERVICE)/.installed ## end a key within a second, without a restart (ID=…)
	@$(SERVICE)/bin/python -m service.identity revoke "$(ID)"

.PHONY: test
test: setup postgres chromium ## run the quick tests (ARGS='-k name' to choose)
	$(RUN) -m tests $(ARGS)

.PHONY: test-long
test-long: setup postgres chromium ## run every test, the long ones too
	$(RUN) -m pytest -m '' $(ARGS)

.PHONY: postgres
postgres: $(DEV)/.installed ## see that PostgreSQL is there for the tests; where it may, install it (Debian)
	@$(RUN) -m tests.record.ensure_postgres

.PHONY: chromium
chromium: $(DEV)/.installed ## see that Chromium is there for the tests; where it may, install it (Debian)
	@$(RUN) -m tests.browser.ensure_chromium

.PHONY: soak
soak: setup ## send 100,000 examinations to a service of its own, watch its memory, and count what was kept (REQUESTS=…)
	$(RUN) -m bench.soak $(if $(REQUESTS),--requests $(REQUESTS)) $(ARGS)

.PHONY: recording
recording: setup ## measure what it costs to keep an answer: one commit each against shared ones
	$(RUN) -m bench.recording $(ARGS)

.PHONY: bench
bench: setup ## measure answers a second beside others, on one core (PEERS=1, WORKERS=1; WRITE=1: all, and docs/speed.md; needs wrk)
	@$(RUN) -m bench.serving $(if $(PEERS),--peers) $(if $(WORKERS),--workers) $(if $(WRITE),--write) $(ARGS)

.PHONY: scaling
scaling: setup ## measure what an answer costs a PostgreSQL and how many one chain takes, and write the tables of docs/scaling.md
	@$(RUN) -m bench.scaling $(ARGS)

.PHONY: demo-ehr
demo-ehr: setup ## play a small record system: orders with signed tokens, cards, feedback (BASE=http://127.0.0.1:8000)
	@$(RUN) -m bench.demo_ehr $(if $(BASE),--base "$(BASE)") $(ARGS)

.PHONY: cards
cards: setup ## measure how long a card of CDS Hooks takes, with everything prefetched
	@$(RUN) -m bench.cds $(ARGS)

.PHONY: bedside
bedside: setup chromium ## measure in a browser what the bedside page weighs and how soon it answers
	@$(RUN) -m bench.bedside $(ARGS)

.PHONY: screens
screens: setup chromium ## take the pictures of the bedside page in README anew
	@$(RUN) -m bench.screens

.PHONY: alerts
alerts: ## check and test the alert rules (needs promtool; Debian: apt-get install prometheus)
	cd deploy/prometheus && promtool check rules alerts.yaml && promtool test rules alerts_test.yaml drift_test.yaml

.PHONY: image
image: ## build the image of the service, tagged by its version (needs Docker; ARGS='--build-arg PYTHON_IMAGE=mirror/python:3.11-slim')
	@version=$$($(PYTHON) -c 'from service.version import SOFTWARE_VERSION as version; print(version)') && docker build \
		--file deploy/Dockerfile --target service --tag "nerveroot:$$version" --build-arg "VERSION=$$version" \
		--build-arg "REVISION=$$(git rev-parse HEAD)" $(ARGS) .

.PHONY: manifests
manifests: ## print what the example for Kubernetes builds to (needs kubectl; OVERLAY=example)
	@kubectl kustomize deploy/kubernetes/overlays/$(or $(OVERLAY),example)

.PHONY: audit
audit: setup ## look for known faults in the locked dependencies, as far as the network allows; write sbom.cdx.json
	@$(RUN) -m bench.audit

.PHONY: check
check: setup ## format, lint, strict types, import rules, rulebook up to date; changes nothing
	$(DEV)/bin/ruff format --check .
	$(DEV)/bin/ruff check .
	$(RUN) -m mypy
	$(DEV)/bin/lint-imports --no-cache
	$(RUN) -m service.rulebook_page --check

.PHONY: format
format: setup ## format the code and mend what the linter can mend
	$(DEV)/bin/ruff check --fix-only .
	$(DEV)/bin/ruff format .

.PHONY: train
train: setup ## train and judge a candidate (VERSION=x.y.z; a site's own exams: DATA=file PRIOR_WEIGHT=exams; SCHEDULER=tcp://…)
	$(RUN) -m training $(if $(VERSION),--version $(VERSION)) $(if $(DATA),--data $(DATA)) \
		$(if $(PRIOR_WEIGHT),--prior-weight $(PRIOR_WEIGHT)) $(if $(SCHEDULER),--scheduler $(SCHEDULER)) $(ARGS)

# The pages of a store on a server are on that server; here are those of a file. One worker, no background jobs: they
# take half a gigabyte each and nothing here needs them.
.PHONY: mlflow
mlflow: setup ## open the pages of MLflow on this machine (PORT=5000)
	@echo "http://127.0.0.1:$(MLFLOW_PORT) in a quarter of a minute; Ctrl-C ends it"
	@MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false exec $(RUN) -m mlflow ui --host 127.0.0.1 --port $(MLFLOW_PORT) \
		--workers 1 --backend-store-uri "$(or $(filter sqlite:%,$(MLFLOW_TRACKING_URI)),sqlite:///$(CURDIR)/mlflow.db)"

.PHONY: promote
promote: setup ## judge a candidate against the champion, release it (VERSION=x.y.z or FROM=folder, CASES=file)
	$(RUN) -m bench.promote $(if $(VERSION),--version $(VERSION)) $(if $(FROM),--from $(FROM)) \
		$(if $(CASES),--cases $(CASES)) $(if $(SCORER),--scorer $(SCORER)) $(if $(OVERWRITE),--overwrite) $(ARGS)

.PHONY: rollback
rollback: setup ## make the champion before the present one champion again
	$(RUN) -m training.rollback $(ARGS)

.PHONY: reproduce
reproduce: setup ## train a released model again and say what differs (VERSION=x.y.z; the champion if left out)
	$(RUN) -m training.reproduce $(if $(VERSION),--version $(VERSION)) $(if $(DATA),--data $(DATA)) $(ARGS)

.PHONY: cohort-page
cohort-page: setup ## hold the cohort against the papers and write docs/cohort.md (a few minutes)
	$(RUN) -m training.fit_page

.PHONY: cohort-speed
cohort-speed: setup ## measure how long a million synthetic patients take and how much memory (ARGS='--patients 100000')
	@$(RUN) -m bench.cohort $(ARGS)

.PHONY: study
study: setup ## work out how many cases a site needs and write docs/site-data.md (a few minutes)
	OPENBLAS_NUM_THREADS=1 $(RUN) -m training.site.study

.PHONY: score
score: setup ## score model and textbook rule on published cases (SCORER=../shared/cases/score.py)
	$(RUN) -m bench.score $(if $(SCORER),--scorer $(SCORER)) $(ARGS)

.PHONY: rulebook
rulebook: setup ## write docs/rulebook.md: every rule for reading
	$(RUN) -m service.rulebook_page

.PHONY: catalogue
catalogue: setup ## write or update the texts of a language (LANGUAGE=nl) in service/catalogues
	$(RUN) -m service.catalogue $(LANGUAGE)

.PHONY: burden
burden: setup ## count what the red flags raise and miss and write docs/alert-burden.md (a few minutes)
	OPENBLAS_NUM_THREADS=1 $(RUN) -m bench.burden $(ARGS)

.PHONY: asking
asking: setup ## play through what examining the suggested finding gains and write docs/next-examinations.md (minutes)
	OPENBLAS_NUM_THREADS=1 $(RUN) -m bench.asking_page

.PHONY: setup
setup: $(SERVICE)/.installed $(DEV)/.installed ## make both virtual environments (the other targets do it by themselves)

.PHONY: lock
lock: $(DEV)/.installed ## resolve the dependencies again and write requirements/*.lock
	$(call compile,dev,--group dev)
	$(call compile,training,--group training -c requirements/dev.lock)
	$(call compile,service,-c requirements/dev.lock)

.PHONY: clean
clean: ## remove the virtual environments and caches; what MLflow and candidates/ hold stays
	rm -rf $(SERVICE) $(DEV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# dev holds the other two, so it is resolved first and the others take its versions.
compile = $(DEV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
	pyproject.toml $(2) -o requirements/$(1).lock

# The pip of $(PYTHON) fills the environment, because some systems ship a venv that cannot make a pip of its own.
# The stamp is younger than the lock, or the environment is made anew: a second call starts at once.
$(SERVICE)/.installed: requirements/service.lock
	$(call install,$(SERVICE),service)

$(DEV)/.installed: requirements/dev.lock
	$(call install,$(DEV),dev)

define install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "nerveroot needs Python 3.11 or newer; PYTHON=... names one")'
	@echo "making $(1) from requirements/$(2).lock (once; the dev set takes a few minutes)"
	@rm -rf $(1) && $(PYTHON) -m venv --without-pip $(1)
	@$(PYTHON) -m pip --python $(1)/bin/python install -qq --disable-pip-version-check --require-hashes \
		-r requirements/$(2).lock
	@touch $@
endef
