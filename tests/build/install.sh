#!/bin/sh
# What is installed works from wherever it is moved to, and reads nothing of the source tree: install.sh SOURCE BUILD
set -eu
source=$1 build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "$*" >&2; exit 1; }

cmake --install "$build" --prefix "$work/first" >"$work/log" || fail "cmake --install: $(cat "$work/log")"
mv "$work/first" "$work/moved"
bin=$work/moved/bin/moonreel
script=$work/moved/share/moonreel/lua/process.lua
for file in "$script" "$work/moved/share/doc/moonreel/LICENSE" "$work/moved/share/doc/moonreel/third-party.txt"; do
    [ -s "$file" ] || fail "$file is not installed"
done

for package in @codemirror/view uplot socket.io-client; do
    grep -q "^$package [0-9.]* (MIT)" "$work/moved/share/doc/moonreel/third-party.txt" || fail "no licence of $package"
done

# run: the payload of a frame, by the default script
run() { "$1" --headless --frames 1 --jsonl - test:64x48 2>"$work/log" || fail "$1: $(cat "$work/log")"; }
echo 'function process() return "installed" end' >"$script"
run "$bin" | grep -q '"data":"installed"' || fail "it runs another script than $script"
if run "$build/moonreel" | grep -q installed; then fail "the build folder's binary runs an installed script"; fi
rm "$script"
if "$bin" --headless --frames 1 test:64x48 2>"$work/log"; then fail "it found a script elsewhere"; fi
grep -qF "$script" "$work/log" || fail "the error does not name $script: $(cat "$work/log")"
if grep -qaF "$source/lua" "$bin"; then fail "the binary names the source tree"; fi
