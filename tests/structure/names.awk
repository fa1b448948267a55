# External functions and the files that define them. Input: "FILE LETTER SYMBOL" (see check.sh).
# Prints "FILE SYMBOL" for each function that does not bear its file's name: mr_NOUN… where the file is NOUN.c, or
# ROOM_NOUN.c in the folder ROOM. One noun may stand in the singular here and in the plural there.

function bears(symbol, noun)
{
    return index(symbol "_", "mr_" noun "_") == 1 || index(symbol "_", "mr_" noun "s_") == 1 ||
           index(symbol "_", "mr_" noun "es_") == 1 ||
           (noun ~ /s$/ && index(symbol "_", "mr_" substr(noun, 1, length(noun) - 1) "_") == 1)
}

$2 == "T" && $3 ~ /^mr_/ {
    noun = room = $1
    sub(/.*\//, "", noun)
    sub(/\.c$/, "", noun)
    sub(/_private$/, "", noun)
    sub(/\/[^\/]*$/, "", room)
    sub(/.*\//, "", room)
    short = index(noun, room "_") == 1 ? substr(noun, length(room) + 2) : noun
    if (!bears($3, noun) && !bears($3, short))
        print $1, $3
}
