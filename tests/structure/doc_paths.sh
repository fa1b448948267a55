#!/bin/sh
# Checks that the files and folders named in the documentation exist: doc_paths.sh ROOT
# It looks at names between backquotes, such as `tests/rings.cmake`, and `media/source/skipper` for a file of
# src/ without its ending. Names with a placeholder (<name>, *) are left out. Prints each missing name with its
# place, then a summary. Exits 1 if a name is missing.
set -eu
cd "$1"
documents="README.md CONTRIBUTING.md docs/*.md"
work=$(mktemp)
trap 'rm -f "$work"' EXIT

# shellcheck disable=SC2086,SC2016 # a list of patterns; backquotes are meant
grep -noE '`(src|tests|web|lua|scripts|docs|base|media|script|stream|http|app)/[A-Za-z0-9_./-]+`' $documents |
    tr -d '`' >"$work"

missing=0
while IFS=: read -r document line name; do
    for path in "$name" "src/$name" "src/$name.c" "src/$name.h"; do
        [ ! -e "$path" ] || continue 2
    done
    echo "$document:$line: there is no $name"
    missing=$((missing + 1))
done <"$work"
echo "$(wc -l <"$work") names, $missing missing"
[ "$missing" -eq 0 ]
