# Everything a newcomer types. `make` alone shows this list.
.DEFAULT_GOAL := help
.PHONY: help demo demo-down test check lint mutants molecule bench build pack package docs release format clean
SHELL := /bin/bash

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

demo: build ## Set up everything and run the main job on the local environment (EXAMPLE=NAME: one of examples/ alone)
	@scripts/demo.sh

demo-down: build ## Take the demo and the local environment away again
	@scripts/demo.sh down

test: build ## Set up everything and pass all tests: lint, unit, groovy, terraform, integration, journeys, instances, ansible, jenkins, controller
	@node scripts/test.mjs

check: build ## The suites that need no containers: what to run before each commit
	@node scripts/test.mjs check

lint: node_modules/.installed ## Types, style, format, layers, dead code, generated files
	@node scripts/lint.mjs

mutants: node_modules/.installed ## Change each decision and see whether the unit suite notices (MUTATE=FILE: those alone)
	@npx stryker run $(if $(MUTATE),--mutate '$(MUTATE)')

molecule: build ## Test the Ansible role ROLE with Molecule, on a host of its own (all roles one after another if left out)
	@node --import tsx scripts/molecule.ts $(ROLE)

bench: build ## Measure start-up, deploys, builds and the ledger beside peers
	@node --import tsx bench/run.ts

build: runner/dist/main.js ## Compile the runner

pack: node_modules/.installed ## Pack the runner into the file that the Jenkins library delivers
	@node scripts/pack.mjs

package: node_modules/.installed ## Make dist/automation-stack-VERSION.tgz, for npm install --global
	@node scripts/package.mjs

docs: node_modules/.installed ## Make the generated pages and the JSON Schema again
	@node --import tsx scripts/generate.ts

release: build ## Set the version, pack the runner with it, make CHANGELOG and tag; pushes nothing
	@scripts/release.sh

format: node_modules/.installed ## Format the code
	@npx prettier --write --log-level warn . && terraform fmt -recursive . >/dev/null

clean: ## Remove what was built
	@rm -rf runner/dist dist node_modules

# A stamp of our own: npm touches nothing when all is there already.
node_modules/.installed: package-lock.json
	@echo "Installing the pinned npm packages …"
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

runner/dist/main.js: node_modules/.installed package.json scripts/build.mjs scripts/bundle.mjs $(shell find runner/src -type f)
	@npm run --silent build
	@touch $@
