#!/bin/sh
# The check of the rooms finds what it is made to find: planted.sh ROOT BUILD
#
# Ten violations are planted in a copy of the source, one at a time. For each of them the check has to fail and to
# name it, and for none it has to pass. The table of arrows is the real one.
set -eu
root=$(cd "$1" && pwd)
build=$(cd "$2" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir -p "$work/build"
cp -r "$root/src" "$work/src"
(cd "$build" && find src CMakeFiles/moonreel.dir -name '*.c.o' -exec cp --parents -t "$work/build" {} +)
planted=0

check() {
    sh "$here/check.sh" "$work" "$work/build" "${arrows:-$here/arrows}" >"$work/report" 2>&1
}

# object FILE.c: compile a planted file as the build would
object() {
    mkdir -p "$work/build/src/$(dirname "$1")"
    cc -I"$work/src" -D_GNU_SOURCE -c "$work/src/$1" -o "$work/build/src/$1.o"
}

# expect WHAT REGEX: the check fails and says so; then the plants are taken out
expect() {
    planted=$((planted + 1))
    if check; then
        echo "not found: $1" >&2
        exit 1
    fi
    if ! grep -qE "$2" "$work/report"; then
        echo "found, but not told as \"$2\": $1" >&2
        cat "$work/report" >&2
        exit 1
    fi
    echo "found: $1"
    for file in $plants; do
        rm -f "$work/src/$file" "$work/build/src/$file.o"
        [ ! -e "$root/src/$file" ] || cp "$root/src/$file" "$work/src/$file"
    done
    plants=
}

# plant FILE TEXT: add TEXT to FILE, which may be new
plants=
plant() {
    mkdir -p "$work/src/$(dirname "$1")"
    printf '%b\n' "$2" >>"$work/src/$1"
    plants="$plants $1"
}

check || { cat "$work/report"; exit 1; }

plant media/picture/planted.h '#include "stream/hub.h"'
expect 'a layer includes one above it' 'media/picture/planted.h:1: .*media/picture may not use stream'

plant http/request/planted.h '#include "http/socketio/socketio.h"'
expect 'a room includes one above it' 'http/request may not use http/socketio'

plant base/planted.c 'void mr_hub_publish(void);\nvoid mr_planted(void);\nvoid mr_planted(void) { mr_hub_publish(); }'
object base/planted.c
expect 'a layer calls one above it, declared by hand' 'base/planted.c: uses mr_hub_publish: base may not use stream'

plant script/lua/planted.c 'void mr_runner_create(void);\nvoid mr_planted(void);\nvoid mr_planted(void) { mr_runner_create(); }'
object script/lua/planted.c
expect 'a room calls one above it, declared by hand' 'script/lua may not use script/runner'

plant script/trial/planted.h '#include "script/process/instance_private.h"'
expect 'a private header is included from another room' 'a private header of another room'

plant stream/planted.h '#include <libavcodec/avcodec.h>'
expect 'a library header is included outside its room' 'stream/planted.h:1: .*only media may use FFmpeg'

plant app/planted.c 'void lua_settop(void);\nvoid mr_planted(void);\nvoid mr_planted(void) { lua_settop(); }'
object app/planted.c
expect 'a library is called outside its room, declared by hand' 'app/planted.c: uses lua_settop: only script may use Lua'

plant base/planted_a.h '#include "base/planted_b.h"'
plant base/planted_b.h '#include "base/planted_a.h"'
expect 'two files include each other' 'a circle between files:.*base/planted_[ab]'

plant base/planted_a.c 'void mr_b(void);\nvoid mr_a(void);\nvoid mr_a(void) { mr_b(); }'
plant base/planted_b.c 'void mr_c(void);\nvoid mr_b(void);\nvoid mr_b(void) { mr_c(); }'
plant base/planted_c.c 'void mr_a(void);\nvoid mr_c(void);\nvoid mr_c(void) { mr_a(); }'
object base/planted_a.c
object base/planted_b.c
object base/planted_c.c
expect 'three files call each other' 'a circle between files:.*base/planted_[abc].*base/planted_[abc].*base/planted_[abc]'

plant media/attic/planted.h '#include "base/log.h"'
expect 'a room is not in the table' 'src/media/attic: no such room'
rmdir "$work/src/media/attic"

check || { cat "$work/report"; exit 1; }
echo "$planted planted violations were found"
