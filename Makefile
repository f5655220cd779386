# The front door for developers: thin over scripts/ and Meson. The two that a newcomer needs are demo and test.
BUILD ?= build
.PHONY: all demo test test-all bench fuzz lint format install clean

all:
	@. scripts/common.sh && install_deps build && build $(BUILD)
demo:
	@scripts/demo
test:
	@scripts/test
test-all:
	@scripts/test-all
bench:
	@scripts/bench
fuzz:
	@scripts/fuzz
lint:
	@scripts/lint
format:
	find src tests -name '*.[ch]' -exec clang-format -i {} +
# As Meson has it: `meson configure build -Dprefix=...` chooses where, DESTDIR is honoured.
install: all
	meson install -C $(BUILD) --no-rebuild
clean:
	rm -rf build build-*
