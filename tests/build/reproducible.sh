#!/bin/sh
# Two copies of the sources, in folders with names of different lengths, give the same binary: reproducible.sh SOURCE
set -eu
source=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# build FOLDER: without what the repository ignores
build() {
    mkdir -p "$work/$1/source"
    (cd "$source" && git ls-files -coz --exclude-standard | xargs -0 tar -cf - 2>/dev/null) | tar -xf - -C "$work/$1/source"
    cp -a "$source/web/node_modules" "$work/$1/source/web/"
    cmake -S "$work/$1/source" -B "$work/$1/made" -DMOONREEL_TESTS=OFF -DCMAKE_BUILD_TYPE=Release -G Ninja \
        >"$work/log" || { cat "$work/log" >&2; return 1; }
    cmake --build "$work/$1/made" --target moonreel >"$work/log" || { cat "$work/log" >&2; return 1; }
}

build a
build a-much-longer-name
cmp "$work/a/made/moonreel" "$work/a-much-longer-name/made/moonreel"
