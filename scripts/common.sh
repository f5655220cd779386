# What the scripts here share; read with `.`, from the source root.
# shellcheck shell=sh

say() { printf '\n== %s\n' "$*" >&2; }
fail() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 2; }

# install_deps GROUP...: asks on a terminal; where nobody can answer, it goes ahead and says so.
install_deps() {
    if [ -t 0 ] && [ -z "${CI:-}" ]; then
        scripts/install-deps "$@"
    else
        scripts/install-deps --yes "$@"
    fi
}

# build DIR [MESON_OPTIONS...]: sets the folder up once, then builds; quiet unless it fails. With $only, a pattern of
# target names, only those are built.
build() {
    dir=$1
    shift
    mkdir -p "$dir"
    if ! {
        if [ -f "$dir/build.ninja" ]; then
            [ $# = 0 ] || meson configure "$dir" "$@"
        else
            meson setup "$dir" "$@"
        fi && ninja -C "$dir" ${only:+$(ninja -C "$dir" -t targets all | sed -n "s/^\($only\): .*/\1/p")}
    } >"$dir/build.log" 2>&1; then
        sed -n '/^FAILED\|ERROR/,$p' "$dir/build.log" | grep -v '^\[[0-9/]*\] ' | head -n 60 >&2
        fail "the build in $dir failed; all of it: $dir/build.log"
    fi
    if [ -x "$dir/src/cmd/drydock" ] && [ ! -e "$dir/drydock" ]; then
        ln -s src/cmd/drydock "$dir/drydock"
    fi
}
