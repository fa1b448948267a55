#!/bin/sh
# The example in docs/SCRIPTING.md, "Testing a script": its blocks are files, named in their first
# line, and the run shows what the text says.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
awk -v work="$work" '
    /^## / { here = $0 == "## Testing a script" }
    /^```$/ && here && file == "" { getline; if (/^\$ /) file = work "/expected"; next }
    /^```/ { file = ""; next }
    here && /^-- [a-z_]*\.lua$/ { file = work "/" $2 }
    file != "" { print > file }' docs/SCRIPTING.md
"$MOONREEL" --test "$work/brightness_test.lua" --deadline 30000 > "$work/got"
diff "$work/expected" "$work/got"
