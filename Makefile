# SPDX-License-Identifier: GPL-2.0-only
#
# The front door. "make help" tells what there is; Kbuild files say how the
# modules are made.

KDIR	?= /lib/modules/$(shell uname -r)/build
BUILD	?= $(CURDIR)/build
PREFIX	?= /usr/local
DESTDIR	?=
ARCH	?=

# User programs, each directory with a Makefile that builds into O
USER_DIRS := $(patsubst %/Makefile,%,$(wildcard samples/*/Makefile tests/*/Makefile))

.DEFAULT_GOAL := help

.PHONY: help
help: ## this list
	@echo 'Usage: make TARGET [VARIABLE=VALUE ...]'
	@echo
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | \
		awk -F'|' '{ printf "%-14s %s\n", $$1, $$2 }'
	@echo
	@echo 'check, bench, demo, kunit, coverage, fuzz, fuzz-model, fuzz-vfio, soak, lint, docs and shell need root, and install mmdebstrap if it is missing;'
	@echo 'what they build is kept in $${MDEV_CXL_CACHE:-$${XDG_CACHE_HOME:-~/.cache}/mdev-cxl}.'

.PHONY: modules
modules: ## build the modules for the kernel in KDIR (default: the running one) into BUILD (default: build)
	@mkdir -p $(BUILD)/modules
	$(MAKE) -C $(KDIR) M=$(CURDIR) MO=$(abspath $(BUILD)/modules) modules

.PHONY: user
user: ## build the user programs of samples/ and tests/ into BUILD
	@mkdir -p $(BUILD)
	@set -e; for dir in $(USER_DIRS); do \
		$(MAKE) --no-print-directory -C $$dir O=$(abspath $(BUILD)); \
	done

.PHONY: install
install: root = $(abspath $(DESTDIR))
install: modules ## install modules, headers, files for mdevctl and udev (DESTDIR, PREFIX)
	$(MAKE) -C $(KDIR) M=$(CURDIR) MO=$(abspath $(BUILD)/modules) \
		$(if $(root),INSTALL_MOD_PATH=$(root)) modules_install
	install -D -m 644 -t $(root)$(PREFIX)/include/linux \
		include/uapi/linux/vfio_mdev_cxl.h
	install -D -m 644 -t $(root)$(PREFIX)/src/mdev-cxl/include/linux \
		include/linux/mdev_cxl.h
	install -D -m 644 -t $(root)$(PREFIX)/src/mdev-cxl \
		$(BUILD)/modules/Module.symvers
	$(MAKE) -C mdevctl-types install DESTDIR=$(root) PREFIX=$(PREFIX)

.PHONY: kunit
kunit: ## run the unit tests on UML, with KASAN and lockdep, or on x86-64 with ARCH=x86_64
	tests/lab/enter kunit/run $(ARCH)

.PHONY: coverage
coverage: ## lines of the function model that the unit tests run, and of drivers/mdev-cxl that the end-to-end tests run, by gcov
	tests/lab/enter kunit/run coverage
	tests/coverage

.PHONY: check
check: ## run all tests: unit tests, then end to end in a virtual machine
	tests/check

.PHONY: fuzz
fuzz: export TIME := $(or $(TIME),0)
fuzz: ## search for faults, for TIME seconds (default: for ever): fuzz-model and fuzz-vfio side by side
	tests/fuzz/run

.PHONY: fuzz-model
fuzz-model: ## the function model under libFuzzer, for TIME seconds (default: for ever)
	tests/lab/enter tests/fuzz/run-model $(or $(TIME),0)

# Some more than it takes, or 30 years
fuzz_timeout = $(if $(filter-out 0,$(TIME)),$$(( $(TIME) + 600 )),1000000000)

.PHONY: fuzz-vfio
fuzz-vfio: ## in the lab's machine, random use of the VFIO interface, for TIME seconds (default: for ever); KERNEL=debug to be led by coverage
	tests/lab/run --kernel $(or $(KERNEL),stock) --parent soft --timeout $(fuzz_timeout) -- \
		env TIME=$(or $(TIME),0) SEED=$(SEED) tests/fuzz/run-vfio

.PHONY: bench
bench: ## what it costs, beside what its peers cost; ICOUNT=1 counts instructions
	tests/bench/run $(abspath $(BUILD)/bench) $(if $(ICOUNT),--instructions)

.PHONY: demo
demo: ## one emulated accelerator, mdevctl, libvirt and two KVM guests
	tests/demo

HOURS	?= 1

.PHONY: soak
soak: ## guests, jobs and partitions come and go for HOURS (default: 1), and memory use stays
	seconds=$$(awk 'BEGIN { printf "%d", $(HOURS) * 3600 }'); \
	tests/lab/run --parent soft --timeout $$(( seconds + 1800 )) -- \
		env SOAK_SECONDS=$$seconds tests/e2e/soak

.PHONY: shell
shell: ## a prompt in the lab's machine, with the emulated accelerator bound
	tests/lab/shell

.PHONY: lint
lint: ## checkpatch --strict, sparse, W=1, kernel-doc, shellcheck
	tests/lab/enter tests/lint

.PHONY: docs
docs: ## the documentation as HTML in BUILD/docs; warnings are errors
	tests/lab/enter Documentation/build $(abspath $(BUILD)/docs)

.PHONY: clean
clean: ## remove BUILD; the cache stays
	rm -rf $(BUILD)
