#!/bin/sh
# The arrows between the folders of src/, and who may include which library.
set -eu
cd "$1/src"
failed=0

# forbid FOLDER PATTERN WHY: no file below FOLDER may include what matches PATTERN
forbid() {
    if grep -rnE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($2)" "$1" --include='*.[ch]'; then
        echo "^ $3"
        failed=1
    fi
}

forbid base 'media/|script/|stream/|http/|app/' 'base may include nothing of the other folders'
forbid media 'script/|stream/|http/|app/' 'media may include base only'
forbid script 'stream/|http/|app/' 'script may include media and base'
forbid stream 'http/|app/' 'stream may include script, media and base'
forbid http 'app/|script/' 'http may include stream, and media and base below it'
for folder in base script stream http app; do
    forbid $folder 'libav|libsw|zimg|turbojpeg|libyuv' 'only media includes the media libraries'
done
for folder in base media stream http app; do
    forbid $folder 'lua|lauxlib|lualib|cairo|pango' 'only script includes Lua, cairo and pango'
done
for folder in base media script stream app; do
    forbid $folder 'civetweb|wslay|nettle' 'only http includes civetweb, wslay and nettle'
done
forbid main.c '(base|media|script|stream|http)/' 'main includes app only'

long=$(find . -name '*.[ch]' -exec awk 'END { if (NR > 400) print FILENAME ": " NR " lines" }' {} \;)
if [ -n "$long" ]; then
    echo "$long"
    echo "^ a file of src/ has at most 400 lines"
    failed=1
fi
exit $failed
