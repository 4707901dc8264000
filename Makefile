# make run      everything on this machine, on http://127.0.0.1:8080; flags: make run ARGS="--listen 127.0.0.1:9000"
# make build    bin/consentry, with the profile that is soonest there
# make test     all tests
# make soak     what takes too long for each change: CASES random inputs for each parser, 400 requests for each endpoint, and the
#               server killed fifty times under load
# make bench    how fast it is: writes docs/performance.* (about ten minutes; leave the machine alone meanwhile)
# make check    what must hold before a change is merged: formatting, lints, documentation, dependencies, tests

CARGO ?= cargo
ARGS ?=
CASES ?= 20000

# cargo-deny only reads Cargo.lock: building it quickly is worth more than its speed.
DENY_BUILD = CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16

.PHONY: run build test soak bench check fmt-check clippy doc deny tools client-tools

run: build
	@exec bin/consentry dev $(ARGS)

build: tools
	$(CARGO) build --locked --bin consentry
	@mkdir -p bin
	@target=$$($(CARGO) metadata --locked --no-deps --format-version 1 | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p') && \
		ln -f "$$target/debug/consentry" bin/consentry 2>/dev/null || cp -f "$$target/debug/consentry" bin/consentry

test: tools client-tools
	$(CARGO) test --locked

# One line a part. Unoptimised on purpose: overflows are found, and nothing is built anew.
soak: tools client-tools
	PROPTEST_CASES=$(CASES) $(CARGO) test --locked --lib properties
	PROPTEST_CASES=$(CASES) $(CARGO) test --locked --lib forwarded
	CONSENTRY_API_EXAMPLES=400 $(CARGO) test --locked --test it clients::schemathesis
	CONSENTRY_KILL_ROUNDS=50 $(CARGO) test --locked --test it platform::kill

bench: tools
	$(CARGO) bench --locked --bench bench -- --write-docs

check: tools client-tools fmt-check clippy doc deny test

fmt-check:
	@$(CARGO) fmt --version >/dev/null 2>&1 || { echo "rustfmt is missing: rustup component add rustfmt" >&2; exit 1; }
	$(CARGO) fmt --all --check

clippy: tools
	@$(CARGO) clippy --version >/dev/null 2>&1 || { echo "clippy is missing: rustup component add clippy" >&2; exit 1; }
	$(CARGO) clippy --locked --all-targets -- -D warnings

doc: tools
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --no-deps

deny:
	@$(CARGO) deny --version >/dev/null 2>&1 || $(DENY_BUILD) $(CARGO) install --locked --no-default-features cargo-deny || \
		{ echo "cargo-deny is missing: cargo install --locked cargo-deny" >&2; exit 1; }
	$(CARGO) deny --locked check licenses bans sources

# What the build and the private PostgreSQL need of the system; installed where we know how.
tools:
	@sh scripts/system-tools $(if $(filter test soak bench check,$(MAKECMDGOALS)),server)

# The software of strangers that the tests run against the server.
client-tools: tools
	@sh scripts/client-tools
