# The verbs of this kit. Each makes the environment first (scripts/bootstrap; quick when it is there), so any of them
# may be the first command in a fresh clone.
.DEFAULT_GOAL := help
# How many examples `make fuzz` tries in each of its tests.
FUZZ_EXAMPLES ?= 20000
# Three for two processors: much of the time of a test is waiting for another process.
TEST_PROCESSES ?= 3
FUZZ_TESTS = tests/test_sandbox_protocol.py tests/test_sandbox_remote.py tests/test_outputs.py tests/test_feedback.py \
	tests/test_intake.py
.PHONY: help bootstrap demo test exam lint fuzz mutants calibrate diagnoses costs bench messages notebooks gradescope seed-tables
.PHONY: student-kit lock clean
# Several verbs of one call run one after the other, in the order given, also with -j: they share folders and cores.
.NOTPARALLEL:

help: ## list the verbs
	@sed -n 's/^\([a-z-]*\):.*##/\1/p' Makefile | while read -r verb is; do printf 'make %-12s %s\n' $$verb "$$is"; done

bootstrap: ## make .venv, the Python 3.11 environment
	@sh scripts/bootstrap

demo: bootstrap ## the whole life of every assignment, on sample classes
	@.venv/bin/python -m grader demo

test: lint ## lint, then run every test
	.venv/bin/pytest -n $(TEST_PROCESSES) --dist loadscope

exam: bootstrap ## every submission at every seed; `make test` runs a part of them
	.venv/bin/pytest -n $(TEST_PROCESSES) --dist loadscope -m "study or not study"

lint: bootstrap ## style, format and types
	.venv/bin/ruff check && .venv/bin/ruff format --check && .venv/bin/mypy

fuzz: bootstrap ## attack the protocol, notebooks and pages with many random inputs
	@seed=$${FUZZ_SEED:-$$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}; \
	echo "Seed $$seed; to repeat: make fuzz FUZZ_SEED=$$seed FUZZ_EXAMPLES=$(FUZZ_EXAMPLES)"; \
	GRADER_FUZZ_EXAMPLES=$(FUZZ_EXAMPLES) .venv/bin/pytest --hypothesis-seed=$$seed $(FUZZ_TESTS)

mutants: bootstrap ## grade hundreds of machine-made mistakes; none may get full marks
	@.venv/bin/python scripts/mutants.py

calibrate: bootstrap ## what a right submission risks, and how small a mistake is still seen
	@.venv/bin/python scripts/calibrate.py

diagnoses: bootstrap ## which mistake the grader names, beside the one that was made
	@.venv/bin/python scripts/diagnoses.py

costs: bootstrap ## what each common mistake costs in points
	@.venv/bin/python scripts/costs.py

bench: bootstrap ## a class through stock nbgrader, otter-grader and this kit; what a notebook and its isolation cost
	@.venv/bin/python scripts/bench_class.py
	@.venv/bin/python scripts/bench.py

messages: bootstrap ## every message a student can read, one per check and diagnosis, as a page and as text
	@.venv/bin/python scripts/messages.py

notebooks: bootstrap ## build the notebooks from their scripts
	@.venv/bin/python -m grader.build

gradescope: bootstrap ## an autograder to upload to Gradescope, for each assignment, in build/gradescope
	@.venv/bin/python scripts/gradescope_zip.py

seed-tables: bootstrap ## compute the tables of the documentation again
	@.venv/bin/python -m solutions.seed_tables

student-kit: bootstrap ## what students install: notebooks, a wheel without solutions, an environment
	@.venv/bin/python -m grader student-kit build/student-kit

lock: bootstrap ## write requirements.lock and environment.yml from pyproject.toml
	@sh scripts/lock

clean: ## remove .venv, caches and what was built; a course's own files stay
	@sh scripts/clean
