#!/bin/sh
# Hold the source against tests/structure/arrows: check.sh ROOT BUILD [ARROWS]
#
# Arrows are read from the includes of src/ and from the symbols of the objects in BUILD, so that a function that is
# declared by hand counts as well. Reported are arrows that the table does not have, libraries used by others than
# their owners, private headers used from another room, files of more than 400 lines, and circles between files. A
# file and its header count as one.
set -eu
root=$1 build=$2
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

# "SOURCE OBJECT". A build keeps the objects of files that were moved away; they have no source any more.
find "$build/src" "$build/CMakeFiles/moonreel.dir/src" -name '*.c.o' |
    awk -v build="$build/" '
        NR == FNR { sources[$1] = 1; next }
        { source = substr($0, length(build) + 1)
          sub(/CMakeFiles\/[^\/]*\.dir\//, "", source)
          sub(/^src\//, "", source)
          sub(/\.o$/, "", source)
          if (source in sources) print source, $0 }' "$work/files" - >"$work/objects"
[ -s "$work/objects" ] || { echo "no objects below $build: build it first" >&2; exit 1; }
cut -d ' ' -f 2 "$work/objects" | xargs nm -A -P |
    awk 'NR == FNR { source[$2] = $1; next }
         { object = $1; sub(/:$/, "", object); print source[object], $3, $2 }' "$work/objects" - >"$work/symbols"

awk -f "$here/check.awk" "$arrows" "$work/includes" "$work/symbols" "$work/lengths"
