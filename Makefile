# `make check` is what CI runs; the list of checks stands in .ci/run only.
.PHONY: check test golden run docs clean eval

check:
	./.ci/run

# Unit tests, golden labels, properties. One profile (release) for everything: the dependencies are built once.
test:
	cargo test --release --locked

# Labels and fields of the sample documents against seeds/gold.jsonl: run it after every change of a rule or phrase.
golden:
	cargo test --release --locked --test golden

# Cleans seeds/ into output/.
run:
	cargo run --release --locked -- run

docs:
	cargo doc --release --locked --no-deps

clean:
	cargo clean

# The table of quality in the README, on a folder of labelled records.
eval:
	.ci/quality $(CORPUS)
