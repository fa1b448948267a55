#!/bin/sh
# The symbols of the objects of src/: symbols.sh ROOT BUILD prints "FILE LETTER SYMBOL" for each, FILE below src/, the
# letter as nm has it (T: defined, U: used).
set -eu
root=$1 build=$(cd "$2" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$root/src"
find . -name '*.[ch]' | sed 's/^\.\///' >"$work/files"
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
         { object = $1; sub(/:$/, "", object); print source[object], $3, $2 }' "$work/objects" -
