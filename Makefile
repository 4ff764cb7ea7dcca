# `make` alone lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/bash
CONFIGURATION ?= release
# Swift's own libraries go into the program: it is a sixth faster so, and runs where no Swift is installed. lld, since
# the other linker warns of what stands unused in them.
BUILD := swift build -c $(CONFIGURATION) --static-swift-stdlib -Xswiftc -use-ld=lld -Xlinker --build-id=sha1
# What stands below "# tests:" only tests need; what stands below "# packages:" only `make dist`.
BUILDING := $(shell sed -n '/^\# tests:/q; /^\#/!p' config/apt-packages.txt)
TESTING := $(BUILDING) $(shell sed -n '/^\# tests:/,/^\# packages:/{/^\#/!p}' config/apt-packages.txt)
PACKAGING := $(BUILDING) $(shell sed -n '/^\# packages:/,$${/^\#/!p}' config/apt-packages.txt)
# By its number debuggers find the symbols that are packaged apart.
PROGRAM = $(shell $(BUILD) --show-bin-path)/gateway
DESTDIR ?=
DIST ?= .build/dist

.PHONY: help packages test-packages dist-packages build program run test check format lint bench golden fuzz torture dist sbom \
  install clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# Installs those of $(1) that are missing.
define install-packages
@missing=$$(for p in $(1); do \
  dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q 'install ok installed' || echo $$p; done); \
if [ -n "$$missing" ]; then \
  sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
  echo "Installing:" $$missing; \
  $$sudo apt-get update -qq && \
  $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
fi
endef

packages: ## install the Debian packages that building needs and that are missing (config/apt-packages.txt)
	$(call install-packages,$(BUILDING))

test-packages: ## the same of what tests need: a browser, PostgreSQL, Python
	$(call install-packages,$(TESTING))

dist-packages: ## the same of what making packages needs
	$(call install-packages,$(PACKAGING))

build: packages ## build the gateway and its benchmark (optimised)
	@$(BUILD) --product gateway
	@$(BUILD) --product gateway-bench

program: packages ## build the gateway alone
	@$(BUILD) --product gateway

run: build ## start the gateway and walk the sample referrals through it; stays up until Ctrl-C
	@exec $$($(BUILD) --show-bin-path)/gateway demo

# All tests at once keep so many files open that Foundation, starting a process, reads beyond its list of them.
test: test-packages ## run every test
	@swift build --build-tests
	@SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=16 swift test --skip-build --parallel

check: lint test ## what CI runs, and the style check
	@$(BUILD) 2>&1 | tee /dev/stderr | (! grep -q 'warning:')

format: ## format the Swift sources in place
	@swift format --in-place --recursive --parallel Sources Tests Package.swift

lint: ## report style and formatting findings
	@swift format lint --strict --recursive --parallel Sources Tests Package.swift

bench: build ## measure side by side and print ratios
	@$$($(BUILD) --show-bin-path)/gateway-bench

golden: packages ## rewrite the golden files of the mapping examples from what the mappings give now
	@UPDATE_GOLDEN=1 swift test --filter Golden

TORTURE_SECONDS ?= 600
TORTURE_SEED ?= 1
torture: packages test-packages ## kill, freeze, cut and fill under load, then reckon (TORTURE_SECONDS=600 TORTURE_SEED=1)
	@TORTURE_SECONDS=$(TORTURE_SECONDS) TORTURE_SEED=$(TORTURE_SEED) swift test --filter TortureTests

FUZZ ?= documents texts mappings translation embedded
FUZZ_SECONDS ?= 60
fuzz: packages ## hurt documents, texts and mappings (FUZZ_SECONDS=600 FUZZ=documents; what breaks stays in .build/fuzz)
	@LEGAL_AID_FUZZING=1 swift build -c release --scratch-path .build/fuzz --product gateway-fuzz \
	  -Xswiftc -enable-testing -Xswiftc -sanitize=fuzzer,address -Xswiftc -use-ld=lld
	@for target in $(FUZZ); do \
	  .build/fuzz/release/gateway-fuzz $$target Mappings .build/fuzz/corpus -max_total_time=$(FUZZ_SECONDS) \
	    -max_len=16384 -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 || exit 1; \
	done

dist: program dist-packages ## make Debian package, debug symbols, tarball, SPDX document and checksums (DIST=.build/dist)
	@config/package/dist.sh $(PROGRAM) $(DIST)

sbom: program dist-packages ## print what the program is linked to, with versions and licences (SPDX)
	@config/package/sbom.py $(PROGRAM)

install: program ## install the program, its settings and manuals below DESTDIR
	@config/package/stage.sh $(PROGRAM) $(DESTDIR)

clean: ## remove what was built
	@rm -rf .build
