#!/bin/sh
# Hold the source against tests/structure/arrows: check.sh ROOT BUILD [ARROWS]
#
# Arrows are read from the includes of src/ and from the symbols of the objects in BUILD, so that a function that is
# declared by hand counts as well. Reported are arrows that the table does not have, libraries used by others than
# their owners, private headers used from another room, files of more than 400 lines, and circles between files. A
# file and its header count as one.
set -eu
root=$(cd "$1" && pwd) build=$(cd "$2" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
arrows=${3:-$here/arrows}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$root/src"
find . -name '*.[ch]' | sed 's/^\.\///' | sort >"$work/files"
xargs grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]' <"$work/files" |
    sed -nE 's/^([^:]*):([0-9]+):[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]([^>"]*)[>"].*/\1 \2 \3/p' \
        >"$work/includes"
xargs wc -l <"$work/files" | awk '$2 != "total" { print $2, $1 }' >"$work/lengths"

sh "$here/symbols.sh" "$root" "$build" >"$work/symbols"
awk -f "$here/check.awk" "$arrows" "$work/includes" "$work/symbols" "$work/lengths"
